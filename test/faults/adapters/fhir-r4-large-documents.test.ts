/** Documents that are too large to be read in one answer are read by halves; one that is too large by itself is told as such. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';

const SYSTEM = 'https://hub.example/Id/document';
const MAX_BODY = 100_000;

let server: Server;
let held: readonly Record<string, unknown>[] = [];
let asked: number[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const ids = new URLSearchParams(body).get('identifier')!.split(',');
    asked.push(ids.length);
    const entry = held
      .filter(({ version }) => ids.includes(`${SYSTEM}|${version}`))
      .map(({ version: _version, ...resource }) => ({ resource, search: { mode: 'match' } }));
    const bundle = { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry };
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(bundle));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => void server.close());

function documents() {
  const { port } = server.address() as AddressInfo;
  const settings = parseSettings({
    baseUrl: `http://127.0.0.1:${port}/fhir`,
    auth: 'NONE',
    documentIdentifierSystem: SYSTEM,
    maxBodyBytes: MAX_BODY,
    maxAttempts: 1,
  });
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  return createFhirR4(settings, { system: 'LARGE', clock, logger: silentLogger }).documents!;
}

/** Outgoing documents that the server holds, each with so many bytes beside its text. */
function hold(count: number, bytes: number) {
  asked = [];
  const sent = Array.from({ length: count }, () => anOutgoingDocument());
  held = sent.map(({ documentVersionId, text }, index) => ({
    version: documentVersionId,
    resourceType: 'DocumentReference',
    id: `doc-${index}`,
    status: 'current',
    subject: { reference: 'Patient/person-1' },
    identifier: [{ system: SYSTEM, value: documentVersionId }],
    content: [
      {
        attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text).toString('base64') },
      },
    ],
    description: 'x'.repeat(bytes),
  }));
  return sent.map(keyOf);
}

test('eight that come to more than one answer may hold are all found, in answers that fit', async () => {
  const found = await documents().find(hold(8, 40_000), never());
  expect(found.map((document) => document?.value.reference)).toEqual(
    Array.from({ length: 8 }, (_, index) => `DocumentReference/doc-${index}`),
  );
  expect(asked).toEqual([8, 4, 2, 2, 4, 2, 2]);
});

test('what fits is asked for once', async () => {
  const found = await documents().find(hold(8, 4_000), never());
  expect(found.filter(Boolean)).toHaveLength(8);
  expect(asked).toEqual([8]);
});

test('one that is too large by itself is a fault, not a document that is not there', async () => {
  expect(await failureOf(documents().find(hold(1, MAX_BODY), never()))).toMatchObject({
    code: 'HUB_UPSTREAM_PROTOCOL',
    details: { fault: 'TOO_LARGE' },
  });
  expect(asked).toEqual([1]);
});
