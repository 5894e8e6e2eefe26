/** What leaves the FHIR R4 adapter when it writes, and what it says when it could not write or was not let. */
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { withdrawalRequestId } from '../../../adapters/fhir-r4/documents/derived-ids.rules.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { GUARD } from '../../../adapters/fhir-r4/transport/guard.js';
import {
  DocumentAction,
  DocumentLabel,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { isId } from '../../../src/core/ids.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { eventually } from '../../support/eventually.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';
import { type AnsweringServer, startAnsweringServer } from '../../support/scripted-answers.js';

const LABELS = [
  'WITHHOLD_FROM_PERSON=https://trust.example/label|withhold|Not for the person',
  'SAFEGUARDING=https://trust.example/label|safeguarding',
];

let server: AnsweringServer;
const lines: unknown[] = [];
beforeEach(async () => {
  lines.length = 0;
  server = await startAnsweringServer();
});
afterEach(() => server.close());

function adapterFor(more: Record<string, unknown> = {}) {
  const settings = parseSettings({
    baseUrl: server.baseUrl,
    bearerToken: 'wire-token',
    labelCodes: LABELS,
    documentIdentifierSystem: 'https://hub.example/Id/document',
    callTimeoutMs: 30_000,
    maxAttempts: 1,
    ...more,
  });
  const say = (message: string, fields?: LogFields) => void lines.push([message, fields]);
  const logger: Logger = { error: say, warn: say, info: say, debug: say };
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  return createFhirR4(settings, { system: 'WIRE', clock, logger });
}
const documentsFor = (more?: Record<string, unknown>) => adapterFor(more).documents!;

/** Holds the document as the server would after it was sent. */
async function holdSent(document: OutgoingDocument, changes: object = {}): Promise<void> {
  await documentsFor().send(document, never());
  const sent = JSON.parse(server.seen.at(-1)!.body) as object;
  server.hold({ ...sent, id: 'doc-1', meta: { versionId: '7' }, ...changes });
}

test('the resource is as the guide has it, member by member', async () => {
  const document = anOutgoingDocument({
    action: DocumentAction.REPLACE,
    predecessorReference: 'DocumentReference/before',
    labels: [DocumentLabel.WITHHOLD_FROM_PERSON, DocumentLabel.SAFEGUARDING],
    text: 'Café\nnext line',
  });
  await documentsFor().send(document, never());
  expect(JSON.parse(server.seen[0]!.body)).toEqual({
    resourceType: 'DocumentReference',
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${document.documentVersionId}` },
    identifier: [{ system: 'https://hub.example/Id/document', value: document.documentVersionId }],
    status: 'current',
    docStatus: 'final',
    type: {
      coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }],
      text: 'IPS progress note',
    },
    category: [
      {
        coding: [{ system: 'http://snomed.info/sct', code: '823651000000106', display: 'Clinical note' }],
      },
    ],
    subject: { reference: 'Patient/person-1' },
    date: '2026-02-27T11:05:00.000Z',
    author: [
      {
        reference: 'Practitioner/es-kit-marchbank',
        display: 'Kit Marchbank, Employment specialist, An employment service',
      },
    ],
    custodian: {
      identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'DEMO1' },
    },
    relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/before' } }],
    description: 'Progress note',
    securityLabel: [
      {
        coding: [{ system: 'https://trust.example/label', code: 'withhold', display: 'Not for the person' }],
      },
      { coding: [{ system: 'https://trust.example/label', code: 'safeguarding' }] },
    ],
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          language: 'en-GB',
          data: 'Q2Fmw6kKbmV4dCBsaW5l',
          size: 15,
          hash: 'LdJBWBa2KtLdJ+bA8uJKDbS1jHU=',
          title: 'Progress note',
          creation: '2026-02-27T11:00:00.000Z',
        },
      },
    ],
    context: { period: { start: '2026-02-27T10:00:00.000Z' } },
  });
});

test('a contact of which only the day is known lasts that day', async () => {
  await documentsFor().send(anOutgoingDocument({ contactStartedAt: null }), never());
  expect(JSON.parse(server.seen[0]!.body)).toMatchObject({
    context: { period: { start: '2026-02-27', end: '2026-02-27' } },
  });
});

test('a create says who, once and under which condition; a repeat has the same request id', async () => {
  const document = anOutgoingDocument();
  const documents = documentsFor({ odsCode: 'RXX' });
  await documents.send(document, never());
  await documents.send(document, never());
  for (const { headers, url } of server.seen) {
    expect(url).toBe('/fhir/DocumentReference');
    expect(headers).toMatchObject({
      authorization: 'Bearer wire-token',
      'nhsd-end-user-organisation-ods': 'RXX',
      accept: 'application/fhir+json',
      'content-type': 'application/fhir+json; charset=utf-8',
      prefer: 'return=representation',
      'x-request-id': document.documentVersionId,
      'if-none-exist': `identifier=${encodeURIComponent(`https://hub.example/Id/document|${document.documentVersionId}`)}`,
    });
  }
  expect(new Set(server.seen.map(({ headers }) => headers['x-correlation-id'])).size).toBe(2);
});

test('a server with neither is searched first, and there is no condition', async () => {
  await documentsFor({ createMode: 'SEARCH_FIRST' }).send(anOutgoingDocument(), never());
  expect(server.seen.map(({ interaction }) => interaction)).toEqual(['search', 'create']);
  for (const { headers } of server.seen) expect(headers['if-none-exist']).toBeUndefined();
});

test('documents are looked for by form, so that no address tells of them', async () => {
  const keys = [anOutgoingDocument(), anOutgoingDocument()].map(keyOf);
  await documentsFor().find(keys, never());
  expect(server.seen.map(({ url }) => url)).toEqual(['/fhir/DocumentReference/_search']);
  expect(server.seen[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect([...new URLSearchParams(server.seen[0]!.body)]).toEqual([
    [
      'identifier',
      keys.map(({ documentVersionId }) => `https://hub.example/Id/document|${documentVersionId}`).join(','),
    ],
    ['_count', '4'],
    ['_total', 'accurate'],
  ]);
});

test('a withdrawal sends the whole resource back as it was, but for its status, and for that version alone', async () => {
  const document = anOutgoingDocument();
  await holdSent(document, { extension: [{ url: 'https://trust.example/own', valueString: 'kept' }] });
  const before = server.seen.length;
  const documents = documentsFor();
  for (let n = 0; n < 2; n++)
    await documents.withdraw({ ...keyOf(document), reference: 'DocumentReference/doc-1' }, never());
  const [read, update, , again] = server.seen.slice(before);
  expect([read!.interaction, update!.interaction]).toEqual(['read', 'update']);
  expect(update!.headers).toMatchObject({ 'if-match': 'W/"7"', prefer: 'return=representation' });
  const sent = JSON.parse(server.seen[0]!.body) as object;
  expect(JSON.parse(update!.body)).toEqual({
    ...sent,
    id: 'doc-1',
    meta: { versionId: '7' },
    extension: [{ url: 'https://trust.example/own', valueString: 'kept' }],
    status: 'entered-in-error',
  });
  expect(again!.headers['x-request-id']).toBe(update!.headers['x-request-id']);
  expect(update!.headers['x-request-id']).toBe(withdrawalRequestId(document.documentVersionId));
  expect(isId(withdrawalRequestId(document.documentVersionId))).toBe(true);
  expect(withdrawalRequestId(document.documentVersionId)).not.toBe(document.documentVersionId);
});

test('a version that changed in between is a conflict', async () => {
  const document = anOutgoingDocument();
  await holdSent(document);
  server.answer('update', '412');
  const withdrawal = { ...keyOf(document), reference: 'DocumentReference/doc-1' };
  expect(await failureOf(documentsFor().withdraw(withdrawal, never()))).toMatchObject({
    code: 'HUB_UPSTREAM_CONFLICT',
    details: { status: 412 },
  });
});

test('already entered in error is done without a write', async () => {
  const document = anOutgoingDocument();
  await holdSent(document, { status: 'entered-in-error' });
  const withdrawal = { ...keyOf(document), reference: 'DocumentReference/doc-1' };
  expect(await documentsFor().withdraw(withdrawal, never())).toEqual({
    stage: 'ACCEPTED',
    reference: 'DocumentReference/doc-1',
    version: '7',
  });
  expect(server.seen.at(-1)!.interaction).toBe('read');
});

test('a server that ignores what is searched for is found out', async () => {
  await holdSent(anOutgoingDocument());
  expect(await failureOf(documentsFor().find([keyOf(anOutgoingDocument())], never()))).toMatchObject({
    code: 'HUB_UPSTREAM_PROTOCOL',
    details: { fault: 'OTHER_DOCUMENT' },
  });
});

test('a server that ignores whose records are asked for is found out, and nothing of somebody else is answered', async () => {
  await holdSent(anOutgoingDocument());
  const { record } = adapterFor();
  expect(await record!.documents!(['person-1'], never())).toMatchObject([[{ value: { status: 'current' } }]]);
  for (const ids of [['person-2'], ['person-2', 'person-3']])
    expect(await failureOf(record!.documents!(ids, never()))).toMatchObject({
      code: 'HUB_UPSTREAM_PROTOCOL',
      details: { fault: 'OTHER_PATIENT' },
    });
});

test('an open breaker means not sent: transient, with the time for which it stays open', async () => {
  const documents = documentsFor();
  server.answer('create', '500');
  for (let n = 0; n < GUARD.failures; n++)
    expect(await failureOf(documents.send(anOutgoingDocument(), never()))).toMatchObject({
      code: 'HUB_UPSTREAM_AMBIGUOUS',
    });
  const before = server.seen.length;
  const error = await failureOf(documents.send(anOutgoingDocument(), never()));
  expect(error).toMatchObject({
    code: 'HUB_UPSTREAM_UNAVAILABLE',
    retry: 'transient',
    details: { circuit: 'OPEN' },
  });
  const { retryAfterMs } = error as { retryAfterMs: number };
  expect(retryAfterMs).toBeLessThanOrEqual(GUARD.openMs);
  expect(retryAfterMs).toBeGreaterThan(GUARD.openMs - 5_000);
  expect(server.seen.length).toBe(before);
});

test('our own turning away does not count against the server', async () => {
  const documents = documentsFor({ callTimeoutMs: 5_000 });
  server.answer('create', 'no answer');
  for (let n = 0; n < GUARD.failures + 1; n++) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    expect(await failureOf(documents.send(anOutgoingDocument(), controller.signal))).toMatchObject({
      code: 'HUB_UPSTREAM_AMBIGUOUS',
      details: { fault: 'STOPPED' },
    });
  }
  server.answer('create', null);
  expect(await documents.send(anOutgoingDocument(), never())).toMatchObject({ stage: 'ACCEPTED' });
});

test('who waits for their turn and turns away has sent nothing, and is told so', async () => {
  const documents = documentsFor({ maxConcurrent: 1 });
  server.answer('create', 'no answer');
  const [served, waiting] = [new AbortController(), new AbortController()];
  const first = failureOf(documents.send(anOutgoingDocument(), served.signal));
  await eventually(() => server.seen.length === 1);
  const second = failureOf(documents.send(anOutgoingDocument(), waiting.signal));
  setTimeout(() => waiting.abort(), 40);
  expect(await second).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED', retry: 'transient' });
  expect(server.seen).toHaveLength(1);
  served.abort();
  expect(await first).toMatchObject({ code: 'HUB_UPSTREAM_AMBIGUOUS', details: { fault: 'STOPPED' } });
});

test('closing ends a write under way as ambiguous, and later ones are not sent', async () => {
  const adapter = adapterFor({ callTimeoutMs: 5_000 });
  server.answer('create', 'no answer');
  const sending = failureOf(adapter.documents!.send(anOutgoingDocument(), never()));
  await eventually(() => server.seen.length === 1);
  void adapter.close();
  expect(await sending).toMatchObject({ code: 'HUB_UPSTREAM_AMBIGUOUS', details: { fault: 'STOPPED' } });
  expect(await failureOf(adapter.documents!.send(anOutgoingDocument(), never()))).toMatchObject({
    code: 'HUB_UPSTREAM_STOPPED',
  });
  expect(server.seen).toHaveLength(1);
});

test('reads of documents are repeated after transient answers, writes never', async () => {
  const documents = documentsFor({ maxAttempts: 3, totalTimeoutMs: 20_000 });
  server.answer('search', '503');
  await failureOf(documents.find([keyOf(anOutgoingDocument())], never()));
  expect(server.seen).toHaveLength(3);
  server.answer('create', '503');
  await failureOf(documents.send(anOutgoingDocument(), never()));
  expect(server.seen).toHaveLength(4);
  expect(JSON.stringify(lines)).not.toMatch(/person-1|wire-token|127\.0\.0\.1|library/);
});

test('a site that takes no documents, or reads nothing live, has no such capability', () => {
  const without = adapterFor({ documentsEnabled: false, recordTypes: '' });
  expect([without.documents, without.record]).toEqual([undefined, undefined]);
  expect(Object.keys(adapterFor({ recordTypes: 'Patient, CareTeam' }).record!).sort()).toEqual([
    'careTeams',
    'demographics',
    'permitted',
  ]);
});
