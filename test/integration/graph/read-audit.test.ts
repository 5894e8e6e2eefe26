/** Every identifiable answer has its row on the audit record, naming exactly whom it showed; where no row can be written there is no answer. */
import { type GraphQLObjectType, type GraphQLSchema, getNamedType } from 'graphql';
import pg from 'pg';
import { buildGraph } from '../../../schema/build-graph.js';
import { mappedPolicy } from '../../../schema/field-policy.js';
import { GRAPH_POLICY } from '../../../schema/policy-table.js';
import { PURPOSES_OF, Role } from '../../../src/core/caller.js';
import { Canaries } from '../../support/graph-canaries.js';
import * as write from '../../support/graph-documents.js';
import { mutationOf, thingsOf } from '../../support/graph-mutations.js';
import type { Answer } from '../../support/graph-server.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';
import { withDatabase } from '../../support/test-urls.js';

const LIMIT_MS = 2_500;
let world: GraphWorld;
let schema: GraphQLSchema;
let canaries: Canaries;
beforeAll(async () => {
  world = await createGraphWorld({ auditLimitMs: LIMIT_MS, statementTimeoutMs: 5_000 });
  schema = await buildGraph();
  canaries = await new Canaries().learn(world);
});
afterAll(() => closeGraphWorld(world));

interface Row {
  readonly kind: string;
  readonly operation: string;
  readonly subject: string;
  readonly role: string;
  readonly purpose: string;
  readonly person_ids: string[];
}

/** The answer of some work, and the rows that it left on record, which is empty before. */
async function recorded(work: () => Promise<Answer>): Promise<{ answer: Answer; rows: Row[] }> {
  // Past the guard of what is only added to.
  await world.sql(
    'set session_replication_role = replica; delete from audit_events; reset session_replication_role',
  );
  const answer = await work();
  // Writes before reads: ids made within one millisecond have no order.
  const rows = await world.sql<Row>(
    `select kind, operation, subject, role, purpose, person_ids from audit_events order by kind = 'READ', id`,
  );
  return { answer, rows };
}

const PERSON_OF = `
  select id, id as person from persons
  union all select id, person_id from referrals union all select id, person_id from caseload_memberships
  union all select id, person_id from notes union all select id, person_id from signed_documents union all select id, person_id from deliveries
  union all select id, person_id from note_drafts union all select id, person_id from work_items where person_id is not null
  union all select id, person_id from countersignatures union all select id, person_id from telephone_calls union all select id, person_id from wrong_person_incidents
  union all select id, person_id from employment_episodes union all select id, person_id from eligibility_decisions union all select id, person_id from confirmation_requests
  union all select o.id, d.person_id from eligibility_overrides o join eligibility_decisions d on d.id = o.decision_id
  union all select v.id, d.person_id from decision_reviews v join eligibility_decisions d on d.id = v.decision_id`;

const personOf = new Map<string, string>();

/** The persons whose rows an answer holds, by the ids in it. `fresh`: rows were made since the last look. */
async function shownIn(answer: Answer, fresh = false): Promise<string[]> {
  if (fresh || personOf.size === 0) {
    const rows = await world.sql<{ id: string; person: string }>(PERSON_OF);
    for (const { id, person } of rows) personOf.set(id, person);
  }
  const ids = [...answer.text.matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)];
  return [...new Set(ids.flatMap(([id]) => personOf.get(id) ?? []))].sort();
}

const named = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => row.person_ids))].sort();
const MAPS = new Map(GRAPH_POLICY.maps.map((map) => [map.type, map]));
const may =
  (role: Role): write.May =>
  (path) => {
    const [type, field] = path.split('.') as [string, string];
    const map = MAPS.get(type);
    return (map && mappedPolicy(map, field)?.includes(role)) ?? false;
  };

/** Selects the id of everything on the way, so that the answer says itself whom it shows. */
function traced(way: readonly write.Step[], target: write.Fielded): string {
  const idOf = (type: write.Fielded): string => (type.getFields().id ? '__typename id' : '__typename');
  let body = idOf(target);
  for (const { on, field } of [...way].reverse()) {
    const args = field.args.some(({ name }) => name === 'first') ? '(first: 3)' : '';
    body = `${idOf(on)} ${field.name}${args} { ${body} }`;
  }
  return body;
}

describe('a read on record', () => {
  it.each([
    ['a count', 'query { referrals(filter: { person: { nhsNumber: "9990000026" } }) { totalCount } }'],
    [
      'whether there is a page',
      'query { persons(filter: { familyNameStartsWith: "A" }) { pageInfo { hasNextPage } } }',
    ],
    ['nobody', 'query { persons(filter: { familyNameStartsWith: "no such name" }) { nodes { id } } }'],
  ])('who asked for %s is on record, though nobody is named', async (_what, query) => {
    const { answer, rows } = await recorded(() => world.ask('specialist', query));
    expect(answer.text).not.toContain('errors');
    expect(rows).toEqual([
      expect.objectContaining({ kind: 'READ', subject: WHO.specialist.subject, person_ids: [] }),
    ]);
  });

  it.each(['specialist', 'manager', 'coordinator', 'foreignSpecialist'] as const)(
    '%s: lists and rows, nested to every type, name exactly the persons answered',
    async (who) => {
      const { role, subject } = WHO[who];
      const things = await thingsOf(world, who, 'own');
      const [person] = await world.sql<{ id: string }>(
        'select person_id as id from referrals where id = $1',
        [things.referralId],
      );
      const idFor: Record<string, string> = {
        person: person!.id,
        referral: things.referralId,
        eligibilityDecision: things.decisionId,
        episode: things.episodeId,
        note: things.noteId,
      };
      let documents = 0;
      let people = 0;
      const met = new Map<write.Fielded, number>();
      for (const [name, root] of Object.entries(GRAPH_POLICY.roots)) {
        if (!root.allow.includes(role) || root.map.subject === null) continue;
        const row = write.rowTypeOf(
          getNamedType(schema.getQueryType()!.getFields()[name]!.type) as GraphQLObjectType,
        );
        for (const [type, way] of write.waysFrom(row, may(role))) {
          // Far from the root two ways to a type stand for all.
          const times = met.get(type) ?? 0;
          if (way.length > 1 && times >= 2) continue;
          met.set(type, times + 1);
          const body = traced(way, type);
          const query =
            root.kind === 'single'
              ? `{ ${name}(id: "${idFor[name]}") { ${body} } }`
              : `{ ${name}(first: 20) { nodes { ${body} } } }`;
          for (const stock of [false, true]) {
            const { answer, rows } = await recorded(() => world.ask(who, query, { stock }));
            expect([query, answer.errors]).toEqual([query, []]);
            const shown = await shownIn(answer);
            documents++;
            people += shown.length;
            expect([query, named(rows)]).toEqual([query, shown]);
            expect(
              rows.map(({ kind, operation, subject: by, role: as, purpose }) => [
                kind,
                operation,
                by,
                as,
                purpose,
              ]),
            ).toEqual([['READ', `Query.${name}`, subject, role, PURPOSES_OF[role][0]]]);
          }
        }
      }
      expect(documents).toBeGreaterThan(50);
      expect(people).toBeGreaterThan(documents);
    },
    120_000,
  );

  it('names the persons of a list whatever is selected of it, and of several lists in one row', async () => {
    const everybody = (
      await shownIn(await world.ask('specialist', '{ decisionsDifferingNow(first: 100) { nodes { id } } }'))
    ).sort();
    for (const query of [
      '{ decisionsDifferingNow(first: 100) { nodes { verdictNow } } }',
      '{ decisionsDifferingNow(first: 100) { edges { node { __typename } } } }',
    ]) {
      const { rows } = await recorded(() => world.ask('specialist', query));
      expect([query, named(rows)]).toEqual([query, everybody]);
    }
    const two =
      '{ persons(first: 4) { nodes { id } } referrals(first: 3) { nodes { id } } teams { totalCount } }';
    const { answer, rows } = await recorded(() => world.ask('specialist', two));
    expect([rows.length, named(rows)]).toEqual([1, await shownIn(answer)]);
  });

  it('of an analyst is one row with the purpose and nobody’s name', async () => {
    for (const query of [
      '{ persons(first: 50) { nodes { id referrals { id decisions { id } } } } }',
      '{ referrals { totalCount } }',
      '{ teams { nodes { name } } }',
    ]) {
      const { rows } = await recorded(() => world.ask('analyst', query));
      expect(rows).toMatchObject([{ kind: 'READ', role: 'ANALYST', purpose: 'REPORTING', person_ids: [] }]);
    }
  });

  it('is not made of reference data about nobody', async () => {
    for (const who of ['specialist', 'machine', 'administrator'] as const) {
      const query =
        '{ teams { nodes { name } } serviceSpecifications { nodes { code versions { rules { key } } } } clinicalRecordSystems { nodes { code } } }';
      expect((await recorded(() => world.ask(who, query))).rows).toEqual([]);
      expect((await recorded(() => world.ask(who, '{ me { subject } }'))).rows).toEqual([]);
    }
  });
});

describe('a mutation on record', () => {
  const SELECTIONS: Readonly<Record<string, string>> = {
    acceptReferral: '... on ReferralChanged { referral { id person { id familyName } decisions { id } } }',
    recordWordOnWork: '... on ReferralChanged { referral { id } }',
    recordConsentToContactClinician: '... on ReferralChanged { referral { id person { id } } }',
    requestConfirmation: '... on ConfirmationChanged { request { id person { id } } }',
    overrideEligibility: '... on EligibilityOverridden { override { id reason told } }',
    recordReferral: '... on ReferralChanged { referral { id person { id } } }',
  };

  it.each(Object.entries(SELECTIONS))(
    '%s names whom it changed and showed, and again when repeated',
    async (name, selection) => {
      const { MUTATIONS } = await import('../../support/graph-mutations.js');
      const { variables } = MUTATIONS[name]!(world, await thingsOf(world, 'manager', 'own'), world.key());
      // A team that nobody has asked yet: a question that is open already is answered, not asked again.
      if (name === 'requestConfirmation')
        Object.assign(variables.input as object, { teamId: world.teams.CRISIS });
      const ask = () =>
        world.ask('manager', mutationOf(name, `__typename ${selection} ... on Refusal { code }`), {
          variables,
        });
      const first = await recorded(ask);
      const shown = await shownIn(first.answer, true);
      expect([first.answer.text, shown.length]).toEqual([first.answer.text, 1]);
      expect(first.rows.map((row) => row.kind)).toEqual(['WRITE', 'READ']);
      for (const row of first.rows) expect(row.person_ids).toEqual(shown);
      const again = await recorded(ask);
      expect(again.answer.text).toBe(first.answer.text);
      expect(again.rows.map((row) => [row.kind, row.person_ids])).toEqual([['READ', shown]]);
    },
  );

  it('checkEligibility names all hundred whom it decided on, and the hundred shown', async () => {
    const referrals: string[] = [];
    const persons: string[] = [];
    for (let n = 0; n < 100; n++) {
      const { personId, referralId } = await world
        .someone()
        .openTo(n % 2 ? 'CMHT' : 'EIP')
        .referredUnder('001');
      referrals.push(referralId);
      persons.push(personId);
    }
    const query = mutationOf(
      'checkEligibility',
      '... on EligibilityChecked { decisions { id verdict criteria { key evidence { reference } } } notDecided { referralId } }',
    );
    const { answer, rows } = await recorded(() =>
      world.ask('specialist', query, {
        variables: {
          input: {
            idempotencyKey: world.key(),
            referralIds: [...referrals, world.referredTo('EIP')[0]!.referralId],
            purpose: 'ENTRY',
          },
        },
      }),
    );
    expect(answer.errors).toEqual([]);
    expect(rows.map((row) => [row.kind, row.person_ids.length, [...row.person_ids].sort()])).toEqual([
      ['DECIDE', 100, [...persons].sort()],
      ['READ', 100, [...persons].sort()],
    ]);
  });

  it('checkEligibilityByIdentity names the person asked about, or nobody for nobody', async () => {
    const { MUTATIONS } = await import('../../support/graph-mutations.js');
    for (const [whose, count] of [
      ['own', 1],
      ['trust', 0],
      ['nobody', 0],
    ] as const) {
      const { variables } = MUTATIONS.checkEligibilityByIdentity!(
        world,
        await thingsOf(world, 'machine', whose),
        world.key(),
      );
      const { rows } = await recorded(() =>
        world.ask(
          'machine',
          mutationOf('checkEligibilityByIdentity', '... on IdentityEligibility { verdict }'),
          { variables },
        ),
      );
      expect([whose, rows.map((row) => [row.kind, row.person_ids.length])]).toEqual([
        whose,
        [['DECIDE', count]],
      ]);
    }
  });
});

/** Ways in which the record cannot be written, with the way back. */
const FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  'may not be inserted into': [
    'revoke insert on audit_events from hub_audit, hub_write, hub_decide',
    'grant insert on audit_events to hub_audit, hub_write, hub_decide',
  ],
  'refuses every row': [
    'alter table audit_events add constraint planted check (false) not valid',
    'alter table audit_events drop constraint planted',
  ],
  'is full': [
    `create function planted() returns trigger language plpgsql as $$ begin raise exception 'disk full' using errcode = '53100'; end $$;
     create trigger planted before insert on audit_events execute function planted()`,
    'drop function planted() cascade',
  ],
};

/** Asks everything that shows somebody, one after the other or `together`; each must come back without anything, by code, in time. */
async function nothingComes(together = false): Promise<void> {
  const list =
    '{ persons(first: 10) { nodes { id familyName memberships { careCoordinatorName } referrals { id latestDecision { criteria { evidence { reference } } } } } } }';
  const one = `{ person(id: "${world.referredTo('CMHT')[0]!.personId}") { nhsNumber } }`;
  const mutate = async (who: WhoName, name: string, selection: string) => {
    const { MUTATIONS } = await import('../../support/graph-mutations.js');
    const { variables } = MUTATIONS[name]!(world, await thingsOf(world, who, 'own'), world.key());
    return world.ask(who, mutationOf(name, selection), { variables });
  };
  const before = await world.sql('select id, state, word_on_work, updated_at from referrals order by id');
  const decided = await world.count('eligibility_decisions');
  const reads = [
    () => world.ask('specialist', list),
    () => world.ask('specialist', list, { stock: true }),
    () => world.ask('specialist', one),
    () => world.ask('specialist', `{ me { subject } ${list.slice(1)}`),
    () => world.ask('analyst', '{ persons { nodes { id } } }'),
    () => world.ask('analyst', '{ persons { nodes { id } } }', { stock: true }),
  ];
  const writes = [
    () =>
      mutate(
        'specialist',
        'recordWordOnWork',
        '... on ReferralChanged { referral { id person { familyName } } }',
      ),
    () => mutate('specialist', 'checkEligibility', '... on EligibilityChecked { decisions { id verdict } }'),
    () => mutate('machine', 'checkEligibilityByIdentity', '... on IdentityEligibility { verdict }'),
  ];
  const refused = async (ask: () => Promise<Answer>, codes: readonly string[]): Promise<void> => {
    const started = performance.now();
    const answer = await ask();
    expect(performance.now() - started).toBeLessThan(30_000);
    const told = [...new Set(answer.errors.map((error) => error.extensions.code))];
    expect([told.length, codes]).toEqual([1, expect.arrayContaining(told)]);
    expect(Object.values(answer.data ?? {}).filter((value) => value !== null)).toEqual([]);
    expect(canaries.leaks(null, answer)).toEqual([]);
  };
  const unrecorded = ['HUB_AUDIT_UNAVAILABLE'];
  // A write may wait for a row of another, which waits for the record; their times are over at one moment.
  const unfinished = together ? [...unrecorded, 'HUB_DATABASE_TIMEOUT'] : unrecorded;
  const asks = [
    ...reads.map((ask) => () => refused(ask, unrecorded)),
    ...writes.map((ask) => () => refused(ask, unfinished)),
  ];
  if (together) await Promise.all(asks.map((ask) => ask()));
  else for (const ask of asks) await ask();
  expect(await world.sql('select id, state, word_on_work, updated_at from referrals order by id')).toEqual(
    before,
  );
  expect(await world.count('eligibility_decisions')).toBe(decided);
  // What concerns nobody is still answered.
  expect((await world.ask('administrator', '{ teams { totalCount } }')).errors).toEqual([]);
}

async function everythingComes(): Promise<void> {
  const { answer, rows } = await recorded(() =>
    world.ask('specialist', '{ persons(first: 5) { nodes { id familyName } } }'),
  );
  expect([answer.errors, answer.text.includes('CnryFamily'), rows.length]).toEqual([[], true, 1]);
}

describe('without the record there is no answer', () => {
  it.each(Object.entries(FAULTS))('while it %s', async (_fault, [plant, mend]) => {
    await world.sql(plant);
    try {
      await nothingComes();
    } finally {
      await world.sql(mend);
    }
    await everythingComes();
  });

  it('while somebody has it locked, however long, and within the limit of the wait', async () => {
    const [{ name }] = (await world.sql<{ name: string }>('select current_database() as name')) as [
      { name: string },
    ];
    const holder = new pg.Client({ connectionString: withDatabase(world.db.ownerUrl, name) });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table audit_events in access exclusive mode');
    try {
      await nothingComes(true);
    } finally {
      await holder.query('rollback');
      await holder.end();
    }
    await everythingComes();
  });

  it('a change that was recorded shows nothing while its reading cannot be, and answers the repeat afterwards', async () => {
    const { MUTATIONS } = await import('../../support/graph-mutations.js');
    const { variables } = MUTATIONS.recordWordOnWork!(
      world,
      await thingsOf(world, 'specialist', 'own'),
      world.key(),
    );
    const ask = () =>
      world.ask(
        'specialist',
        mutationOf(
          'recordWordOnWork',
          '... on ReferralChanged { referral { wordOnWork person { familyName } } }',
        ),
        { variables },
      );
    await world.sql('revoke insert on audit_events from hub_audit');
    const during = await recorded(ask);
    await world.sql('grant insert on audit_events to hub_audit');
    expect([during.answer.data, during.answer.errors.map((error) => error.extensions.code)]).toEqual([
      null,
      ['HUB_AUDIT_UNAVAILABLE'],
    ]);
    expect(during.rows.map((row) => row.kind)).toEqual(['WRITE']);
    const after = await recorded(ask);
    expect(after.answer.text).toContain('CnryFamily');
    expect(after.rows.map((row) => row.kind)).toEqual(['READ']);
  });
});
