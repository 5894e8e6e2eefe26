/** Acknowledgements: delimiters, swapped ends, modes and shapes of versions; and that an answer is never answered. */
import {
  answersTo,
  codesOf,
  type Own,
  separated,
  type Taken,
} from '../../../../../adapters/hl7v2/acknowledgement/answer.rules.js';
import { CONDITIONS, inHeader } from '../../../../../adapters/hl7v2/acknowledgement/condition.rules.js';
import {
  headerOf,
  isFrom25,
  type MessageHeader,
} from '../../../../../adapters/hl7v2/acknowledgement/header.rules.js';

const own: Own = { now: '20260301090000', newControlId: () => 'OWN1' };

function header(text: string): MessageHeader {
  const read = headerOf(text);
  if (read === null) throw new Error('no header');
  return read;
}

const answersOf = (text: string, taken: Taken, fault = inHeader(203, 12)): readonly string[] =>
  answersTo(header(text), { taken, fault: taken === 'ACCEPT' ? null : fault }, own);

const A01 =
  'MSH|^~\\&|PAS^1.2^ISO|RXX|IPSHUB|RYY|20260301085959||ADT^A01|C 1\\T\\ |P^A|2.4|||||GBR|UNICODE UTF-8\rEVN|A01\r';

describe('original mode', () => {
  test('accepted: ends swapped, number verbatim, what is the sender’s echoed, a number of its own', () => {
    expect(answersOf(A01, 'ACCEPT')).toEqual([
      'MSH|^~\\&|IPSHUB|RYY|PAS^1.2^ISO|RXX|20260301090000||ACK^A01|OWN1|P^A|2.4||||||UNICODE UTF-8\r' +
        'MSA|AA|C 1\\T\\ \r',
    ]);
  });

  test.each<[string, string]>([
    ['2.3', 'ERR|MSH^1^12^203&Unsupported version id&HL70357'],
    ['2.4', 'ERR|MSH^1^12^203&Unsupported version id&HL70357'],
    ['2.5', 'ERR||MSH^1^12|203^Unsupported version id^HL70357|E'],
    ['2.5.1', 'ERR||MSH^1^12|203^Unsupported version id^HL70357|E'],
    ['2.7.1', 'ERR||MSH^1^12|203^Unsupported version id^HL70357|E'],
    ['', 'ERR|MSH^1^12^203&Unsupported version id&HL70357'],
    ['banana', 'ERR|MSH^1^12^203&Unsupported version id&HL70357'],
  ])('refused in version %s', (version, expected) => {
    const [answer] = answersOf(A01.replace('|2.4|', `|${version}|`), 'REJECT');
    expect(answer!.split('\r')).toEqual([expect.anything(), 'MSA|AR|C 1\\T\\ ', expected, '']);
  });

  test('a fault of the whole, and one of a segment', () => {
    const [whole] = answersTo(header(A01), { taken: 'ERROR', fault: { condition: 207, place: null } }, own);
    expect(whole).toContain('\rMSA|AE|C 1\\T\\ \rERR|^^^207&Application internal error&HL70357\r');
    const fault = { condition: 100 as const, place: { segment: 'PID', sequence: 2, field: null } };
    const [ofSegment] = answersTo(header(A01.replace('|2.4|', '|2.5|')), { taken: 'ERROR', fault }, own);
    expect(ofSegment).toContain('\rERR||PID^2|100^Segment sequence error^HL70357|E\r');
    const [wholeFrom25] = answersTo(
      header(A01.replace('|2.4|', '|2.5|')),
      { taken: 'ERROR', fault: { condition: 207, place: null } },
      own,
    );
    expect(wholeFrom25).toContain('\rERR|||207^Application internal error^HL70357|E\r');
  });

  test.each([
    ['ADT^A01', '2.4', 'ACK^A01'],
    ['ADT^A01^ADT_A01', '2.4', 'ACK^A01^ACK'],
    ['ADT^A01', '2.5', 'ACK^A01^ACK'],
    ['ADT', '2.4', 'ACK'],
    ['ADT', '2.6', 'ACK^^ACK'],
    ['', '2.3', 'ACK'],
  ])('what is answered to %s of %s is %s', (type, version, expected) => {
    const [answer] = answersOf(A01.replace('ADT^A01', type).replace('|2.4|', `|${version}|`), 'ACCEPT');
    expect(answer!.split('|')[8]).toBe(expected);
  });

  test('in other delimiters, with the fifth encoding character', () => {
    const text = 'MSH$%*!@#$PAS$RXX$HUB$RYY$2026$$ADT%A08$7$P$2.7\rEVN$A08\r';
    expect(answersOf(text, 'ERROR', inHeader(101, 10))).toEqual([
      'MSH$%*!@#$HUB$RYY$PAS$RXX$20260301090000$$ACK%A08%ACK$OWN1$P$2.7\rMSA$AE$7\r' +
        'ERR$$MSH%1%10$101%Required field missing%HL70357$E\r',
    ]);
  });

  test('no text of the table holds a delimiter that a sender may choose, but for spaces', () => {
    for (const text of Object.values(CONDITIONS)) expect(text).toMatch(/^[A-Za-z ]+$/);
  });
});

describe('enhanced mode', () => {
  const asks = (commit: string, application: string): string =>
    A01.replace('|2.4|||||GBR', `|2.4|||${commit}|${application}|GBR`);

  test.each<[string, string, Taken, readonly string[]]>([
    ['AL', 'NE', 'ACCEPT', ['CA']],
    ['AL', 'NE', 'ERROR', ['CE']],
    ['AL', 'NE', 'REJECT', ['CR']],
    ['AL', 'AL', 'ACCEPT', ['CA', 'AA']],
    ['AL', 'AL', 'REJECT', ['CR']],
    ['AL', 'ER', 'ACCEPT', ['CA']],
    ['AL', 'SU', 'ACCEPT', ['CA', 'AA']],
    ['NE', 'NE', 'ACCEPT', []],
    ['NE', 'NE', 'ERROR', []],
    ['NE', 'AL', 'ACCEPT', ['AA']],
    ['NE', 'AL', 'ERROR', ['AE']],
    ['NE', 'ER', 'REJECT', ['AR']],
    ['NE', 'SU', 'REJECT', []],
    ['ER', 'NE', 'ACCEPT', []],
    ['ER', 'NE', 'ERROR', ['CE']],
    ['SU', 'NE', 'ACCEPT', ['CA']],
    ['SU', 'NE', 'ERROR', []],
    ['SU', 'ER', 'ERROR', ['AE']],
    ['', 'AL', 'ACCEPT', ['AA']],
    ['AL', '', 'ACCEPT', ['CA']],
    ['""', '""', 'ACCEPT', ['AA']],
    ['yes', '', 'ACCEPT', ['CA']],
  ])('MSH-15 %s and MSH-16 %s, %s', (commit, application, taken, expected) => {
    const told = answersOf(asks(commit, application), taken);
    expect(told.map((answer) => /\rMSA\|(..)\|/.exec(answer)![1])).toEqual(expected);
  });

  test('each is a message of its own that asks for no answer', () => {
    let number = 0;
    const numbered = { ...own, newControlId: () => `OWN${++number}` };
    const told = answersTo(header(asks('AL', 'AL')), { taken: 'ACCEPT', fault: null }, numbered);
    expect(told.map((answer) => answer.split('|').slice(9, 16))).toEqual([
      ['OWN1', 'P^A', '2.4', '', '', 'NE', 'NE'],
      ['OWN2', 'P^A', '2.4', '', '', 'NE', 'NE'],
    ]);
    expect(separated(told.join(''))).toEqual(told);
    expect(separated(told[0]!)).toEqual([told[0]]);
  });
});

describe('what is never answered', () => {
  test.each([
    ['an acknowledgement', 'MSH|^~\\&|A|B|C|D|2026||ACK^A01|1|P|2.4\rMSA|AA|7\r'],
    ['one whose MSA is missing', 'MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\r'],
    ['a delayed acknowledgement', 'MSH|^~\\&|A|B|C|D|2026||MCF|1|P|2.4\r'],
    ['an answer to a query', 'MSH|^~\\&|A|B|C|D|2026||RSP^K21|1|P|2.4\r'],
    ['an answer to an order', 'MSH|^~\\&|A|B|C|D|2026||orr^O02|1|P|2.4\r'],
    ['anything with an MSA', 'MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.4|||AL|AL\nEVN|A01\nMSA|AA|7\n'],
    ['anything with an MSA and nothing in it', 'MSH|^~\\&|A|B|C|D|2026||ZZZ|1|P|2.4\rMSA\r'],
  ])('%s', (_what, text) => {
    for (const taken of ['ACCEPT', 'ERROR', 'REJECT'] as const)
      expect(codesOf(header(text), taken)).toEqual([]);
  });

  test('MSA within a value is no MSA', () => {
    expect(header(`${A01}NTE|1||MSA|AA|7\rMSAX|1\r`).isAnswer).toBe(false);
  });
});

describe('headers', () => {
  test.each(['', 'HELLO', 'MSH', 'MSH|', 'MSH|^', 'PID|1\rMSH|^~\\&|A\r', 'MSH|^^\\&|A\r', 'FHS|^~\\&|A\r'])(
    'there is none in %j',
    (text) => {
      expect(headerOf(text)).toBeNull();
    },
  );

  test('it is read where what follows is no message', () => {
    const read = headerOf(`\r\n${A01}nonsense\rMSH|again\r`);
    expect(read).toMatchObject({
      application: 'PAS',
      facility: 'RXX',
      type: 'ADT',
      event: 'A01',
      controlId: 'C 1\\T\\ ',
      processingId: 'P',
      version: '2.4',
      enhanced: null,
      isAnswer: false,
    });
  });

  test('versions', () => {
    expect(['2.5', '2.5.1', '2.8', '2.10'].map(isFrom25)).toEqual([true, true, true, true]);
    expect(['2.1', '2.4', '2.3.1', '', '3', '2.x', '2.5beta'].map(isFrom25)).not.toContain(true);
  });
});

test('headers that are alike in all but time and number are answered each for itself, whatever came before', () => {
  const pools: readonly (readonly string[])[] = [
    ['PAS', 'PAS^1.2^ISO', ''],
    ['RXX'],
    ['IPSHUB', ''],
    ['RYY'],
    ['20260301085959', '', '20260301~x', '20260302'],
    [''],
    ['ADT^A01', 'ADT^A08^ADT_A01', 'ACK'],
    ['1', '2', '1^1', ' '],
    ['P', 'T'],
    ['2.4', '2.5.1'],
    ['', '7'],
    [''],
    ['', 'AL'],
    ['', 'NE'],
  ];
  let seed = 7;
  const pick = <T>(from: readonly T[]): T => {
    seed = (seed * 48_271) % 2_147_483_647;
    return from[seed % from.length]!;
  };
  for (let times = 0; times < 4_000; times++) {
    const all = pools.map(pick);
    const fields = ['MSH', '^~\\&', ...all.slice(0, pick([5, 8, 9, 10, 12, 14]))];
    const at = (field: number): string => fields[field - 1] ?? '';
    const read = header(`${fields.join('|')}\rPID|1\r`);
    expect(read.controlId).toBe(at(10));
    expect(read.segment.raw(7)).toBe(at(7));
    expect(`${fields.join('|')}\r`.slice(...read.timeAt)).toBe(at(7));
    expect([read.type, read.processingId, read.version]).toEqual([at(9).slice(0, 3), at(11), at(12)]);
    expect(read.enhanced).toEqual(
      at(15) === '' && at(16) === '' ? null : { commit: at(15) || 'NE', application: at(16) || 'NE' },
    );
    const answers = answersTo(read, { taken: 'ACCEPT', fault: null }, own);
    if (answers.length > 0) {
      const [answered, said] = answers[0]!.split('\r');
      const told = answered!.split('|');
      expect([told[2], told[3], told[4], told[5], told[6], told[9]]).toEqual([
        at(5),
        at(6),
        at(3),
        at(4),
        own.now,
        'OWN1',
      ]);
      expect([told[10] ?? '', told[11] ?? '']).toEqual([at(11), at(12)]);
      expect(said).toBe(`MSA|${read.enhanced?.commit === 'AL' ? 'CA' : 'AA'}|${at(10)}`);
    }
  }
});
