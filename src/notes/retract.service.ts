/** Retraction: a note entered in error is marked so here and on the record, and stays readable as such. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import type { Database } from '../platform/database/database.js';
import * as rules from './note.rules.js';
import { reasonOf } from './note-form.rules.js';
import { lockNote, versionsOf } from './note-work.reader.js';
import { cancelDerived } from './take-back.service.js';
import { takeOffRecord } from './withdraw.service.js';

/** Retracts notes. */
export class RetractService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Retracts a note with all of its versions: what never left is cancelled, what is or may be on the record is withdrawn in
   * its lane, a countersignature that is waited for and open drafts end. The author may, and a manager of the team.
   * Retracting it again changes nothing.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT` (nothing is
   * signed), `HUB_INPUT_REPEATED_KEY`.
   */
  async retract(
    caller: Caller,
    input: { idempotencyKey: string; noteId: string; reason: string },
  ): Promise<{ noteId: string }> {
    rules.staffWith(caller, CASEWORK);
    const reason = reasonOf(input.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'retractNote', input.idempotencyKey, input, async () => {
        const note = await lockNote(tx, input.noteId);
        rules.mayTakeBack(caller, note);
        if (note.state === rules.NoteState.RETRACTED) return { noteId: note.id };
        rules.mustBeTakeable(note.state);
        await tx.query(
          `update notes set state = 'RETRACTED', retracted_at = $2, retracted_because = 'ENTERED_IN_ERROR', retraction_reason = $3,
             updated_at = clock_timestamp() where id = $1`,
          [note.id, this.clock.now(), reason],
        );
        const derived = await cancelDerived(tx, note.id, caller.subject, 'the note was retracted');
        const withdrawn = await takeOffRecord(tx, note, await versionsOf(tx, note.id), 'RETRACTED');
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'retractNote',
          personIds: [note.personId],
          details: {
            noteId: note.id,
            withdrawn: withdrawn.withdrawn,
            cancelled: [...derived.map(({ id }) => id), ...withdrawn.cancelled],
          },
        });
        return { noteId: note.id };
      }),
    );
  }
}
