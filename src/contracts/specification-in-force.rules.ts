/** Pure choice of the version of a specification that is in force on a date, and the two gates before a decision. */
import type { LocalDate } from '../core/calendar.js';
import type { ErrorCode } from '../core/error-codes.js';

/** What the choice looks at. */
export interface VersionPeriod {
  readonly version: number;
  /** First day in force; null: not stated, counts as in force. */
  readonly validFrom: LocalDate | null;
  /** First day no longer in force; null: not stated, counts as in force. */
  readonly validTo: LocalDate | null;
  /** True once an administrator has activated it. */
  readonly activated: boolean;
  /** True while a placeholder of the template is not filled. */
  readonly hasUnfilled: boolean;
}

/** True when `date` is in the period of a version. */
export function isInForce(period: Pick<VersionPeriod, 'validFrom' | 'validTo'>, date: LocalDate): boolean {
  return (
    (period.validFrom === null || period.validFrom <= date) &&
    (period.validTo === null || date < period.validTo)
  );
}

/** Why no version can be decided under: a refusal, never a verdict. */
export type VersionRefusal = Extract<
  ErrorCode,
  'HUB_ELIGIBILITY_NOT_IN_FORCE' | 'HUB_ELIGIBILITY_NOT_ACTIVATED'
>;

/** The highest version in force and activated on the date, else the refusal. */
export function versionInForce<Version extends VersionPeriod>(
  versions: readonly Version[],
  date: LocalDate,
): { readonly version: Version } | { readonly refusal: VersionRefusal } {
  const inForce = versions.filter((version) => isInForce(version, date));
  if (inForce.length === 0) return { refusal: 'HUB_ELIGIBILITY_NOT_IN_FORCE' };
  const [first, ...rest] = inForce.filter((version) => version.activated && !version.hasUnfilled);
  if (!first) return { refusal: 'HUB_ELIGIBILITY_NOT_ACTIVATED' };
  return { version: rest.reduce((best, next) => (next.version > best.version ? next : best), first) };
}
