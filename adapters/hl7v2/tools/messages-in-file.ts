/** The messages of a file: one, several one after another, or a batch; also as they were taken from a wire, with their frames. */
import { readFile } from 'node:fs/promises';
import { BatchFault, type BatchFaultCode, splitBatch } from '../er7/batch.js';
import { FS, VT } from '../mllp/frames.js';
import { fileFailure } from './options.js';

/** One message. */
export interface FileMessage {
  readonly bytes: Buffer;
  /** Line of its header, from 1. */
  readonly line: number;
}

/** What a file holds. */
export interface FileMessages {
  readonly messages: readonly FileMessage[];
  /** What is wrong with the file as a whole, and where; null when nothing is. */
  readonly fault: string | null;
}

const LINE_END = /\r\n|\r|\n/;

/** Bytes without the characters of frames, where the file begins with one. */
function withoutFrames(bytes: Buffer): Buffer {
  return bytes[0] === VT ? Buffer.from(bytes.filter((byte) => byte !== VT && byte !== FS)) : bytes;
}

/** What is wrong with the frames of a file, and where: one that was begun and not ended, or bytes between two. Null without frames. */
function faultOfFrames(bytes: Buffer): string | null {
  if (bytes[0] !== VT) return null;
  const at = (fault: BatchFaultCode, end: number): string =>
    `${fault} in line ${bytes.toString('latin1', 0, end).split(LINE_END).length}`;
  for (let begin = 0; begin >= 0; ) {
    const next = bytes.indexOf(VT, begin + 1);
    const frame = bytes.subarray(begin, next < 0 ? bytes.length : next);
    const end = frame.lastIndexOf(FS);
    if (end < 0) return at('UNFINISHED', begin + frame.length - 1);
    const behind = frame.toString('latin1', end + 1).search(/\S/);
    if (behind >= 0) return at('OUTSIDE', begin + end + 1 + behind);
    begin = next;
  }
  return null;
}

/** Messages in bytes. */
export async function messagesIn(bytes: Buffer): Promise<FileMessages> {
  const messages: FileMessage[] = [];
  try {
    for await (const item of splitBatch([withoutFrames(bytes)]))
      if (item.kind === 'MESSAGE') messages.push({ bytes: item.bytes, line: item.line });
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
    // UTF-16 and UTF-32 have no lines of bytes; such a file is one message.
    if (error.fault === 'CHARSET' && error.line === 1) return { messages: [{ bytes, line: 1 }], fault: null };
    return { messages, fault: `${error.fault} in line ${error.line}` };
  }
  return { messages, fault: faultOfFrames(bytes) };
}

/** Messages of the file at an absolute path. @throws HUB_INPUT_INVALID when it cannot be read. */
export async function messagesOfFile(path: string): Promise<FileMessages> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileFailure('file', path, 'a file of messages', error);
  }
  return messagesIn(bytes);
}
