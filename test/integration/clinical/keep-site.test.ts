/** Site profiles in the real database: systems and team maps kept, changed by keeping them again, and refused whole where a code is unknown. */
import { readSweeps } from '../../../src/clinical/evidence.reader.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { keepSite, type SiteToKeep } from '../../../src/clinical/site.service.js';
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import { loadDirectory } from '../../../src/directory/directory.service.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;
let teams: ReadonlyMap<string, string>;
let organisations: ReadonlyMap<string, string>;

const SITE: SiteToKeep = {
  code: 'alder',
  name: 'Alder record system',
  organisation: 'RAA',
  adapter: 'fhir-r4',
  teams: [
    {
      reference: 'Organization/n',
      team: 'NORTH',
      label: 'North',
      validFrom: '2024-01-01',
      validTo: '2031-01-01',
    },
    { reference: 'Organization/s', team: 'SOUTH' },
    { reference: 'Organization/x', team: null, label: 'nobody knows' },
  ],
};

beforeAll(async () => {
  db = await createTestDatabase();
  ({ teams, organisations } = await db.database.transaction('write', NO_SCOPE, (tx) =>
    loadDirectory(
      tx,
      {
        organisations: [
          { odsCode: 'RAA', name: 'Alder', kind: 'TRUST' },
          { odsCode: 'RBB', name: 'Beech', kind: 'TRUST' },
        ],
        teams: [
          { organisation: 'RAA', code: 'NORTH', name: 'North', kind: 'CMHT' },
          { organisation: 'RAA', code: 'SOUTH', name: 'South', kind: 'EIP' },
          { organisation: 'RBB', code: 'NORTH', name: 'Other north', kind: 'CMHT' },
          { organisation: 'RBB', code: 'EAST', name: 'East', kind: 'CMHT' },
        ],
        staff: [
          { organisation: 'RAA', subject: 'ada', displayName: 'Ada', roles: [Role.ADMINISTRATOR], teams: [] },
        ],
        agreements: [],
      },
      '2024-01-01',
    ),
  ));
});
afterAll(() => db.close());
beforeEach(async () => {
  for (const table of ['caseload_memberships', 'caseload_pulls', 'team_maps', 'clinical_record_systems'])
    await db.owner.query(`delete from ${table}`);
});

const keep = (site: SiteToKeep): Promise<RefreshedSystem> =>
  db.database.transaction('write', NO_SCOPE, (tx) => keepSite(tx, site));

const systems = async (): Promise<Record<string, unknown>[]> =>
  (
    await db.owner.query(
      `select id, organisation_id, code, name, adapter, presence_budget_hours as presence, absence_budget_hours as absence
       from clinical_record_systems order by code`,
    )
  ).rows;

const maps = async (): Promise<string[]> =>
  (
    await db.owner.query<{ line: string }>(
      `select concat_ws(' ', s.code, m.team_reference, coalesce(o.ods_code || '/' || t.code, '-'), coalesce(m.label, '-'),
         coalesce(m.valid_from::text, '-'), coalesce(m.valid_to::text, '-')) as line
       from team_maps m join clinical_record_systems s on s.id = m.system_id
       left join teams t on t.id = m.team_id left join organisations o on o.id = t.organisation_id
       order by s.code, m.team_reference`,
    )
  ).rows.map(({ line }) => line);

/** Every column but when a reference was first met. */
async function everything(): Promise<unknown> {
  const { rows } = await db.owner.query('select * from team_maps order by id');
  return [await systems(), rows];
}

describe('keeping a site', () => {
  test('writes the system and every line of its map', async () => {
    const kept = await keep(SITE);
    expect(kept).toEqual({ id: expect.any(String), organisationId: organisations.get('RAA'), code: 'alder' });
    expect(await systems()).toEqual([
      {
        id: kept.id,
        organisation_id: organisations.get('RAA'),
        code: 'alder',
        name: 'Alder record system',
        adapter: 'fhir-r4',
        presence: 168,
        absence: 26,
      },
    ]);
    expect(await maps()).toEqual([
      'alder Organization/n RAA/NORTH North 2024-01-01 2031-01-01',
      'alder Organization/s RAA/SOUTH - - -',
      'alder Organization/x - nobody knows - -',
    ]);
  });

  test.each<[string, Partial<SiteToKeep>, number, number]>([
    ['both', { presenceBudgetHours: 24, absenceBudgetHours: 6 }, 24, 6],
    ['presence alone', { presenceBudgetHours: 48 }, 48, 26],
    ['absence alone', { absenceBudgetHours: 12 }, 168, 12],
    ['neither', {}, 168, 26],
    ['said to be undefined', { presenceBudgetHours: undefined, absenceBudgetHours: undefined }, 168, 26],
  ])('budgets: %s', async (_what, more, presence, absence) => {
    await keep({ ...SITE, ...more });
    expect(await systems()).toMatchObject([{ presence, absence }]);
  });

  test('a budget that the profile no longer states falls back to the usual one', async () => {
    await keep({ ...SITE, presenceBudgetHours: 24, absenceBudgetHours: 6 });
    await keep(SITE);
    expect(await systems()).toMatchObject([{ presence: 168, absence: 26 }]);
  });

  test('a team code is looked up in the site’s own organisation', async () => {
    await keep({ ...SITE, code: 'beech', organisation: 'RBB', teams: [{ reference: 'b/n', team: 'NORTH' }] });
    const { rows } = await db.owner.query('select organisation_id, team_id from team_maps');
    expect(rows).toEqual([{ organisation_id: organisations.get('RBB'), team_id: teams.get('RBB/NORTH') }]);
  });

  test('a map without lines is a map', async () => {
    await keep({ ...SITE, teams: [] });
    expect([(await systems()).length, await maps()]).toEqual([1, []]);
  });
});

describe('keeping it again', () => {
  test('as it was changes no row and no id', async () => {
    const first = await keep(SITE);
    const before = await everything();
    expect(await keep(SITE)).toEqual(first);
    expect(await everything()).toEqual(before);
  });

  test.each<[string, Partial<SiteToKeep>, readonly string[]]>([
    [
      'a reference mapped to another team',
      { teams: [{ reference: 'Organization/n', team: 'SOUTH' }] },
      [
        'alder Organization/n RAA/SOUTH - - -',
        'alder Organization/s RAA/SOUTH - - -',
        'alder Organization/x - nobody knows - -',
      ],
    ],
    [
      'a reference mapped at last',
      { teams: [{ reference: 'Organization/x', team: 'NORTH', label: 'known now' }] },
      [
        'alder Organization/n RAA/NORTH North 2024-01-01 2031-01-01',
        'alder Organization/s RAA/SOUTH - - -',
        'alder Organization/x RAA/NORTH known now - -',
      ],
    ],
    [
      'a reference whose team is not known any more',
      { teams: [{ reference: 'Organization/s', team: null }] },
      [
        'alder Organization/n RAA/NORTH North 2024-01-01 2031-01-01',
        'alder Organization/s - - - -',
        'alder Organization/x - nobody knows - -',
      ],
    ],
    [
      'a reference that ends',
      { teams: [{ reference: 'Organization/s', team: 'SOUTH', validTo: '2026-04-01' }] },
      [
        'alder Organization/n RAA/NORTH North 2024-01-01 2031-01-01',
        'alder Organization/s RAA/SOUTH - - 2026-04-01',
        'alder Organization/x - nobody knows - -',
      ],
    ],
    [
      'a reference more',
      { teams: [...SITE.teams, { reference: 'Organization/z', team: 'NORTH' }] },
      [
        'alder Organization/n RAA/NORTH North 2024-01-01 2031-01-01',
        'alder Organization/s RAA/SOUTH - - -',
        'alder Organization/x - nobody knows - -',
        'alder Organization/z RAA/NORTH - - -',
      ],
    ],
  ])('%s', async (_what, change, expected) => {
    const first = await keep(SITE);
    const ids = await db.owner.query('select id, team_reference, found_at from team_maps order by id');
    expect(await keep({ ...SITE, ...change })).toEqual(first);
    expect(await maps()).toEqual(expected);
    const after = await db.owner.query('select id, team_reference, found_at from team_maps order by id');
    expect(after.rows).toEqual(expect.arrayContaining(ids.rows));
  });

  test('another name and adapter keep the system’s id', async () => {
    const first = await keep(SITE);
    await keep({ ...SITE, name: 'Renamed', adapter: 'hl7v2' });
    expect(await systems()).toMatchObject([{ id: first.id, name: 'Renamed', adapter: 'hl7v2' }]);
  });

  test('what the refresh notes of a system is left alone', async () => {
    await keep(SITE);
    await db.owner.query(`update clinical_record_systems set last_failure_code = 'HUB_UPSTREAM_TIMEOUT'`);
    await keep({ ...SITE, name: 'Renamed' });
    const { rows } = await db.owner.query('select last_failure_code from clinical_record_systems');
    expect(rows).toEqual([{ last_failure_code: 'HUB_UPSTREAM_TIMEOUT' }]);
  });
});

describe('two sites', () => {
  test('of one organisation may use the same reference, each for a team of its own', async () => {
    const one = await keep({ ...SITE, teams: [{ reference: 'team/1', team: 'NORTH' }] });
    const two = await keep({ ...SITE, code: 'alder-old', teams: [{ reference: 'team/1', team: 'SOUTH' }] });
    expect(two.id).not.toBe(one.id);
    expect(await maps()).toEqual(['alder team/1 RAA/NORTH - - -', 'alder-old team/1 RAA/SOUTH - - -']);
  });

  test('each with budgets of its own, and evidence of absence names both', async () => {
    await keep({ ...SITE, teams: [{ reference: 'team/1', team: 'NORTH' }], absenceBudgetHours: 4 });
    await keep({ ...SITE, code: 'alder-old', teams: [{ reference: 'team/2', team: null }] });
    await keep({
      ...SITE,
      code: 'beech',
      organisation: 'RBB',
      teams: [{ reference: 'team/3', team: 'EAST' }],
    });
    const id = organisations.get('RAA')!;
    const sweeps = await db.database.transaction('decide', { ...NO_SCOPE, organisationId: id }, (tx) =>
      readSweeps(tx, id, new Date('2026-03-02T09:00:00Z')),
    );
    expect(
      sweeps.map((sweep) => [
        sweep.systemCode,
        sweep.teamReference,
        sweep.teamKind,
        sweep.absenceBudgetHours,
        sweep.sweepStartedAt,
      ]),
    ).toEqual([
      ['alder', 'team/1', 'CMHT', 4, null],
      ['alder-old', 'team/2', null, 26, null],
    ]);
  });

  test.each([
    ['the day before it begins', '2024-01-14', ['open', 'until']],
    ['the day it begins', '2024-01-15', ['from', 'open', 'until']],
    ['the last day', '2024-06-29', ['from', 'open', 'until']],
    ['the first day after', '2024-06-30', ['from', 'open']],
  ])('a reference counts for absence from its first day to its last: %s', async (_what, day, expected) => {
    await keep({
      ...SITE,
      teams: [
        { reference: 'open', team: 'NORTH' },
        { reference: 'from', team: 'NORTH', validFrom: '2024-01-15' },
        { reference: 'until', team: 'NORTH', validTo: '2024-06-30' },
      ],
    });
    const id = organisations.get('RAA')!;
    const sweeps = await db.database.transaction('decide', { ...NO_SCOPE, organisationId: id }, (tx) =>
      readSweeps(tx, id, new Date(`${day}T12:00:00Z`)),
    );
    expect(sweeps.map((sweep) => sweep.teamReference)).toEqual(expected);
  });
});

describe('refused', () => {
  test.each<[string, Partial<SiteToKeep>, string, RegExp]>([
    [
      'an organisation that is not in the directory',
      { organisation: 'RZZ' },
      'sites.alder.organisation',
      /^RZZ is not/,
    ],
    [
      'a team that is not in the directory',
      { teams: [...SITE.teams, { reference: 'Organization/w', team: 'WEST' }] },
      'sites.alder.teams',
      /^WEST is not a team of RAA$/,
    ],
    [
      'a team of another organisation',
      { teams: [{ reference: 'Organization/e', team: 'EAST' }] },
      'sites.alder.teams',
      /^EAST is not a team of RAA$/,
    ],
    [
      'an empty team code',
      { teams: [{ reference: 'Organization/e', team: '' }] },
      'sites.alder.teams',
      /of RAA$/,
    ],
  ])('%s, and nothing of the site is kept', async (_what, change, field, fault) => {
    await expect(keep({ ...SITE, ...change })).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
      details: { field, fault: expect.stringMatching(fault) },
    });
    expect([await systems(), await maps()]).toEqual([[], []]);
  });

  test('the code of a site that is another organisation’s: no caseload changes hands', async () => {
    await keep(SITE);
    const before = await everything();
    const moved = { ...SITE, organisation: 'RBB', teams: [{ reference: 'Organization/n', team: 'NORTH' }] };
    await expect(keep(moved)).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
      details: { field: 'sites.alder.organisation' },
    });
    expect(await everything()).toEqual(before);
  });

  test('a refused change leaves the site as it was', async () => {
    await keep(SITE);
    const before = await everything();
    const change = {
      name: 'Renamed',
      teams: [
        { reference: 'Organization/n', team: 'SOUTH' },
        { reference: 'Organization/s', team: 'WEST' },
      ],
    };
    await expect(keep({ ...SITE, ...change })).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
    expect(await everything()).toEqual(before);
  });
});
