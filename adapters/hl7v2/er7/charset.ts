/** Bytes as text by the message's own word (MSH-18), and text as bytes: never one character in place of another. */
import { CHARSETS, type Charset, charsetNamed, statedName } from './charset-names.js';
import { decodeBytes, encodeText } from './codecs.js';
import { readDelimiters } from './delimiters.js';

/** Why bytes are no text. `at` is a position in the bytes, from 0; null for a fault of the whole. */
export interface CharsetFault {
  readonly fault: /** MSH-18 names a set that is unknown. */
    | 'CHARSET_UNKNOWN'
    /** MSH-18 and the bytes contradict each other: a byte order mark, UTF-16 or UTF-32 that it does not state, or states where it is not. */
    | 'CHARSET_MISMATCH'
    /** A byte that begins no character of the set. */
    | 'BYTES';
  readonly at: number | null;
}

/** Text of bytes. */
export interface Decoded {
  readonly text: string;
  /** The set that the bytes are in. */
  readonly charset: Charset;
  /** A byte order mark stood before the text; it is written again. */
  readonly hasMark: boolean;
}

/** A character that a set cannot carry. */
export interface Uncarried {
  /** Its code point in Unicode; of half a pair of surrogates, its code. */
  readonly codePoint: number;
  /** Position in the text, in UTF-16 units from 0. */
  readonly at: number;
}

const MARKS: readonly (readonly [Charset, readonly number[]])[] = [
  ['UTF-8', [0xef, 0xbb, 0xbf]],
  ['UTF-32LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
];

/** What the first letters of a header, `MSH`, `FHS` or `BHS`, look like in the sets of more than one byte for each. */
const WIDE: readonly (readonly [Charset, readonly boolean[]])[] = [
  ['UTF-32LE', [true, false, false, false]],
  ['UTF-32BE', [false, false, false, true]],
  ['UTF-16LE', [true, false, true, false]],
  ['UTF-16BE', [false, true, false, true]],
];

/** The mark that bytes begin with. */
function markOf(bytes: Buffer): { readonly charset: Charset; readonly length: number } | null {
  const first = bytes[0];
  if (first === undefined || (first !== 0 && first < 0xef)) return null;
  const found = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  return found === undefined ? null : { charset: found[0], length: found[1].length };
}

/** UTF-16 and UTF-32 without a mark show by the noughts among their first four bytes. */
function wideSet(bytes: Buffer): Charset | null {
  if (bytes.length < 4 || (bytes[0] !== 0 && bytes[1] !== 0)) return null;
  return WIDE.find(([, shape]) => shape.every((isByte, at) => isByte === (bytes[at] !== 0)))?.[0] ?? null;
}

/** The first segment, one character for each byte; MSH-18 and what parts it are ASCII in every set of single bytes. */
function headerOf(bytes: Buffer): string {
  let start = 0;
  while (bytes[start] === 0x0d || bytes[start] === 0x0a) start += 1;
  let end = start;
  while (end < bytes.length && bytes[end] !== 0x0d && bytes[end] !== 0x0a) end += 1;
  return bytes.toString('latin1', start, end);
}

/** MSH-18 and what parts its names. A header that cannot be read states nothing; what is wrong with it the parser says. */
interface Stated {
  readonly field: string;
  readonly repetition: string;
}

function statedIn(header: string): Stated {
  const delimiters = readDelimiters(header, 0);
  if (delimiters === null) return { field: '', repetition: '~' };
  return { field: statedName(header, delimiters), repetition: delimiters.repetition };
}

/** Sets that one message changes between at most. */
const MOST_SETS = 8;

/**
 * The set that bytes are in. The first of MSH-18 is the message's; others are those that `\C..\` and `\M..\` change to, and must be
 * known. UTF-16 and UTF-32 count only where the bytes are so, and `UNICODE` alone is UTF-8 else. Where MSH-18 is empty, a mark says
 * it, and without one the declared set holds.
 */
function charsetBy(
  { field, repetition }: Stated,
  declared: Charset,
  found: Charset | null,
): Charset | CharsetFault {
  const names = field.split(repetition, MOST_SETS + 1);
  if (names.length > MOST_SETS) return { fault: 'CHARSET_UNKNOWN', at: null };
  const stated = names.filter((name) => name !== '').map(charsetNamed);
  if (stated.includes(null)) return { fault: 'CHARSET_UNKNOWN', at: null };
  const first = names[0] === '' ? null : charsetNamed(names[0]!);
  const mismatch: CharsetFault = { fault: 'CHARSET_MISMATCH', at: null };
  if (found !== null)
    return first === null || first === 'UNICODE' || found.startsWith(first) ? found : mismatch;
  const wanted = first === 'UNICODE' ? 'UTF-8' : (first ?? declared);
  return CHARSETS.find((charset) => charset === wanted && !/^UTF-(16|32)/.test(charset)) ?? mismatch;
}

/** What was told last: the messages of one feed all state the same. */
let last: { readonly key: string; readonly charset: Charset | CharsetFault } | null = null;

function charsetOf(stated: Stated, declared: Charset, found: Charset | null): Charset | CharsetFault {
  const key = `${declared} ${found} ${stated.repetition}${stated.field}`;
  if (last?.key !== key) last = { key, charset: charsetBy(stated, declared, found) };
  return last.charset;
}

/** True of sets of which a byte is a character of the same code. */
export function isByByte(charset: Charset): boolean {
  return charset === 'ASCII' || charset === '8859/1';
}

/**
 * Text of a message's bytes, or of a batch's header onwards. `declared` is the set of a partner whose messages leave MSH-18 empty.
 * Bytes are decoded whole or not at all.
 */
export function decode(bytes: Uint8Array, declared: Charset = 'ASCII'): Decoded | CharsetFault {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = markOf(all);
  const found = mark?.charset ?? wideSet(all);
  const skipped = mark?.length ?? 0;
  const body = all.subarray(skipped);
  if (found !== null && found !== 'UTF-8') {
    const read = decodeBytes(body, found);
    if (typeof read === 'number') return { fault: 'BYTES', at: read + skipped };
    const charset = charsetOf(statedIn(firstLine(read)), declared, found);
    return typeof charset === 'string' ? { text: read, charset, hasMark: mark !== null } : charset;
  }
  const stated = statedIn(headerOf(body));
  const charset = charsetOf(stated, declared, found);
  if (typeof charset !== 'string') return charset;
  const text = decodeBytes(body, charset);
  if (typeof text === 'number') return { fault: 'BYTES', at: text + skipped };
  // In sets of two bytes a delimiter may have been half a character.
  if (!isByByte(charset) && statedIn(firstLine(text)).field !== stated.field)
    return { fault: 'CHARSET_MISMATCH', at: null };
  return { text, charset, hasMark: mark !== null };
}

function firstLine(text: string): string {
  return /[^\r\n]+/.exec(text)?.[0] ?? '';
}

/** True for a fault rather than a text or bytes. */
export function isCharsetFault(result: Decoded | CharsetFault): result is CharsetFault {
  return 'fault' in result;
}

/** Bytes of a text, or the first character that the set cannot carry. */
export function encode(text: string, charset: Charset, hasMark = false): Uint8Array | Uncarried {
  const encoded = encodeText(text, charset);
  if (!(encoded instanceof Uint8Array) || !hasMark) return encoded;
  const mark = MARKS.find(([of]) => of === charset)?.[1] ?? [];
  return Buffer.concat([Buffer.from(mark), encoded]);
}

/** Text of hexadecimal, of `\X..\`; null when the bytes are none of the set. In sets of more than one byte it is UTF-8 that counts. */
export function decodeHex(hex: string, charset: Charset): string | null {
  const text = decodeBytes(Buffer.from(hex, 'hex'), charset.startsWith('UTF-') ? 'UTF-8' : charset);
  return typeof text === 'number' ? null : text;
}
