/** Text in an attachment and out of it again, byte for byte. */
import { createHash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { type Json, member, objectsOf, textOf } from '../json.js';

/** Media type of what the hub files. */
export const TEXT_TYPE = 'text/plain; charset=utf-8';

/** SHA-256 of a text in UTF-8, lower-case hexadecimal. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Attachment.data, size and hash (FHIR R4 datatype Attachment: base64, bytes, base64 of SHA-1) of a text. */
export function encodeText(text: string): {
  readonly data: string;
  readonly size: number;
  readonly hash: string;
} {
  const bytes = Buffer.from(text, 'utf8');
  const hash = createHash('sha1').update(bytes).digest('base64');
  return { data: bytes.toString('base64'), size: bytes.length, hash };
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

/** Bytes of base64 as FHIR allows it (white space between); null for anything else, which Node would skip over in silence. */
function bytesOf(data: string): Buffer | null {
  const packed = data.replace(/[ \t\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return null;
  return Buffer.from(packed, 'base64');
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

/**
 * DocumentReference.content[].attachment as text: the one content with plain text in it, decoded by the charset that it
 * declares. Null when there is none or more than one, when it is not inline, or when its charset is missing or does not fit.
 */
export function readText(document: Json): string | null {
  const attachments = objectsOf(document, 'content').map((content) => member(content, 'attachment'));
  if (attachments.length !== 1) return null;
  const [attachment] = attachments;
  const charset = declaredCharset(textOf(attachment, 'contentType') ?? '');
  const data = member(attachment, 'data');
  const bytes = typeof data === 'string' ? bytesOf(data) : null;
  return charset === null || bytes === null ? null : decode(bytes, charset);
}
