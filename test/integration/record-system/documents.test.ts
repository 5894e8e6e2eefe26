/** Documents of the hub in the demonstration record system, through the FHIR R4 adapter and the real process. */
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { countHeld, heldWithIdentifier } from '../../../seeds/record-system/count-held.js';
import { DocumentAction, DocumentLabel } from '../../../src/clinical/documents.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { newId } from '../../../src/core/ids.js';
import { silentLogger } from '../../../src/core/logger.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';
import { startRecordSystem, type TestRecordSystem } from '../../support/record-system.js';

const LABELS = 'WITHHOLD_FROM_PERSON=http://terminology.hl7.org/CodeSystem/v3-ActCode|TBOO|taboo';
const never = (): AbortSignal => new AbortController().signal;

let system: TestRecordSystem;
beforeAll(async () => {
  system = await startRecordSystem({ world: 'empty' });
});
afterAll(() => system.stop());

const settings = (more: Record<string, unknown> = {}) =>
  parseSettings({ baseUrl: system.baseUrl, auth: 'NONE', labelCodes: LABELS, ...more });

function documentsFor(more: Record<string, unknown> = {}) {
  const clock = new FixedClock(new Date('2026-03-02T09:00:00.000Z'));
  return createFhirR4(settings(more), { system: 'DEMO', clock, logger: silentLogger }).documents!;
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const heldAs = (id: string) =>
  heldWithIdentifier(system.file, 'DocumentReference', settings().documentIdentifierSystem, id);

test('a document is sent, found as it was sent, and sending it again changes nothing', async () => {
  const documents = documentsFor();
  const document = anOutgoingDocument();
  expect(await documents.find([keyOf(document)], never())).toEqual([null]);
  const receipt = await documents.send(document, never());
  expect(receipt).toMatchObject({ stage: 'ACCEPTED', version: '1' });
  expect(await documents.send(document, never())).toEqual(receipt);
  const [found] = await documents.find([keyOf(document)], never());
  expect(found).toMatchObject({
    value: {
      documentVersionId: document.documentVersionId,
      reference: receipt.reference,
      version: '1',
      patientLocalId: 'person-1',
      status: 'CURRENT',
      isFinal: true,
      textHash: document.textHash,
    },
    source: { system: 'DEMO', reference: receipt.reference, version: '1' },
    complete: true,
  });
  expect(heldAs(document.documentVersionId)).toHaveLength(1);
});

test('an amendment and an addition name the version before, which stays as it was', async () => {
  const documents = documentsFor();
  const first = anOutgoingDocument();
  const { reference } = await documents.send(first, never());
  for (const action of [DocumentAction.REPLACE, DocumentAction.APPEND]) {
    const next = anOutgoingDocument({
      action,
      predecessorReference: reference,
      text: `${first.text}\nMore.`,
    });
    await documents.send(next, never());
    const [one, two] = await documents.find([keyOf(next), keyOf(first)], never());
    expect(one!.value).toMatchObject({ textHash: next.textHash, status: 'CURRENT' });
    expect(two!.value).toMatchObject({ textHash: first.textHash, status: 'CURRENT', version: '1' });
  }
});

test('a withdrawal marks the document, keeps its text, and a second one changes nothing', async () => {
  const documents = documentsFor();
  const document = anOutgoingDocument({ labels: [DocumentLabel.WITHHOLD_FROM_PERSON] });
  const { reference } = await documents.send(document, never());
  const withdrawal = { ...keyOf(document), reference: reference! };
  const receipt = await documents.withdraw(withdrawal, never());
  expect(receipt).toEqual({ stage: 'ACCEPTED', reference, version: '2' });
  expect(await documents.withdraw(withdrawal, never())).toEqual(receipt);
  const [found] = await documents.find([keyOf(document)], never());
  expect(found!.value).toMatchObject({
    status: 'ENTERED_IN_ERROR',
    version: '2',
    textHash: document.textHash,
  });
});

test('answers come in the order of the keys, a page of them in one request', async () => {
  const documents = documentsFor();
  const sent = Array.from({ length: 100 }, (_, n) => anOutgoingDocument({ text: `Note ${n}` }));
  for (const document of sent.filter((_, n) => n % 2 === 0)) await documents.send(document, never());
  await system.clearRequests();
  const found = await documents.find([...sent].reverse().map(keyOf), never());
  expect(found.map((one) => one?.value.documentVersionId ?? null)).toEqual(
    [...sent].reverse().map(({ documentVersionId }, n) => (n % 2 === 1 ? documentVersionId : null)),
  );
  expect(await system.requests()).toEqual([
    { method: 'POST', path: '/fhir/DocumentReference/_search', page: 1, count: 1 },
  ]);
});

test('what is there twice is a conflict', async () => {
  const searching = documentsFor({ createMode: 'SEARCH_FIRST' });
  const document = anOutgoingDocument();
  const receipt = await searching.send(document, never());
  expect(await searching.send(document, never())).toEqual(receipt);
  expect(heldAs(document.documentVersionId)).toHaveLength(1);
  // Somebody there copies it.
  await fetch(`${system.baseUrl}/DocumentReference`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'DocumentReference',
      identifier: [{ system: settings().documentIdentifierSystem, value: document.documentVersionId }],
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain' } }],
    }),
  });
  expect(heldAs(document.documentVersionId)).toHaveLength(2);
  const twice = { code: 'HUB_UPSTREAM_CONFLICT', retry: 'conflict' };
  for (const documents of [searching, documentsFor()]) {
    expect(await failureOf(documents.find([keyOf(document)], never()))).toMatchObject(twice);
    expect(await failureOf(documents.send(document, never()))).toMatchObject(twice);
  }
});

test('a send that took effect without an answer is ambiguous, is found, and is there once', async () => {
  const documents = documentsFor();
  const document = anOutgoingDocument();
  await system.faults({
    kind: 'drop',
    afterCommit: true,
    match: { method: 'POST', path: 'DocumentReference$' },
  });
  expect(await failureOf(documents.send(document, never()))).toMatchObject({
    code: 'HUB_UPSTREAM_AMBIGUOUS',
    retry: 'ambiguous',
  });
  const [found] = await documents.find([keyOf(document)], never());
  expect(found!.value.textHash).toBe(document.textHash);
  await documents.send(document, never());
  expect(heldAs(document.documentVersionId)).toHaveLength(1);
});

test('a document that is not there cannot be withdrawn; one under another reference is', async () => {
  const documents = documentsFor();
  const document = anOutgoingDocument();
  const missing = { ...keyOf(document), reference: `DocumentReference/${newId()}` };
  expect(await failureOf(documents.withdraw(missing, never()))).toMatchObject({
    code: 'HUB_UPSTREAM_NOT_FOUND',
  });
  const { reference } = await documents.send(document, never());
  expect(await documents.withdraw(missing, never())).toMatchObject({ reference });
  const [found] = await documents.find([keyOf(document)], never());
  expect(found!.value.status).toBe('ENTERED_IN_ERROR');
});

test('somebody else’s document is never marked', async () => {
  const documents = documentsFor();
  const [mine, other] = [anOutgoingDocument(), anOutgoingDocument()];
  await documents.send(mine, never());
  const { reference } = await documents.send(other, never());
  const before = countHeld(system.file).versions;
  const wrong = { ...keyOf(mine), reference: reference! };
  expect(await failureOf(documents.withdraw(wrong, never()))).toMatchObject({
    code: 'HUB_UPSTREAM_CONFLICT',
  });
  expect(countHeld(system.file).versions).toBe(before);
});
