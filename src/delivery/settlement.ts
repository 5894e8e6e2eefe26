/** What an attempt came to, and how that is put to the lane. */
import type { ErrorCode } from '../core/error-codes.js';
import type { Head } from './claim.service.js';
import {
  type AttemptClass,
  backoffMs,
  FEW_TRIES,
  isExhausted,
  type LaneMove,
  type Patience,
  type Theirs,
} from './outcome.rules.js';

/** What an attempt came to. */
export interface Outcome {
  readonly class: AttemptClass;
  readonly lane: LaneMove;
  /** Null for success. */
  readonly code: ErrorCode | null;
  /** What the failure was about, in words; at most 500 characters. */
  readonly detail: string | null;
  /** Null leaves what was known. */
  readonly theirs: Theirs | null;
  readonly reference: string | null;
  readonly referenceVersion: string | null;
  /** The patient it went to; null when nothing left. */
  readonly patientLocalId: string | null;
  readonly mayHaveArrived: boolean;
  readonly wasAskedFirst: boolean;
  /** The record is to be read back. */
  readonly watch: boolean;
  /** The far end said something to a write, whatever it was. */
  readonly answered: boolean;
  /** Milliseconds that the far end asked for. */
  readonly retryAfterMs: number | undefined;
}

/** A row of the settle statement. bigints are text. */
export interface Settlement extends Omit<Outcome, 'retryAfterMs'> {
  readonly laneId: string;
  readonly fence: string;
  readonly seq: string;
  readonly deliveryId: string;
  /** Null when the delivery was only passed over or put back, without an attempt. */
  readonly attemptId: string | null;
  /** Milliseconds until the lane is due again. */
  readonly delayMs: number;
  /** Attempts since it was queued or replayed, this one included. */
  readonly tries: number;
}

const identity = (head: Head) => ({
  laneId: head.laneId,
  fence: head.fence,
  seq: head.seq,
  deliveryId: head.deliveryId,
});

/** An attempt's outcome as it is settled; what has been tried too often is parked with `HUB_DELIVERY_EXHAUSTED`. */
export function settlementOf(
  head: Head,
  outcome: Outcome,
  patience: Patience & { readonly waitMs: number },
): Settlement {
  const { retryAfterMs, ...rest } = outcome;
  const conflicts = head.conflicts + (outcome.class === 'CONFLICT' ? 1 : 0);
  const waitsForGood = outcome.lane === 'waits' && !(outcome.class === 'WAITED' && outcome.code === null);
  const exhausted = waitsForGood && isExhausted(outcome, head.tries, conflicts, patience);
  return {
    ...identity(head),
    attemptId: head.attemptId,
    tries: head.tries,
    ...rest,
    ...(exhausted
      ? {
          lane: 'parked' as const,
          code: saysWhy(outcome) ? outcome.code : ('HUB_DELIVERY_EXHAUSTED' as const),
        }
      : {}),
    delayMs: exhausted ? 0 : delayOf(head, outcome, patience),
  };
}

/** Whether the last answer itself tells what is wrong, better than that it was tried too often. */
const saysWhy = ({ class: attempt, code }: Outcome): boolean =>
  attempt === 'WAITED' || (code !== null && code in FEW_TRIES);

function delayOf(head: Head, outcome: Outcome, patience: Patience & { readonly waitMs: number }): number {
  // A pause of the destination holds the lane anyway, and longer.
  if (outcome.lane !== 'waits' || outcome.class === 'PAUSED') return 0;
  if (outcome.class === 'WAITED' && outcome.code === null) return 0;
  if (outcome.class === 'WAITED') return Math.min(patience.waitMs * head.tries, patience.longestBackoffMs);
  return backoffMs(head.tries, patience, outcome.retryAfterMs);
}

/** A cancelled head is passed over; one that waits for another lane is put back for a while. Neither is an attempt. */
export function withoutAttempt(head: Head, waitMs: number): Settlement {
  return {
    ...identity(head),
    attemptId: null,
    lane: head.waits && head.ours !== 'CANCELLED' ? 'waits' : 'next',
    delayMs: head.waits && head.ours !== 'CANCELLED' ? waitMs : 0,
    class: 'WAITED',
    code: null,
    detail: null,
    theirs: null,
    reference: null,
    referenceVersion: null,
    patientLocalId: null,
    mayHaveArrived: head.mayHaveArrived,
    wasAskedFirst: false,
    watch: false,
    answered: false,
    tries: head.tries - 1,
  };
}
