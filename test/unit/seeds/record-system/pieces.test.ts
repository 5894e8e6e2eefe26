/** Small pieces of the record system: cursors, seals, escapes, faults, request shapes, outcomes. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { answerControl } from '../../../../seeds/record-system/control-endpoint.js';
import {
  FaultBook,
  type FaultInput,
  type FaultTarget,
  parseFault,
} from '../../../../seeds/record-system/faults.js';
import type { HttpAnswer, HttpCall } from '../../../../seeds/record-system/http-call.js';
import { withoutValues } from '../../../../seeds/record-system/outcomes.js';
import { QuerySeal, readCursor, writeCursor } from '../../../../seeds/record-system/page-cursor.js';
import { pathShape, RequestLog } from '../../../../seeds/record-system/request-log.js';
import { splitEscaped } from '../../../../seeds/record-system/search-filter.js';
import { checkModifiers } from '../../../../seeds/record-system/search-modifiers.js';
import { insteadOfAnswer, spoilAnswer } from '../../../../seeds/record-system/spoiled-answer.js';

const faultOf = (input: FaultInput) => {
  const parsed = parseFault(input);
  if ('faults' in parsed) throw new Error(parsed.faults.join());
  return parsed.fault;
};

describe('cursors', () => {
  test('come back as they went out', () => {
    const cursor = fc.record({
      ceiling: fc.nat(),
      key: fc.option(fc.string(), { nil: null }),
      seq: fc.nat(),
      page: fc.nat(),
    });
    fc.assert(fc.property(cursor, (each) => expect(readCursor(writeCursor(each))).toEqual(each)));
  });

  test.each([
    '',
    'x',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('[1,2,3,4]').toString('base64url'),
    Buffer.from('[-1,null,0,0]').toString('base64url'),
    Buffer.from('null').toString('base64url'),
  ])('%j is refused', (text) => {
    expect(() => readCursor(text)).toThrow('_cursor');
  });
});

describe('sealed queries', () => {
  const seal = new QuerySeal(randomBytes(32));

  test('open with their key, and show nothing', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (query) => {
        expect(seal.open(seal.seal(query))).toBe(query);
        expect(seal.seal(query)).not.toBe(seal.seal(query));
      }),
    );
    expect(seal.seal('identifier=9991000028')).not.toContain('9991000028');
  });

  test('do not open with another key, nor when a byte is changed', () => {
    const sealed = seal.seal('family=Penhallam');
    expect(() => new QuerySeal(randomBytes(32)).open(sealed)).toThrow('_page');
    const bytes = Buffer.from(sealed, 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(() => seal.open(changed.toString('base64url'))).toThrow('_page');
    }
  });
});

describe('search values', () => {
  test.each([
    ['a,b', ',', ['a', 'b']],
    ['a\\,b,c', ',', ['a\\,b', 'c']],
    ['a\\\\,b', ',', ['a\\\\', 'b']],
    ['s|v|w', '|', ['s', 'v|w']],
    ['s\\|v', '|', ['s\\|v']],
    ['', ',', ['']],
    ['a\\', ',', ['a\\']],
  ] as const)('%j at %s', (text, separator, expected) => {
    expect(splitEscaped(text, separator, separator === '|' ? 2 : undefined)).toEqual(expected);
  });

  test('pieces put together again are the whole', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(splitEscaped(text, ',').join(',')).toBe(text)));
  });

  test.each([
    'family:exact',
    '_has:EpisodeOfCare:patient:status',
    'subject:Patient.identifier',
    'gender:not',
    '_include:iterate',
  ])('%s is a known modifier', (name) => {
    expect(() => checkModifiers(new URLSearchParams({ [name]: 'x' }))).not.toThrow();
  });

  test.each(['family:sounds', 'gender:above', 'code:in', 'subject:Patient', 'family:'])(
    '%s is not',
    (name) => {
      expect(() => checkModifiers(new URLSearchParams({ [name]: 'x' }))).toThrow('modifier');
    },
  );
});

describe('faults', () => {
  const target: FaultTarget = {
    method: 'GET',
    path: '/fhir/EpisodeOfCare',
    type: 'EpisodeOfCare',
    query: 'organization=Organization/x',
    page: 2,
  };

  test.each<[FaultInput['match'], boolean]>([
    [{}, true],
    [{ method: 'GET' }, true],
    [{ method: 'POST' }, false],
    [{ path: 'Episode' }, true],
    [{ path: '^/fhir/Patient' }, false],
    [{ type: 'EpisodeOfCare', page: 2 }, true],
    [{ type: 'Patient' }, false],
    [{ page: 1 }, false],
    [{ query: 'organization=.*/x$' }, true],
    [{ query: 'patient=' }, false],
  ])('%j meets the second page of a caseload: %s', (match, met) => {
    const book = new FaultBook();
    book.plant(faultOf({ kind: 'drop', match }));
    expect(book.meet(target) !== null).toBe(met);
  });

  test('a page matches searches only', () => {
    const book = new FaultBook();
    book.plant(faultOf({ kind: 'drop', match: { page: 1 } }));
    expect(book.meet({ ...target, type: null, page: 1 })).toBeNull();
  });

  test('is met exactly `times` times, after `after` requests', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), (times, after) => {
        const book = new FaultBook();
        book.plant(faultOf({ kind: 'drop', times, after }));
        const met = Array.from({ length: 12 }, () => book.meet(target) !== null);
        expect(met).toEqual(met.map((_, index) => index >= after && index < after + times));
        expect(book.pending()).toEqual([]);
      }),
    );
  });

  test('a Bundle is spoiled, anything else goes out as it is', () => {
    const answer: HttpAnswer = { status: 200, headers: {}, body: '{"resourceType":"Patient"}' };
    for (const kind of ['missing-next', 'duplicate-page', 'looping-next', 'outcome-entry'] as const) {
      expect(insteadOfAnswer(faultOf({ kind }))).toBeNull();
      expect(spoilAnswer(faultOf({ kind }), answer, null)).toEqual({ how: 'whole', answer });
    }
    expect(spoilAnswer(faultOf({ kind: 'missing-next' }), { ...answer, body: '' }, null)).toEqual({
      how: 'whole',
      answer: { ...answer, body: '' },
    });
  });

  test('the first page cannot repeat the one before it', () => {
    const answer: HttpAnswer = {
      status: 200,
      headers: {},
      body: '{"resourceType":"Bundle","type":"searchset","total":0}',
    };
    for (const kind of ['duplicate-page', 'repeat-entries'] as const)
      expect(spoilAnswer(faultOf({ kind }), answer, null)).toEqual({ how: 'whole', answer });
  });
});

describe('control', () => {
  const call = (method: string, path: string, body = ''): HttpCall => ({
    method,
    path: `/control${path}`,
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(body),
    origin: 'http://127.0.0.1:1',
  });

  const records = { documents: () => [], release: async () => 3 };
  const answerTo = (one: HttpCall, book = new FaultBook(), log = new RequestLog()) =>
    answerControl(one, book, log, records);

  test('plants, tells and clears', async () => {
    const book = new FaultBook();
    const planted = await answerTo(call('POST', '/faults', '{"kind":"drop","times":3}'), book);
    expect([planted.status, JSON.parse(planted.body).times]).toEqual([201, 3]);
    expect(JSON.parse((await answerTo(call('GET', '/faults'), book)).body)).toEqual({
      pending: [{ kind: 'drop', left: 3 }],
    });
    await answerTo(call('DELETE', '/faults'), book);
    expect(book.pending()).toEqual([]);
    expect((await answerTo(call('PUT', '/faults'), book)).status).toBe(404);
  });

  test('names every fault of a fault', async () => {
    const answer = await answerTo(
      call('POST', '/faults', '{"kind":"boom","times":0,"match":{"page":"two"}}'),
    );
    expect(
      (JSON.parse(answer.body) as { faults: string[] }).faults.map((fault) => fault.split(':')[0]),
    ).toEqual(['kind', 'match.page', 'times']);
  });

  test('tells what is held and releases what waits, but not to a form', async () => {
    expect(JSON.parse((await answerTo(call('GET', '/documents'))).body)).toEqual({ count: 0, documents: [] });
    expect(JSON.parse((await answerTo(call('POST', '/release', '{}'))).body)).toEqual({ released: 3 });
    const form = { ...call('POST', '/release'), headers: { 'content-type': 'text/plain' } };
    expect((await answerTo(form)).status).toBe(415);
  });
});

describe('what may be counted and told', () => {
  test.each([
    ['/fhir/Patient', '/fhir/Patient'],
    ['/fhir/Patient/9991000028', '/fhir/Patient/:id'],
    ['/fhir/Patient/_search', '/fhir/Patient/_search'],
    ['/fhir/Patient/a/_history/3', '/fhir/Patient/:id/_history/:id'],
    ['/fhir/metadata', '/fhir/metadata'],
    ['/fhir', '/fhir/'],
  ])('%s is counted as %s', (path, shape) => {
    expect(pathShape(path)).toBe(shape);
  });

  test('a refusal loses the value that the parser repeats', () => {
    const told = (text: string) =>
      withoutValues({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'invalid', details: { text } }],
      }).issue[0]!.details!.text;
    expect(told('Invalid format for date search parameter: 9991000028')).toBe(
      'Invalid format for date search parameter',
    );
    expect(told('Unable to identify next resource type for search parameter: Patient?x')).toBe(
      'Unable to identify next resource type for search parameter',
    );
    expect(told('Patient: unknown search parameter foo')).toBe('Patient: unknown search parameter foo');
    expect(told('Not found')).toBe('Not found');
  });
});
