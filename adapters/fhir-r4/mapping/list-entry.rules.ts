/** List.entry (FHIR R4, UK Core List 2.4.0) as a membership of a team's caseload, and what tells that a List can be believed. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { readDate } from './dates.rules.js';
import type { ReadTerms } from './membership.rules.js';

/**
 * List.entry.date as the first day, and .deleted as ended. An entry does not say when it was deleted, so that day stays
 * unknown; a deleted that is no boolean is not understood and counted.
 */
export const readListEntry: ReadTerms = (entry, unmapped) => {
  const deleted = member(entry, 'deleted');
  if (deleted !== undefined && typeof deleted !== 'boolean') {
    unmapped('List.entry.deleted');
    return null;
  }
  const { day, precision } = readDate(member(entry, 'date'));
  if (precision === 'PARTIAL' || precision === 'MALFORMED') unmapped('List.entry.date');
  return {
    state: deleted === true ? MembershipState.ENDED : MembershipState.OPEN,
    validFrom: day,
    validTo: null,
    understood: precision !== 'MALFORMED',
  };
};

/** Codes of List.emptyReason (http://terminology.hl7.org/CodeSystem/list-empty-reason) that say that there is nobody. */
const NOBODY = new Set(['nilknown', 'closed']);

/**
 * The path of what shows that a List does not tell who is on it now; null when it does: status current, and where it is
 * empty, no reason for that other than that there is nobody.
 */
export function listFault(list: Json): string | null {
  if (textOf(list, 'status') !== 'current') return 'List.status';
  const reason = member(list, 'emptyReason');
  if (objectsOf(list, 'entry').length > 0 || reason === undefined) return null;
  const nobody = objectsOf(reason, 'coding').some((coding) => NOBODY.has(textOf(coding, 'code') ?? ''));
  return nobody ? null : 'List.emptyReason';
}
