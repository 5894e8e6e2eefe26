/** What the answer to a write says of where the document is, or that it says nothing. */
import fc from 'fast-check';
import { receiptOf } from '../../../../adapters/fhir-r4/documents/receipt.rules.js';
import type { WriteAnswer } from '../../../../adapters/fhir-r4/transport/write-answer.js';
import { isHubError } from '../../../../src/core/errors.js';

const answer = (change: Partial<WriteAnswer>): WriteAnswer => ({
  status: 201,
  resource: null,
  location: null,
  version: null,
  ...change,
});
const document = (fields: object = {}) => ({ resourceType: 'DocumentReference', ...fields });
const accepted = (id: string, version: string | null) => ({
  stage: 'ACCEPTED',
  reference: `DocumentReference/${id}`,
  version,
});

test.each<[string, Partial<WriteAnswer>, string | null]>([
  ['the body', { resource: document({ id: 'a', meta: { versionId: '3' } }) }, '3'],
  ['the body, its version in the ETag', { resource: document({ id: 'a' }), version: '4' }, '4'],
  ['Location with a version', { location: 'https://x.example/fhir/DocumentReference/a/_history/5' }, '5'],
  ['Location without', { location: 'DocumentReference/a' }, null],
  ['Location below another base', { location: 'http://inside:8080/r4/DocumentReference/a' }, null],
  [
    'both, agreeing',
    {
      resource: document({ id: 'a', meta: { versionId: '6' } }),
      location: '/DocumentReference/a/_history/6',
    },
    '6',
  ],
])('the id is in %s', (_where, change, version) => {
  for (const status of [200, 201])
    expect(receiptOf(answer({ ...change, status }))).toEqual(accepted('a', version));
});

test.each<[string, Partial<WriteAnswer>, string]>([
  ['no id anywhere', {}, 'NO_ID'],
  ['a body without id', { resource: document() }, 'NO_ID'],
  ['an id that is none', { resource: document({ id: '../x' }) }, 'NO_ID'],
  ['a Location of another type', { location: 'https://x.example/fhir/Patient/a' }, 'NO_ID'],
  ['a Location with something behind', { location: 'DocumentReference/a/$process' }, 'NO_ID'],
  ['a Location that climbs', { location: 'DocumentReference/..' }, 'NO_ID'],
  ['another resource', { resource: { resourceType: 'Patient', id: 'a' } }, 'OTHER_RESOURCE'],
  ['two ids', { resource: document({ id: 'a' }), location: 'DocumentReference/b' }, 'TWO_IDS'],
])('%s is ambiguous', (_what, change, fault) => {
  expect(() => receiptOf(answer(change))).toThrow(
    expect.objectContaining({ code: 'HUB_UPSTREAM_AMBIGUOUS', details: { fault, status: 201 } }) as Error,
  );
});

test('an update must be of the id that was written to', () => {
  const resource = document({ id: 'a', meta: { versionId: '2' } });
  expect(receiptOf(answer({ status: 200, resource }), 'a')).toEqual(accepted('a', '2'));
  expect(() => receiptOf(answer({ status: 200, resource }), 'b')).toThrow(
    expect.objectContaining({ details: { fault: 'TWO_IDS', status: 200 } }) as Error,
  );
});

test('202 is held, with or without an id', () => {
  expect(receiptOf(answer({ status: 202 }))).toEqual({
    stage: 'AWAITING_REVIEW',
    reference: null,
    version: null,
  });
  expect(receiptOf(answer({ status: 202, resource: document({ id: 'a' }) }))).toMatchObject({
    stage: 'AWAITING_REVIEW',
    reference: 'DocumentReference/a',
  });
});

test('whatever comes, it is a receipt with one id or a coded error', () => {
  const anything = fc.record({
    status: fc.integer({ min: 200, max: 299 }),
    resource: fc.option(fc.dictionary(fc.constantFrom('resourceType', 'id', 'meta'), fc.jsonValue()), {
      nil: null,
    }),
    location: fc.option(fc.oneof(fc.string(), fc.webUrl()), { nil: null }),
    version: fc.option(fc.string(), { nil: null }),
  });
  fc.assert(
    fc.property(anything, (given) => {
      try {
        const { reference, stage } = receiptOf(given as unknown as WriteAnswer);
        expect(stage === 'ACCEPTED' && reference === null).toBe(false);
        if (reference !== null) expect(reference).toMatch(/^DocumentReference\/[A-Za-z0-9\-.]{1,64}$/);
      } catch (error) {
        expect(isHubError(error) && error.code).toBe('HUB_UPSTREAM_AMBIGUOUS');
      }
    }),
    { numRuns: 500 },
  );
});
