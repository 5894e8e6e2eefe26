/** The header of a message as far as an answer needs it, read by itself: it can be read where the message as a whole cannot. */
import { Er7Fault, Er7Message, type Er7Segment, linesOf } from '../er7/message.js';

/** When an acknowledgement is wanted (HL7 table 0155): always, never, of a failure alone, of a success alone. */
export type Wanted = 'AL' | 'NE' | 'ER' | 'SU';

/** What an answer is made of. */
export interface MessageHeader {
  /** The header. */
  readonly segment: Er7Segment;
  /** MSH-3.1 and MSH-4.1, '' when empty. */
  readonly application: string;
  readonly facility: string;
  /** MSH-9.1 and MSH-9.2 in capitals, '' when empty. */
  readonly type: string;
  readonly event: string;
  /** MSH-10 as it is written, spaces included; '' when empty. */
  readonly controlId: string;
  /** MSH-11.1, '' when empty. */
  readonly processingId: string;
  /** MSH-12.1, '' when empty. */
  readonly version: string;
  /** MSH-15 and MSH-16; null in original mode, which is where both are empty. */
  readonly enhanced: { readonly commit: Wanted; readonly application: Wanted } | null;
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

/**
 * The header of a message's text, or of its bytes one character for each; null when it begins with none, with one whose delimiters
 * cannot be read, or with one that no answer could repeat. What follows the header may be anything.
 */
export function headerOf(text: string): MessageHeader | null {
  const [first] = linesOf(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (first === undefined) return null;
  const line = text.slice(...first);
  const segment = OF_FRAMES.some((character) => line.includes(character)) ? null : segmentIn(line);
  if (segment === null) return null;
  const capitals = (component: number): string => (segment.text(9, component) ?? '').toUpperCase();
  const type = capitals(1);
  return {
    segment,
    application: segment.text(3) ?? '',
    facility: segment.text(4) ?? '',
    type,
    event: capitals(2),
    controlId: segment.raw(10),
    processingId: segment.text(11) ?? '',
    version: segment.text(12) ?? '',
    enhanced: enhancedIn(segment),
    isAnswer: ANSWERS.has(type) || /[\r\n]MSA(?![A-Z0-9])/.test(text),
  };
}

function segmentIn(line: string): Er7Segment | null {
  try {
    return Er7Message.parse(line, { charset: '8859/1' }).header;
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
