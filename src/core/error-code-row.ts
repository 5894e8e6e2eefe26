/** A row of the table of error codes: meaning, who acts and how, retry class. */

/**
 * What a caller may do about a failure.
 * - `transient`: the same request may be sent again, after `retryAfterMs` when given.
 * - `ambiguous`: it may have taken effect; ask before sending again.
 * - `permanent`: the same request will fail again; somebody must change something.
 * - `paused`: the far end refuses this client; stop until an operator acts.
 * - `conflict`: the far end holds something else; read it again and compare before anything is sent.
 */
export type RetryClass = 'transient' | 'ambiguous' | 'permanent' | 'paused' | 'conflict';

/** One code's row. */
export interface ErrorCodeRow {
  /** One sentence, safe to show to any caller. */
  readonly meaning: string;
  /** What to do, and who does it. */
  readonly solve: string;
  readonly retry: RetryClass;
}

/** A row, written as one call. */
export const row = (retry: RetryClass, meaning: string, solve: string): ErrorCodeRow => ({
  meaning,
  solve,
  retry,
});
