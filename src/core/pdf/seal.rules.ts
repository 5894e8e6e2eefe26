/** The seal of a PDF: a hash over all its bytes, by which a copy that is read back is known to be the one that was made. */
import { createHash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { inflateSync } from 'node:zlib';

const DIGITS = 64;

/** Stands where the hash will be, as one of the document's key words. */
export const UNSEALED = `ips-hub-seal-sha256-${'0'.repeat(DIGITS)}`;

/** The object that holds the key words, as the library writes it; no text of a document could hold these parentheses unescaped. */
const SEAL = /\n\d{1,10} 0 obj\n\(ips-hub-seal-sha256-([0-9a-f]{64})\)\nendobj\n/g;

/** The file that the PDF has within it, deflated, as the library writes it. */
const EMBEDDED =
  /\/Type \/EmbeddedFile\n\/Params <<\n[^>]*>>\n\/Subtype \/text#2Fplain\n\/Length (\d{1,10})\n\/Filter \/FlateDecode\n>>\nstream\n/g;

/** Bytes of text past which an embedded file is not unpacked. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Place {
  /** Offset of the first digit. */
  readonly at: number;
  readonly digits: string;
}

function onlyMatch(pattern: RegExp, bytes: Buffer): RegExpExecArray | null {
  const matches = [...bytes.toString('latin1').matchAll(pattern)];
  return matches.length === 1 ? matches[0]! : null;
}

function placeOf(bytes: Buffer): Place | null {
  const match = onlyMatch(SEAL, bytes);
  return match === null ? null : { at: match.index + match[0].indexOf(match[1]!), digits: match[1]! };
}

/** The hash of the bytes with noughts in place of the hash itself. */
function hashAround(bytes: Buffer, { at }: Place): string {
  const hash = createHash('sha256');
  hash
    .update(bytes.subarray(0, at))
    .update('0'.repeat(DIGITS))
    .update(bytes.subarray(at + DIGITS));
  return hash.digest('hex');
}

/** The document with its seal in place of `UNSEALED`; of the same length, so that nothing in it moves. */
export function sealed(bytes: Buffer): Buffer {
  const place = placeOf(bytes);
  if (place === null) throw new RangeError('the document has no place for a seal');
  const copy = Buffer.from(bytes);
  copy.write(hashAround(bytes, place), place.at, 'latin1');
  return copy;
}

/**
 * The text that a sealed PDF has within it. Null for one whose seal is missing or broken: a single byte that differs from what
 * was made is enough.
 */
export function sealedText(bytes: Buffer): string | null {
  const place = placeOf(bytes);
  if (place === null || hashAround(bytes, place) !== place.digits) return null;
  const file = onlyMatch(EMBEDDED, bytes);
  if (file === null) return null;
  const from = file.index + file[0].length;
  try {
    const text = inflateSync(bytes.subarray(from, from + Number(file[1])), { maxOutputLength: MOST_BYTES });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return null;
  }
}
