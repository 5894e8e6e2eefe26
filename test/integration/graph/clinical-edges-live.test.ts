/** A page of a hundred people with everything of their clinical records, from the real record system: four requests; none of it missing but the record when it stops. */
import type { Patient } from 'fhir/r4.js';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { buildGraph } from '../../../schema/build-graph.js';
import { COST_TABLE } from '../../../schema/cost-table.js';
import { RequestGuard } from '../../../schema/limits/request-guard.js';
import { DEFAULT_LIMITS } from '../../../schema/limits/request-limits.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type CaseworkWorld, createCaseworkWorld } from '../../support/casework-world.js';
import { type Answer, type GraphServer, serveGraph } from '../../support/graph-server.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';

const TODAY = '2026-03-02';
const SPECIALIST = { subject: 'sam', role: Role.EMPLOYMENT_SPECIALIST, org: 'RAA' } as const;
const patients = demonstrationRecords(TODAY, 150)
  .filter(({ resourceType }) => resourceType === 'Patient')
  .slice(0, 120) as unknown as Patient[];

const PAGE = `query Page { persons(first: 100) { nodes { id familyName memberships(first: 2) { state } clinical {
  demographics { name telephone address postcode reference fetchedAt }
  careTeams { name status members { name role } }
  careCoordinator { name reference }
  openEpisodes { teamName state startedOn careCoordinator { name } }
  documents { title recordedAt documentVersionId }
  sources { system state asOf code }
} } } }`;

interface Node {
  readonly id: string;
  readonly familyName: string;
  readonly clinical: Readonly<Record<string, readonly Record<string, unknown>[] | null>>;
}
const nodesOf = (answer: Answer) => (answer.data!.persons as { nodes: Node[] }).nodes;

let world: CaseworkWorld;
let record: TestRecordSystem;
let server: GraphServer;
beforeAll(async () => {
  [world, record] = await Promise.all([
    createCaseworkWorld(),
    startRecordSystem({ people: 150, today: TODAY }),
  ]);
  for (const patient of patients) {
    const personId = newId();
    await world.sql(
      `insert into persons (id, organisation_id, given_name, family_name, visible_team_ids) values ($1, $2, $3, $4, array[$5::uuid])`,
      [
        personId,
        world.organisations.home,
        patient.name![0]!.given![0],
        patient.name![0]!.family,
        world.teams.CMHT,
      ],
    );
    await world.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, $4, $5, now())`,
      [newId(), world.organisations.home, world.systemId, patient.id, personId],
    );
  }
  await world.sql('update clinical_record_systems set last_answer_at = $1', [world.hoursAgo(3)]);
  const settings = parseSettings({
    baseUrl: record.baseUrl,
    auth: 'NONE',
    maxAttempts: 1,
    permittedTypes: 'Condition, Flag, DocumentReference',
  });
  const adapter = createFhirR4(settings, { system: 'home', clock: world.clock, logger: silentLogger });
  server = await serveGraph(world, {
    records: [
      { id: world.systemId, organisationId: world.organisations.home, code: 'home', record: adapter.record },
    ],
  });
});
afterAll(async () => {
  await server?.close();
  await Promise.all([world?.close(), record?.stop()]);
});

test('a hundred people: one request for each resource type, four in all', async () => {
  await record.clearRequests();
  const answer = await server.ask(SPECIALIST, PAGE);
  expect(answer.errors).toEqual([]);
  expect(server.compiled()).toBe(1);
  const requests = await record.requests();
  expect(requests.map(({ method, path, count }) => `${count} ${method} ${path}`).sort()).toEqual(
    ['CareTeam', 'DocumentReference', 'EpisodeOfCare', 'Patient'].map(
      (type) => `1 POST /fhir/${type}/_search`,
    ),
  );
  const nodes = nodesOf(answer);
  expect(nodes).toHaveLength(100);
  for (const { familyName, clinical } of nodes) {
    expect(clinical.demographics).toHaveLength(1);
    expect(clinical.demographics![0]!.name).toMatch(new RegExp(`${familyName}$`));
    expect(clinical.sources).toMatchObject([{ system: 'home', state: 'CURRENT', code: null }]);
  }
  expect(nodes.filter(({ clinical }) => clinical.openEpisodes!.length > 0).length).toBeGreaterThan(50);
  expect(nodes.filter(({ clinical }) => clinical.careTeams!.length > 0).length).toBeGreaterThan(50);
  expect(nodes.filter(({ clinical }) => clinical.careCoordinator !== null).length).toBeGreaterThan(50);
});

const WHOLE = PAGE.replace(
  'sources {',
  `encounters { status kind start { said } teamName } appointments { status start { at } teamName }
  problems { problem onset { said precision day } codes { system code } } riskFlags { flag category }
  consents { category provision recorded { said } } sources { withheld { field reason }`,
).replace('reference fetchedAt', 'reference fetchedAt generalPractice { name odsCode }');

test('with everything that a record can hold: one request more for each resource type more', async () => {
  const guard = new RequestGuard(await buildGraph(), DEFAULT_LIMITS, COST_TABLE);
  const some = WHOLE.replace('first: 100', 'first: 50');
  expect(() => guard.check({ query: some })).not.toThrow();
  await record.clearRequests();
  const answer = await server.ask(SPECIALIST, some);
  expect(answer.errors).toEqual([]);
  expect((await server.ask(SPECIALIST, some, { stock: true })).text).toBe(answer.text);
  const requests = (await record.requests()).map(({ method, path, count }) => `${count} ${method} ${path}`);
  // Asked on both read paths.
  expect(requests.sort()).toEqual(
    [
      'Appointment',
      'CareTeam',
      'Condition',
      'Consent',
      'DocumentReference',
      'Encounter',
      'EpisodeOfCare',
      'Flag',
      'Patient',
    ].map((type) => `2 POST /fhir/${type}/_search`),
  );
  const shown = (field: string) =>
    nodesOf(answer).filter(({ clinical }) => (clinical[field] ?? []).length > 0).length;
  for (const field of ['encounters', 'appointments', 'problems', 'riskFlags', 'consents'])
    expect([field, shown(field) > 2]).toEqual([field, true]);
});

test('is within the limits on a request, and asks for no more than is selected', async () => {
  const guard = new RequestGuard(await buildGraph(), DEFAULT_LIMITS, COST_TABLE);
  expect(() => guard.check({ query: PAGE })).not.toThrow();
  await record.clearRequests();
  await server.ask(
    SPECIALIST,
    '{ persons(first: 100) { nodes { clinical { careTeams { name } sources { state } } } } }',
  );
  // The patients beside it: by them it is judged whether anything may be shown.
  expect((await record.requests()).map(({ path, count }) => `${count} ${path}`).sort()).toEqual([
    '1 /fhir/CareTeam/_search',
    '1 /fhir/Patient/_search',
  ]);
  await record.clearRequests();
  await server.ask(SPECIALIST, '{ persons(first: 100) { nodes { id clinical { sources { state } } } } }');
  expect(await record.requests()).toEqual([]);
});

test('is answered alike without the shortcut', async () => {
  const [compiled, stock] = [
    await server.ask(SPECIALIST, PAGE),
    await server.ask(SPECIALIST, PAGE, { stock: true }),
  ];
  expect(stock.text).toBe(compiled.text);
});

test('a patient marked restricted since the last pull is shown on neither read path, in four requests still', async () => {
  const patient = patients[0]!;
  const put = (changed: Patient) =>
    fetch(`${record.baseUrl}/Patient/${patient.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(changed),
    });
  const [person] = await world.sql<{ person_id: string }>(
    'select person_id from record_links where local_id = $1',
    [patient.id],
  );
  const id = person!.person_id;
  const one = `query Q($id: UUID!) { person(id: $id) { clinical { ${PAGE.slice(PAGE.indexOf('demographics {'), PAGE.lastIndexOf('} } } }'))} } } }`;
  const ask = async (stock: boolean) =>
    (await server.ask(SPECIALIST, one, { variables: { id }, stock })).data!.person as Pick<Node, 'clinical'>;
  expect((await ask(false)).clinical.demographics).toHaveLength(1);
  expect((await put({ ...patient, meta: { security: [{ code: 'R' }] } })).status).toBe(200);
  try {
    for (const stock of [false, true]) {
      await record.clearRequests();
      const { sources, ...fields } = (await ask(stock)).clinical;
      expect(Object.values(fields)).toEqual([null, null, null, null, null]);
      expect(sources).toMatchObject([{ system: 'home', state: 'RESTRICTED', code: null }]);
      expect(await record.requests()).toHaveLength(4);
    }
  } finally {
    expect((await put(patient)).status).toBe(200);
  }
});

test('the record system stopped: the hub’s own data complete, the record null, one error per source and edge', async () => {
  const before = await server.ask(SPECIALIST, PAGE);
  await record.kill();
  try {
    for (const stock of [false, true]) {
      const answer = await server.ask(SPECIALIST, PAGE, { stock });
      expect(answer.status).toBe(200);
      const own = (all: Answer) => nodesOf(all).map(({ clinical: _record, ...rest }) => rest);
      expect(own(answer)).toEqual(own(before));
      for (const { clinical } of nodesOf(answer)) {
        const { sources, ...fields } = clinical;
        expect(Object.values(fields)).toEqual([null, null, null, null, null]);
        expect(sources).toEqual([
          {
            system: 'home',
            state: 'FAILED',
            asOf: world.hoursAgo(3).toISOString(),
            code: 'HUB_UPSTREAM_UNREACHABLE',
          },
        ]);
      }
      expect(
        answer.errors.map(({ path, extensions }) => [
          path!.join('.'),
          extensions.code,
          extensions.system,
          extensions.affected,
        ]),
      ).toEqual(
        ['careCoordinator', 'careTeams', 'demographics', 'documents', 'openEpisodes'].map((edge) => [
          `persons.nodes.0.clinical.${edge}`,
          'HUB_UPSTREAM_UNREACHABLE',
          'home',
          100,
        ]),
      );
    }
  } finally {
    await record.restart();
  }
});
