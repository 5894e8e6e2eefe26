/** A value read from a resource, with where and when. */
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member, textOf } from '../json.js';
import { instantOf } from './dates.rules.js';

/** Who read it and when. */
export interface Reading {
  /** Code of the clinical record system. */
  readonly system: string;
  /** ISO instant of the hub's clock. */
  readonly fetchedAt: string;
}

/** Wraps a value: version from meta.versionId, as-of from meta.lastUpdated of the resource it came from. */
export function observed<T>(resource: Json, value: T, reading: Reading, complete: boolean): Observed<T> {
  const meta = member(resource, 'meta');
  return {
    value,
    source: {
      system: reading.system,
      reference: `${textOf(resource, 'resourceType')}/${textOf(resource, 'id')}`,
      version: textOf(meta, 'versionId'),
    },
    asOf: instantOf(textOf(meta, 'lastUpdated')),
    fetchedAt: reading.fetchedAt,
    complete,
  };
}
