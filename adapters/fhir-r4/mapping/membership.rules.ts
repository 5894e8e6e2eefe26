/** What makes a membership of a caseload, whatever resource holds it: a state and the days on which it began and ended. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { asObject, type Json, member, textOf } from '../json.js';
import { readDate } from './dates.rules.js';
import type { Unmapped } from './unmapped.js';

/** A membership's validity: first day on the caseload, first day no longer on it; null when not said to the day. */
export interface MembershipDates {
  readonly validFrom: LocalDate | null;
  readonly validTo: LocalDate | null;
  /** False when there is a start that is no date, or an end that is not a whole day: it could not be told when it ended. */
  readonly understood: boolean;
}

/** A membership as far as its holder tells it, without its patient. */
export interface MembershipTerms extends MembershipDates {
  readonly state: MembershipState;
}

/** Reads the terms of a membership; null when its state could not be understood, which is counted. Never throws. */
export type ReadTerms = (part: Json, unmapped: Unmapped) => MembershipTerms | null;

/** Statuses of a FHIR value set as states; one that is withdrawn is ended where it has an end, and else stays a plan. */
export type StatusTable = Readonly<Record<string, MembershipState | 'WITHDRAWN'>>;

/**
 * The element `status` as a state; null when it is none of the table's, which is counted under `path`. What was withdrawn
 * before it began never became a membership (FHIR's own reading of `cancelled`).
 */
export function statusState(
  part: Json,
  path: string,
  table: StatusTable,
  unmapped: Unmapped,
): MembershipState | null {
  const status = textOf(part, 'status') ?? '';
  const state = Object.hasOwn(table, status) ? table[status]! : null;
  if (state === null) unmapped(`${path}.status`);
  if (state !== 'WITHDRAWN') return state;
  const end = member(member(part, 'period'), 'end');
  return end === undefined ? MembershipState.PLANNED : MembershipState.ENDED;
}

/**
 * The element `period` as days in London. `validTo` is the day of `period.end` itself: a discharge on D counts as closed
 * on D (NHS England, mental health statistics methodology), although FHIR's own period includes its end.
 */
export function periodDates(part: Json, path: string, unmapped: Unmapped): MembershipDates {
  const period = member(part, 'period');
  const start = readDate(member(period, 'start'));
  const end = readDate(member(period, 'end'));
  if (start.precision === 'PARTIAL' || start.precision === 'MALFORMED') unmapped(`${path}.period.start`);
  if (end.precision === 'PARTIAL' || end.precision === 'MALFORMED') unmapped(`${path}.period.end`);
  // A period that is no object, which is counted where it arrives, could hold an end.
  const readable = period === undefined || asObject(period) !== null;
  const understood =
    readable &&
    start.precision !== 'MALFORMED' &&
    end.precision !== 'MALFORMED' &&
    end.precision !== 'PARTIAL';
  return { validFrom: start.day, validTo: end.day, understood };
}

/** Terms by `status` and `period`. */
export function termsByStatus(path: string, table: StatusTable): ReadTerms {
  return (part, unmapped) => {
    const state = statusState(part, path, table, unmapped);
    return state === null ? null : { state, ...periodDates(part, path, unmapped) };
  };
}
