/** Misbehaviour on demand: each fault does what its name says, as often as asked, and the record system behaves again afterwards. */
import type { Bundle, DocumentReference, OperationOutcome } from 'fhir/r4.js';
import { heldDocuments, heldWithIdentifier } from '../../../seeds/record-system/count-held.js';
import { FAULT_KINDS, type FaultInput } from '../../../seeds/record-system/faults.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';
import { aNote, fhir, matchesOf, NOTE_SYSTEM, nextOf, walk } from './fhir-calls.js';

const CASELOAD =
  'EpisodeOfCare?organization=Organization/team-cmht-north&_include=EpisodeOfCare:patient&_sort=_lastUpdated&_count=10';

let system: TestRecordSystem;
beforeAll(async () => {
  system = await startRecordSystem({ people: 200 });
});
afterEach(async () => {
  await system.clearFaults();
  await system.clearRequests();
});
afterAll(() => system.stop());

const get = <T = Bundle>(path = CASELOAD) => fhir<T>(system.baseUrl, 'GET', path);
/** Answers without reading them as JSON. */
const raw = async (
  path = CASELOAD,
): Promise<{ status: number; type: string | null; retryAfter: string | null; text: string }> => {
  const response = await fetch(`${system.baseUrl}/${path}`);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    text: await response.text(),
  };
};

const tried = new Set<string>();
const plant = (...faults: FaultInput[]): Promise<void> => {
  for (const { kind } of faults) tried.add(kind);
  return system.faults(...faults);
};

describe('instead of an answer', () => {
  test.each<[FaultInput, number, string | null]>([
    [{ kind: 'throttle', retryAfterSeconds: 7 }, 429, '7'],
    [{ kind: 'throttle' }, 429, '1'],
    [{ kind: 'unavailable' }, 503, null],
    [{ kind: 'unavailable', retryAfterSeconds: 30 }, 503, '30'],
    [{ kind: 'status', status: 401 }, 401, null],
  ])('%j', async (fault, status, retryAfter) => {
    await plant(fault);
    const answer = await raw();
    expect([answer.status, answer.retryAfter]).toEqual([status, retryAfter]);
    expect((JSON.parse(answer.text) as OperationOutcome).resourceType).toBe('OperationOutcome');
    expect((await raw()).status).toBe(200);
  });

  test('a page of HTML, an empty body, the JSON text null', async () => {
    await plant({ kind: 'html-502' }, { kind: 'empty-200' }, { kind: 'json-null' });
    const html = await raw();
    expect([html.status, html.type]).toEqual([502, 'text/html; charset=utf-8']);
    expect(html.text).toContain('<h1>');
    expect(await raw()).toMatchObject({ status: 200, text: '' });
    expect(await raw()).toMatchObject({ status: 200, text: 'null' });
  });

  test('a closed socket', async () => {
    await plant({ kind: 'drop' });
    await expect(raw()).rejects.toThrow('fetch failed');
    expect((await raw()).status).toBe(200);
  });

  test('no answer at all', async () => {
    await plant({ kind: 'hang' });
    await expect(
      fetch(`${system.baseUrl}/${CASELOAD}`, { signal: AbortSignal.timeout(1_500) }),
    ).rejects.toThrow('timeout');
    expect((await raw()).status).toBe(200);
  });

  test('a late one', async () => {
    await plant({ kind: 'delay', delayMs: 200 });
    const began = performance.now();
    expect((await raw()).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(195);
  });
});

describe('a create that is not acknowledged', () => {
  const post = (identifier: string): Promise<unknown> =>
    fhir(system.baseUrl, 'POST', 'DocumentReference', aNote(identifier), {
      'if-none-exist': `identifier=${NOTE_SYSTEM}|${identifier}`,
    });
  const held = (identifier: string): number =>
    heldWithIdentifier(system.file, 'DocumentReference', NOTE_SYSTEM, identifier).length;

  test('dropped before it took effect, is not held', async () => {
    await plant({ kind: 'drop', match: { method: 'POST', path: '/DocumentReference$' } });
    await expect(post('dropped-before')).rejects.toThrow();
    expect(held('dropped-before')).toBe(0);
  });

  test('dropped after it took effect, is held, and sending again finds it', async () => {
    await plant({ kind: 'drop', match: { method: 'POST' }, afterCommit: true });
    await expect(post('dropped-after')).rejects.toThrow();
    expect(held('dropped-after')).toBe(1);
    expect(await post('dropped-after')).toMatchObject({ status: 200 });
    expect(held('dropped-after')).toBe(1);
  });

  test.each(['unavailable', 'html-502', 'empty-200'] as const)('%s after it took effect', async (kind) => {
    await plant({ kind, afterCommit: true });
    await post(kind).catch(() => undefined);
    expect(held(kind)).toBe(1);
  });

  test('late after it took effect: it is held long before the answer', async () => {
    await plant({ kind: 'delay', delayMs: 2_000, afterCommit: true });
    const answer = post('late-after');
    while (held('late-after') === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const seen = performance.now();
    expect(await answer).toMatchObject({ status: 201 });
    expect(performance.now() - seen).toBeGreaterThan(150);
  });

  test('held for review: 202, preliminary, and final when it is released', async () => {
    await plant({ kind: 'hold-202', match: { method: 'POST', path: '/DocumentReference$' } });
    const { status, body } = await fhir<DocumentReference>(
      system.baseUrl,
      'POST',
      'DocumentReference',
      aNote('held'),
    );
    expect([status, body.docStatus]).toEqual([202, 'preliminary']);
    const one = async () =>
      (await system.documents()).find(({ identifiers }) => identifiers.includes(`${NOTE_SYSTEM}|held`))!;
    expect(await one()).toMatchObject({ id: body.id, version: 1, docStatus: 'preliminary' });
    expect(await system.release()).toBe(1);
    expect(await one()).toMatchObject({ id: body.id, version: 2, docStatus: 'final', status: 'current' });
    expect(await system.release()).toBe(0);
    expect(heldDocuments(system.file)).toEqual(await system.documents());
  });

  test('what is refused anyway is not held', async () => {
    await plant({ kind: 'hold-202' }, { kind: 'hold-202' });
    expect((await fhir(system.baseUrl, 'POST', 'DocumentReference', '{')).status).toBe(400);
    expect((await fhir(system.baseUrl, 'GET', 'DocumentReference?_count=1')).status).toBe(200);
  });

  test('truncated answer: it is held', async () => {
    await plant({ kind: 'truncate' });
    await expect(post('truncated')).rejects.toThrow();
    expect(held('truncated')).toBe(1);
  });
});

describe('a spoiled page', () => {
  test('cut in the middle, the connection closed', async () => {
    await plant({ kind: 'truncate', match: { page: 2 } });
    const next = nextOf((await get()).body)!;
    await expect(fetch(next).then((response) => response.text())).rejects.toThrow();
    expect((await fhir(system.baseUrl, 'GET', next)).status).toBe(200);
  });

  test('cut in the middle as if it were all', async () => {
    await plant({ kind: 'cut-json' });
    const { status, text } = await raw();
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(text.length).toBeGreaterThan(100);
  });

  test('without a next link while the total says more', async () => {
    await plant({ kind: 'missing-next', match: { page: 2 } });
    const pages = await walk(system.baseUrl, CASELOAD);
    expect(pages.length).toBe(2);
    expect(pages.flatMap(matchesOf).length).toBeLessThan(pages[0]!.total!);
  });

  test('served twice: everything arrives, some of it twice', async () => {
    const clean = (await walk(system.baseUrl, CASELOAD)).flatMap(matchesOf);
    await plant({ kind: 'duplicate-page', match: { page: 3 } });
    const matches = (await walk(system.baseUrl, CASELOAD)).flatMap(matchesOf);
    expect(matches.length).toBe(clean.length + 10);
    expect([...new Set(matches)]).toEqual(clean);
  });

  test('with the matches of the page before: some twice, others never, links in order', async () => {
    const clean = (await walk(system.baseUrl, CASELOAD)).flatMap(matchesOf);
    await plant({ kind: 'repeat-entries', match: { page: 2 } });
    const matches = (await walk(system.baseUrl, CASELOAD)).flatMap(matchesOf);
    expect(matches.length).toBe(clean.length);
    expect(new Set(matches).size).toBe(clean.length - 10);
  });

  test('leading to itself', async () => {
    await plant({ kind: 'looping-next', times: 5, match: { page: 2 } });
    const pages = await walk(system.baseUrl, CASELOAD, 6);
    expect(pages.length).toBe(6);
    expect(pages.slice(2).every((page) => nextOf(page) === nextOf(pages[1]!))).toBe(true);
  });

  test('leading elsewhere', async () => {
    await plant({ kind: 'foreign-next', url: 'http://127.0.0.1:9/fhir/EpisodeOfCare?page=2' });
    expect(nextOf((await get()).body)).toBe('http://127.0.0.1:9/fhir/EpisodeOfCare?page=2');
  });

  test('with an OperationOutcome among the matches', async () => {
    await plant({ kind: 'outcome-entry' });
    const { body } = await get();
    const outcome = body.entry!.find(({ search }) => search?.mode === 'outcome')!
      .resource as OperationOutcome;
    expect(outcome.issue[0]!.severity).toBe('error');
    expect(matchesOf(body).length).toBe(10);
  });
});

describe('which requests and how often', () => {
  test('only what matches, after so many, so many times', async () => {
    await plant({ kind: 'unavailable', match: { type: 'EpisodeOfCare' }, after: 1, times: 2 });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index++) {
      expect((await get('Patient?_count=1')).status).toBe(200);
      statuses.push((await get()).status);
    }
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
  });

  test('by a parameter of the query, posted ones too', async () => {
    await plant({ kind: 'unavailable', match: { query: 'organization=Organization/team-eip' }, times: 2 });
    expect((await get()).status).toBe(200);
    expect((await get('EpisodeOfCare?_count=1&organization=Organization/team-eip')).status).toBe(503);
    const posted = await fhir(
      system.baseUrl,
      'POST',
      'EpisodeOfCare/_search',
      'organization=Organization/team-eip',
      { 'content-type': 'application/x-www-form-urlencoded' },
    );
    expect(posted.status).toBe(503);
  });

  test('the first planted comes first, and each is told until it has happened', async () => {
    await plant({ kind: 'throttle' }, { kind: 'unavailable', times: 2 });
    const pending = async () =>
      ((await (await fetch(`${system.controlUrl}/faults`)).json()) as { pending: unknown }).pending;
    expect(await pending()).toEqual([
      { kind: 'throttle', left: 1 },
      { kind: 'unavailable', left: 2 },
    ]);
    expect([(await raw()).status, (await raw()).status]).toEqual([429, 503]);
    expect(await pending()).toEqual([{ kind: 'unavailable', left: 1 }]);
    await system.clearFaults();
    expect((await raw()).status).toBe(200);
  });

  test('a page that is no search is left as it is', async () => {
    await plant({ kind: 'missing-next' });
    expect((await get('Patient/demo-jory-penhallam')).body).toMatchObject({ resourceType: 'Patient' });
  });

  test('every kind has been tried', () => {
    expect([...tried].sort()).toEqual([...FAULT_KINDS].sort());
  });
});

describe('control endpoint', () => {
  const post = (body: string, type = 'application/json') =>
    fetch(`${system.controlUrl}/faults`, { method: 'POST', headers: { 'content-type': type }, body });

  test.each([
    ['no JSON', '{', 400, 'body'],
    ['an unknown kind', '{"kind":"explode"}', 400, 'kind'],
    ['an unknown member', '{"kind":"drop","sometimes":true}', 400, 'sometimes'],
    ['a broken pattern', '{"kind":"drop","match":{"path":"("}}', 400, 'match.path'],
    ['no times at all', '{"kind":"drop","times":0}', 400, 'times'],
    ['a success', '{"kind":"status","status":200}', 400, 'status'],
  ])('refuses %s and names it', async (_what, body, status, named) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toContain(named);
  });

  test('takes nothing from a form of another site', async () => {
    expect((await post('{"kind":"drop"}', 'text/plain')).status).toBe(415);
    expect((await raw()).status).toBe(200);
  });

  test('counts requests by shape and page, without ids or parameters', async () => {
    await walk(system.baseUrl, `${CASELOAD}&_lastUpdated=ge2020-01-01`, 2);
    await get('Patient/demo-jory-penhallam');
    await get('Patient/demo-ivo-limefield');
    await get('Patient/demo-ivo-limefield/_history/1');
    const counts = await system.requests();
    expect(counts.filter(({ path }) => path === '/fhir/Patient/:id')).toEqual([
      { method: 'GET', path: '/fhir/Patient/:id', page: 1, count: 2 },
    ]);
    expect(counts.filter(({ path }) => path === '/fhir/EpisodeOfCare').map(({ page }) => page)).toEqual([
      1, 2,
    ]);
    expect(JSON.stringify(counts)).not.toMatch(/demo-|lastUpdated|team/);
    await system.clearRequests();
    expect(await system.requests()).toEqual([]);
  });

  test('answers nothing else', async () => {
    expect((await fetch(`${system.controlUrl}/shutdown`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(new URL('/', system.baseUrl))).status).toBe(404);
  });
});
