/** Bytes in an attachment and out of it again (FHIR R4 datatype Attachment). */
import { createHash } from 'node:crypto';

/** Attachment.data, size and hash: base64, bytes, base64 of SHA-1. */
export interface EncodedBytes {
  readonly data: string;
  readonly size: number;
  readonly hash: string;
}

/** The bytes as an attachment has them. */
export function encodeBytes(bytes: Buffer): EncodedBytes {
  const hash = createHash('sha1').update(bytes).digest('base64');
  return { data: bytes.toString('base64'), size: bytes.length, hash };
}

/** Bytes of base64 as FHIR allows it (white space between); null for anything else, which Node would skip over in silence. */
export function decodeBytes(data: string): Buffer | null {
  const packed = data.replace(/[ \t\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return null;
  return Buffer.from(packed, 'base64');
}
