/** DocumentReference.content (FHIR R4) as the text of one document: which attachment, where it is, and whether it is whole. */
import { createHash } from 'node:crypto';
import { DocumentFault } from '../../../src/clinical/record.port.js';
import { HubError } from '../../../src/core/errors.js';
import { asObject, type Json, member, objectsOf, textOf } from '../json.js';
import { localReference } from '../mapping/references.rules.js';

/** Character sets that are read; text without one is UTF-8, which plain ASCII is too. */
const CHARSETS: readonly string[] = ['utf-8', 'us-ascii', 'iso-8859-1', 'windows-1252'];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The failure that tells why a text cannot be shown. */
export function unreadable(rule: DocumentFault): HubError {
  return new HubError('HUB_RECORD_DOCUMENT', { details: { rule } });
}

/** The character set of plain text in one that is read, lower case; null for any other media type (RFC 9110 section 8.3). */
export function plainCharset(contentType: string | null): string | null {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (type.trim() !== 'text/plain') return null;
  const stated = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/.exec(parameter)?.[1])
    .find((charset) => charset !== undefined);
  const charset = stated === 'utf8' ? 'utf-8' : (stated ?? 'utf-8');
  return CHARSETS.includes(charset) ? charset : null;
}

/** Where the bytes of an attachment are. */
export type Content =
  | { readonly at: 'HERE'; readonly attachment: Json; readonly charset: string; readonly data: string }
  | { readonly at: 'BINARY'; readonly attachment: Json; readonly charset: string; readonly id: string };

/**
 * DocumentReference.content.attachment of the first that is plain text: its `data`, else its `url` where that is a Binary of
 * this server. Anything else is refused: `NOT_TEXT`, or `ELSEWHERE` for bytes that are not here, which are never fetched.
 */
export function contentOf(document: Json, baseUrl: string): Content {
  for (const content of objectsOf(document, 'content')) {
    const attachment = asObject(member(content, 'attachment'));
    const charset = plainCharset(textOf(attachment, 'contentType'));
    if (attachment === null || charset === null) continue;
    const data = member(attachment, 'data');
    if (typeof data === 'string') return { at: 'HERE', attachment, charset, data };
    const target = localReference({ reference: textOf(attachment, 'url') }, baseUrl);
    if (target?.type !== 'Binary') throw unreadable(DocumentFault.ELSEWHERE);
    return { at: 'BINARY', attachment, charset, id: target.id };
  }
  throw unreadable(DocumentFault.NOT_TEXT);
}

/**
 * The text behind base64, held to Attachment.size and Attachment.hash (SHA-1, base64) where they are stated. Longer than
 * `maxBytes` is `TOO_LARGE`; characters that are none, or another size or hash, is `DAMAGED`: half a text is none.
 */
export function textIn(data: string, charset: string, attachment: Json, maxBytes: number): string {
  const base64 = data.replace(/\s+/g, '');
  if (base64.length > Math.ceil(maxBytes / 3) * 4) throw unreadable(DocumentFault.TOO_LARGE);
  if (!BASE64.test(base64)) throw unreadable(DocumentFault.DAMAGED);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > maxBytes) throw unreadable(DocumentFault.TOO_LARGE);
  const size = member(attachment, 'size');
  const hash = textOf(attachment, 'hash');
  const whole =
    (size === undefined || size === bytes.length) &&
    (hash === null || hash === createHash('sha1').update(bytes).digest('base64'));
  if (!whole) throw unreadable(DocumentFault.DAMAGED);
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(DocumentFault.DAMAGED);
  }
}
