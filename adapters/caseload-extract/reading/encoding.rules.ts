/** Encodings of files: found by mark or by looking, and decoded without ever putting one character in place of another. */
import { isUtf8 } from 'node:buffer';
import { decodeWindows1252 } from './windows-1252.rules.js';

/** An encoding that bytes are decoded in. */
export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'WINDOWS-1252';

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['UTF-8', [0xef, 0xbb, 0xbf]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
];

/** The encoding whose byte order mark (Unicode 15, section 23.8) the bytes begin with, and the mark's length. */
export function markOf(bytes: Buffer): { readonly encoding: Encoding; readonly length: number } | null {
  const found = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  return found === undefined ? null : { encoding: found[0], length: found[1].length };
}

/** UTF-16 without a mark shows in every other byte of the first lines being nought, as headings are mostly ASCII. */
export function looksLikeUtf16(bytes: Buffer): 'UTF-16LE' | 'UTF-16BE' | null {
  const length = Math.min(bytes.length, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even += 1;
    if (bytes[at + 1] === 0) odd += 1;
  }
  if (odd > length / 4 && even === 0) return 'UTF-16LE';
  return even > length / 4 && odd === 0 ? 'UTF-16BE' : null;
}

/** True when a character of several bytes in UTF-8 stands in the bytes: text in windows-1252 has no such pairs. */
export function hasUtf8Sequence(bytes: Buffer): boolean {
  const isNext = (at: number): boolean => (bytes[at]! & 0xc0) === 0x80;
  for (let at = 0; at < bytes.length - 1; at++) {
    const byte = bytes[at]!;
    if (byte < 0xc2 || byte > 0xf4 || !isNext(at + 1)) continue;
    if (byte < 0xe0 || (at + 2 < bytes.length && isNext(at + 2))) return true;
  }
  return false;
}

const utf16 = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });

/** The text of whole lines; null when the bytes are not of the encoding. Nothing is replaced. */
export function decodeLines(bytes: Buffer, encoding: Encoding): string | null {
  if (encoding === 'UTF-8') return isUtf8(bytes) ? bytes.toString('utf8') : null;
  if (encoding === 'WINDOWS-1252') return decodeWindows1252(bytes);
  if (bytes.length % 2 !== 0) return null;
  try {
    return utf16.decode(encoding === 'UTF-16LE' ? bytes : Buffer.from(bytes).swap16());
  } catch {
    return null;
  }
}
