/** Acknowledgements: in the sender's delimiters, in the shape of its version, and as many as its mode asks for. Pure. */
import { CONDITIONS, type Fault } from './condition.rules.js';
import { type HeaderShape, isFrom25, type MessageHeader, type Wanted } from './header.rules.js';

/** How a message was taken: accepted; in error, which its sender must put right; rejected, for what it is or whom it is from. */
export type Taken = 'ACCEPT' | 'ERROR' | 'REJECT';

/** What an answer says; `fault` is null of what was accepted. */
export interface Ruling {
  readonly taken: Taken;
  readonly fault: Fault | null;
}

/** What the answers have of their own. */
export interface Own {
  /** MSH-7 of the answers, as it is written. */
  readonly now: string;
  /** A new MSH-10 for each. */
  readonly newControlId: () => string;
}

const APPLICATION = { ACCEPT: 'AA', ERROR: 'AE', REJECT: 'AR' } as const;
const COMMIT = { ACCEPT: 'CA', ERROR: 'CE', REJECT: 'CR' } as const;

function isWanted(wanted: Wanted, taken: Taken): boolean {
  if (wanted === 'AL' || wanted === 'NE') return wanted === 'AL';
  return (wanted === 'SU') === (taken === 'ACCEPT');
}

/**
 * MSA-1 of each answer, in order (HL7 v2.4, section 2.9). In enhanced mode the commit accept comes first; the application accept is a
 * message of its own and says that the message waits to be read. A message that is refused gets one answer, not two.
 */
export function codesOf({ enhanced, isAnswer }: MessageHeader, taken: Taken): readonly string[] {
  if (isAnswer) return [];
  if (enhanced === null) return [APPLICATION[taken]];
  const commit = isWanted(enhanced.commit, taken) ? [COMMIT[taken]] : [];
  const application = isWanted(enhanced.application, taken) ? [APPLICATION[taken]] : [];
  return taken === 'ACCEPT' || commit.length === 0 ? [...commit, ...application] : commit;
}

/** Fields of a segment; empty ones at the end are left out. */
function joined(fields: readonly string[], separator: string): string {
  const last = fields.findLastIndex((field) => field !== '');
  return fields.slice(0, last + 1).join(separator);
}

/** The header of an answer around what is each one's own: its time and its number. */
interface AnswerHeader {
  readonly beforeTime: string;
  readonly beforeNumber: string;
  readonly behindNumber: string;
}

const answerHeaders = new WeakMap<HeaderShape, AnswerHeader>();

function answerHeaderOf({ segment, shape }: MessageHeader): AnswerHeader {
  const known = answerHeaders.get(shape);
  if (known !== undefined) return known;
  const { enhanced, version } = shape;
  const separator = segment.raw(1);
  const component = segment.raw(2).charAt(0);
  const [, event = '', structure = ''] = segment.components(9);
  const hasStructure = structure !== '' || isFrom25(version);
  // An answer is never to be answered in its turn, which only enhanced mode can say.
  const never = enhanced === null ? '' : 'NE';
  const ends = [segment.raw(5), segment.raw(6), segment.raw(3), segment.raw(4)];
  const kind = joined(['ACK', event, hasStructure ? 'ACK' : ''], component);
  const last = ['', segment.raw(11), segment.raw(12), '', '', never, never, '', segment.raw(18)];
  const header = {
    beforeTime: ['MSH', segment.raw(2), ...ends, ''].join(separator),
    beforeNumber: ['', '', kind, ''].join(separator),
    behindNumber: joined(last, separator),
  };
  answerHeaders.set(shape, header);
  return header;
}

function headerSegment(header: MessageHeader, own: Own): string {
  const { beforeTime, beforeNumber, behindNumber } = answerHeaderOf(header);
  return `${beforeTime}${own.now}${beforeNumber}${own.newControlId()}${behindNumber}`;
}

function errorSegment({ segment, version }: MessageHeader, { condition, place }: Fault): string {
  const separator = segment.raw(1);
  const [component = '', , , subcomponent = ''] = segment.raw(2);
  const where =
    place === null
      ? ['', '', '']
      : [place.segment, String(place.sequence), place.field === null ? '' : String(place.field)];
  const coded = [String(condition), CONDITIONS[condition], 'HL70357'];
  const fields = isFrom25(version)
    ? ['ERR', '', joined(where, component), coded.join(component), 'E']
    : ['ERR', [...where, coded.join(subcomponent)].join(component)];
  return joined(fields, separator);
}

function answer(header: MessageHeader, code: string, fault: Fault | null, own: Own): string {
  const separator = header.delimiters.field;
  const error = fault === null ? '' : `${errorSegment(header, fault)}\r`;
  return `${headerSegment(header, own)}\rMSA${separator}${code}${separator}${header.controlId}\r${error}`;
}

/** The answers to a message, in order; none where none is wanted or none may be given. */
export function answersTo(header: MessageHeader, { taken, fault }: Ruling, own: Own): readonly string[] {
  return codesOf(header, taken).map((code) => answer(header, code, fault, own));
}

/** The messages of a text in which answers stand one after the other. */
export function separated(answers: string): readonly string[] {
  return answers.split(/(?<=\r)(?=MSH)/);
}
