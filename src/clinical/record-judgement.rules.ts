/** Whether the record of a patient, as it is at this moment, may still be shown as the person's: not restricted, not another's, in use. */
import type { PatientIdentity } from './clinical-record.port.js';
import type { RecordHolder } from './record-links.reader.js';
import { SourceState } from './record-read.rules.js';

/** A record of a person, and what it says just now of whose it is; null where the system holds no such patient. */
export interface LivePatient {
  readonly localId: string;
  readonly identity: PatientIdentity | null;
}

/**
 * True when a record is still the person's own: under the id that was asked for, in use, replaced by none, and with no
 * NHS number and no date of birth that differ from all that are known of the person. What either side does not know
 * speaks against nobody.
 */
export function isStillTheirs(holder: RecordHolder, localId: string, identity: PatientIdentity): boolean {
  return (
    identity.localId === localId &&
    identity.active &&
    identity.replacedByLocalId === null &&
    agrees(holder.nhsNumbers, identity.nhsNumber) &&
    agrees(holder.datesOfBirth, identity.dateOfBirth)
  );
}

/**
 * Why nothing of a person may be shown from a system that was just asked about all their records there; null when it may.
 * One record that is not theirs, or is gone while another is there, bars them all. `saysMore`: it holds something under
 * their ids all the same, so that not to know the patient is a contradiction.
 */
export function liveBar(
  holder: RecordHolder,
  patients: readonly LivePatient[],
  saysMore: boolean,
): SourceState | null {
  const known = patients.filter(({ identity }) => identity !== null);
  if (known.length === 0) return saysMore ? SourceState.IDENTITY_CONFLICT : SourceState.NOT_LINKED;
  if (!patients.every(({ localId, identity }) => identity && isStillTheirs(holder, localId, identity)))
    return SourceState.IDENTITY_CONFLICT;
  return known.some(({ identity }) => identity!.restricted) ? SourceState.RESTRICTED : null;
}

function agrees(known: readonly string[], said: string | null): boolean {
  return said === null || known.length === 0 || known.includes(said);
}
