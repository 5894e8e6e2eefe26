/** What far ends answer: whose it is, what it says in every shape, and what the hub makes of it. */
import fc from 'fast-check';
import {
  type Answered,
  answerOf,
  failureOf,
} from '../../../../../adapters/hl7v2/acknowledgement/received.rules.js';

const SENT = 'ABCDEFGHIJ0123456789';
const HEAD = 'MSH|^~\\&|A|B|C|D|20260301||ACK|1|P|2.4\r';
const read = (text: string) => answerOf(Buffer.from(text, 'latin1'), SENT);

describe('an answer', () => {
  test.each<[string, string, Partial<Answered>]>([
    ['accepted', `MSA|AA|${SENT}\r`, { code: 'AA', error: null, place: null }],
    ['stored', `MSA|CA|${SENT}\r`, { code: 'CA' }],
    ['error, 2.4', `MSA|AE|${SENT}\rERR|PID^1^3^204&Unknown&HL70357\r`, { error: '204', place: 'PID-3' }],
    ['error, 2.5', `MSA|AE|${SENT}\rERR||PID^1^3|101^Missing^HL70357|E\r`, { error: '101', place: 'PID-3' }],
    ['error, a segment', `MSA|AE|${SENT}\rERR||PV1^1|100^Sequence|E\r`, { error: '100', place: 'PV1' }],
    ['error in MSA-6', `MSA|AR|${SENT}|text|||203^Version\r`, { code: 'AR', error: '203' }],
    ['a code of words', `MSA|AE|${SENT}\rERR|||Mrs Smith is locked|E\r`, { error: null, place: null }],
    ['a place of words', `MSA|AE|${SENT}\rERR||Mrs Smith^1^3|101|E\r`, { error: '101', place: null }],
    ['number with spaces around it', `MSA|AA| ${SENT} \r`, { code: 'AA' }],
    ['lines ended by LF', `MSA|AA|${SENT}\n`, { code: 'AA' }],
  ])('%s', (_what, rest, expected) => {
    expect(read(`${HEAD}${rest}`)).toMatchObject({ kind: 'ANSWER', ...expected });
  });

  test('after a mark, and not of type ACK', () => {
    const text = `\xef\xbb\xbf${HEAD.replace('ACK', 'ORR^O02')}MSA|AA|${SENT}\r`;
    expect(read(text)).toMatchObject({ kind: 'ANSWER', code: 'AA' });
  });

  test('in other delimiters', () => {
    expect(read(`MSH$%*!@$A$B$C$D$2026$$ACK$1$P$2.4\rMSA$AE$${SENT}\rERR$PID%1%5%102@x@HL70357\r`)).toEqual({
      kind: 'ANSWER',
      code: 'AE',
      error: '102',
      place: 'PID-5',
    });
  });

  test.each([
    ['another number', `${HEAD}MSA|AA|OTHER\r`],
    ['a part of the number', `${HEAD}MSA|AA|${SENT.slice(0, -1)}\r`],
    ['more than the number', `${HEAD}MSA|AA|${SENT}0\r`],
    ['another case', `${HEAD}MSA|AA|${SENT.toLowerCase()}\r`],
  ])('%s: another message’s', (_what, text) => {
    expect(read(text)).toEqual({ kind: 'FOREIGN' });
  });

  test.each([
    ['nothing', ''],
    ['no message', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['no MSA', HEAD],
    ['no code', `${HEAD}MSA||${SENT}\r`],
    ['a code that is none', `${HEAD}MSA|OK|${SENT}\r`],
    ['no number', `${HEAD}MSA|AA\r`],
    ['a blank number', `${HEAD}MSA|AA|  \r`],
    ['a header cut short', 'MSH|^~'],
    ['MSA in a value', `${HEAD}NTE|1||MSA|AA|${SENT}\r`],
  ])('%s: malformed', (_what, text) => {
    expect(read(text)).toEqual({ kind: 'MALFORMED' });
  });

  test('no bytes make it throw, and none but the number make it ours', () => {
    const part = fc.constantFrom(HEAD, 'MSA|AA|', SENT, '\r', '|', '^', 'ERR|', '\\', '\x00', '\xff', 'MSA');
    fc.assert(
      fc.property(fc.oneof(fc.array(part), fc.array(fc.string())), (parts) => {
        const text = parts.join('');
        if (read(text).kind === 'ANSWER') expect(text).toContain(SENT);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what it comes to', () => {
  const failure = (code: Answered['code'], error: string | null = null) =>
    failureOf({ kind: 'ANSWER', code, error, place: 'PID-3' });

  test.each(['AA', 'CA'] as const)('%s accepts', (code) => expect(failure(code)).toBeNull());

  test.each<[Answered['code'], string | null, string, string]>([
    ['AE', null, 'HUB_UPSTREAM_REJECTED', 'permanent'],
    ['AE', '204', 'HUB_UPSTREAM_REJECTED', 'permanent'],
    ['CE', '207', 'HUB_UPSTREAM_REJECTED', 'permanent'],
    ['AE', '206', 'HUB_UPSTREAM_UNAVAILABLE', 'transient'],
    ['CE', '206', 'HUB_UPSTREAM_UNAVAILABLE', 'transient'],
    ['AR', null, 'HUB_UPSTREAM_DECLINED', 'transient'],
    ['CR', '207', 'HUB_UPSTREAM_DECLINED', 'transient'],
    ['AR', '206', 'HUB_UPSTREAM_DECLINED', 'transient'],
  ])('%s with %s is %s', (code, error, expected, retry) => {
    const details = { answer: code, error, place: 'PID-3' };
    expect(failure(code, error)).toMatchObject({ code: expected, retry, details });
  });
});
