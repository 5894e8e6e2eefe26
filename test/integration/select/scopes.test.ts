/** Lists that are read team by team: the same rows as row-level security admits, and a page that costs a page. */
import { FIELD_MAPS } from '../../../schema/roots.js';
import { Role } from '../../../src/core/caller.js';
import type { TypeMap } from '../../../src/platform/database/select/field-map.js';
import { ORGANISATION, TEAMS } from './library-data.js';
import { BOOKS } from './library-maps.js';
import { LibraryWorld, visibleRows } from './library-world.js';

let world: LibraryWorld;
beforeAll(async () => {
  world = await LibraryWorld.open();
});
afterAll(() => world.close());

const SCOPED = FIELD_MAPS.filter((map) => map.scopes.length > 0);

const READERS: Readonly<Partial<Record<Role, string>>> = {
  ANALYST: 'hub_read_analyst',
  IDENTITY_STEWARD: 'hub_read_steward',
};

/** What the policy of a reading role on a table says. */
async function policyOf(table: string, role: Role): Promise<string> {
  const { rows } = await world.test.owner.query<{ qual: string }>(
    `select qual from pg_policies where tablename = $1 and $2 = any (roles) and cmd = 'SELECT'`,
    [table, READERS[role] ?? 'hub_read_staff'],
  );
  return rows.map(({ qual }) => qual).join(' or ');
}

describe('a map that names a scope column', () => {
  test('there are such maps', () => {
    expect(SCOPED.map(({ type }) => type).sort()).toEqual([
      'DecisionReview',
      'EligibilityDecision',
      'EmploymentEpisode',
      'InboundMessage',
      'Membership',
      'Note',
      'NoteDelivery',
      'Referral',
      'WorkItem',
    ]);
  });

  const cases = SCOPED.flatMap((map) =>
    map.scopes.flatMap(({ roles, column, ids }) =>
      roles.map((role) => [map.table, role, column, ids] as [string, Role, string, string]),
    ),
  );
  test.each(cases)('%s for %s: the policy holds rows to it', async (table, role, column, ids) => {
    const setting = /'hub\.\w+'/.exec(ids)![0];
    const policy = await policyOf(table, role);
    if (column === 'system_id') {
      // A record system is one organisation's, so that the systems of the organisation hold all that its policy does.
      expect(ids).toMatch(/from clinical_record_systems s where s\.organisation_id = .*'hub\.org'/s);
      expect(policy).toMatch(/^\(organisation_id = \( SELECT [^;]*'hub\.org'[^;]*\)\)$/);
      return;
    }
    expect(policy).toMatch(new RegExp(`^\\(+${column} = ANY \\(\\(+ ?SELECT .*${setting}`, 's'));
    // What else it asks is asked beside that, never instead.
    expect(policy.toLowerCase()).not.toMatch(/^[^;]*uuid\[\]\)+ or /s);
  });

  test.each(cases)('%s for %s: an index starts with it', async (table, _role, column) => {
    const { rows } = await world.test.owner.query(
      `select 1 from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
       where i.indrelid = $1::regclass and a.attname = $2 and i.indnatts > 1 and i.indpred is null`,
      [table, column],
    );
    expect(rows.length).toBeGreaterThan(0);
  });

  test.each(SCOPED.map((map) => [map.type, map] as [string, TypeMap]))(
    '%s: no role is under two scopes',
    (_type, map) => {
      const roles = map.scopes.flatMap((scope) => [...scope.roles]);
      expect(new Set(roles).size).toBe(roles.length);
    },
  );
});

describe('the rows', () => {
  const QUERY = '{ books(first: 100, orderBy: TITLE) { nodes { id } pageInfo { hasNextPage } totalCount } }';
  type Answer = { books: { nodes: { id: string }[]; totalCount: number } };
  const idsFor = async (teams: readonly string[]): Promise<string[]> => {
    const asked = world.request(Role.EMPLOYMENT_SPECIALIST, {}, teams);
    const { books } = (await world.whole(QUERY, {}, asked)) as Answer;
    expect(books.totalCount).toBe(books.nodes.length);
    return books.nodes.map(({ id }) => id).sort();
  };

  test('are those of the caller’s teams', async () => {
    const teams = [TEAMS.own, TEAMS.second];
    const expected = visibleRows(world.rows, teams).books.map((row) => String(row.id));
    expect(expected.length).toBeGreaterThan(5);
    expect(await idsFor(teams)).toEqual(expected.sort());
  });

  test('come once when a team is named twice', async () => {
    expect(await idsFor([TEAMS.own, TEAMS.own, TEAMS.second])).toEqual(
      await idsFor([TEAMS.own, TEAMS.second]),
    );
  });

  test('are none for a caller without a team', async () => {
    expect(await idsFor([])).toEqual([]);
  });

  test('are read team by team, and still under the policy', async () => {
    const asked = world.request();
    await world.whole(QUERY, {}, asked);
    const text = asked.statements.find((statement) => statement.text.includes('lateral'))?.text ?? '';
    expect(text).toContain(`select distinct unnest(${BOOKS.scopes[0]!.ids})`);
    const foreign = text.replaceAll(BOOKS.scopes[0]!.ids, `array['${TEAMS.foreign}'::uuid]`);
    const { scope, reader } = asked.context;
    expect(await world.test.database.read(reader, scope, { text: foreign, values: [] })).toEqual([]);
  });

  test('of an analyst are read organisation by organisation', async () => {
    const asked = world.request(Role.ANALYST);
    const { books } = (await world.whole(
      '{ books(first: 100) { nodes { id } totalCount } }',
      {},
      asked,
    )) as Answer;
    expect(books.nodes.length).toBe(books.totalCount);
    expect(asked.context.scope.organisationIds).toEqual([ORGANISATION]);
    expect(asked.statements.some(({ text }) => text.includes('hub.orgs') && text.includes('lateral'))).toBe(
      true,
    );
  });
});
