/**
 * Questions about people: demographics of an id (QBP^Q21, answered by RSP^K21) and candidates for details (QBP^Q22, RSP^K22), by HL7 v2.4
 * sections 3.3.56 and 3.3.57. The port has no place for people by themselves: the tools use this. Pure.
 */
import type { LocalDate } from '../../../src/core/calendar.js';
import { HubError } from '../../../src/core/errors.js';
import type { Er7Message } from '../er7/message.js';
import { formatDate, parseTime } from '../er7/times.js';
import { components, repetitions, type SegmentToWrite, segment } from '../er7/write.js';
import { type Identifier, identifiersIn } from '../meaning/identifiers.rules.js';
import { patientGroups } from './patient-groups.rules.js';
import { type QueryEnvelope, queryHeader } from './query-envelope.rules.js';
import { queryStatus } from './query-status.rules.js';

/** Who is asked for. */
export type PersonQuestion =
  | {
      readonly by: 'ID';
      readonly id: string;
      /** CX.4 and CX.5; null: not stated. */
      readonly authority: string | null;
      readonly type: string | null;
    }
  | {
      readonly by: 'DETAILS';
      readonly family: string | null;
      readonly given: string | null;
      readonly bornOn: LocalDate | null;
    };

/** One page of a question. */
export interface AskedPerson {
  /** QPD-2, the same on each page. */
  readonly tag: string;
  /** MSH-10. */
  readonly controlId: string;
  readonly at: Date;
  /** People for each page (RCP-2); null: as many as the far end gives. */
  readonly pageSize: number | null;
  /** DSC-1 of the page before; null on the first. */
  readonly pointer: string | null;
}

/** Somebody whom the far end knows. */
export interface Candidate {
  readonly identifiers: readonly Identifier[];
  readonly family: string | null;
  readonly given: string | null;
  readonly bornOn: LocalDate | null;
  /** QRI-1, 0 to 1 as the far end counts; null when it does not say. */
  readonly score: string | null;
}

/** A page of the answer. */
export interface PersonPage {
  readonly people: readonly Candidate[];
  /** How many there are in all (QAK-4); null when it is not said. */
  readonly hits: number | null;
  readonly pointer: string | null;
}

function details({ family, given, bornOn }: Extract<PersonQuestion, { readonly by: 'DETAILS' }>) {
  const stated: readonly (readonly [place: string, value: string | null])[] = [
    ['@PID.5.1', family],
    ['@PID.5.2', given],
    ['@PID.7', bornOn === null ? null : formatDate(bornOn)],
  ];
  return repetitions(
    ...stated.flatMap(([place, value]) => (value === null ? [] : [components(place, value)])),
  );
}

/** The question's segments. */
export function personQuestion(
  question: PersonQuestion,
  { tag, controlId, at, pageSize, pointer }: AskedPerson,
  envelope: QueryEnvelope,
): readonly SegmentToWrite[] {
  const isById = question.by === 'ID';
  const event = isById ? 'Q21' : 'Q22';
  const name = components(event, isById ? 'Get Person Demographics' : 'Find Candidates', 'HL7nnnn');
  const whom = isById
    ? components(question.id, '', '', question.authority, question.type)
    : details(question);
  return [
    queryHeader(['QBP', event, 'QBP_Q21'], controlId, at, envelope),
    segment('QPD', { 1: name, 2: tag, 3: whom }),
    segment('RCP', { 1: 'I', 2: pageSize === null ? null : components(String(pageSize), 'RD') }),
    ...(pointer === null ? [] : [segment('DSC', { 1: pointer })]),
  ];
}

function candidate(person: Er7Message): Candidate {
  const pid = person.first('PID');
  return {
    identifiers: pid === null ? [] : identifiersIn(pid, 3),
    family: pid?.text(5, 1) ?? null,
    given: pid?.text(5, 2) ?? null,
    bornOn: parseTime(pid?.text(7)?.trim() ?? '')?.date ?? null,
    score: person.first('QRI')?.text(1)?.trim() ?? null,
  };
}

const protocol = (fault: string): HubError => new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault } });

/**
 * Who is in an answer.
 * @throws HUB_UPSTREAM_PROTOCOL when it is no answer to that question, or when what it says of nobody, or how many it says that it
 * holds, does not fit; and what `queryStatus` throws.
 */
export function personPage(answer: Er7Message, by: PersonQuestion['by'], tag: string): PersonPage {
  const status = queryStatus(answer);
  const expected = by === 'ID' ? 'K21' : 'K22';
  if (answer.header.text(9, 1) !== 'RSP' || answer.header.text(9, 2) !== expected) throw protocol('MSH-9');
  if (status.tag !== null && status.tag !== tag) throw protocol('QAK-1');
  const people = patientGroups(answer).map(candidate);
  if ((status.found === 'NF') !== (people.length === 0)) throw protocol('QAK-2');
  if (status.here !== null && status.here !== people.length) throw protocol('QAK-5');
  return { people, hits: status.hits, pointer: status.pointer };
}
