/** Who a message is about, and what it says of them: the identity rules of UK messages. */
import type { FeedPatient } from '../../../../../src/clinical/feed.port.js';
import { eventsOf, message, readingOf, siteRules } from '../../../../support/hl7-adt.js';

const pid = (fields: Readonly<Record<number, string>>): string =>
  ['PID', ...Array.from({ length: 32 }, (_, index) => fields[index + 1] ?? '')].join('|');

const told = (fields: Readonly<Record<number, string>>, ...more: readonly string[]): FeedPatient =>
  eventsOf(message('ADT^A31', pid({ 3: 'T1^^^RXX^MR', ...fields }), ...more))[0]!.patient;

const placeOf = (ids: string, stated = {}): string | null => {
  const reading = readingOf(message('ADT^A31', pid({ 3: ids })), siteRules(stated));
  return reading.kind === 'NOT_UNDERSTOOD' ? reading.place : null;
};
const idOf = (ids: string, stated = {}): string =>
  eventsOf(message('ADT^A31', pid({ 3: ids })), siteRules(stated))[0]!.localId;

describe('the record system’s own id', () => {
  test.each<[string, string, object, string]>([
    ['the only one of a type of ids', '9990000018^^^NHS^NH~T1^^^RXX^MR~L9^^^LAB^LR', {}, 'T1'],
    ['of type PI', 'T1^^^RXX^PI', {}, 'T1'],
    ['the one of the site’s authority', 'T1^^^RXX^MR~T2^^^RYY^MR', { idAuthority: 'RYY' }, 'T2'],
    ['whatever its type where that is not stated', 'T1^^^RXX~T2^^^RYY', { idAuthority: 'RYY' }, 'T2'],
    ['by facility where there is no authority', 'T1^^^^MR^RXX~T2^^^^MR^RYY', { idAuthority: 'RXX' }, 'T1'],
    ['of a type of the site’s', 'T1^^^RXX^PAS', { idTypes: 'PAS' }, 'T1'],
    ['said twice', 'T1^^^RXX^MR~T1^^^RXX^PI', {}, 'T1'],
  ])('%s', (_, ids, stated, id) => {
    expect(idOf(ids, stated)).toBe(id);
  });

  test.each<[string, string, object]>([
    ['is not in PID-2', '', {}],
    ['is not the NHS number', '9990000018^^^NHS^NH', {}],
    ['cannot be one of two', 'T1^^^RXX^MR~T2^^^RYY^MR', {}],
    ['has a type where nothing else tells it', 'T1', {}],
    ['is of the authority', 'T1^^^RXX^MR', { idAuthority: 'RYY' }],
    ['can be kept', `T${'1'.repeat(100)}^^^RXX^MR`, {}],
    ['holds no control characters', 'T\\X01\\1^^^RXX^MR', {}],
  ])('%s', (_, ids, stated) => {
    expect(placeOf(ids, stated)).toBe('PID-3');
  });
});

describe('the NHS number', () => {
  test.each<[string, string]>([
    ['as HL7 UK has it', '9990000018^^^NHS^NH'],
    ['by its authority alone', '9990000018^^^NHS'],
    ['by its type alone', '9990000018^^^^NH'],
    ['of type NHS', '9990000018^^^^NHS'],
    ['as it is printed', '999 000 0018^^^NHS^NH'],
  ])('%s', (_, id) => {
    expect(told({ 3: `${id}~T1^^^RXX^MR` })).toEqual({ nhsNumber: '9990000018' });
  });

  test('with a wrong check digit is none, and neither of two is believed', () => {
    expect(told({ 3: '9990000019^^^NHS^NH~T1^^^RXX^MR', 32: 'NSTS01' })).toEqual({
      nhsNumber: null,
      nhsNumberStatus: null,
    });
    expect(told({ 3: '9990000018^^^NHS^NH~9990000026^^^NHS^NH~T1^^^RXX^MR' }).nhsNumber).toBeNull();
  });

  test('is taken away by `""`, and not by being left out', () => {
    expect(told({ 3: '""^^^NHS^NH~T1^^^RXX^MR' })).toEqual({ nhsNumber: null, nhsNumberStatus: null });
    expect(told({})).toEqual({});
  });

  test.each<[string, string, string | null | undefined]>([
    ['as ITK has it, among other codes', 'AL~NSTS01~US', '01'],
    ['not verified', 'NSTS02', '02'],
    ['bare', '01', '01'],
    ['two that differ', 'NSTS01~NSTS03', null],
    ['one that is none', 'NSTS09', null],
    ['taken away', '""', null],
    ['other codes alone', 'AL~US', undefined],
    ['empty', '', undefined],
  ])('has a status: %s', (_, status, expected) => {
    expect(told({ 3: '9990000018^^^NHS^NH~T1^^^RXX^MR', 32: status }).nhsNumberStatus).toBe(expected);
  });

  test('has its status in ZU1-27 where a system sends it there, and one of them that was not found', () => {
    const zu1 = `ZU1${'|'.repeat(27)}04`;
    expect(told({ 3: '9990000018^^^NHS^NH~T1^^^RXX^MR' }, zu1).nhsNumberStatus).toBe('04');
    expect(told({ 3: '""^^^NHS^NH~T1^^^RXX^MR', 32: 'NSTS07' })).toEqual({
      nhsNumber: null,
      nhsNumberStatus: '07',
    });
  });
});

test.each<[string, Readonly<Record<number, string>>, FeedPatient]>([
  ['a date of birth', { 7: '19800229' }, { dateOfBirth: '1980-02-29' }],
  ['with a time', { 7: '198002291200' }, { dateOfBirth: '1980-02-29' }],
  ['less than a date is none', { 7: '198002' }, { dateOfBirth: null }],
  ['no day that there is', { 7: '19810229' }, { dateOfBirth: null }],
  ['taken away', { 7: '""' }, { dateOfBirth: null }],
  ['a death', { 29: '20260101', 30: 'Y' }, { deceasedOn: '2026-01-01' }],
  ['a death that is there beside an N', { 29: '20260101', 30: 'N' }, { deceasedOn: '2026-01-01' }],
  ['a death without a day', { 30: 'Y' }, {}],
  ['no death', { 30: 'N' }, { deceasedOn: null }],
  ['a death of which the day is not told', { 29: '202601', 30: 'Y' }, {}],
  ['days that stand for none', { 7: '00010101', 29: '00010101000000', 30: 'N' }, { dateOfBirth: null }],
  ['a death taken away', { 29: '""' }, { deceasedOn: null }],
])('details: %s', (_, fields, expected) => {
  expect(told(fields)).toEqual(expected);
});

describe('restricted records', () => {
  const vip = (code: string): string => `PV1||O${'|'.repeat(14)}${code}`;
  test.each<[string, boolean | undefined]>([
    ['S', true],
    ['?', true],
    ['N', false],
    ['u', false],
    ['""', false],
    ['', undefined],
  ])('PV1-16 %s', (code, restricted) => {
    expect(told({}, vip(code)).restricted).toBe(restricted);
  });

  test('are marked where the site says', () => {
    const rules = siteRules({ restrictedFrom: 'PD1-12, PV1-16', ordinaryCodes: 'N' });
    const text = (code: string): string =>
      message('ADT^A31', pid({ 3: 'T1^^^RXX^MR' }), `PD1${'|'.repeat(12)}${code}`, vip('N'));
    expect(['Y', 'N'].map((code) => eventsOf(text(code), rules)[0]!.patient.restricted)).toEqual([
      true,
      false,
    ]);
  });
});
