/** Metrics: one registry per process object, closed labels, Prometheus's text. */
import { createMetrics } from '../../../src/platform/metrics.js';

describe('createMetrics', () => {
  it('counts what it is told in the text format', async () => {
    const metrics = createMetrics(false);
    metrics.operation('query', 'ok', 0.02);
    metrics.operation('query', 'HUB_ACCESS_FIELD', 0.002);
    metrics.adapterCall('north', 'pull', 'HUB_UPSTREAM_TIMEOUT', 12);
    metrics.decision('CANNOT_TELL');
    metrics.decision('CANNOT_TELL');
    metrics.pull('north', 'SWEEP', 'COMPLETE');
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
