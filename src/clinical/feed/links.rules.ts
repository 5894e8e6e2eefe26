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
 * For each stay on one of them, one that is not known whole for each of the others: as long as nobody has merged or parted the records,
 * nobody can say that the person is not there, and none is taken to be there by another's stay.
 */
export function staysOfLinked(
  memberships: readonly FeedMembership[],
  linked: readonly (readonly [string, string])[],
  identityOf: (localId: string) => PatientIdentity,
): readonly FeedMembership[] {
  const groups = groupsOf(linked);
  return memberships
    .filter(({ state }) => state !== MembershipState.ENTERED_IN_ERROR)
    .flatMap((stay) => {
      const { localId } = stay.patient;
      const others = [...(groups.get(localId) ?? [])].filter((other) => other !== localId);
      return others.map((other) => perhaps(stay, identityOf(other)));
    });
}

/** Counts for nothing but doubt. `=` is in no part of a reference. */
function perhaps(
  { reference, teamReference, asOf, ...stay }: FeedMembership,
  patient: PatientIdentity,
): FeedMembership {
  const said = JSON.stringify([stay.version, patient.localId]);
  return {
    reference: `${reference}/=${referencePart(patient.localId)}`,
    teamReference,
    state: MembershipState.ENDED,
    validFrom: null,
    validTo: null,
    careCoordinator: null,
    complete: false,
    patient,
    version: createHash('sha256').update(said).digest('hex').slice(0, 16),
    asOf,
  };
}
