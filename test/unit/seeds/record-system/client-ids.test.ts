/** A record system that takes ids of clients: made once under an id, never overwritten by whoever only wants to make. */
import type { CapabilityStatement, Patient } from 'fhir/r4.js';
import { RecordEndpoint } from '../../../support/record-endpoint.js';

const ID = 'aa11bb22';
const patient = (more: Partial<Patient> = {}): Patient => ({ resourceType: 'Patient', id: ID, ...more });
const NEW = { 'if-none-match': '*' };

let system: RecordEndpoint;
beforeEach(() => {
  system = new RecordEndpoint(true);
});
afterEach(() => system.close());

const put = (headers: Record<string, string> = {}, body = patient()) =>
  system.ask<Patient>('PUT', `Patient/${ID}`, body, headers);

test('says so', async () => {
  const says = async (one: RecordEndpoint) =>
    (await one.ask<CapabilityStatement>('GET', 'metadata')).body.rest![0]!.resource![0]!.updateCreate;
  expect(await says(system)).toBe(true);
  const other = new RecordEndpoint();
  expect(await says(other)).toBe(false);
  other.close();
});

test.each([
  ['without a condition', {}],
  ['on the condition that there is none', NEW],
])('makes it %s: 201, version 1, where it is', async (_name, headers) => {
  const made = await put(headers);
  expect([made.status, made.body.id, made.body.meta!.versionId]).toEqual([201, ID, '1']);
  expect(made.headers.location).toBe(`${system.base}/Patient/${ID}/_history/1`);
  expect((await system.ask('GET', `Patient/${ID}`)).status).toBe(200);
});

test('a second one changes it: 200; on the condition it is 412, and changes nothing', async () => {
  await put();
  expect((await put(NEW, patient({ gender: 'female' }))).status).toBe(412);
  const changed = await put({}, patient({ gender: 'male' }));
  expect([changed.status, changed.body.meta!.versionId, changed.body.gender]).toEqual([200, '2', 'male']);
});

test('what was deleted is gone: 410, and on the condition 412', async () => {
  await put();
  await system.ask('DELETE', `Patient/${ID}`);
  expect([(await put()).status, (await put(NEW)).status]).toEqual([410, 412]);
});

test('an update of a version that there is not makes nothing', async () => {
  expect((await put({ 'if-match': 'W/"1"' })).status).toBe(404);
});

test('an id that is none of FHIR is refused', async () => {
  const id = 'a_b';
  expect((await system.ask('PUT', `Patient/${id}`, patient({ id }))).status).toBe(400);
});

test('in a batch the answer to the batch stays 200', async () => {
  const entry = [{ request: { method: 'PUT', url: `Patient/${ID}` }, resource: patient() }];
  const answer = await system.ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
  expect(answer.status).toBe(200);
  expect((await system.ask('GET', `Patient/${ID}`)).status).toBe(200);
});

test('a system that does not take them refuses, condition or not', async () => {
  const other = new RecordEndpoint();
  for (const headers of [{}, NEW])
    expect((await other.ask('PUT', `Patient/${ID}`, patient(), headers)).status).toBe(404);
  other.close();
});
