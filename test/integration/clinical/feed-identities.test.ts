/** Whoever a feed has brought onto a caseload stays known for who they are, whatever becomes of what brought them there. */
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import { takeEvents } from '../../../src/clinical/feed/feed.service.js';
import { feedCaseload } from '../../../src/clinical/feed/feed-caseload.js';
import type { FeedEvent } from '../../../src/clinical/feed.port.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { newId } from '../../../src/core/ids.js';
import { CaseloadWorld } from '../../support/caseload-world.js';
import { happened, joined, left, on, replaced, undone } from '../../support/feed-events.js';

let world: CaseloadWorld;
let system: RefreshedSystem;
let systems = 0;
beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());
beforeEach(async () => {
  system = await world.system(`FEED${++systems}`);
  await world.map(system, 'north', await world.team('CMHT'));
});

/** Takes an event, and refreshes. */
async function take(event: FeedEvent): Promise<void> {
  await world.as('worker', (tx) => takeEvents(tx, system, [{ sourceId: newId(), events: [event] }]));
  await refreshed();
}

async function refreshed(): Promise<void> {
  const caseload = feedCaseload({
    database: world.db.database,
    system,
    patience: { silentAfterMs: 60_000, unreadAfterMs: 60_000, toldAll: true },
    source: async () => ({ heardAt: new Date(), unreadSince: null, notUnderstood: [] }),
  });
  const adapter = { caseload } as unknown as ClinicalRecordAdapter;
  const teams = await world.refresh.refreshSystem(system, adapter, 'INCREMENT');
  expect(teams.map(({ state }) => state)).not.toContain('INCOMPLETE');
}

/** Records, and whose they are by their record system; and whether those who are one are one person. */
async function records(): Promise<readonly string[]> {
  const rows = await world.sql<{ says: string; isOne: boolean }>(
    `select concat_ws(' is ', l.local_id, l.replaced_by_local_id) as says,
            l.replaced_by_local_id is null or p.merged_into_id is not null as "isOne"
     from record_links l join persons p on p.id = l.person_id where l.system_id = $1 order by 1`,
    [system.id],
  );
  return rows.map(({ says, isOne }) => (isOne ? says : `${says}, and another person`));
}

const isB = happened(on(9), replaced('B'));
const B = { localId: 'B' };
const visits: Readonly<Record<string, readonly FeedEvent[]>> = {
  'was there': [happened(on(2), joined('north'))],
  'was never there after all': [happened(on(2), joined('north')), happened(on(3), undone('JOINED'))],
  'was told of without a team': [happened(on(4), left())],
  'had a visit that was told twice': [
    happened(on(2), joined('north')),
    happened(on(3), joined('north', { visit: 'w' })),
    happened(on(4), { kind: 'VISIT_REPLACED', visit: 'v', by: 'w' }),
  ],
  'had a visit that was another’s': [
    happened(on(2), joined('north')),
    happened(on(3), { kind: 'VISIT_GIVEN', visit: 'v', to: 'C' }),
  ],
};

test.each(Object.entries(visits))('somebody who %s turns out to be another', async (_name, events) => {
  for (const event of events) await take(event);
  await take(happened(on(8), joined('north', { visit: 'of B' }), B));
  await take(isB);
  expect(await records()).toEqual(expect.arrayContaining(['A is B', 'B']));
});

test('somebody who was taken for the survivor, and is not', async () => {
  await take(happened(on(2), joined('north'), B));
  // The later word comes first: B is A, which nobody may follow once it is known that A is B.
  await take(happened(on(9), replaced('A'), B));
  expect(await records()).toEqual(['A', 'B is A']);
  await take(happened(on(5), replaced('B')));
  expect(await records()).toEqual(['A is B', 'B']);
});

test('two of whom nothing is left turn out to be a third, who never was on a caseload', async () => {
  for (const [localId, visit] of [
    ['A', 'v'],
    ['B', 'w'],
  ] as const) {
    await take(happened(on(4), left(visit), { localId }));
    await take(happened(on(5), { kind: 'UNDONE', visit, what: 'JOINED', at: null }, { localId }));
  }
  expect(await records()).toEqual(['A', 'B']);
  for (const localId of ['A', 'B']) await take(happened(on(9), replaced('C'), { localId }));
  expect(await records()).toEqual(['A is C', 'B is C', 'C']);
});

test('of somebody who is said to be one with another nothing follows from having no stay, until they are parted', async () => {
  const standings = () =>
    world.sql<{ says: string }>(
      `select concat_ws(' ', local_id, state, case when complete then 'complete' else 'in doubt' end) as says
       from caseload_memberships where system_id = $1 and observed_to is null order by 1`,
      [system.id],
    );
  await take(happened(on(2), joined('north')));
  await take(happened(on(3), { kind: 'LINKED', with: 'B' }));
  expect((await standings()).map(({ says }) => says)).toEqual(['A OPEN complete', 'B ENDED in doubt']);
  expect(await records()).toEqual(['A', 'B']);
  // A message that said so, and says nothing now.
  const sourceId = newId();
  const say = (...events: FeedEvent[]) =>
    world.as('worker', (tx) => takeEvents(tx, system, [{ sourceId, events }]));
  await say(happened(on(4), { kind: 'LINKED', with: 'C' }));
  await refreshed();
  expect((await standings()).map(({ says }) => says)).toContain('C ENDED in doubt');
  await say();
  await refreshed();
  expect((await standings()).map(({ says }) => says)).not.toContain('C ENDED in doubt');
  await take(happened(on(4), { kind: 'SEPARATED', with: 'A' }, B));
  expect(
    (await standings())
      .filter(({ says }) => !says.startsWith('C'))
      .map(({ says }) => says.split(' ').slice(0, 2).join(' ')),
  ).toEqual(['A OPEN', 'B ENTERED_IN_ERROR']);
});

test('a chain is followed to its end for those who are on no caseload any more', async () => {
  await take(happened(on(2), joined('north')));
  await take(happened(on(3), undone('JOINED')));
  await take(isB);
  await take(happened(on(10), replaced('C'), B));
  await take(happened(on(11), joined('north', { visit: 'of C' }), { localId: 'C' }));
  expect(await records()).toEqual(expect.arrayContaining(['A is C', 'C']));
  // What parts them parts them here, too.
  await take(happened(on(12), { kind: 'SEPARATED', with: 'B' }));
  expect(await records()).toEqual(expect.arrayContaining(['A', 'C']));
});
