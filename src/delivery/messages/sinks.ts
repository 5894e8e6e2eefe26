/** Where what messages say goes. Whoever uses it says how; the store gives it in order and in the transaction that marks them as read. */
import type { FeedEvent } from '../../clinical/feed.port.js';
import type { InboundReceipt } from '../../clinical/inbound.port.js';
import type { Transaction } from '../../platform/database/database.js';
import type { MessageSystem } from './message-state.js';

/** What a message says of caseloads and identities. */
export interface FeedMessage {
  readonly messageId: string;
  /** When it was kept; ISO instant. */
  readonly receivedAt: string;
  /** All that it says, in its order. Empty for one that said something at an earlier reading and says nothing now. */
  readonly events: readonly FeedEvent[];
}

/** Takes up what messages say of caseloads. */
export interface FeedSink {
  /**
   * Takes up some messages, in the order of their arrival; role `worker`, in the scope of the system's organisation. A message may
   * come again, when somebody replays it: what it says now takes the place of what it said before. A failure that is permanent
   * parks the message with its code, after each of the others was given by itself; any other is tried again.
   */
  apply(tx: Transaction, system: MessageSystem, messages: readonly FeedMessage[]): Promise<void>;
}

/** What a message says of a document that the hub sent. */
export interface ReceiptMessage {
  readonly messageId: string;
  /** When it was kept; ISO instant. */
  readonly receivedAt: string;
  readonly receipt: InboundReceipt;
}

/** Takes up receipts; the rules are those of `FeedSink`. */
export interface ReceiptSink {
  apply(tx: Transaction, system: MessageSystem, messages: readonly ReceiptMessage[]): Promise<void>;
}
