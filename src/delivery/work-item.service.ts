/** What a person has to see to: opened once per kind and subject, closed by what mended it or by whoever saw to it. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { type Caller, Role } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError } from '../core/errors.js';
import { isId, newId } from '../core/ids.js';
import { plainReason } from '../core/plain-line.js';
import type { Database, Transaction } from '../platform/database/database.js';

/** Why somebody has to act. */
export const WorkItemKind = {
  /** A signed document waits because the person is not linked to a record in the destination. */
  UNLINKED: 'UNLINKED',
  /** A delivery was refused or may not be sent, and keeps its lane waiting; `code` says why. */
  PARKED: 'PARKED',
  /** The record shows something else than what was signed. */
  RECEIPT_MISMATCH: 'RECEIPT_MISMATCH',
  /** A document that was accepted does not show on the record. */
  RECEIPT_OVERDUE: 'RECEIPT_OVERDUE',
  URGENT_NOT_FILED: 'URGENT_NOT_FILED',
  COUNTERSIGN: 'COUNTERSIGN',
  COUNTERSIGN_OVERDUE: 'COUNTERSIGN_OVERDUE',
  AUTHOR_UNMAPPED: 'AUTHOR_UNMAPPED',
  AUTHOR_HAS_LEFT: 'AUTHOR_HAS_LEFT',
  WRONG_PERSON: 'WRONG_PERSON',
  /** A message of a record system could not be used; `code` says why. Of no team, and about nobody. */
  MESSAGE_NOT_UNDERSTOOD: 'MESSAGE_NOT_UNDERSTOOD',
} as const;
export type WorkItemKind = (typeof WorkItemKind)[keyof typeof WorkItemKind];

/** A new item. All ids are uuids. */
export interface NewWorkItem {
  readonly kind: WorkItemKind;
  readonly organisationId: string;
  /** Null where it is nobody's in particular: for whoever runs the hub. */
  readonly teamId: string | null;
  /** What it is about; at most one item is open per kind and subject. */
  readonly subjectId: string;
  readonly personId?: string | null;
  readonly documentId?: string | null;
  readonly deliveryId?: string | null;
  /** Who is named to see to it; default anybody of the team. */
  readonly assignedStaffId?: string | null;
  /** Code of `ERROR_CODES` that led to it. */
  readonly code?: string | null;
  readonly dueAt?: Date | null;
}

/** Opens an item unless one of its kind is open for the subject. Role `write` or `worker`. */
export async function openWorkItem(tx: Transaction, item: NewWorkItem): Promise<void> {
  await tx.query(
    `insert into work_items (id, organisation_id, team_id, kind, subject_id, person_id, document_id, delivery_id,
       assigned_staff_id, code, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (kind, subject_id) where resolved_at is null do nothing`,
    [
      newId(),
      item.organisationId,
      item.teamId,
      item.kind,
      item.subjectId,
      item.personId ?? null,
      item.documentId ?? null,
      item.deliveryId ?? null,
      item.assignedStaffId ?? null,
      item.code ?? null,
      item.dueAt ?? null,
    ],
  );
}

/**
 * Closes the open items of a kind and of a subject or several; nothing happens when there is none.
 * @param by subject of the caller, or `system:<name>`.
 * @param resolution what mended it, without personal data.
 */
export async function closeWorkItems(
  tx: Transaction,
  kind: WorkItemKind,
  subjectId: string | readonly string[],
  by: string,
  resolution: string,
): Promise<void> {
  await tx.query(
    `update work_items set resolved_at = clock_timestamp(), resolved_by = $3, resolution = $4
     where kind = $1 and subject_id = any($2::uuid[]) and resolved_at is null`,
    [kind, [subjectId].flat(), by, resolution],
  );
}

/** Closes the open items of some kinds that belong to deliveries. Parameters as for `closeWorkItems`. */
export async function closeDeliveryItems(
  tx: Transaction,
  kinds: readonly WorkItemKind[],
  deliveryIds: readonly string[],
  by: string,
  resolution: string,
): Promise<void> {
  await tx.query(
    `update work_items set resolved_at = clock_timestamp(), resolved_by = $3, resolution = $4
     where delivery_id = any($2::uuid[]) and kind = any($1::text[]) and resolved_at is null`,
    [kinds, deliveryIds, by, resolution],
  );
}

/** Kinds that a specialist does not close: they may be about the specialist's own mistake. */
const FOR_MANAGERS: readonly string[] = [WorkItemKind.WRONG_PERSON, WorkItemKind.RECEIPT_MISMATCH];

/** What somebody says who saw to an item. */
export interface ResolveForm {
  readonly idempotencyKey: string;
  readonly workItemId: string;
  /** 3 to 500 characters. */
  readonly resolution: string;
}

/** Items closed by hand. */
export class WorkItemService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Closes an item of one of the caller's teams; one that is closed already is not closed again.
   * What may have harmed somebody (a wrong person, a mismatch) is a manager's to close.
   * Throws `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_ACCESS_REFUSED`, `HUB_STATE_CONFLICT`, `HUB_INPUT_REPEATED_KEY`.
   */
  async resolve(caller: Caller, form: ResolveForm): Promise<{ workItemId: string }> {
    const resolution = plainReason('resolution', form.resolution);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'resolveWorkItem', form.idempotencyKey, form, async () => {
        const [item] = isId(form.workItemId)
          ? await tx.query<{
              team_id: string | null;
              person_id: string | null;
              kind: string;
              resolved_at: Date | null;
            }>('select team_id, person_id, kind, resolved_at from work_items where id = $1 for update', [
              form.workItemId,
            ])
          : [];
        if (!item || !mayTouch(caller, item.team_id))
          throw new HubError('HUB_NOT_FOUND', { details: { field: 'workItemId' } });
        if (FOR_MANAGERS.includes(item.kind) && caller.role === Role.EMPLOYMENT_SPECIALIST)
          throw new HubError('HUB_ACCESS_REFUSED', {
            message: 'A team manager closes an item of this kind.',
            details: { kind: item.kind },
          });
        if (item.resolved_at !== null)
          throw new HubError('HUB_STATE_CONFLICT', {
            message: 'The item was closed before.',
            details: { field: 'workItemId' },
          });
        await tx.query(
          'update work_items set resolved_at = $2, resolved_by = $3, resolution = $4 where id = $1',
          [form.workItemId, this.clock.now(), caller.subject, resolution],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'resolveWorkItem',
          personIds: item.person_id === null ? [] : [item.person_id],
          details: { workItemId: form.workItemId, kind: item.kind },
        });
        return { workItemId: form.workItemId };
      }),
    );
  }
}

/** Delivery belongs to the team of the document; whoever runs the hub may see to it too, without seeing what it says, and alone to what is no team's. */
export function mayTouch(caller: Caller, teamId: string | null): boolean {
  return caller.role === Role.ADMINISTRATOR || (teamId !== null && caller.scope.teamIds.includes(teamId));
}
