/** The settings of what is sent: defaults, every fault at once, and tables of messages by preset and by entry. */
import { z } from 'zod';
import { TRIGGERS } from '../../../../../adapters/hl7v2/writing/trigger.rules.js';
import { writingSettings as descriptions } from '../../../../../adapters/hl7v2/writing/writing-help.js';
import {
  WRITING_DEFAULTS,
  writingCrossFaults,
  writingFields,
} from '../../../../../adapters/hl7v2/writing/writing-settings.js';
import { writingSettings } from '../../../../support/hl7-documents.js';

/** Faults within settings, by setting. */
function faultsIn(raw: unknown): Record<string, string> {
  const issues = z.strictObject(writingFields).safeParse(raw).error?.issues ?? [];
  return Object.fromEntries(issues.map(({ path, message }) => [path.join('.'), message]));
}

/** Faults between settings. */
function faultsBetween(raw: Record<string, unknown>): readonly string[] {
  const fields = z.strictObject(writingFields).parse(raw);
  return writingCrossFaults({ ...fields, timeZone: 'Europe/London', processingId: 'P' });
}

const NAMED = { receivingApplication: 'ROUTE', receivingFacility: 'RXX' };

test('a site that states nothing but its receiver has the defaults, and each is described', () => {
  const settings = writingSettings();
  const { documentMessages, ...stated } = WRITING_DEFAULTS;
  expect(settings).toMatchObject(stated);
  expect(settings.triggers).toEqual(TRIGGERS[documentMessages]);
  expect(descriptions.map(({ key }) => key).sort()).toEqual(Object.keys(writingFields).sort());
  for (const { key, default: otherwise, required } of descriptions) {
    expect([key, otherwise]).toEqual([key, (WRITING_DEFAULTS as Record<string, unknown>)[key]]);
    expect(required).toBe(false);
  }
});

test('every fault is told at once, by setting, and no value is repeated', () => {
  const faults = faultsIn({
    receivingApplication: 'CANARYé',
    sendingApplication: '',
    sendVersion: '2.9',
    sendCountry: 'gb',
    sendCharacterSet: 'CANARY',
    sendOffsets: 'perhaps',
    sendAcknowledgements: 'CANARY',
    applicationAnswers: 'CANARY',
    sendMaxBytes: 10,
    documentMessages: 'CANARY',
    documentTriggers: 'CREATE=T02, CANARY=T02',
    documentText: 'RTF',
    documentLineLength: 1,
    documentFileType: 'CANARY',
    documentTypes: 'PROGRESS_NOTE=CANARY',
    documentSections: ['ACTION_PLAN=a|b|c', 'CANARY=a|b|c'],
    documentLabels: 'SAFEGUARDING=U, CANARY=V',
    patientClass: 'NN',
    maxTextBytes: 0,
    repeatsAreHarmless: 'CANARY',
    documentProof: 'READ',
  });
  expect(Object.keys(faults).sort()).toEqual(
    [
      'applicationAnswers',
      'documentFileType',
      'documentLabels',
      'documentLineLength',
      'documentMessages',
      'documentProof',
      'documentSections',
      'documentText',
      'documentTriggers',
      'documentTypes',
      'maxTextBytes',
      'patientClass',
      'receivingApplication',
      'repeatsAreHarmless',
      'sendAcknowledgements',
      'sendCharacterSet',
      'sendCountry',
      'sendMaxBytes',
      'sendOffsets',
      'sendVersion',
      'sendingApplication',
    ].sort(),
  );
  expect(Object.values(faults).join()).not.toContain('CANARY');
  expect(faults.documentTriggers).toMatch(/^entry 2 is not <step>=<event>/);
  expect(faults.documentSections).toMatch(/^entry 2 is not <word>=<code>/);
});

test.each([
  ['no receiver', {}, ['receivingApplication', 'receivingFacility']],
  ['all is well', NAMED, []],
  ['reports among other messages', { ...NAMED, documentTriggers: 'WITHDRAW=R01' }, ['documentTriggers']],
  [
    'labels that a report cannot carry',
    { ...NAMED, documentMessages: 'ORU_R01', documentLabels: 'SAFEGUARDING=V' },
    ['documentLabels'],
  ],
  [
    'a length of lines where there are none',
    { ...NAMED, documentText: 'FT', documentLineLength: 80 },
    ['documentLineLength'],
  ],
  ['a type of file where there is none', { ...NAMED, documentFileType: '^AP^PDF' }, ['documentFileType']],
])('between settings: %s', (_what, raw, keys) => {
  expect(faultsBetween(raw).map((fault) => fault.split(':')[0])).toEqual(keys);
});

test.each([
  ['REPLACE=T08|NEW|C', 'REPLACE', { event: 'T08', keepsNumber: false, result: 'C' }],
  ['REPLACE = T02 | SAME', 'REPLACE', { event: 'T02', keepsNumber: true, result: 'F' }],
  ['APPEND=T10', 'APPEND', { event: 'T10', keepsNumber: false, result: 'F' }],
  ['WITHDRAW=T03', 'WITHDRAW', { event: 'T03', keepsNumber: true, result: 'D' }],
  ['WITHDRAW=NONE', 'WITHDRAW', null],
] as const)('the entry %s', (documentTriggers, step, trigger) => {
  const { triggers } = writingSettings({ documentTriggers });
  expect(triggers).toEqual({ ...TRIGGERS.STANDARD, [step]: trigger });
});

test.each([
  'CREATE=NONE',
  'CREATE=T01',
  'CREATE=T02|SAME',
  'APPEND=T06|SAME',
  'REPLACE=T09',
  'REPLACE=T02|OLD',
  'REPLACE=T02|SAME|Q',
  'WITHDRAW=T02',
  'WITHDRAW=T11|NEW',
  'WITHDRAW=A03',
  'DELETE=T11',
  'REPLACE',
  'REPLACE=',
])('the entry %s says what cannot be', (documentTriggers) => {
  expect(Object.keys(faultsIn({ documentTriggers }))).toEqual(['documentTriggers']);
});

test('what the text is called is the type of its document, unless a site says otherwise', () => {
  const { documentSections } = writingSettings({
    documentTypes: 'PROGRESS_NOTE=1|Note|SUP, ACTION_PLAN=2|Plan|SUP',
    documentSections: 'ACTION_PLAN=3|Text of a plan|SUP',
  });
  expect(documentSections.get('PROGRESS_NOTE')).toEqual(['1', 'Note', 'SUP']);
  expect(documentSections.get('ACTION_PLAN')).toEqual(['3', 'Text of a plan', 'SUP']);
  expect(documentSections.get('CLOSURE_SUMMARY')).toEqual(['IPSCS', 'IPS closure summary', 'L']);
});
