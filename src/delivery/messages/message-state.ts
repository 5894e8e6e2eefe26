/** How a message stands that a record system sent. */

/** States of a message. */
export const MessageState = {
  /** Kept and answered; it waits to be read. */
  KEPT: 'KEPT',
  /** Read, and what it says is in use. */
  READ: 'READ',
  /** Read, and of no use to the hub. */
  NOTHING: 'NOTHING',
  /** Somebody has to look: nothing of it is used until it is replayed or set aside. */
  NOT_UNDERSTOOD: 'NOT_UNDERSTOOD',
  /** Its sender was told so; it is never read. */
  REFUSED: 'REFUSED',
  /** Not understood, and somebody decided that it need not be. */
  SET_ASIDE: 'SET_ASIDE',
} as const;
export type MessageState = (typeof MessageState)[keyof typeof MessageState];

/** States from which a message may be read again. */
export const REPLAYABLE: readonly MessageState[] = [
  MessageState.READ,
  MessageState.NOTHING,
  MessageState.NOT_UNDERSTOOD,
  MessageState.SET_ASIDE,
];

/** What may happen to a message after it was kept. `FAILED`: its reading began and its end was never heard of. */
export const MessageHappening = {
  READ: 'READ',
  NOTHING: 'NOTHING',
  NOT_UNDERSTOOD: 'NOT_UNDERSTOOD',
  FAILED: 'FAILED',
  REPLAYED: 'REPLAYED',
  SET_ASIDE: 'SET_ASIDE',
} as const;
export type MessageHappening = (typeof MessageHappening)[keyof typeof MessageHappening];

/** A record system whose messages are kept. */
export interface MessageSystem {
  readonly id: string;
  /** Code of the site profile; for logs. */
  readonly code: string;
  readonly organisationId: string;
}

/** Channel on which readers hear of kept messages; the payload is the system's id. */
export const MESSAGES_CHANNEL = 'hub_messages';
