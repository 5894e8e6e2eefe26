/** Numbers under which a signed version travels where ids have to be short: the same for ever, whoever computes them. */
import { createHash } from 'node:crypto';
import { BASE_32, randomLetters } from './ids.js';

/**
 * How a number ends that some engines take for the begin of a message, a batch or a file: they look for its name before a separator
 * wherever it stands, and cut the message in two (node-hl7-client 2 and 3, `split`).
 */
const TAKEN_FOR_A_HEADER = /(?:MSH|[BF]HS|[BF]TS)$/;

/** Base 32 (RFC 4648, section 6) without padding. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE_32[(held >>> (bits - 5)) & 31];
    held &= 31;
  }
  return bits === 0 ? text : text + BASE_32[(held << (5 - bits)) & 31];
}

/** Characters of a message's number, and of those the ones that are of what it does. HL7 v2.4 allows a control id (MSH-10) twenty. */
const CONTROL_ID = 20;
const OF_OPERATION = 13;
const OURS = new RegExp(`^[A-Z2-7]{${CONTROL_ID}}$`);

/**
 * Number of what files a version at a destination or withdraws it there, 13 characters: the beginning of the number of every message
 * that does. Filing and withdrawing do not share one.
 * @param destination code of the clinical record system.
 */
export function messageNumber(
  documentVersionId: string,
  destination: string,
  operation: 'FILE' | 'WITHDRAW',
): string {
  const what =
    operation === 'FILE' ? [documentVersionId, destination] : [documentVersionId, destination, operation];
  return base32(createHash('sha256').update(what.join('|')).digest()).slice(0, OF_OPERATION);
}

/**
 * Number of one message: that of what it does, and one of its content, so that a repeat has the number of what it repeats, and what
 * reads otherwise, since the person or the site is known otherwise by now, has another.
 * It does not end in what an engine takes for a header.
 * @param number see `messageNumber`.
 * @param content the message but for its own number.
 */
export function controlIdOf(number: string, content: string): string {
  const ofContent = base32(createHash('sha256').update(content, 'utf8').digest());
  for (let from = 0; ; from++) {
    const controlId = `${number}${ofContent.slice(from)}`.slice(0, CONTROL_ID);
    if (!TAKEN_FOR_A_HEADER.test(controlId)) return controlId;
  }
}

/** A new random number of so many characters of base 32, up to 4,096, that no engine takes for a header. */
export function newNumber(length: number): string {
  for (;;) {
    const number = randomLetters(length);
    if (!TAKEN_FOR_A_HEADER.test(number)) return number;
  }
}

/** Number of what a message does, from the number of the message; any other text as it is. */
export function numberIn(controlId: string): string {
  return OURS.test(controlId) ? controlId.slice(0, OF_OPERATION) : controlId;
}

/** The bytes that a text of `base32` is of. @param text of its alphabet. */
function bytesOf(text: string): Buffer {
  const bits = [...text].map((letter) => BASE_32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

const OF_DOCUMENT = /^[A-Z2-7]{26}$/;

/** Id of the document (uuid) whose number it is, or the number of a version of it; null of any other text. */
export function documentOf(reference: string): string | null {
  const [number = ''] = reference.split('.');
  if (!OF_DOCUMENT.test(number)) return null;
  return bytesOf(number)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Number of a document in all its versions: 26 characters. @param documentId uuid. */
export function documentNumber(documentId: string): string {
  return base32(Buffer.from(documentId.replaceAll('-', ''), 'hex'));
}
