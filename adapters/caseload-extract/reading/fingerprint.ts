/** First look at a file: its hash, its size and the encoding that the whole of it is in. */
import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { CaseloadExtractSettings } from '../settings.js';
import type { Stop } from '../stop.js';
import { blocksOf, chunksOf } from './blocks.js';
import { type Encoding, hasUtf8Sequence, looksLikeUtf16, markOf } from './encoding.rules.js';

/** What the first look tells. */
export interface Fingerprint {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Encoding of a file, and where its text begins. */
export interface FoundEncoding {
  readonly encoding: Encoding;
  /** Bytes of the byte order mark; 0 without one. */
  readonly markBytes: number;
}

/** Hash and size of an open file. */
export async function fingerprintOf(file: FileHandle, stop: Stop): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunksOf(file, 0, stop)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/**
 * The stated encoding, or the one found: by byte order mark, by noughts (UTF-16), UTF-8 where every byte of the file is,
 * and windows-1252 where none of it reads as UTF-8. A file of which only a part is UTF-8 stays UTF-8, and is refused at
 * the line where it is not. Null where a mark contradicts what is stated.
 */
export async function findEncoding(
  file: FileHandle,
  stated: CaseloadExtractSettings['encoding'],
  stop: Stop,
): Promise<FoundEncoding | null> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  const head = buffer.subarray(0, bytesRead);
  const mark = markOf(head);
  if (mark !== null)
    return stated === 'DETECT' || stated === mark.encoding
      ? { encoding: mark.encoding, markBytes: mark.length }
      : null;
  if (stated !== 'DETECT') return { encoding: stated, markBytes: 0 };
  const wide = looksLikeUtf16(head);
  if (wide !== null) return { encoding: wide, markBytes: 0 };
  let isWhole = true;
  let hasSequence = false;
  for await (const block of blocksOf(chunksOf(file, 0, stop), 'UTF-8')) {
    if (isWhole && isUtf8(block)) {
      hasSequence ||= !isAscii(block);
      continue;
    }
    isWhole = false;
    hasSequence ||= hasUtf8Sequence(block);
    if (hasSequence) break;
  }
  return { encoding: isWhole || hasSequence ? 'UTF-8' : 'WINDOWS-1252', markBytes: 0 };
}
