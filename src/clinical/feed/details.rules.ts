/** What is known of a patient, from what messages said: what one leaves out it leaves as it was, and the latest word holds. */
import type { FeedPatient } from '../feed.port.js';
import type { Happening } from './event-order.rules.js';
import type { Merges } from './merges.rules.js';

/** What is told of a patient, without whose record replaced it. */
export type PatientDetails = Required<FeedPatient>;

/** Of a patient of whom nothing is told. */
export const NOTHING_KNOWN: PatientDetails = {
  nhsNumber: null,
  nhsNumberStatus: null,
  dateOfBirth: null,
  deceasedOn: null,
  active: true,
  restricted: false,
};

/**
 * A number that is another one than before has no status but what is said with it: that the one was verified says nothing
 * of the other.
 */
function withStated(known: PatientDetails, stated: FeedPatient): PatientDetails {
  const isOtherNumber = stated.nhsNumber !== undefined && stated.nhsNumber !== known.nhsNumber;
  const told = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
  return { ...known, ...(isOtherNumber && { nhsNumberStatus: null }), ...told };
}

/** True when the event says something of its patient. */
function saysSomething({ event }: Happening): boolean {
  for (const field in event.patient) if (field in NOTHING_KNOWN) return true;
  return false;
}

/**
 * The details of every record of which something is told, by local id.
 * What was told of a record under an earlier id is told of it under its later ones.
 * @param happenings in order; of two words of one time of writing the one about the later event holds.
 */
export function detailsOf(
  happenings: readonly Happening[],
  merges: Merges,
): ReadonlyMap<string, PatientDetails> {
  const details = new Map<string, PatientDetails>();
  const byWriting = happenings.filter(saysSomething).sort((a, b) => a.recorded - b.recorded);
  for (const { event } of byWriting) {
    for (const localId of merges.idsFrom(event.localId))
      details.set(localId, withStated(details.get(localId) ?? NOTHING_KNOWN, event.patient));
  }
  return details;
}
