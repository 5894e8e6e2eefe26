/** What goes beside a document: encounters before it, a task and a provenance after it, none of which decides what became of it. */
import { encounterId, taskId } from '../../../adapters/fhir-r4/documents/derived-ids.rules.js';
import { DocumentAction, DocumentKind } from '../../../src/clinical/documents.port.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { ENCOUNTERS } from '../../support/fhir-document-sites.js';
import { FhirWritingWorld, HUB_SYSTEM } from '../../support/fhir-writing-world.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';

let world: FhirWritingWorld;
beforeEach(async () => {
  world = await FhirWritingWorld.start();
});
afterEach(() => world.stop());

const contextOf = (at = -1) => world.held('DocumentReference').at(at)!.context as { encounter?: unknown };
const MODES = ['IF_NONE_EXIST', 'CLIENT_ID', 'SEARCH_FIRST'] as const;

describe('an encounter that is found', () => {
  const find = { encounterMode: 'FIND' };

  test('is the only one that covers the day of the contact', async () => {
    world.server.load(ENCOUNTERS);
    await world.documentsOf(find).send(anOutgoingDocument(), never());
    expect(contextOf().encounter).toEqual([{ reference: 'Encounter/on-the-day' }]);
    expect(world.asked).toEqual(['SEARCH Encounter', 'POST DocumentReference']);
    expect([...world.server.seen[0]!.url.searchParams.keys()]).not.toContain('date');
  });

  const [onTheDay] = ENCOUNTERS;
  test.each([
    ['none', [], 0],
    ['two', [onTheDay!, { ...onTheDay!, id: 'too', status: 'in-progress' }], 2],
    ['one of a month', [{ ...onTheDay!, period: { start: '2026-02' } }], 0],
    ['one without a period', [{ ...onTheDay!, period: undefined }], 0],
  ] as const)(
    '%s: it goes without, or not at all where the site requires one',
    async (_what, held, found) => {
      world.server.load(held);
      await world.documentsOf(find).send(anOutgoingDocument(), never());
      expect(contextOf().encounter).toBeUndefined();
      const strict = world.documentsOf({ ...find, encounterRequired: true });
      expect(await failureOf(strict.send(anOutgoingDocument(), never()))).toMatchObject({
        code: 'HUB_DELIVERY_ENCOUNTER',
        retry: 'permanent',
        details: { found, code: null },
      });
      expect(world.held('DocumentReference')).toHaveLength(1);
    },
  );

  test.each([
    ['the first day', { start: '2026-02-27', end: '2026-03-09' }, 'finished', true],
    ['the last day', { start: '2026-02-02', end: '2026-02-27' }, 'finished', true],
    ['going on', { start: '2026-02-02' }, 'in-progress', true],
    ['over, nobody says when', { start: '2026-02-02' }, 'finished', false],
    [
      'in London’s day',
      { start: '2026-02-26T23:30:00-01:00', end: '2026-02-27T00:40:00Z' },
      'finished',
      true,
    ],
    ['to come', { start: '2026-02-27' }, 'planned', false],
  ] as const)('%s', async (_what, period, status, covers) => {
    world.server.load([{ ...onTheDay!, period, status }]);
    await world.documentsOf(find).send(anOutgoingDocument(), never());
    expect(contextOf().encounter !== undefined).toBe(covers);
  });

  test('a server that ignores whose encounters are asked for gets no document', async () => {
    world.server.load([
      { ...onTheDay!, patient: { reference: 'Patient/person-1' }, subject: { reference: 'Patient/2' } },
    ]);
    const error = await failureOf(world.documentsOf(find).send(anOutgoingDocument(), never()));
    expect(error).toMatchObject({ code: 'HUB_UPSTREAM_PROTOCOL', details: { fault: 'OTHER_PATIENT' } });
    expect(world.held('DocumentReference')).toEqual([]);
  });

  test('while they cannot be asked for the document waits', async () => {
    world.server.misbehave({ kind: 'DOWN_503', page: 0 });
    const error = await failureOf(world.documentsOf(find).send(anOutgoingDocument(), never()));
    expect(error).toMatchObject({ code: 'HUB_UPSTREAM_UNAVAILABLE', retry: 'transient' });
    expect(world.held('DocumentReference')).toEqual([]);
  });
});

describe.each(MODES)('an encounter that is made, %s', (createMode) => {
  const settings = { createMode, encounterMode: 'CREATE', encounterClass: 'VR' };

  test('is there once for all versions of a document, however often they are sent', async () => {
    const documents = world.documentsOf(settings);
    const first = anOutgoingDocument();
    const { reference } = await documents.send(first, never());
    await documents.send(first, never());
    const next = anOutgoingDocument({
      documentId: first.documentId,
      action: DocumentAction.REPLACE,
      predecessorReference: reference,
      version: 2,
    });
    await documents.send(next, never());
    const [encounter, ...more] = world.held('Encounter');
    expect(more).toEqual([]);
    expect(encounter).toMatchObject({
      identifier: [{ system: HUB_SYSTEM, value: encounterId(first.documentId, 'person-1') }],
      status: 'finished',
      class: { code: 'VR', display: 'virtual' },
      subject: { reference: 'Patient/person-1' },
      period: { start: '2026-02-27T10:00:00.000Z' },
    });
    for (const at of [0, 1])
      expect(contextOf(at).encounter).toEqual([{ reference: `Encounter/${String(encounter!.id)}` }]);
    expect(world.held('DocumentReference')).toHaveLength(2);
  });

  test('of a document that has become another patient’s is made anew: none refers to a contact of somebody else', async () => {
    const documents = world.documentsOf(settings);
    const first = anOutgoingDocument();
    await documents.send(first, never());
    const { documentId } = first;
    const patient = { ...first.patient, localId: 'person-2' };
    await documents.send(anOutgoingDocument({ documentId, patient }), never());
    expect(world.held('Encounter').map(({ subject }) => subject)).toEqual([
      { reference: 'Patient/person-1' },
      { reference: 'Patient/person-2' },
    ]);
    const [, second] = world.held('Encounter');
    expect(contextOf().encounter).toEqual([{ reference: `Encounter/${String(second!.id)}` }]);
  });

  test('is not made for what is not about one contact', async () => {
    await world.documentsOf(settings).send(anOutgoingDocument({ kind: DocumentKind.ACTION_PLAN }), never());
    expect(world.held('Encounter')).toEqual([]);
    expect(contextOf().encounter).toBeUndefined();
  });

  test('one that is refused stops the document only where the site requires it', async () => {
    world.server.writes.refusedTypes = ['Encounter'];
    await world.documentsOf(settings).send(anOutgoingDocument(), never());
    expect(contextOf().encounter).toBeUndefined();
    const strict = world.documentsOf({ ...settings, encounterRequired: true });
    expect(await failureOf(strict.send(anOutgoingDocument(), never()))).toMatchObject({
      code: 'HUB_DELIVERY_ENCOUNTER',
      details: { found: 0, code: 'HUB_UPSTREAM_REJECTED' },
    });
    expect(world.held('DocumentReference')).toHaveLength(1);
  });
});

const BESIDE = { coordinatorTask: true, provenance: true };
const managed = (id: string, reference: string, status = 'active') => ({
  resourceType: 'EpisodeOfCare',
  id,
  status,
  patient: { reference: 'Patient/person-1' },
  careManager: { reference },
  period: { start: '2026-01-01' },
});

describe.each(MODES)('a task and a provenance, %s', (createMode) => {
  const settings = { createMode, ...BESIDE };

  test('are beside the document, once, however often it is sent', async () => {
    world.server.load([
      managed('open', 'Practitioner/cc-1'),
      managed('over', 'Practitioner/cc-0', 'cancelled'),
    ]);
    const documents = world.documentsOf(settings);
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    await documents.send(document, never());
    expect(world.held('DocumentReference')).toHaveLength(1);
    expect(world.held('Task')).toMatchObject([
      {
        identifier: [{ system: HUB_SYSTEM, value: taskId(document.documentVersionId) }],
        status: 'requested',
        focus: { reference },
        for: { reference: 'Patient/person-1' },
        owner: { reference: 'Practitioner/cc-1' },
        performerType: [{ coding: [{ code: '768820003' }] }],
      },
    ]);
    expect(world.held('Provenance')).toMatchObject([
      {
        target: [{ reference }],
        recorded: document.signedAt,
        activity: { coding: [{ code: 'CREATE' }] },
        entity: [{ what: { identifier: { system: HUB_SYSTEM, value: document.documentVersionId } } }],
      },
    ]);
    expect(world.lines).toEqual([]);
  });

  test('that fail leave the document as it is, are told in the log, and do not double it', async () => {
    world.server.writes.refusedTypes = ['Task', 'Provenance'];
    const documents = world.documentsOf(settings);
    const document = anOutgoingDocument();
    expect(await documents.send(document, never())).toMatchObject({ stage: 'ACCEPTED' });
    expect(world.lines.map(([, fields]) => [fields!.resource, fields!.code])).toEqual([
      ['Task', 'HUB_UPSTREAM_REJECTED'],
      ['Provenance', 'HUB_UPSTREAM_REJECTED'],
    ]);
    expect(JSON.stringify(world.lines)).not.toMatch(/person-1|library|Marchbank|127\.0/);
    const [found] = await documents.find([keyOf(document)], never());
    expect(found!.value).toMatchObject({ textHash: document.textHash, isFinal: true });
    world.server.writes.refusedTypes = [];
    await documents.send(document, never());
    expect(['DocumentReference', 'Task', 'Provenance'].map((type) => world.held(type).length)).toEqual([
      1, 1, 1,
    ]);
  });
});

test('a document that was not taken has nothing beside it', async () => {
  const documents = world.documentsOf(BESIDE);
  world.server.writes.misbehave('REJECTS');
  expect(await failureOf(documents.send(anOutgoingDocument(), never()))).not.toBeNull();
  expect([world.held('Task'), world.held('Provenance')]).toEqual([[], []]);
});

test('with no coordinator, or with two, the task is anybody’s who coordinates care', async () => {
  for (const held of [[], [managed('a', 'Practitioner/1'), managed('b', 'Practitioner/2')]]) {
    world.server.load(held);
    await world.documentsOf(BESIDE).send(anOutgoingDocument(), never());
    expect(world.held('Task').at(-1)).not.toHaveProperty('owner');
  }
});

test('a server that ignores whose episodes are asked for gets no task for somebody else’s coordinator', async () => {
  world.server.load([
    {
      ...managed('theirs', 'Practitioner/cc-9'),
      patient: { reference: 'Patient/person-2' },
      subject: { reference: 'Patient/person-1' },
    },
  ]);
  await world.documentsOf(BESIDE).send(anOutgoingDocument(), never());
  expect(world.held('Task')).toEqual([]);
  expect(world.lines.map(([, fields]) => [fields!.resource, fields!.code])).toEqual([
    ['Task', 'HUB_UPSTREAM_PROTOCOL'],
  ]);
});

test('a provenance of somebody else’s is not taken for the hub’s', async () => {
  const documents = world.documentsOf({ provenance: true });
  const document = anOutgoingDocument();
  world.server.load([
    { resourceType: 'Provenance', id: 'theirs', target: [{ reference: 'DocumentReference/document-1' }] },
  ]);
  expect(await documents.send(document, never())).toMatchObject({
    reference: 'DocumentReference/document-1',
  });
  expect(world.held('Provenance')).toHaveLength(1);
});

test('the task to read a document that is withdrawn is cancelled, one that was begun is not', async () => {
  const documents = world.documentsOf({ coordinatorTask: true });
  for (const [status, after] of [
    ['requested', 'cancelled'],
    ['in-progress', 'in-progress'],
  ]) {
    const document = anOutgoingDocument();
    const { reference } = await documents.send(document, never());
    world.server.writes.place({
      ...(world.held('Task').at(-1) as never as { id: string; resourceType: string }),
      status,
    });
    await documents.withdraw({ ...keyOf(document), reference: reference! }, never());
    expect(world.held('Task').at(-1)).toMatchObject({ status: after });
  }
  world.server.writes.refusedTypes = ['Task'];
  const document = anOutgoingDocument();
  const { reference } = await documents.send(document, never());
  expect(await documents.withdraw({ ...keyOf(document), reference: reference! }, never())).toMatchObject({
    stage: 'ACCEPTED',
  });
});

test('what goes beside a document takes no longer than one call, and not a moment when nobody waits', async () => {
  const documents = world.documentsOf({ ...BESIDE, callTimeoutMs: 5_000 });
  world.server.writes.silentTypes = ['Task', 'Provenance'];
  let started = performance.now();
  expect(await documents.send(anOutgoingDocument(), never())).toMatchObject({ stage: 'ACCEPTED' });
  expect(performance.now() - started).toBeLessThan(9_900);
  const patient = world.documentsOf({ ...BESIDE, callTimeoutMs: 60_000 });
  const controller = new AbortController();
  const sending = patient.send(anOutgoingDocument(), controller.signal);
  while (world.held('DocumentReference').length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  started = performance.now();
  setTimeout(() => controller.abort(), 200);
  expect(await sending).toMatchObject({ stage: 'ACCEPTED' });
  expect(performance.now() - started).toBeLessThan(30_000);
});
