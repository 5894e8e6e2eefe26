/** What each event of a message means for caseloads, by the usual rules. */
import type { FeedChange } from '../../../../../src/clinical/feed.port.js';
import { eventsOf, message, readingOf, siteRules } from '../../../../support/hl7-adt.js';

const EVN = 'EVN||20260304095500||||20260304093000';
const PID = 'PID|1||T1^^^RXX^MR';
const pv1 = (more: Readonly<Record<number, string>> = {}): string => {
  const fields: Readonly<Record<number, string>> = { 2: 'O', 3: 'CMHT1', 19: 'V1', ...more };
  return ['PV1', ...Array.from({ length: 50 }, (_, index) => fields[index + 1] ?? '')].join('|');
};
/** At half past nine, London time, as EVN-6 says. */
const OCCURRED = '2026-03-04T09:30:00.000Z';
/** Five to ten, as EVN-2 says. */
const RECORDED = '2026-03-04T09:55:00.000Z';

const changes = (text: string, rules = siteRules()): readonly FeedChange[] =>
  eventsOf(text, rules).map(({ change }) => change);

test.each<[string, string, readonly FeedChange[]]>([
  ['A01', pv1(), [{ kind: 'JOINED', visit: 'V1', team: 'CMHT1', state: 'OPEN', on: null }]],
  [
    'A04',
    pv1({ 44: '20260301' }),
    [{ kind: 'JOINED', visit: 'V1', team: 'CMHT1', state: 'OPEN', on: '2026-03-01' }],
  ],
  ['A01', pv1({ 2: 'W' }), [{ kind: 'JOINED', visit: 'V1', team: 'CMHT1', state: 'WAITING_LIST', on: null }]],
  ['A05', pv1(), [{ kind: 'JOINED', visit: 'V1', team: 'CMHT1', state: 'PLANNED', on: null }]],
  [
    'A05',
    `${pv1()}\rPV2||||||||202604010900`,
    [{ kind: 'JOINED', visit: 'V1', team: 'CMHT1', state: 'PLANNED', on: '2026-04-01' }],
  ],
  ['A02', pv1({ 6: 'EIP1' }), [{ kind: 'MOVED', visit: 'V1', team: 'CMHT1', from: 'EIP1', on: null }]],
  ['A02', pv1(), [{ kind: 'MOVED', visit: 'V1', team: 'CMHT1', from: null, on: null }]],
  [
    'A03',
    pv1({ 44: '20260101', 45: '20260303' }),
    [
      { kind: 'STANDS', visit: 'V1', team: 'CMHT1', from: '2026-01-01' },
      { kind: 'LEFT', visit: 'V1', on: '2026-03-03' },
    ],
  ],
  ['A08', pv1({ 44: '20260101' }), [{ kind: 'STANDS', visit: 'V1', team: 'CMHT1', from: '2026-01-01' }]],
  ['A08', pv1({ 45: '""' }), [{ kind: 'STANDS', visit: 'V1', team: 'CMHT1', to: null }]],
  ['A08', pv1({ 2: 'P' }), [{ kind: 'STANDS', visit: 'V1', team: 'CMHT1', state: 'PLANNED' }]],
  ['A11', pv1(), [{ kind: 'UNDONE', visit: 'V1', what: 'JOINED', at: OCCURRED }]],
  ['A12', pv1(), [{ kind: 'UNDONE', visit: 'V1', what: 'MOVED', at: OCCURRED }]],
  [
    'A13',
    pv1({ 45: '20260303' }),
    [
      { kind: 'UNDONE', visit: 'V1', what: 'LEFT', at: OCCURRED },
      { kind: 'STANDS', visit: 'V1', team: 'CMHT1' },
    ],
  ],
  ['A27', pv1(), [{ kind: 'UNDONE', visit: 'V1', what: 'JOINED', at: OCCURRED }]],
  ['A38', pv1(), [{ kind: 'UNDONE', visit: 'V1', what: 'JOINED', at: OCCURRED }]],
  ...['A21', 'A22', 'A28', 'A31'].map(
    (event) =>
      [event, pv1({ 44: '20260101' }), [{ kind: 'DETAILS' }]] satisfies [
        string,
        string,
        readonly FeedChange[],
      ],
  ),
  ...['A01', 'A02', 'A03', 'A05', 'A08', 'A11', 'A13'].map(
    (event) =>
      [event, pv1({ 2: 'N' }), [{ kind: 'DETAILS' }]] satisfies [string, string, readonly FeedChange[]],
  ),
  ['A08', 'ZZZ|', [{ kind: 'DETAILS' }]],
  ['A08', pv1({ 19: '' }), [{ kind: 'DETAILS' }]],
  ['A01', pv1({ 3: '' }), [{ kind: 'STANDS', visit: 'V1', team: null }]],
])('ADT^%s with %s', (event, segment, expected) => {
  expect(changes(message(`ADT^${event}`, EVN, PID, segment))).toEqual(expected);
});

test.each<[string, readonly string[], string, FeedChange]>([
  ['A40', [PID, 'MRG|T2^^^RXX^MR'], 'T2', { kind: 'REPLACED', by: 'T1' }],
  ['A47', [PID, 'MRG|T2^^^RXX^MR'], 'T2', { kind: 'RENUMBERED', to: 'T1' }],
  ['A24', [PID, 'PID|2||T2^^^RXX^MR'], 'T1', { kind: 'LINKED', with: 'T2' }],
  ['A37', [PID, 'PV1||O', 'PID|2||T2^^^RXX^MR'], 'T1', { kind: 'SEPARATED', with: 'T2' }],
  ['A42', [PID, 'MRG|T1^^^RXX^MR||||V0', pv1()], 'T1', { kind: 'VISIT_REPLACED', visit: 'V0', by: 'V1' }],
  ['A45', [PID, 'MRG|T2^^^RXX^MR||||V1', pv1()], 'T2', { kind: 'VISIT_GIVEN', visit: 'V1', to: 'T1' }],
])('ADT^%s', (event, segments, localId, change) => {
  const [first] = eventsOf(message(`ADT^${event}`, EVN, ...segments));
  expect(first).toEqual({ localId, change, patient: {}, happenedAt: OCCURRED, recordedAt: RECORDED });
});

test('a merge tells nothing of the patient, though its PID is full', () => {
  const pid = 'PID|1||9990000018^^^NHS^NH~T1^^^RXX^MR||||19800101|||||||||||||||||||||20260101|Y|NSTS01';
  const merge = message('ADT^A40', EVN, pid, 'PV1||O|||||||||||||VIP', 'MRG|T2^^^RXX^MR');
  expect(eventsOf(merge).map(({ patient }) => patient)).toEqual([{}]);
});

test('every group of a merge counts', () => {
  const segments = [PID, 'MRG|T2^^^RXX^MR', 'PID|2||T3^^^RXX^MR', 'MRG|T4^^^RXX^MR'];
  const reading = readingOf(message('ADT^A40', EVN, ...segments));
  expect(reading).toMatchObject({ kind: 'FEED', localIds: ['T2', 'T1', 'T4', 'T3'] });
});

test('a visit that goes to another patient under another number keeps what was told of it', () => {
  expect(changes(message('ADT^A45', EVN, PID, 'MRG|T2^^^RXX^MR||||V0', pv1()))).toEqual([
    { kind: 'VISIT_GIVEN', visit: 'V0', to: 'T1' },
    { kind: 'VISIT_REPLACED', visit: 'V0', by: 'V1' },
    { kind: 'VISIT_GIVEN', visit: 'V1', to: 'T1' },
  ]);
});

describe('referrals', () => {
  const rf1 = (status: string): string => `RF1|${status}|||||R1|20260302`;
  test.each<[string, string, FeedChange['kind'], object]>([
    ['I12', '', 'JOINED', { visit: 'R1', team: 'EIP1', state: 'PLANNED', on: '2026-03-02' }],
    ['I12', 'P', 'JOINED', { state: 'PLANNED' }],
    ['I12', 'A', 'JOINED', { state: 'OPEN', on: '2026-03-02' }],
    ['I13', 'A^Accepted^HL70283', 'JOINED', { state: 'OPEN' }],
    ['I13', '', 'STANDS', { visit: 'R1', team: 'EIP1', from: '2026-03-02' }],
    ['I13', 'R', 'LEFT', { visit: 'R1' }],
    ['I13', 'E', 'LEFT', { visit: 'R1' }],
    ['I14', 'A', 'UNDONE', { visit: 'R1', what: 'JOINED', at: null }],
  ])('REF^%s with status %s', (event, status, kind, expected) => {
    const text = message(`REF^${event}`, rf1(status), 'PRD|RP||||||GP1', 'PRD|RT||||||EIP1', PID);
    expect(changes(text)).toEqual([expect.objectContaining({ kind, ...expected })]);
  });

  test('an answer to a referral is none', () => {
    expect(readingOf(message('RRI^I12', rf1('A'), PID))).toEqual({ kind: 'NOTHING' });
  });
});

describe('times', () => {
  const times = (event: string, evn: string, visit = pv1(), rules = siteRules()) => {
    const events = eventsOf(message(`ADT^${event}`, evn, PID, visit), rules);
    return [events.at(-1)!.happenedAt, events.at(-1)!.recordedAt].map((at) => at.slice(5, 16));
  };
  test.each<[string, string, string, readonly string[]]>([
    [
      'EVN-6, and EVN-2 for the writing',
      'A01',
      'EVN||20260304095500||||20260304093000',
      ['03-04T09:30', '03-04T09:55'],
    ],
    ['else EVN-2 for both', 'A01', 'EVN||20260304095500', ['03-04T09:55', '03-04T09:55']],
    ['else MSH-7', 'A01', 'EVN|A01', ['03-04T10:00', '03-04T10:00']],
    ['summer time by the zone', 'A01', 'EVN||20260704095500', ['07-04T08:55', '07-04T08:55']],
    ['an offset where there is one', 'A01', 'EVN||20260704095500+0000', ['07-04T09:55', '07-04T09:55']],
    [
      'a day alone is when it was written, on that day',
      'A01',
      'EVN||20260304095500||||20260304',
      ['03-04T09:55', '03-04T09:55'],
    ],
    [
      'and the beginning of another',
      'A01',
      'EVN||20260304095500||||20260302',
      ['03-02T00:00', '03-04T09:55'],
    ],
    ['or its end, of a discharge', 'A03', 'EVN||20260304095500||||20260302', ['03-02T23:59', '03-04T09:55']],
    ['a cancellation happens when it is written', 'A11', EVN, ['03-04T09:55', '03-04T09:55']],
  ])('%s', (_, event, evn, expected) => {
    expect(times(event, evn)).toEqual(expected);
  });

  test('a discharge without EVN-6 happened when PV1-45 says', () => {
    expect(times('A03', 'EVN||20260304095500', pv1({ 45: '202603031400' }))).toEqual([
      '03-03T14:00',
      '03-04T09:55',
    ]);
    expect(times('A03', 'EVN||20260304095500', pv1({ 45: '20260303' }))).toEqual([
      '03-03T23:59',
      '03-04T09:55',
    ]);
  });

  test('an offset that is known to be wrong is ignored', () => {
    const rules = siteRules({ offsets: 'IGNORED' });
    expect(times('A01', 'EVN||20260704095500+0000', pv1(), rules)).toEqual(['07-04T08:55', '07-04T08:55']);
  });
});
