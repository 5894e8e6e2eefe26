/** Encodings: found or stated, decoded without a character in place of another, refused with the line. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeLines } from '../../../../adapters/caseload-extract/reading/encoding.rules.js';
import { findEncoding } from '../../../../adapters/caseload-extract/reading/fingerprint.js';
import { textOf } from '../../../../adapters/caseload-extract/reading/text.js';
import { stopOf } from '../../../../adapters/caseload-extract/stop.js';
import { scratchFolder } from '../../../support/scratch-folder.js';

const folder = scratchFolder('hub-encoding-');
afterAll(() => rmSync(folder, { recursive: true }));

type Stated = Parameters<typeof findEncoding>[1];

async function withFile<T>(bytes: Buffer, work: (file: FileHandle) => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file'), bytes);
  const file = await open(join(folder, 'file'));
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The encoding found, with the text or the failure. */
function read(bytes: Buffer, stated: Stated = 'DETECT'): Promise<{ encoding?: string; text?: string }> {
  return withFile(bytes, async (file) => {
    const found = await findEncoding(file, stated, stopOf());
    if (found === null) return {};
    let text = '';
    for await (const piece of textOf(file, found, stopOf())) text += piece;
    return { encoding: found.encoding, text };
  });
}

const TEXT = 'Zoë O’Brien, £5 – “né”\nsecond line\n';
const HIGH: Record<string, number> = { '’': 0x92, '–': 0x96, '“': 0x93, '”': 0x94 };
const windows1252 = (text: string): Buffer =>
  Buffer.from([...text].map((character) => HIGH[character] ?? character.charCodeAt(0)));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

test.each<[string, Buffer, string]>([
  ['UTF-8', Buffer.from(TEXT), 'UTF-8'],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`), 'UTF-8'],
  ['UTF-16LE with its mark', utf16(`\ufeff${TEXT}`), 'UTF-16LE'],
  ['UTF-16BE with its mark', utf16(`\ufeff${TEXT}`).swap16(), 'UTF-16BE'],
  ['UTF-16LE without', utf16(TEXT), 'UTF-16LE'],
  ['UTF-16BE without', utf16(TEXT).swap16(), 'UTF-16BE'],
  ['windows-1252', windows1252(TEXT), 'WINDOWS-1252'],
])('%s is found, and every character comes as it is', async (_name, bytes, encoding) => {
  expect(await read(bytes)).toEqual({ encoding, text: TEXT });
  expect(await read(bytes, encoding as Stated)).toEqual({ encoding, text: TEXT });
});

test('a mark that contradicts what is stated is no encoding at all', async () => {
  expect(await read(Buffer.from(`\ufeff${TEXT}`), 'WINDOWS-1252')).toEqual({});
  expect(await read(utf16(`\ufeff${TEXT}`), 'UTF-8')).toEqual({});
});

test('every byte of windows-1252 is its character of the index; five bytes are none', () => {
  const euro = decodeLines(Buffer.from([0x80, 0x9f, 0xa3, 0xff]), 'WINDOWS-1252');
  expect(euro).toBe('€Ÿ£ÿ');
  const none = [...Array(256).keys()].filter(
    (byte) => decodeLines(Buffer.from([byte]), 'WINDOWS-1252') === null,
  );
  expect(none).toEqual([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
  const all = [...Array(256).keys()].filter((byte) => !none.includes(byte));
  const text = decodeLines(Buffer.from(all), 'WINDOWS-1252')!;
  expect(new Set(text).size).toBe(251);
  expect(text).not.toMatch(/[\x80-\x9f\ufffd?]{2}/);
});

const manyLines = `${'é line of some length, to fill several blocks\n'.repeat(9_000)}`;

test.each<[string, Buffer, Stated, number]>([
  [
    'a byte that is not UTF-8',
    Buffer.concat([Buffer.from('é\nb\n'), Buffer.from([0xe9, 0x0a])]),
    'DETECT',
    3,
  ],
  ['UTF-8 cut within a character', Buffer.from('é\né\né').subarray(0, -1), 'DETECT', 3],
  ['a byte that windows-1252 does not have', Buffer.from([0x61, 0x0a, 0xe9, 0x81, 0x0a]), 'WINDOWS-1252', 2],
  ['half a surrogate pair', utf16('a\nb\n\ud83d\nc\n'), 'UTF-16LE', 3],
  ['an odd byte at the end', Buffer.concat([utf16('a\nb\n'), Buffer.from([0x63])]), 'UTF-16LE', 3],
  [
    'a fault after several blocks',
    Buffer.concat([Buffer.from(manyLines), Buffer.from([0xff, 0x0a])]),
    'UTF-8',
    9_001,
  ],
])('%s is refused with its line', async (_name, bytes, stated, line) => {
  await expect(read(bytes, stated)).rejects.toMatchObject({
    code: 'HUB_CASELOAD_FILE_ENCODING',
    details: { fault: 'UNDECODABLE', line },
  });
});

test('line ends of each kind become line feeds, across blocks too', async () => {
  expect((await read(Buffer.from('a\r\nb\rc\nd'))).text).toBe('a\nb\nc\nd');
  const old = `${'x'.repeat(50)}\r`.repeat(5_000);
  expect((await read(Buffer.from(old))).text).toBe(old.replaceAll('\r', '\n'));
  const windows = `${'x'.repeat(61)}\r\n`.repeat(5_000);
  expect((await read(Buffer.from(windows))).text).toBe(windows.replaceAll('\r\n', '\n'));
});

test('a line without end is refused before it fills memory', async () => {
  await expect(read(Buffer.alloc(3 * 1024 * 1024, 'x'))).rejects.toMatchObject({
    code: 'HUB_CASELOAD_FILE_FORMAT',
    details: { fault: 'LINE_TOO_LONG' },
  });
});

test('any text comes back as it was, in each encoding that can hold it', async () => {
  const lines = fc
    .array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 8 })
    .map((all) => all.map((one) => one.replace(/[\r\n\0\ufeff]/g, '')).join('\n'));
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.constantFrom<Stated[]>('UTF-8', 'UTF-16LE', 'UTF-16BE'),
      async (text, stated) => {
        const bytes = {
          'UTF-8': Buffer.from(text),
          'UTF-16LE': utf16(text),
          'UTF-16BE': utf16(text).swap16(),
        };
        expect((await read(bytes[stated as keyof typeof bytes], stated)).text).toBe(text);
      },
    ),
    { numRuns: 150 },
  );
});

test('no bytes at all are ever read as something that they are not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (array) => {
      const bytes = Buffer.from(array);
      const outcome = await read(bytes).catch((error: unknown) => error as { code: string });
      if ('code' in outcome) expect(outcome.code).toMatch(/^HUB_CASELOAD_FILE_(ENCODING|FORMAT)$/);
      else expect(outcome.text).not.toContain('\ufffd'.repeat(bytes.includes(0xbd) ? 99 : 1));
    }),
    { numRuns: 300 },
  );
});
