/** Bytes and text in each character set, whole or with the place where it fails. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Charset } from './charset-names.js';

/** Where a set differs from what the runtime's decoder makes of it: these are read from the standard's own tables. */
const TURKISH: readonly (readonly [number, number])[] = [
  [0xd0, 0x11e],
  [0xdd, 0x130],
  [0xde, 0x15e],
  [0xf0, 0x11f],
  [0xfd, 0x131],
  [0xfe, 0x15f],
];

/** Code points of the upper half of a set of single bytes, by byte less 0x80; -1 where the set has none. */
type Upper = Int32Array;

function upperOf(charset: Charset): Upper {
  const upper = Int32Array.from({ length: 128 }, (_none, at) => at + 0x80);
  if (charset === '8859/1') return upper;
  if (charset === '8859/9') {
    for (const [byte, codePoint] of TURKISH) upper[byte - 0x80] = codePoint;
    return upper;
  }
  if (charset === '8859/11') {
    // Thai: U+0E01 to U+0E5B in their order, from 0xA1 and with a gap of four.
    for (let byte = 0xa1; byte <= 0xff; byte++) {
      const isCharacter = byte <= 0xda || (byte >= 0xdf && byte <= 0xfb);
      upper[byte - 0x80] = isCharacter ? byte - 0xa1 + 0x0e01 : -1;
    }
    return upper;
  }
  const isWindows = charset === 'WINDOWS-1252';
  const label = isWindows ? 'windows-1252' : `iso-8859-${charset.slice(5)}`;
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  for (let byte = isWindows ? 0x80 : 0xa0; byte <= 0xff; byte++) {
    try {
      upper[byte - 0x80] = decoder.decode(Uint8Array.of(byte)).codePointAt(0)!;
    } catch {
      upper[byte - 0x80] = -1;
    }
  }
  return upper;
}

const uppers = new Map<Charset, Upper>();

function upperFor(charset: Charset): Upper {
  let upper = uppers.get(charset);
  if (upper === undefined) {
    upper = upperOf(charset);
    uppers.set(charset, upper);
  }
  return upper;
}

function decodeSingle(bytes: Buffer, charset: Charset): string | number {
  const upper = upperFor(charset);
  const units = Buffer.allocUnsafe(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    const codePoint = byte < 0x80 ? byte : upper[byte - 0x80]!;
    if (codePoint < 0) return at;
    units[at * 2] = codePoint & 0xff;
    units[at * 2 + 1] = codePoint >> 8;
  }
  return units.toString('utf16le');
}

/** Where bytes stop being of a set of several bytes: behind the last whole character before the first fault. */
function faultAt(bytes: Buffer, label: string): number {
  const isGood = (length: number, stream: boolean): boolean => {
    try {
      new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  // As a stream, a beginning that ends within a character is good too.
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isGood(middle, true)) good = middle;
    else bad = middle;
  }
  while (good > 0 && !isGood(good, false)) good -= 1;
  return good;
}

const LABELS: Partial<Readonly<Record<Charset, string>>> = {
  'UTF-8': 'utf-8',
  'UTF-16LE': 'utf-16le',
  'GB 18030-2000': 'gb18030',
  'BIG-5': 'big5',
  'KS X 1001': 'euc-kr',
};

function decodeSeveral(bytes: Buffer, label: string): string | number {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return faultAt(bytes, label);
  }
}

function decode32(bytes: Buffer, isLittle: boolean): string | number {
  if (bytes.length % 4 !== 0) return bytes.length - (bytes.length % 4);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const codePoint = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return at;
    parts.push(String.fromCodePoint(codePoint));
  }
  return parts.join('');
}

/** Text of bytes, or the position of the first that begins no character. A byte order mark is a character here. */
export function decodeBytes(bytes: Buffer, charset: Charset): string | number {
  if (charset === 'ASCII') {
    if (isAscii(bytes)) return bytes.toString('latin1');
    return bytes.findIndex((byte) => byte > 0x7f);
  }
  if (charset === '8859/1') return bytes.toString('latin1');
  if (charset === 'UTF-8' && isUtf8(bytes)) return bytes.toString('utf8');
  if (charset === 'UTF-32LE' || charset === 'UTF-32BE') return decode32(bytes, charset === 'UTF-32LE');
  if (charset === 'UTF-16BE') {
    const even = Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
    const text = decodeSeveral(even, 'utf-16le');
    return typeof text === 'string' && bytes.length % 2 === 1 ? bytes.length - 1 : text;
  }
  const label = LABELS[charset];
  return label === undefined ? decodeSingle(bytes, charset) : decodeSeveral(bytes, label);
}

/** A character that stopped an encoding. */
interface Stopped {
  readonly codePoint: number;
  readonly at: number;
}

/** First half of a pair of surrogates without the other. */
function firstHalf(text: string): Stopped | null {
  if (text.isWellFormed()) return null;
  for (let at = 0; ; at++) {
    const codePoint = text.codePointAt(at)!;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return { codePoint, at };
    if (codePoint > 0xffff) at += 1;
  }
}

function encodeAscii(text: string): Uint8Array | Stopped {
  for (let at = 0; at < text.length; at++)
    if (text.charCodeAt(at) > 0x7f) return { codePoint: text.codePointAt(at)!, at };
  return Buffer.from(text, 'latin1');
}

function encodeSingle(text: string, charset: Charset): Uint8Array | Stopped {
  const bytes = new Map<number, number>();
  upperFor(charset).forEach((codePoint, at) => {
    if (codePoint >= 0) bytes.set(codePoint, at + 0x80);
  });
  const encoded = Buffer.allocUnsafe(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const byte = unit < 0x80 ? unit : bytes.get(unit);
    if (byte === undefined) return { codePoint: text.codePointAt(at)!, at };
    encoded[at] = byte;
  }
  return encoded;
}

function encode32(text: string, isLittle: boolean): Uint8Array {
  const codePoints = Array.from(text, (character) => character.codePointAt(0)!);
  const encoded = Buffer.allocUnsafe(codePoints.length * 4);
  codePoints.forEach((codePoint, at) => {
    if (isLittle) encoded.writeUInt32LE(codePoint, at * 4);
    else encoded.writeUInt32BE(codePoint, at * 4);
  });
  return encoded;
}

/** Bytes of a text, or the first character that the set cannot carry. */
export function encodeText(text: string, charset: Charset): Uint8Array | Stopped {
  if (charset.startsWith('UTF-')) {
    const half = firstHalf(text);
    if (half !== null) return half;
    if (charset === 'UTF-8') return Buffer.from(text, 'utf8');
    if (charset === 'UTF-16LE') return Buffer.from(text, 'utf16le');
    return charset === 'UTF-16BE'
      ? Buffer.from(text, 'utf16le').swap16()
      : encode32(text, charset === 'UTF-32LE');
  }
  if (charset.startsWith('8859/') || charset === 'WINDOWS-1252') return encodeSingle(text, charset);
  return encodeAscii(text);
}
