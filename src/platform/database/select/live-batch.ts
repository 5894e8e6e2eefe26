/** What answers live edges: fields of many objects by their keys, each field asked for once with every key that wants it. */
import type { HubError } from '../../../core/errors.js';

/** Keys by the field that is wanted of them; both distinct. */
export type Wanted = ReadonlyMap<string, readonly string[]>;

/** What one source failed to answer of one field. The other fields and sources are not touched by it. */
export interface BatchFault {
  /** Code of the source. */
  readonly source: string;
  readonly field: string;
  /** Keys for which the field lacks what the source holds. */
  readonly keys: readonly string[];
  readonly error: HubError;
  /** Until when what the hub itself keeps of the source holds; ISO instant, null when it has nothing. */
  readonly asOf: string | null;
}

/** What a batch found. */
export interface BatchAnswer {
  /**
   * Plain data of a field for a key, by the names of the graph; null or undefined when there is none. `among` are all
   * fields that the object at hand has, for a field that speaks of the others; they have all been answered by then.
   */
  value(field: string, key: string, among: ReadonlySet<string>): unknown;
  readonly faults: readonly BatchFault[];
}

/**
 * Reads one batch of a request; a field is asked for once for each key in a request. A source that fails is a fault of the answer, never a rejection; a rejection says that nothing could be
 * read at all, and leaves every object of the batch null.
 */
export type BatchReader = (wanted: Wanted) => Promise<BatchAnswer>;
