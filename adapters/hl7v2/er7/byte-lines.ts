/** Lines of a stream of bytes, with their ends, whatever the pieces that they come in. */

/** A line. */
export interface ByteLine {
  /** The line with its end: CR, LF, both, or nothing at the end of the stream. */
  readonly bytes: Buffer;
  /** Length without its end. */
  readonly length: number;
}

const CR = 0x0d;
const LF = 0x0a;

/** Position of the first CR or LF from there on; -1 when there is none. */
function endOf(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) if (bytes[at] === CR || bytes[at] === LF) return at;
  return -1;
}

/**
 * Lines, blank ones among them. A line longer than `most` bytes comes cut into pieces of no more than a chunk over that, so that none is
 * held whole: whoever reads them counts their bytes.
 */
export async function* byteLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most: number,
): AsyncGenerator<ByteLine> {
  let begun: Buffer[] = [];
  let held = 0;
  let endsInCr = false;
  const take = (last: Buffer): Buffer => {
    const whole = begun.length === 0 ? last : Buffer.concat([...begun, last]);
    begun = [];
    held = 0;
    return whole;
  };
  for await (const chunk of chunks) {
    // A source may use its bytes again for the next chunk.
    const bytes = Buffer.from(chunk);
    let start = 0;
    if (endsInCr && bytes.length > 0) {
      endsInCr = false;
      if (bytes[0] === LF) start = 1;
      const line = take(bytes.subarray(0, start));
      yield { bytes: line, length: line.length - 1 - start };
    }
    for (let end = endOf(bytes, start); end >= 0; end = endOf(bytes, start)) {
      if (bytes[end] === CR && end + 1 === bytes.length) {
        endsInCr = true;
        break;
      }
      const next = bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
      const line = take(bytes.subarray(start, next));
      yield { bytes: line, length: line.length - (next - end) };
      start = next;
    }
    if (start < bytes.length) {
      begun.push(bytes.subarray(start));
      held += bytes.length - start;
    }
    if (held > most && !endsInCr) {
      const piece = take(Buffer.alloc(0));
      yield { bytes: piece, length: piece.length };
    }
  }
  const last = take(Buffer.alloc(0));
  if (last.length > 0) yield { bytes: last, length: last.length - (endsInCr ? 1 : 0) };
}
