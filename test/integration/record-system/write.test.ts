/** Writing to the record system: conditions, versions, validation, transactions, and what is refused. */
import type { Bundle, BundleEntry, DocumentReference, OperationOutcome, Patient } from 'fhir/r4.js';
import { countHeld, heldWithIdentifier } from '../../../seeds/record-system/count-held.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';
import { aNote, aPatient, fhir, matchesOf, NOTE_SYSTEM } from './fhir-calls.js';

let system: TestRecordSystem;
beforeAll(async () => {
  system = await startRecordSystem({ world: 'empty' });
});
afterAll(() => system.stop());

const call = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  fhir<T>(system.baseUrl, method, path, body, headers);
const create = async (): Promise<Patient> => (await call<Patient>('POST', 'Patient', aPatient())).body;
const ifNoneExist = (identifier: string) => ({ 'if-none-exist': `identifier=${NOTE_SYSTEM}|${identifier}` });

describe('create and read', () => {
  test('gives id, version, place and time, and reads back the same', async () => {
    const { status, headers, body } = await call<Patient>('POST', 'Patient', aPatient({ id: 'my-own' }));
    expect(status).toBe(201);
    expect(body.id).not.toBe('my-own');
    expect(headers.get('etag')).toBe('W/"1"');
    expect(headers.get('location')).toBe(`${system.baseUrl}/Patient/${body.id}/_history/1`);
    expect(Date.parse(headers.get('last-modified')!)).toBe(
      Math.floor(Date.parse(body.meta!.lastUpdated!) / 1_000) * 1_000,
    );
    expect((await call<Patient>('GET', `Patient/${body.id}`)).body).toEqual(body);
  });

  test('answers in full, in brief or with an outcome, as preferred', async () => {
    const prefer = (what: string) =>
      call<DocumentReference | OperationOutcome | null>(
        'POST',
        'DocumentReference',
        aNote(`prefer-${what}`),
        { prefer: `return=${what}` },
      );
    expect((await prefer('representation')).body?.resourceType).toBe('DocumentReference');
    expect((await prefer('OperationOutcome')).body?.resourceType).toBe('OperationOutcome');
    const minimal = await prefer('minimal');
    expect(minimal.body).toBeNull();
    expect(minimal.headers.get('location')).toMatch(/DocumentReference\/[\w-]+\/_history\/1$/);
  });

  test('says that nothing has changed to somebody who has it', async () => {
    const { id } = await create();
    expect((await call('GET', `Patient/${id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    expect((await call('GET', `Patient/${id}`, undefined, { 'if-none-match': 'W/"2"' })).status).toBe(200);
  });

  test('gives the request’s id back', async () => {
    const { headers } = await call('GET', 'metadata', undefined, { 'x-request-id': 'a-b-c' });
    expect(headers.get('x-request-id')).toBe('a-b-c');
  });

  test('never the same time twice, and always a later one', async () => {
    const made: Patient[] = [];
    for (let index = 0; index < 10; index++) made.push(await create());
    const times = made.map(({ meta }) => meta!.lastUpdated!);
    expect([...times].sort()).toEqual(times);
    expect(new Set(times).size).toBe(times.length);
  });
});

describe('create once', () => {
  test('a repeat finds what is there: 200, the same id, no Location', async () => {
    const first = await call<DocumentReference>(
      'POST',
      'DocumentReference',
      aNote('once'),
      ifNoneExist('once'),
    );
    const again = await call<DocumentReference>(
      'POST',
      'DocumentReference',
      aNote('once'),
      ifNoneExist('once'),
    );
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBeNull();
    expect(again.headers.get('etag')).toBe('W/"1"');
  });

  test('sixteen at the same moment make one', async () => {
    const race = Array.from({ length: 16 }, () =>
      call<DocumentReference>('POST', 'DocumentReference', aNote('race'), ifNoneExist('race')),
    );
    const answers = await Promise.all(race);
    expect(answers.filter(({ status }) => status === 201).length).toBe(1);
    expect(answers.filter(({ status }) => status === 200).length).toBe(15);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, 'race').length).toBe(1);
  });

  test('412 when the condition fits more than one, 400 when it says nothing or is unknown', async () => {
    for (let index = 0; index < 2; index++) await call('POST', 'DocumentReference', aNote('twice'));
    expect((await call('POST', 'DocumentReference', aNote('twice'), ifNoneExist('twice'))).status).toBe(412);
    expect(
      (await call('POST', 'DocumentReference', aNote('x'), { 'if-none-exist': '_count=1' })).status,
    ).toBe(400);
    expect(
      (await call('POST', 'DocumentReference', aNote('x'), { 'if-none-exist': 'shoe-size=9' })).status,
    ).toBe(400);
    expect(heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, 'x')).toEqual([]);
  });
});

describe('update', () => {
  test('makes a version and keeps the one before', async () => {
    const made = await create();
    const { status, headers, body } = await call<Patient>('PUT', `Patient/${made.id}`, {
      ...made,
      gender: 'other',
    });
    expect([status, headers.get('etag'), body.gender]).toEqual([200, 'W/"2"', 'other']);
    expect((await call<Patient>('GET', `Patient/${made.id}/_history/1`)).body).toEqual(made);
    expect((await call<Patient>('GET', `Patient/${made.id}/_history/2`)).body).toEqual(body);
    expect((await call('GET', `Patient/${made.id}/_history/3`)).status).toBe(404);
  });

  test('412 for an older version, 200 for the present one, 400 for what is no entity tag', async () => {
    const made = await create();
    const put = (ifMatch: string) =>
      call<Patient>('PUT', `Patient/${made.id}`, { ...made, gender: 'other' }, { 'if-match': ifMatch });
    expect((await put('W/"1"')).status).toBe(200);
    expect((await put('W/"1"')).status).toBe(412);
    expect((await put('W/"2"')).status).toBe(200);
    expect((await put('2')).status).toBe(400);
    expect((await call<Patient>('GET', `Patient/${made.id}`)).body.meta!.versionId).toBe('3');
  });

  test('of two who saw the same version one gets through', async () => {
    const made = await create();
    const put = (gender: Patient['gender']) =>
      call('PUT', `Patient/${made.id}`, { ...made, gender }, { 'if-match': 'W/"1"' });
    const statuses = (await Promise.all([put('other'), put('unknown')])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412]);
  });

  test('does not make what was never there, nor what names another id', async () => {
    expect((await call('PUT', 'Patient/new-one', aPatient({ id: 'new-one' }))).status).toBe(404);
    const made = await create();
    expect((await call('PUT', `Patient/${made.id}`, aPatient({ id: 'other' }))).status).toBe(400);
    expect((await call('PUT', `Patient/${made.id}`, { ...aNote('x'), id: made.id })).status).toBe(400);
  });

  test('by condition: makes, then changes, then refuses to choose', async () => {
    const put = (identifier: string) =>
      call<DocumentReference>(
        'PUT',
        `DocumentReference?identifier=${NOTE_SYSTEM}|${identifier}`,
        aNote(identifier),
      );
    const [first, second] = [await put('by-condition'), await put('by-condition')];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.meta!.versionId).toBe('2');
    for (let index = 0; index < 2; index++)
      await call('POST', 'DocumentReference', aNote('by-condition-twice'));
    expect((await put('by-condition-twice')).status).toBe(412);
  });

  test('by JSON Patch', async () => {
    const { body } = await call<DocumentReference>('POST', 'DocumentReference', aNote('patched'));
    const patch = (steps: unknown, headers?: Record<string, string>) =>
      call<DocumentReference>('PATCH', `DocumentReference/${body.id}`, steps, {
        'content-type': 'application/json-patch+json',
        ...headers,
      });
    const retract = [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
    const { status, body: after } = await patch(retract, { 'if-match': 'W/"1"' });
    expect([status, after.status, after.meta!.versionId]).toEqual([200, 'entered-in-error', '2']);
    expect((await patch(retract, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await patch([{ op: 'test', path: '/status', value: 'current' }])).status).toBe(400);
    expect((await patch([{ op: 'replace', path: '/id', value: 'another' }])).status).toBe(400);
    expect((await patch([{ op: 'replace', path: '/status', value: 'bogus' }])).status).toBe(400);
    expect((await patch({ resourceType: 'Parameters' })).status).toBe(400);
    expect((await call<DocumentReference>('GET', `DocumentReference/${body.id}`)).body).toEqual(after);
  });
});

describe('delete', () => {
  test('410 from then on, the history stays, and a second time does nothing', async () => {
    const made = await create();
    expect((await call('DELETE', `Patient/${made.id}`)).status).toBe(200);
    expect((await call('GET', `Patient/${made.id}`)).status).toBe(410);
    expect((await call('PUT', `Patient/${made.id}`, made)).status).toBe(410);
    expect((await call('GET', `Patient/${made.id}/_history/1`)).status).toBe(200);
    expect((await call('GET', `Patient/${made.id}/_history/2`)).status).toBe(410);
    expect((await call('DELETE', `Patient/${made.id}`)).status).toBe(200);
    const { body } = await call<Bundle>('GET', `Patient/${made.id}/_history`);
    expect(body.total).toBe(2);
    expect(
      body.entry!.map(({ request, response, resource }) => [request!.method, response!.etag, resource?.id]),
    ).toEqual([
      ['DELETE', 'W/"2"', undefined],
      ['POST', 'W/"1"', made.id],
    ]);
  });

  test('leaves searches', async () => {
    const { body } = await call<DocumentReference>('POST', 'DocumentReference', aNote('gone'));
    await call('DELETE', `DocumentReference/${body.id}`);
    expect((await call<Bundle>('GET', `DocumentReference?identifier=${NOTE_SYSTEM}|gone`)).body.total).toBe(
      0,
    );
    expect((await call('DELETE', 'Patient/never')).status).toBe(404);
  });

  test('412 for another version; by condition, but never without one', async () => {
    const { body } = await call<DocumentReference>('POST', 'DocumentReference', aNote('conditional-delete'));
    expect(
      (await call('DELETE', `DocumentReference/${body.id}`, undefined, { 'if-match': 'W/"9"' })).status,
    ).toBe(412);
    expect((await call('DELETE', 'DocumentReference')).status).toBe(400);
    expect(
      (await call('DELETE', `DocumentReference?identifier=${NOTE_SYSTEM}|conditional-delete`)).status,
    ).toBe(200);
    expect((await call('GET', `DocumentReference/${body.id}`)).status).toBe(410);
  });

  test('history reads in parts, newest first, the same each time', async () => {
    const made = await create();
    for (let index = 0; index < 4; index++) await call('PUT', `Patient/${made.id}`, made);
    const versions = async (query: string) =>
      (await call<Bundle>('GET', `Patient/${made.id}/_history${query}`)).body.entry!.map(
        ({ resource }) => resource!.meta!.versionId,
      );
    for (let round = 0; round < 2; round++) expect(await versions('')).toEqual(['5', '4', '3', '2', '1']);
    expect(await versions('?_count=2&_offset=1')).toEqual(['4', '3']);
    expect((await call('GET', `Patient/${made.id}/_history?_count=x`)).status).toBe(400);
  });
});

describe('validation', () => {
  test.each([
    ['no subject matter at all', { resourceType: 'EpisodeOfCare', status: 'active' }],
    [
      'a status that is no code',
      { resourceType: 'EpisodeOfCare', status: 'bogus', patient: { reference: 'Patient/1' } },
    ],
    [
      'a date that is none',
      {
        resourceType: 'EpisodeOfCare',
        status: 'active',
        patient: { reference: 'Patient/1' },
        period: { start: 'soon' },
      },
    ],
    ['an element that is none', { ...aPatient(), shoeSize: 9 }],
    ['a gender that is no code', { ...aPatient(), gender: 'boy' }],
    ['an unknown docStatus', { ...aNote('bad'), docStatus: 'done' }],
    ['content missing', { ...aNote('bad'), content: undefined }],
    ['another type than the address says', { ...aNote('bad'), resourceType: 'Provenance' }],
  ])('400 with an OperationOutcome: %s', async (_what, resource) => {
    const type = resource.resourceType === 'Provenance' ? 'DocumentReference' : resource.resourceType;
    const before = countHeld(system.file).versions;
    const { status, body } = await call<OperationOutcome>('POST', type, resource);
    expect(status).toBe(400);
    expect(body.issue[0]!.severity).toBe('error');
    expect(countHeld(system.file).versions).toBe(before);
  });

  test.each(['a_b', 'a b', 'ä', 'a'.repeat(65), '..%2f..%2fadmin', '_history'])(
    '400 for the id %s',
    async (id) => {
      expect((await call('GET', `Patient/${encodeURIComponent(decodeURIComponent(id))}`)).status).toBe(400);
    },
  );

  test('a type that the system does not hold is 404, whatever is done with it', async () => {
    const observation = { resourceType: 'Observation', id: '1', status: 'final', code: { text: 'x' } };
    for (const [method, path, body] of [
      ['POST', 'Observation', observation],
      ['PUT', 'Observation/1', observation],
      ['DELETE', 'Observation/1'],
      ['GET', 'Observation/1/_history/1'],
    ] as const) {
      expect([method, (await call(method, path, body)).status]).toEqual([method, 404]);
    }
  });
});

describe('HTTP', () => {
  test.each([
    ['a body that is no JSON', '{"resourceType"', 'application/fhir+json', 400],
    ['a body that is no object', '"text"', 'application/fhir+json', 400],
    ['an empty body', '', 'application/fhir+json', 400],
    ['XML', '<Patient/>', 'application/fhir+xml', 415],
    ['a form where a resource belongs', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['nine mebibytes', `{"a":"${'x'.repeat(9 * 1024 * 1024)}"}`, 'application/fhir+json', 413],
  ])('%s', async (_what, body, contentType, expected) => {
    expect((await call('POST', 'Patient', body, { 'content-type': contentType })).status).toBe(expected);
  });

  test('takes five mebibytes of note', async () => {
    const data = Buffer.alloc(3.75 * 1024 * 1024, 'a').toString('base64');
    const note = aNote('large', { content: [{ attachment: { contentType: 'text/plain', data } }] });
    expect((await call('POST', 'DocumentReference', note)).status).toBe(201);
  });

  test('offers JSON only, and only the methods of FHIR', async () => {
    expect((await call('GET', 'metadata', undefined, { accept: 'application/fhir+xml' })).status).toBe(406);
    expect((await call('GET', 'metadata?_format=xml')).status).toBe(406);
    expect(
      (
        await call('GET', 'metadata?_format=json', undefined, {
          accept: 'application/fhir+json; fhirVersion=4.0',
        })
      ).status,
    ).toBe(200);
    expect((await call('OPTIONS', 'metadata')).status).toBe(405);
  });

  test('refuses to be reached under another name', async () => {
    const { request } = await import('node:http');
    const { port, pathname } = new URL(`${system.baseUrl}/metadata`);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, path: pathname, headers: { host: `records.attacker.example:${port}` } },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });
});

describe('batch and transaction', () => {
  const entry = (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    resource?: BundleEntry['resource'],
    extra: Partial<BundleEntry> = {},
  ): BundleEntry => ({
    ...extra,
    ...(resource ? { resource } : {}),
    request: { method, url, ...extra.request } as BundleEntry['request'],
  });
  const send = (type: 'batch' | 'transaction', entries: BundleEntry[]) =>
    call<Bundle>('POST', '', { resourceType: 'Bundle', type, entry: entries });
  const statuses = (bundle: Bundle): (string | undefined)[] =>
    bundle.entry!.map(({ response }) => response?.status);

  test('a batch does what it can and tells each result', async () => {
    const { id } = await create();
    const { status, body } = await send('batch', [
      entry('GET', `Patient/${id}`),
      entry('GET', 'Patient/never'),
      entry('POST', 'Patient', aPatient()),
      entry('POST', 'EpisodeOfCare', { resourceType: 'EpisodeOfCare' } as never),
    ]);
    expect([status, body.type]).toEqual([200, 'batch-response']);
    expect(statuses(body)).toEqual(['200', '404', '201', '400']);
  });

  test('a search in a batch has a next link that works', async () => {
    const family = 'Batchelor';
    for (let index = 0; index < 3; index++) await call('POST', 'Patient', aPatient({ name: [{ family }] }));
    const { body } = await send('batch', [entry('GET', `Patient?family=${family}&_count=2`)]);
    const page = body.entry![0]!.resource as Bundle;
    const next = page.link!.find(({ relation }) => relation === 'next')!.url;
    const rest = (await call<Bundle>('GET', next)).body;
    expect([...matchesOf(page), ...matchesOf(rest)].length).toBe(3);
  });

  test('a transaction is kept whole, its references resolved', async () => {
    const placeholder = 'urn:uuid:3d6f0a5e-8a0f-4a0e-9a39-2f5a2f1f9d11';
    const { status, body } = await send('transaction', [
      entry('POST', 'Patient', aPatient(), { fullUrl: placeholder }),
      entry('POST', 'DocumentReference', aNote('in-transaction', { subject: { reference: placeholder } })),
    ]);
    expect([status, body.type]).toEqual([200, 'transaction-response']);
    const [patient, note] = body.entry!.map(({ resource }) => resource) as [Patient, DocumentReference];
    expect(note.subject!.reference).toBe(`Patient/${patient.id}`);
  });

  test('a transaction with one bad entry leaves nothing behind', async () => {
    const held = await create();
    const before = countHeld(system.file);
    const { status } = await send('transaction', [
      entry('POST', 'DocumentReference', aNote('rolled-back')),
      entry('PUT', `Patient/${held.id}`, { ...held, gender: 'other' } as Patient),
      entry('POST', 'EpisodeOfCare', {
        resourceType: 'EpisodeOfCare',
        status: 'bogus',
        patient: { reference: 'Patient/1' },
      } as never),
    ]);
    expect(status).toBe(400);
    expect(countHeld(system.file)).toEqual(before);
    expect(heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, 'rolled-back')).toEqual([]);
    expect((await call<Patient>('GET', `Patient/${held.id}`)).body).toEqual(held);
  });

  test('transactions and single writes at once never mix', async () => {
    const good = (name: string) =>
      send('transaction', [
        entry('POST', 'Patient', aPatient()),
        entry('POST', 'DocumentReference', aNote(name)),
      ]);
    const bad = (name: string) =>
      send('transaction', [
        entry('POST', 'DocumentReference', aNote(name)),
        entry('POST', 'Patient', aPatient({ gender: 'x' as 'male' })),
      ]);
    const single = (name: string) => call('POST', 'DocumentReference', aNote(name));
    const names = Array.from({ length: 12 }, (_, index) => `mixed-${index}`);
    const answers = await Promise.all(names.map((name, index) => [good, bad, single][index % 3]!(name)));
    expect(answers.map(({ status }) => status)).toEqual(names.map((_, index) => [200, 400, 201][index % 3]));
    const kept = names.map(
      (name) => heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, name).length,
    );
    expect(kept).toEqual(names.map((_, index) => [1, 0, 1][index % 3]));
  });

  test('a conditional create in a transaction, twice, makes one', async () => {
    const once = () =>
      send('transaction', [
        entry('POST', 'DocumentReference', aNote('tx-once'), {
          request: {
            method: 'POST',
            url: 'DocumentReference',
            ifNoneExist: `identifier=${NOTE_SYSTEM}|tx-once`,
          },
        }),
      ]);
    expect([statuses((await once()).body), statuses((await once()).body)]).toEqual([['201'], ['200']]);
    expect(heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, 'tx-once').length).toBe(1);
  });

  test.each([
    ['no Bundle', { resourceType: 'Patient' }],
    ['a Bundle of another type', { resourceType: 'Bundle', type: 'collection', entry: [] }],
    ['a Bundle without entries', { resourceType: 'Bundle', type: 'batch' }],
  ])('400 for %s', async (_what, body) => {
    expect((await call('POST', '', body)).status).toBe(400);
  });
});
