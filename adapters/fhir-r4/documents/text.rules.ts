/** Text in an attachment and out of it again, byte for byte. */
import { createHash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { sealedText } from '../../../src/core/pdf/seal.rules.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { decodeBytes, type EncodedBytes, encodeBytes } from './content.rules.js';

/** Media type of what the hub files as text. */
export const TEXT_TYPE = 'text/plain; charset=utf-8';
/** Media type of what the hub files as a page. */
export const PDF_TYPE = 'application/pdf';

/** SHA-256 of a text in UTF-8, lower-case hexadecimal. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Attachment.data, size and hash of a text in UTF-8. */
export function encodeText(text: string): EncodedBytes {
  return encodeBytes(Buffer.from(text, 'utf8'));
}

/** The charset that a media type declares for plain text, in lower case; null when it is another type or declares none. */
function declaredCharset(contentType: string): string | null {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim());
  if (type?.toLowerCase() !== 'text/plain') return null;
  const charsets = parameters
    .map((parameter) => /^charset\s*=\s*"?([A-Za-z0-9_:.+-]+)"?$/i.exec(parameter)?.[1]?.toLowerCase())
    .filter((charset) => charset !== undefined);
  return charsets.length === 1 ? charsets[0]! : null;
}

/** The text by a charset; null for bytes that are not of it, and for charsets that are read in more than one way. */
function decode(bytes: Buffer, charset: string): string | null {
  if (charset === 'iso-8859-1') return bytes.toString('latin1');
  if (charset === 'us-ascii') return bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : null;
  if (!['utf-8', 'utf-16le', 'utf-16be'].includes(charset)) return null;
  try {
    // A byte order mark is a character of the text: dropping it would make two texts equal that are not.
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The media type without its parameters, in lower case. */
const typeOf = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

/**
 * DocumentReference.content[].attachment as text: that of the one content, decoded by the charset that plain text declares,
 * or the text within a PDF whose seal holds. Null when there is no content or more than one, when it is not inline, of
 * another type, in a charset that is missing or does not fit, or a PDF of which a single byte is not as it was made.
 */
export function readText(document: Json): string | null {
  const attachments = objectsOf(document, 'content').map((content) => member(content, 'attachment'));
  if (attachments.length !== 1) return null;
  const [attachment] = attachments;
  const contentType = textOf(attachment, 'contentType') ?? '';
  const data = member(attachment, 'data');
  const bytes = typeof data === 'string' ? decodeBytes(data) : null;
  if (bytes === null) return null;
  if (typeOf(contentType) === PDF_TYPE) return sealedText(bytes);
  const charset = declaredCharset(contentType);
  return charset === null ? null : decode(bytes, charset);
}
