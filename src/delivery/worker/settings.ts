/** How a delivery worker goes about its work. Times are in milliseconds. */
import { LANE_STATEMENTS, type LaneStatements } from '../lane-statements.js';
import type { Patience } from '../outcome.rules.js';

/** Moments at which a test may stop the process. */
export type FaultPoint =
  | 'afterClaim'
  | 'beforeSend'
  | 'afterSend'
  | 'afterAnswer'
  | 'beforeSettle'
  | 'afterSettle';

/** What may be set; every member has a default. */
export interface WorkerSettings extends Patience {
  /** Deliveries in flight at most in this process, for each destination. */
  readonly inFlight: number;
  /** More is claimed when so many slots are free, when nothing is in flight, and with each poll. */
  readonly claimWhenFree: number;
  /** Longest time between looks for work; a notification comes sooner. */
  readonly pollMs: number;
  /** Wait after the database failed a loop; each further one up to twice as long, `pollMs` at most. */
  readonly againMs: number;
  /** How long a claim holds without renewal. Must be more than twice `renewMs`. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Time between looks for holders that died. */
  readonly reapMs: number;
  /** Time between looks for people who have been linked. */
  readonly unparkMs: number;
  /** Answers settled in one statement at most. */
  readonly settleBatch: number;
  /** How long `stop` waits for sends under way. */
  readonly graceMs: number;
  /** Wait between the two questions before a repeat that is not harmless, and before it is concluded that something is not there. */
  readonly ambiguousWaitMs: number;
  /** Time until a lane that waits for another person's lane, or for a reference, is looked at again. */
  readonly waitMs: number;
  /** First pause of a destination that refuses the hub; each further one is twice as long. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** Documents read back in one call at most. */
  readonly watchBatch: number;
  /** First time between reads of a document that does not show; each further one up to twice as long, `longestBackoffMs` at most. */
  readonly watchMs: number;
  /** After this time a document that was accepted and does not show is somebody's work. */
  readonly overdueMs: number;
  /** How long a cancelled document that may have arrived all the same is looked for, from its cancellation. */
  readonly lateWatchMs: number;
  readonly statements: LaneStatements;
  /** Called, and awaited, at each moment. Default: nothing happens. */
  readonly faultPoint?:
    | ((name: FaultPoint, deliveryIds: readonly string[]) => void | Promise<void>)
    | undefined;
}

/** What holds unless told otherwise. */
export const DEFAULT_WORKER_SETTINGS: WorkerSettings = {
  inFlight: 32,
  claimWhenFree: 8,
  pollMs: 250,
  againMs: 25,
  leaseMs: 3_000,
  renewMs: 1_000,
  reapMs: 500,
  unparkMs: 2_000,
  settleBatch: 64,
  graceMs: 8_000,
  ambiguousWaitMs: 5_000,
  waitMs: 1_000,
  pauseMs: 15_000,
  longestPauseMs: 900_000,
  backoffMs: 1_000,
  longestBackoffMs: 300_000,
  ambiguousLimit: 2_000,
  conflictLimit: 5,
  watchBatch: 100,
  watchMs: 1_000,
  overdueMs: 86_400_000,
  lateWatchMs: 900_000,
  statements: LANE_STATEMENTS,
};
