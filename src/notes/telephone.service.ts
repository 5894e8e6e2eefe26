/** An urgent note is told by telephone as well; who was told is part of it. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { plainLine } from '../core/plain-line.js';
import type { Database } from '../platform/database/database.js';
import * as rules from './note.rules.js';
import { lockNote } from './note-work.reader.js';

/** A call that was made. */
export interface TelephoneCallForm {
  readonly idempotencyKey: string;
  readonly noteId: string;
  /** Whom, as people say it: 2 to 200 characters on one line. */
  readonly spokeTo: string;
  /** ISO instant, not in the future. */
  readonly calledAt: string;
}

/** Records telephone calls. */
export class TelephoneService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Records a call about a signed note. It does not stand for filing: the note is escalated all the same when it is not filed.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_REPEATED_KEY`.
   */
  async recordTelephoneCall(caller: Caller, form: TelephoneCallForm): Promise<{ noteId: string }> {
    const staffId = rules.staffWith(caller, CASEWORK);
    const spokeTo = plainLine('spokeTo', form.spokeTo, 2, 200);
    const calledAt = new Date(form.calledAt);
    if (Number.isNaN(calledAt.getTime()) || calledAt > this.clock.now())
      throw inputError('calledAt', 'not an instant, or in the future', 'an instant up to now');
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'recordTelephoneCall', form.idempotencyKey, form, async () => {
        const note = await lockNote(tx, form.noteId);
        rules.mustBeTakeable(note.state);
        const callId = newId();
        await tx.query(
          `insert into telephone_calls (id, organisation_id, team_id, person_id, note_id, spoke_to, called_at, recorded_by, recorded_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            callId,
            note.organisationId,
            note.teamId,
            note.personId,
            note.id,
            spokeTo,
            calledAt,
            staffId,
            this.clock.now(),
          ],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'recordTelephoneCall',
          personIds: [note.personId],
          details: { noteId: note.id, callId },
        });
        return { noteId: note.id };
      }),
    );
  }
}
