/** What a record system says of itself, held against what the settings of its site need; part of the port to record systems. */
import type { ErrorCode } from '../core/error-codes.js';

/** What came of looking for something that a site needs. */
export const ConformanceState = {
  PRESENT: 'PRESENT',
  /** The far end says what it has, and this is not among it. */
  MISSING: 'MISSING',
  /** The far end does not say: silence is no answer. */
  NOT_STATED: 'NOT_STATED',
} as const;
export type ConformanceState = (typeof ConformanceState)[keyof typeof ConformanceState];

/** One thing that the settings of a site need of its record system. Words of the adapter's own; nothing that the far end wrote. */
export interface ConformanceFinding {
  /** Kind of thing, in capitals; the same for ever. */
  readonly code: string;
  readonly state: ConformanceState;
  /** Where the far end says it, as the adapter's protocol names places. */
  readonly path: string;
  /** False: without it things go slower or an answer is poorer. */
  readonly needed: boolean;
  /** What happens without it. A sentence. */
  readonly consequence: string;
  /** The setting that avoids it, with what to set; null when only the far end can mend it. */
  readonly setting: string | null;
}

/** How a record system and its site fit. */
export interface Conformance {
  /** Why the far end could not be asked; null when it answered, whatever it answered. */
  readonly failure: ErrorCode | null;
  /** Everything that the site needs, each once; empty when the far end could not be asked. */
  readonly findings: readonly ConformanceFinding[];
}
