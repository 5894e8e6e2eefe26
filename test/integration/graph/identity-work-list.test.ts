/** The identity work list as a steward sees it: both sides and no more of them, in order, on record; and nobody else sees any of it. */

import { mutationOf } from '../../support/graph-mutations.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  NAMES,
  WHO,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
beforeAll(async () => {
  world = await createGraphWorld();
});
afterAll(() => closeGraphWorld(world));

const SIDE = `id nhsNumber nhsNumberStatus dateOfBirth givenName familyName isReferred isRestricted
  records { system { code } localId nhsNumber nhsNumberStatus dateOfBirth isActive replacedByLocalId isRestricted observedAt }`;
const LIST = `query List($first: Int, $after: String, $filter: IdentityConflictFilter) {
  identityConflicts(first: $first, after: $after, filter: $filter) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id kind foundAt resolvedAt resolution version person { ${SIDE} } otherPerson { ${SIDE} } ruling { resolution reason ruledAt ruledBy } }
  } }`;

interface Side {
  readonly id: string;
  readonly isRestricted: boolean;
  readonly records: readonly {
    readonly localId: string | null;
    readonly replacedByLocalId: string | null;
    readonly isRestricted: boolean;
  }[];
}
interface Conflict {
  readonly id: string;
  readonly kind: string;
  readonly version: string;
  readonly resolution: string | null;
  readonly person: Side;
  readonly otherPerson: Side | null;
}
interface Connection {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly nodes: readonly Conflict[];
}

/** The list, the same on both read paths. */
async function list(variables: object = {}, who: WhoName = 'steward'): Promise<Connection> {
  const [compiled, stock] = await Promise.all([
    world.ask(who, LIST, { variables }),
    world.ask(who, LIST, { variables, stock: true }),
  ]);
  expect(compiled.errors).toEqual([]);
  const plain = (text: string): string => text.replace(/"endCursor":"[^"]+"/, '');
  expect(plain(stock.text)).toBe(plain(compiled.text));
  return compiled.data!.identityConflicts as Connection;
}
const kindsOf = ({ nodes }: Connection): string[] => nodes.map(({ kind }) => kind);

it('is oldest first, in pages, by kind and openness; without unverified numbers of people whom nobody referred', async () => {
  const whole = await list();
  expect(kindsOf(whole)).toEqual([
    'UNVERIFIED_NUMBER',
    'DATE_OF_BIRTH_MISMATCH',
    'SHARED_NHS_NUMBER',
    'SHARED_NHS_NUMBER',
    'DATE_OF_BIRTH_MISMATCH',
  ]);
  const [kept] = await world.sql<{ n: number }>(
    'select count(*)::int as n from identity_conflicts where organisation_id = $1',
    [world.organisations.home],
  );
  expect([whole.totalCount, kept!.n]).toEqual([5, 6]);
  const pages: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Connection = await list({ first: 2, after });
    pages.push(...page.nodes.map(({ id }) => id));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(pages).toEqual(whole.nodes.map(({ id }) => id));
  expect(kindsOf(await list({ filter: { open: false } }))).toEqual(['SHARED_NHS_NUMBER']);
  expect(kindsOf(await list({ filter: { open: true, kindIn: ['SHARED_NHS_NUMBER'] } }))).toHaveLength(1);
});

it('lists an unverified number as soon as somebody refers either of the two', async () => {
  const [hidden] = await world.sql<{ id: string; personId: string }>(
    `select c.id, c.other_person_id as "personId" from identity_conflicts c where c.kind = 'UNVERIFIED_NUMBER' and c.organisation_id = $1
       and not exists (select from persons p where p.id in (c.person_id, c.other_person_id) and p.family_name is not null)`,
    [world.organisations.home],
  );
  expect((await list()).nodes.map(({ id }) => id)).not.toContain(hidden!.id);
  await world.sql(`update persons set family_name = 'Referred' where id = $1`, [hidden!.personId]);
  expect((await list()).nodes.map(({ id }) => id)).toContain(hidden!.id);
  await world.sql('update persons set family_name = null where id = $1', [hidden!.personId]);
});

it('shows number, status, date of birth, names and every record of both sides', async () => {
  const [first] = (await list()).nodes;
  const referred = world.referredTo('CMHT')[0]!;
  const [person] = await world.sql<Record<string, string>>(
    'select nhs_number, date_of_birth::text, given_name, family_name from persons where id = $1',
    [referred.personId],
  );
  const sides = [first!.person, first!.otherPerson!];
  expect(sides.find(({ id }) => id === referred.personId)).toMatchObject({
    nhsNumber: person!.nhs_number,
    nhsNumberStatus: '01',
    dateOfBirth: person!.date_of_birth,
    givenName: person!.given_name,
    familyName: person!.family_name,
    isReferred: true,
    isRestricted: false,
    records: [
      {
        system: { code: 'home' },
        localId: 'identity-0-before',
        isActive: false,
        replacedByLocalId: null,
      },
      { system: { code: 'home' }, localId: `record-${referred.n}`, isActive: true, replacedByLocalId: null },
    ],
  });
  expect(sides.find(({ id }) => id !== referred.personId)).toMatchObject({
    nhsNumber: person!.nhs_number,
    nhsNumberStatus: '02',
    givenName: null,
    familyName: null,
    isReferred: false,
    records: [{ localId: 'identity-0', nhsNumberStatus: '02', isActive: true, isRestricted: false }],
  });
});

it('shows the survivor and the records of everybody merged into them', async () => {
  const [first] = (await list()).nodes;
  const { id } = first!.person;
  const survivor = world.people[9]!;
  await world.sql('update persons set merged_into_id = $2 where id = $1', [id, survivor.personId]);
  const [now] = (await list()).nodes;
  const [theirs, before] = [now!.person, first!.person];
  expect(theirs.id).toBe(survivor.personId);
  expect(theirs.records.map(({ localId }) => localId).sort()).toEqual(
    [...before.records.map(({ localId }) => localId), `record-${survivor.n}`].sort(),
  );
  expect(now!.version).not.toBe(first!.version);
  await world.sql('update persons set merged_into_id = null where id = $1', [id]);
  expect((await list()).nodes[0]).toEqual(first);
});

it('of a restricted record tells that there is one, and neither where it is nor a name', async () => {
  const restricted = (await list()).nodes.flatMap(({ person, otherPerson }) =>
    [person, otherPerson!].filter((side) => side?.isRestricted),
  );
  expect(restricted).toHaveLength(1);
  const [side] = restricted;
  expect(side).toMatchObject({ isReferred: true, givenName: null, familyName: null });
  expect(side!.records.map(({ isRestricted, localId }) => [isRestricted, localId === null])).toEqual(
    expect.arrayContaining([
      [true, true],
      [false, false],
    ]),
  );
});

it('names what replaced a record only where that is known and not restricted, and the version shows no difference', async () => {
  const seen = async () => {
    const [first] = (await list()).nodes;
    const replaced = [first!.person, first!.otherPerson!]
      .flatMap(({ records }) => records)
      .find(({ localId }) => localId === 'identity-0-before');
    return { named: replaced!.replacedByLocalId, version: first!.version };
  };
  const unknown = await seen();
  expect(unknown.named).toBeNull();
  const [elsewhere] = world.neverReferred.slice(-1);
  await world.sql(
    `insert into record_links (id, organisation_id, system_id, local_id, person_id, restricted, observed_at)
     select gen_random_uuid(), organisation_id, system_id, replaced_by_local_id, $1, true, observed_at
     from record_links where local_id = 'identity-0-before'`,
    [elsewhere!.personId],
  );
  expect(await seen()).toEqual(unknown);
  await world.sql(`update record_links set restricted = false where local_id = 'identity-0-since'`);
  const known = await seen();
  expect(known.named).toBe('identity-0-since');
  expect(known.version).not.toBe(unknown.version);
  await world.sql(`delete from record_links where local_id = 'identity-0-since'`);
  expect(await seen()).toEqual(unknown);
});

it('has one side only where the records of one person contradict each other', async () => {
  const within = (await list()).nodes.filter(({ otherPerson }) => otherPerson === null);
  expect(within.map(({ kind }) => kind)).toEqual(['DATE_OF_BIRTH_MISMATCH']);
});

it('puts both persons on record, whatever is asked of a dispute', async () => {
  const { nodes } = await list();
  const persons = nodes.flatMap(({ person, otherPerson }) => [
    person.id,
    ...(otherPerson ? [otherPerson.id] : []),
  ]);
  for (const [query, expected] of [
    ['{ identityConflicts { nodes { kind } } }', persons],
    [LIST, persons],
    [`{ identityConflict(id: "${nodes[0]!.id}") { id } }`, [nodes[0]!.person.id, nodes[0]!.otherPerson!.id]],
  ] as const) {
    await world.sql(
      'set session_replication_role = replica; delete from audit_events; reset session_replication_role',
    );
    await world.ask('steward', query);
    const rows = await world.sql<{ role: string; purpose: string; person_ids: string[] }>(
      'select role, purpose, person_ids from audit_events',
    );
    expect(rows).toMatchObject([{ role: 'IDENTITY_STEWARD', purpose: 'ADMINISTRATION' }]);
    expect([...rows[0]!.person_ids].sort()).toEqual([...new Set(expected)].sort());
  }
  await world.sql(
    'set session_replication_role = replica; delete from audit_events; reset session_replication_role',
  );
  await world.ask('steward', '{ identityConflicts { totalCount } }');
  expect(await world.sql('select kind, person_ids from audit_events')).toEqual([
    { kind: 'READ', person_ids: [] },
  ]);
});

it('is empty of another organisation’s disputes, and theirs of these', async () => {
  const [own, theirs] = [await list(), await list({}, 'foreignSteward')];
  expect(theirs.nodes).toHaveLength(1);
  expect(own.nodes.map(({ id }) => id)).not.toContain(theirs.nodes[0]!.id);
  const query = `{ identityConflict(id: "${theirs.nodes[0]!.id}") { id } }`;
  expect((await world.ask('steward', query)).data).toEqual({ identityConflict: null });
});

it.each(NAMES.filter((who) => WHO[who].role !== 'IDENTITY_STEWARD'))(
  'is refused to %s by code',
  async (who) => {
    for (const query of [
      '{ identityConflicts { totalCount } }',
      '{ identityConflict(id: "00000000-0000-7000-8000-000000000000") { id } }',
    ]) {
      const answer = await world.ask(who, query);
      expect([answer.data ?? null, answer.errors[0]!.extensions.code].flat()).toContain('HUB_ACCESS_FIELD');
      expect(JSON.stringify(answer.data ?? null)).not.toContain('totalCount');
    }
  },
);

it('shows a steward no person otherwise, no casework, no note', async () => {
  for (const root of [
    'persons',
    'referrals',
    'episodes',
    'eligibilityDecisions',
    'memberships',
    'notes',
    'noteDeliveries',
    'workItems',
  ])
    expect((await world.ask('steward', `{ ${root} { totalCount } }`)).errors[0]!.extensions.code).toBe(
      'HUB_ACCESS_FIELD',
    );
});

it('settles what was shown, and answers with the dispute as it is now; shown before, it is refused', async () => {
  const [first] = (await list({ filter: { open: true } })).nodes;
  const send = (version: string, resolution: string) =>
    world.ask(
      'steward',
      mutationOf(
        'settleIdentityConflict',
        `__typename ... on Refusal { code field } ... on IdentityConflictSettled { conflict { id resolution resolvedAt person { id } otherPerson { id } ruling { resolution ruledBy reason } } }`,
      ),
      {
        variables: {
          input: {
            idempotencyKey: world.key(),
            conflictId: first!.id,
            version,
            resolution,
            reason: 'seen the birth certificate',
          },
        },
      },
    );
  expect((await send('older', 'SAME_PERSON')).data).toEqual({
    settleIdentityConflict: { __typename: 'Refusal', code: 'HUB_STATE_CHANGED', field: 'version' },
  });
  const settled = await send(first!.version, 'SAME_PERSON');
  expect(settled.errors).toEqual([]);
  expect(settled.data!.settleIdentityConflict).toMatchObject({
    __typename: 'IdentityConflictSettled',
    conflict: {
      id: first!.id,
      resolution: 'SAME_PERSON',
      ruling: { resolution: 'SAME_PERSON', ruledBy: 'stella', reason: 'seen the birth certificate' },
    },
  });
  const { person, otherPerson } = (settled.data!.settleIdentityConflict as { conflict: Conflict }).conflict;
  expect(otherPerson!.id).toBe(person.id);
  expect((await send(first!.version, 'DIFFERENT_PERSONS')).data).toMatchObject({
    settleIdentityConflict: { code: 'HUB_STATE_CONFLICT' },
  });
});
