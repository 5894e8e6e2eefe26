/** The check of what the adapter emits is itself checked: it collects, it passes what is right, and it finds each planted fault. */
import { createFhirR4 } from '../../../../adapters/fhir-r4/adapter.js';
import { plainContent } from '../../../../adapters/fhir-r4/documents/attachment.js';
import {
  provenanceResource,
  taskResource,
} from '../../../../adapters/fhir-r4/documents/companion-resources.rules.js';
import { documentResource } from '../../../../adapters/fhir-r4/documents/document-resource.rules.js';
import { encounterResource } from '../../../../adapters/fhir-r4/documents/encounter-resource.rules.js';
import { parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import { DocumentAction } from '../../../../src/clinical/documents.port.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { silentLogger } from '../../../../src/core/logger.js';
import { never } from '../../../contract/contract-case.js';
import { collectEmitted, type Emission } from '../../../support/emitted/collect.js';
import { definitionFaults, faultsOf, schemaFaults } from '../../../support/emitted/judge.js';
import { ukCoreFaults } from '../../../support/emitted/uk-core.rules.js';
import { closeRun, judgeRun, type Line } from '../../../support/emitted/whole-run.js';
import { anOutgoingDocument } from '../../../support/outgoing-documents.js';
import { startScriptedFhirServer } from '../../../support/scripted-fhir-server.js';

type Json = Record<string, unknown>;

const rules = parseSettings({
  baseUrl: 'http://127.0.0.1:1/fhir/',
  auth: 'NONE',
  authorStyle: 'CONTAINED',
  authorIdentifierSystem: 'https://fhir.nhs.uk/Id/sds-user-id',
});
const document = anOutgoingDocument({
  action: DocumentAction.REPLACE,
  predecessorReference: 'DocumentReference/before',
});
const about = { identifier: document.documentId, reference: 'DocumentReference/1', owner: 'Practitioner/2' };

const MADE: Readonly<Record<string, () => Json>> = {
  DocumentReference: () =>
    documentResource(document, rules, { content: plainContent(document), encounter: 'Encounter/1' }),
  Encounter: () => encounterResource(document, document.documentId, rules),
  Task: () => taskResource(document, rules, about),
  Provenance: () => provenanceResource(document, rules, 'DocumentReference/1'),
};
const emission = (resource: Json, method = 'POST'): Emission => ({
  method,
  path: `/fhir/${String(resource.resourceType)}`,
  resource,
});
const line = (resource: Json, from = 'some.test.ts'): Line => ({ ...emission(resource), from });

test.each(Object.entries(MADE))('a %s as the hub makes it is valid in every respect', (_type, make) => {
  expect(faultsOf(emission(make()))).toEqual([]);
});

describe('a must-support element that is missing is found, by its rule', () => {
  const missing = [
    ...[
      'identifier',
      'status',
      'type',
      'category',
      'subject',
      'date',
      'author',
      'description',
      'content',
    ].map((element) => ['DocumentReference', element]),
    ...['identifier', 'status', 'class', 'subject', 'participant'].map((element) => ['Encounter', element]),
    ...['status', 'intent', 'code', 'focus', 'for', 'authoredOn', 'requester'].map((element) => [
      'Task',
      element,
    ]),
    ...['target', 'recorded', 'agent'].map((element) => ['Provenance', element]),
  ] as const;

  test.each(missing)('%s.%s', (type, element) => {
    const { [element!]: _left, ...resource } = MADE[type!]!();
    const faults = ukCoreFaults(emission(resource));
    expect(faults).toContainEqual(expect.stringContaining(`${type}.${element} is missing: UKCore-${type}`));
    expect(ukCoreFaults(emission({ ...resource, [element!]: [] })).length).toBeGreaterThan(0);
  });

  test('the name of an author within the resource', () => {
    const resource = MADE.DocumentReference!();
    const contained = [{ ...(resource.contained as Json[])[0], name: undefined }];
    expect(ukCoreFaults(emission({ ...resource, contained }))).toEqual([
      'Practitioner.name is missing: UKCore-Practitioner 2.4.0, mustSupport',
    ]);
  });
});

/** The resource with one text changed wherever it stands. */
const changed = (type: string, from: string, to: string): Json => {
  const text = JSON.stringify(MADE[type]!());
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to)) as Json;
};

test.each([
  ['DocumentReference', 'https://fhir.nhs.uk/Id/ods-organization-code', 'https://fhir.nhs.uk/Id/ods'],
  ['DocumentReference', 'https://fhir.nhs.uk/Id/ods-organization-code', 'https://trust.example/ods'],
  ['DocumentReference', 'https://fhir.nhs.uk/Id/sds-user-id', 'http://fhir.nhs.uk/Id/sds-user-id'],
  ['DocumentReference', 'urn:ietf:rfc:3986', 'urn:ietf:rfc:4122'],
  ['DocumentReference', 'http://loinc.org', 'https://loinc.org'],
  ['DocumentReference', 'http://snomed.info/sct', 'http://www.snomed.info/sct'],
  ['DocumentReference', 'urn:oid:2.25.', 'oid 2.25.'],
  ['Encounter', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'http://hl7.org/fhir/v3/ActCode'],
  ['Encounter', 'https://fhir.nhs.uk/Id/ods-organization-code', 'https://fhir.nhs.uk/Id/ods-site-code'],
  ['Task', 'http://snomed.info/sct', 'http://snomed.info/id'],
  ['Provenance', '/CodeSystem/v3-DataOperation', '/CodeSystem/v3-DocumentCompletion'],
  ['Provenance', '/CodeSystem/provenance-participant-type', '/ValueSet/provenance-agent-type'],
] as const)('%s: the system %s turned into %s is found', (type, from, to) => {
  expect(ukCoreFaults(emission(changed(type, from, to)))).toContainEqual(
    expect.stringMatching(/system|national/),
  );
});

test.each([
  ['DocumentReference', '"docStatus":"final"', '"docStatus":"finished"'],
  ['DocumentReference', '"code":"replaces"', '"code":"supersedes"'],
  ['Encounter', '"status":"finished"', '"status":"done"'],
  ['Task', '"intent":"order"', '"intent":"ask"'],
  ['Provenance', '"role":"source"', '"role":"origin"'],
] as const)('%s: %s turned into %s is found', (type, from, to) => {
  expect(ukCoreFaults(emission(changed(type, from, to)))).toEqual([
    expect.stringContaining('required binding') as string,
  ]);
});

test.each([
  ['9434765919', true],
  ['9434765918', false],
  ['943476591', false],
  ['943 476 5919', false],
])('NHS number %s is one: %s', (value, isOne) => {
  const subject = { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value } };
  const faults = ukCoreFaults(emission({ ...MADE.DocumentReference!(), subject }));
  expect(faults.length === 0).toBe(isOne);
  expect(faults.join()).not.toContain(value);
});

test('what one validator does not see the other does', () => {
  const made = MADE.DocumentReference!();
  const bogus = emission({ ...made, status: 'bogus' });
  expect(schemaFaults(bogus)).toHaveLength(1);
  expect(definitionFaults(bogus)).toEqual([]);
  const { content: _content, ...empty } = made;
  expect(definitionFaults(emission(empty))).toEqual([
    'definitions: Missing required property DocumentReference.content',
  ]);
  expect(faultsOf(emission({ ...made, invented: true })).length).toBeGreaterThanOrEqual(2);
});

test('what the hub only marks is the record’s own: it is valid FHIR, and lacks what it lacked', () => {
  const held = { resourceType: 'DocumentReference', id: 'x', content: [{ attachment: { title: 'x' } }] };
  expect(faultsOf(emission({ ...held, status: 'entered-in-error' }, 'PUT'))).toEqual([]);
  expect(faultsOf(emission({ ...held, status: 'current' }, 'PUT')).length).toBeGreaterThan(0);
  expect(faultsOf(emission({ ...held, status: 'entered-in-error', odd: 1 }, 'PUT')).length).toBeGreaterThan(
    0,
  );
});

describe('the end of a run', () => {
  const say = () => undefined;

  test('counts what was emitted, and judges what is alike once', () => {
    const other = documentResource(anOutgoingDocument({ text: 'Other.' }), rules, {
      content: plainContent({ text: 'Other.' }),
      encounter: null,
    });
    const lines = [
      line(MADE.Task!()),
      line(MADE.Task!(), 'another.test.ts'),
      line(other),
      line({ ...other }),
    ];
    expect(judgeRun(lines)).toEqual({
      emitted: 4,
      distinct: 2,
      types: { Task: 2, DocumentReference: 2 },
      origins: 2,
      faults: [],
    });
    expect(() => closeRun(lines, true, say)).not.toThrow();
  });

  test('fails for one that is wrong, and says where it came from', () => {
    const { description: _left, ...resource } = MADE.DocumentReference!();
    expect(() => closeRun([line(MADE.Task!()), line(resource, 'wrong.test.ts')], false, say)).toThrow(
      /DocumentReference\.description is missing: UKCore-DocumentReference 2\.2\.0, mustSupport \(wrong\.test\.ts\)/,
    );
  });

  test('fails when every test was run and nothing was collected', () => {
    expect(() => closeRun([], true, say)).toThrow(/not collected/);
    expect(() => closeRun([], false, say)).not.toThrow();
  });
});

test('what the adapter sends is collected as it left, and what others send is not', async () => {
  const server = await startScriptedFhirServer();
  const collected: Emission[] = [];
  const stop = collectEmitted((one) => void collected.push(one));
  const settings = parseSettings({ baseUrl: server.baseUrl, auth: 'NONE' });
  const adapter = createFhirR4(settings, {
    system: 'EMITTED',
    clock: new FixedClock(new Date('2026-03-01T09:00:00.000Z')),
    logger: silentLogger,
  });
  try {
    const first = anOutgoingDocument({ text: 'Naïve – “quoted”.' });
    const { reference } = await adapter.documents!.send(first, never());
    await adapter.documents!.withdraw(
      { documentVersionId: first.documentVersionId, patientLocalId: 'person-1', reference: reference! },
      never(),
    );
    const headers = { 'content-type': 'application/fhir+json' };
    await fetch(`${server.baseUrl}Task`, { method: 'POST', headers, body: '{"resourceType":"Task"}' });
    expect(collected.map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/fhir/DocumentReference'],
      ['PUT', `/fhir/${reference}`],
    ]);
    const parts = { content: plainContent(first), encounter: null };
    expect(collected[0]!.resource).toEqual(
      JSON.parse(JSON.stringify(documentResource(first, settings, parts))),
    );
    stop();
    await adapter.documents!.send(anOutgoingDocument(), never());
    expect(collected).toHaveLength(2);
  } finally {
    stop();
    await adapter.close();
    await server.close();
  }
});
