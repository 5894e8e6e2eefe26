/** Names by version, and the groups of a message; what is unknown is said to be. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';
import { namesOf } from '../../../../../adapters/hl7v2/er7/names.js';

const FOLDER = join(import.meta.dirname, '../../../../fixtures/hl7v2/microsoft-fhir-converter');
const sample = (name: string): Er7Message => Er7Message.parse(readFileSync(join(FOLDER, name), 'utf8'));
const ofType = (type: string, ...segments: string[]): Er7Message =>
  Er7Message.parse([`MSH|^~\\&|A|B|||20260115||${type}|1|P|2.4`, ...segments].join('\r'));

/** Groups of each segment, as `GROUP[2]/INNER[1] NAME`. */
async function shown(message: Er7Message, version = '2.4'): Promise<string[] | null> {
  const places = (await namesOf(version)).places(message);
  if (places === null) return null;
  return places.map(({ groups, isExpected }, at) => {
    const path = groups.map(({ name, number }) => `${name}[${number}]`).join('/');
    return `${path} ${message.segments[at]!.name}${isExpected ? '' : '?'}`.trim();
  });
}

test('names of segments, fields and parts, by version', async () => {
  const names = await namesOf('2.4');
  expect([names.version, names.isKnownVersion]).toEqual(['2.4', true]);
  expect(names.segment('PID')).toBe('Patient identification');
  expect(names.field('PID', 3)).toEqual({
    title: 'Patient Identifier List',
    type: 'CX',
    isRequired: true,
    repeats: true,
  });
  expect(names.field('PID', 7)).toMatchObject({ type: 'TS', isRequired: false, repeats: false });
  expect(names.part('CX', 4)).toMatchObject({ title: 'Assigning Authority', type: 'HD' });
  expect(names.part('HD', 1)?.type).toBe('IS');
  expect((await namesOf('2.7')).field('PID', 7)?.type).toBe('DTM');
});

test('what a version does not have, has no name', async () => {
  const names = await namesOf('2.4');
  for (const name of ['ZU1', 'constructor', '__proto__', 'toString', ''])
    expect([names.segment(name), names.field(name, 1)]).toEqual([null, null]);
  expect([names.field('PID', 99), names.field('PID', 0), names.part('ST', 1), names.part('CX', 99)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect((await namesOf('2.3')).segment('UAC')).toBeNull();
});

test.each<[string | null, string, boolean]>([
  ['2.1', '2.1', true],
  ['2.5.1', '2.5.1', true],
  ['2.8', '2.8', true],
  ['2.9', '2.8', false],
  ['2.8.2', '2.8', false],
  ['2.3.2', '2.3.1', false],
  ['2.0', '2.1', false],
  ['banana', '2.8', false],
  ['', '2.8', false],
  [null, '2.8', false],
  ['__proto__', '2.8', false],
])('version %j has the names of %s', async (version, names, isKnown) => {
  expect(await namesOf(version)).toMatchObject({ version: names, isKnownVersion: isKnown });
});

test('a message by its event, else by its type, else by nothing; its segments by the structure that it states', async () => {
  const names = await namesOf('2.4');
  expect(names.message(ofType('MDM^T02^MDM_T02'))).toBe('Original document notification and content');
  expect(names.message(ofType('ADT^A04'))).toBe('Register a patient');
  // Events share structures: this one has that of admissions, and is none.
  expect(names.message(ofType('ADT^A04^ADT_A01'))).toBe('Register a patient');
  expect(names.message(ofType('ACK^A04^ACK'))).toBe('General acknowledgment message');
  expect(names.message(ofType('ADT^Z99^ADT_A01'))).toBeNull();
  expect(names.places(ofType('ADT^Z99^ADT_A01'))).not.toBeNull();
  expect(names.message(ofType('ADT^A04^ADT_Z99'))).toBe('Register a patient');
  expect(names.message(ofType('ACK'))).toBe('General acknowledgment message');
  for (const type of ['ADT^Z99', '', 'constructor', '__proto__^x'])
    expect([names.message(ofType(type)), names.places(ofType(type))]).toEqual([null, null]);
});

test('groups of results, each occurrence with its number', async () => {
  const message = ofType(
    'ORU^R01',
    ...[
      'PID|1',
      'PV1|1',
      'OBR|1',
      'OBX|1',
      'NTE|1',
      'OBX|2',
      'ORC|1',
      'OBR|2',
      'OBX|1',
      'PID|2',
      'OBR|1',
      'OBX|1',
    ],
  );
  const [one, two] = ['PATIENT_RESULT[1]', 'PATIENT_RESULT[2]'];
  expect(await shown(message)).toEqual([
    'MSH',
    `${one}/PATIENT[1] PID`,
    `${one}/PATIENT[1]/VISIT[1] PV1`,
    `${one}/ORDER_OBSERVATION[1] OBR`,
    `${one}/ORDER_OBSERVATION[1]/OBSERVATION[1] OBX`,
    `${one}/ORDER_OBSERVATION[1]/OBSERVATION[1] NTE`,
    `${one}/ORDER_OBSERVATION[1]/OBSERVATION[2] OBX`,
    `${one}/ORDER_OBSERVATION[2] ORC`,
    `${one}/ORDER_OBSERVATION[2] OBR`,
    `${one}/ORDER_OBSERVATION[2]/OBSERVATION[1] OBX`,
    `${two}/PATIENT[1] PID`,
    `${two}/ORDER_OBSERVATION[1] OBR`,
    `${two}/ORDER_OBSERVATION[1]/OBSERVATION[1] OBX`,
  ]);
});

test('a segment that the structure does not have is shown where it stands, and named so', async () => {
  expect(
    await shown(ofType('ADT^A01', 'EVN|A01', 'PID|1', 'ZU1|1', 'PV1|1', 'IN1|1', 'ZI1|1', 'IN2|1')),
  ).toEqual([
    'MSH',
    'EVN',
    'PID',
    'ZU1?',
    'PV1',
    'INSURANCE[1] IN1',
    'INSURANCE[1] ZI1?',
    'INSURANCE[1] IN2',
  ]);
});

test('a role behind the patient, which the dictionary knows only behind the visit, loses nobody', async () => {
  expect(await shown(ofType('ADT^A01', 'EVN', 'PID', 'PD1', 'ROL', 'NK1', 'PV1', 'ROL', 'AL1'))).toEqual([
    'MSH',
    'EVN',
    'PID',
    'PD1',
    'ROL',
    'NK1',
    'PV1',
    'ROL',
    'AL1',
  ]);
});

test('a choice of segments', async () => {
  const names = await namesOf('2.7');
  const message = ofType('CCI^I22', 'PID|1', 'PRD|1');
  expect(names.places(message)?.every(({ isExpected }) => isExpected)).toBe(true);
});

test('samples: the documents, results and admissions among them lie where their structure has them', async () => {
  for (const name of ['MDM-T02-01.hl7', 'ADT-A01-02.hl7', 'ADT-A40-01.hl7']) {
    const message = sample(name);
    const places = (await namesOf(message.header.text(12))).places(message);
    expect([name, places?.filter(({ isExpected }) => !isExpected)]).toEqual([name, []]);
  }
});
