/** When two identities are one, and when they contradict each other: NHS number, its verification, date of birth, living records. */
import type { LocalDate } from '../core/calendar.js';
import { NhsNumberStatus } from '../core/nhs-number.js';

/** The least that a record system says about a patient. */
export interface RecordIdentity {
  /** The record system's own id. */
  readonly localId: string;
  /** Valid ten digits, or null. */
  readonly nhsNumber: string | null;
  /** Verification status 01 to 08; null when the record does not say. */
  readonly nhsNumberStatus: string | null;
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  /** False when the record is no longer in use. */
  readonly active: boolean;
  /** Local id of the record that replaced this one (merge), or null. */
  readonly replacedByLocalId: string | null;
  readonly restricted: boolean;
}

/** A record that belongs to a person. */
export interface LinkedRecord extends RecordIdentity {
  readonly systemId: string;
  readonly personId: string;
}

/** A person as the hub keeps one; never with a name, which only a referral brings. */
export interface KnownPerson {
  readonly id: string;
  readonly nhsNumber: string | null;
  readonly nhsNumberStatus: string | null;
  readonly dateOfBirth: LocalDate | null;
  readonly deceasedOn: LocalDate | null;
  readonly restricted: boolean;
  readonly identityState: IdentityState;
  /** The person that this one turned out to be; null for a surviving person. */
  readonly mergedIntoId: string | null;
}

/** Whether an identity may be relied on. In `CONFLICT` the identity steward acts. */
export type IdentityState = 'CLEAR' | 'CONFLICT';

/**
 * What two identities dispute.
 * - `SHARED_NHS_NUMBER`: one number, trusted on both sides or in two living records of one system.
 * - `DATE_OF_BIRTH_MISMATCH`: one number, two dates of birth.
 * - `UNVERIFIED_NUMBER`: one number that a side has not verified, and nothing that speaks against one person.
 * Between a person and themselves: that person's living records disagree on the number, or on the date.
 */
export type ConflictKind = 'SHARED_NHS_NUMBER' | 'DATE_OF_BIRTH_MISMATCH' | 'UNVERIFIED_NUMBER';

/** An identity with all its records, for comparison. */
export interface Identity {
  readonly nhsNumber: string | null;
  readonly nhsNumberStatus: string | null;
  readonly dateOfBirth: LocalDate | null;
  /** Its records in every system, those of persons merged into it included. Empty when a referral made it. */
  readonly records: readonly LinkedRecord[];
}

/** A record in use that nothing has replaced. */
export function isLiving(record: RecordIdentity): boolean {
  return record.active && record.replacedByLocalId === null;
}

/** Only a number that was traced and verified may match by itself (NHS number verification status 01). */
export function isVerified(subject: { nhsNumber: string | null; nhsNumberStatus: string | null }): boolean {
  return subject.nhsNumber !== null && subject.nhsNumberStatus === NhsNumberStatus.VERIFIED;
}

/** A verified number, or the number stated on the referral of somebody no record is known for. */
export function isTrusted(identity: Identity): boolean {
  return isVerified(identity) || (identity.records.length === 0 && identity.nhsNumber !== null);
}

/** Both dates of birth known and the same. */
export function sameBirth(
  a: { dateOfBirth: LocalDate | null },
  b: { dateOfBirth: LocalDate | null },
): boolean {
  return a.dateOfBirth !== null && a.dateOfBirth === b.dateOfBirth;
}

/** Both dates of birth known and different. */
export function differentBirth(
  a: { dateOfBirth: LocalDate | null },
  b: { dateOfBirth: LocalDate | null },
): boolean {
  return a.dateOfBirth !== null && b.dateOfBirth !== null && a.dateOfBirth !== b.dateOfBirth;
}

/** True when a system holds a living record of both: then it says itself that they are two. */
export function shareLivingSystem(a: Identity, b: Identity): boolean {
  const systems = new Set(a.records.filter(isLiving).map((record) => record.systemId));
  return b.records.some((record) => isLiving(record) && systems.has(record.systemId));
}

/** True when two identities with one number may be taken for one without asking anybody. */
export function mayBeOne(a: Identity, b: Identity): boolean {
  return (
    a.nhsNumber !== null &&
    a.nhsNumber === b.nhsNumber &&
    isTrusted(a) &&
    isTrusted(b) &&
    sameBirth(a, b) &&
    !shareLivingSystem(a, b)
  );
}

/**
 * What two surviving identities dispute. One number in two living records of one system is a conflict whatever else they
 * say. Across systems, a different date of birth is one only where both numbers are trusted: an unverified number with
 * another date of birth is most likely a slip of the pen and says nothing of the other person.
 */
export function conflictsBetween(a: Identity, b: Identity): ConflictKind[] {
  if (a.nhsNumber === null || a.nhsNumber !== b.nhsNumber) return [];
  const oneSystem = shareLivingSystem(a, b);
  const births = differentBirth(a, b);
  const trusted = isTrusted(a) && isTrusted(b);
  const kinds: ConflictKind[] = [];
  if (oneSystem || (!births && trusted)) kinds.push('SHARED_NHS_NUMBER');
  else if (!births) kinds.push('UNVERIFIED_NUMBER');
  if (births && trusted) kinds.push('DATE_OF_BIRTH_MISMATCH');
  return kinds;
}

/** Two dates of birth that a steward has seen on two sides and ruled to be of one person. */
export type AgreedBirths = readonly [LocalDate, LocalDate];

/**
 * What the living records of one identity dispute among themselves, after one of them was changed at its source.
 * @param agreed dates that are no dispute, because a steward knew of them.
 */
export function conflictsWithin(identity: Identity, agreed: readonly AgreedBirths[] = []): ConflictKind[] {
  const living = identity.records.filter(isLiving);
  const numbers = new Set(living.filter(isVerified).map((record) => record.nhsNumber));
  const births = new Set(living.flatMap((record) => record.dateOfBirth ?? []));
  const kinds: ConflictKind[] = [];
  if (numbers.size > 1) kinds.push('SHARED_NHS_NUMBER');
  if (!allAgreed(births, agreed)) kinds.push('DATE_OF_BIRTH_MISMATCH');
  return kinds;
}

/** True when the agreements lead from any of the dates to every other. */
function allAgreed(births: ReadonlySet<LocalDate>, agreed: readonly AgreedBirths[]): boolean {
  const reached = new Set([...births].slice(0, 1));
  for (const date of reached) {
    for (const [a, b] of agreed) {
      if (a === date) reached.add(b);
      if (b === date) reached.add(a);
    }
  }
  return [...births].every((date) => reached.has(date));
}

/** The identity that a person takes from their own records: living before dead, verified before not, a number before none. */
export function identityFromRecords(
  records: readonly LinkedRecord[],
): Pick<KnownPerson, 'nhsNumber' | 'nhsNumberStatus' | 'dateOfBirth' | 'deceasedOn' | 'restricted'> {
  const weight = (record: LinkedRecord): number =>
    (isLiving(record) ? 4 : 0) + (isVerified(record) ? 2 : 0) + (record.nhsNumber === null ? 0 : 1);
  const ranked = [...records].sort((a, b) => weight(b) - weight(a) || (a.localId < b.localId ? -1 : 1));
  const best = ranked[0]!;
  return {
    nhsNumber: best.nhsNumber,
    nhsNumberStatus: best.nhsNumberStatus,
    dateOfBirth:
      best.dateOfBirth ?? ranked.find((record) => record.dateOfBirth !== null)?.dateOfBirth ?? null,
    deceasedOn: ranked.find((record) => record.deceasedOn !== null)?.deceasedOn ?? null,
    restricted: records.some((record) => record.restricted),
  };
}
