/** The header of a message as far as an answer needs it, read by itself: it can be read where the message as a whole cannot. */
import { type Delimiters, Er7Fault, Er7Message, Er7Segment, firstLine } from '../er7/message.js';

/** When an acknowledgement is wanted (HL7 table 0155): always, never, of a failure alone, of a success alone. */
export type Wanted = 'AL' | 'NE' | 'ER' | 'SU';

/** What a header says but for when the message was sent and its number: the same object for headers that say the same. */
export interface HeaderShape {
  readonly delimiters: Delimiters;
  /** MSH-3.1 and MSH-4.1, '' when empty. */
  readonly application: string;
  readonly facility: string;
  /** MSH-9.1 and MSH-9.2 in capitals, '' when empty. */
  readonly type: string;
  readonly event: string;
  /** MSH-11.1, '' when empty. */
  readonly processingId: string;
  /** MSH-12.1, '' when empty. */
  readonly version: string;
  /** MSH-15 and MSH-16; null in original mode, which is where both are empty. */
  readonly enhanced: { readonly commit: Wanted; readonly application: Wanted } | null;
}

/** What an answer is made of. */
export interface MessageHeader extends HeaderShape {
  readonly shape: HeaderShape;
  /** The header. */
  readonly segment: Er7Segment;
  /** MSH-10 as it is written, spaces included; '' when empty. */
  readonly controlId: string;
  /** Where MSH-7 stands in the text: from its first character to behind its last; both the end of the header where it has none. */
  readonly timeAt: readonly [start: number, end: number];
  /** True of a message that is itself an answer, which is never answered. */
  readonly isAnswer: boolean;
}

/** Messages that are answers by their type, whether or not they carry the segment that they must (HL7 table 0076). */
const ANSWERS: ReadonlySet<string> = new Set(
  (
    'ACK ADR BRP BRT DSR EDR ERP MCF MFK MFR NMR OPR ORA ORB ORD ORF ORG ORI ORL ORN ORP ORR ORS OSR ' +
    'QCK RAR RCI RCL RDR RDY RER RGR ROR RPA RPI RPL RPR RRA RRD RRE RRG RRI RSP RTB SQR SRR TBR VXR VXX'
  ).split(' '),
);

/** What cannot be read is taken as the word that gives an answer. */
function wantedIn(field: string | null): Wanted {
  if (field === null) return 'NE';
  return field === 'NE' || field === 'ER' || field === 'SU' ? field : 'AL';
}

function enhancedIn(segment: Er7Segment): MessageHeader['enhanced'] {
  const [commit, application] = [segment.text(15), segment.text(16)];
  if (commit === null && application === null) return null;
  return { commit: wantedIn(commit), application: wantedIn(application) };
}

/** What a frame begins and ends with. An answer echoes the header, and would end in the middle with one of them in it. */
const OF_FRAMES = ['\x0b', '\x1c'];

/** Shapes that are remembered, and how long the headers are that they are remembered of: a feed has as many as kinds of messages. */
const MOST_SHAPES = 256;
const LONGEST_SHAPE = 512;
const shapes = new Map<string, HeaderShape>();

/** The place behind so many separators; the end of the line where there are not so many. */
function placeBehind(line: string, separator: string, from: number, separators: number): number {
  let at = from;
  for (let left = separators; left > 0; left--) {
    const next = line.indexOf(separator, at);
    if (next < 0) return line.length;
    at = next + 1;
  }
  return at;
}

function endOf(line: string, separator: string, start: number): number {
  const end = line.indexOf(separator, start);
  return end < 0 ? line.length : end;
}

/** Null of a line that is no header. */
function shapeIn(line: string): HeaderShape | null {
  const message = messageIn(line);
  if (message === null) return null;
  const { delimiters, header: segment } = message;
  const capitals = (component: number): string => (segment.text(9, component) ?? '').toUpperCase();
  return {
    delimiters,
    application: segment.text(3) ?? '',
    facility: segment.text(4) ?? '',
    type: capitals(1),
    event: capitals(2),
    processingId: segment.text(11) ?? '',
    version: segment.text(12) ?? '',
    enhanced: enhancedIn(segment),
  };
}

/** A text of its own: a part of a text keeps the whole in memory. */
const ownText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** As `shapeIn`, for less where the same was read before. `key`: the line without MSH-7 and MSH-10. */
function shapeOf(key: string, line: string): HeaderShape | null {
  const known = shapes.get(key);
  if (known !== undefined) return known;
  if (line.length > LONGEST_SHAPE) return shapeIn(line);
  const shape = shapeIn(ownText(line));
  if (shape === null) return null;
  if (shapes.size >= MOST_SHAPES) shapes.clear();
  shapes.set(ownText(key), shape);
  return shape;
}

/**
 * The header of a message's text, or of its bytes one character for each; null when it begins with none, with one whose delimiters
 * cannot be read, or with one that no answer could repeat. What follows the header may be anything.
 */
export function headerOf(text: string): MessageHeader | null {
  const first = firstLine(text);
  if (first === null) return null;
  const [begin] = first;
  const line = text.slice(...first);
  if (OF_FRAMES.some((character) => line.includes(character))) return null;
  const separator = line.charAt(3);
  const time = placeBehind(line, separator, 3, 6);
  const behindTime = endOf(line, separator, time);
  const number = placeBehind(line, separator, behindTime, 3);
  const behindNumber = endOf(line, separator, number);
  const key = `${line.slice(0, time)}\n${line.slice(behindTime, number)}\n${line.slice(behindNumber)}`;
  const shape = shapeOf(key, line);
  if (shape === null) return null;
  return {
    ...shape,
    shape,
    segment: new Er7Segment(line, shape.delimiters, '8859/1', 1),
    controlId: line.slice(number, behindNumber),
    timeAt: [begin + time, begin + behindTime],
    isAnswer: ANSWERS.has(shape.type) || (text.includes('MSA') && /[\r\n]MSA(?![A-Z0-9])/.test(text)),
  };
}

function messageIn(line: string): Er7Message | null {
  try {
    return Er7Message.parse(line, { charset: '8859/1' });
  } catch (error) {
    if (error instanceof Er7Fault) return null;
    throw error;
  }
}

/** True of version 2.5 and later: what acknowledgements look like changed there. A version that cannot be read is an earlier one. */
export function isFrom25(version: string): boolean {
  const match = /^2\.(\d{1,2})(?:\.\d{1,2})?$/.exec(version);
  return match !== null && Number(match[1]) >= 5;
}
