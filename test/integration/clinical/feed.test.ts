/** Events of a feed in the database: each once, whatever their order; and its caseload as pulls read it, as far as anything follows from it. */

import type {
  CaseloadCapability,
  CaseloadItem,
  ClinicalRecordAdapter,
} from '../../../src/clinical/clinical-record.port.js';
import { countTeams } from '../../../src/clinical/feed/count.service.js';
import { takeEvents, UNTOLD_TEAM } from '../../../src/clinical/feed/feed.service.js';
import { FEED_BEGINNING, type FeedSource, feedCaseload } from '../../../src/clinical/feed/feed-caseload.js';
import type { FeedChange, FeedEvent, FeedPatient } from '../../../src/clinical/feed.port.js';
import type { FeedPatience } from '../../../src/clinical/inbound.port.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { systemClock } from '../../../src/core/clock.js';
import { newId } from '../../../src/core/ids.js';
import { silentLogger } from '../../../src/core/logger.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';

const HOUR = 3_600_000;
const PATIENCE: FeedPatience = { silentAfterMs: 4 * HOUR, unreadAfterMs: 60_000, toldAll: false };

let world: CaseloadWorld;
let systems = 0;
beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());

/** A system with a feed. */
class Feed {
  source: FeedSource = { heardAt: new Date(), unreadSince: null, notUnderstood: [] };
  patience = PATIENCE;
  private constructor(readonly system: RefreshedSystem) {}

  static async open(...teams: string[]): Promise<Feed> {
    systems += 1;
    const feed = new Feed(await world.system(`FEED${systems}`));
    for (const team of teams) await world.map(feed.system, team, await world.team('CMHT'));
    return feed;
  }

  take(events: readonly FeedEvent[], sourceId = newId()) {
    return world.as('worker', (tx) => takeEvents(tx, this.system, [{ sourceId, events }]));
  }

  async count(team: string, asOf = new Date()): Promise<void> {
    await world.sql(
      `insert into feed_baselines (system_id, team_reference, organisation_id, as_of, counted) values ($1, $2, $3, $4, 0)
       on conflict (system_id, team_reference) do update set as_of = excluded.as_of`,
      [this.system.id, team, this.system.organisationId, asOf],
    );
  }

  async refresh(kind: 'SWEEP' | 'INCREMENT') {
    const adapter = {
      caseload: feedCaseload({
        database: world.db.database,
        system: this.system,
        patience: this.patience,
        source: async () => this.source,
      }),
    } as unknown as ClinicalRecordAdapter;
    const teams = await world.refresh.refreshSystem(this.system, adapter, kind);
    return teams.map(({ teamReference, state, failureCode, received }) => ({
      teamReference,
      state,
      failureCode,
      received,
    }));
  }

  /** What is current, by reference: state, dates, patient, whether complete. */
  async members(): Promise<Record<string, string>> {
    const rows = await world.sql<{ reference: string; says: string }>(
      `select source_reference as reference, concat_ws('|', team_reference, state, coalesce(valid_from::text, '-'), coalesce(valid_to::text, '-'), local_id, complete) as says
       from caseload_memberships where system_id = $1 and observed_to is null order by 1`,
      [this.system.id],
    );
    return Object.fromEntries(rows.map(({ reference, says }) => [reference, says]));
  }
}

const event = (day: string, localId: string, change: FeedChange, patient: FeedPatient = {}): FeedEvent => ({
  happenedAt: `2026-01-${day}T10:00:00.000Z`,
  recordedAt: `2026-01-${day}T10:05:00.000Z`,
  localId,
  patient,
  change,
});
const joined = (visit: string, team: string, day: string): FeedChange => ({
  kind: 'JOINED',
  visit,
  team,
  state: 'OPEN',
  on: `2026-01-${day}`,
});

test('who is told of is there at once; that there is nobody else follows from a count alone', async () => {
  const feed = await Feed.open('NORTH');
  await feed.take([
    event('05', 'p1', joined('v1', 'NORTH', '05'), { nhsNumber: testNhsNumber(1), nhsNumberStatus: '01' }),
  ]);
  expect(await feed.refresh('SWEEP')).toMatchObject([
    { state: 'INCOMPLETE', failureCode: 'HUB_FEED_NOT_COUNTED' },
  ]);
  expect(await feed.members()).toEqual({});
  expect(await feed.refresh('INCREMENT')).toMatchObject([{ state: 'COMPLETE', received: 1 }]);
  expect(await feed.members()).toEqual({ 'Visit/v1/NORTH/1': 'NORTH|OPEN|2026-01-05|-|p1|t' });
  const [pull] = await world.sql(
    `select kind from caseload_pulls where system_id = $1 and state = 'COMPLETE'`,
    [feed.system.id],
  );
  expect(pull).toEqual({ kind: 'INCREMENT' });
  await feed.count('NORTH');
  expect(await feed.refresh('SWEEP')).toMatchObject([{ state: 'COMPLETE', received: 1 }]);
  feed.patience = { ...PATIENCE, toldAll: true };
  await world.sql('delete from feed_baselines where system_id = $1', [feed.system.id]);
  expect(await feed.refresh('SWEEP')).toMatchObject([{ state: 'COMPLETE' }]);
});

test.each<[string, Partial<FeedSource>, string | null]>([
  ['heard of within its time', { heardAt: new Date(Date.now() - 3 * HOUR) }, null],
  ['silent', { heardAt: new Date(Date.now() - 5 * HOUR) }, 'HUB_FEED_SILENT'],
  ['never heard of', { heardAt: null }, 'HUB_FEED_SILENT'],
  ['a message just come', { unreadSince: new Date(Date.now() - 30_000) }, null],
  ['messages unread', { unreadSince: new Date(Date.now() - 90_000) }, 'HUB_FEED_BEHIND'],
  ['one not understood, of anybody', { notUnderstood: [[]] }, 'HUB_FEED_NOT_UNDERSTOOD'],
  [
    'one not understood, of somebody unknown',
    { notUnderstood: [['p1', 'nobody']] },
    'HUB_FEED_NOT_UNDERSTOOD',
  ],
])('a sweep of a feed %s', async (_name, source, code) => {
  const feed = await Feed.open('NORTH');
  await feed.take([event('05', 'p1', joined('v1', 'NORTH', '05'))]);
  await feed.count('NORTH', new Date(Date.now() - 24 * HOUR));
  feed.source = { ...feed.source, ...source };
  expect(await feed.refresh('SWEEP')).toMatchObject([
    { state: code === null ? 'COMPLETE' : 'INCOMPLETE', failureCode: code },
  ]);
  // Whoever is known to be there is known all the same.
  expect(await feed.refresh('INCREMENT')).toMatchObject([{ state: 'COMPLETE' }]);
});

test('a count says who is there while the feed is silent', async () => {
  const feed = await Feed.open('NORTH');
  feed.source = { ...feed.source, heardAt: new Date(Date.now() - 48 * HOUR) };
  await feed.count('NORTH', new Date(Date.now() - HOUR));
  expect(await feed.refresh('SWEEP')).toMatchObject([{ state: 'COMPLETE', received: 0 }]);
});

test('of whom a message could not be understood everything is incomplete, and of nobody else anything', async () => {
  const feed = await Feed.open('NORTH');
  await feed.take([
    event('05', 'p1', joined('v1', 'NORTH', '05')),
    event('06', 'p2', joined('v2', 'NORTH', '06')),
  ]);
  await feed.count('NORTH');
  feed.source = { ...feed.source, notUnderstood: [['p2']] };
  await feed.refresh('SWEEP');
  expect(await feed.members()).toEqual({
    'Visit/v1/NORTH/1': 'NORTH|OPEN|2026-01-05|-|p1|t',
    'Visit/v2/NORTH/1': 'NORTH|OPEN|2026-01-06|-|p2|f',
  });
});

test('whoever is in doubt is not absent from a team that they are not known to be on; that a record was merged keeps it in doubt', async () => {
  const feed = await Feed.open('NORTH', 'SOUTH');
  await feed.take([
    event('05', 'p1', joined('v1', 'SOUTH', '05')),
    event('05', 'p2', joined('v2', 'SOUTH', '05')),
    event('06', 'p2', { kind: 'REPLACED', by: 'p3' }),
  ]);
  await feed.count('NORTH');
  await feed.count('SOUTH');
  for (const localId of ['p1', 'p2']) {
    feed.source = { ...feed.source, notUnderstood: [[localId]] };
    const swept = await feed.refresh('SWEEP');
    expect(swept.map(({ state, failureCode }) => `${state} ${failureCode}`).sort()).toEqual([
      'COMPLETE null',
      'INCOMPLETE HUB_FEED_NOT_UNDERSTOOD',
    ]);
    const stay = localId === 'p1' ? ['Visit/v1/SOUTH/1', 'p1'] : ['Visit/v2/SOUTH/1', 'p3'];
    expect((await feed.members())[stay[0]!]).toBe(`SOUTH|OPEN|2026-01-05|-|${stay[1]}|f`);
  }
});

test('a doubt and its end reach an increment though no event came', async () => {
  const feed = await Feed.open('NORTH');
  await feed.take([event('05', 'p1', joined('v1', 'NORTH', '05'))]);
  await feed.refresh('INCREMENT');
  await world.sql(`update feed_standings set changed_at = '2026-01-01' where system_id = $1`, [
    feed.system.id,
  ]);
  const says = async () => {
    const [team] = await feed.refresh('INCREMENT');
    return [team!.received, (await feed.members())['Visit/v1/NORTH/1']];
  };
  expect(await says()).toEqual([0, 'NORTH|OPEN|2026-01-05|-|p1|t']);
  feed.source = { ...feed.source, notUnderstood: [['p1']] };
  expect(await says()).toEqual([1, 'NORTH|OPEN|2026-01-05|-|p1|f']);
  expect(await says()).toEqual([0, 'NORTH|OPEN|2026-01-05|-|p1|f']);
  feed.source = { ...feed.source, notUnderstood: [] };
  expect(await says()).toEqual([1, 'NORTH|OPEN|2026-01-05|-|p1|t']);
});

describe('a count', () => {
  /** What the other way tells: by patient, since when. */
  const counting = (team: string, asOf: string, told: Readonly<Record<string, Partial<CaseloadItem>>>) => {
    const items = Object.entries(told).map(([localId, change]) => ({
      value: {
        teamReference: team,
        state: 'OPEN' as const,
        validFrom: '2026-01-02',
        validTo: null,
        careCoordinator: null,
        patient: {
          localId,
          nhsNumber: null,
          nhsNumberStatus: null,
          dateOfBirth: null,
          deceasedOn: null,
          active: true,
          replacedByLocalId: null,
          restricted: false,
        },
        ...change,
      },
      source: { system: 'COUNT', reference: `Row/${localId}`, version: null },
      asOf,
      fetchedAt: asOf,
      complete: true,
    }));
    const by: CaseloadCapability = {
      async *pull() {
        yield { page: 1, last: true, total: items.length, items, watermark: null };
      },
      teams: async () => [],
    };
    return by;
  };
  const countBy = (feed: Feed, by: CaseloadCapability) =>
    countTeams(
      { database: world.db.database, system: feed.system, by, clock: systemClock, logger: silentLogger },
      AbortSignal.timeout(60_000),
    );
  const asOf = '2026-01-20T01:00:00.000Z';

  test('brings who was never told of, ends who is there no longer, and leaves alone what came since', async () => {
    const feed = await Feed.open('NORTH');
    await feed.take([
      event('05', 'stays', joined('v1', 'NORTH', '05')),
      event('06', 'went', joined('v2', 'NORTH', '06')),
      event('21', 'came since', joined('v3', 'NORTH', '21')),
      event('07', 'left since', joined('v4', 'NORTH', '07')),
      event('22', 'left since', { kind: 'LEFT', visit: 'v4', on: '2026-01-22' }),
    ]);
    const by = counting('NORTH', asOf, {
      stays: {},
      untold: {},
      'left since': {},
      over: { state: 'ENDED', validTo: '2026-01-19' },
    });
    expect(await countBy(feed, by)).toEqual([
      { teamReference: 'NORTH', state: 'COUNTED', code: null, asOf, counted: 4, added: 2 },
    ]);
    await feed.refresh('INCREMENT');
    expect(await feed.members()).toEqual({
      'Visit/untold/NORTH/1': 'NORTH|OPEN|2026-01-02|-|untold|t',
      'Visit/v1/NORTH/1': 'NORTH|OPEN|2026-01-05|-|stays|t',
      'Visit/v2/NORTH/1': 'NORTH|ENDED|2026-01-06|2026-01-20|went|t',
      'Visit/v3/NORTH/1': 'NORTH|OPEN|2026-01-21|-|came since|t',
      'Visit/v4/NORTH/1': 'NORTH|ENDED|2026-01-07|2026-01-22|left since|t',
    });
    // The same count, and an older one, say nothing new; a sweep may now tell that there is nobody else.
    for (const at of [asOf, '2026-01-19T01:00:00.000Z'])
      expect(await countBy(feed, counting('NORTH', at, { stays: {} }))).toMatchObject([
        { state: 'KNOWN', added: 0 },
      ]);
    expect(await feed.refresh('SWEEP')).toMatchObject([{ state: 'COMPLETE' }]);
  });

  test('that does not say since when leaves that open', async () => {
    const feed = await Feed.open('NORTH');
    await countBy(feed, counting('NORTH', asOf, { p1: { validFrom: null } }));
    await feed.refresh('INCREMENT');
    expect(await feed.members()).toEqual({ 'Visit/p1/NORTH/1': 'NORTH|OPEN|-|-|p1|f' });
  });

  test('that cannot be read whole counts nothing', async () => {
    const feed = await Feed.open('NORTH');
    await feed.take([event('05', 'p1', joined('v1', 'NORTH', '05'))]);
    const cut: CaseloadCapability = {
      async *pull() {
        yield { page: 1, last: false, total: 2, items: [], watermark: null };
      },
      teams: async () => [],
    };
    expect(await countBy(feed, cut)).toMatchObject([{ state: 'FAILED', code: 'HUB_CASELOAD_INCOMPLETE' }]);
    expect(await feed.refresh('SWEEP')).toMatchObject([{ failureCode: 'HUB_FEED_NOT_COUNTED' }]);
  });
});

const STORY: readonly FeedEvent[] = [
  event('05', 'p1', joined('v1', 'NORTH', '05')),
  event('07', 'p1', { kind: 'MOVED', visit: 'v1', team: 'SOUTH', from: 'NORTH', on: '2026-01-07' }),
  event('08', 'p2', joined('v2', 'NORTH', '08')),
  event('09', 'p2', { kind: 'UNDONE', visit: 'v2', what: 'JOINED', at: null }),
  event('10', 'p1', { kind: 'LEFT', visit: 'v1', on: '2026-01-10' }),
  event('12', 'p3', joined('v3', 'SOUTH', '12')),
];
const END = {
  'Visit/v1/NORTH/1': 'NORTH|ENDED|2026-01-05|2026-01-07|p1|t',
  'Visit/v1/SOUTH/1': 'SOUTH|ENDED|2026-01-07|2026-01-10|p1|t',
  'Visit/v2/NORTH/1': 'NORTH|ENTERED_IN_ERROR|2026-01-08|-|p2|t',
  'Visit/v3/SOUTH/1': 'SOUTH|OPEN|2026-01-12|-|p3|t',
};

test.each([
  ['as it happened', (events: readonly FeedEvent[]) => events],
  ['the other way round', (events: readonly FeedEvent[]) => events.toReversed()],
  ['with repeats', (events: readonly FeedEvent[]) => [...events, ...events.toReversed(), ...events]],
])('message by message, %s, with a refresh after each, it comes to the same', async (_name, arranged) => {
  const feed = await Feed.open('NORTH', 'SOUTH');
  for (const each of arranged(STORY)) {
    await feed.take([each]);
    await feed.refresh('INCREMENT');
  }
  // A stay that was there only as long as its team was not told is one that never was.
  const kept = async () => {
    const members = Object.entries(await feed.members());
    return Object.fromEntries(
      members.filter(([, says]) => !says.startsWith(`${UNTOLD_TEAM}|ENTERED_IN_ERROR`)),
    );
  };
  expect(await kept()).toEqual(END);
  await feed.count('NORTH');
  await feed.count('SOUTH');
  await feed.refresh('SWEEP');
  expect(await kept()).toEqual(END);
});

test('what a message says when it is read again takes the place of what it said', async () => {
  const feed = await Feed.open('NORTH', 'SOUTH');
  const message = newId();
  const told = event('05', 'p1', joined('v1', 'NORTH', '05'));
  expect(await feed.take([told], message)).toEqual({ fresh: 1, changed: 1 });
  expect(await feed.take([told], message)).toEqual({ fresh: 0, changed: 0 });
  await feed.take([event('06', 'p2', joined('v2', 'NORTH', '06'))]);
  expect(await feed.take([event('05', 'p1', joined('v1', 'SOUTH', '05'))], message)).toMatchObject({
    fresh: 2,
  });
  await feed.refresh('INCREMENT');
  expect(await feed.members()).toMatchObject({
    'Visit/v1/SOUTH/1': 'SOUTH|OPEN|2026-01-05|-|p1|t',
    'Visit/v2/NORTH/1': 'NORTH|OPEN|2026-01-06|-|p2|t',
  });
  expect(await feed.take([], message)).toMatchObject({ fresh: 1 });
  await feed.refresh('INCREMENT');
  expect((await feed.members())['Visit/v1/SOUTH/1']).toMatch(/^SOUTH\|ENTERED_IN_ERROR/);
});

test('what another message says too stays', async () => {
  const feed = await Feed.open('NORTH');
  const told = event('05', 'p1', joined('v1', 'NORTH', '05'));
  const message = newId();
  await feed.take([told], message);
  await feed.take([told]);
  await feed.take([], message);
  await feed.refresh('INCREMENT');
  expect(await feed.members()).toEqual({ 'Visit/v1/NORTH/1': 'NORTH|OPEN|2026-01-05|-|p1|t' });
});

test('a team that nobody has mapped is noted, and one that nobody has told too; whoever is there is unknown', async () => {
  const feed = await Feed.open('NORTH');
  await feed.take([
    event('05', 'p1', joined('v1', 'X77', '05')),
    event('06', 'p2', { kind: 'STANDS', visit: 'v2', team: null }),
  ]);
  const teams = (await feed.refresh('INCREMENT')).map(({ teamReference }) => teamReference);
  expect(teams).toEqual([UNTOLD_TEAM, 'NORTH', 'X77']);
  const rows = await world.sql(
    `select team_reference, team_id, complete from caseload_memberships where system_id = $1 order by 1`,
    [feed.system.id],
  );
  expect(rows).toEqual([
    { team_reference: UNTOLD_TEAM, team_id: null, complete: false },
    { team_reference: 'X77', team_id: null, complete: true },
  ]);
  const doubts = await world.sql('select kind, local_ids, visit from feed_doubts where system_id = $1', [
    feed.system.id,
  ]);
  expect(doubts).toEqual([{ kind: 'TEAM_UNKNOWN', local_ids: ['p2'], visit: 'v2' }]);
  await feed.take([event('04', 'p2', joined('v2', 'NORTH', '04'))]);
  expect(await world.sql('select kind from feed_doubts where system_id = $1', [feed.system.id])).toEqual([]);
});

test('a record that was merged into another is that one’s person', async () => {
  const feed = await Feed.open('NORTH');
  const who = { nhsNumber: testNhsNumber(7), nhsNumberStatus: '01', dateOfBirth: '1990-01-02' };
  await feed.take([
    event('05', 'm1', joined('w1', 'NORTH', '05'), { dateOfBirth: '1990-01-02' }),
    event('06', 'm2', joined('w2', 'NORTH', '06'), who),
  ]);
  await feed.refresh('INCREMENT');
  expect((await world.personOf('m1')).id).not.toBe((await world.personOf('m2')).id);
  await feed.take([event('09', 'm1', { kind: 'REPLACED', by: 'm2' })]);
  await feed.refresh('INCREMENT');
  expect((await world.personOf('m1')).id).toBe((await world.personOf('m2')).id);
});

test('more than a page comes whole, and no event is anybody else’s', async () => {
  const feed = await Feed.open('NORTH');
  const events = Array.from({ length: 1_201 }, (_, n) =>
    event('05', `q${n}`, joined(`x${n}`, 'NORTH', '05')),
  );
  expect(await feed.take(events)).toEqual({ fresh: 1_201, changed: 1_201 });
  expect(await feed.refresh('INCREMENT')).toMatchObject([{ state: 'COMPLETE', received: 1_201 }]);
  const other = await Feed.open('NORTH');
  expect(await other.refresh('INCREMENT')).toMatchObject([{ received: 0 }]);
  expect(FEED_BEGINNING < new Date(0).toISOString()).toBe(false);
});
