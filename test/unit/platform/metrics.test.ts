/** Metrics: one registry per process object, closed labels, Prometheus's text. */
import { createMetrics, type DeliveryFigures, processMetrics } from '../../../src/platform/metrics.js';

describe('createMetrics', () => {
  it('counts what it is told in the text format', async () => {
    const metrics = createMetrics(false);
    metrics.operation('query', 'ok', 0.02);
    metrics.operation('query', 'HUB_ACCESS_FIELD', 0.002);
    metrics.adapterCall('north', 'pull', 'HUB_UPSTREAM_TIMEOUT', 12);
    metrics.decision('CANNOT_TELL');
    metrics.decision('CANNOT_TELL');
    metrics.pull('north', 'SWEEP', 'COMPLETE');
    metrics.hint('north', 'accepted');
    metrics.hint('north', 'coalesced');
    metrics.hint('north', 'coalesced');
    metrics.caseloadAge('north', 90);
    const text = await metrics.render();
    expect(metrics.contentType).toContain('text/plain');
    expect(text).toContain('hub_operation_seconds_count{kind="query",code="ok"} 1');
    expect(text).toContain('hub_operation_seconds_bucket{le="0.025",kind="query",code="ok"} 1');
    expect(text).toContain(
      'hub_adapter_call_seconds_sum{system="north",call="pull",outcome="HUB_UPSTREAM_TIMEOUT"} 12',
    );
    expect(text).toContain('hub_eligibility_decisions_total{verdict="CANNOT_TELL"} 2');
    expect(text).toContain('hub_caseload_pulls_total{system="north",kind="SWEEP",state="COMPLETE"} 1');
    expect(text).toContain('hub_hints_total{system="north",outcome="accepted"} 1');
    expect(text).toContain('hub_hints_total{system="north",outcome="coalesced"} 2');
    expect(text).toContain('hub_caseload_age_seconds{system="north"} 90');
  });

  it('shares nothing between two registries', async () => {
    const [one, other] = [createMetrics(false), createMetrics(false)];
    one.decision('ELIGIBLE');
    expect(await other.render()).not.toContain('verdict="ELIGIBLE"');
  });

  it('adds the figures of the process when asked', async () => {
    expect(await createMetrics().render()).toContain('process_resident_memory_bytes');
    expect(await createMetrics(false).render()).not.toContain('process_');
  });
});

describe('watchDeliveries', () => {
  const figures = (change: Partial<DeliveryFigures> = {}): DeliveryFigures => ({
    system: 'north',
    waiting: 3,
    oldestSeconds: 12.5,
    parked: { HUB_DELIVERY_UNLINKED: 2 },
    paused: true,
    unseen: 4,
    ...change,
  });

  it('shows what a source says at the moment', async () => {
    const metrics = createMetrics(false);
    let said = [figures()];
    metrics.watchDeliveries(async () => said);
    const text = await metrics.render();
    expect(text).toContain('hub_deliveries_waiting{system="north"} 3');
    expect(text).toContain('hub_delivery_oldest_seconds{system="north"} 12.5');
    expect(text).toContain('hub_deliveries_parked{system="north",code="HUB_DELIVERY_UNLINKED"} 2');
    expect(text).toContain('hub_destination_paused{system="north"} 1');
    expect(text).toContain('hub_deliveries_unseen{system="north"} 4');
    said = [figures({ parked: {}, paused: false })];
    const later = await metrics.render();
    expect(later).toContain('hub_destination_paused{system="north"} 0');
    expect(later).not.toContain('HUB_DELIVERY_UNLINKED');
  });

  it('drops what a source that fails had said, and keeps the others', async () => {
    const metrics = createMetrics(false);
    let isDown = false;
    metrics.watchDeliveries(async () => {
      if (isDown) throw new Error('down');
      return [figures()];
    });
    metrics.watchDeliveries(async () => [figures({ system: 'south' })]);
    expect(await metrics.render()).toContain('{system="north"} 3');
    isDown = true;
    const text = await metrics.render();
    expect(text).not.toContain('north');
    expect(text).toContain('hub_deliveries_waiting{system="south"} 3');
  });

  it('asks a source no more once it is let go', async () => {
    const metrics = createMetrics(false);
    let asked = 0;
    const letGo = metrics.watchDeliveries(async () => {
      asked++;
      return [figures()];
    });
    await metrics.render();
    letGo();
    expect(await metrics.render()).not.toContain('north');
    expect(asked).toBe(1);
  });
});

describe('processMetrics', () => {
  it('is the same for everybody who asks', () => {
    expect(processMetrics()).toBe(processMetrics());
  });
});
