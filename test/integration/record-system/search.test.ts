/** Searching the record system: whole walks, includes, totals, snapshots, and a refusal for everything it would have to ignore. */
import type { Bundle, CapabilityStatement, EpisodeOfCare, OperationOutcome, Patient } from 'fhir/r4.js';
import { CAST } from '../../../seeds/demonstration/cast.js';
import { demonstrationRecords } from '../../../seeds/demonstration/clinical-world.js';
import { FhirSystem } from '../../../seeds/demonstration/record-resources.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';
import { aNote, aPatient, fhir, matchesOf, nextOf, postSearch, walk } from './fhir-calls.js';

const TODAY = '2026-03-02';
const NORTH = 'Organization/team-cmht-north';
const records = demonstrationRecords(TODAY);
const northern = records.filter(
  (each): each is EpisodeOfCare =>
    each.resourceType === 'EpisodeOfCare' && each.managingOrganization?.reference === NORTH,
);

let system: TestRecordSystem;
beforeAll(async () => {
  system = await startRecordSystem({ today: TODAY });
});
afterAll(() => system.stop());

const get = (path: string) => fhir<Bundle>(system.baseUrl, 'GET', path);
const total = async (path: string): Promise<number | undefined> =>
  (await get(`${path}${path.includes('?') ? '&' : '?'}_summary=count`)).body.total;

describe('a caseload', () => {
  const caseload = `EpisodeOfCare?organization=${NORTH}&_include=EpisodeOfCare:patient&_include=EpisodeOfCare:care-manager&_count=100&_sort=_lastUpdated&_total=accurate`;

  test('is walked to its end, every episode once, in the order of change', async () => {
    const pages = await walk(system.baseUrl, caseload);
    expect(pages.length).toBe(Math.ceil(northern.length / 100));
    const matches = pages.flatMap(matchesOf);
    expect(matches).toEqual(northern.map(({ id }) => `EpisodeOfCare/${id}`));
    for (const page of pages) expect(page.total).toBe(northern.length);
  });

  test('brings each page’s patients and practitioners along, once, marked as included', async () => {
    const { body } = await get(caseload);
    const included = body
      .entry!.filter(({ search }) => search?.mode === 'include')
      .map(({ resource }) => `${resource!.resourceType}/${resource!.id}`);
    const episodes = body
      .entry!.filter(({ search }) => search?.mode === 'match')
      .map(({ resource }) => resource as EpisodeOfCare);
    expect(new Set(included).size).toBe(included.length);
    expect(new Set(included.filter((each) => each.startsWith('Patient/')))).toEqual(
      new Set(episodes.map(({ patient }) => patient.reference)),
    );
    const practitioners = episodes.flatMap(({ careManager }) =>
      careManager?.reference?.startsWith('Practitioner/') ? [careManager.reference] : [],
    );
    expect(new Set(included.filter((each) => each.startsWith('Practitioner/')))).toEqual(
      new Set(practitioners),
    );
    for (const { fullUrl, resource } of body.entry!)
      expect(fullUrl).toBe(`${system.baseUrl}/${resource!.resourceType}/${resource!.id}`);
  });

  test('links stay on the origin that was asked', async () => {
    const byName = system.baseUrl.replace('127.0.0.1', 'localhost');
    for (const base of [system.baseUrl, byName]) {
      const { body } = await fhir<Bundle>(base, 'GET', caseload);
      for (const { url } of body.link!) expect(url.startsWith(`${base}/EpisodeOfCare?`)).toBe(true);
    }
  });

  test.each([
    ['everything', '1999-01-01', northern.length],
    ['nothing, from tomorrow on', '2026-03-03', 0],
    ['the last days', '2026-02-20', northern.filter(({ meta }) => meta!.lastUpdated! >= '2026-02-20').length],
  ])('since a moment is %s', async (_what, since, expected) => {
    const pages = await walk(system.baseUrl, `${caseload}&_lastUpdated=ge${since}`);
    expect(pages.flatMap(matchesOf).length).toBe(expected);
  });

  test('an increment finds what was just changed, by an instant with milliseconds', async () => {
    const path = `EpisodeOfCare/${northern[0]!.id}`;
    const before = (await fhir<EpisodeOfCare>(system.baseUrl, 'GET', path)).body;
    const { body } = await fhir<EpisodeOfCare>(system.baseUrl, 'PUT', path, before);
    const found = (since: string) => get(`EpisodeOfCare?organization=${NORTH}&_lastUpdated=${since}`);
    expect(matchesOf((await found(`ge${body.meta!.lastUpdated}`)).body)).toEqual([path]);
    expect(matchesOf((await found(`gt${body.meta!.lastUpdated}`)).body)).toEqual([]);
  });
});

describe('a walk is of one moment', () => {
  test('what changes, comes or goes meanwhile is neither lost, doubled nor added', async () => {
    const made: string[] = [];
    for (let index = 0; index < 6; index++) {
      const { body } = await fhir<Patient>(
        system.baseUrl,
        'POST',
        'Patient',
        aPatient({ name: [{ family: 'Walker' }] }),
      );
      made.push(`Patient/${body.id}`);
    }
    const first = (await get('Patient?family=Walker&_count=2&_sort=_lastUpdated')).body;
    const [, , third, fourth] = made as [string, string, string, string];
    const held = (await fhir<Patient>(system.baseUrl, 'GET', third)).body;
    await fhir(system.baseUrl, 'PUT', third, { ...held, gender: 'other' });
    await fhir(system.baseUrl, 'DELETE', fourth);
    await fhir(system.baseUrl, 'POST', 'Patient', aPatient({ name: [{ family: 'Walker' }] }));
    const rest = await walk(system.baseUrl, nextOf(first)!);
    expect([first, ...rest].flatMap(matchesOf)).toEqual(made);
    expect(rest.every((page) => page.total === 6)).toBe(true);
    const asItWas = rest[0]!.entry!.find(({ resource }) => resource?.id === held.id)!.resource as Patient;
    expect(asItWas.gender).toBe('male');
    expect(await total('Patient?family=Walker')).toBe(6);
  });

  test.each(['_id', '-_id', 'birthdate', '-birthdate', 'family', '-_lastUpdated'])(
    'ordered by %s it still meets everybody once',
    async (order) => {
      const pages = await walk(system.baseUrl, `Patient?_count=400&_sort=${order}&_lastUpdated=lt2026-03-02`);
      const matches = pages.flatMap(matchesOf);
      expect(new Set(matches).size).toBe(matches.length);
      expect(matches.length).toBe(pages[0]!.total);
    },
  );

  test('orders by the value', async () => {
    const dates = (
      await walk(system.baseUrl, 'Patient?_count=500&_sort=-birthdate&birthdate=ge1980')
    ).flatMap(({ entry }) => entry!.map(({ resource }) => (resource as Patient).birthDate!));
    expect(dates).toEqual([...dates].sort().reverse());
  });
});

describe('finding people', () => {
  const nhsNumber = (number: string): string => `${FhirSystem.NHS_NUMBER}|${number}`;

  test.each([
    ['one record', CAST.straightforward, 1],
    ['two living records', CAST.twoRecords, 2],
    ['a merge, old and new', CAST.mergedInto, 2],
    ['nobody', CAST.nobody, 0],
  ])('by NHS number: %s', async (_what, member, expected) => {
    const { body, status } = await postSearch(system.baseUrl, 'Patient', {
      identifier: nhsNumber(member.nhsNumber),
    });
    expect(status).toBe(200);
    expect(body.total).toBe(expected);
    expect(matchesOf(body).length).toBe(expected);
  });

  test('fifty numbers in one search', async () => {
    const numbers = records.flatMap((each) =>
      each.resourceType === 'Patient' && /^p-0000\d|^p-0001\d/.test(each.id!) ? (each.identifier ?? []) : [],
    );
    const wanted = numbers
      .filter(({ system: of }) => of === FhirSystem.NHS_NUMBER)
      .map(({ value }) => nhsNumber(value!));
    const { body } = await postSearch(system.baseUrl, 'Patient', {
      identifier: wanted.join(','),
      _count: '500',
    });
    expect(body.total).toBe(wanted.length);
  });

  test('a posted search keeps its parameters out of every link, and the links still work', async () => {
    const { body } = await postSearch(system.baseUrl, 'Patient', {
      family: 'Marchbank,Oakshott,Penhallam',
      _count: '5',
    });
    expect(JSON.stringify(body.link)).not.toMatch(/Marchbank|family/);
    const rest = await walk(system.baseUrl, nextOf(body)!);
    expect(JSON.stringify(rest.map(({ link }) => link))).not.toMatch(/Marchbank|family/);
    expect([body, ...rest].flatMap(matchesOf).length).toBe(body.total);
    expect((await get('Patient?_page=AAAA')).status).toBe(400);
  });

  test.each([
    [`identifier=${CAST.straightforward.nhsNumber}`, 1],
    [`identifier=https://other.example|${CAST.straightforward.nhsNumber}`, 0],
    [`identifier=|${CAST.straightforward.nhsNumber}`, 0],
    [`identifier=${FhirSystem.LOCAL_PATIENT}|demo-jory-penhallam`, 1],
    ['family=penhallam&given=JORY', 1],
    ['name=Penhal&given=jory', 1],
    ['family:exact=Penhal', 0],
    ['family:contains=hallam&given=jory', 1],
    ['birthdate=1991-03-14&family=Penhallam', 1],
    ['birthdate=1991-03&given=Jory&family=Penhallam', 1],
    ['birthdate=ne1991-03-14&given=Jory&family=Penhallam', 0],
    ['_id=demo-jory-penhallam', 1],
    ['_id=demo-jory-penhallam,demo-ivo-limefield,nobody', 2],
    ['_id=demo-jory-penhallam&active=false', 0],
    ['_id=demo-rowena-larkspur-old&active=false', 1],
    ['_id=demo-rowena-larkspur-old&link=Patient/demo-rowena-larkspur', 1],
    ['_id=demo-perdita-ravenhall&_security=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R', 1],
    ['_id=demo-jory-penhallam&gender:not=male', 0],
    ['_id=demo-jory-penhallam&gender:not=female', 1],
    ['_id=demo-hollis-wildgoose&death-date:missing=false', 1],
    ['_id=demo-hollis-wildgoose&death-date:missing=true', 0],
    ['_has:EpisodeOfCare:patient:organization=Organization/team-x77&_id=demo-odalys-fennimore', 1],
    ['_has:EpisodeOfCare:patient:organization=Organization/team-eip&_id=demo-odalys-fennimore', 0],
  ])('%s finds %i', async (query, expected) => {
    expect(await total(`Patient?${query}`)).toBe(expected);
  });

  test.each([
    [`patient.identifier=${CAST.twoTeams.nhsNumber}`, 2],
    [`patient:Patient.identifier=${CAST.twoTeams.nhsNumber}&status=active`, 2],
    [`organization.identifier=CRISIS&patient=Patient/demo-dorian-barleymow`, 1],
    [`organization.partof.identifier=DEMO1&patient=demo-dorian-barleymow`, 2],
    ['patient=demo-merrick-dapplemere&status=active,finished', 2],
    ['patient=demo-merrick-dapplemere&status:not=finished', 1],
    ['patient=demo-merrick-dapplemere&date=ge2026-06-01', 1],
    ['patient=demo-merrick-dapplemere&date=eb2026-03-03', 1],
    ['patient=demo-cadoc-netherby&care-manager:missing=true', 1],
  ])('episodes by %s: %i', async (query, expected) => {
    expect(await total(`EpisodeOfCare?${query}`)).toBe(expected);
  });

  test('an absolute reference to this server is the same as a relative one', async () => {
    expect(await total(`EpisodeOfCare?patient=${system.baseUrl}/Patient/demo-dorian-barleymow`)).toBe(2);
    expect(
      await total('EpisodeOfCare?patient=http://elsewhere.example/fhir/Patient/demo-dorian-barleymow'),
    ).toBe(0);
  });

  test('by the identifier that a reference carries instead of an id', async () => {
    const subject = { identifier: { system: FhirSystem.NHS_NUMBER, value: CAST.noTeam.nhsNumber } };
    await fhir(system.baseUrl, 'POST', 'DocumentReference', aNote('by-identifier', { subject }));
    expect(
      await total(`DocumentReference?subject:identifier=${FhirSystem.NHS_NUMBER}|${CAST.noTeam.nhsNumber}`),
    ).toBe(1);
  });
});

describe('shape of the answer', () => {
  test('teams, by what they are part of', async () => {
    expect(await total('Organization?partof=Organization/trust-a')).toBe(8);
    expect(await total(`Organization?identifier=${FhirSystem.LOCAL_TEAM}|EIP`)).toBe(1);
    expect(await total('Organization?type=A06')).toBe(2);
  });

  test('a count without entries, and entries without a count', async () => {
    const counted = (await get('Organization?_summary=count')).body;
    expect([counted.total, counted.entry]).toEqual([12, undefined]);
    expect((await get('Organization?_total=none')).body.total).toBeUndefined();
  });

  test('people together with their episodes', async () => {
    const { body } = await get('Patient?_id=demo-dorian-barleymow&_revinclude=EpisodeOfCare:patient');
    expect(body.total).toBe(1);
    expect(body.entry!.map(({ resource, search }) => [resource!.resourceType, search!.mode])).toEqual([
      ['Patient', 'match'],
      ['EpisodeOfCare', 'include'],
      ['EpisodeOfCare', 'include'],
    ]);
  });

  test('only the elements asked for, marked as a part', async () => {
    const { body } = await get('Patient?_id=demo-jory-penhallam&_elements=birthDate');
    const patient = body.entry![0]!.resource as Patient;
    expect(Object.keys(patient).sort()).toEqual(['birthDate', 'id', 'meta', 'resourceType']);
    expect(patient.meta!.tag![0]!.code).toBe('SUBSETTED');
  });

  test('a page has 50 matches unless asked, and never more than 1,000', async () => {
    expect((await get('Patient')).body.entry!.length).toBe(50);
    expect((await get('Patient?_count=5000')).body.entry!.length).toBe(1_000);
  });

  test('says of itself what it supports', async () => {
    const { body } = await fhir<CapabilityStatement>(system.baseUrl, 'GET', 'metadata');
    const episodes = body.rest![0]!.resource!.find(({ type }) => type === 'EpisodeOfCare')!;
    expect(body.fhirVersion).toBe('4.0.1');
    expect(episodes.searchParam!.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['organization', 'patient', '_lastUpdated']),
    );
    expect(episodes.searchInclude).toContain('EpisodeOfCare:care-manager');
    for (const { type, searchParam } of body.rest![0]!.resource!) {
      for (const { name, type: kind } of searchParam!) {
        const value = kind === 'date' ? '2026' : 'x';
        expect([type, name, (await get(`${type}?${name}=${value}&_summary=count`)).status]).toEqual([
          type,
          name,
          200,
        ]);
      }
    }
  });
});

describe('refuses what it would have to ignore', () => {
  test.each([
    'Patient?shoe-size=9',
    'Patient?family:sounds=like',
    'Patient?gender:above=male',
    'Patient?birthdate=yesterday',
    'Patient?birthdate=ap1990',
    'Patient?birthdate=1990-02-30',
    'Patient?identifier=',
    'Patient?identifier=a,,b',
    'Patient?active:missing=perhaps',
    'Patient?_count=many',
    'Patient?_count=-1',
    'Patient?_offset=20',
    'Patient?_summary=text',
    'Patient?_total=roughly',
    'Patient?_cursor=zzz',
    'Patient?_sort=family,given',
    'Patient?_sort=shoe-size',
    'Patient?_include=Patient:shoe-size',
    'Patient?_include=*',
    'Patient?_has:EpisodeOfCare:shoe-size:status=active',
    'Patient?_has:EpisodeOfCare:patient',
    'EpisodeOfCare?team=Organization/team-eip',
    'EpisodeOfCare?status.identifier=x',
    'EpisodeOfCare?patient.shoe-size=9',
    'EpisodeOfCare?patient.organization.partof.partof.partof.identifier=x',
  ])('%s', async (path) => {
    const { status, body } = await fhir<OperationOutcome>(system.baseUrl, 'GET', path);
    expect(status).toBe(400);
    expect(body.resourceType).toBe('OperationOutcome');
    expect(body.issue[0]!.severity).toBe('error');
  });

  test.each([
    'Observation?code=x',
    'Observation/1',
    'Patient/$everything',
    '$graphql',
    'Observation/1/_history',
    'nonsense/nonsense/nonsense/nonsense',
  ])('%s is not here', async (path) => {
    expect((await fhir(system.baseUrl, 'GET', path)).status).toBe(404);
  });

  test('a value never comes back in a refusal', async () => {
    const { body } = await fhir(
      system.baseUrl,
      'GET',
      `Patient?${CAST.straightforward.nhsNumber}=x&birthdate=${CAST.straightforward.nhsNumber}`,
    );
    expect(JSON.stringify(body)).not.toContain(CAST.straightforward.nhsNumber);
  });
});
