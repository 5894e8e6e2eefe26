/** A file as blocks of whole lines, so that each can be decoded by itself and a fault has a line. */
import type { FileHandle } from 'node:fs/promises';
import { refusal } from '../refusal.js';
import { type Stop, stopped } from '../stop.js';
import type { Encoding } from './encoding.rules.js';

/** Bytes read at once. */
const CHUNK_BYTES = 64 * 1024;
/** Bytes of one line past which a file is none of lines. */
const MOST_LINE_BYTES = 1024 * 1024;

/** Position behind the last line end in the bytes; 0 when there is none. A lone carriage return counts where it is not the last byte. */
function endOfLines(bytes: Buffer, encoding: Encoding): number {
  if (encoding === 'UTF-8' || encoding === 'WINDOWS-1252') {
    const feed = bytes.lastIndexOf(0x0a);
    return (feed >= 0 ? feed : bytes.lastIndexOf(0x0d, -2)) + 1;
  }
  const low = encoding === 'UTF-16LE' ? 0 : 1;
  for (const end of [0x0a, 0x0d])
    for (let at = (bytes.length & ~1) - (end === 0x0a ? 2 : 4); at >= 0; at -= 2)
      if (bytes[at + low] === end && bytes[at + 1 - low] === 0) return at + 2;
  return 0;
}

/**
 * Chunks of an open file from a position to its end. Each is over when the next is asked for: they share their bytes.
 * @throws HUB_UPSTREAM_STOPPED between two of them.
 */
export async function* chunksOf(file: FileHandle, from: number, stop: Stop): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = from; ; ) {
    if (stop.aborted) throw stopped();
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Blocks of whole lines, over as chunks are; only the last may lack its line end. @throws HUB_CASELOAD_FILE_FORMAT for a line without end. */
export async function* blocksOf(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = endOfLines(bytes, encoding);
    if (end > 0) yield bytes.subarray(0, end);
    rest = Buffer.from(bytes.subarray(end));
    if (rest.length > MOST_LINE_BYTES) throw refusal('HUB_CASELOAD_FILE_FORMAT', 'LINE_TOO_LONG');
  }
  if (rest.length > 0) yield rest;
}
