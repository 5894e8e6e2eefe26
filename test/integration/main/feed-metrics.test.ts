/** `/metrics` and `/health/ready` tell of feeds: when each was last heard of, what waits and what was not understood; a silent one stands out. */
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { FeedPatience } from '../../../src/clinical/inbound.port.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type FeedStanding, feedFigures, feedState } from '../../../src/main/feed-standing.js';
import { type Hub, openHub } from '../../../src/main/open-hub.js';
import { type Serving, serve } from '../../../src/main/serve.js';
import type { HubLogger } from '../../../src/platform/logging.js';
import { readSettings } from '../../../src/platform/settings/settings.js';
import { putMessage } from '../../support/graph-messages.js';
import { MessageWorld } from '../../support/message-world.js';

const PATIENCE: FeedPatience = { silentAfterMs: 3_600_000, unreadAfterMs: 300_000, toldAll: false };

let world: MessageWorld;
let hub: Hub;
let serving: Serving;

/** A system of the world with an adapter that only says that it sends. */
const sending = (feed: FeedPatience | null) =>
  ({
    system: world.system,
    profile: { code: world.system.code, adapter: 'hl7v2', settings: { listenPort: 0 } },
    adapter: { inbound: { feed }, close: async () => {} } as unknown as ClinicalRecordAdapter,
  }) as unknown as Hub['systems'][number];

beforeAll(async () => {
  world = await MessageWorld.open();
  const { ownerUrl } = world.db;
  const settings = readSettings({
    DATABASE_URL: ownerUrl,
    HUB_TOKEN_ISSUER: 'https://issuer.example',
    HUB_TOKEN_AUDIENCE: 'hub',
    HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
    HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
    HUB_PORT: '0',
  });
  const logger = { ...silentLogger, with: () => logger } as HubLogger;
  hub = await openHub(settings, { ownerUrl, embedded: false, stop: async () => {} }, logger);
});
afterEach(async () => {
  await serving?.close();
  await world.clear();
});
afterAll(async () => {
  hub.systems = [];
  await hub.close();
  await world.close();
});

const heard = (minutes: number) =>
  world.sql(
    `insert into inbound_sources (system_id, organisation_id, heard_at) values ($1, $2, clock_timestamp() - $3 * interval '1 minute')`,
    [world.system.id, world.organisationId, minutes],
  );
const put = (state: string, minutes: number) =>
  putMessage(
    { sql: ((text: string, values: unknown[]) => world.sql(text, values)) as never },
    {
      systemId: world.system.id,
      organisationId: world.organisationId,
      controlId: `${state} ${minutes}`,
      state,
      receivedAt: new Date(Date.now() - minutes * 60_000),
    },
  );

/** What both tell of the system, ages in whole minutes, asked of a server of its own, since figures are kept for a while. */
async function told(feed: FeedPatience | null = PATIENCE): Promise<{ gauges: string[]; ready: object }> {
  hub.systems = [sending(feed)];
  await serving?.close();
  serving = await serve(hub);
  const ready = await fetch(`${serving.url}/health/ready`);
  expect(ready.status).toBe(200);
  const { systems } = (await ready.json()) as { systems: { system: string }[] };
  const text = await (await fetch(`${serving.url}/metrics`)).text();
  return {
    gauges: text
      .split('\n')
      .filter((line) => /^hub_(feed|messages)/.test(line))
      .map((line) => line.replace('{system="pas"}', ''))
      .map((line) => line.replace(/_seconds (\S+)$/, (_, age) => `_minutes ${Math.floor(Number(age) / 60)}`)),
    ready: systems.find(({ system }) => system === 'pas')!,
  };
}

test('one that speaks and is read', async () => {
  await heard(10);
  await put('READ', 10);
  await put('KEPT', 1);
  const { gauges, ready } = await told();
  expect(gauges).toEqual([
    'hub_feed_heard_minutes 10',
    'hub_feed_silent 0',
    'hub_messages_unread 1',
    'hub_messages_not_understood 0',
  ]);
  expect(ready).toMatchObject({ system: 'pas', feed: 'HEARD' });
});

test('one that is silent, with what was not understood', async () => {
  await heard(61);
  await put('NOT_UNDERSTOOD', 70);
  await put('NOT_UNDERSTOOD', 80);
  const { gauges, ready } = await told();
  expect(gauges).toEqual([
    'hub_feed_heard_minutes 61',
    'hub_feed_silent 1',
    'hub_messages_unread 0',
    'hub_messages_not_understood 2',
  ]);
  expect(ready).toMatchObject({ feed: 'SILENT' });
});

test('one of which nothing was ever heard has no age, and is silent', async () => {
  const { gauges, ready } = await told();
  expect(gauges).toEqual(['hub_feed_silent 1', 'hub_messages_unread 0', 'hub_messages_not_understood 0']);
  expect(ready).toMatchObject({ feed: 'SILENT' });
});

test('one whose messages are no feed is never called silent', async () => {
  await heard(6_000);
  const { gauges, ready } = await told(null);
  expect(gauges).toContain('hub_feed_silent 0');
  expect(ready).not.toHaveProperty('feed');
});

test('what no system sends is not there', async () => {
  hub.systems = [];
  expect(await feedFigures(hub)).toEqual([]);
});

test.each([
  [{ heardSeconds: 3_600, unreadSeconds: 300 }, 'HEARD'],
  [{ heardSeconds: 3_600.1, unreadSeconds: null }, 'SILENT'],
  [{ heardSeconds: null, unreadSeconds: null }, 'SILENT'],
  [{ heardSeconds: 1, unreadSeconds: 300.1 }, 'BEHIND'],
  [{ heardSeconds: 4_000, unreadSeconds: 400 }, 'SILENT'],
] as const)('%j is %s under an hour and five minutes', (ages, state) => {
  expect(feedState(PATIENCE, ages as FeedStanding)).toBe(state);
  expect(feedState(null, ages as FeedStanding)).toBe('NO_FEED');
});
