/** Lists through the graph: every filter alone and combined, every order, pages both ways to the end, counts, nested lists; SQL is the judge. */
import fc from 'fast-check';
import { ReferralRoute, ReferralState, WordOnWork } from '../../../src/casework/referrals/referral.rules.js';
import { newId } from '../../../src/core/ids.js';
import { putReferral } from '../../support/casework-people.js';
import type { Document } from '../../support/casework-world.js';
import { type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

const ROUTES = Object.values(ReferralRoute);
const WORDS = Object.values(WordOnWork);
const STATES = Object.values(ReferralState);
const DOCUMENTS: readonly Document[] = ['001', '002', '003', '004'];
const FAMILIES = ['Penhallam', 'Penrose', 'Trew', 'trew', '100%', 'Under_score', 'O\\Brien'];
const COUNT = 60;

describe('lists', () => {
  let graph: UseCases;
  let numbers: string[];
  let samsIds: string[];
  beforeAll(async () => {
    graph = await openUseCases();
    const { world } = graph;
    // Moduli without common divisors, so that every combination of values occurs.
    for (let n = 0; n < COUNT; n++) {
      const { personId, referralId } = await world
        .someone()
        .born(`19${60 + (n % 7)}-0${1 + (n % 9)}-11`)
        .referredUnder(DOCUMENTS[n % 4]!, {
          team: n % 5 === 4 ? 'EIP' : 'CMHT',
          route: ROUTES[n % ROUTES.length]!,
          wordOnWork: WORDS[n % WORDS.length]!,
          receivedOn: `2026-0${1 + (n % 2)}-${String(10 + (n % 11))}`,
        });
      await world.sql(
        `update persons set family_name = $2, given_name = $3, visible_team_ids = array[(select team_id from referrals where id = $4)],
           identity_state = $5, created_at = $6 where id = $1`,
        [
          personId,
          FAMILIES[n % 7],
          n % 3 ? `Given${n}` : null,
          referralId,
          n % 8 ? 'CLEAR' : 'CONFLICT',
          world.hoursAgo(n % 9),
        ],
      );
      await world.sql(
        `update referrals set state = $2, closed_on = $3, accepted_on = $4, first_contact_due_on = $5, age_band = '26-35' where id = $1`,
        [
          referralId,
          STATES[n % 4],
          STATES[n % 4] === 'CLOSED' ? '2026-03-01' : null,
          STATES[n % 4] === 'ACCEPTED' ? '2026-02-28' : null,
          n % 3 ? `2026-03-${String(1 + (n % 6)).padStart(2, '0')}` : null,
        ],
      );
      // Some people have been referred twice.
      if (n % 10 === 0) await putReferral(world, personId, '001', { team: 'CMHT', receivedOn: '2026-03-01' });
    }
    numbers = (await world.sql<{ n: string }>('select nhs_number as n from persons order by id')).map(
      ({ n }) => n,
    );
    samsIds = await expected('true', 'r.id');
  });
  afterAll(() => graph?.close());

  /** Ids of referrals of sam's team by a condition in SQL. */
  const expected = async (
    where: string,
    order: string,
    values: unknown[] = [],
    team = graph.world.teams.CMHT,
  ) =>
    (
      await graph.world.sql<{ id: string }>(
        `select r.id from referrals r join persons p on p.id = r.person_id join service_specifications s on s.id = r.specification_id
         where r.team_id = $1 and (${where}) order by ${order}`,
        [team, ...values],
      )
    ).map(({ id }) => id);

  const filtered = async (filter: object | null, who: Client = 'specialist'): Promise<string[]> => {
    const { referrals } = await graph.query<{ referrals: { totalCount: number; nodes: { id: string }[] } }>(
      who,
      'query ($filter: ReferralFilter) { referrals(first: 250, filter: $filter, orderBy: OLDEST) { totalCount nodes { id } } }',
      { filter },
    );
    expect(referrals.totalCount).toBe(referrals.nodes.length);
    return referrals.nodes.map(({ id }) => id);
  };

  const OLDEST = 'r.received_on, r.id';

  describe('filters of referrals', () => {
    const alone: [string, () => object, string, () => unknown[]][] = [
      ['stateIn one', () => ({ stateIn: ['ACCEPTED'] }), `r.state = 'ACCEPTED'`, () => []],
      [
        'stateIn two',
        () => ({ stateIn: ['CLOSED', 'DECLINED'] }),
        `r.state in ('CLOSED', 'DECLINED')`,
        () => [],
      ],
      ['stateIn none', () => ({ stateIn: [] }), 'false', () => []],
      ['routeIn', () => ({ routeIn: ['SELF', 'JOINT'] }), `r.route in ('SELF', 'JOINT')`, () => []],
      ['wordOnWorkIn', () => ({ wordOnWorkIn: ['UNSURE'] }), `r.word_on_work = 'UNSURE'`, () => []],
      ['teamId of one’s own', () => ({ teamId: graph.world.teams.CMHT }), 'true', () => []],
      ['teamId of others', () => ({ teamId: graph.world.teams.EIP }), 'false', () => []],
      ['receivedFrom', () => ({ receivedFrom: '2026-02-15' }), `r.received_on >= '2026-02-15'`, () => []],
      [
        'receivedUntil includes its day',
        () => ({ receivedUntil: '2026-01-12' }),
        `r.received_on <= '2026-01-12'`,
        () => [],
      ],
      [
        'a day from itself until itself',
        () => ({ receivedFrom: '2026-01-12', receivedUntil: '2026-01-12' }),
        `r.received_on = '2026-01-12'`,
        () => [],
      ],
      [
        'a period that runs backwards',
        () => ({ receivedFrom: '2026-02-02', receivedUntil: '2026-02-01' }),
        'false',
        () => [],
      ],
      ['specification', () => ({ specification: { codeIn: ['QVV/0294'] } }), `s.code = 'QVV/0294'`, () => []],
      [
        'specification, two',
        () => ({ specification: { codeIn: ['QVV/0294', 'HEREFORDSHIRE-IPS'] } }),
        `s.code in ('QVV/0294', 'HEREFORDSHIRE-IPS')`,
        () => [],
      ],
      [
        'person by number',
        () => ({ person: { nhsNumber: numbers[3] } }),
        'p.nhs_number = $2',
        () => [numbers[3]],
      ],
      [
        'person by date of birth',
        () => ({ person: { dateOfBirth: '1963-04-11' } }),
        `p.date_of_birth = '1963-04-11'`,
        () => [],
      ],
      [
        'person by identity',
        () => ({ person: { identityState: 'CONFLICT' } }),
        `p.identity_state = 'CONFLICT'`,
        () => [],
      ],
      [
        'person by name',
        () => ({ person: { familyNameStartsWith: 'Pen' } }),
        `p.family_name like 'Pen%'`,
        () => [],
      ],
      [
        'name, case as written',
        () => ({ person: { familyNameStartsWith: 'trew' } }),
        `p.family_name = 'trew'`,
        () => [],
      ],
      [
        'a percent sign is a percent sign',
        () => ({ person: { familyNameStartsWith: '100%' } }),
        `p.family_name = '100%'`,
        () => [],
      ],
      ['and not everything', () => ({ person: { familyNameStartsWith: '%' } }), 'false', () => []],
      [
        'an underscore is an underscore',
        () => ({ person: { familyNameStartsWith: 'Under_' } }),
        `p.family_name = 'Under_score'`,
        () => [],
      ],
      ['and not any letter', () => ({ person: { familyNameStartsWith: '_' } }), 'false', () => []],
      [
        'a backslash is a backslash',
        () => ({ person: { familyNameStartsWith: 'O\\B' } }),
        'p.family_name = $2',
        () => ['O\\Brien'],
      ],
      ['nothing', () => ({}), 'true', () => []],
    ];
    it.each(alone)('%s', async (_what, filter, where, values) => {
      expect(await filtered(filter())).toEqual(await expected(where, OLDEST, values()));
    });

    it('without a filter: all of one’s own', async () => {
      expect([...(await filtered(null))].sort()).toEqual(samsIds);
      expect(samsIds.length).toBeGreaterThan(40);
    });

    const combined: [string, object, string][] = [
      [
        'two fields: both',
        { stateIn: ['RECEIVED'], routeIn: ['CARE_COORDINATOR'] },
        `r.state = 'RECEIVED' and r.route = 'CARE_COORDINATOR'`,
      ],
      [
        'or: either',
        { or: [{ stateIn: ['CLOSED'] }, { routeIn: ['SELF'] }] },
        `r.state = 'CLOSED' or r.route = 'SELF'`,
      ],
      [
        'or beside a field',
        { receivedFrom: '2026-02-01', or: [{ stateIn: ['CLOSED'] }, { routeIn: ['SELF'] }] },
        `r.received_on >= '2026-02-01' and (r.state = 'CLOSED' or r.route = 'SELF')`,
      ],
      ['or of nothing: nobody', { or: [] }, 'false'],
      ['and of nothing: everybody', { and: [] }, 'true'],
      [
        'and: each',
        { and: [{ stateIn: ['CLOSED', 'ACCEPTED'] }, { stateIn: ['ACCEPTED', 'RECEIVED'] }] },
        `r.state = 'ACCEPTED'`,
      ],
      ['not', { not: { stateIn: ['CLOSED'] } }, `r.state <> 'CLOSED'`],
      [
        'not of two',
        { not: { stateIn: ['CLOSED'], routeIn: ['SELF'] } },
        `not (r.state = 'CLOSED' and r.route = 'SELF')`,
      ],
      ['not not', { not: { not: { routeIn: ['SELF'] } } }, `r.route = 'SELF'`],
      [
        'not or',
        { not: { or: [{ stateIn: ['CLOSED'] }, { stateIn: ['RECEIVED'] }] } },
        `r.state not in ('CLOSED', 'RECEIVED')`,
      ],
      [
        'or of ands',
        {
          or: [
            { and: [{ stateIn: ['CLOSED'] }, { routeIn: ['JOINT'] }] },
            { person: { identityState: 'CONFLICT' } },
          ],
        },
        `(r.state = 'CLOSED' and r.route = 'JOINT') or p.identity_state = 'CONFLICT'`,
      ],
      [
        'not about a person',
        { not: { person: { familyNameStartsWith: 'Pen' } } },
        `p.family_name not like 'Pen%'`,
      ],
      [
        'or within a person',
        { person: { or: [{ familyNameStartsWith: 'Pen' }, { identityState: 'CONFLICT' }] } },
        `p.family_name like 'Pen%' or p.identity_state = 'CONFLICT'`,
      ],
      [
        'not within a person',
        { person: { not: { identityState: 'CONFLICT' } } },
        `p.identity_state = 'CLEAR'`,
      ],
      [
        'specification and person',
        {
          specification: { codeIn: ['QVV/0294'] },
          person: { and: [{ familyNameStartsWith: 'P' }, { identityState: 'CLEAR' }] },
        },
        `s.code = 'QVV/0294' and p.family_name like 'P%' and p.identity_state = 'CLEAR'`,
      ],
    ];
    it.each(combined)('%s', async (_what, filter, where) => {
      expect(await filtered(filter)).toEqual(await expected(where, OLDEST));
    });

    /** A filter and the same condition in SQL. */
    const anyFilter = fc.letrec<{ node: { filter: object; sql: string } }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc
          .subarray([...STATES])
          .map((all) => ({ filter: { stateIn: all }, sql: `r.state = any ('{${all}}')` })),
        fc
          .subarray([...ROUTES])
          .map((all) => ({ filter: { routeIn: all }, sql: `r.route = any ('{${all}}')` })),
        fc
          .subarray([...WORDS])
          .map((all) => ({ filter: { wordOnWorkIn: all }, sql: `r.word_on_work = any ('{${all}}')` })),
        fc.integer({ min: 10, max: 22 }).map((day) => ({
          filter: { receivedFrom: `2026-01-${day}` },
          sql: `r.received_on >= '2026-01-${day}'`,
        })),
        fc.constantFrom('CLEAR', 'CONFLICT').map((state) => ({
          filter: { person: { identityState: state } },
          sql: `p.identity_state = '${state}'`,
        })),
        tie('node').map(({ filter, sql }) => ({ filter: { not: filter }, sql: `not (${sql})` })),
        fc
          .tuple(tie('node'), tie('node'))
          .map(([a, b]) => ({ filter: { or: [a.filter, b.filter] }, sql: `((${a.sql}) or (${b.sql}))` })),
        fc
          .tuple(tie('node'), tie('node'))
          .map(([a, b]) => ({ filter: { and: [a.filter, b.filter] }, sql: `((${a.sql}) and (${b.sql}))` })),
      ),
    })).node;

    it('any nesting of them means what it says', async () => {
      await fc.assert(
        fc.asyncProperty(anyFilter, async ({ filter, sql }) => {
          expect(await filtered(filter)).toEqual(await expected(sql, OLDEST));
        }),
        { numRuns: 60 },
      );
    });

    it.each([
      ['a field that there is not', { colour: 'red' }, 'filter'],
      ['a state that there is not', { stateIn: ['LOST'] }, 'filter.stateIn[0]'],
      ['a date that there is not', { receivedFrom: '2026-02-30' }, 'filter.receivedFrom'],
      ['a team id that is none', { or: [{ teamId: '7' }] }, 'filter.or[0].teamId'],
    ])('%s is refused by its place', async (_what, filter, field) => {
      const fault = await graph.fault(
        'specialist',
        'query ($filter: ReferralFilter) { referrals(filter: $filter) { totalCount } }',
        {
          filter,
        },
      );
      expect(fault).toMatchObject({ code: 'HUB_INPUT_INVALID', field });
    });

    it('an analyst may not find referrals by who somebody is', async () => {
      const { errors } = await graph.answer(
        'analyst',
        '{ referrals(filter: { person: { nhsNumber: "9990000018" } }) { totalCount } }',
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_FIELD']);
    });
  });

  describe('orders and pages', () => {
    const orders: [string, string, string, string][] = [
      ['referrals', 'NEWEST', 'r.received_on desc, r.id desc', ''],
      ['referrals', 'OLDEST', 'r.received_on, r.id', ''],
      ['referrals', 'FIRST_CONTACT_DUE', 'r.first_contact_due_on nulls last, r.id', ''],
    ];
    const sizes = [1, 7, 52, 53, 54, 250];

    it.each(orders)('%s by %s: pages forwards to the end are the list in SQL', async (list, order, sql) => {
      const whole = await expected('true', sql);
      for (const size of sizes)
        expect(await graph.walk('specialist', list, `, orderBy: ${order}`, size)).toEqual(whole);
    });

    it.each(orders)('%s by %s: pages backwards to the start are the same list', async (list, order, sql) => {
      const whole = await expected('true', sql);
      for (const size of sizes)
        expect(await graph.walk('specialist', list, `, orderBy: ${order}`, size, true)).toEqual(whole);
    });

    it('are NEWEST when nothing is said, 25 to a page', async () => {
      const { referrals } = await graph.query<{ referrals: { nodes: { id: string }[]; pageInfo: object } }>(
        'specialist',
        '{ referrals { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }',
      );
      expect(referrals.nodes.map(({ id }) => id)).toEqual(
        (await expected('true', 'r.received_on desc, r.id desc')).slice(0, 25),
      );
      expect(referrals.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false });
    });

    it('keep to the filter on every page', async () => {
      const where = `r.state = 'RECEIVED' or r.route = 'SELF'`;
      const args = ', filter: { or: [{ stateIn: [RECEIVED] }, { routeIn: [SELF] }] }, orderBy: OLDEST';
      expect(await graph.walk('specialist', 'referrals', args, 4)).toEqual(await expected(where, OLDEST));
      expect(await graph.walk('specialist', 'referrals', args, 4, true)).toEqual(
        await expected(where, OLDEST),
      );
    });

    it('a page turned back is the page before', async () => {
      const first = await graph.page('specialist', 'referrals', '', { first: 10 });
      const second = await graph.page('specialist', 'referrals', '', {
        first: 10,
        after: first.pageInfo.endCursor,
      });
      const back = await graph.page('specialist', 'referrals', '', {
        last: 10,
        before: second.pageInfo.startCursor,
      });
      expect(back.nodes).toEqual(first.nodes);
    });

    it('a row that comes in between neither repeats nor hides another', async () => {
      const first = await graph.page('specialist', 'referrals', ', orderBy: OLDEST', { first: 20 });
      const { referralId, personId } = await graph.world
        .someone()
        .referredUnder('001', { receivedOn: '2026-01-02' });
      try {
        const rest = await graph.page('specialist', 'referrals', ', orderBy: OLDEST', {
          first: 250,
          after: first.pageInfo.endCursor,
        });
        expect([...first.nodes, ...rest.nodes].map(({ id }) => id)).toEqual(
          (await expected('true', OLDEST)).filter((id) => id !== referralId),
        );
      } finally {
        await graph.world.sql('delete from referrals where id = $1', [referralId]);
        await graph.world.sql('delete from persons where id = $1', [personId]);
      }
    });

    it('edges, nodes and cursors are of the same rows', async () => {
      const { referrals } = await graph.query<{
        referrals: {
          edges: { cursor: string; node: { id: string } }[];
          nodes: object[];
          pageInfo: { startCursor: string; endCursor: string };
        };
      }>(
        'specialist',
        '{ referrals(first: 6) { edges { cursor node { id } } nodes { id } pageInfo { startCursor endCursor } } }',
      );
      expect(referrals.edges.map(({ node }) => node)).toEqual(referrals.nodes);
      // Sealed anew each time: two cursors of one row differ and lead to the same place.
      for (const cursor of [referrals.edges[5]!.cursor, referrals.pageInfo.endCursor]) {
        const { nodes } = await graph.page('specialist', 'referrals', '', { first: 3, after: cursor });
        expect(nodes.map(({ id }) => id)).toEqual(
          (await expected('true', 'r.received_on desc, r.id desc')).slice(6, 9),
        );
      }
      const { nodes } = await graph.page('specialist', 'referrals', '', {
        last: 9,
        before: referrals.edges[3]!.cursor,
      });
      expect(nodes).toEqual(referrals.nodes.slice(0, 3));
    });

    it('an empty page has no cursors and nothing before or after', async () => {
      const { nodes, pageInfo } = await graph.page('specialist', 'referrals', ', filter: { stateIn: [] }', {
        first: 5,
      });
      expect(nodes).toEqual([]);
      expect(pageInfo).toEqual({
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: null,
        endCursor: null,
      });
    });

    it('the count is of the whole list, whatever the page', async () => {
      const { a, b } = await graph.query<{ a: { totalCount: number }; b: { totalCount: number } }>(
        'specialist',
        '{ a: referrals(first: 1) { totalCount } b: referrals(first: 3, filter: { stateIn: [CLOSED] }) { totalCount nodes { id } } }',
      );
      expect(a.totalCount).toBe(samsIds.length);
      expect(b.totalCount).toBe((await expected(`r.state = 'CLOSED'`, 'r.id')).length);
    });

    it.each([
      ['first: -1', 'HUB_INPUT_INVALID', 'first'],
      ['last: -1', 'HUB_INPUT_INVALID', 'last'],
      ['first: 251', 'HUB_INPUT_LIMIT', 'first'],
      ['last: 251', 'HUB_INPUT_LIMIT', 'last'],
      ['first: 5, last: 5', 'HUB_INPUT_INVALID', 'last'],
      ['last: 5, after: "x"', 'HUB_INPUT_INVALID', 'last'],
    ])('%s is refused', async (args, code, field) => {
      const { errors, data } = await graph.answer('specialist', `{ referrals(${args}) { nodes { id } } }`);
      expect(data ?? null).toBeNull();
      expect(errors).toHaveLength(1);
      expect(errors[0]!.extensions).toMatchObject({ code, field });
    });

    it.each([
      ['text that is no cursor', () => 'nonsense'],
      ['nothing', () => ''],
    ])('%s is refused as a cursor', async (_what, cursor) => {
      const { errors } = await graph.answer(
        'specialist',
        'query ($c: String) { referrals(first: 2, after: $c) { nodes { id } } }',
        {
          c: cursor(),
        },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_INPUT_CURSOR']);
    });

    it.each([
      ['of another order', 'specialist', 'referrals', ', orderBy: OLDEST'],
      ['of another list', 'specialist', 'persons', ''],
      ['of another caller', 'manager', 'referrals', ''],
    ] as const)('a cursor %s is refused', async (_what, who, list, args) => {
      const { pageInfo } = await graph.page('specialist', 'referrals', '', { first: 2 });
      const { errors } = await graph.answer(
        who,
        `query ($c: String) { ${list}(first: 2, after: $c ${args}) { nodes { id } } }`,
        {
          c: pageInfo.endCursor,
        },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_INPUT_CURSOR']);
    });
  });

  describe('whose rows', () => {
    it('a manager sees every team of theirs, a specialist one', async () => {
      const both = await graph.walk('manager', 'referrals', ', orderBy: OLDEST', 50);
      const eip = await expected('true', OLDEST, [], graph.world.teams.EIP);
      expect(eip.length).toBeGreaterThan(5);
      expect([...both].sort()).toEqual([...samsIds, ...eip].sort());
      expect(await graph.walk('eipSpecialist', 'referrals', ', orderBy: OLDEST', 50)).toEqual(eip);
    });

    it('one by id: there for its team, absent for others, absent for nobody', async () => {
      const one = (who: Client, id: string) =>
        graph.query<{ referral: object | null }>(who, 'query ($id: UUID!) { referral(id: $id) { id } }', {
          id,
        });
      expect(await one('specialist', samsIds[0]!)).toEqual({ referral: { id: samsIds[0] } });
      expect(await one('specialist', samsIds[0]!.toUpperCase())).toEqual({ referral: { id: samsIds[0] } });
      for (const [who, id] of [
        ['eipSpecialist', samsIds[0]!],
        ['foreignSpecialist', samsIds[0]!],
        ['specialist', newId()],
      ] as const)
        expect(await one(who, id)).toEqual({ referral: null });
    });
  });

  describe('persons', () => {
    const people = async (where: string, order: string) =>
      (
        await graph.world.sql<{ id: string }>(
          `select p.id from persons p where p.visible_team_ids @> array[$1::uuid] and (${where}) order by ${order}`,
          [graph.world.teams.CMHT],
        )
      ).map(({ id }) => id);

    it.each([
      ['NEWEST', 'p.created_at desc, p.pseudonym desc'],
      [
        'FAMILY_NAME',
        `coalesce(p.family_name, '') collate "C", coalesce(p.given_name, '') collate "C", p.id`,
      ],
    ])('by %s, forwards and backwards', async (order, sql) => {
      const whole = await people('true', sql);
      expect(whole.length).toBeGreaterThan(40);
      for (const size of [1, 9, 250]) {
        expect(await graph.walk('specialist', 'persons', `, orderBy: ${order}`, size)).toEqual(whole);
        expect(await graph.walk('specialist', 'persons', `, orderBy: ${order}`, size, true)).toEqual(whole);
      }
    });

    it.each([
      ['identityState: CONFLICT', `p.identity_state = 'CONFLICT'`],
      ['familyNameStartsWith: "Pen"', `p.family_name like 'Pen%'`],
      ['dateOfBirth: "1963-04-11"', `p.date_of_birth = '1963-04-11'`],
      ['not: { familyNameStartsWith: "T" }', `p.family_name not like 'T%'`],
      [
        'or: [{ identityState: CONFLICT }, { familyNameStartsWith: "trew" }]',
        `p.identity_state = 'CONFLICT' or p.family_name = 'trew'`,
      ],
      [
        'and: [{ identityState: CLEAR }, { not: { familyNameStartsWith: "Pen" } }]',
        `p.identity_state = 'CLEAR' and p.family_name not like 'Pen%'`,
      ],
    ])('filtered by %s', async (filter, where) => {
      const order = 'p.created_at desc, p.pseudonym desc';
      const found = await graph.walk('specialist', 'persons', `, filter: { ${filter} }`, 11);
      expect(found).toEqual(await people(where, order));
      expect(found.length).toBeGreaterThan(0);
    });

    it('has their referrals newest first, and no more than asked', async () => {
      const [twice] = await graph.world.sql<{ id: string }>(
        `select person_id as id from referrals where team_id = $1 group by 1 having count(*) = 2 limit 1`,
        [graph.world.teams.CMHT],
      );
      const { all, one } = await graph.query<{ all: { referrals: object[] }; one: { referrals: object[] } }>(
        'specialist',
        'query ($id: UUID!) { all: person(id: $id) { referrals { id receivedOn } } one: person(id: $id) { referrals(first: 1) { receivedOn } } }',
        { id: twice!.id },
      );
      expect(all.referrals).toHaveLength(2);
      expect(all.referrals[0]).toMatchObject({ receivedOn: '2026-03-01' });
      expect(one.referrals).toEqual([{ receivedOn: '2026-03-01' }]);
    });
  });

  describe('nested lists', () => {
    let referralId: string;
    beforeAll(async () => {
      const made = await graph.world.someone().openTo('CMHT').referredUnder('001');
      referralId = made.referralId;
      await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
        made.personId,
        graph.world.teams.CMHT,
      ]);
      for (let n = 0; n < 12; n++) {
        graph.world.clock.advance(1_000);
        await graph.decide('specialist', [referralId], 'id');
      }
    });

    const decisions = (args: string) =>
      graph.query<{
        referral: { decisions: { id: string; decidedAt: string }[]; latestDecision: { id: string } };
      }>(
        'specialist',
        `query ($id: UUID!) { referral(id: $id) { latestDecision { id } decisions${args} { id decidedAt } } }`,
        { id: referralId },
      );

    it.each([
      ['', 10],
      ['(first: 0)', 0],
      ['(first: 1)', 1],
      ['(first: 12)', 12],
      ['(first: 50)', 12],
      ['(first: null)', 10],
    ])('decisions%s: %d, newest first', async (args, count) => {
      const { referral } = await decisions(args);
      expect(referral.decisions).toHaveLength(count);
      const times = referral.decisions.map(({ decidedAt }) => decidedAt);
      expect(times).toEqual([...times].sort().reverse());
      if (count > 0) expect(referral.latestDecision.id).toBe(referral.decisions[0]!.id);
    });

    it.each([
      ['(first: 51)', 'HUB_INPUT_LIMIT'],
      ['(first: -3)', 'HUB_INPUT_INVALID'],
    ])('decisions%s is refused', async (args, code) => {
      const { errors } = await graph.answer(
        'specialist',
        `query ($id: UUID!) { referral(id: $id) { decisions${args} { id } } }`,
        { id: referralId },
      );
      expect(errors[0]!.extensions).toMatchObject({ code, field: 'first' });
    });

    it('the same list twice under two names may differ in size', async () => {
      const { referral } = await graph.query<{ referral: { few: object[]; many: object[] } }>(
        'specialist',
        'query ($id: UUID!) { referral(id: $id) { few: decisions(first: 2) { id } many: decisions(first: 11) { id } } }',
        { id: referralId },
      );
      expect(referral.many.slice(0, 2)).toEqual(referral.few);
      expect(referral.many).toHaveLength(11);
    });

    it('fields are merged from fragments, skipped and included as told', async () => {
      const { referral } = await graph.query<{ referral: object }>(
        'specialist',
        `query ($id: UUID!, $yes: Boolean = true, $no: Boolean = false) {
           referral(id: $id) { ...A ... on Referral @include(if: $yes) { team { name } } ... @skip(if: $yes) { residence } state @include(if: $no) } }
         fragment A on Referral { team { code } ...B } fragment B on Referral { team { kind } when: receivedOn __typename }`,
        { id: referralId },
      );
      expect(referral).toEqual({
        team: { code: 'CMHT', kind: 'CMHT', name: 'CMHT' },
        when: '2026-03-01',
        __typename: 'Referral',
      });
    });
  });
});
