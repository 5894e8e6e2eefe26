/** `Person.clinical` through the real graph: who is read, how often a record system is asked, and what is left when it stops. */
import { READ_OF } from '../../../src/clinical/record-read.rules.js';
import { newId } from '../../../src/core/ids.js';
import type { Answer } from '../../support/graph-server.js';
import {
  closeGraphWorld,
  createGraphWorld,
  type GraphWorld,
  type WhoName,
} from '../../support/graph-world.js';

let world: GraphWorld;
beforeAll(async () => {
  world = await createGraphWorld();
});
afterAll(() => closeGraphWorld(world));
beforeEach(() => world.record.reset());

/** When the world's record systems last answered the hub: at the instant of its clock. */
const LAST_ANSWER = '2026-03-11T12:00:00.000Z';

const ORIGIN = 'system reference version asOf fetchedAt complete';
const MOMENT = 'said precision day at';
const CONTACT = `${ORIGIN} status kind start { ${MOMENT} } end { ${MOMENT} } teamReference teamName`;
const FULL = `__typename
  demographics { __typename ${ORIGIN} name gender dateOfBirth deceasedOn telephone address postcode generalPractitioner generalPractice { reference name odsCode } }
  careTeams { ${ORIGIN} name status members { reference name role } }
  careCoordinator { system fetchedAt reference name }
  openEpisodes { ${ORIGIN} teamReference teamName state startedOn careCoordinator { reference name } }
  documents { ${ORIGIN} title type status recordedAt author documentVersionId }
  encounters { ${CONTACT} }
  appointments { ${CONTACT} }
  problems { ${ORIGIN} problem codes { system code display } clinicalStatus verificationStatus category onset { ${MOMENT} } recorded { ${MOMENT} } }
  riskFlags { ${ORIGIN} flag codes { code } category status start { said } end { said } }
  consents { ${ORIGIN} status scope category recorded { at } provision start { said } end { said } hasExceptions }
  sources { system state asOf fetchedAt code withheld { field reason } }`;

interface Clinical {
  readonly [field: string]: unknown;
  readonly sources: {
    system: string;
    state: string;
    asOf: string | null;
    fetchedAt: string | null;
    code: string | null;
  }[];
}

const comparable = (answer: Answer): string =>
  JSON.stringify({ data: answer.data, errors: answer.errors }).replace(
    /"correlationId":"[^"]+"|"fetchedAt":"[^"]+"|"locations":\[[^\]]*\],?/g,
    '',
  );

/** Asks on both read paths and holds them to each other. */
async function ask(who: WhoName, query: string, variables: object = {}): Promise<Answer> {
  const compiledBefore = world.server.compiled();
  const answer = await world.ask(who, query, { variables });
  expect(world.server.compiled()).toBe(compiledBefore + 1);
  const calls = world.record.calls.length;
  const stock = await world.ask(who, query, { variables, stock: true });
  world.record.calls.length = calls;
  expect(comparable(stock)).toBe(comparable(answer));
  return answer;
}

async function clinicalOf(who: WhoName, personId: string, selection = FULL): Promise<Clinical> {
  const answer = await ask(who, `query Q($id: UUID!) { person(id: $id) { clinical { ${selection} } } }`, {
    id: personId,
  });
  expect(answer.errors).toEqual([]);
  return (answer.data!.person as { clinical: Clinical }).clinical;
}

const stateOf = async (who: WhoName, personId: string) =>
  (
    await clinicalOf(who, personId, 'demographics { name } sources { system state code fetchedAt }')
  ).sources.map(({ state }) => state);

test('everything of a person, each item with where and when it was read', async () => {
  const { n, personId } = world.people[0]!;
  const origin = {
    system: 'home',
    version: '1',
    asOf: '2026-03-01T08:00:00.000Z',
    fetchedAt: '2026-03-02T09:00:00.000Z',
    complete: true,
  };
  const name = `CnryFamily${n}`;
  expect(await clinicalOf('specialist', personId)).toEqual({
    __typename: 'ClinicalRecord',
    demographics: [
      expect.objectContaining({
        __typename: 'ClinicalDemographics',
        ...origin,
        reference: `Patient/record-${n}`,
        name,
        gender: 'female',
      }),
    ],
    careTeams: [
      {
        ...origin,
        reference: `CareTeam/record-${n}`,
        name: `Team of ${name}`,
        status: 'active',
        members: [expect.objectContaining({ role: 'Nurse' })],
      },
    ],
    careCoordinator: {
      system: 'home',
      fetchedAt: origin.fetchedAt,
      reference: 'Practitioner/1',
      name: `Coordinator 1 of ${name}`,
    },
    openEpisodes: expect.arrayContaining([
      {
        ...origin,
        reference: `EpisodeOfCare/record-${n}-0`,
        teamReference: 'Organization/0',
        teamName: 'Ward 0',
        state: 'OPEN',
        startedOn: '2025-01-01',
        careCoordinator: null,
      },
    ]),
    documents: [
      {
        ...origin,
        reference: `DocumentReference/record-${n}`,
        title: `Letter about ${name}`,
        type: 'Letter',
        status: 'current',
        recordedAt: '2026-02-01T10:00:00.000Z',
        author: 'A clinician',
        documentVersionId: '00000000-0000-7000-8000-00000000d0c5',
      },
    ],
    encounters: [
      {
        ...origin,
        reference: `Encounter/record-${n}`,
        status: 'finished',
        kind: `Review of ${name}`,
        start: {
          said: '2026-03-10T10:00:00.000Z',
          precision: 'TIME',
          day: '2026-03-10',
          at: '2026-03-10T10:00:00.000Z',
        },
        end: { said: '2026-03-10', precision: 'DAY', day: '2026-03-10', at: null },
        teamReference: 'Organization/0',
        teamName: 'Ward 0',
      },
    ],
    appointments: [expect.objectContaining({ reference: `Appointment/record-${n}`, status: 'booked' })],
    problems: [
      {
        ...origin,
        reference: `Condition/record-${n}`,
        problem: `Problem of ${name}`,
        codes: [{ system: 'http://snomed.info/sct', code: '1', display: 'A problem' }],
        clinicalStatus: 'active',
        verificationStatus: 'confirmed',
        category: 'Problem list item',
        onset: { said: '2019-05', precision: 'MONTH', day: null, at: null },
        recorded: { said: '2020-01-02', precision: 'DAY', day: '2020-01-02', at: null },
      },
    ],
    riskFlags: [
      expect.objectContaining({ flag: `Warning about ${name}`, status: 'active', end: { said: '2026-12' } }),
    ],
    consents: [
      expect.objectContaining({
        provision: 'permit',
        recorded: { at: '2026-01-05T09:30:00.000Z' },
        hasExceptions: false,
      }),
    ],
    sources: [
      {
        system: 'home',
        state: 'CURRENT',
        asOf: origin.fetchedAt,
        fetchedAt: origin.fetchedAt,
        code: null,
        withheld: [],
      },
    ],
  });
  expect(world.record.calls.find(({ read }) => read === 'openEpisodes')?.on).toBe('2026-03-11');
});

test('one call for each kind of read that is selected, whoever and however often it is asked for', async () => {
  const query = `{ persons(first: 20) { nodes { id a: clinical { demographics { name } careCoordinator { name } } b: clinical { openEpisodes { state } demographics { postcode } } } }
    referrals(first: 20) { nodes { person { clinical { demographics { gender } sources { state } } } } } }`;
  const answer = await ask('manager', query);
  expect(answer.errors).toEqual([]);
  expect(world.record.counts()).toEqual({ demographics: 1, openEpisodes: 1 });
  for (const { localIds } of world.record.calls) expect(new Set(localIds).size).toBe(localIds.length);
  world.record.calls.length = 0;
  await ask('manager', '{ persons(first: 20) { nodes { id clinical { __typename sources { state } } } } }');
  expect(world.record.calls).toEqual([]);
});

describe('nobody is shown another’s record', () => {
  test('what is shown of each is of the very person', async () => {
    const answer = await ask(
      'manager',
      '{ persons(first: 100) { nodes { familyName clinical { demographics { name } careTeams { members { name } } } } } }',
    );
    const nodes = (answer.data!.persons as { nodes: { familyName: string; clinical: Clinical }[] }).nodes;
    let shown = 0;
    for (const { familyName, clinical } of nodes) {
      for (const { name } of (clinical.demographics as { name: string }[] | null) ?? []) {
        shown++;
        expect(
          name === familyName ||
            (familyName === 'CnryFamily4' && name === 'CnryFamily3') ||
            (familyName === 'CnryFamily3' && name === 'CnryFamily4'),
        ).toBe(true);
      }
    }
    expect(shown).toBeGreaterThan(20);
  });

  test('a person whose identity is in dispute is not read at all', async () => {
    const { n, personId } = world.people[2]!;
    const clinical = await clinicalOf('specialist', personId);
    expect(clinical).toMatchObject({
      demographics: null,
      careTeams: null,
      careCoordinator: null,
      openEpisodes: null,
      documents: null,
    });
    expect(clinical.sources).toEqual([
      {
        system: 'home',
        state: 'IDENTITY_CONFLICT',
        asOf: LAST_ANSWER,
        fetchedAt: null,
        code: null,
        withheld: [],
      },
    ]);
    expect(world.record.calls.flatMap(({ localIds }) => localIds)).not.toContain(`record-${n}`);
  });

  test('nor one who was merged into, or from, somebody in dispute', async () => {
    const { personId } = world.people[4]!;
    await world.sql(`update persons set identity_state = 'CONFLICT' where id = $1`, [
      world.people[3]!.personId,
    ]);
    try {
      expect(await stateOf('specialist', personId)).toEqual(['IDENTITY_CONFLICT']);
      expect(await stateOf('specialist', world.people[3]!.personId)).toEqual(['IDENTITY_CONFLICT']);
    } finally {
      await world.sql(`update persons set identity_state = 'CLEAR' where id = $1`, [
        world.people[3]!.personId,
      ]);
    }
  });
});

describe('what has changed at the source since the last pull', () => {
  const NOTHING = {
    demographics: null,
    careTeams: null,
    careCoordinator: null,
    openEpisodes: null,
    documents: null,
    encounters: null,
    appointments: null,
    problems: null,
    riskFlags: null,
    consents: null,
  };

  test.each([
    ['marked restricted', { restricted: true }, 'RESTRICTED'],
    ['merged into another', { replacedByLocalId: 'record-9' }, 'IDENTITY_CONFLICT'],
    ['out of use', { active: false }, 'IDENTITY_CONFLICT'],
    ['of another date of birth', { dateOfBirth: '1999-09-09' }, 'IDENTITY_CONFLICT'],
    ['of another NHS number', { nhsNumber: '9990000018' }, 'IDENTITY_CONFLICT'],
    ['gone', null, 'IDENTITY_CONFLICT'],
  ])('a record %s is not shown', async (_name, change, state) => {
    const { n, personId } = world.people[0]!;
    world.record.changed.set(`record-${n}`, change);
    const clinical = await clinicalOf('specialist', personId);
    expect(clinical).toMatchObject(NOTHING);
    expect(clinical.sources).toEqual([
      { system: 'home', state, asOf: LAST_ANSWER, fetchedAt: null, code: null, withheld: [] },
    ]);
    const teams = await clinicalOf('specialist', personId, 'careTeams { name } sources { state }');
    expect(teams).toEqual({ careTeams: null, sources: [{ state }] });
  });

  test('without knowing it, nothing is shown', async () => {
    world.record.misbehave('UNREACHABLE', 'demographics');
    const answer = await ask(
      'specialist',
      'query Q($id: UUID!) { person(id: $id) { clinical { careTeams { name } sources { state code } } } }',
      { id: world.people[0]!.personId },
    );
    expect(answer.data).toEqual({
      person: {
        clinical: { careTeams: null, sources: [{ state: 'FAILED', code: 'HUB_UPSTREAM_UNREACHABLE' }] },
      },
    });
    expect(answer.errors.map(({ path, extensions }) => [path!.join('.'), extensions.code])).toEqual([
      ['person.clinical.careTeams', 'HUB_UPSTREAM_UNREACHABLE'],
    ]);
  });
});

describe('how a source stands', () => {
  test('merged: the records of all who turned out to be one, under either of them', async () => {
    for (const at of [3, 4]) {
      const { demographics } = await clinicalOf('specialist', world.people[at]!.personId);
      expect((demographics as { name: string }[]).map(({ name }) => name)).toEqual([
        'CnryFamily3',
        'CnryFamily4',
      ]);
    }
  });

  test('merged from somebody whom nobody has referred: their record counts, too', async () => {
    const former = newId();
    const { personId } = world.people[0]!;
    await world.sql('insert into persons (id, organisation_id, merged_into_id) values ($1, $2, $3)', [
      former,
      world.organisations.home,
      personId,
    ]);
    await world.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, 'record-0b', $4, now())`,
      [newId(), world.organisations.home, world.systemId, former],
    );
    world.record.changed.set('record-0b', { dateOfBirth: null });
    try {
      const { demographics } = await clinicalOf('specialist', personId);
      expect((demographics as { reference: string }[]).map(({ reference }) => reference)).toEqual([
        'Patient/record-0',
        'Patient/record-0b',
      ]);
    } finally {
      await world.sql('delete from record_links where person_id = $1', [former]);
      await world.sql('delete from persons where id = $1', [former]);
    }
  });

  test('restricted: not opened here', async () => {
    const restricted = world.people.find((_, at) => at >= 22 && at < 24)!;
    expect(await stateOf('specialist', restricted.personId)).toEqual(['RESTRICTED']);
    const { personId } = world.people[1]!;
    await world.sql('update record_links set restricted = true where person_id = $1', [personId]);
    try {
      expect(await stateOf('specialist', personId)).toEqual(['RESTRICTED']);
      expect(world.record.calls).toEqual([]);
    } finally {
      await world.sql('update record_links set restricted = false where person_id = $1', [personId]);
    }
  });

  test.each([
    ['no longer in use', 'active = false'],
    ['replaced by another', `replaced_by_local_id = 'record-x'`],
    ['of another system', `system_id = gen_random_uuid()`],
  ])('a record that is %s is none', async (_name, change) => {
    const { personId } = world.people[5]!;
    const [before] = await world.sql<{ system_id: string }>(
      'select system_id from record_links where person_id = $1',
      [personId],
    );
    await world.sql(`update record_links set ${change} where person_id = $1`, [personId]);
    try {
      expect(await stateOf('specialist', personId)).toEqual(['NOT_LINKED']);
      expect(world.record.calls).toEqual([]);
    } finally {
      await world.sql(
        'update record_links set active = true, replaced_by_local_id = null, system_id = $2 where person_id = $1',
        [personId, before!.system_id],
      );
    }
  });

  test('not asked for: nothing of it was selected', async () => {
    const { sources } = await clinicalOf(
      'specialist',
      world.people[0]!.personId,
      'sources { system state asOf fetchedAt code }',
    );
    expect(sources).toEqual([
      { system: 'home', state: 'NOT_ASKED', asOf: LAST_ANSWER, fetchedAt: null, code: null },
    ]);
  });

  test('speaks of what the same object selects, not of what else the operation does', async () => {
    const query =
      'query Q($id: UUID!) { person(id: $id) { a: clinical { sources { state } } b: clinical { demographics { name } sources { state } } } other: person(id: $id) { clinical { sources { state } } } }';
    const { data } = await ask('specialist', query, { id: world.people[0]!.personId });
    expect(data).toMatchObject({
      person: { a: { sources: [{ state: 'NOT_ASKED' }] }, b: { sources: [{ state: 'CURRENT' }] } },
      other: { clinical: { sources: [{ state: 'NOT_ASKED' }] } },
    });
  });

  test('of the caller’s own organisation alone', async () => {
    const { personId } = world.referredTo('FOREIGN')[0]!;
    const { sources, demographics } = await clinicalOf('foreignSpecialist', personId);
    expect(sources.map(({ system }) => system)).toEqual(['other']);
    expect(demographics).toHaveLength(1);
    expect(world.record.calls).toEqual([]);
  });
});

describe('a record system that fails', () => {
  const PAGE = `query Q { persons(first: 20) { totalCount nodes { id familyName memberships(first: 2) { state } clinical { ${FULL} } } } }`;
  const nodesOf = (answer: Answer) =>
    (
      answer.data!.persons as {
        nodes: { id: string; familyName: string; memberships: unknown[]; clinical: Clinical }[];
      }
    ).nodes;

  test.each([
    ['UNREACHABLE', 'HUB_UPSTREAM_UNREACHABLE', 'transient'],
    ['REFUSED', 'HUB_UPSTREAM_REFUSED', 'paused'],
    ['TOO_FEW', 'HUB_UPSTREAM_PROTOCOL', 'permanent'],
    ['THROWS', 'HUB_INTERNAL', 'permanent'],
  ] as const)(
    '%s: the hub’s own data are complete, clinical fields null, one error per source and edge',
    async (how, code, retry) => {
      const well = await ask('specialist', PAGE);
      world.record.misbehave(how);
      const answer = await ask('specialist', PAGE);
      expect(answer.status).toBe(200);
      const [before, now] = [nodesOf(well), nodesOf(answer)];
      expect(now.map(({ clinical: _gone, ...own }) => own)).toEqual(
        before.map(({ clinical: _was, ...own }) => own),
      );
      const failed = now.filter(({ clinical }) => clinical.sources[0]!.state === 'FAILED');
      expect(failed.map(({ id }) => id)).toEqual(
        before.filter(({ clinical }) => clinical.sources[0]!.state === 'CURRENT').map(({ id }) => id),
      );
      expect(failed.length).toBeGreaterThan(10);
      for (const { clinical } of failed) {
        expect(clinical).toMatchObject({
          demographics: null,
          careTeams: null,
          careCoordinator: null,
          openEpisodes: null,
          documents: null,
          problems: null,
          riskFlags: null,
        });
        expect(clinical.sources).toEqual([
          { system: 'home', state: 'FAILED', asOf: LAST_ANSWER, fetchedAt: null, code, withheld: [] },
        ]);
      }
      const edges = Object.keys(READ_OF).sort();
      const first = now.findIndex(({ id }) => id === failed[0]!.id);
      expect(answer.errors).toEqual(
        edges.map((edge) => ({
          message: expect.any(String),
          path: ['persons', 'nodes', first, 'clinical', edge],
          extensions: {
            code,
            retry,
            ...(how === 'UNREACHABLE' ? { retryAfterMs: 2_000 } : {}),
            correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            system: 'home',
            edge: `ClinicalRecord.${edge}`,
            affected: failed.length,
            asOf: LAST_ANSWER,
          },
        })),
      );
      expect(answer.text).not.toContain('cannot read');
    },
  );

  test('one kind of read fails: the others are there', async () => {
    world.record.misbehave('UNREACHABLE', 'documents');
    const answer = await ask('specialist', PAGE);
    expect(answer.errors.map(({ extensions }) => extensions.edge)).toEqual(['ClinicalRecord.documents']);
    const read = nodesOf(answer).filter(({ clinical }) => clinical.demographics !== null);
    expect(read.length).toBeGreaterThan(10);
    for (const { clinical } of read) {
      expect(clinical.documents).toBeNull();
      expect(clinical.sources).toMatchObject([
        { state: 'FAILED', code: 'HUB_UPSTREAM_UNREACHABLE', fetchedAt: '2026-03-02T09:00:00.000Z' },
      ]);
    }
  });

  test('what a mutation answers has the same errors', async () => {
    world.record.misbehave('UNREACHABLE', 'careTeams');
    const referral = world.referredTo('CMHT')[6]!;
    const query =
      'mutation M($input: RecordWordOnWorkInput!) { recordWordOnWork(input: $input) { ... on ReferralChanged { referral { id person { clinical { demographics { name } careTeams { name } } } } } ... on Refusal { code field } } }';
    const input = {
      idempotencyKey: world.key(),
      referralId: referral.referralId,
      wordOnWork: 'UNSURE',
      saidOn: '2026-03-04',
    };
    const answer = await world.ask('specialist', query, { variables: { input } });
    expect(answer.errors.map(({ path, extensions }) => [path!.join('.'), extensions.code])).toEqual([
      ['recordWordOnWork.referral.person.clinical.careTeams', 'HUB_UPSTREAM_UNREACHABLE'],
    ]);
    expect(answer.data).toMatchObject({
      recordWordOnWork: {
        referral: {
          person: { clinical: { demographics: [{ name: `CnryFamily${referral.n}` }], careTeams: null } },
        },
      },
    });
  });
});

describe('what only direct care may see, and only where the site permits it', () => {
  const QUERY = `{ persons(first: 4) { nodes { id familyName clinical { ${FULL} } } } }`;
  const nodesOf = (answer: Answer) =>
    (answer.data!.persons as { nodes: { id: string; familyName: string; clinical: Clinical }[] }).nodes;
  const told = (answer: Answer) =>
    answer.errors.map(({ path, extensions }) => [
      path!.join('.'),
      extensions.code,
      extensions.system,
      extensions.affected,
    ]);

  test.each([
    ['the site permits neither', 'specialist', [], {}, 'NOT_PERMITTED_BY_SITE', ['problems', 'riskFlags']],
    [
      'the site permits warnings alone',
      'coordinator',
      ['riskFlags'],
      {},
      'NOT_PERMITTED_BY_SITE',
      ['problems'],
    ],
    [
      'a manager asks for the service',
      'manager',
      ['problems', 'riskFlags'],
      { 'hub-purpose': 'SERVICE_MANAGEMENT' },
      'NOT_PERMITTED_FOR_PURPOSE',
      ['problems', 'riskFlags'],
    ],
  ] as const)(
    '%s: named as the reason, null, never asked for, the rest there',
    async (_name, who, permitted, headers, reason, fields) => {
      world.record.permit(permitted);
      const [answer, stock] = [
        await world.ask(who, QUERY, { headers }),
        await world.ask(who, QUERY, { headers, stock: true }),
      ];
      expect(comparable(stock)).toBe(comparable(answer));
      const read = nodesOf(answer).filter(({ clinical }) => clinical.sources[0]!.state === 'CURRENT');
      expect(read.length).toBeGreaterThan(1);
      for (const { clinical } of read) {
        expect(clinical.sources).toMatchObject([{ withheld: fields.map((field) => ({ field, reason })) }]);
        for (const field of fields) expect(clinical[field]).toBeNull();
        expect(clinical.encounters).toHaveLength(1);
        if (!(fields as readonly string[]).includes('riskFlags')) expect(clinical.riskFlags).toHaveLength(1);
      }
      const first = nodesOf(answer).findIndex(({ id }) => id === read[0]!.id);
      expect(told(answer)).toEqual(
        fields.map((field) => [
          `persons.nodes.${first}.clinical.${field}`,
          `HUB_RECORD_${reason}`,
          'home',
          read.length,
        ]),
      );
      for (const field of fields) expect(Object.keys(world.record.counts())).not.toContain(field);
      expect(answer.text).not.toContain('Problem of');
    },
  );

  test('nothing else asked for: nothing is read at all, and the source says so', async () => {
    world.record.permit([]);
    const query =
      'query Q($id: UUID!) { person(id: $id) { clinical { problems { problem } sources { state withheld { field reason } } } } }';
    const answer = await ask('specialist', query, { id: world.people[0]!.personId });
    expect(answer.data).toEqual({
      person: {
        clinical: {
          problems: null,
          sources: [
            { state: 'NOT_PERMITTED', withheld: [{ field: 'problems', reason: 'NOT_PERMITTED_BY_SITE' }] },
          ],
        },
      },
    });
    expect(told(answer)).toEqual([
      ['person.clinical.problems', 'HUB_RECORD_NOT_PERMITTED_BY_SITE', 'home', 1],
    ]);
    expect(world.record.calls).toEqual([]);
  });

  test('where nothing may be shown of the person at all, nothing is said of the site', async () => {
    world.record.permit([]);
    const { personId } = world.people[2]!;
    const clinical = await clinicalOf(
      'specialist',
      personId,
      'problems { problem } sources { state withheld { field } }',
    );
    expect(clinical).toEqual({ problems: null, sources: [{ state: 'IDENTITY_CONFLICT', withheld: [] }] });
  });
});

describe('who may, and what is put on record', () => {
  test('an analyst is refused it, and nothing is read', async () => {
    const answer = await world.ask(
      'analyst',
      '{ persons(first: 2) { nodes { id clinical { demographics { name } sources { state } } } } }',
    );
    expect(answer.errors.map(({ path, extensions }) => [path!.join('.'), extensions.code])).toEqual([
      ['persons.nodes.0.clinical', 'HUB_ACCESS_FIELD'],
      ['persons.nodes.1.clinical', 'HUB_ACCESS_FIELD'],
    ]);
    expect(answer.text).not.toContain('demographics');
    expect(world.record.calls).toEqual([]);
  });

  test('the persons are named, as with every read of them', async () => {
    const query = '{ persons(first: 5) { nodes { id clinical { demographics { name } } } } }';
    const before = await world.count('audit_events');
    const answer = await world.ask('specialist', query);
    const ids = (answer.data!.persons as { nodes: { id: string }[] }).nodes.map(({ id }) => id);
    const rows = await world.sql<{ operation: string; person_ids: string[] }>(
      'select operation, person_ids from audit_events order by id offset $1',
      [before],
    );
    expect(rows.map(({ operation, person_ids }) => [operation, [...person_ids].sort()])).toEqual([
      ['Query.persons', [...ids].sort()],
    ]);
  });

  test('nothing leaves when the read cannot be put on record', async () => {
    const app = await world.server.variant({
      audit: { record: () => Promise.reject(new Error('full')) } as never,
    });
    const answer = await world.server.ask(
      { subject: 'sam', role: 'EMPLOYMENT_SPECIALIST', org: 'RAA' },
      '{ persons(first: 3) { nodes { clinical { demographics { name } } } } }',
      { app },
    );
    expect(answer.data).toBeNull();
    expect(answer.text).not.toContain('Cnry');
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_AUDIT_UNAVAILABLE']);
  });

  test('a hub without the service says so and answers the rest', async () => {
    const app = await world.server.variant({ record: undefined } as never);
    const answer = await world.server.ask(
      { subject: 'sam', role: 'EMPLOYMENT_SPECIALIST', org: 'RAA' },
      '{ persons(first: 3) { nodes { id clinical { demographics { name } } } } }',
      { app },
    );
    expect(answer.data).toMatchObject({
      persons: { nodes: [{ clinical: null }, { clinical: null }, { clinical: null }] },
    });
    expect(answer.errors).toMatchObject([
      {
        path: ['persons', 'nodes', 0, 'clinical'],
        extensions: { code: 'HUB_INTERNAL', edge: 'Person.clinical', affected: 3 },
      },
    ]);
  });
});
