/** What an identity steward ruled of two persons, and how long that holds: until a record is corrected against it. */
import type { LocalDate } from '../core/calendar.js';
import { isVerified, type KnownPerson, sameBirth } from './identity.rules.js';

/** What a steward may rule of two persons. */
export const RulingResolution = {
  SAME_PERSON: 'SAME_PERSON',
  DIFFERENT_PERSONS: 'DIFFERENT_PERSONS',
} as const;
export type RulingResolution = (typeof RulingResolution)[keyof typeof RulingResolution];

/** One side of a dispute as the steward saw it; the number is the one that both sides shared. */
export interface RuledSide {
  readonly personId: string;
  readonly nhsNumberStatus: string | null;
  readonly dateOfBirth: LocalDate | null;
}

/** The newest ruling on two persons, with what it rested on. */
export interface Ruling {
  readonly id: string;
  readonly resolution: RulingResolution;
  readonly nhsNumber: string;
  readonly sides: readonly [RuledSide, RuledSide];
}

/** The part of a person that a ruling rests on. */
type Facts = Pick<KnownPerson, 'nhsNumber' | 'nhsNumberStatus' | 'dateOfBirth'>;

/**
 * True while nothing has been corrected that speaks against one person: both still have the number, and each date of birth
 * is as it was or by now that of the other. Whether a number has been verified since makes no difference.
 */
export function holdsAsOne(ruling: Ruling, one: Facts, other: Facts): boolean {
  const [a, b] = ruling.sides;
  const asSeen = one.dateOfBirth === a.dateOfBirth && other.dateOfBirth === b.dateOfBirth;
  return shareTheNumber(ruling, one, other) && (asSeen || sameBirth(one, other));
}

/**
 * True while nothing has been corrected that speaks for one person: no number has been verified since, and the dates of
 * birth have not come to agree. Facts that have moved further apart leave a ruling of two as it is.
 */
export function holdsAsTwo(ruling: Ruling, one: Facts, other: Facts): boolean {
  const [a, b] = ruling.sides;
  const verifiedSince = [
    [a, one],
    [b, other],
  ] as const;
  return (
    shareTheNumber(ruling, one, other) &&
    !verifiedSince.some(([seen, now]) => isVerified(now) && seen.nhsNumberStatus !== now.nhsNumberStatus) &&
    (!sameBirth(one, other) || sameBirth(a, b))
  );
}

function shareTheNumber({ nhsNumber }: Ruling, one: Facts, other: Facts): boolean {
  return one.nhsNumber === nhsNumber && other.nhsNumber === nhsNumber;
}
