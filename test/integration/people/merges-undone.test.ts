/** Chains of merges in the real database, undone link by link: nobody stays joined to somebody whom no record joins them to. */
import type { RecordIdentity } from '../../../src/people/identity.rules.js';
import { linkRecords } from '../../../src/people/linking.service.js';
import { findOrMakePerson } from '../../../src/people/person.service.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';

let world: CaseloadWorld;
let systemId: string;
beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());
let serial = 0;
beforeEach(async () => {
  // Signed documents, which may never be emptied, refer to persons.
  await world.sql(
    'set session_replication_role = replica; truncate record_links, identity_conflicts, persons cascade; reset session_replication_role',
  );
  systemId = (await world.system(`S${++serial}`)).id;
});

const record = (localId: string, replacedByLocalId: string | null = null): RecordIdentity => ({
  localId,
  nhsNumber: testNhsNumber(Number(localId)),
  nhsNumberStatus: '01',
  dateOfBirth: '1980-02-29',
  deceasedOn: null,
  active: replacedByLocalId === null,
  replacedByLocalId,
  restricted: false,
});
const arrive = (...records: RecordIdentity[]) =>
  world.as('worker', (tx) =>
    linkRecords(tx, { organisationId: world.organisationId, systemId, records, at: world.clock.now() }),
  );
/** Local ids by surviving person, as `1+2 3`. */
async function identities(): Promise<string> {
  const found = new Map<string, string[]>();
  const rows = await world.sql<{ local_id: string }>('select local_id from record_links order by local_id');
  for (const { local_id } of rows) {
    const { id } = await world.personOf(local_id);
    found.set(id, [...(found.get(id) ?? []), local_id]);
  }
  return [...found.values()]
    .map((ids) => ids.join('+'))
    .sort()
    .join(' ');
}

const orders = [
  ['1', '2', '3'],
  ['1', '3', '2'],
  ['2', '1', '3'],
  ['2', '3', '1'],
  ['3', '1', '2'],
  ['3', '2', '1'],
];
const chain: Readonly<Record<string, RecordIdentity>> = {
  1: record('1', '2'),
  2: record('2', '3'),
  3: record('3'),
};

describe.each(orders.map((order) => [order.join(', '), order] as const))(
  'a chain that arrives as %s',
  (_what, order) => {
    test.each<[string, readonly string[], string]>([
      ['the first link', ['1'], '1 2+3'],
      ['the second link', ['2'], '1+2 3'],
      ['the first, then the second', ['1', '2'], '1 2 3'],
      ['the second, then the first', ['2', '1'], '1 2 3'],
    ])('undone: %s', async (_link, undone, expected) => {
      for (const localId of order) await arrive(chain[localId]!);
      expect(await identities()).toBe('1+2+3');
      for (const localId of undone) await arrive(record(localId));
      expect(await identities()).toBe(expected);
      expect(await world.conflicts()).toEqual([]);
      const repeated = await arrive(...[...undone].map((localId) => record(localId)));
      expect(repeated).toEqual({ changed: 0, personsMade: 0, merged: 0, conflictsOpened: 0 });
    });
  },
);

test('a merge that moves to another record takes nobody else along', async () => {
  await arrive(record('1', '2'), record('2'), record('3'), record('4', '2'));
  expect(await identities()).toBe('1+2+4 3');
  await arrive(record('1', '3'));
  expect(await identities()).toBe('1+3 2+4');
  await arrive(record('1', '2'));
  expect(await identities()).toBe('1+2+4 3');
});

describe('what came with somebody else', () => {
  let teams: readonly string[];
  beforeAll(async () => {
    teams = [await world.team('EMPLOYMENT'), await world.team('EMPLOYMENT')].sort();
  });
  const refer = (localId: string, familyName: string, teamId: string) =>
    world.as('write', (tx) =>
      findOrMakePerson(
        tx,
        {
          organisationId: world.organisationId,
          nhsNumber: testNhsNumber(Number(localId)),
          dateOfBirth: '1980-02-29',
          givenName: 'Ada',
          familyName,
          telephone: `0${localId}`,
          postcode: null,
          teamId,
        },
        world.clock.now(),
      ),
    );
  /** Family name, telephone and how many teams, of the survivor of each record. */
  const seen = async (): Promise<unknown[]> =>
    Promise.all(
      ['1', '2', '3'].map(async (localId) => {
        const { id } = await world.personOf(localId);
        const [row] = await world.sql<{ says: string }>(
          `select concat_ws(' ', coalesce(family_name, '-'), coalesce(telephone, '-'), cardinality(visible_team_ids)) as says from persons where id = $1`,
          [id],
        );
        return row!.says;
      }),
    );

  test('goes back along a whole chain, and along the rest of it when only a link is undone', async () => {
    for (const localId of ['1', '2', '3']) await arrive(record(localId));
    await refer('1', 'One', teams[0]!);
    await refer('2', 'Two', teams[1]!);
    expect(await seen()).toEqual(['One 01 1', 'Two 02 1', '- - 0']);
    await arrive(chain[1]!, chain[2]!);
    expect(await seen()).toEqual(['Two 02 2', 'Two 02 2', 'Two 02 2']);
    await arrive(record('1'));
    expect(await seen()).toEqual(['One 01 1', 'Two 02 1', 'Two 02 1']);
    await arrive(record('2'));
    expect(await seen()).toEqual(['One 01 1', 'Two 02 1', '- - 0']);
  });

  test('goes through somebody who has nothing of their own', async () => {
    for (const localId of ['1', '2', '3']) await arrive(record(localId));
    await refer('1', 'One', teams[0]!);
    await arrive(chain[1]!, chain[2]!);
    expect(await seen()).toEqual(['One 01 1', 'One 01 1', 'One 01 1']);
  });

  test('gives way to a referral of their own, which stays', async () => {
    await arrive(record('1'), record('2'), record('3'));
    await refer('1', 'One', teams[0]!);
    await arrive(chain[1]!);
    expect(await seen()).toEqual(['One 01 1', 'One 01 1', '- - 0']);
    await refer('2', 'Two', teams[1]!);
    expect((await seen())[1]).toBe('Two 02 2');
    // That team knew of them through the other alone.
    await refer('2', 'Two', teams[0]!);
    await arrive(record('1'));
    expect(await seen()).toEqual(['One 01 1', 'Two 02 2', '- - 0']);
  });
});

test('undone with all of it in one pull', async () => {
  await arrive(chain[1]!, chain[2]!, chain[3]!);
  await arrive(record('1'), record('2'), record('3', '1'));
  expect(await identities()).toBe('1+3 2');
});
