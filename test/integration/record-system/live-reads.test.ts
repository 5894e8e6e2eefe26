/** Live reads of the demonstration record through the FHIR R4 adapter: right for everybody, in the order asked, one request each. */
import type { CareTeam, Encounter, EpisodeOfCare, Patient } from 'fhir/r4.js';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import type { RecordCapability } from '../../../src/clinical/record.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { anOutgoingDocument } from '../../support/outgoing-documents.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';

const TODAY = '2026-03-02';
/** The first day from which contacts are asked for. */
const SINCE = '2026-02-20';
const PEOPLE = 150;
const never = (): AbortSignal => new AbortController().signal;
const world = demonstrationRecords(TODAY, PEOPLE);
const held = <T extends { resourceType: string }>(type: T['resourceType']): T[] =>
  world.filter(({ resourceType }) => resourceType === type) as unknown as T[];
const ids = held<Patient>('Patient')
  .map(({ id }) => id!)
  .slice(0, 100);

let system: TestRecordSystem;
beforeAll(async () => {
  system = await startRecordSystem({ people: PEOPLE, today: TODAY });
});
beforeEach(() => system.clearRequests());
afterAll(() => system.stop());

function adapterFor(more: Record<string, unknown> = {}) {
  const settings = parseSettings({ baseUrl: system.baseUrl, auth: 'NONE', ...more });
  const clock = new FixedClock(new Date('2026-03-02T09:00:00.000Z'));
  return createFhirR4(settings, { system: 'DEMO', clock, logger: silentLogger });
}
const record = (more?: Record<string, unknown>) => adapterFor(more).record as Required<RecordCapability>;

test('demographics of a hundred people, in their order, in one request', async () => {
  const patients = new Map(held<Patient>('Patient').map((patient) => [patient.id!, patient]));
  const reversed = [...ids].reverse();
  const read = await record().demographics([...reversed, 'nobody'], never());
  expect(read.at(-1)).toBeNull();
  expect(
    read.slice(0, -1).map((one) => [one!.source.reference, one!.value.name, one!.value.telephone]),
  ).toEqual(
    reversed.map((id) => {
      const { name, telecom } = patients.get(id)!;
      return [`Patient/${id}`, `${name![0]!.given![0]} ${name![0]!.family}`, telecom![0]!.value];
    }),
  );
  expect(read[0]).toMatchObject({ complete: true, fetchedAt: '2026-03-02T09:00:00.000Z' });
  expect(read[0]!.asOf).toBe(patients.get(reversed[0]!)!.meta!.lastUpdated);
  expect(read[0]!.value.address).toContain(read[0]!.value.postcode!);
});

test('care teams with the coordinator first, and every member named', async () => {
  const teams = held<CareTeam>('CareTeam');
  expect(teams.length).toBeGreaterThan(80);
  const read = await record().careTeams(ids, never());
  for (const [at, id] of ids.entries()) {
    const team = teams.find(({ subject }) => subject!.reference === `Patient/${id}`);
    expect(
      read[at]!.map(({ value }) => [value.name, value.members.map(({ reference }) => reference)]),
    ).toEqual(
      team === undefined ? [] : [[team.name, team.participant!.map(({ member }) => member!.reference)]],
    );
    for (const { value } of read[at]!)
      expect(value.members.every(({ name, role }) => name !== null && role !== null)).toBe(true);
  }
});

test('open episodes as the hub counts them, with team and coordinator by name', async () => {
  const episodes = held<EpisodeOfCare>('EpisodeOfCare').filter(
    ({ status, period }) => ['active', 'onhold'].includes(status) && period?.end === undefined,
  );
  const read = await record().openEpisodes(ids, TODAY, never());
  for (const [at, id] of ids.entries()) {
    const own = episodes.filter(({ patient }) => patient.reference === `Patient/${id}`);
    expect(read[at]!.map(({ source }) => source.reference).sort()).toEqual(
      own.map((episode) => `EpisodeOfCare/${episode.id}`).sort(),
    );
    for (const { value, source } of read[at]!) {
      const episode = own.find((one) => `EpisodeOfCare/${one.id}` === source.reference)!;
      expect(value.teamReference).toBe(episode.managingOrganization!.reference);
      expect(value.teamName).not.toBeNull();
      expect(value.careCoordinator?.reference).toBe(episode.careManager?.reference);
      expect(value.careCoordinator?.name).toBe(episode.careManager?.display);
    }
  }
});

test('documents newest first, the hub’s own by their version, and never their text', async () => {
  const adapter = adapterFor();
  const [one, two] = ids as [string, string];
  const sent = ['2026-02-01T09:00:00.000Z', '2026-02-03T09:00:00.000Z', '2026-02-02T09:00:00.000Z'].map(
    (signedAt) => anOutgoingDocument({ signedAt, patient: { localId: one }, title: `Signed ${signedAt}` }),
  );
  for (const document of sent) await adapter.documents!.send(document, never());
  const [none, some] = await adapter.record!.documents!([two, one], never());
  expect(none).toEqual([]);
  expect(some!.map(({ value }) => value)).toEqual(
    [sent[1]!, sent[2]!, sent[0]!].map((document) => ({
      reference: expect.stringMatching(/^DocumentReference\//) as string,
      title: document.title,
      type: 'IPS progress note',
      status: 'current',
      recordedAt: document.signedAt,
      author: 'Kit Marchbank, Employment specialist, An employment service',
      documentVersionId: document.documentVersionId,
    })),
  );
  expect(JSON.stringify(some)).not.toContain(Buffer.from(sent[0]!.text).toString('base64').slice(0, 12));
});

const READS: Readonly<Record<string, (reads: Required<RecordCapability>) => Promise<readonly unknown[]>>> = {
  Appointment: (reads) => reads.appointments(ids, SINCE, never()),
  CareTeam: (reads) => reads.careTeams(ids, never()),
  Condition: (reads) => reads.problems(ids, never()),
  Consent: (reads) => reads.consents(ids, never()),
  DocumentReference: (reads) => reads.documents(ids, never()),
  Encounter: (reads) => reads.encounters(ids, SINCE, never()),
  EpisodeOfCare: (reads) => reads.openEpisodes(ids, TODAY, never()),
  Flag: (reads) => reads.riskFlags(ids, never()),
  Patient: (reads) => reads.demographics(ids, never()),
};

test('the text of a document that keeps it in a Binary beside itself', async () => {
  const reads = record();
  const [patient] = ids as [string];
  const put = async (resource: { readonly resourceType: string }) => {
    const answer = await fetch(`${system.baseUrl}/${resource.resourceType}`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  };
  const text = 'Dear colleague,\nall is well.';
  const contentType = 'text/plain; charset=utf-8';
  const data = Buffer.from(text).toString('base64');
  const binary = await put({ resourceType: 'Binary', contentType, data } as never);
  const id = await put({
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${patient}` },
    content: [{ attachment: { contentType, url: `Binary/${binary}`, size: Buffer.byteLength(text) } }],
  } as never);
  const read = await reads.documentText(patient, `DocumentReference/${id}`, never());
  expect(read!.value.text).toBe(text);
});

test('a hundred people cost one request for each resource type, and nothing of them is in an address', async () => {
  const reads = record();
  await Promise.all(Object.values(READS).map((read) => read(reads)));
  const requests = await system.requests();
  expect(
    requests.map(({ method, path, page, count }) => `${count} ${method} ${path} ${page}`).sort(),
  ).toEqual(Object.keys(READS).map((type) => `1 POST /fhir/${type}/_search 1`));
});

test.each(Object.entries(READS))(
  '%s: a batch Bundle answers the same, in one request',
  async (_type, read) => {
    const searched = await read(record());
    await system.clearRequests();
    expect(await read(record({ recordBatch: 'BATCH_BUNDLE' }))).toEqual(searched);
    expect((await system.requests()).map(({ method, path, count }) => `${count} ${method} ${path}`)).toEqual([
      '1 POST /fhir/',
    ]);
  },
);

describe('general practices', () => {
  const practices = new Map(
    world
      .filter((one) => one.resourceType === 'Organization')
      .map((one) => [`Organization/${one.id}`, { name: one.name, odsCode: one.identifier![0]!.value }]),
  );
  const expected = held<Patient>('Patient')
    .slice(0, 100)
    .map(({ generalPractitioner }) => {
      const [practice] = generalPractitioner ?? [];
      if (practice === undefined) return null;
      if (practice.reference === undefined)
        return { reference: null, name: practice.display, odsCode: practice.identifier!.value };
      return { reference: practice.reference, ...practices.get(practice.reference)! };
    });

  test('by reference and by code, with their patients', async () => {
    const read = await record().demographics(ids, never());
    expect(read.map((one) => one!.value.generalPractice)).toEqual(expected);
    expect(expected.filter((one) => one?.reference === null).length).toBeGreaterThan(2);
    expect(expected.filter((one) => one?.reference != null).length).toBeGreaterThan(50);
    expect(expected.filter((one) => one === null).length).toBeGreaterThan(2);
  });

  test('in one search more where the site has no _include', async () => {
    const read = await record({ recordIncludes: '' }).demographics(ids, never());
    expect(read.map((one) => one!.value.generalPractice)).toEqual(expected);
    expect((await system.requests()).map(({ path, count }) => `${count} ${path}`)).toEqual([
      '1 /fhir/Patient/_search',
      '1 /fhir/Organization/_search',
    ]);
  });
});

test('contacts and appointments of the time asked for, by status, kind, time and team', async () => {
  const reads = record();
  const encounters = (await reads.encounters(ids, SINCE, never())).flat();
  expect(encounters.length).toBeGreaterThan(10);
  for (const { value, source } of encounters) {
    const one = held<Encounter>('Encounter').find(({ id }) => `Encounter/${id}` === source.reference)!;
    expect(value).toMatchObject({ status: 'finished', kind: 'ambulatory', start: { precision: 'TIME' } });
    expect(value.start!.at).toBe(new Date(one.period!.start!).toISOString());
    expect(value.teamReference).toBe(one.serviceProvider!.reference);
    expect(value.teamName).toMatch(/Team|pathway/);
  }
  expect((await reads.encounters(ids, TODAY, never())).flat()).toEqual([]);
  const appointments = (await reads.appointments(ids, TODAY, never())).flat();
  expect(appointments.length).toBeGreaterThan(5);
  for (const { value } of appointments) {
    expect(value.status).toBe('booked');
    expect(value.start!.day! > TODAY).toBe(true);
  }
  expect(appointments.filter(({ value }) => /Team/.test(value.teamName ?? '')).length).toBeGreaterThan(5);
  expect((await reads.appointments(ids, '2027-01-01', never())).flat()).toEqual([]);
});

test('what is too old is left out where the server does not search by date', async () => {
  const all = await record({ recordSearchByDate: false }).encounters(ids, SINCE, never());
  expect(all).toEqual(await record().encounters(ids, SINCE, never()));
  expect((await record({ recordSearchByDate: false }).encounters(ids, TODAY, never())).flat()).toEqual([]);
});

test('problems to the month as the record has them, warnings and consents', async () => {
  const reads = record();
  const problems = (await reads.problems(ids, never())).flat();
  expect(problems.length).toBeGreaterThan(10);
  for (const { value } of problems) {
    expect(value).toMatchObject({ clinicalStatus: 'active', verificationStatus: 'confirmed' });
    expect(value.codes).toMatchObject([{ system: 'http://snomed.info/sct', display: value.problem }]);
    expect(value.onset === null || /^\d{4}(-\d\d)?$/.test(value.onset.said)).toBe(true);
    expect(value.onset?.day ?? null).toBeNull();
  }
  const flags = (await reads.riskFlags(ids, never())).flat();
  expect(flags.length).toBeGreaterThan(5);
  for (const { value } of flags) expect(value).toMatchObject({ status: 'active', category: 'Safety' });
  const consents = (await reads.consents(ids, never())).flat();
  expect(consents.length).toBeGreaterThan(10);
  for (const { value } of consents)
    expect(value).toMatchObject({
      provision: 'permit',
      hasExceptions: false,
      recorded: { precision: 'DAY' },
    });
});

test('the text of one document, held to its patient', async () => {
  const adapter = adapterFor();
  const [, , one, two] = ids as [string, string, string, string];
  const document = anOutgoingDocument({
    patient: { localId: one },
    text: 'Met at the library.\nAll is well – so far.',
  });
  await adapter.documents!.send(document, never());
  const [[line] = []] = await adapter.record!.documents!([one], never());
  const reference = line!.source.reference;
  const read = await adapter.record!.documentText!(one, reference, never());
  expect(read).toMatchObject({ source: { reference }, value: { ...line!.value, text: document.text } });
  expect(await adapter.record!.documentText!(two, reference, never())).toBeNull();
  expect(await adapter.record!.documentText!(one, 'DocumentReference/none', never())).toBeNull();
});

test('pages are followed to the end', async () => {
  const small = await record({ recordPageSize: 7 }).openEpisodes(ids, TODAY, never());
  expect((await system.requests()).reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(5);
  const references = (read: typeof small) =>
    read.map((own) => own.map(({ source }) => source.reference).sort());
  expect(references(small)).toEqual(references(await record().openEpisodes(ids, TODAY, never())));
});

test('by address where the server takes no form, a few people at a time', async () => {
  const byAddress = await record({ searchByPost: false }).demographics(ids, never());
  expect(byAddress).toEqual(await record().demographics(ids, never()));
  expect((await system.requests())[0]).toEqual({ method: 'GET', path: '/fhir/Patient', page: 1, count: 5 });
});

test('a stopped record system is one coded failure for all', async () => {
  const one = await startRecordSystem({ world: 'empty' });
  const settings = parseSettings({ baseUrl: one.baseUrl, auth: 'NONE', maxAttempts: 1 });
  await one.stop();
  const clock = new FixedClock(new Date());
  const reads = createFhirR4(settings, { system: 'GONE', clock, logger: silentLogger }).record!;
  for (const read of [
    reads.demographics!(ids, never()),
    reads.careTeams!(ids, never()),
    reads.openEpisodes!(ids, TODAY, never()),
    reads.documents!(ids, never()),
    reads.problems!(ids, never()),
    reads.documentText!(ids[0]!, 'DocumentReference/1', never()),
  ])
    await expect(read).rejects.toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE', retry: 'transient' });
});
