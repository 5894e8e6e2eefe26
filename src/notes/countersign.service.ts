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

interface Pending {
  readonly id: string;
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
   * Decides about the version that waits, in the role that the policy names and never by whoever signed it.
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
        const [pending] = await tx.query<Pending>(
          `select id, document_version_id as "documentVersionId", role, urgent_due_at as "urgentDueAt"
           from countersignatures where note_id = $1 and state = 'PENDING'`,
          [note.id],
        );
        if (!pending) {
          throw new HubError('HUB_STATE_CONFLICT', {
            message: 'No version of the note waits for a signature.',
            details: { state: note.state },
          });
        }
        const versions = await versionsOf(tx, note.id);
        const version = versions.find(({ id }) => id === pending.documentVersionId) as NoteVersion;
        rules.mayCountersign(caller, { role: pending.role, authorId: version.authorId });
        await tx.query(
          'update countersignatures set state = $2, decided_at = $3, decided_by = $4, reason = $5 where id = $1',
          [pending.id, form.decision, this.clock.now(), staffId, reason],
        );
        await closeCountersignItems(tx, version.id, caller.subject, `decided: ${form.decision}`);
        const deliveryId =
          reason === null
            ? await release(tx, note, version, pending.urgentDueAt)
            : await sendBack(tx, note, version, versions, reason);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'countersignNote',
          personIds: [note.personId],
          details: { noteId: note.id, documentVersionId: version.id, decision: form.decision, deliveryId },
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

async function release(
  tx: Transaction,
  note: NoteAtWork,
  version: NoteVersion,
  urgentDueAt: Date | null,
): Promise<string | null> {
  await stand(tx, note.id, rules.NoteState.SIGNED);
  if (version.systemId === null) return null;
  const { deliveryId } = await enqueueDelivery(tx, {
    documentVersionId: version.id,
    documentId: note.id,
    organisationId: note.organisationId,
    teamId: note.teamId,
    personId: version.personId,
    systemId: version.systemId,
    operation: 'FILE',
    urgentDueAt,
  });
  return deliveryId;
}

/** The version stays on record as refused; its words go back to its author, for the same purpose as before. */
async function sendBack(
  tx: Transaction,
  note: NoteAtWork,
  version: NoteVersion,
  versions: readonly NoteVersion[],
  rejectionReason: string,
): Promise<null> {
  const standing = standingVersions(versions.filter(({ id }) => id !== version.id));
  await stand(tx, note.id, standing.length === 0 ? rules.NoteState.DRAFT : rules.NoteState.SIGNED);
  const [signed] = await tx.query<{ reason: string | null }>(
    'select reason from signed_documents where id = $1',
    [version.id],
  );
  await insertDraft(
    tx,
    note,
    { ...version, text: version.body, reason: signed?.reason ?? null },
    {
      purpose: version.purpose ?? 'NEW',
      authorId: version.authorId,
      baseVersion: note.latestVersion,
      aboutVersionId: version.aboutVersionId,
      writtenAt: version.writtenAt,
      rejectionReason,
    },
  );
  return null;
}
