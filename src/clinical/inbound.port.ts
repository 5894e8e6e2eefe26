/**
 * The part of the port through which a record system sends by itself: a message is kept first, byte for byte, then answered,
 * then read. The adapter knows the protocol and knows no database; the hub keeps, and knows no protocol.
 */
import type { ErrorCode } from '../core/error-codes.js';
import type { FeedEvent } from './feed.port.js';

/** By what its sender would repeat a message. */
export interface MessageIdentity {
  /** Sending application and facility, as the message names them; empty when it does not. */
  readonly application: string;
  readonly facility: string;
  /** The sender's number of the message (HL7 v2: MSH-10), verbatim. */
  readonly controlId: string;
}

/** A whole message, as it came. What is refused is kept too. */
export interface ArrivedMessage {
  /** What came, without the frame. */
  readonly bytes: Uint8Array;
  /** Null when the message does not say: no other is a repeat of it then. */
  readonly identity: MessageIdentity | null;
  /** SHA-256 in lower-case hexadecimal of what must be equal in a repeat; when it was sent is not among it. */
  readonly contentHash: string;
  /** Message and event as the protocol names them, as `ADT^A01`: capitals, digits, `^` and `_`, at most 20; null when it cannot be read. */
  readonly type: string | null;
  /** When its sender says that it was sent; ISO instant, null when it does not say, or not to the second and with a zone known. */
  readonly sentAt: string | null;
  /** Where the connection came from: an address without a port. */
  readonly remoteAddress: string;
  /**
   * False of what tells of no caseload, as an acknowledgement or a word about a document: where the system has a feed, that such a
   * message comes says nothing of whether the feed goes on. Default true.
   */
  readonly isOfFeed?: boolean;
  /** Why it is refused; null when it is taken. */
  readonly refusal: ErrorCode | null;
  /** What the sender is told; null where the protocol wants no answer. */
  readonly answer: Uint8Array | null;
  /** What the sender is told instead when another message had that number before. Looked at only then, so that it may be made then. */
  readonly answerToOther: Uint8Array | null;
}

/**
 * What became of it.
 * - `KEPT`: committed; `answer` holds.
 * - `REPEATED`: the same had been kept before; what was answered then is answered again, and nothing more is done.
 * - `OTHER`: another message had that number before. This one is kept as refused, and `answerToOther` holds.
 */
export type MessageKept =
  | { readonly outcome: 'KEPT' | 'OTHER' }
  | { readonly outcome: 'REPEATED'; readonly answer: Uint8Array | null };

/** Where an adapter puts what arrives. */
export interface MessageIntake {
  /**
   * Resolves once the message is committed to disk; only then may it be answered.
   * @throws HUB_DATABASE_UNAVAILABLE, HUB_DATABASE_TIMEOUT, HUB_BUSY: nothing was kept, and the sender is to send it again.
   */
  keep(message: ArrivedMessage): Promise<MessageKept>;
}

/** What a kept message says. */
export type MessageReading =
  /** Something of caseloads or identities. `localIds`: the patients concerned, whose messages are read in their order. */
  | { readonly kind: 'FEED'; readonly events: readonly FeedEvent[]; readonly localIds: readonly string[] }
  /** What the far end says of a document that the hub sent. */
  | { readonly kind: 'RECEIPT'; readonly receipt: InboundReceipt }
  /** Kept, and of no use to the hub, as the site's rules or its type say. */
  | { readonly kind: 'NOTHING' }
  /** Somebody has to look: the message, the site's rules or the far end must be put right. Nothing of it is used. */
  | {
      readonly kind: 'NOT_UNDERSTOOD';
      readonly code: ErrorCode;
      /** Where, as the protocol names places (`PID-3`); null when nowhere in particular. */
      readonly place: string | null;
      /** The patients whom it may concern; empty when that cannot be told, and then it may be anybody. */
      readonly localIds: readonly string[];
    };

/** What a far end says, in a message of its own, of a document that it was sent. */
export interface InboundReceipt {
  /** Number of what the message did in which the hub sent it (`messageNumber`); null when it names the document alone. */
  readonly controlId: string | null;
  /** Identity of the document as the hub sent it; null when it names the message alone. */
  readonly documentReference: string | null;
  readonly says: 'FILED' | 'REJECTED' | 'WITHDRAWN';
  /** Why it was rejected. */
  readonly code: ErrorCode | null;
  /** The record system's ids of the patient under whom it says that the document is; empty where it does not say. */
  readonly localIds: readonly string[];
}

/** A receipt that was kept. */
export interface KeptReceipt {
  readonly says: InboundReceipt['says'];
  readonly code: ErrorCode | null;
  /** Of the last word under the number that named any. */
  readonly localIds: InboundReceipt['localIds'];
  /** When it came; ISO instant. */
  readonly receivedAt: string;
}

/** Receipts of a record system that have come, for its adapter to look through. */
export interface ReceivedReceipts {
  /** The last word under each number of a message or reference of a document, in the order asked; null where nothing has come. */
  lookUp(numbers: readonly string[], signal: AbortSignal): Promise<readonly (KeptReceipt | null)[]>;
}

/** An open listener. */
export interface Listening {
  /** `host:port`. */
  readonly address: string;
  /** Takes no more connections, lets what has arrived be kept and answered, and ends. */
  close(): Promise<void>;
}

/** How much a feed may leave open before nobody's absence from a caseload follows from it. */
export interface FeedPatience {
  /** Milliseconds without a word. */
  readonly silentAfterMs: number;
  /** Milliseconds for which a message may wait to be read. */
  readonly unreadAfterMs: number;
  /** Whether the feed has told of everybody since its beginning, so that nobody has to be counted. */
  readonly toldAll: boolean;
}

/** Receiving what a record system sends by itself. */
export interface InboundCapability {
  /** Null where what comes is no feed of caseloads. */
  readonly feed: FeedPatience | null;
  /** @throws HUB_SETTINGS_INVALID when the address cannot be had. */
  listen(intake: MessageIntake): Promise<Listening>;
  /**
   * What a kept message says, that came at `receivedAt`. Pure: the same under the same settings gives the same answer. Never throws.
   */
  read(bytes: Uint8Array, receivedAt: Date): MessageReading;
}
