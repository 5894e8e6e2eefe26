/** Stays as memberships: under references that last, with whom they belong to, and with what was taken back. */
import { createHash } from 'node:crypto';
import { MembershipState, type PatientIdentity } from '../clinical-record.port.js';
import type { FeedDoubt, FeedMembership } from './folded.js';
import type { Merges } from './merges.rules.js';
import { type Stay, staysOf } from './stays.rules.js';
import { asFirstSaid, effective } from './undone.rules.js';
import type { VisitEvents } from './visits.rules.js';

/** What memberships need of patients. */
export interface Patients {
  readonly merges: Merges;
  readonly identityOf: (localId: string) => PatientIdentity;
}

/** A part of a reference: what divides its parts is not in it. */
export function referencePart(text: string): string {
  return encodeURIComponent(text);
}

/** Each stay under its reference; the n-th of a visit on a team is so for ever. */
function byReference(visit: string, stays: readonly Stay[]): ReadonlyMap<string, Stay> {
  const counts = new Map<string | null, number>();
  return new Map(
    stays.map((stay) => {
      const n = (counts.get(stay.team) ?? 0) + 1;
      counts.set(stay.team, n);
      return [
        `Visit/${referencePart(visit)}/${stay.team === null ? '' : referencePart(stay.team)}/${n}`,
        stay,
      ];
    }),
  );
}

function membership(reference: string, stay: Stay, patient: PatientIdentity, asOf: string): FeedMembership {
  const told = {
    teamReference: stay.team,
    state: stay.state,
    validFrom: stay.from,
    validTo: stay.to,
    careCoordinator: stay.coordinator,
    complete: stay.complete,
  };
  const content = JSON.stringify([told, patient.localId, patient.replacedByLocalId]);
  const version = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { reference, ...told, patient, version, asOf };
}

/** Says that there is no such stay: it carries whose it was, and nothing follows from it. */
function takenBack(stay: Stay): Stay {
  return { ...stay, state: MembershipState.ENTERED_IN_ERROR, coordinator: null, complete: true };
}

/** What the stays were under the references that they would have if nothing had been taken back. */
function firstSaid({ visit, said, happenings }: VisitEvents): readonly (readonly [string, Stay])[] {
  const lists = said === happenings ? [said] : [said, happenings];
  return lists.flatMap((list) => [...byReference(visit, staysOf(asFirstSaid(list)).stays)]);
}

/** The memberships of a visit, and what about it somebody has to look at. */
export function membershipsOf(
  visit: VisitEvents,
  patients: Patients,
): { readonly memberships: readonly FeedMembership[]; readonly doubts: readonly FeedDoubt[] } {
  const { merges, identityOf } = patients;
  const { said, happenings, owner } = visit;
  const holds = effective(happenings);
  const { stays, doubts } = happenings.length === 0 ? NO_STAYS : staysOf(holds);
  const had = [owner, ...visit.givenAmong];
  const isOfTwo = said.some(({ event }) => !had.some((one) => merges.areRelated(event.localId, one)));
  const asOf = latestWriting(visit);
  const holder = identityOf(merges.survivorOf(owner));
  const held = byReference(visit.visit, isOfTwo ? stays.map(incomplete) : stays);
  const memberships = new Map<string, FeedMembership>();
  if (said !== happenings || holds.happenings.length < said.length) {
    for (const [reference, stay] of firstSaid(visit))
      if (stay.team !== null)
        memberships.set(reference, membership(reference, takenBack(stay), holder, asOf));
  }
  for (const [reference, stay] of held) {
    memberships.set(reference, membership(reference, stay, holder, asOf));
    // Whoever had the visit before a merge is known by it: of that record has to be told, too, whatever became of the merge.
    for (const localId of stay.team === null ? [] : merges.replacedFrom(owner)) {
      const before = `${reference}/${referencePart(localId)}`;
      memberships.set(before, membership(before, takenBack(stay), identityOf(localId), asOf));
    }
  }
  const kinds = isOfTwo ? [...doubts, 'VISIT_OF_TWO' as const] : [...doubts];
  const localIds = [...new Set([owner, ...said.map(({ event }) => event.localId)])].sort();
  return {
    memberships: [...memberships.values()],
    doubts: kinds.map((kind) => ({ kind, localIds, visit: visit.visit })),
  };
}

const NO_STAYS = { stays: [], doubts: new Set<never>() } as const;

function incomplete(stay: Stay): Stay {
  return { ...stay, complete: false };
}

function latestWriting({ said, happenings }: VisitEvents): string {
  const latest = [...said, ...happenings].reduce((last, { recorded }) => Math.max(last, recorded), 0);
  return new Date(latest).toISOString();
}
