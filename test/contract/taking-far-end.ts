/** Far ends that take documents and tell by themselves of what they have filed: how they can misbehave, and what must come of it. */
import type { ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import type { InboundReceipt } from '../../src/clinical/inbound.port.js';
import type { ErrorCode, RetryClass } from '../../src/core/error-codes.js';

/** The ways in which such a far end can meet a document. */
export const TAKING_FAULT_KINDS = [
  /** Closes the connection without having done anything. */
  'DROP_BEFORE',
  /** Takes it, and closes the connection without an answer. */
  'DROP_AFTER',
  /** Takes it, and answers another one. */
  'FOREIGN_AFTER',
  /** Takes it, and answers with what is no answer. */
  'NONSENSE_AFTER',
  /** Never answers. */
  'SILENT',
  'REJECTS',
  /** Will not take it now. */
  'DECLINES',
  /** Another has the record open. */
  'LOCKED',
] as const;
export type TakingFaultKind = (typeof TAKING_FAULT_KINDS)[number];

/** What must come of each, and how many documents the far end holds afterwards. */
export const TAKING_EXPECTATIONS: Readonly<
  Record<TakingFaultKind, { readonly retry: RetryClass; readonly code: ErrorCode; readonly held: 0 | 1 }>
> = {
  DROP_BEFORE: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 0 },
  DROP_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  FOREIGN_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  NONSENSE_AFTER: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 1 },
  SILENT: { retry: 'ambiguous', code: 'HUB_UPSTREAM_AMBIGUOUS', held: 0 },
  REJECTS: { retry: 'permanent', code: 'HUB_UPSTREAM_REJECTED', held: 0 },
  DECLINES: { retry: 'transient', code: 'HUB_UPSTREAM_DECLINED', held: 0 },
  LOCKED: { retry: 'transient', code: 'HUB_UPSTREAM_UNAVAILABLE', held: 0 },
};

/** A document as the far end has it. */
export interface TakenDocument {
  readonly reference: string;
  readonly patientLocalId: string;
  readonly text: string;
  readonly isWithdrawn: boolean;
  /** Reference of what it replaces or belongs to, where it is told of one. */
  readonly parent: string | null;
}

/** A scripted far end together with the adapter that talks to it. */
export interface ReceiptsSubject {
  readonly adapter: ClinicalRecordAdapter;
  readonly peer: {
    /** Documents that it holds, in the order in which they came; a repeat of a message is none. */
    documents(): readonly TakenDocument[];
    /** The next document is met so. */
    misbehave(kind: TakingFaultKind): void;
    /** It says, by itself, what became of a message that it took, the n-th from 1. */
    tell(message: number, says: Exclude<InboundReceipt['says'], 'WITHDRAWN'>): void;
    /** It says that a document has been withdrawn there. */
    tellWithdrawn(reference: string): void;
    /** Messages that came whole. */
    requests(): number;
    /** Whole messages, each as it came. */
    messages(): readonly string[];
    readonly canaries: readonly string[];
    close(): Promise<void>;
  };
}
