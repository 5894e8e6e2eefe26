/** Caseloads and teams through the graph: what was so on a day, what was known at an instant, whose rows, what is hidden. */
import { newId } from '../../../src/core/ids.js';
import { putMembership, putReferral } from '../../support/casework-people.js';
import { type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

interface Membership {
  readonly id: string;
  readonly [field: string]: unknown;
}

const FIELDS = `id state validFrom validTo complete observedFrom observedTo sourceReference sourceVersion careCoordinatorName
  team { code kind } system { code } person { id }`;

describe('memberships', () => {
  let graph: UseCases;
  let ids: Record<
    | 'open'
    | 'corrected'
    | 'correction'
    | 'left'
    | 'mistaken'
    | 'waiting'
    | 'undated'
    | 'restricted'
    | 'unmapped'
    | 'eip',
    string
  >;
  let referred: string;
  beforeAll(async () => {
    graph = await openUseCases();
    const { world } = graph;
    const put = async (
      caseload: 'CMHT' | 'EIP' | 'UNMAPPED',
      form: Parameters<typeof putMembership>[3] = {},
    ) => putMembership(world, await world.someone().known(), caseload, form);
    referred = await world.someone().known();
    await putReferral(world, referred, '001');
    await world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
      referred,
      world.teams.CMHT,
    ]);
    ids = {
      open: await putMembership(world, referred, 'CMHT', { observedFrom: world.hoursAgo(100) }),
      // Known as open from 90 to 50 hours ago, then corrected: it had ended long before.
      corrected: await put('CMHT', { observedFrom: world.hoursAgo(90), observedTo: world.hoursAgo(50) }),
      correction: await put('CMHT', {
        state: 'ENDED',
        from: '2025-03-01',
        to: '2025-06-01',
        observedFrom: world.hoursAgo(50),
      }),
      left: await put('CMHT', {
        state: 'ENDED',
        from: '2025-04-01',
        to: '2026-02-01',
        observedFrom: world.hoursAgo(80),
      }),
      mistaken: await put('CMHT', { state: 'ENTERED_IN_ERROR', observedFrom: world.hoursAgo(70) }),
      waiting: await put('CMHT', {
        state: 'WAITING_LIST',
        from: '2026-03-11',
        observedFrom: world.hoursAgo(60),
      }),
      undated: await put('CMHT', { from: null, observedFrom: world.hoursAgo(40) }),
      restricted: await put('CMHT', { restricted: true, observedFrom: world.hoursAgo(30) }),
      unmapped: await put('UNMAPPED', { observedFrom: world.hoursAgo(20) }),
      eip: await put('EIP', { observedFrom: world.hoursAgo(10) }),
    };
    await world.sql(`update caseload_memberships set care_coordinator_name = 'Dr Rowe' where id = $1`, [
      ids.open,
    ]);
  });
  afterAll(() => graph?.close());

  type Name = keyof typeof ids;
  const names = (rows: readonly Membership[]): string[] => {
    const byId = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    return rows.map(({ id }) => byId.get(id) ?? id);
  };
  const list = async (args: string, who: Client = 'specialist'): Promise<Name[]> => {
    const { memberships } = await graph.query<{ memberships: { totalCount: number; nodes: Membership[] } }>(
      who,
      `{ memberships(first: 100 ${args}) { totalCount nodes { id } } }`,
    );
    expect(memberships.totalCount).toBe(memberships.nodes.length);
    return names(memberships.nodes) as Name[];
  };

  it('without a day or an instant: what is believed now, newest known first, of every period', async () => {
    expect(await list('')).toEqual(['undated', 'correction', 'waiting', 'mistaken', 'left', 'open']);
  });

  it('one in full', async () => {
    const { memberships } = await graph.query<{ memberships: { nodes: Membership[] } }>(
      'specialist',
      `{ memberships(first: 1, filter: { stateIn: [OPEN] , ended: false }, asOf: "2026-01-01", knownAt: "${graph.world.hoursAgo(95).toISOString()}") { nodes { ${FIELDS} } } }`,
    );
    expect(memberships.nodes).toEqual([
      {
        id: ids.open,
        state: 'OPEN',
        validFrom: '2025-03-01',
        validTo: null,
        complete: true,
        observedFrom: graph.world.hoursAgo(100).toISOString(),
        observedTo: null,
        sourceReference: `EpisodeOfCare/${ids.open}`,
        sourceVersion: '1',
        careCoordinatorName: 'Dr Rowe',
        team: { code: 'CMHT', kind: 'CMHT' },
        system: { code: 'home' },
        person: { id: referred },
      },
    ]);
  });

  describe('asOf: what was so', () => {
    it.each<[string, Name[]]>([
      ['2025-02-28', ['undated']],
      ['2025-03-01', ['undated', 'correction', 'open']],
      ['2025-05-31', ['undated', 'correction', 'left', 'open']],
      ['2025-06-01', ['undated', 'left', 'open']],
      ['2026-01-31', ['undated', 'left', 'open']],
      ['2026-02-01', ['undated', 'open']],
      ['2026-03-10', ['undated', 'open']],
      ['2026-03-11', ['undated', 'waiting', 'open']],
    ])('on %s', async (asOf, expected) => {
      expect(await list(`, asOf: "${asOf}"`)).toEqual(expected);
    });

    it('never what was entered in error', async () => {
      expect(await list(', asOf: "2025-12-01", filter: { stateIn: [ENTERED_IN_ERROR] }')).toEqual([]);
      expect(await list(', filter: { stateIn: [ENTERED_IN_ERROR] }')).toEqual(['mistaken']);
    });
  });

  describe('knownAt: what the hub knew', () => {
    it.each<[number, Name[]]>([
      [101, []],
      [100, ['open']],
      [90, ['corrected', 'open']],
      [75, ['left', 'corrected', 'open']],
      [50.001, ['waiting', 'mistaken', 'left', 'corrected', 'open']],
      [50, ['correction', 'waiting', 'mistaken', 'left', 'open']],
      [0, ['undated', 'correction', 'waiting', 'mistaken', 'left', 'open']],
    ])('%d hours ago', async (hours, expected) => {
      expect(await list(`, knownAt: "${graph.world.hoursAgo(hours).toISOString()}"`)).toEqual(expected);
    });

    it('with another offset is the same instant', async () => {
      const at = graph.world.hoursAgo(75);
      const elsewhere = `${new Date(at.getTime() + 3_600_000).toISOString().slice(0, -1)}+01:00`;
      expect(await list(`, knownAt: "${elsewhere}"`)).toEqual(['left', 'corrected', 'open']);
    });

    it('and asOf together: what the hub then took to have been so', async () => {
      const then = graph.world.hoursAgo(60).toISOString();
      expect(await list(`, asOf: "2026-01-01", knownAt: "${then}"`)).toEqual(['left', 'corrected', 'open']);
      expect(await list('asOf: "2026-01-01"')).toEqual(['undated', 'left', 'open']);
    });
  });

  describe('filters', () => {
    it.each<[string, Name[]]>([
      ['stateIn: [OPEN]', ['undated', 'open']],
      ['stateIn: [ENDED, WAITING_LIST]', ['correction', 'waiting', 'left']],
      ['stateIn: []', []],
      ['stateIn: [ON_HOLD, PLANNED]', []],
      ['ended: true', ['correction', 'left']],
      ['ended: false', ['undated', 'waiting', 'mistaken', 'open']],
      ['ended: null', ['undated', 'correction', 'waiting', 'mistaken', 'left', 'open']],
      ['or: [{ stateIn: [WAITING_LIST] }, { ended: true }]', ['correction', 'waiting', 'left']],
      ['ended: true, or: [{ stateIn: [WAITING_LIST] }]', []],
    ])('%s', async (filter, expected) => {
      expect(await list(`, filter: { ${filter} }`)).toEqual(expected);
    });

    it('teamId: of one’s own, of others', async () => {
      expect(await list(`, filter: { teamId: "${graph.world.teams.CMHT}" }`)).toHaveLength(6);
      expect(await list(`, filter: { teamId: "${graph.world.teams.EIP}" }`)).toEqual([]);
      expect(await list(`, filter: { teamId: "${graph.world.teams.EIP}" }`, 'manager')).toEqual(['eip']);
    });
  });

  describe('whose', () => {
    it('each sees the caseloads of their teams; a restricted record and a team that nobody has mapped, nobody', async () => {
      expect(await list('', 'eipSpecialist')).toEqual(['eip']);
      expect(await list('', 'coordinator')).toEqual(await list('', 'specialist'));
      expect(await list('', 'manager')).toEqual(['eip', ...(await list('', 'specialist'))]);
      expect(await list('', 'foreignSpecialist')).toEqual([]);
      for (const who of ['specialist', 'manager', 'eipSpecialist', 'coordinator', 'analyst'] as const) {
        const seen = await list('', who);
        expect(seen).not.toContain('restricted');
        expect(seen).not.toContain('unmapped');
      }
    });

    it('a person who was never referred is on the list without who they are', async () => {
      const { memberships } = await graph.query<{
        memberships: { nodes: { id: string; person: object | null }[] };
      }>('specialist', '{ memberships(first: 50) { nodes { id person { id familyName } } } }');
      const known = memberships.nodes.filter(({ person }) => person !== null);
      expect(names(known)).toEqual(['open']);
    });

    it('those of a person stand with the person, by day and instant and number', async () => {
      const other = await putMembership(graph.world, referred, 'EIP', {
        observedFrom: graph.world.hoursAgo(5),
      });
      const person = async (who: Client) => {
        const { person: found } = await graph.query<{
          person: Record<'all' | 'one' | 'past' | 'before', { id: string }[]> | null;
        }>(
          who,
          `query ($id: UUID!, $at: DateTime) { person(id: $id) { all: memberships { id } one: memberships(first: 1) { id }
             past: memberships(knownAt: $at) { id } before: memberships(asOf: "2025-01-01") { id } } }`,
          { id: referred, at: graph.world.hoursAgo(200).toISOString() },
        );
        return found;
      };
      try {
        expect(await person('specialist')).toEqual({
          all: [{ id: ids.open }],
          one: [{ id: ids.open }],
          past: [],
          before: [],
        });
        expect(await person('manager')).toEqual({
          all: [{ id: other }, { id: ids.open }],
          one: [{ id: other }],
          past: [],
          before: [],
        });
        expect(await person('eipSpecialist')).toBeNull();
      } finally {
        await graph.world.sql('delete from caseload_memberships where id = $1', [other]);
      }
    });
  });

  it('pages both ways, as of a day and an instant', async () => {
    const args = `, asOf: "2026-01-01", knownAt: "${graph.world.hoursAgo(60).toISOString()}"`;
    const whole = ['left', 'corrected', 'open'].map((name) => ids[name as Name]);
    for (const size of [1, 2, 3, 4]) {
      expect(await graph.walk('specialist', 'memberships', args, size)).toEqual(whole);
      expect(await graph.walk('specialist', 'memberships', args, size, true)).toEqual(whole);
    }
  });

  it('a cursor is a place in the order, from which the list of any day goes on', async () => {
    const { pageInfo } = await graph.page('specialist', 'memberships', ', asOf: "2026-01-01"', { first: 1 });
    const { memberships } = await graph.query<{ memberships: { nodes: Membership[] } }>(
      'specialist',
      'query ($after: String) { memberships(first: 5, after: $after, asOf: "2025-05-31") { nodes { id } } }',
      { after: pageInfo.endCursor },
    );
    expect(names(memberships.nodes)).toEqual(['correction', 'left', 'open']);
  });
});

describe('teams', () => {
  let graph: UseCases;
  beforeAll(async () => {
    graph = await openUseCases();
    const { world } = graph;
    for (const [code, name, kind] of [
      ['OA', 'Older adults 100%', 'OLDER_ADULT_CMHT'],
      ['REHAB', 'Older_rehab', 'REHABILITATION'],
      ['A1', 'Employment service', 'EMPLOYMENT'],
    ])
      await world.sql(
        `insert into teams (id, organisation_id, code, name, kind, area, mhsds_team_type, valid_from, valid_to)
         values ($1, $2, $3, $4, $5, 'Northwick', 'A06', '2020-04-01', '2027-04-01')`,
        [newId(), world.organisations.home, code, name, kind],
      );
  });
  afterAll(() => graph?.close());

  const codes = async (args: string, who: Client = 'specialist') => {
    const { teams } = await graph.query<{ teams: { totalCount: number; nodes: { code: string }[] } }>(
      who,
      `{ teams(first: 50 ${args}) { totalCount nodes { code } } }`,
    );
    expect(teams.totalCount).toBe(teams.nodes.length);
    return teams.nodes.map(({ code }) => code);
  };

  it.each([
    ['', ['A1', 'CMHT', 'CRISIS', 'EIP', 'FOREIGN', 'OA', 'REHAB']],
    [', orderBy: NAME', ['CMHT', 'CRISIS', 'EIP', 'A1', 'FOREIGN', 'OA', 'REHAB']],
    [', filter: { code: "EIP" }', ['EIP']],
    [', filter: { code: "eip" }', []],
    [', filter: { kindIn: [CMHT] }', ['CMHT', 'FOREIGN']],
    [', filter: { kindIn: [EMPLOYMENT, REHABILITATION] }', ['A1', 'REHAB']],
    [', filter: { nameStartsWith: "Older" }', ['OA', 'REHAB']],
    [', filter: { nameStartsWith: "Older_" }', ['REHAB']],
    [', filter: { nameStartsWith: "Older adults 100%" }', ['OA']],
    [', filter: { nameStartsWith: "%" }', []],
    [', filter: { nameStartsWith: "Older", kindIn: [REHABILITATION] }', ['REHAB']],
  ])('list %s', async (args, expected) => {
    expect(await codes(args)).toEqual(expected);
  });

  it('are of everybody who is signed in, whatever their scope', async () => {
    for (const who of ['machine', 'analyst', 'administrator', 'foreignSpecialist'] as const)
      expect(await codes('', who)).toHaveLength(7);
  });

  it('say where they belong, how long they have been and what they serve', async () => {
    const { teams } = await graph.query<{ teams: { nodes: object[] } }>(
      'specialist',
      '{ teams(filter: { code: "OA" }) { nodes { code name kind mhsdsTeamType area validFrom validTo organisation { odsCode name kind } } } }',
    );
    expect(teams.nodes).toEqual([
      {
        code: 'OA',
        name: 'Older adults 100%',
        kind: 'OLDER_ADULT_CMHT',
        mhsdsTeamType: 'A06',
        area: 'Northwick',
        validFrom: '2020-04-01',
        validTo: '2027-04-01',
        organisation: { odsCode: 'RAA', name: 'Home trust', kind: 'TRUST' },
      },
    ]);
  });

  it('one by id, or nothing', async () => {
    const one = (id: string) =>
      graph.query('specialist', 'query ($id: UUID!) { team(id: $id) { code } }', { id });
    expect(await one(graph.world.teams.EIP)).toEqual({ team: { code: 'EIP' } });
    expect(await one(newId())).toEqual({ team: null });
  });

  it('page both ways', async () => {
    const whole = await graph.walk('specialist', 'teams', ', orderBy: NAME', 50);
    expect(whole).toHaveLength(7);
    expect(await graph.walk('specialist', 'teams', ', orderBy: NAME', 2)).toEqual(whole);
    expect(await graph.walk('specialist', 'teams', ', orderBy: NAME', 2, true)).toEqual(whole);
  });
});
