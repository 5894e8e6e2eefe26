/** Records in use that are said to be one person's: what of the stays on the one is to be known of the other. */
import { createHash } from 'node:crypto';
import { MembershipState, type PatientIdentity } from '../clinical-record.port.js';
import type { FeedMembership } from './folded.js';
import { referencePart } from './memberships.rules.js';

/** Everybody with all those with whom they are one, directly or by others. */
function groupsOf(linked: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [a, b] of linked) {
    const group = new Set([...(groups.get(a) ?? [a]), ...(groups.get(b) ?? [b])]);
    for (const one of group) groups.set(one, group);
  }
  return groups;
}

/**
 * For each team on which one of them has a stay, one stay that is not known whole for each of the others: as long as nobody has merged
 * or parted the records, nobody can say that the person is not there, and none is taken to be there by another's stay.
 */
export function staysOfLinked(
  memberships: readonly FeedMembership[],
  linked: readonly (readonly [string, string])[],
  identityOf: (localId: string) => PatientIdentity,
): readonly FeedMembership[] {
  const groups = groupsOf(linked);
  const found = new Map<string, FeedMembership>();
  for (const { patient, state, teamReference, asOf } of memberships) {
    if (state === MembershipState.ENTERED_IN_ERROR) continue;
    for (const other of groups.get(patient.localId) ?? []) {
      if (other === patient.localId) continue;
      const stay = perhaps(identityOf(other), teamReference, asOf);
      const before = found.get(stay.reference);
      if (before === undefined || before.asOf < asOf) found.set(stay.reference, stay);
    }
  }
  return [...found.values()];
}

/** Counts for nothing but doubt. Visits have references of another form. */
function perhaps(patient: PatientIdentity, teamReference: string | null, asOf: string): FeedMembership {
  const { localId } = patient;
  const version = createHash('sha256')
    .update(JSON.stringify([localId, teamReference]))
    .digest('hex')
    .slice(0, 16);
  return {
    reference: `Linked/${referencePart(localId)}/${teamReference === null ? '' : referencePart(teamReference)}`,
    teamReference,
    state: MembershipState.ENDED,
    validFrom: null,
    validTo: null,
    careCoordinator: null,
    complete: false,
    patient,
    version,
    asOf,
  };
}
