/** Whether a document may leave for its destination at all: who the person is, what the destination can carry. */
import type { DocumentTraits } from '../clinical/documents.port.js';
import type { ErrorCode } from '../core/error-codes.js';
import type { Head } from './claim.service.js';

/** What decides. */
export type Gated = Pick<
  Head,
  'identityState' | 'localIds' | 'deceasedOn' | 'contactOn' | 'labels' | 'text' | 'authorReference'
>;

/** Null when it may go, else the code with which it is parked. A document is never changed to fit. */
export function mayGo(head: Gated, traits: DocumentTraits): ErrorCode | null {
  if (head.identityState === 'CONFLICT') return 'HUB_DELIVERY_IDENTITY';
  const records = head.localIds?.length ?? 0;
  if (records === 0) return 'HUB_DELIVERY_UNLINKED';
  if (records > 1) return 'HUB_DELIVERY_IDENTITY';
  if (head.deceasedOn !== null && head.contactOn > head.deceasedOn) return 'HUB_DELIVERY_DECEASED';
  if (head.labels.some((label) => !traits.labels.includes(label))) return 'HUB_DELIVERY_LABEL';
  if (traits.maxTextBytes !== null && Buffer.byteLength(head.text) > traits.maxTextBytes)
    return 'HUB_UPSTREAM_TOO_LARGE';
  return head.authorReference === null ? 'HUB_NOTE_AUTHOR_UNMAPPED' : null;
}
