/** Messages that break readers of HL7 v2: each with a name, where to look, and what must be read there. */
import type { Charset } from '../../../../../adapters/hl7v2/er7/charset-names.js';
import type { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';

/** A nasty message. */
export interface Nasty {
  readonly name: string;
  readonly bytes: Buffer;
  /** What stands where: `PID-3` is the whole field, `PID-3.1` its first component, `PID-3[2].4.1`; null deletes, undefined says nothing. */
  readonly reads: Readonly<Record<string, string | null | undefined>>;
  /** Set of a sender that leaves MSH-18 empty. */
  readonly declared: Charset;
}

const HEADER = 'MSH|^~\\&|APP|FAC|HUB|IPS|20260115120000||ADT^A01|1|P|2.4';

function row(name: string, text: string | Buffer, reads: Nasty['reads'], declared: Charset = 'UTF-8'): Nasty {
  return { name, bytes: typeof text === 'string' ? Buffer.from(text) : text, reads, declared };
}

/** A row of one segment behind the usual header. */
function one(name: string, segment: string, reads: Nasty['reads']): Nasty {
  return row(name, `${HEADER}\r${segment}\r`, reads);
}

const stated = (charset: string, segment: string, encoding: BufferEncoding = 'latin1'): Buffer =>
  Buffer.from(`${HEADER}||||||${charset}\r${segment}\r`, encoding);

const LINE_ENDS: readonly Nasty[] = [
  row('CR', `${HEADER}\rPID|1||9\rPV1|1|N\r`, { 'PID-3': '9', 'PV1-2': 'N' }),
  row('LF', `${HEADER}\nPID|1||9\nPV1|1|N\n`, { 'PID-3': '9', 'PV1-2': 'N' }),
  row('CRLF', `${HEADER}\r\nPID|1||9\r\nPV1|1|N\r\n`, { 'PID-3': '9', 'PV1-2': 'N' }),
  row('all three in one message', `${HEADER}\r\nPID|1||9\nPV1|1|N\rPV2||x`, { 'PID-3': '9', 'PV2-2': 'x' }),
  row('LF before CR', `${HEADER}\n\rPID|1||9\n\r`, { 'PID-3': '9' }),
  row('no end at the last segment', `${HEADER}\rPID|1||9`, { 'PID-3': '9' }),
  row('blank lines between and behind', `${HEADER}\r\r\n\n\rPID|1||9\r\r\r`, { 'PID-3': '9' }),
  row('blank lines before the header', `\r\n\r\n${HEADER}\rPID|1||9\r`, { 'MSH-10': '1', 'PID-3': '9' }),
  row('the header alone, without an end', HEADER, { 'MSH-12': '2.4', 'MSH-13': undefined }),
  row(
    'line separators of Unicode, which end nothing',
    `${HEADER}\rNTE|1||a\u2028b\u2029c\u0085d\x0be\x0cf\r`,
    {
      'NTE-3': 'a\u2028b\u2029c\u0085d\x0be\x0cf',
    },
  ),
];

const DELIMITERS: readonly Nasty[] = [
  row('five other delimiters', 'MSH$%*!@$APP$FAC\rPID$1$$9%%%NHS@x%NH*8\r', {
    'MSH-1': '$',
    'MSH-2': '%*!@',
    'MSH-3': 'APP',
    'PID-3[2].1': '8',
    'PID-3.4.2': 'x',
  }),
  row('escapes of other delimiters', 'MSH$%*!@$APP\rNTE$1$$a!F!b!S!c!R!d!E!e!T!f|g^h\r', {
    'NTE-3': 'a$b%c*d!e@f|g^h',
  }),
  row('a truncation character (2.7)', 'MSH|^~\\&#|APP||||||ADT^A01|1|P|2.7\rPID|1||9#\rNTE|1||\\P\\1\r', {
    'MSH-2': '^~\\&#',
    'PID-3': '9#',
    'NTE-3': '#1',
  }),
  row('other delimiters with truncation', 'MSH:;+/,=:APP\rNTE:1::a/P/b/F/c\r', { 'NTE-3': 'a=b:c' }),
  row('a header of delimiters only', 'MSH|^~\\&', { 'MSH-2': '^~\\&', 'MSH-3': undefined }),
  row('a header of delimiters and a bar', 'MSH|^~\\&|\r', { 'MSH-2': '^~\\&', 'MSH-3': undefined }),
  row('a slash to escape', 'MSH|^~/&|APP\rNTE|1||a/F/b\\F\\c\r', { 'NTE-3': 'a|b\\F\\c' }),
  one('delimiters at the end of field, component and segment', 'PID|1||9^^^NHS^^^~~^|A^B&&|||', {
    'PID-3.1': '9',
    'PID-3.4': 'NHS',
    'PID-3.5': undefined,
    'PID-3[3].1': undefined,
    'PID-4.2': 'B',
  }),
  one('nothing but delimiters', 'ZZZ|^~&^&~^^&&~~|~|^|&', { 'ZZZ-1.1': undefined, 'ZZZ-2.1': undefined }),
  one('a name without a field', 'ZZZ', { 'ZZZ-1': undefined }),
  one('a name and a bar', 'ZZZ|', { 'ZZZ-1': undefined }),
];

const ESCAPES: readonly Nasty[] = [
  one('line breaks of formatted text', 'OBX|1|FT|N||one\\.br\\two\\.br\\\\.br\\four', {
    'OBX-5': 'one\ntwo\n\nfour',
  }),
  one('skipped lines and indents', 'OBX|1|FT|N||\\.in+4\\one\\.sp2\\two', { 'OBX-5': 'one\n\ntwo' }),
  one('line feeds in hexadecimal', 'OBX|1|TX|N||one\\X0A\\two\\X0D0A\\three', {
    'OBX-5': 'one\ntwo\r\nthree',
  }),
  one('an escaped line break, which is none', 'OBX|1|TX|N||\\E\\.br\\E\\', { 'OBX-5': '\\.br\\' }),
  one('highlighting', 'OBX|1|TX|N||is \\H\\not\\N\\ well', { 'OBX-5': 'is not well' }),
  one('a local sequence', 'OBX|1|TX|N||a\\Zfoo\\b', { 'OBX-5': 'a\\Zfoo\\b' }),
  one('a Windows path', 'OBX|1|ST|N||\\\\SRV\\Cases\\Xray\\1.pdf', {
    'OBX-5': '\\\\SRV\\Cases\\Xray\\1.pdf',
  }),
  one('an escape at the very end', 'OBX|1|ST|N||a\\', { 'OBX-5': 'a\\' }),
  one('escapes before each delimiter, unescaped', 'PID|1||a\\^b\\&c\\~d\\|e', {
    'PID-3.1': 'a\\',
    'PID-3.2.1': 'b\\',
    'PID-3.2.2': 'c\\',
    'PID-3[2].1': 'd\\',
    'PID-4': 'e',
  }),
  one('an escape that would close beyond its component', 'PID|1||a\\F^b\\c', {
    'PID-3.1': 'a\\F',
    'PID-3.2': 'b\\c',
  }),
  one('every delimiter in a name', 'PID|1||9||O\\T\\Neil\\S\\\\F\\\\R\\\\E\\^A', {
    'PID-5.1': 'O&Neil^|~\\',
    'PID-5.2': 'A',
  }),
  one('a character of two bytes, each by itself', 'PID|1||9||Se\\XC3\\\\XA1\\n', { 'PID-5.1': 'Seán' }),
  one('bytes that are no UTF-8', 'PID|1||9||Se\\XE1\\n', { 'PID-5.1': 'Se\\XE1\\n' }),
  one('a change of the character set', 'PID|1||9||\\M2442\\x\\C2842\\', { 'PID-5.1': '\\M2442\\x\\C2842\\' }),
  one('odd hexadecimal', 'NTE|1||\\X1\\\\X\\\\XGG\\', { 'NTE-3': '\\X1\\\\X\\\\XGG\\' }),
  one('a nought in hexadecimal', 'NTE|1||a\\X00\\b', { 'NTE-3': 'a\0b' }),
  one('delimiters in hexadecimal part nothing', 'PID|1||a\\X7C5E\\b', {
    'PID-3.1': 'a|^b',
    'PID-3.2': undefined,
  }),
  one('a hundred escapes in a row', `NTE|1||${'\\'.repeat(100)}`, { 'NTE-3': '\\'.repeat(100) }),
];

const STRUCTURE: readonly Nasty[] = [
  one('subcomponents of a segment that nobody knows', 'ZU1|a&b^c', {
    'ZU1-1.1.1': 'a',
    'ZU1-1.1.2': 'b',
    'ZU1-1.2': 'c',
  }),
  one('subcomponents of a primitive type', 'OBX|1|ST|X||1&2&3', { 'OBX-5.1.3': '3', 'OBX-5': '1&2&3' }),
  one('subcomponents in an assigning authority', 'PID|1||9^^^NHS&2.16.840&ISO^NH', {
    'PID-3.4.1': 'NHS',
    'PID-3.4.2': '2.16.840',
    'PID-3.5': 'NH',
  }),
  one('numbers that are written with noughts', 'OBX|0001|NM|X||0.0|007', {
    'OBX-1': '0001',
    'OBX-5': '0.0',
    'OBX-6': '007',
  }),
  one('a year of birth', 'PID|1||9||A||1980', { 'PID-7': '1980' }),
  one('a month of birth', 'PID|1||9||A||198003', { 'PID-7': '198003' }),
  one('a time of birth to the hour', 'PID|1||9||A||1980031513', { 'PID-7': '1980031513' }),
  one('a midnight of birth with an offset west', 'PID|1||9||A||19800315000000-0500', {
    'PID-7': '19800315000000-0500',
  }),
  one('a time with ten-thousandths', 'EVN|A01|20260115120000.0001+0100', {
    'EVN-2': '20260115120000.0001+0100',
  }),
  one('a value deleted', 'PID|1||9||""|""^x^""&y', {
    'PID-5': null,
    'PID-5.2': null,
    'PID-6.1': null,
    'PID-6.2': 'x',
    'PID-6.3.1': null,
    'PID-6.3.2': 'y',
    'PID-6.4': undefined,
  }),
  one('quotes that delete nothing', 'PID|1||9||"|"a"|"" ', { 'PID-5': '"', 'PID-6': '"a"', 'PID-7': '"" ' }),
  one('repetitions with a gap', 'PID|1||a~~c', {
    'PID-3[1].1': 'a',
    'PID-3[2].1': undefined,
    'PID-3[3].1': 'c',
  }),
  one('spaces, which are kept', 'PID|1|| 9 ^ |  ', { 'PID-3.1': ' 9 ', 'PID-3.2': ' ', 'PID-4': '  ' }),
  one('tabs', 'PID|1||\t9\t', { 'PID-3': '\t9\t' }),
  one('a control id of spaces', 'MSA|AA| 1 ', { 'MSA-2': ' 1 ' }),
  one('a hundred and one fields', `ZZZ|${'|'.repeat(99)}x`, {
    'ZZZ-99': undefined,
    'ZZZ-100': 'x',
    'ZZZ-101': undefined,
  }),
  one('a hundred repetitions', `PID|1||${Array.from({ length: 100 }, (_none, at) => at + 1).join('~')}`, {
    'PID-3[100].1': '100',
    'PID-3[101].1': undefined,
  }),
  one('a segment named by digits', 'Z01|x', { 'Z01-1': 'x' }),
  row('the same segment three times, apart', `${HEADER}\rOBX|1\rNTE|1\rOBX|2\rNTE|2\rOBX|3\r`, {
    'OBX-1': '1',
  }),
  row('no version, type or control id', 'MSH|^~\\&\rPID|1||9\r', { 'PID-3': '9', 'MSH-12': undefined }),
  row('a version that nobody knows', 'MSH|^~\\&|A||||||ADT^Z99|1|P|banana\rPID|1||9\r', {
    'MSH-12': 'banana',
    'PID-3': '9',
  }),
  row('an event that no dictionary has', 'MSH|^~\\&|A||||||ADT^Z99^ADT_Z99|1|P|2.4\rPID|1||9\r', {
    'MSH-9.2': 'Z99',
  }),
  row(
    'an event with a structure that contradicts it',
    'MSH|^~\\&|A||||||ADT^A03^ORU_R01|1|P|2.4\rPID|1||9\r',
    {
      'MSH-9.3': 'ORU_R01',
    },
  ),
  row('EVN-1 empty, as ITK has it', 'MSH|^~\\&|A||||||ADT^A01|1|P|2.4\rEVN||20100101120000\r', {
    'EVN-1': undefined,
    'EVN-2': '20100101120000',
  }),
  one('a document of 200 kB in a field', `OBX|1|ED|P||^application^PDF^Base64^${'QUJD'.repeat(50_000)}`, {
    'OBX-5.5': 'QUJD'.repeat(50_000),
  }),
  one('base64 with its padding', 'OBX|1|ED|P||^application^PDF^Base64^QQ==', { 'OBX-5.5': 'QQ==' }),
  one('a delimiter in text that was not escaped', 'OBX|1|TX|N||2~3 times & more ^^', {
    'OBX-5': '2~3 times & more ^^',
  }),
  one('a header within a field', 'NTE|1||MSH\\F\\\\S\\~\\E\\', { 'NTE-3.1': 'MSH|^' }),
  one('2,000 bars', `ZZZ${'|'.repeat(2_000)}`, { 'ZZZ-2000': undefined }),
];

const CHARACTERS: readonly Nasty[] = [
  row('8859/1', stated('8859/1', 'PID|1||9||Se\xe1n'), { 'PID-5.1': 'Seán' }),
  row('8859/1 with what windows-1252 would take for quotes', stated('8859/1', 'NTE|1||\x93a\x94'), {
    'NTE-3': '\x93a\x94',
  }),
  row('8859/15', stated('8859/15', 'NTE|1||\xa45'), { 'NTE-3': '€5' }),
  row('8859/1 with a second set', stated('8859/1~UNICODE UTF-8', 'PID|1||9||Se\xe1n'), { 'PID-5.1': 'Seán' }),
  row('bytes of 8859/1 in hexadecimal', stated('8859/1', 'PID|1||9||Se\\XE1\\n'), { 'PID-5.1': 'Seán' }),
  row('UNICODE UTF-8', stated('UNICODE UTF-8', 'PID|1||9||Seán 😀', 'utf8'), { 'PID-5.1': 'Seán 😀' }),
  row('UNICODE, as ITK says', stated('UNICODE', 'PID|1||9||Seán', 'utf8'), { 'PID-5.1': 'Seán' }),
  row('a byte order mark', Buffer.from(`\ufeff${HEADER}\rPID|1||9||Seán\r`), { 'PID-5.1': 'Seán' }, 'ASCII'),
  row('UTF-16', stated('UNICODE UTF-16', 'PID|1||9||Seán', 'utf16le'), { 'PID-5.1': 'Seán' }),
  row(
    'a set that only its sender declares',
    Buffer.from(`${HEADER}\rPID|1||9||Se\xe1n \x80\r`, 'latin1'),
    { 'PID-5.1': 'Seán €' },
    'WINDOWS-1252',
  ),
  one('letters with marks set apart, not joined', 'PID|1||9||Sea\u0301n', { 'PID-5.1': 'Sea\u0301n' }),
  one('a zero width joiner and a soft hyphen', 'PID|1||9||a\u200db\u00ad', { 'PID-5.1': 'a\u200db\u00ad' }),
  one('writing from right to left', 'PID|1||9||\u202eabc\u202c', { 'PID-5.1': '\u202eabc\u202c' }),
  one('a nought as it is', 'PID|1||9||a\0b', { 'PID-5.1': 'a\0b' }),
  one('controls of the upper half', 'NTE|1||a\u0085b\u0090c', { 'NTE-3': 'a\u0085b\u0090c' }),
  one('a mark in the middle', 'NTE|1||a\ufeffb', { 'NTE-3': 'a\ufeffb' }),
  one('a replacement character that its sender wrote', 'NTE|1||a\ufffdb', { 'NTE-3': 'a\ufffdb' }),
];

/** All of them. */
export const NASTY: readonly Nasty[] = [...LINE_ENDS, ...DELIMITERS, ...ESCAPES, ...STRUCTURE, ...CHARACTERS];

/** What the message states at a place of `reads`. */
export function statedAt(message: Er7Message, place: string): string | null | undefined {
  const match = /^(\w{3})-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?$/.exec(place);
  if (match === null) throw new Error(`${place} is no place`);
  const [, name, field, repetition, component, subcomponent] = match;
  const segment = message.first(name!);
  if (segment === null) return undefined;
  if (component === undefined) return segment.whole(Number(field)) ?? segment.stated(Number(field));
  return segment.stated(Number(field), Number(component), Number(subcomponent ?? 1), Number(repetition ?? 1));
}
