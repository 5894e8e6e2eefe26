/** Files of messages: batches with their headers and trailers (HL7 v2.7, section 2.10.3), or messages one after another. */
import { type ByteLine, byteLines } from './byte-lines.js';
import { decode } from './charset.js';
import type { Charset } from './charset-names.js';
import { type Delimiters, readDelimiters } from './delimiters.js';
import { Er7Segment } from './message.js';

/** What is wrong with a file of messages. */
export type BatchFaultCode =
  /** No message and no header. */
  | 'EMPTY'
  /** A line that belongs to no message and is no header or trailer. */
  | 'OUTSIDE'
  /** A header or trailer where none may stand, as a second file header, or a trailer without its header. */
  | 'ORDER'
  /** A header whose delimiters cannot be read. */
  | 'DELIMITERS'
  /** UTF-16 or UTF-32, or a header that is not of the declared character set. */
  | 'CHARSET'
  /** A count in a trailer that is no number. */
  | 'COUNT'
  /** The batch's trailer counts other than as many messages as there are. */
  | 'BATCH_COUNT'
  /** The file's trailer counts other than as many batches as there are. */
  | 'FILE_COUNT'
  /** A header without its trailer: the file was cut short. */
  | 'UNFINISHED'
  /** A message longer than is read. */
  | 'TOO_LONG';

/** A file that cannot be trusted as a whole; never quotes it. */
export class BatchFault extends Error {
  readonly fault: BatchFaultCode;
  /** Number of the line, from 1; blank ones count. */
  readonly line: number;

  constructor(fault: BatchFaultCode, line: number) {
    super(`${fault} in line ${line}`);
    this.name = 'BatchFault';
    this.fault = fault;
    this.line = line;
  }
}

/** What a file holds, in its order. */
export type BatchItem =
  /** Header of the file or of a batch. */
  | { readonly kind: 'FILE' | 'BATCH'; readonly header: Er7Segment; readonly line: number }
  /** A message: its bytes from its header to the line end of its last segment, and the line of the header. */
  | {
      readonly kind: 'MESSAGE';
      readonly bytes: Buffer;
      readonly line: number;
      /** Number of its batch, from 1; 0 outside of batches. */
      readonly batch: number;
    }
  /** The end. `isCounted`: each message lies in a batch, and every trailer counts, and rightly. */
  | {
      readonly kind: 'END';
      readonly messages: number;
      readonly batches: number;
      readonly isCounted: boolean;
    };

/** How a file is read. */
export interface BatchOptions {
  /** Character set of headers of files and batches; ASCII when not given. Messages state their own. */
  readonly declared?: Charset;
  /** Bytes of a message at most; 16 MiB when not given. */
  readonly messageBytes?: number;
}

const MOST_BYTES = 16 * 1024 * 1024;
const ENVELOPE = ['MSH', 'FHS', 'BHS', 'BTS', 'FTS'] as const;
type Envelope = (typeof ENVELOPE)[number];

const isTrailer = (name: Envelope): boolean => name === 'BTS' || name === 'FTS';

/** What a line begins; null for a segment inside a message. */
function envelopeOf(line: ByteLine): Envelope | null {
  const name = ENVELOPE.find((one) => line.length >= 3 && line.bytes.toString('latin1', 0, 3) === one);
  if (name === undefined) return null;
  if (line.length === 3) return isTrailer(name) ? name : null;
  // A word of a broken text line goes on with a letter or a space.
  return /[A-Za-z0-9 ]/.test(line.bytes.toString('latin1', 3, 4)) ? null : name;
}

/** Where in a file a reader stands. */
class Standing {
  messages = 0;
  batches = 0;
  inFile = false;
  inBatch = false;
  isOver = false;
  isCounted = true;
  #ofBatch = 0;

  /** True when a header or trailer may stand here. */
  allows(name: Envelope): boolean {
    if (this.isOver) return false;
    if (name === 'FHS') return !this.inFile && this.messages === 0 && this.batches === 0;
    if (name === 'BHS') return !this.inBatch;
    if (name === 'BTS') return this.inBatch;
    return name === 'MSH' || (this.inFile && !this.inBatch);
  }

  enter(name: 'FHS' | 'BHS'): void {
    if (name === 'FHS') this.inFile = true;
    else {
      this.inBatch = true;
      this.batches += 1;
      this.#ofBatch = 0;
    }
  }

  message(): void {
    this.messages += 1;
    if (this.inBatch) this.#ofBatch += 1;
    else this.isCounted = false;
  }

  /** Closes a batch or the file; answers what is wrong with its count. */
  leave(name: 'BTS' | 'FTS', count: string): BatchFaultCode | null {
    if (count === '') this.isCounted = false;
    else if (!/^[0-9]{1,9}$/.test(count)) return 'COUNT';
    const counted = count === '' ? null : Number(count);
    if (name === 'BTS') {
      this.inBatch = false;
      return counted !== null && counted !== this.#ofBatch ? 'BATCH_COUNT' : null;
    }
    this.inFile = false;
    this.isOver = true;
    // Messages of a file without batch headers are one batch, or none, as its sender sees it.
    const isOne = this.batches === 0 && counted === 1;
    return counted !== null && counted !== this.batches && !isOne ? 'FILE_COUNT' : null;
  }
}

function headerSegment(
  line: ByteLine,
  declared: Charset,
): { readonly segment: Er7Segment; readonly delimiters: Delimiters } | BatchFaultCode {
  const decoded = decode(line.bytes.subarray(0, line.length), declared);
  if ('fault' in decoded) return 'CHARSET';
  const delimiters = readDelimiters(decoded.text, 0);
  if (delimiters === null) return 'DELIMITERS';
  return { segment: new Er7Segment(decoded.text, delimiters, decoded.charset, 1), delimiters };
}

/** True for the beginning of a text of two or four bytes for each character. */
function isWide(bytes: Buffer): boolean {
  const isMark = bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfffe || bytes.readUInt16BE(0) === 0xfeff);
  return isMark || bytes.subarray(0, 4).includes(0);
}

const MARK = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * The contents of a file, which need not be whole in memory. What is wrong shows at the latest at its end: whoever uses what is
 * in it keeps it aside until `END`. A file without headers is messages one after another, of which nobody counted how many.
 * @throws BatchFault
 */
export async function* splitBatch(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: BatchOptions = {},
): AsyncGenerator<BatchItem> {
  const { declared = 'ASCII', messageBytes = MOST_BYTES } = options;
  const standing = new Standing();
  let number = 0;
  let lines: Buffer[] = [];
  let blank: Buffer[] = [];
  let held = 0;
  let begun = 0;
  const message = (): BatchItem => {
    const bytes = Buffer.concat(lines);
    lines = [];
    blank = [];
    held = 0;
    return { kind: 'MESSAGE', bytes, line: begun, batch: standing.inBatch ? standing.batches : 0 };
  };
  for await (const given of byteLines(chunks, messageBytes)) {
    number += 1;
    const line = number === 1 ? withoutMark(given) : given;
    if (number === 1 && isWide(line.bytes)) throw new BatchFault('CHARSET', number);
    if (line.length === 0) {
      // Those behind a message's last segment are not its own.
      if (lines.length > 0) blank.push(line.bytes);
      held += line.bytes.length;
      if (held > messageBytes) throw new BatchFault('TOO_LONG', number);
      continue;
    }
    if (held + line.length > messageBytes) throw new BatchFault('TOO_LONG', number);
    const name = envelopeOf(line);
    if (name === null) {
      if (lines.length === 0) throw new BatchFault('OUTSIDE', number);
      lines.push(...blank, line.bytes);
      blank = [];
      held += line.bytes.length;
      continue;
    }
    if (lines.length > 0) yield message();
    if (!standing.allows(name)) throw new BatchFault('ORDER', number);
    if (name === 'MSH') {
      standing.message();
      lines = [line.bytes];
      held = line.bytes.length;
      begun = number;
    } else if (name === 'FHS' || name === 'BHS') {
      const header = headerSegment(line, declared);
      if (typeof header === 'string') throw new BatchFault(header, number);
      standing.enter(name);
      yield { kind: name === 'FHS' ? 'FILE' : 'BATCH', header: header.segment, line: number };
    } else {
      const fault = standing.leave(name, countOf(line));
      if (fault !== null) throw new BatchFault(fault, number);
    }
  }
  if (lines.length > 0) yield message();
  if (standing.inFile || standing.inBatch) throw new BatchFault('UNFINISHED', number);
  if (standing.messages === 0 && standing.batches === 0 && !standing.isOver)
    throw new BatchFault('EMPTY', Math.max(1, number));
  const { messages, batches, isCounted } = standing;
  yield { kind: 'END', messages, batches, isCounted };
}

function withoutMark(line: ByteLine): ByteLine {
  if (!line.bytes.subarray(0, 3).equals(MARK)) return line;
  return { bytes: line.bytes.subarray(3), length: line.length - 3 };
}

/** First field of a trailer, up to whatever parts it from the next; blanks around it do not count. */
function countOf(line: ByteLine): string {
  const text = line.bytes.toString('latin1', 4, line.length);
  const separator = line.bytes.toString('latin1', 3, 4);
  return text.split(separator, 1)[0]!.trim();
}
