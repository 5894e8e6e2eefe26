/** Loading a directory into the real database: what it writes, what loading it again changes, and that a fault leaves nothing behind. */
import type pg from 'pg';
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import {
  type DirectoryData,
  type LoadedDirectory,
  loadDirectory,
} from '../../../src/directory/directory.service.js';
import { DirectoryScopeSource } from '../../../src/directory/scope.reader.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const FROM = '2024-02-29';

/** Two trusts that use the same team code and the same subject, and an agreement between them. */
const TOWN: DirectoryData = {
  organisations: [
    { odsCode: 'RAA', name: 'Alder Trust', kind: 'TRUST' },
    { odsCode: 'RBB', name: 'Beech Trust', kind: 'PROVIDER' },
  ],
  teams: [
    {
      organisation: 'RAA',
      code: 'NORTH',
      name: 'North team',
      kind: 'CMHT',
      mhsdsTeamType: 'A06',
      area: 'Northwick',
      dutyContact: 'desk 1',
      validFrom: '2020-01-01',
      validTo: '2030-01-01',
    },
    { organisation: 'RAA', code: 'SOUTH', name: 'South team', kind: 'EIP' },
    { organisation: 'RBB', code: 'NORTH', name: 'Another north team', kind: 'CRISIS' },
  ],
  staff: [
    {
      organisation: 'RAA',
      subject: 'sam',
      displayName: 'Sam Oakshott',
      roles: [Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER],
      teams: ['NORTH', 'SOUTH'],
    },
    {
      organisation: 'RBB',
      subject: 'sam',
      displayName: 'Another Sam',
      roles: [Role.CARE_COORDINATOR],
      teams: ['NORTH'],
    },
    { organisation: 'RBB', subject: 'ana', displayName: 'Ana Quick', roles: [Role.ANALYST], teams: [] },
  ],
  agreements: [{ recipient: 'RBB', covered: 'RAA', reference: 'DSA-1', validFrom: '2023-04-01' }],
};

const TABLES = [
  'organisations',
  'teams',
  'staff',
  'staff_roles',
  'staff_teams',
  'reporting_agreements',
] as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
// Signed documents, which may never be emptied, refer to staff.
beforeEach(() =>
  db.owner.query(
    `set session_replication_role = replica; truncate ${TABLES.join(', ')} cascade; reset session_replication_role`,
  ),
);

const load = (data: DirectoryData, validFrom = FROM): Promise<LoadedDirectory> =>
  db.database.transaction('write', NO_SCOPE, (tx) => loadDirectory(tx, data, validFrom));

const sql = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> =>
  (await db.owner.query<Row>(text)).rows;

/** Every row of the directory, ids included, as text. */
async function everything(): Promise<Record<string, string[]>> {
  const held: Record<string, string[]> = {};
  for (const table of TABLES) {
    const rows = await sql<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t order by t.id`);
    held[table] = rows.map(({ row }) => row);
  }
  return held;
}

const counts = async (): Promise<number[]> => Object.values(await everything()).map((rows) => rows.length);

/** The town with one list replaced. */
const changed = <Part extends keyof DirectoryData>(
  part: Part,
  change: (list: DirectoryData[Part]) => DirectoryData[Part],
): DirectoryData => ({ ...TOWN, [part]: change(TOWN[part]) });

describe('what is written', () => {
  test('every organisation, team, person, role, assignment and agreement, once', async () => {
    await load(TOWN);
    expect(await counts()).toEqual([2, 3, 3, 4, 3, 1]);
  });

  test('a team with everything said, and one with the least', async () => {
    await load(TOWN);
    const teams = await sql(
      `select t.code, t.name, t.kind, t.mhsds_team_type, t.area, t.duty_contact, t.valid_from::text, t.valid_to::text, o.ods_code
       from teams t join organisations o on o.id = t.organisation_id order by o.ods_code, t.code`,
    );
    expect(teams).toEqual([
      {
        code: 'NORTH',
        name: 'North team',
        kind: 'CMHT',
        mhsds_team_type: 'A06',
        area: 'Northwick',
        duty_contact: 'desk 1',
        valid_from: '2020-01-01',
        valid_to: '2030-01-01',
        ods_code: 'RAA',
      },
      {
        code: 'SOUTH',
        name: 'South team',
        kind: 'EIP',
        mhsds_team_type: null,
        area: null,
        duty_contact: null,
        valid_from: null,
        valid_to: null,
        ods_code: 'RAA',
      },
      {
        code: 'NORTH',
        name: 'Another north team',
        kind: 'CRISIS',
        mhsds_team_type: null,
        area: null,
        duty_contact: null,
        valid_from: null,
        valid_to: null,
        ods_code: 'RBB',
      },
    ]);
  });

  test('the answer leads from codes to the ids that were written', async () => {
    const { organisations, teams } = await load(TOWN);
    const held = await sql<{ key: string; id: string }>(
      `select o.ods_code || '/' || t.code as key, t.id from teams t join organisations o on o.id = t.organisation_id`,
    );
    expect([...teams].sort()).toEqual(held.map(({ key, id }) => [key, id]).sort());
    const trusts = await sql<{ ods_code: string; id: string }>('select ods_code, id from organisations');
    expect([...organisations].sort()).toEqual(trusts.map(({ ods_code, id }) => [ods_code, id]).sort());
  });

  test('an assignment is to the team of the person’s own organisation, whoever else uses the code', async () => {
    const { organisations } = await load(TOWN);
    const rows = await sql<{ staff_of: string; team_of: string }>(
      `select s.organisation_id as staff_of, t.organisation_id as team_of
       from staff_teams a join staff s on s.id = a.staff_id join teams t on t.id = a.team_id`,
    );
    expect(rows).toHaveLength(3);
    for (const { staff_of, team_of } of rows) expect(team_of).toBe(staff_of);
    expect(new Set(rows.map(({ staff_of }) => staff_of))).toEqual(new Set(organisations.values()));
  });

  test('roles and assignments hold from the day given, without an end', async () => {
    await load(TOWN, '2025-12-31');
    for (const table of ['staff_roles', 'staff_teams']) {
      const rows = await sql(`select distinct valid_from::text, valid_to::text from ${table}`);
      expect(rows).toEqual([{ valid_from: '2025-12-31', valid_to: null }]);
    }
    expect(await sql('select reference, valid_from::text from reporting_agreements')).toEqual([
      { reference: 'DSA-1', valid_from: '2023-04-01' },
    ]);
  });

  test('an empty directory is a directory', async () => {
    const { organisations, teams } = await load({ organisations: [], teams: [], staff: [], agreements: [] });
    expect([organisations.size, teams.size, ...(await counts())]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('loading again', () => {
  test('the same directory changes no row and no id', async () => {
    const first = await load(TOWN);
    const before = await everything();
    const second = await load(TOWN);
    expect(await everything()).toEqual(before);
    expect([...second.teams]).toEqual([...first.teams]);
    expect([...second.organisations]).toEqual([...first.organisations]);
  });

  test.each<[string, DirectoryData, string, unknown]>([
    [
      'an organisation’s name and kind',
      changed('organisations', ([a, b]) => [{ ...a!, name: 'Alder and Ash', kind: 'OTHER' }, b!]),
      `select name || '|' || kind as now from organisations where ods_code = 'RAA'`,
      'Alder and Ash|OTHER',
    ],
    [
      'a team’s name',
      changed('teams', ([a, ...rest]) => [{ ...a!, name: 'Far north' }, ...rest]),
      `select name as now from teams where mhsds_team_type = 'A06'`,
      'Far north',
    ],
    [
      'a team’s kind',
      changed('teams', ([a, ...rest]) => [{ ...a!, kind: 'REHABILITATION' }, ...rest]),
      `select kind as now from teams where name = 'North team'`,
      'REHABILITATION',
    ],
    [
      'what a team no longer says',
      changed('teams', ([a, ...rest]) => [
        { organisation: a!.organisation, code: a!.code, name: a!.name, kind: a!.kind },
        ...rest,
      ]),
      `select concat_ws('|', mhsds_team_type, area, duty_contact, valid_from, valid_to) as now from teams where name = 'North team'`,
      '',
    ],
    [
      'the days between which a team exists',
      changed('teams', ([a, ...rest]) => [{ ...a!, validFrom: '2021-06-01', validTo: null }, ...rest]),
      `select concat_ws('|', valid_from, coalesce(valid_to::text, 'open')) as now from teams where name = 'North team'`,
      '2021-06-01|open',
    ],
    [
      'a person’s name',
      changed('staff', ([a, ...rest]) => [{ ...a!, displayName: 'Sam Married' }, ...rest]),
      `select string_agg(display_name, ',' order by display_name) as now from staff where subject = 'sam'`,
      'Another Sam,Sam Married',
    ],
    [
      'the reference of an agreement',
      changed('agreements', ([a]) => [{ ...a!, reference: 'DSA-2' }]),
      `select string_agg(reference, ',') as now from reporting_agreements`,
      'DSA-2',
    ],
  ])('%s', async (_what, data, question, now) => {
    const { teams, organisations } = await load(TOWN);
    const before = await counts();
    const again = await load(data);
    expect((await sql<{ now: unknown }>(question))[0]!.now).toBe(now);
    expect(await counts()).toEqual(before);
    expect([...again.teams]).toEqual([...teams]);
    expect([...again.organisations]).toEqual([...organisations]);
  });

  test('somebody who was put aside stays so until the data say otherwise, and keeps the id', async () => {
    await load(TOWN);
    const before = await sql('select id, subject from staff order by id');
    await db.owner.query('update staff set active = false');
    await load(changed('staff', (staff) => [staff[0]!]));
    expect(await sql('select id from staff where active')).toEqual([]);
    await load(changed('staff', (staff) => [{ ...staff[0]!, active: true }]));
    expect(await sql('select id, subject from staff order by id')).toEqual(before);
    expect(await sql('select display_name from staff where active')).toEqual([
      { display_name: 'Sam Oakshott' },
    ]);
  });

  test('access is withdrawn by saying so', async () => {
    await load(TOWN);
    await load(changed('staff', (staff) => [{ ...staff[0]!, active: false }]));
    expect(await sql('select display_name from staff where not active')).toEqual([
      { display_name: 'Sam Oakshott' },
    ]);
  });

  test('a role and a team that are no longer given end on the day, and can be given again', async () => {
    const [first] = TOWN.staff;
    await load(TOWN);
    const held = () =>
      sql<{ roles: number; teams: number }>(
        `select (select count(*)::int from staff_roles r where r.staff_id = s.id and (r.valid_to is null or r.valid_to > '2026-03-01')) as roles,
                (select count(*)::int from staff_teams t where t.staff_id = s.id and (t.valid_to is null or t.valid_to > '2026-03-01')) as teams
         from staff s where s.display_name = '${first!.displayName}'`,
      );
    const before = await held();
    await load(
      changed('staff', () => [{ ...first!, roles: [Role.ADMINISTRATOR], teams: [] }]),
      '2026-03-01',
    );
    expect(await held()).toEqual([{ roles: 1, teams: 0 }]);
    expect(await sql(`select 1 from staff_roles where valid_to = '2026-03-01'`)).not.toEqual([]);
    await load(
      changed('staff', () => [first!]),
      '2026-03-01',
    );
    expect(await held()).toEqual(before);
  });

  test('what is no longer named stays: leaving is recorded, not inferred', async () => {
    await load(TOWN);
    const before = await counts();
    await load({ organisations: TOWN.organisations, teams: [], staff: [], agreements: [] });
    expect(await counts()).toEqual(before);
  });

  test('the same from another day on changes nothing: who holds a role goes on holding it', async () => {
    await load(TOWN);
    const before = await counts();
    await load(TOWN, '2026-01-01');
    expect(await counts()).toEqual(before);
  });

  test('a role and a team more are added to those held', async () => {
    await load(TOWN);
    const more = changed('staff', ([a, b, c]) => [
      a!,
      b!,
      { ...c!, roles: [Role.ANALYST, Role.ADMINISTRATOR], teams: ['NORTH'] },
    ]);
    await load(more);
    expect(await counts()).toEqual([2, 3, 3, 5, 4, 1]);
  });
});

describe('a code that is not given', () => {
  test.each<[string, DirectoryData, string, string]>([
    [
      'the organisation of a team',
      changed('teams', ([a]) => [{ ...a!, organisation: 'RZZ' }]),
      'teams.organisation',
      'RZZ',
    ],
    [
      'the organisation of a person',
      changed('staff', ([a]) => [{ ...a!, organisation: 'RZZ' }]),
      'staff.organisation',
      'RZZ',
    ],
    [
      'a person’s team',
      changed('staff', ([a]) => [{ ...a!, teams: ['NORTH', 'WEST'] }]),
      'staff.teams',
      'RAA/WEST',
    ],
    [
      'a team of the other organisation',
      changed('staff', ([, b]) => [{ ...b!, teams: ['SOUTH'] }]),
      'staff.teams',
      'RBB/SOUTH',
    ],
    [
      'who receives reports',
      changed('agreements', ([a]) => [{ ...a!, recipient: 'RZZ' }]),
      'agreements.recipient',
      'RZZ',
    ],
    [
      'who is reported on',
      changed('agreements', ([a]) => [{ ...a!, covered: 'RZZ' }]),
      'agreements.covered',
      'RZZ',
    ],
  ])('%s: refused by its field, and nothing is written', async (_what, data, field, code) => {
    await expect(load(data)).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
      details: { field, fault: `${code} is not in the directory given` },
    });
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('the refusal names what would do, and nobody’s name', async () => {
    const refusal = await load(changed('staff', ([a]) => [{ ...a!, teams: ['WEST'] }])).catch(
      (error: Error) => error,
    );
    expect((refusal as Error).message).toBe(
      'staff.teams: RAA/WEST is not in the directory given; accepted: RAA/NORTH, RAA/SOUTH, RBB/NORTH',
    );
    expect((refusal as Error).message).not.toMatch(/Oakshott|Sam/);
  });

  test('an organisation that is in the database but not in the data is not taken for given', async () => {
    await load(TOWN);
    const alone: DirectoryData = { organisations: [], teams: [TOWN.teams[0]!], staff: [], agreements: [] };
    await expect(load(alone)).rejects.toMatchObject({ details: { field: 'teams.organisation' } });
  });

  test.each<[string, DirectoryData]>([
    ['kind of organisation', changed('organisations', ([a, b]) => [{ ...a!, kind: 'CLUB' }, b!])],
    ['kind of team', changed('teams', ([a, ...rest]) => [{ ...a!, kind: 'FOOTBALL' }, ...rest])],
    ['role', changed('staff', ([a, ...rest]) => [{ ...a!, roles: ['KING' as Role] }, ...rest])],
  ])('a %s that the tables do not know leaves nothing behind', async (_what, data) => {
    await expect(load(data)).rejects.toThrow();
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('who may do what afterwards', () => {
  const standing = (subject: string, organisation: string, on: string) =>
    new DirectoryScopeSource(db.database).standingOf(subject, organisation, on);

  test('is what was loaded, each subject within their own organisation', async () => {
    const { organisations, teams } = await load(TOWN);
    const alder = await standing('sam', 'RAA', FROM);
    expect(alder).toMatchObject({ organisationId: organisations.get('RAA'), agreementOrganisationIds: [] });
    expect([...alder!.roles].sort()).toEqual([Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER].sort());
    expect([...alder!.teamIds].sort()).toEqual([teams.get('RAA/NORTH'), teams.get('RAA/SOUTH')].sort());
    const beech = await standing('sam', 'RBB', FROM);
    expect(beech).toMatchObject({
      roles: [Role.CARE_COORDINATOR],
      teamIds: [teams.get('RBB/NORTH')],
      agreementOrganisationIds: [organisations.get('RAA')],
    });
  });

  test('begins on the day given, and not the day before', async () => {
    await load(TOWN);
    expect(await standing('sam', 'RAA', '2024-02-28')).toMatchObject({ roles: [], teamIds: [] });
    expect((await standing('sam', 'RAA', '2024-02-29'))!.roles).toHaveLength(2);
  });

  test('is nothing for somebody put aside, and for a subject of nobody', async () => {
    await load(TOWN);
    await db.owner.query(`update staff set active = false where subject = 'ana'`);
    expect(await standing('ana', 'RBB', FROM)).toBeNull();
    expect(await standing('ana', 'RAA', FROM)).toBeNull();
    expect(await standing("sam' or '1'='1", 'RAA', FROM)).toBeNull();
  });
});
