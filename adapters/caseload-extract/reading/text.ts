/** The text of a file, decoded whole line by whole line, with line ends made alike. */
import type { FileHandle } from 'node:fs/promises';
import { refusal } from '../refusal.js';
import type { Stop } from '../stop.js';
import { blocksOf, chunksOf } from './blocks.js';
import { decodeLines } from './encoding.rules.js';
import type { FoundEncoding } from './fingerprint.js';

/** Lines of a text that end in it. */
function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Which line of the bytes, from 0, cannot be decoded. */
function badLine(bytes: Buffer, encoding: FoundEncoding['encoding']): number {
  const unit = encoding.startsWith('UTF-16') ? 2 : 1;
  const low = encoding === 'UTF-16BE' ? 1 : 0;
  let line = 0;
  let from = 0;
  for (let at = 0; at + unit <= bytes.length; at += unit) {
    if (bytes[at + low] !== 0x0a || (unit === 2 && bytes[at + 1 - low] !== 0)) continue;
    if (decodeLines(bytes.subarray(from, at + unit), encoding) === null) return line;
    line += 1;
    from = at + unit;
  }
  return line;
}

/**
 * Text in pieces of whole lines; every line end is a line feed, those within quotes too.
 * @throws HUB_CASELOAD_FILE_ENCODING with the line that cannot be decoded.
 */
export async function* textOf(
  file: FileHandle,
  { encoding, markBytes }: FoundEncoding,
  stop: Stop,
): AsyncGenerator<string> {
  let line = 1;
  for await (const block of blocksOf(chunksOf(file, markBytes, stop), encoding)) {
    const decoded = decodeLines(block, encoding);
    if (decoded === null)
      throw refusal('HUB_CASELOAD_FILE_ENCODING', 'UNDECODABLE', {
        encoding,
        line: line + badLine(block, encoding),
      });
    const text = decoded.replace(/\r\n?/g, '\n');
    line += lineEnds(text);
    yield text;
  }
}
