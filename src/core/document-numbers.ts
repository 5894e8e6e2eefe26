/** Numbers under which a signed version travels where ids have to be short: the same for ever, whoever computes them. */
import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base 32 (RFC 4648, section 6) without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31];
    held &= 31;
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

/**
 * Number of the message that files a version at a destination or withdraws it there: 20 characters, the longest that HL7 v2.4 allows a
 * control id (MSH-10). A repeat has the number of what it repeats; filing and withdrawing do not share one.
 * @param destination code of the clinical record system.
 */
export function messageNumber(
  documentVersionId: string,
  destination: string,
  operation: 'FILE' | 'WITHDRAW',
): string {
  const what =
    operation === 'FILE' ? [documentVersionId, destination] : [documentVersionId, destination, operation];
  return base32(createHash('sha256').update(what.join('|')).digest()).slice(0, 20);
}

/** Number of a document in all its versions: 26 characters. @param documentId uuid. */
export function documentNumber(documentId: string): string {
  return base32(Buffer.from(documentId.replaceAll('-', ''), 'hex'));
}
