/** Ends what hangs on a note that is taken back: countersignatures that are waited for, open drafts, work items. */
import { closeWorkItems, WorkItemKind } from '../delivery/work-item.service.js';
import type { Transaction } from '../platform/database/database.js';

/** Something that was cancelled. */
export interface Cancelled {
  readonly what: 'COUNTERSIGNATURE' | 'DRAFT' | 'DELIVERY';
  /** Of the countersignature or draft; of a delivery the id of its version. */
  readonly id: string;
}

/** Role `write`, under the note's lock. Answers what was ended, countersignatures first. */
export async function cancelDerived(
  tx: Transaction,
  noteId: string,
  by: string,
  resolution: string,
): Promise<Cancelled[]> {
  const countersignatures = await tx.query<{ id: string; documentVersionId: string }>(
    `update countersignatures set state = 'WITHDRAWN' where note_id = $1 and state = 'PENDING'
     returning id, document_version_id as "documentVersionId"`,
    [noteId],
  );
  for (const { documentVersionId } of countersignatures)
    await closeCountersignItems(tx, documentVersionId, by, resolution);
  const drafts = await tx.query<{ id: string }>(
    `update note_drafts set state = 'DISCARDED' where note_id = $1 and state = 'OPEN' returning id`,
    [noteId],
  );
  for (const { id } of drafts) await closeWorkItems(tx, WorkItemKind.AUTHOR_HAS_LEFT, id, by, resolution);
  await closeWorkItems(tx, WorkItemKind.AUTHOR_UNMAPPED, noteId, by, resolution);
  return [
    ...countersignatures.map(({ id }) => ({ what: 'COUNTERSIGNATURE' as const, id })),
    ...drafts.map(({ id }) => ({ what: 'DRAFT' as const, id })),
  ];
}

/** Closes whatever waits for a version's countersignature. */
export async function closeCountersignItems(
  tx: Transaction,
  documentVersionId: string,
  by: string,
  resolution: string,
): Promise<void> {
  for (const kind of [
    WorkItemKind.COUNTERSIGN,
    WorkItemKind.COUNTERSIGN_OVERDUE,
    WorkItemKind.URGENT_NOT_FILED,
  ])
    await closeWorkItems(tx, kind, documentVersionId, by, resolution);
}
