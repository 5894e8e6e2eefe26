/** Messages that nobody here wrote, and texts that nobody would: all are read, and what is told of a fault is a place. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EVENTS } from '../../../../../adapters/hl7v2/meaning/events.js';
import type { MessageReading } from '../../../../../src/clinical/inbound.port.js';
import { message, readingOf, siteRules } from '../../../../support/hl7-adt.js';

const FOLDER = join(import.meta.dirname, '../../../../fixtures/hl7v2/microsoft-fhir-converter');
const PLACE = /^[A-Z][A-Z0-9]{2}(-\d{1,3}(\.\d{1,2})*)?$/;

function faultOf(reading: MessageReading): string | null {
  if (reading.kind !== 'NOT_UNDERSTOOD') return null;
  return reading.place !== null && PLACE.test(reading.place) ? null : 'a place that is none';
}

/** Some samples are of 2029. */
const FAR_AHEAD = new Date('2030-01-01');

test('every sample says something, nothing, or where it cannot be understood', () => {
  const rules = siteRules({
    teamFrom: 'PV1-3.1, RF1-6.1',
    idTypes: 'MR, PI, M11',
    visitFrom: 'PV1-19, PATIENT',
  });
  const kinds = new Map<string, number>();
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.hl7'))) {
    const reading = readingOf(readFileSync(join(FOLDER, file), 'utf8'), rules, FAR_AHEAD);
    expect([file, faultOf(reading)]).toEqual([file, null]);
    const place = reading.kind === 'NOT_UNDERSTOOD' ? reading.place : '';
    const what = `${file.slice(0, 3)} ${reading.kind} ${place}`.trim();
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
  }
  const ofFeeds = [...kinds].filter(([what]) => /^(ADT|REF)/.test(what)).sort();
  expect(Object.fromEntries(ofFeeds)).toEqual({
    'ADT FEED': 30,
    'ADT NOTHING': 18,
    'ADT NOT_UNDERSTOOD MRG-1': 4,
    'ADT NOT_UNDERSTOOD MSH-9': 4,
    'ADT NOT_UNDERSTOOD PID-3': 1,
    'REF NOT_UNDERSTOOD PID-3': 4,
  });
});

test('no text of any kind makes the reading fail', () => {
  const part = fc.constantFrom(
    '',
    '""',
    'T1',
    '9990000018',
    'NHS',
    'NH',
    'MR',
    '^',
    '~',
    '&',
    '\\F\\',
    '20260304',
    '202613',
    'X^Y',
    'ÿ',
    '\0',
  );
  const name = fc.constantFrom('EVN', 'PID', 'PV1', 'PV2', 'MRG', 'ROL', 'RF1', 'PRD', 'TXA', 'MSA', 'ZU1');
  const segment = fc
    .tuple(name, fc.array(part, { maxLength: 50 }))
    .map(([segmentName, fields]) => [segmentName, ...fields].join('|'));
  const type = fc.constantFrom(
    'MDM^T02',
    'ACK',
    'ADT',
    'REF^I12',
    ...[...EVENTS.keys()].map((event) => `ADT^${event}`),
  );
  const rules = siteRules({ coordinatorFrom: 'ROL-4 where ROL-3=T1, PV1-7', visitFrom: 'PV1-19, PATIENT' });
  fc.assert(
    fc.property(type, fc.array(segment, { maxLength: 6 }), (stated, segments) => {
      expect(faultOf(readingOf(message(stated, 'PID|1||T1^^^RXX^MR', ...segments), rules))).toBeNull();
    }),
    { numRuns: 3_000 },
  );
});
