/** What the only way out lets through: reads by GET, searches by form, writes through a way of their own; nothing else. */
import { createDoor, type Door } from '../../../../adapters/fhir-r4/transport/door.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { failureOf, never } from '../../../contract/contract-case.js';
import { type AnsweringServer, startAnsweringServer } from '../../../support/scripted-answers.js';

let server: AnsweringServer;
let door: Door;
beforeEach(async () => {
  server = await startAnsweringServer();
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  door = createDoor({ baseUrl: server.baseUrl, headers: { 'x-who': 'hub' }, maxBodyBytes: 10_000, clock });
});
afterEach(() => server.close());

test.each<[string, string, unknown]>([
  ['POST', 'Patient', {}],
  ['POST', 'Patient', 'a=b'],
  ['POST', '_search', 'a=b'],
  ['POST', 'Patient/_search', { a: 'b' }],
  ['POST', 'Patient/_search', undefined],
  ['POST', 'Patient/x/_search', 'a=b'],
  ['POST', 'Patient/_search?x=1', 'a=b'],
  ['POST', '../Patient/_search', 'a=b'],
  ['POST', 'https://elsewhere.example/Patient/_search', 'a=b'],
  ['GET', 'Patient/1', ''],
  ['PUT', 'Patient/1', {}],
  ['PATCH', 'Patient/1', []],
  ['DELETE', 'Patient/1', undefined],
])('%s %s with %j is no read', async (method, address, body) => {
  expect(await failureOf(door.request(method, address, {}, body))).toMatchObject({ code: 'HUB_INTERNAL' });
  expect(server.seen).toEqual([]);
});

test('a search by form has its parameters in its body alone', async () => {
  const form = 'identifier=https%3A%2F%2Fx%7C1&_count=2';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const bundle = await door.request('POST', 'DocumentReference/_search', { headers }, form);
  expect(bundle).toMatchObject({ resourceType: 'Bundle', total: 0 });
  expect(server.seen).toEqual([
    expect.objectContaining({ interaction: 'search', url: '/fhir/DocumentReference/_search', body: form }),
  ]);
  expect(server.seen[0]!.headers).toMatchObject({
    ...headers,
    'x-who': 'hub',
    accept: 'application/fhir+json',
  });
});

test.each([
  'https://elsewhere.example/fhir/DocumentReference',
  '../admin',
  '//evil.example/fhir/DocumentReference',
])('a write does not leave for %s', async (path) => {
  const writing = { method: 'POST' as const, path, resource: {}, headers: {}, signal: never() };
  expect(await failureOf(door.write(writing))).toMatchObject({ code: 'HUB_UPSTREAM_ORIGIN' });
  expect(server.seen).toEqual([]);
});

test('a write says what was made of it: id, version, place', async () => {
  const resource = { resourceType: 'DocumentReference' };
  const writing = {
    method: 'POST' as const,
    path: 'DocumentReference',
    resource,
    headers: {},
    signal: never(),
  };
  expect(await door.write(writing)).toEqual({
    status: 201,
    resource: { ...resource, id: 'doc-1', meta: { versionId: '7' } },
    location: null,
    version: null,
  });
  server.answer('create', '201 empty with Location');
  expect(await door.write(writing)).toMatchObject({
    status: 201,
    resource: null,
    location: 'https://record.example/fhir/DocumentReference/doc-1/_history/7',
  });
});
