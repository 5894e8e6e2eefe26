/** Character sets: by MSH-18 or the partner's declaration, whole or refused with the place, and back to the same bytes. */
import fc from 'fast-check';
import { decode, encode } from '../../../../../adapters/hl7v2/er7/charset.js';
import { CHARSETS, type Charset, charsetNamed } from '../../../../../adapters/hl7v2/er7/charset-names.js';

const header = (name: string): string => `MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.4||||||${name}\r`;
const bytesOf = (text: string, encoding: BufferEncoding = 'latin1'): Buffer => Buffer.from(text, encoding);
const message = (name: string, bytes: string): Buffer => bytesOf(`${header(name)}PID|||${bytes}\r`);
const swapped = (text: string): Buffer => bytesOf(text, 'utf16le').swap16();
const utf32 = (text: string, isLittle: boolean): Buffer => {
  const bytes = Buffer.alloc([...text].length * 4);
  [...text].forEach((character, at) => {
    if (isLittle) bytes.writeUInt32LE(character.codePointAt(0)!, at * 4);
    else bytes.writeUInt32BE(character.codePointAt(0)!, at * 4);
  });
  return bytes;
};

/** What PID-3 says, and in which set; or the fault. */
function read(bytes: Buffer, declared?: Charset): unknown {
  const decoded = decode(bytes, declared);
  if ('fault' in decoded) return decoded;
  const again = encode(decoded.text, decoded.charset, decoded.hasMark);
  const isMultiple = ['GB 18030-2000', 'BIG-5', 'KS X 1001'].includes(decoded.charset);
  if (!isMultiple) expect(Buffer.from(again as Uint8Array).equals(bytes)).toBe(true);
  return [decoded.charset, /PID\|\|\|([^\r]*)\r/.exec(decoded.text)?.[1]];
}

test.each<[string, Buffer, Charset, string]>([
  ['ASCII', message('ASCII', 'Sean'), 'ASCII', 'Sean'],
  ['ASCII by its other name', message('ISO IR6', 'Sean'), 'ASCII', 'Sean'],
  ['8859/1', message('8859/1', 'Se\xe1n \x93\x80'), '8859/1', 'Se\xe1n \x93\x80'],
  ['8859/1 by what some senders write', message('ISO-8859-1', 'Se\xe1n'), '8859/1', 'Seán'],
  ['8859/2', message('8859/2', '\xa3'), '8859/2', 'Ł'],
  ['8859/5', message('8859/5', '\xe9'), '8859/5', 'щ'],
  ['8859/7', message('8859/7', '\xe1'), '8859/7', 'α'],
  ['8859/8', message('8859/8', '\xe0'), '8859/8', 'א'],
  ['8859/9, which has Turkish letters', message('8859/9', '\xfd\xd0\x80'), '8859/9', 'ıĞ\x80'],
  ['8859/11', message('8859/11', '\xa1\xfb'), '8859/11', 'ก๛'],
  ['8859/13', message('8859/13', '\xe0'), '8859/13', 'ą'],
  ['8859/15, which has the euro', message('8859/15', 'Se\xe1n \xa4'), '8859/15', 'Seán €'],
  [
    'a repetition, of which the first is the message’s',
    message('8859/1~UNICODE UTF-8', 'Se\xe1n'),
    '8859/1',
    'Seán',
  ],
  ['UTF-8', message('UNICODE UTF-8', 'Se\xc3\xa1n'), 'UTF-8', 'Seán'],
  ['UNICODE of ITK, which is UTF-8', message('UNICODE', 'Se\xc3\xa1n'), 'UTF-8', 'Seán'],
  ['small letters', message('unicode utf-8', 'Se\xc3\xa1n'), 'UTF-8', 'Seán'],
  ['a mark before UTF-8', bytesOf(`\ufeff${header('UNICODE UTF-8')}PID|||Seán\r`, 'utf8'), 'UTF-8', 'Seán'],
  ['a mark where MSH-18 is empty', bytesOf(`\ufeff${header('')}PID|||Seán\r`, 'utf8'), 'UTF-8', 'Seán'],
  ['UTF-16', bytesOf(`${header('UNICODE UTF-16')}PID|||Seán 😀\r`, 'utf16le'), 'UTF-16LE', 'Seán 😀'],
  ['UTF-16 with a mark', swapped(`\ufeff${header('UNICODE UTF-16')}PID|||Seán\r`), 'UTF-16BE', 'Seán'],
  ['UNICODE that is UTF-16', swapped(`${header('UNICODE')}PID|||Seán\r`), 'UTF-16BE', 'Seán'],
  ['UTF-32', utf32(`${header('UNICODE UTF-32')}PID|||Seán 😀\r`, true), 'UTF-32LE', 'Seán 😀'],
  ['UTF-32 with a mark', utf32(`\ufeff${header('UNICODE UTF-32')}PID|||Seán\r`, false), 'UTF-32BE', 'Seán'],
  ['GB 18030', message('GB 18030-2000', 'Se\xa8\xa2n'), 'GB 18030-2000', 'Seán'],
  ['BIG-5 with half a character that is a delimiter', message('BIG-5', '\xb3\x5c'), 'BIG-5', '許'],
  ['KS X 1001', message('KS X 1001', '\xb1\xe8'), 'KS X 1001', '김'],
])('%s', (_name, bytes, charset, text) => {
  expect(read(bytes)).toEqual([charset, text]);
});

test('where MSH-18 is empty or left out, the partner’s declaration holds, ASCII without one', () => {
  const bytes = message('', 'Se\xe1n');
  expect(read(bytes, '8859/1')).toEqual(['8859/1', 'Seán']);
  expect(read(bytes, 'WINDOWS-1252')).toEqual(['WINDOWS-1252', 'Seán']);
  expect(read(bytes)).toEqual({ fault: 'BYTES', at: bytes.indexOf(0xe1) });
  expect(read(message('', 'Se\xc3\xa1n'))).toEqual({ fault: 'BYTES', at: bytes.indexOf(0xe1) });
  expect(read(bytesOf('MSH|^~\\&|A\rPID|||Se\xe1n\r'), '8859/1')).toEqual(['8859/1', 'Seán']);
});

test.each<[string, Buffer, string, number | null]>([
  ['UTF-8 that is none', message('UNICODE UTF-8', 'Se\xe1n'), 'BYTES', 0xe1],
  ['UTF-8 cut off at the end', bytesOf(`${header('UNICODE UTF-8')}PID|||a\xc3`), 'BYTES', 0xc3],
  ['a surrogate in UTF-8', message('UNICODE UTF-8', '\xed\xa0\x80'), 'BYTES', 0xed],
  ['ASCII that is none', message('ASCII', 'Se\xe1n'), 'BYTES', 0xe1],
  ['a byte that 8859/7 has not', message('8859/7', 'a\xae'), 'BYTES', 0xae],
  ['a byte that 8859/11 has not', message('8859/11', 'a\xdb'), 'BYTES', 0xdb],
  ['half a character of GB 18030', message('GB 18030-2000', 'a\x81'), 'BYTES', 0x81],
  ['a set that nobody knows', message('EBCDIC', 'a'), 'CHARSET_UNKNOWN', null],
  ['a second set that nobody knows', message('ASCII~EBCDIC', 'a'), 'CHARSET_UNKNOWN', null],
  ['a part of 8859 that there is not', message('8859/12', 'a'), 'CHARSET_UNKNOWN', null],
  ['a member of every object', message('constructor', 'a'), 'CHARSET_UNKNOWN', null],
  ['UTF-16 that is not so', message('UNICODE UTF-16', 'a'), 'CHARSET_MISMATCH', null],
  ['UTF-32 that is not so', message('UNICODE UTF-32', 'a'), 'CHARSET_MISMATCH', null],
  ['8859/1 behind a mark of UTF-8', bytesOf(`\ufeff${header('8859/1')}`, 'utf8'), 'CHARSET_MISMATCH', null],
  ['UTF-16 that says 8859/1', bytesOf(header('8859/1'), 'utf16le'), 'CHARSET_MISMATCH', null],
])('%s is a fault', (_name, bytes, fault, byte) => {
  expect(read(bytes)).toEqual({ fault, at: byte === null ? null : bytes.indexOf(byte) });
});

test('a place counts from the first byte, mark included', () => {
  const marked = Buffer.concat([bytesOf('\ufeff', 'utf8'), message('UNICODE UTF-8', 'Se\xe1n')]);
  expect(read(marked)).toEqual({ fault: 'BYTES', at: marked.indexOf(0xe1) });
});

test('a partner whose messages are declared UTF-16 sends nothing else', () => {
  expect(read(message('', 'a'), 'UTF-16LE')).toEqual({ fault: 'CHARSET_MISMATCH', at: null });
  expect(read(bytesOf(`${header('')}PID|||Seán\r`, 'utf16le'), 'UTF-16LE')).toEqual(['UTF-16LE', 'Seán']);
});

test('a message between more sets than eight is refused before they are looked at', () => {
  expect(read(message(Array(8).fill('ASCII').join('~'), 'a'))).toEqual(['ASCII', 'a']);
  expect(read(message(Array(9).fill('ASCII').join('~'), 'a'))).toEqual({
    fault: 'CHARSET_UNKNOWN',
    at: null,
  });
});

test('half a character of UTF-16 and UTF-32 is a fault with its place', () => {
  const half = Buffer.concat([bytesOf(`${header('UNICODE UTF-16')}PID`, 'utf16le'), Buffer.of(0x41)]);
  expect(read(half)).toEqual({ fault: 'BYTES', at: half.length - 1 });
  const surrogate = Buffer.concat([
    bytesOf(header('UNICODE UTF-16'), 'utf16le'),
    Buffer.of(0x00, 0xd8, 0x41, 0x00),
  ]);
  expect(read(surrogate)).toEqual({ fault: 'BYTES', at: surrogate.length - 4 });
  const beyond = Buffer.concat([utf32(header('UNICODE UTF-32'), true), Buffer.of(0, 0, 0x11, 0)]);
  expect(read(beyond)).toEqual({ fault: 'BYTES', at: beyond.length - 4 });
});

test('a delimiter that was half a character of two bytes shifts no field', () => {
  // As single bytes the header has one field more than it has in BIG-5, and MSH-18 is another.
  const bytes = bytesOf(header('BIG-5').replace('|A|', '|\xa6\x7c|').replace('||||||BIG-5', '|||||BIG-5'));
  expect(decode(bytes, 'BIG-5')).toEqual({ fault: 'CHARSET_MISMATCH', at: null });
});

test.each<[string, string, Charset, number, number]>([
  ['a curly quote in ASCII', 'it’s', 'ASCII', 0x2019, 2],
  ['a curly quote in 8859/1', 'it’s', '8859/1', 0x2019, 2],
  ['the euro in 8859/1', '£5 or €5', '8859/1', 0x20ac, 6],
  ['a face in 8859/15', 'é😀', '8859/15', 0x1f600, 1],
  ['what 8859/15 gave up for the euro', '¤', '8859/15', 0xa4, 0],
  ['half a pair of surrogates', '😀\ud83d!', 'UTF-8', 0xd83d, 2],
  ['a control that windows-1252 has not', 'a\x80', 'WINDOWS-1252', 0x80, 1],
  ['anything but ASCII in BIG-5', 'ab許', 'BIG-5', 0x8a31, 2],
])('%s cannot be carried, and nothing stands in for it', (_name, text, charset, codePoint, at) => {
  expect(encode(text, charset)).toEqual({ codePoint, at });
});

test('names: every set that the hub writes into MSH-18 is known by it, and by nothing that looks like it', () => {
  for (const name of ['ASCII', '8859/1', '8859/15', 'UNICODE UTF-8'])
    expect(charsetNamed(name)).not.toBeNull();
  for (const name of ['', '8859', '8859/0', '8859/16', 'UTF', '__proto__', '8859/1x'])
    expect(charsetNamed(name)).toBeNull();
});

test('in every set, all bytes come back as they were, or are refused; 2,000 runs', () => {
  const sets = CHARSETS.filter((charset) => !['GB 18030-2000', 'BIG-5', 'KS X 1001'].includes(charset));
  fc.assert(
    fc.property(fc.constantFrom(...sets), fc.string({ unit: 'binary', maxLength: 30 }), (charset, text) => {
      const encoded = encode(text, charset);
      if (!(encoded instanceof Uint8Array)) {
        expect(text.codePointAt(encoded.at)).toBe(encoded.codePoint);
        expect(encode(text.slice(0, encoded.at), charset)).toBeInstanceOf(Uint8Array);
        return;
      }
      if (charset.startsWith('UTF-16') || charset.startsWith('UTF-32')) return;
      const decoded = decode(encoded, charset);
      // A text that begins as a mark, or with noughts as UTF-16 has them, is another matter.
      if (text.startsWith('\ufeff') || text.slice(0, 4).includes('\0')) return;
      expect(decoded).toMatchObject({ text, charset });
    }),
    { numRuns: 2_000 },
  );
});
