/** The model of a message: what is asked for by number, what is no message, and limits. */
import { CHARSETS, type Charset } from '../../../../../adapters/hl7v2/er7/charset-names.js';
import { Er7Fault, Er7Message, type ParseOptions } from '../../../../../adapters/hl7v2/er7/message.js';

const TEXT = [
  'MSH|^~\\&|APP|FAC^1.2.3^ISO|||20260115||ADT^A01|42|P|2.4||||||8859/1',
  'PID|1||943^^^NHS&2.16&ISO^NH~77^^^RXX^MR||O\\T\\Neil^Jo\\XE9\\||""|""^x',
  'OBX|1|TX|N||first',
  'NTE|1',
  'OBX|2|TX|N||a~b^c\\.br\\d',
  '',
].join('\r');
const message = Er7Message.parse(TEXT);
const pid = message.first('PID')!;

test('segments by name, in their order and with their numbers', () => {
  expect(message.segments.map(({ name, number }) => `${number} ${name}`)).toEqual([
    '1 MSH',
    '2 PID',
    '3 OBX',
    '4 NTE',
    '5 OBX',
  ]);
  expect(message.header.name).toBe('MSH');
  expect(message.first('OBX')?.raw(5)).toBe('first');
  expect(message.all('OBX').map((segment) => segment.raw(1))).toEqual(['1', '2']);
  expect(message.first('ZZZ')).toBeNull();
  expect(message.all('ZZZ')).toEqual([]);
  expect(message.first('NTE')?.content).toBe('NTE|1');
});

test('the header counts its separator as field 1, and its delimiters are no values', () => {
  const { header } = message;
  expect([header.raw(1), header.raw(2), header.raw(3), header.raw(10)]).toEqual(['|', '^~\\&', 'APP', '42']);
  expect([header.text(1), header.text(2), header.text(2, 2), header.stated(2)]).toEqual([
    '|',
    '^~\\&',
    null,
    '^~\\&',
  ]);
  expect(header.repetitions(2)).toEqual(['^~\\&']);
  expect(header.components(2)).toEqual(['^~\\&']);
  expect(header.whole(2)).toBe('^~\\&');
  expect(header.fieldCount).toBe(18);
  expect(pid.fieldCount).toBe(8);
  expect(message.delimiters).toEqual({
    field: '|',
    component: '^',
    repetition: '~',
    escape: '\\',
    subcomponent: '&',
    truncation: null,
  });
});

test('raw is as written; repetitions and components are parts of it', () => {
  expect(pid.raw(5)).toBe('O\\T\\Neil^Jo\\XE9\\');
  expect(pid.repetitions(3)).toEqual(['943^^^NHS&2.16&ISO^NH', '77^^^RXX^MR']);
  expect(pid.repetitions(3)).toBe(pid.repetitions(3));
  expect(pid.components(3, 2)).toEqual(['77', '', '', 'RXX', 'MR']);
  expect([pid.repetitions(2), pid.repetitions(99), pid.components(3, 3), pid.components(2)]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

test('text: of what is not asked for, the first; without escapes', () => {
  expect(pid.text(3)).toBe('943');
  expect(pid.text(3, 4)).toBe('NHS');
  expect(pid.text(3, 4, 3)).toBe('ISO');
  expect(pid.text(3, 5, 1, 2)).toBe('MR');
  expect(pid.text(5)).toBe('O&Neil');
  expect(pid.text(5, 2)).toBe('Joé');
  expect(message.all('OBX')[1]!.text(5)).toBe('a');
  expect(message.all('OBX')[1]!.whole(5)).toBe('a~b^c\nd');
});

test('empty says nothing, two quotes say that there is none, and text says null of both', () => {
  expect([pid.stated(2), pid.stated(7), pid.stated(8), pid.stated(8, 2), pid.stated(8, 3)]).toEqual([
    undefined,
    null,
    null,
    'x',
    undefined,
  ]);
  expect([pid.stated(7, 3), pid.stated(7, 1, 2), pid.stated(7, 1, 1, 2)]).toEqual([null, null, null]);
  expect([pid.text(2), pid.text(7), pid.text(8), pid.whole(2), pid.whole(7)]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('numbers below one, and beyond the end, name nothing', () => {
  for (const field of [-1, 0, 99]) {
    expect([pid.raw(field), pid.text(field), message.header.raw(field)]).toEqual(['', null, '']);
    expect(pid.stated(3, 1, 1, field)).toBeUndefined();
  }
  expect([pid.text(3, 99), pid.text(3, 4, 99)]).toEqual([null, null]);
});

test('bytes in hexadecimal are of the set that the message states, or that it was decoded in', () => {
  const of = (text: string, options?: ParseOptions): [Charset, string | null] => {
    const parsed = Er7Message.parse(text, options);
    return [parsed.charset, parsed.first('PID')!.text(5, 2)];
  };
  expect(of(TEXT)).toEqual(['8859/1', 'Joé']);
  expect(of(TEXT, { charset: '8859/5' })).toEqual(['8859/5', 'Joщ']);
  expect(of(TEXT.replace('|8859/1', ''))).toEqual(['UTF-8', 'Jo\\XE9\\']);
  expect(of(TEXT.replace('8859/1', 'EBCDIC'))).toEqual(['UTF-8', 'Jo\\XE9\\']);
  expect(of(TEXT.replace('8859/1', 'UNICODE'))).toEqual(['UTF-8', 'Jo\\XE9\\']);
  expect(CHARSETS).toContain('8859/1');
});

/** The fault, its segment, and what an error says of it. */
function faultOf(text: string, options?: ParseOptions): unknown {
  try {
    Er7Message.parse(text, options);
    return 'no fault';
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    expect(error.message).toBe(`${error.fault} in segment ${error.segment}`);
    return [error.fault, error.segment];
  }
}

const HEAD = 'MSH|^~\\&|A\r';

test.each<[string, string, string, number]>([
  ['nothing', '', 'NO_HEADER', 1],
  ['line ends only', '\r\n\r\n', 'NO_HEADER', 1],
  ['a mark only', '\ufeff', 'NO_HEADER', 1],
  ['another segment first', 'PID|1\rMSH|^~\\&|A', 'NO_HEADER', 1],
  ['a header behind a space', ' MSH|^~\\&|A', 'NO_HEADER', 1],
  ['a header in small letters', 'msh|^~\\&|A', 'NO_HEADER', 1],
  ['a batch', 'FHS|^~\\&|A\rMSH|^~\\&|A', 'NO_HEADER', 1],
  ['HTTP', 'GET / HTTP/1.1\r\n\r\n', 'NO_HEADER', 1],
  ['three letters', 'MSH', 'DELIMITERS', 1],
  ['a bar only', 'MSH|', 'DELIMITERS', 1],
  ['one encoding character', 'MSH|^', 'DELIMITERS', 1],
  ['three encoding characters', 'MSH|^~\\|A', 'DELIMITERS', 1],
  ['six encoding characters', 'MSH|^~\\&#!|A', 'DELIMITERS', 1],
  ['an encoding character twice', 'MSH|^~\\^|A', 'DELIMITERS', 1],
  ['the separator as an encoding character, too early', 'MSH|^|\\&|A', 'DELIMITERS', 1],
  ['a letter as separator', 'MSHA^~\\&AB', 'DELIMITERS', 1],
  ['a letter as encoding character', 'MSH|^~\\X|A', 'DELIMITERS', 1],
  ['a figure', 'MSH|^~\\1|A', 'DELIMITERS', 1],
  ['a space', 'MSH|^~\\ |A', 'DELIMITERS', 1],
  ['a quote, which deletes', 'MSH|^~\\"|A', 'DELIMITERS', 1],
  ['a dot, which formats', 'MSH|^~\\.|A', 'DELIMITERS', 1],
  ['a character beyond ASCII', 'MSH|^~\\§|A', 'DELIMITERS', 1],
  ['a tab', 'MSH\t^~\\&\tA', 'DELIMITERS', 1],
  ['a line break among them', 'MSH|^~\r\\&|A', 'DELIMITERS', 1],
  ['a line break inside a field', `${HEAD}NTE|1||first\nsecond line`, 'SEGMENT_NAME', 3],
  ['a name of two', `${HEAD}PI|1`, 'SEGMENT_NAME', 2],
  ['a name of four', `${HEAD}PIDX|1`, 'SEGMENT_NAME', 2],
  ['a name in small letters', `${HEAD}pid|1`, 'SEGMENT_NAME', 2],
  ['a name that begins with a figure', `${HEAD}1ID|1`, 'SEGMENT_NAME', 2],
  ['a name behind a space', `${HEAD} PID|1`, 'SEGMENT_NAME', 2],
  ['a name before another separator', `${HEAD}PID^1`, 'SEGMENT_NAME', 2],
  ['a line of spaces', `${HEAD}PID|1\r  \r`, 'SEGMENT_NAME', 3],
  ['a member of every object', `${HEAD}constructor|1`, 'SEGMENT_NAME', 2],
  ['two messages', `${HEAD}PID|1\r${HEAD}`, 'SECOND_HEADER', 3],
  ['the trailer of a batch', `${HEAD}PID|1\rBTS|1`, 'BATCH_SEGMENT', 3],
  ['the header of a batch inside', `${HEAD}BHS|^~\\&|`, 'BATCH_SEGMENT', 2],
])('no message: %s', (_name, text, fault, segment) => {
  expect(faultOf(text)).toEqual([fault, segment]);
});

test('no more segments than are wanted, 2,000 when nobody says', () => {
  const many = (count: number): string => HEAD + 'NTE|1\r\r'.repeat(count - 1);
  expect(Er7Message.parse(many(2_000)).segments).toHaveLength(2_000);
  expect(faultOf(many(2_001))).toEqual(['TOO_MANY_SEGMENTS', 2_001]);
  expect(faultOf(many(4), { segments: 3 })).toEqual(['TOO_MANY_SEGMENTS', 4]);
  expect(Er7Message.parse(many(3), { segments: 3 }).segments).toHaveLength(3);
});

test('a mark before the header is passed over, and written back', () => {
  const marked = Er7Message.parse(`\ufeff${TEXT}`);
  expect(marked.header.raw(3)).toBe('APP');
  expect(marked.toString()).toBe(`\ufeff${TEXT}`);
});
