/** `/metrics` tells how deliveries stand: waiting, parked, paused, unseen; by codes alone, and whatever the database does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { deliveryFigures } from '../../../src/main/delivery-metrics.js';
import type { FiguresPatience } from '../../../src/main/kept-figures.js';
import { type Hub, openHub } from '../../../src/main/open-hub.js';
import { type Serving, serve } from '../../../src/main/serve.js';
import type { Database } from '../../../src/platform/database/database.js';
import type { HubLogger } from '../../../src/platform/logging.js';
import { processMetrics } from '../../../src/platform/metrics.js';
import { readSettings } from '../../../src/platform/settings/settings.js';
import { createDeliveryWorld, type DeliveryWorld, type SignedForTest } from '../../support/delivery-world.js';
import { eventually } from '../../support/eventually.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

let world: DeliveryWorld;
let alder: string;
let people = 0;

beforeAll(async () => {
  world = await createDeliveryWorld();
  alder = await world.destination('alder');
  await world.destination('birch');
});
afterAll(() => world?.close());
beforeEach(async () => {
  await world.sql('truncate delivery_attempts, work_items, deliveries, delivery_lanes');
  await world.sql('update destinations set paused_until = null');
});

const adapter = (documents?: ScriptedDocuments): ClinicalRecordAdapter => ({
  ...(documents && { documents }),
  health: async () => ({ state: 'UP', code: null, tookMs: 1, product: null }),
  close: async () => {},
});

/** A hub of which only its systems and its database are asked. */
function hubOf(database: Database = world.casework.database, documents = true): Hub {
  const { organisations } = world.casework;
  const systems = [alder].map((id) => ({
    system: { id, organisationId: organisations.home, code: 'alder' },
    profile: { code: 'alder', adapter: 'hl7v2', settings: { listenPort: 0 } },
    adapter: adapter(documents ? new ScriptedDocuments() : undefined),
  }));
  return { database, systems } as unknown as Hub;
}

async function signed(): Promise<SignedForTest> {
  const localId = `p${++people}`;
  return world.sign(alder, await world.linked(alder, localId));
}

const set = (version: SignedForTest, change: string, lane?: string) =>
  world.sql(
    `with d as (update deliveries set ${change} where document_version_id = $1 returning lane_id)
     update delivery_lanes l set ${lane ?? 'state = state'} from d where l.id = d.lane_id`,
    [version.documentVersionId],
  );
const park = (version: SignedForTest, code: string) =>
  set(version, `ours = 'PARKED', last_code = '${code}'`, `state = 'PARKED'`);
const settled = (version: SignedForTest, change: string) =>
  set(version, `ours = 'SETTLED', ${change}`, `state = 'IDLE', head_seq = last_seq + 1`);
const figures = async () => (await deliveryFigures(hubOf())()).find(({ system }) => system === 'alder')!;

describe('the figures', () => {
  it('are all zero where nothing is under way, for every destination of the organisation', async () => {
    const all = await deliveryFigures(hubOf())();
    const nothing = { waiting: 0, oldestSeconds: 0, parked: {}, paused: false, unseen: 0 };
    expect([...all].sort((one, other) => (one.system < other.system ? -1 : 1))).toEqual([
      { system: 'alder', ...nothing },
      { system: 'birch', ...nothing },
    ]);
  });

  it('count what is queued or being sent, and how long the oldest has waited', async () => {
    const [first, second] = [await signed(), await signed(), await signed()];
    await set(first!, `ours = 'SENDING', queued_at = clock_timestamp() - interval '90 seconds'`);
    await set(second!, `queued_at = clock_timestamp() - interval '10 seconds'`);
    const found = await figures();
    expect(found).toMatchObject({ waiting: 3, parked: {}, unseen: 0 });
    expect(found.oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(found.oldestSeconds).toBeLessThan(120);
  });

  it('count what waits behind a delivery that is parked', async () => {
    const head = await signed();
    await world.sign(alder, head.personId);
    await park(head, 'HUB_DELIVERY_IDENTITY');
    expect(await figures()).toMatchObject({ waiting: 1, parked: { HUB_DELIVERY_IDENTITY: 1 } });
  });

  it('count what is parked by code; a code that is none of the hub’s has no name of its own', async () => {
    for (const code of ['HUB_DELIVERY_UNLINKED', 'HUB_DELIVERY_UNLINKED', 'HUB_UPSTREAM_REJECTED'])
      await park(await signed(), code);
    for (const code of ['Kit Marchbank', 'toString']) await park(await signed(), code);
    expect(await figures()).toMatchObject({
      waiting: 0,
      oldestSeconds: 0,
      parked: { HUB_DELIVERY_UNLINKED: 2, HUB_UPSTREAM_REJECTED: 1, OTHER: 2 },
    });
  });

  it('count what was accepted and does not show yet, not what is filed or cancelled', async () => {
    const [accepted, held, filed, cancelled] = [
      await signed(),
      await signed(),
      await signed(),
      await signed(),
    ];
    await settled(accepted!, `theirs = 'ACCEPTED', watch_due = clock_timestamp()`);
    await settled(held!, `theirs = 'AWAITING_SIGNATURE', watch_due = clock_timestamp() + interval '1 hour'`);
    await settled(filed!, `theirs = 'FILED', filed_at = clock_timestamp()`);
    await set(cancelled!, `ours = 'CANCELLED'`);
    expect(await figures()).toMatchObject({ waiting: 0, parked: {}, unseen: 2 });
  });

  it('say whether a destination is paused now', async () => {
    await world.sql(`update destinations set paused_until = 'infinity' where system_id = $1`, [alder]);
    expect(await figures()).toMatchObject({ paused: true });
    await world.sql(
      `update destinations set paused_until = now() - interval '1 second' where system_id = $1`,
      [alder],
    );
    expect(await figures()).toMatchObject({ paused: false });
  });
});

describe('asking', () => {
  function counting(answer?: () => Promise<never>, patience?: FiguresPatience) {
    const seen = { asked: 0 };
    const { database } = world.casework;
    const counted = {
      ...database,
      transaction: ((role, scope, work) => {
        seen.asked++;
        return answer ? answer() : database.transaction(role, scope, work);
      }) as Database['transaction'],
    };
    return { seen, source: deliveryFigures(hubOf(counted), patience) };
  }

  it('is done once for many who ask, and not again while the figures are kept', async () => {
    const { seen, source } = counting(undefined, { keptMs: 3_600_000, longestMs: 60_000 });
    await Promise.all([source(), source(), source()]);
    await signed();
    expect((await source())[0]).toBeDefined();
    expect(seen.asked).toBe(1);
  });

  it('is done again after two seconds', async () => {
    const { seen, source } = counting();
    await source();
    await signed();
    await sleep(2_050);
    const found = await source();
    expect(found.find(({ system }) => system === 'alder')).toMatchObject({ waiting: 1 });
    expect(seen.asked).toBe(2);
  });

  it('is not done where no system takes documents', async () => {
    expect(await deliveryFigures(hubOf(undefined, false))()).toEqual([]);
  });

  it('answers nothing when the database is down', async () => {
    const { source } = counting(() => Promise.reject(new HubError('HUB_DATABASE_UNAVAILABLE')));
    expect(await source()).toEqual([]);
  });

  it('answers nothing within two seconds when the database hangs, and does not pile up', async () => {
    const { seen, source } = counting(() => new Promise(() => {}));
    const startedAt = performance.now();
    expect(await Promise.all([source(), source()])).toEqual([[], []]);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await source();
    expect(seen.asked).toBe(1);
  });
});

describe('/metrics', () => {
  let hub: Hub;
  let serving: Serving | undefined;
  beforeEach(async () => {
    const { ownerUrl } = world.casework.db;
    const settings = readSettings({
      DATABASE_URL: ownerUrl,
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
      HUB_PORT: '0',
    });
    const logger = { ...silentLogger, with: () => logger } as HubLogger;
    const store = { ownerUrl, embedded: false, stop: async () => {} };
    hub = await openHub(settings, store, logger, world.casework.clock);
    hub.systems = hubOf().systems;
    serving = await serve(hub);
  });
  afterEach(async () => {
    await serving?.close();
    await hub.close();
  });
  const scrape = async () => {
    const answer = await fetch(`${serving!.url}/metrics`);
    expect(answer.status).toBe(200);
    return answer.text();
  };
  /** Figures that were had in time. */
  const figured = async () => {
    let text = '';
    await eventually(async () => {
      text = await scrape();
      return gauges(text).length > 0;
    });
    return text;
  };
  const gauges = (text: string) =>
    text.split('\n').filter((line) => /^hub_(deliver|destination)/.test(line) && line.includes('alder'));

  it('shows them by code of the record system, without a word about anybody', async () => {
    const version = await signed();
    await park(await signed(), 'HUB_DELIVERY_UNLINKED');
    await settled(await signed(), `theirs = 'ACCEPTED', watch_due = clock_timestamp()`);
    await world.sql(`update destinations set paused_until = 'infinity' where system_id = $1`, [alder]);
    const text = await figured();
    expect(gauges(text).filter((line) => !line.startsWith('hub_delivery_oldest_seconds'))).toEqual([
      'hub_deliveries_waiting{system="alder"} 1',
      'hub_deliveries_parked{system="alder",code="HUB_DELIVERY_UNLINKED"} 1',
      'hub_destination_paused{system="alder"} 1',
      'hub_deliveries_unseen{system="alder"} 1',
    ]);
    expect(text).toMatch(/^hub_delivery_oldest_seconds\{system="alder"\} \d/m);
    for (const secret of [
      version.personId,
      version.documentId,
      version.documentVersionId,
      version.text,
      'Sam',
    ])
      expect(text).not.toContain(secret);
  });

  it('goes on answering when the database is gone, without the figures it had', async () => {
    await figured();
    await hub.database.close();
    await sleep(2_050);
    const text = await scrape();
    expect(gauges(text)).toEqual([]);
    expect(text).toContain('process_resident_memory_bytes');
    hub.database.close = async () => {};
  });

  it('are those of the process, and forget a hub that serves no more', async () => {
    await eventually(async () => gauges(await processMetrics().render()).length > 0);
    await serving!.close();
    serving = undefined;
    expect(gauges(await processMetrics().render())).toEqual([]);
  });
});
