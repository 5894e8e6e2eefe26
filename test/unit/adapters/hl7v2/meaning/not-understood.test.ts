/** What cannot be understood says where and whom it may concern, and never what stood there. */
import { message, readingOf, siteRules } from '../../../../support/hl7-adt.js';

const PID = 'PID|1||T1^^^RXX^MR';
const EVN = 'EVN||20260304095500';
const pv1 = (team: string, visit: string): string => `PV1||O|${team}${'|'.repeat(16)}${visit}`;

test.each<[string, string, string, readonly string[], string | null, readonly string[]]>([
  ['no patient', 'ADT^A01', 'HUB_MESSAGE_PLACE', [EVN, pv1('X', 'V1')], 'PID', []],
  ['no id', 'ADT^A31', 'HUB_MESSAGE_PLACE', [EVN, 'PID|1||9^^^NHS^NH'], 'PID-3', []],
  [
    'an id with a line end in it',
    'ADT^A31',
    'HUB_MESSAGE_PLACE',
    [EVN, 'PID|1||T\\X0D\\1^^^RXX^MR'],
    'PID-3',
    [],
  ],
  [
    'an id that nobody can have beside one that somebody has',
    'ADT^A40',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, 'MRG|T\\X00\\2^^^RXX^MR'],
    'MRG-1',
    [],
  ],
  ['no visit', 'ADT^A01', 'HUB_MESSAGE_PLACE', [EVN, PID], 'PV1', ['T1']],
  ['no number of the visit', 'ADT^A01', 'HUB_MESSAGE_PLACE', [EVN, PID, pv1('X', '')], 'PV1-19.1', ['T1']],
  ['a move to nowhere', 'ADT^A02', 'HUB_MESSAGE_PLACE', [EVN, PID, pv1('', 'V1')], 'PV1-3.1', ['T1']],
  [
    'an end that is no day',
    'ADT^A03',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, `${pv1('X', 'V1')}${'|'.repeat(26)}202603`],
    'PV1-45',
    ['T1'],
  ],
  [
    'a time that is none',
    'ADT^A01',
    'HUB_MESSAGE_PLACE',
    ['EVN||20260304095500||||2026130100', PID, pv1('X', 'V1')],
    'EVN-6',
    ['T1'],
  ],
  [
    'a month for a time',
    'ADT^A01',
    'HUB_MESSAGE_PLACE',
    ['EVN||20260304095500||||202602', PID, pv1('X', 'V1')],
    'EVN-6',
    ['T1'],
  ],
  [
    'an end that stands for none',
    'ADT^A08',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, `${pv1('X', 'V1')}${'|'.repeat(26)}00010101000000`],
    'PV1-45',
    ['T1'],
  ],
  [
    'a time that stands for none',
    'ADT^A03',
    'HUB_MESSAGE_PLACE',
    ['EVN||20260304095500||||00010101000000', PID, pv1('X', 'V1')],
    'EVN-6',
    ['T1'],
  ],
  [
    'a writing that is no time',
    'ADT^A01',
    'HUB_MESSAGE_PLACE',
    ['EVN||tomorrow', PID, pv1('X', 'V1')],
    'EVN-2',
    ['T1'],
  ],
  ['a merge with itself', 'ADT^A40', 'HUB_MESSAGE_PLACE', [EVN, PID, 'MRG|T1^^^RXX^MR'], 'MRG-1', ['T1']],
  ['a merge without the other', 'ADT^A40', 'HUB_MESSAGE_PLACE', [EVN, PID], 'MRG', ['T1']],
  [
    'a merge without the one',
    'ADT^A40',
    'HUB_MESSAGE_PLACE',
    [EVN, 'MRG|T2^^^RXX^MR', PID],
    'PID',
    ['T1', 'T2'],
  ],
  [
    'a merge of ids of another kind',
    'ADT^A40',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, 'MRG|T2^^^RYY^MR'],
    'MRG-1',
    ['T1', 'T2'],
  ],
  [
    'a merge of NHS numbers alone',
    'ADT^A40',
    'HUB_MESSAGE_PLACE',
    [EVN, `${PID}~9990000018^^^NHS^NH`, 'MRG|9990000026^^^NHS^NH'],
    'MRG-1',
    [],
  ],
  [
    'a new id for two',
    'ADT^A47',
    'HUB_MESSAGE_PLACE',
    [EVN, `${PID}~9990000018^^^NHS^NH`, 'MRG|T2^^^RXX^MR~9990000026^^^NHS^NH'],
    'MRG-1',
    ['T1', 'T2'],
  ],
  ['a link of one', 'ADT^A24', 'HUB_MESSAGE_PLACE', [EVN, PID], 'PID', ['T1']],
  ['a link with itself', 'ADT^A24', 'HUB_MESSAGE_PLACE', [EVN, PID, PID], 'PID-3', ['T1']],
  [
    'a merge of visits without the other',
    'ADT^A42',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, 'MRG|T1^^^RXX^MR', pv1('X', 'V1')],
    'MRG-5',
    ['T1'],
  ],
  [
    'a merge of visits without the one',
    'ADT^A42',
    'HUB_MESSAGE_PLACE',
    [EVN, PID, 'MRG|T1^^^RXX^MR||||V0'],
    'PV1-19',
    ['T1'],
  ],
  [
    'an account given to another',
    'ADT^A44',
    'HUB_MESSAGE_EVENT',
    [EVN, PID, 'MRG|T2^^^RXX^MR'],
    'MSH-9',
    ['T1', 'T2'],
  ],
  [
    'a merge that the UK does not send',
    'ADT^A34',
    'HUB_MESSAGE_EVENT',
    [EVN, PID, 'MRG|T2^^^RXX^MR'],
    'MSH-9',
    ['T1', 'T2'],
  ],
  ['no type', '', 'HUB_MESSAGE_PLACE', [EVN, PID], 'MSH-9', ['T1']],
])('%s', (_, type, code, segments, place, localIds) => {
  const reading = readingOf(message(type, ...segments));
  expect(reading).toEqual({ kind: 'NOT_UNDERSTOOD', code, place, localIds });
});

test('a message that does not say when it was written', () => {
  const text = message('ADT^A01', PID, pv1('X', 'V1')).replace('20260304100000', '202603');
  expect(readingOf(text)).toMatchObject({ place: 'MSH-7' });
});

test.each(['ADT^A20', 'ADT^A17', 'ADT^Z99', 'ORU^R01', 'SIU^S12', 'RSP^K22', 'ADR^A19'])(
  '%s is of no use',
  (type) => {
    expect(readingOf(message(type, EVN, PID))).toEqual({ kind: 'NOTHING' });
  },
);

test('the event of MSH-9 counts, and EVN-1 where that has none', () => {
  expect(readingOf(message('ADT', 'EVN|A31|20260304095500', PID))).toMatchObject({ kind: 'FEED' });
  expect(readingOf(message('ADT^A20', 'EVN|A31|20260304095500', PID))).toEqual({ kind: 'NOTHING' });
});

test('a site that follows no account takes such messages for nothing', () => {
  const rules = siteRules({ eventMeanings: 'A44=NOTHING' });
  expect(readingOf(message('ADT^A44', EVN, PID, 'MRG|T2^^^RXX^MR'), rules)).toEqual({ kind: 'NOTHING' });
});

describe('a time that was still to come', () => {
  const came = new Date('2026-03-04T10:00:00Z');
  const left = (end: string) => `${pv1('X', 'V1')}${'|'.repeat(26)}${end}`;
  const placeOf = (type: string, segments: readonly string[], minutes = 1_440) => {
    const reading = readingOf(message(type, ...segments), siteRules({ aheadMinutes: minutes }), came);
    return reading.kind === 'NOT_UNDERSTOOD'
      ? `${reading.code} ${reading.place} ${reading.localIds}`
      : reading.kind;
  };

  test.each<[string, string, readonly string[], string]>([
    ['of the writing, in EVN-2', 'ADT^A31', ['EVN||20260305100100', PID], 'HUB_MESSAGE_AHEAD EVN-2 T1'],
    ['a day of tolerance', 'ADT^A31', ['EVN||20260305100000', PID], 'FEED'],
    [
      'of what happened',
      'ADT^A01',
      [`${EVN}||||20620304095500`, PID, pv1('X', 'V1')],
      'HUB_MESSAGE_AHEAD EVN-6 T1',
    ],
    ['a day to come', 'ADT^A01', [`${EVN}||||20260306`, PID, pv1('X', 'V1')], 'HUB_MESSAGE_AHEAD EVN-6 T1'],
    ['the day itself', 'ADT^A01', [`${EVN}||||20260304`, PID, pv1('X', 'V1')], 'FEED'],
    ['of an end that is planned', 'ADT^A03', [EVN, PID, left('20260401')], 'HUB_MESSAGE_AHEAD PV1-45 T1'],
    ['the end of the day itself', 'ADT^A03', [EVN, PID, left('20260304')], 'FEED'],
    [
      'an end of years to come, though it says when it happened',
      'ADT^A03',
      [`${EVN}||||20260304095500`, PID, left('20620304')],
      'HUB_MESSAGE_AHEAD PV1-45 T1',
    ],
    [
      'the day after, of a move',
      'ADT^A02',
      [`${EVN}||||20260306`, PID, pv1('X', 'V1')],
      'HUB_MESSAGE_AHEAD EVN-6 T1',
    ],
    [
      'a merge of years to come',
      'ADT^A40',
      [`${EVN}||||20620304095500`, PID, 'MRG|T2^^^RXX^MR'],
      'HUB_MESSAGE_AHEAD EVN-6 T1,T2',
    ],
    ['an admission that is planned', 'ADT^A05', [`${EVN}||||20260401090000`, PID, pv1('X', 'V1')], 'FEED'],
    ['that it is not planned any more', 'ADT^A38', [`${EVN}||||20260401090000`, PID, pv1('X', 'V1')], 'FEED'],
    ['an end that is planned, of a visit that stands', 'ADT^A08', [EVN, PID, left('20260401')], 'FEED'],
  ])('%s', (_, type, segments, expected) => {
    expect(placeOf(type, segments)).toBe(expected);
  });

  test('of what is planned it is the day, and not when that was said', () => {
    const planned = (event: string) =>
      readingOf(message(event, `${EVN}||||20260401090000`, PID, pv1('X', 'V1')), siteRules(), came);
    expect(planned('ADT^A05')).toMatchObject({
      events: [
        {
          happenedAt: '2026-03-04T09:55:00.000Z',
          change: { kind: 'JOINED', state: 'PLANNED', on: '2026-04-01' },
        },
      ],
    });
    expect(planned('ADT^A38')).toMatchObject({
      events: [{ change: { kind: 'UNDONE', what: 'JOINED', at: null } }],
    });
  });

  test('in MSH-7 where EVN-2 states none; the site says how far is too far', () => {
    const header = ['EVN||', PID];
    const later = (minutes: number, at: string) => {
      const text = message('ADT^A31', ...header).replace('20260304100000', at);
      return readingOf(text, siteRules({ aheadMinutes: minutes }), came);
    };
    expect(later(5, '20260304100600')).toMatchObject({ code: 'HUB_MESSAGE_AHEAD', place: 'MSH-7' });
    expect(later(6, '20260304100600').kind).toBe('FEED');
  });
});
