/** Tables of what the record system answers to conditions: versions, matches, patches, bundles; and that no refusal repeats what was sent. */
import type { Bundle, BundleEntry, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { type EndpointAnswer, RecordEndpoint } from '../../../support/record-endpoint.js';

let system: RecordEndpoint;
beforeAll(() => {
  system = new RecordEndpoint();
});
afterAll(() => system.close());
beforeEach(() => system.clear());

const SYSTEM = 'https://a.example/id';
const person = (value: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value }],
  gender: 'female',
  name: [{ family: 'Secretname', given: ['Ada'] }],
  ...more,
});
const create = async (value: string): Promise<Patient & { id: string }> =>
  (await system.ask<Patient & { id: string }>('POST', 'Patient', person(value))).body;
const held = async (value: string): Promise<number> =>
  (await system.ask<Bundle>('GET', `Patient?identifier=${SYSTEM}|${value}&_summary=count`)).body.total!;
const versions = (): number => system.store.latestSeq();

describe('the version that the caller saw', () => {
  const ETAGS: readonly (readonly [string, string | undefined, number])[] = [
    ['none', undefined, 200],
    ['the present one', 'W/"2"', 200],
    ['the present one, strong', '"2"', 200],
    ['the one before', 'W/"1"', 412],
    ['one to come', 'W/"3"', 412],
    ['one that never was', 'W/"0"', 412],
    ['with leading noughts', 'W/"02"', 412],
    ['of letters', 'W/"two"', 412],
    ['bare', '2', 400],
    ['any', '*', 400],
    ['unclosed', 'W/"2', 400],
    ['empty', 'W/""', 400],
    ['a list', 'W/"1", W/"2"', 400],
  ];

  const CALLS: Readonly<
    Record<string, (id: string, headers: Record<string, string>) => Promise<EndpointAnswer<unknown>>>
  > = {
    update: (id, headers) =>
      system.ask('PUT', `Patient/${id}`, person('a', { id, gender: 'other' }), headers),
    patch: (id, headers) =>
      system.ask('PATCH', `Patient/${id}`, [{ op: 'replace', path: '/gender', value: 'other' }], {
        'content-type': 'application/json-patch+json',
        ...headers,
      }),
    delete: (id, headers) => system.ask('DELETE', `Patient/${id}`, undefined, headers),
  };

  describe.each(Object.keys(CALLS))('%s', (name) => {
    test.each(ETAGS)('%s', async (_what, etag, expected) => {
      const { id } = await create('a');
      await system.ask('PUT', `Patient/${id}`, person('a', { id }));
      const before = versions();
      const { status } = await CALLS[name]!(id, etag === undefined ? {} : { 'if-match': etag });
      expect(status).toBe(expected);
      expect(versions()).toBe(before + (expected === 200 ? 1 : 0));
    });
  });

  test('goes up by one with each change, and every answer names it', async () => {
    const { id } = await create('a');
    for (let version = 2; version < 6; version++) {
      const put = await system.ask<Patient>('PUT', `Patient/${id}`, person('a', { id }), {
        'if-match': `W/"${version - 1}"`,
      });
      expect([put.status, put.headers.etag, put.body.meta!.versionId]).toEqual([
        200,
        `W/"${version}"`,
        String(version),
      ]);
      const got = await system.ask<Patient>('GET', `Patient/${id}`);
      expect([got.headers.etag, got.headers['last-modified']]).toEqual([
        `W/"${version}"`,
        new Date(put.body.meta!.lastUpdated!).toUTCString(),
      ]);
      expect(
        (await system.ask('GET', `Patient/${id}`, undefined, { 'if-none-match': `W/"${version}"` })).status,
      ).toBe(304);
      expect(
        (await system.ask('GET', `Patient/${id}`, undefined, { 'if-none-match': `W/"${version - 1}"` }))
          .status,
      ).toBe(200);
    }
  });

  test('of many who saw the same version one gets through, whatever they do', async () => {
    const { id } = await create('a');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => CALLS[Object.keys(CALLS)[at % 3]!]!(id, { 'if-match': 'W/"1"' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.every(({ status }) => [200, 410, 412].includes(status))).toBe(true);
    expect(versions()).toBe(2);
  });
});

describe('matches of a condition', () => {
  /** By how many match already: what is answered, how many versions are added, how many match afterwards. */
  const TABLE: readonly (readonly [string, number, number, number, number])[] = [
    ['create', 0, 201, 1, 1],
    ['create', 1, 200, 0, 1],
    ['create', 2, 412, 0, 2],
    ['update', 0, 201, 1, 1],
    ['update', 1, 200, 1, 1],
    ['update', 2, 412, 0, 2],
    ['patch', 0, 404, 0, 0],
    ['patch', 1, 200, 1, 1],
    ['patch', 2, 412, 0, 2],
    ['delete', 1, 200, 1, 0],
    ['delete', 2, 412, 0, 2],
  ];
  const ask = (name: string, query: string): Promise<EndpointAnswer<Patient>> => {
    switch (name) {
      case 'create':
        return system.ask('POST', 'Patient', person('c'), { 'if-none-exist': query });
      case 'update':
        return system.ask('PUT', `Patient?${query}`, person('c', { gender: 'other' }));
      case 'patch':
        return system.ask('PATCH', `Patient?${query}`, [{ op: 'replace', path: '/gender', value: 'other' }], {
          'content-type': 'application/json-patch+json',
        });
      default:
        return system.ask('DELETE', `Patient?${query}`);
    }
  };

  test.each(TABLE)('%s where %i match: %i', async (name, matching, expected, added, after) => {
    for (let index = 0; index < matching; index++) await create('c');
    await create('bystander');
    const before = versions();
    const { status } = await ask(name, `identifier=${SYSTEM}|c`);
    expect([status, versions() - before, await held('c'), await held('bystander')]).toEqual([
      expected,
      added,
      after,
      1,
    ]);
  });

  test.each(['create', 'update', 'patch', 'delete'])(
    '%s without a condition, or with one that matches everything, is refused',
    async (name) => {
      await create('c');
      const before = versions();
      for (const query of ['_count=1', '_sort=_id', '_summary=count']) {
        const { status } = await ask(name, query);
        expect([name, query, status]).toEqual([name, query, 400]);
      }
      expect(versions()).toBe(before);
    },
  );

  test.each(['create', 'update', 'patch', 'delete'])(
    '%s by a parameter that is unknown is refused, not taken for no match',
    async (name) => {
      const before = versions();
      const { status } = await ask(name, 'shoe-size=9');
      expect([status, versions()]).toEqual([400, before]);
    },
  );

  test('a deleted match is none', async () => {
    const { id } = await create('c');
    await system.ask('DELETE', `Patient/${id}`);
    const made = await ask('create', `identifier=${SYSTEM}|c`);
    expect([made.status, made.body.id === id]).toEqual([201, false]);
  });

  test('one that comes and goes is made once by many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask('create', `identifier=${SYSTEM}|c`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 9 }, () => 200),
      201,
    ]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await held('c')).toBe(1);
  });
});

describe('steps of a JSON Patch (RFC 6902)', () => {
  const start = person('p', { name: [{ family: 'Oak', given: ['Ada', 'Bo'] }], active: true });
  test.each<[string, unknown, number, Partial<Patient> | null]>([
    [
      'add a member',
      [{ op: 'add', path: '/birthDate', value: '1990-01-01' }],
      200,
      { birthDate: '1990-01-01' },
    ],
    ['add over a member', [{ op: 'add', path: '/gender', value: 'male' }], 200, { gender: 'male' }],
    [
      'add into a list',
      [{ op: 'add', path: '/name/0/given/1', value: 'Cy' }],
      200,
      { name: [{ family: 'Oak', given: ['Ada', 'Cy', 'Bo'] }] },
    ],
    [
      'add at the end of a list',
      [{ op: 'add', path: '/name/0/given/-', value: 'Cy' }],
      200,
      { name: [{ family: 'Oak', given: ['Ada', 'Bo', 'Cy'] }] },
    ],
    ['remove a member', [{ op: 'remove', path: '/active' }], 200, { active: undefined }],
    [
      'remove from a list',
      [{ op: 'remove', path: '/name/0/given/0' }],
      200,
      { name: [{ family: 'Oak', given: ['Bo'] }] },
    ],
    [
      'replace',
      [{ op: 'replace', path: '/name/0/family', value: 'Ash' }],
      200,
      { name: [{ family: 'Ash', given: ['Ada', 'Bo'] }] },
    ],
    [
      'move',
      [{ op: 'move', from: '/name/0/given/0', path: '/name/0/given/1' }],
      200,
      { name: [{ family: 'Oak', given: ['Bo', 'Ada'] }] },
    ],
    [
      'copy',
      [{ op: 'copy', from: '/name/0', path: '/name/1' }],
      200,
      { name: [start.name![0]!, start.name![0]!] },
    ],
    [
      'a test that holds',
      [
        { op: 'test', path: '/gender', value: 'female' },
        { op: 'remove', path: '/active' },
      ],
      200,
      { active: undefined },
    ],
    [
      'a test that does not',
      [
        { op: 'test', path: '/gender', value: 'male' },
        { op: 'remove', path: '/active' },
      ],
      400,
      null,
    ],
    [
      'a test that fails after a step that worked',
      [
        { op: 'remove', path: '/active' },
        { op: 'test', path: '/gender', value: 'male' },
      ],
      400,
      null,
    ],
    ['remove what is not there', [{ op: 'remove', path: '/birthDate' }], 400, null],
    ['replace what is not there', [{ op: 'replace', path: '/birthDate', value: '1990-01-01' }], 400, null],
    ['a place past the end of a list', [{ op: 'add', path: '/name/7', value: {} }], 400, null],
    ['a step that is none', [{ op: 'shuffle', path: '/name' }], 400, null],
    ['a result that is not valid', [{ op: 'add', path: '/shoeSize', value: 9 }], 400, null],
    ['a value outside the value set', [{ op: 'replace', path: '/gender', value: 'boy' }], 400, null],
    ['another id', [{ op: 'replace', path: '/id', value: 'other' }], 400, null],
    ['another type', [{ op: 'replace', path: '/resourceType', value: 'Organization' }], 400, null],
    ['no list of steps', { op: 'remove', path: '/active' }, 400, null],
  ])('%s', async (_what, steps, expected, change) => {
    const { body: made } = await system.ask<Patient & { id: string }>('POST', 'Patient', start);
    const before = versions();
    const { status } = await system.ask('PATCH', `Patient/${made.id}`, steps, {
      'content-type': 'application/json-patch+json',
    });
    const after = (await system.ask<Patient>('GET', `Patient/${made.id}`)).body;
    expect(status).toBe(expected);
    if (change === null) expect([after, versions()]).toEqual([made, before]);
    else {
      const { meta: _meta, ...rest } = after;
      const { meta: _before, ...original } = made;
      expect(rest).toEqual(JSON.parse(JSON.stringify({ ...original, ...change })));
      expect(after.meta!.versionId).toBe('2');
    }
  });
});

describe('the same entries as a batch and as a transaction', () => {
  const entry = (method: string, url: string, resource?: object): BundleEntry =>
    ({ request: { method, url }, ...(resource ? { resource } : {}) }) as BundleEntry;
  const send = (
    type: 'batch' | 'transaction',
    entries: readonly BundleEntry[],
  ): Promise<EndpointAnswer<Bundle>> =>
    system.ask('POST', '', { resourceType: 'Bundle', type, entry: entries });
  const invalid = { resourceType: 'Patient', gender: 'boy' };
  const statusesOf = ({ body }: EndpointAnswer<Bundle>): (string | undefined)[] =>
    (body.entry ?? []).map(({ response }) => response?.status);

  const ENTRIES: readonly (readonly [string, (id: string) => BundleEntry[], readonly string[], number])[] = [
    [
      'all good',
      (id) => [
        entry('POST', 'Patient', person('n')),
        entry('PUT', `Patient/${id}`, person('o', { id })),
        entry('GET', `Patient/${id}`),
      ],
      ['201', '200', '200'],
      2,
    ],
    [
      'a bad one last',
      (id) => [
        entry('POST', 'Patient', person('n')),
        entry('PUT', `Patient/${id}`, person('o', { id })),
        entry('POST', 'Patient', invalid),
      ],
      ['201', '200', '400'],
      2,
    ],
    [
      'a bad one first',
      (id) => [
        entry('POST', 'Patient', invalid),
        entry('POST', 'Patient', person('n')),
        entry('DELETE', `Patient/${id}`),
      ],
      ['400', '201', '200'],
      2,
    ],
    [
      'only bad ones',
      () => [
        entry('POST', 'Patient', invalid),
        entry('POST', 'Observation', { resourceType: 'Observation' }),
      ],
      ['400', '404'],
      0,
    ],
  ];

  test.each(ENTRIES)('%s: a batch keeps what is good', async (_what, entries, expected, added) => {
    const { id } = await create('o');
    const before = versions();
    const answer = await send('batch', entries(id));
    expect([answer.status, answer.body.type, statusesOf(answer), versions() - before]).toEqual([
      200,
      'batch-response',
      expected,
      added,
    ]);
  });

  test.each(ENTRIES)('%s: a transaction keeps all or nothing', async (_what, entries, expected, added) => {
    const { id } = await create('o');
    const before = versions();
    const { body: original } = await system.ask('GET', `Patient/${id}`);
    const good = expected.every((status) => status.startsWith('2'));
    const answer = await send('transaction', entries(id));
    expect([answer.status < 300, versions() - before]).toEqual([good, good ? added : 0]);
    if (!good) expect((await system.ask('GET', `Patient/${id}`)).body).toEqual(original);
  });
});

describe('a refusal', () => {
  const SECRET = 'Zzyzx-9990000018';
  const refused: readonly (readonly [string, () => Promise<EndpointAnswer<OperationOutcome>>])[] = [
    ['a body with an unknown member', () => system.ask('POST', 'Patient', { ...person('r'), [SECRET]: 1 })],
    [
      'a body with a code that is none',
      () => system.ask('POST', 'Patient', { ...person('r'), gender: SECRET }),
    ],
    [
      'a body with a date that is none',
      () => system.ask('POST', 'Patient', { ...person('r'), birthDate: SECRET }),
    ],
    ['a body that is no JSON', () => system.ask('POST', 'Patient', `{"name":"${SECRET}`)],
    ['a body of another type', () => system.ask('POST', 'Patient', { resourceType: SECRET })],
    ['an id that is none', () => system.ask('GET', `Patient/${SECRET}%20${SECRET}`)],
    ['an id of nobody', () => system.ask('GET', `Patient/${SECRET}`)],
    ['a date to search by', () => system.ask('GET', `Patient?birthdate=${SECRET}`)],
    ['a number to count by', () => system.ask('GET', `Patient?_count=${SECRET}`)],
    ['a parameter that is a value in the wrong place', () => system.ask('GET', `Patient?${SECRET}`)],
    ['a cursor', () => system.ask('GET', `Patient?_cursor=${SECRET}`)],
    ['a sealed page', () => system.ask('GET', `Patient?_page=${SECRET}`)],
    ['a version', () => system.ask('PUT', 'Patient/x', person('r', { id: 'x' }), { 'if-match': SECRET })],
    [
      'a condition',
      () => system.ask('POST', 'Patient', person('r'), { 'if-none-exist': `birthdate=${SECRET}` }),
    ],
    ['a media type', () => system.ask('POST', 'Patient', '{}', { 'content-type': SECRET })],
  ];

  test.each(refused)('of %s is an OperationOutcome with a code that repeats nothing', async (_what, ask) => {
    const before = versions();
    const { status, body } = await ask();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.resourceType).toBe('OperationOutcome');
    expect(body.issue.length).toBeGreaterThan(0);
    for (const { severity, code } of body.issue)
      expect([severity, code]).toEqual(['error', expect.stringMatching(/^[a-z-]+$/)]);
    expect(JSON.stringify(body)).not.toMatch(/Zzyzx|9990000018|Secretname/);
    expect(versions()).toBe(before);
  });
});
