/**
 * What a feed's events come to. Give it all events of a patient together with those of everybody who is connected with them
 * (`patientsOf`): it puts them in the order in which they happened, so that late and repeated messages change nothing but
 * what is known.
 */
import type { PatientIdentity } from '../clinical-record.port.js';
import type { FeedEvent } from '../feed.port.js';
import { detailsOf, NOTHING_KNOWN } from './details.rules.js';
import { inOrder } from './event-order.rules.js';
import type { FeedDoubt, FoldedFeed } from './folded.js';
import { staysOfLinked } from './links.rules.js';
import { membershipsOf } from './memberships.rules.js';
import { Merges, namedIn } from './merges.rules.js';
import { visitsOf } from './visits.rules.js';

/** The patients whom an event names: their events have to be folded together. */
export function patientsOf({ localId, change }: FeedEvent): readonly string[] {
  const named = namedIn(change);
  return named === null || named === localId ? [localId] : [localId, named];
}

/** What the events come to. Pure; the same for the same events in any order, repeated or not. */
export function foldFeed(events: readonly FeedEvent[]): FoldedFeed {
  const happenings = inOrder(events);
  const merges = new Merges(happenings);
  const details = detailsOf(happenings, merges);
  const identities = new Map<string, PatientIdentity>();
  for (const localId of new Set(events.flatMap(patientsOf))) {
    const survivor = merges.survivorOf(localId);
    const replacedByLocalId = survivor === localId ? null : survivor;
    identities.set(localId, { localId, ...(details.get(localId) ?? NOTHING_KNOWN), replacedByLocalId });
  }
  const { visits, doubts } = visitsOf(happenings);
  const identityOf = (localId: string): PatientIdentity => identities.get(localId)!;
  const told = visits.map((visit) => membershipsOf(visit, { merges, identityOf }));
  const memberships = told.flatMap((one) => one.memberships);
  return {
    memberships: [...memberships, ...staysOfLinked(memberships, merges.linked, identityOf)].sort((a, b) =>
      order(a.reference, b.reference),
    ),
    patients: [...identities.values()].sort((a, b) => order(a.localId, b.localId)),
    linked: merges.linked,
    doubts: distinct([
      ...merges.doubts,
      ...merges.linked.map((localIds): FeedDoubt => ({ kind: 'LINKED', localIds, visit: null })),
      ...doubts,
      ...told.flatMap((one) => one.doubts),
    ]),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function distinct(doubts: readonly FeedDoubt[]): readonly FeedDoubt[] {
  return [...new Map(doubts.map((doubt) => [JSON.stringify(doubt), doubt])).values()];
}
