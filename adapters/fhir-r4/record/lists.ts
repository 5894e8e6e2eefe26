/** Lists of what patients have: found by one search, mapped one by one, in an order that is always the same. */
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import { observed } from '../mapping/observed.rules.js';
import { isRestricted } from '../mapping/restricted.rules.js';
import { type OfPatient, type PatientSearch, type RecordContext, searchByPatient } from './by-patient.js';

/** A part of a record as the port has it, and whether all that matters of it was understood; null for what is left out. */
export type Mapped<T> = { readonly value: T; readonly complete: boolean } | null;

/** All of it understood. */
export function whole<T>(value: T): Mapped<T> {
  return { value, complete: true };
}

/**
 * The lists of some patients, in their order; each in the server's, or by `order`. What its source marks as restricted is left out,
 * and not told of: that it is there may be what is to be protected.
 */
export async function listsOf<T>(
  context: RecordContext,
  localIds: readonly string[],
  signal: AbortSignal,
  search: PatientSearch,
  map: (found: OfPatient) => Mapped<T>,
  order?: (a: Observed<T>, b: Observed<T>) => number,
): Promise<Observed<T>[][]> {
  const byPatient = await searchByPatient(context, localIds, signal, search);
  return localIds.map((id) => {
    const list = byPatient.get(id)!.flatMap((found) => {
      if (isRestricted(found.resource, context.settings.restrictedCodes)) return [];
      const mapped = map(found);
      if (mapped === null) return [];
      const reading = { system: context.system, fetchedAt: found.fetchedAt };
      return [observed(found.resource, mapped.value, reading, mapped.complete)];
    });
    return order === undefined ? list : list.sort(order);
  });
}

/** By what `said` tells of each, the first first; what tells nothing comes first, and equal ones by reference. */
export function earliestFirst<T>(said: (value: T) => string) {
  return (a: Observed<T>, b: Observed<T>): number => {
    const [left, right] = [said(a.value), said(b.value)];
    if (left !== right) return left < right ? -1 : 1;
    return a.source.reference < b.source.reference ? -1 : 1;
  };
}

/** The other way round: what tells nothing comes last, and equal ones by reference all the same. */
export function newestFirst<T>(said: (value: T) => string) {
  return (a: Observed<T>, b: Observed<T>): number => {
    const [left, right] = [said(a.value), said(b.value)];
    if (left !== right) return left < right ? 1 : -1;
    return a.source.reference < b.source.reference ? -1 : 1;
  };
}
