/** Dates of any precision as half-open ranges of instants, and how FHIR's search prefixes compare two of them (R4 search, section 3.1.1.4.4). */

/** ISO instants in milliseconds, UTC: `low` belongs to the range, `high` does not. */
export interface InstantRange {
  readonly low: string;
  readonly high: string;
}

/** Beginning of a range that has none; sorts before every instant. */
export const EARLIEST = '0000';
/** End of a range that has none; sorts after every instant. */
export const LATEST = '9999';

const SHAPE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** The instants that a FHIR date, dateTime or instant covers, times without a zone taken as UTC; null for anything else. */
export function rangeOf(text: string): InstantRange | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [, year, month, day, minutes, seconds, fraction, zone] = match;
  const start = new Date(
    `${year}-${month ?? '01'}-${day ?? '01'}T${minutes ?? '00:00'}:${seconds ?? '00'}.${(fraction ?? '').padEnd(3, '0').slice(0, 3)}${zone ?? 'Z'}`,
  );
  if (Number.isNaN(start.getTime())) return null;
  const end = new Date(start);
  if (!month) end.setUTCFullYear(end.getUTCFullYear() + 1);
  else if (!day) end.setUTCMonth(end.getUTCMonth() + 1);
  else if (!minutes) end.setUTCDate(end.getUTCDate() + 1);
  else end.setTime(end.getTime() + (fraction ? 1 : seconds ? 1_000 : 60_000));
  return { low: start.toISOString(), high: end.toISOString() };
}

/** The instants that a FHIR Period covers; a missing end is open. Null when a part cannot be read. */
export function rangeOfPeriod(period: {
  readonly start?: string;
  readonly end?: string;
}): InstantRange | null {
  const start = period.start === undefined ? null : rangeOf(period.start);
  const end = period.end === undefined ? null : rangeOf(period.end);
  if ((period.start !== undefined && !start) || (period.end !== undefined && !end)) return null;
  return { low: start?.low ?? EARLIEST, high: end?.high ?? LATEST };
}

/** Prefixes of a date search that are supported; `ap` is not. */
export const DATE_PREFIXES = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'] as const;
/** A supported prefix; `eq` when the search names none. */
export type DatePrefix = (typeof DATE_PREFIXES)[number];

/**
 * The comparison as SQL over `value` (low) and `hi` (high) of the index. Each `?` takes the bound named beside it, in order.
 * An open-ended period is found by every `ge` and `gt`, as the standard says.
 */
export const DATE_COMPARISON: Readonly<
  Record<DatePrefix, { readonly sql: string; readonly bounds: readonly (keyof InstantRange)[] }>
> = {
  eq: { sql: '(value >= ? and hi <= ?)', bounds: ['low', 'high'] },
  ne: { sql: 'not (value >= ? and hi <= ?)', bounds: ['low', 'high'] },
  gt: { sql: 'hi > ?', bounds: ['high'] },
  lt: { sql: 'value < ?', bounds: ['low'] },
  ge: { sql: '(hi > ? or value >= ?)', bounds: ['high', 'low'] },
  le: { sql: '(value < ? or hi <= ?)', bounds: ['low', 'high'] },
  sa: { sql: 'value >= ?', bounds: ['high'] },
  eb: { sql: 'hi <= ?', bounds: ['low'] },
};
