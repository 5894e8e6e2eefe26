/** Countersigning: approved, the version goes on its way; refused, it comes back to its author as a draft with the reason. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CARE } from '../access/policies.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError, inputError } from '../core/errors.js';
import { enqueueDelivery } from '../delivery/enqueue.service.js';
import type { Database, Transaction } from '../platform/database/database.js';
import { insertDraft } from './draft.writer.js';
import * as rules from './note.rules.js';
import { reasonOf } from './note-form.rules.js';
import { type NoteVersion, standingVersions } from './note-versions.rules.js';
import { lockNote, type NoteAtWork, versionsOf } from './note-work.reader.js';
import { closeCountersignItems } from './take-back.service.js';

/** What somebody says of a version that waits for their signature. */
export interface CountersignForm {
  readonly idempotencyKey: string;
  readonly noteId: string;
  readonly decision: 'APPROVED' | 'REJECTED';
  /** With `REJECTED`: 3 to 500 characters, for the author. */
  readonly reason?: string | null;
}

/** Oldest first: an entry that was refiled, and what hangs on it. */
interface Pending {
  readonly documentVersionId: string;
  readonly role: string;
  readonly urgentDueAt: Date | null;
}

/** Records countersignatures. */
export class CountersignService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Decides about what waits, in the role that the policy names and never by whoever signed it: one version, or all of a note that
   * was refiled.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT` (nothing waits, or the caller signed
   * it), `HUB_INPUT_REPEATED_KEY`.
   */
  async countersign(caller: Caller, form: CountersignForm): Promise<{ noteId: string }> {
    const staffId = rules.staffWith(caller, CARE);
    if (form.decision !== 'APPROVED' && form.decision !== 'REJECTED')
      throw inputError('decision', 'not one of the values', 'APPROVED, REJECTED');
    const reason = form.decision === 'REJECTED' ? reasonOf(form.reason) : null;
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'countersignNote', form.idempotencyKey, form, async () => {
        const note = await lockNote(tx, form.noteId);
        const pending = await tx.query<Pending>(
          `select c.document_version_id as "documentVersionId", c.role, c.urgent_due_at as "urgentDueAt"
           from countersignatures c join signed_documents s on s.id = c.document_version_id
           where c.note_id = $1 and c.state = 'PENDING' order by s.version`,
          [note.id],
        );
        if (pending.length === 0) {
          throw new HubError('HUB_STATE_CONFLICT', {
            message: 'No version of the note waits for a signature.',
            details: { state: note.state },
          });
        }
        const versions = await versionsOf(tx, note.id);
        const waiting = pending.map(({ documentVersionId, role, urgentDueAt }) => {
          const version = versions.find(({ id }) => id === documentVersionId) as NoteVersion;
          rules.mayCountersign(caller, { role, authorId: version.authorId });
          return { ...version, urgentDueAt };
        });
        await tx.query(
          `update countersignatures set state = $2, decided_at = $3, decided_by = $4, reason = $5
           where note_id = $1 and state = 'PENDING'`,
          [note.id, form.decision, this.clock.now(), staffId, reason],
        );
        for (const { id } of waiting)
          await closeCountersignItems(tx, id, caller.subject, `decided: ${form.decision}`);
        const deliveryIds =
          reason === null
            ? await release(tx, note, waiting)
            : await sendBack(tx, note, waiting, versions, reason);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'countersignNote',
          personIds: [note.personId],
          details: {
            noteId: note.id,
            documentVersionIds: waiting.map(({ id }) => id),
            decision: form.decision,
            deliveryIds,
          },
        });
        return { noteId: note.id };
      }),
    );
  }
}

async function stand(tx: Transaction, noteId: string, state: rules.NoteState): Promise<void> {
  await tx.query('update notes set state = $2, updated_at = clock_timestamp() where id = $1', [
    noteId,
    state,
  ]);
}

type Waiting = NoteVersion & { readonly urgentDueAt: Date | null };

/** Answers the deliveries, in the order of the versions. */
async function release(tx: Transaction, note: NoteAtWork, waiting: readonly Waiting[]): Promise<string[]> {
  await stand(tx, note.id, rules.NoteState.SIGNED);
  const deliveryIds: string[] = [];
  for (const version of waiting) {
    if (version.systemId === null) continue;
    const { deliveryId } = await enqueueDelivery(tx, {
      documentVersionId: version.id,
      documentId: note.id,
      organisationId: note.organisationId,
      teamId: note.teamId,
      personId: version.personId,
      systemId: version.systemId,
      operation: 'FILE',
      urgentDueAt: version.urgentDueAt,
    });
    deliveryIds.push(deliveryId);
  }
  return deliveryIds;
}

/**
 * The versions stay on record as refused; their words go back to their author, for the same purpose as before. Of several, which
 * are an entry and its addenda, one draft is made, under the labels of all.
 */
async function sendBack(
  tx: Transaction,
  note: NoteAtWork,
  refused: readonly Waiting[],
  versions: readonly NoteVersion[],
  rejectionReason: string,
): Promise<string[]> {
  const [first] = refused as readonly [Waiting];
  const standing = standingVersions(versions);
  await stand(tx, note.id, standing.length === 0 ? rules.NoteState.DRAFT : rules.NoteState.SIGNED);
  const [signed] = await tx.query<{ reason: string | null }>(
    'select reason from signed_documents where id = $1',
    [first.id],
  );
  await insertDraft(
    tx,
    note,
    {
      ...first,
      text: refused.map(({ body }) => body).join('\n\n'),
      labels: [...new Set(refused.flatMap(({ labels }) => labels))],
      urgent: refused.some(({ urgent }) => urgent),
      reason: signed?.reason ?? null,
    },
    {
      purpose: first.purpose ?? 'NEW',
      authorId: first.authorId,
      baseVersion: note.latestVersion,
      aboutVersionId: first.aboutVersionId,
      writtenAt: first.writtenAt,
      rejectionReason,
    },
  );
  return [];
}
