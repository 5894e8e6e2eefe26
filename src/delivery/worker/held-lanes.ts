/** The lanes that this process holds, and until when, by a clock that nobody can set. */
import type { Head } from '../claim.service.js';

/** A claimed lane while its delivery is under way. */
export interface HeldLane {
  readonly head: Head;
  readonly sendTimeoutMs: number;
  readonly probing: boolean;
  /** Ends the attempt. */
  readonly abort: AbortController;
  /** By `performance.now()`: until then no other worker can hold the lane. */
  leaseUntil: number;
  isLost: boolean;
}

/** Lanes in flight of one destination. */
export class HeldLanes {
  private readonly lanes = new Map<string, HeldLane>();

  get size(): number {
    return this.lanes.size;
  }

  get all(): HeldLane[] {
    return [...this.lanes.values()];
  }

  /** @param leaseUntil counted from when the claim was asked for: the lease cannot have begun earlier. */
  add(head: Head, claim: { sendTimeoutMs: number; probing: boolean }, leaseUntil: number): HeldLane {
    const held: HeldLane = {
      head,
      sendTimeoutMs: claim.sendTimeoutMs,
      probing: claim.probing,
      abort: new AbortController(),
      leaseUntil,
      isLost: false,
    };
    this.lanes.set(head.laneId, held);
    return held;
  }

  /** Forgets a lane, unless it has been claimed anew meanwhile. */
  remove(held: HeldLane): void {
    if (this.lanes.get(held.head.laneId) === held) this.lanes.delete(held.head.laneId);
  }

  /** Another worker has it, or may have: nothing may leave for it any more. */
  lose(held: HeldLane): void {
    held.isLost = true;
    held.abort.abort();
  }

  /** Ends every attempt. */
  abortAll(): void {
    for (const held of this.lanes.values()) held.abort.abort();
  }
}
