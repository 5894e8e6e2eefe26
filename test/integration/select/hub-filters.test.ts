/** The hub's own lists under generated filters, orders and pages: the SQL of the field maps answers what the same filter says of rows in memory. */
import fc from 'fast-check';
import { type DocumentNode, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { ROOTS } from '../../../schema/roots.js';
import { Random } from '../../../seeds/demonstration/random.js';
import { Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { PAGE_SIZES } from '../../../src/platform/database/select/compilation.js';
import { PlanCache } from '../../../src/platform/database/select/plans.js';
import { type OperationPlans, readOperation } from '../../../src/platform/database/select/read-operation.js';
import { CursorKeyring } from '../../../src/platform/database/select/sealed-cursors.js';
import { CaseworkWorld } from '../../support/casework-world.js';
import { createTestDatabase } from '../../support/test-database.js';

type Row = Readonly<Record<string, string | null>>;
type Given = Readonly<Record<string, unknown>>;

const STATES = ['RECEIVED', 'ACCEPTED', 'DECLINED', 'CLOSED'] as const;
const ROUTES = ['CARE_COORDINATOR', 'SELF', 'JOINT'] as const;
const WORDS = ['WANTS_PAID_WORK', 'UNSURE', 'NOT_RECORDED'] as const;
/** Few days, so that ties are many. */
const DAYS = ['2026-02-27', '2026-02-28', '2026-03-01'] as const;
const FAMILIES = ['Oak', 'Oakley', 'oak', '%', 'Ångström', "O'Brien", null] as const;
const BIRTHS = ['1980-02-29', '1990-01-01', null] as const;
const MEMBERSHIP_STATES = ['OPEN', 'ENDED', 'WAITING_LIST', 'ENTERED_IN_ERROR'] as const;
const INSTANTS = [
  '2026-02-01T00:00:00.000Z',
  '2026-02-15T12:00:00.000Z',
  '2026-03-01T00:00:00.000Z',
] as const;
const PEOPLE = 130;
const REFERRALS = 260;
const MEMBERSHIPS = 200;

let world: CaseworkWorld;
let schema: GraphQLSchema;
let persons: readonly Row[];
let referrals: readonly Row[];
let memberships: readonly Row[];
let specifications: ReadonlyMap<string, string>;
const plans: OperationPlans = new PlanCache(2_000);
const cursors = new CursorKeyring(Buffer.alloc(32, 5)).for('somebody');

/** Rows that the specialist of these two teams may see, from a superuser's view of the tables and this test's reading of the policies. */
async function seen(): Promise<void> {
  const teams = [world.teams.CMHT, world.teams.EIP];
  const of = (table: string, columns: string, where: string): Promise<Row[]> =>
    world.sql<Row>(`select ${columns} from ${table} t where ${where}`, [teams]);
  persons = await of(
    'persons',
    'id::text, nhs_number, family_name, given_name, date_of_birth::text, identity_state, pseudonym::text, to_json(created_at)::text as created_at',
    'visible_team_ids && $1::uuid[]',
  );
  referrals = await of(
    'referrals',
    'id::text, state, route, team_id::text, person_id::text, specification_id::text, received_on::text, word_on_work, first_contact_due_on::text',
    'team_id = any ($1::uuid[])',
  );
  memberships = await of(
    'caseload_memberships',
    `id::text, state, team_id::text, valid_from::text, valid_to::text,
     to_char(observed_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as observed_from,
     to_char(observed_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as observed_to`,
    'team_id = any ($1::uuid[]) and not restricted',
  );
}

beforeAll(async () => {
  world = new CaseworkWorld(await createTestDatabase());
  await world.build();
  await world.sweep();
  schema = await buildGraph();
  const home = world.organisations.home;
  const random = new Random(20_260_302);
  const pick = <T>(list: readonly T[]): T => random.pick(list);
  const one = (of: number): boolean => random.chance(1 / of);
  const names = ['CMHT', 'EIP', 'CRISIS'] as const;
  const people = Array.from({ length: PEOPLE }, () => ({
    id: newId(),
    nhs_number: one(5) ? null : `9990${String(random.int(0, 39)).padStart(6, '0')}`,
    family_name: pick(FAMILIES),
    given_name: one(4) ? null : pick(['Ada', 'ada', 'Bo']),
    date_of_birth: pick(BIRTHS),
    identity_state: one(9) ? 'CONFLICT' : 'CLEAR',
    visible_team_ids: `{${one(6) ? '' : world.teams[pick(names)]}}`,
    created_at: pick(INSTANTS),
  }));
  await world.sql(
    `insert into persons (id, organisation_id, nhs_number, family_name, given_name, date_of_birth, identity_state, visible_team_ids, created_at)
     select p.id, $2, p.nhs_number, p.family_name, p.given_name, p.date_of_birth, p.identity_state, p.visible_team_ids::uuid[], p.created_at
     from jsonb_to_recordset($1::jsonb) as p(id uuid, nhs_number text, family_name text, given_name text, date_of_birth date,
       identity_state text, visible_team_ids text, created_at timestamptz)`,
    [JSON.stringify(people), home],
  );
  const documents = ['000', '001', '002'] as const;
  const cases = Array.from({ length: REFERRALS }, () => ({
    id: newId(),
    team_id: world.teams[pick(names)],
    person_id: pick(people).id,
    specification_id: world.specifications[pick(documents)],
    state: pick(STATES),
    route: pick(ROUTES),
    received_on: pick(DAYS),
    word_on_work: pick(WORDS),
    first_contact_due_on: one(3) ? null : pick(DAYS),
  }));
  await world.sql(
    `insert into referrals (id, organisation_id, team_id, person_id, specification_id, state, route, received_on, word_on_work, first_contact_due_on)
     select r.id, $2, r.team_id, r.person_id, r.specification_id, r.state, r.route, r.received_on, r.word_on_work, r.first_contact_due_on
     from jsonb_to_recordset($1::jsonb) as r(id uuid, team_id uuid, person_id uuid, specification_id uuid, state text, route text,
       received_on date, word_on_work text, first_contact_due_on date)`,
    [JSON.stringify(cases), home],
  );
  const caseload = Array.from({ length: MEMBERSHIPS }, () => ({
    id: newId(),
    team: pick(names),
    person_id: pick(people).id,
    state: pick(MEMBERSHIP_STATES),
    valid_from: one(5) ? null : pick(DAYS),
    valid_to: one(3) ? pick(DAYS) : null,
    restricted: one(8),
    observed_from: pick(INSTANTS),
    observed_to: one(4) ? pick(INSTANTS) : null,
  }));
  await world.sql(
    `insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference, state,
       valid_from, valid_to, restricted, observed_from, observed_to, pull_id)
     select m.id, $2, $3, p.team_id, p.team_reference, m.person_id, m.id::text, m.id::text, m.state, m.valid_from, m.valid_to, m.restricted,
       m.observed_from, m.observed_to, p.id
     from jsonb_to_recordset($1::jsonb) as m(id uuid, team text, person_id uuid, state text, valid_from date, valid_to date, restricted boolean,
       observed_from timestamptz, observed_to timestamptz)
     join jsonb_each_text($4::jsonb) as t(team, pull) on t.team = m.team join caseload_pulls p on p.id = t.pull::uuid`,
    [
      JSON.stringify(caseload),
      home,
      world.systemId,
      JSON.stringify(Object.fromEntries(names.map((name) => [name, world.pullOf(name)]))),
    ],
  );
  specifications = new Map(Object.entries(world.specifications).map(([document, id]) => [id, document]));
  await seen();
});
afterAll(() => world.close());

/** Asks as a specialist of the community and the early intervention team. */
const documents = new Map<string, DocumentNode>();
/** The document of a query, found valid; pages of a list ask the same again and again. */
function documentOf(query: string): DocumentNode {
  const known = documents.get(query);
  if (known) return known;
  const document = parse(query);
  const [fault] = validate(schema, document);
  if (fault) throw fault;
  documents.set(query, document);
  return document;
}

async function ask(query: string, variables: Given): Promise<Record<string, unknown>> {
  const document = documentOf(query);
  const teamIds = [world.teams.CMHT, world.teams.EIP];
  const data = await readOperation(
    { schema, plans, roots: ROOTS, document, operation: getOperationAST(document)!, variables, key: query },
    {
      role: Role.EMPLOYMENT_SPECIALIST,
      scope: { ...world.callers.specialist.scope, teamIds },
      reader: 'staff',
      database: world.database,
      auditRead: async () => {},
      cursors,
    },
  );
  if (!data) throw new Error('the compiler did not answer');
  return data as Record<string, unknown>;
}

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE =
  'totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const list = (field: string, filter: string, order: string | null): string =>
  `query Q($f: ${filter}, $first: Int, $after: String, $last: Int, $before: String${order ? `, $o: ${order}` : ''}) {
    ${field}(filter: $f, first: $first, after: $after, last: $last, before: $before${order ? ', orderBy: $o' : ''}) { ${PAGE} } }`;

const has = (list: unknown, value: string | null | undefined): boolean => (list as unknown[]).includes(value);
const combined = (given: Given, leaf: (name: string, value: never) => boolean): boolean =>
  Object.entries(given).every(([name, value]) => {
    if (value === null || value === undefined) return true;
    if (name === 'and') return (value as Given[]).every((part) => combined(part, leaf));
    if (name === 'or') return (value as Given[]).some((part) => combined(part, leaf));
    if (name === 'not') return !combined(value as Given, leaf);
    return leaf(name, value as never);
  });

const personMatches = (person: Row | undefined, filter: Given): boolean =>
  person !== undefined &&
  combined(filter, (name, value: string) => {
    if (name === 'nhsNumber') return person.nhs_number === value;
    if (name === 'dateOfBirth') return person.date_of_birth === value;
    if (name === 'identityState') return person.identity_state === value;
    return person.family_name?.startsWith(value) === true;
  });
const LEAVES: Readonly<Record<string, (row: Row, value: never) => boolean>> = {
  stateIn: (row, value) => has(value, row.state),
  routeIn: (row, value) => has(value, row.route),
  wordOnWorkIn: (row, value) => has(value, row.word_on_work),
  teamId: (row, value) => row.team_id === value,
  receivedFrom: (row, value: string) => row.received_on! >= value,
  receivedUntil: (row, value: string) => row.received_on! <= value,
  person: (row, value) =>
    personMatches(
      persons.find(({ id }) => id === row.person_id),
      value,
    ),
  ended: (row, value) => (row.valid_to !== null) === value,
};
const rowMatches = (row: Row, filter: Given): boolean =>
  combined(filter, (name, value) => LEAVES[name]!(row, value));

type Sort = readonly (readonly [string, 1 | -1, string?])[];
const SORTS: Readonly<Record<string, Sort>> = {
  'referrals NEWEST': [
    ['received_on', -1],
    ['id', -1],
  ],
  'referrals OLDEST': [
    ['received_on', 1],
    ['id', 1],
  ],
  'referrals FIRST_CONTACT_DUE': [
    ['first_contact_due_on', 1, '9999'],
    ['id', 1],
  ],
  'persons NEWEST': [
    ['created_at', -1],
    ['pseudonym', -1],
  ],
  'persons FAMILY_NAME': [
    ['family_name', 1, ''],
    ['given_name', 1, ''],
    ['id', 1],
  ],
  'memberships ': [
    ['observed_from', -1],
    ['id', -1],
  ],
};
const bytes = (text: string): Buffer => Buffer.from(text);
function sorted(rows: readonly Row[], sort: Sort): string[] {
  const ordered = [...rows].sort((a, b) => {
    for (const [key, direction, whenNull = ''] of sort) {
      const order = Buffer.compare(bytes(a[key] ?? whenNull), bytes(b[key] ?? whenNull));
      if (order !== 0) return order * direction;
    }
    return 0;
  });
  return ordered.map(({ id }) => id!);
}

/** Fields of a filter, with and, or and not around them. */
function filters(leaf: fc.Arbitrary<Given>): fc.Arbitrary<Given> {
  return fc.letrec<{ filter: Given }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('filter'), { maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('filter'), { maxLength: 3 }).map((or) => ({ or })),
      tie('filter').map((not) => ({ not })),
      fc.tuple(leaf, tie('filter')).map(([fields, not]) => ({ ...fields, not })),
    ),
  })).filter;
}
const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
const person = filters(
  fc.record(
    {
      nhsNumber: fc.constantFrom('9990000001', '9990000007', '9990000039', null),
      familyNameStartsWith: fc.constantFrom('O', 'Oak', 'oak', '%', "O'", 'Å', '', '_'),
      dateOfBirth: fc.constantFrom('1980-02-29', '1990-01-01', null),
      identityState: fc.constantFrom('CLEAR', 'CONFLICT', null),
    },
    { requiredKeys: [] },
  ),
);
/** Team ids are made when the world is, so that a filter names teams until it is sent. */
const team = fc.constantFrom('CMHT', 'EIP', 'CRISIS');
const referral = filters(
  fc.record(
    {
      stateIn: some(STATES),
      routeIn: some(ROUTES),
      wordOnWorkIn: some(WORDS),
      teamId: team,
      receivedFrom: fc.constantFrom(...DAYS),
      receivedUntil: fc.constantFrom(...DAYS),
      person,
    },
    { requiredKeys: [] },
  ),
);
const membership = fc.record(
  { stateIn: some(MEMBERSHIP_STATES), teamId: team, ended: fc.constantFrom(true, false, null) },
  { requiredKeys: [] },
);
const withIds = (filter: Given): Given =>
  JSON.parse(JSON.stringify(filter), (key, value) =>
    key === 'teamId' ? world.teams[value as 'CMHT'] : value,
  );

/** Every page of a list, from its beginning or from its end; each page is of the size asked for but the last. */
async function walk(
  query: string,
  field: string,
  variables: Given,
  size: number,
  backward: boolean,
): Promise<{ ids: string[]; total: number }> {
  const ids: string[] = [];
  for (let place: string | null = null; ; ) {
    const part: Given = backward ? { last: size, before: place } : { first: size, after: place };
    const page = (await ask(query, { ...variables, ...part }))[field] as Page;
    const found = page.edges.map(({ node }) => node.id);
    if (backward) ids.unshift(...found);
    else ids.push(...found);
    expect(page.pageInfo.startCursor !== null).toBe(found.length > 0);
    if (!(backward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage))
      return { ids, total: page.totalCount };
    expect(found).toHaveLength(size);
    place = backward ? page.pageInfo.startCursor : page.pageInfo.endCursor;
  }
}

test('the rows are uneven enough: ties, nulls, hidden rows and every value', () => {
  expect([persons.length < PEOPLE, referrals.length < REFERRALS, memberships.length < MEMBERSHIPS]).toEqual([
    true,
    true,
    true,
  ]);
  expect(new Set(referrals.map((row) => `${row.received_on} ${row.first_contact_due_on}`)).size).toBeLessThan(
    referrals.length / 5,
  );
  for (const column of ['nhs_number', 'family_name', 'given_name', 'date_of_birth'])
    expect(persons.filter((row) => row[column] === null).length).toBeGreaterThan(5);
  expect(referrals.filter((row) => !persons.some(({ id }) => id === row.person_id)).length).toBeGreaterThan(
    5,
  );
  expect(specifications.size).toBe(5);
});

const size = fc.constantFrom(7, 24, 25, 26, 99, 250);

test('referrals: any filter, any order, any page size, either way', async () => {
  let found = 0;
  const query = list('referrals', 'ReferralFilter', 'ReferralOrder');
  await fc.assert(
    fc.asyncProperty(
      referral,
      fc.constantFrom('NEWEST', 'OLDEST', 'FIRST_CONTACT_DUE'),
      size,
      fc.boolean(),
      async (raw, o, pages, backward) => {
        const f = withIds(raw);
        const expected = sorted(
          referrals.filter((row) => rowMatches(row, f)),
          SORTS[`referrals ${o}`]!,
        );
        const { ids, total } = await walk(query, 'referrals', { f, o }, pages, backward);
        expect([ids, total]).toEqual([expected, expected.length]);
        found += ids.length;
      },
    ),
    { numRuns: 120, seed: 20_260_302 },
  );
  expect(found).toBeGreaterThan(1_000);
});

test('persons: any filter, any order, any page size, either way', async () => {
  let found = 0;
  const query = list('persons', 'PersonFilter', 'PersonOrder');
  await fc.assert(
    fc.asyncProperty(
      person,
      fc.constantFrom('NEWEST', 'FAMILY_NAME'),
      size,
      fc.boolean(),
      async (f, o, pages, backward) => {
        const expected = sorted(
          persons.filter((row) => personMatches(row, f)),
          SORTS[`persons ${o}`]!,
        );
        const { ids, total } = await walk(query, 'persons', { f, o }, pages, backward);
        expect([ids, total]).toEqual([expected, expected.length]);
        found += ids.length;
      },
    ),
    { numRuns: 120, seed: 3 },
  );
  expect(found).toBeGreaterThan(500);
});

test('memberships: any filter, as of any day, as known at any instant', async () => {
  let found = 0;
  const query = `query Q($f: MembershipFilter, $asOf: Date, $knownAt: DateTime) {
    memberships(filter: $f, asOf: $asOf, knownAt: $knownAt, first: 250) { totalCount edges { node { id } } } }`;
  const days = fc.constantFrom(null, '2026-02-26', ...DAYS, '2026-03-02');
  const instants = fc.constantFrom(
    null,
    '2026-01-31T23:59:59.999Z',
    ...INSTANTS,
    '2026-02-15T11:59:59.999Z',
    '2026-03-05T00:00:00.000Z',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.record({ or: fc.array(membership, { minLength: 1, maxLength: 3 }) }),
      fc.oneof(fc.constant({}), membership),
      days,
      instants,
      async (or, more, asOf, knownAt) => {
        const f = withIds({ ...or, ...more });
        const known = (row: Row): boolean =>
          knownAt === null
            ? row.observed_to === null
            : row.observed_from! <= knownAt && (row.observed_to === null || row.observed_to! > knownAt);
        const so = (row: Row): boolean =>
          asOf === null ||
          (row.state !== 'ENTERED_IN_ERROR' &&
            (row.valid_from === null || row.valid_from! <= asOf) &&
            (row.valid_to === null || row.valid_to! > asOf));
        const rows = memberships.filter((row) => known(row) && so(row) && rowMatches(row, f));
        const page = (await ask(query, { f, asOf, knownAt })).memberships as Page;
        const expected = sorted(rows, SORTS['memberships ']!);
        expect([page.edges.map(({ node }) => node.id), page.totalCount]).toEqual([expected, expected.length]);
        found += expected.length;
      },
    ),
    { numRuns: 150, seed: 5 },
  );
  expect(found).toBeGreaterThan(500);
});

describe('pages of every size about a step of the statements', () => {
  const query = list('referrals', 'ReferralFilter', 'ReferralOrder');
  const sizes = [...new Set(PAGE_SIZES.flatMap((step) => [step - 1, step, step + 1]))].filter(
    (each) => each <= 250,
  );
  test.each(sizes)('%i', async (first) => {
    const expected = sorted(referrals, SORTS['referrals FIRST_CONTACT_DUE']!);
    const forward = (await ask(query, { first, o: 'FIRST_CONTACT_DUE' })).referrals as Page;
    expect(forward.edges.map(({ node }) => node.id)).toEqual(expected.slice(0, first));
    expect([forward.pageInfo.hasNextPage, forward.pageInfo.hasPreviousPage]).toEqual([
      first < expected.length,
      false,
    ]);
    const backward = (await ask(query, { last: first, o: 'FIRST_CONTACT_DUE' })).referrals as Page;
    expect(backward.edges.map(({ node }) => node.id)).toEqual(first === 0 ? [] : expected.slice(-first));
    expect([backward.pageInfo.hasNextPage, backward.pageInfo.hasPreviousPage]).toEqual([
      false,
      first < expected.length,
    ]);
  });

  test('from any place in the order, ties and rows without a value about it', async () => {
    const expected = sorted(referrals, SORTS['referrals FIRST_CONTACT_DUE']!);
    const all = (await ask(query, { first: 250, o: 'FIRST_CONTACT_DUE' })).referrals as Page;
    const valued = referrals.filter((row) => row.first_contact_due_on !== null).length;
    const last = expected.length - 1;
    for (const at of [0, 1, 30, 58, valued - 2, valued - 1, valued, valued + 1, last - 1, last]) {
      const { cursor } = all.edges[at]!;
      const after = (await ask(query, { first: 4, after: cursor, o: 'FIRST_CONTACT_DUE' })).referrals as Page;
      expect([at, after.edges.map(({ node }) => node.id)]).toEqual([at, expected.slice(at + 1, at + 5)]);
      const before = (await ask(query, { last: 4, before: cursor, o: 'FIRST_CONTACT_DUE' }))
        .referrals as Page;
      expect([at, before.edges.map(({ node }) => node.id)]).toEqual([
        at,
        expected.slice(Math.max(0, at - 4), at),
      ]);
    }
  });

  test('a place stays a place when rows before and after it come and go', async () => {
    const first = (await ask(query, { first: 20, o: 'OLDEST' })).referrals as Page;
    const gone = [first.edges[5]!.node.id, first.edges[19]!.node.id];
    const expected = sorted(referrals, SORTS['referrals OLDEST']!).slice(20, 30);
    await world.sql(`update referrals set received_on = '2030-01-01' where id = any ($1::uuid[])`, [gone]);
    const next = (await ask(query, { first: 10, after: first.pageInfo.endCursor, o: 'OLDEST' }))
      .referrals as Page;
    expect(next.edges.map(({ node }) => node.id)).toEqual(expected);
  });
});
