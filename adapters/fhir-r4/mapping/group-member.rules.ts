/** Group.member (FHIR R4) as a membership of a team's caseload, and what tells that a Group holds all of its members. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member, textOf } from '../json.js';
import { periodDates, type ReadTerms } from './membership.rules.js';

/** Group.member.inactive (absent: a member still) and .period; anything but a boolean is not understood and counted. */
export const readGroupMember: ReadTerms = (part, unmapped) => {
  const inactive = member(part, 'inactive');
  if (inactive !== undefined && typeof inactive !== 'boolean') {
    unmapped('Group.member.inactive');
    return null;
  }
  const state = inactive === true ? MembershipState.ENDED : MembershipState.OPEN;
  return { state, ...periodDates(part, 'Group.member', unmapped) };
};

/** The path of what shows that a Group is not a list of people kept now; null when it is one: `type` person, `actual`, not inactive. */
export function groupFault(group: Json): string | null {
  if (textOf(group, 'type') !== 'person') return 'Group.type';
  if (member(group, 'actual') !== true) return 'Group.actual';
  return member(group, 'active') === false ? 'Group.active' : null;
}

/** Group.quantity: at least so many members must be there, as it may count only those who are active; null when not said. */
export function groupQuantity(group: Json): number | null {
  const quantity = member(group, 'quantity');
  return typeof quantity === 'number' && Number.isSafeInteger(quantity) && quantity >= 0 ? quantity : null;
}
