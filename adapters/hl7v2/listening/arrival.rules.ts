/** What arrived in a frame: header, number, hash and time, with what is wrong with it. Pure, and nothing that arrives makes it throw. */
import { hash } from 'node:crypto';
import type { MessageIdentity } from '../../../src/clinical/inbound.port.js';
import { headerOf, type MessageHeader } from '../acknowledgement/header.rules.js';
import { type CharsetFault, type Decoded, decode, encode, isByByte, isCharsetFault } from '../er7/charset.js';
import type { Charset } from '../er7/charset-names.js';
import { Er7Fault, type Er7FaultCode } from '../er7/fault.js';
import { Er7Message } from '../er7/message.js';
import { parseTime } from '../er7/times.js';
import { OF_FEEDS } from '../meaning/events.js';
import type { ListeningSettings } from './listening-settings.js';

/**
 * What is wrong with a message as such, whoever sends it. `WIDE`: it is in UTF-16 or UTF-32, where a character may hold the bytes that
 * end a frame, so that nobody can tell whether it is whole.
 */
export type FormFault = CharsetFault['fault'] | Er7FaultCode | 'WIDE';

/** A frame that begins with a header that can be read. */
export interface Arrival {
  readonly header: MessageHeader;
  readonly identity: MessageIdentity | null;
  readonly contentHash: string;
  /** Message and event, `ADT^A01`; null when the message states none. */
  readonly type: string | null;
  /** ISO instant; null where MSH-7 is not precise to the second, or is one of two. */
  readonly sentAt: string | null;
  /** Null when it can be read from end to end. */
  readonly fault: FormFault | null;
  /** The message's MSA segment, one character for each byte where it is not decoded; null without one. */
  readonly answers: { readonly code: string; readonly number: string } | null;
  /** Answers as bytes, in the way in which the message was written; `texts` gives each of several back. */
  readonly wire: Wire;
}

/** From the text of answers to bytes and back. */
export interface Wire {
  bytes(text: string): Uint8Array;
  text(bytes: Uint8Array): string;
}

type Reading = Pick<ListeningSettings, 'characterSet' | 'maxSegments' | 'timeZone'>;

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One character for each byte: what is echoed comes back as it was, whatever set it is in. */
const BY_BYTE: Wire = {
  bytes: (text) => Buffer.from(text, 'latin1'),
  text: (bytes) => asBuffer(bytes).toString('latin1'),
};

/** UTF-16 and UTF-32, where a byte is no character. */
function wideWire({ charset, hasMark }: Decoded): Wire {
  return {
    bytes(text) {
      const written = encode(text, charset, hasMark);
      return written instanceof Uint8Array ? written : Buffer.from(text, 'latin1');
    },
    text(bytes) {
      const read = decode(bytes, charset);
      return isCharsetFault(read) ? BY_BYTE.text(bytes) : read.text;
    },
  };
}

/** The text, one character for each byte, without a byte order mark. */
function textByByte(bytes: Uint8Array, decoded: Decoded | CharsetFault): string {
  if (!isCharsetFault(decoded) && isByByte(decoded.charset)) return decoded.text;
  const marked = BY_BYTE.text(bytes);
  return marked.startsWith('\xef\xbb\xbf') ? marked.slice(3) : marked;
}

const isWide = (charset: Charset): boolean => /^UTF-(16|32)/.test(charset);

/** Hash of everything but MSH-7: a sender that repeats a message may write a new time into it. */
function contentHash(text: string, encoding: 'latin1' | 'utf8', [from, to]: MessageHeader['timeAt']): string {
  const rest = text.slice(0, from) + text.slice(to);
  return hash('sha256', encoding === 'utf8' ? rest : Buffer.from(rest, encoding), 'hex');
}

function formFault(decoded: Decoded | CharsetFault, segments: number): FormFault | null {
  if (isCharsetFault(decoded)) return decoded.fault;
  try {
    Er7Message.check(decoded.text, { segments, charset: decoded.charset });
    return null;
  } catch (error) {
    if (error instanceof Er7Fault) return error.fault;
    throw error;
  }
}

function sentAt(text: string, { timeAt, segment }: MessageHeader, zone: string): string | null {
  const written = text.slice(...timeAt);
  // Mostly figures alone, in which nothing can be parted.
  const stated = /^\d+$/.test(written) ? written : segment.text(7);
  const time = stated === null ? null : parseTime(stated, zone);
  if (time === null || time.doubt !== null) return null;
  return time.precision === 'SECOND' || time.precision === 'FRACTION' ? time.instant : null;
}

/** MSA by the delimiters of the header; the segment is looked for by itself, as the message may be unreadable elsewhere. */
function answersIn(text: string, separator: string): Arrival['answers'] {
  const line = text.includes('MSA') ? /[\r\n]MSA([^\r\n]*)/.exec(text)?.[1] : undefined;
  if (line === undefined || !line.startsWith(separator)) return null;
  const [, code = '', number = ''] = line.split(separator);
  return { code, number };
}

/** True of a message of the types that tell of patients and visits, and no answer. */
export function isOfFeed({ header: { type, isAnswer } }: Pick<Arrival, 'header'>): boolean {
  return !isAnswer && OF_FEEDS.includes(type);
}

/** What a frame holds; null when it begins with no header, and then there is nobody to answer. */
export function arrivalOf(bytes: Uint8Array, settings: Reading): Arrival | null {
  const decoded = decode(bytes, settings.characterSet);
  const isDecoded = !isCharsetFault(decoded) && isWide(decoded.charset);
  const text = isDecoded ? decoded.text : textByByte(bytes, decoded);
  const header = headerOf(text);
  if (header === null) return null;
  const { application, facility, controlId, type, event, delimiters, timeAt } = header;
  return {
    header,
    identity: controlId === '' ? null : { application, facility, controlId },
    contentHash: contentHash(text, isDecoded ? 'utf8' : 'latin1', timeAt),
    type: type === '' ? null : event === '' ? type : `${type}^${event}`,
    sentAt: sentAt(text, header, settings.timeZone),
    fault: isDecoded ? 'WIDE' : formFault(decoded, settings.maxSegments),
    answers: answersIn(text, delimiters.field),
    wire: isDecoded ? wideWire(decoded) : BY_BYTE,
  };
}

/** Header of a frame of which only the beginning is left; null when it is not all there. */
export function headerOfHead(head: Uint8Array): MessageHeader | null {
  const text = BY_BYTE.text(head);
  return /\S[\r\n]/.test(text) ? headerOf(text) : null;
}
