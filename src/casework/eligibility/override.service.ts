/** Setting a decision aside: an act of its own with author, reason, clause and who was told. The decision stays as it was. */
import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import type { Caller } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import type { Database } from '../../platform/database/database.js';

/** What a manager states when setting a decision aside. */
export interface OverrideForm {
  readonly idempotencyKey: string;
  readonly decisionId: string;
  /** `ELIGIBLE` or `NOT_ELIGIBLE`. */
  readonly verdict: string;
  /** 10 to 2,000 characters. */
  readonly reason: string;
  /** The clause or agreement it rests on; 3 to 200 characters. */
  readonly clause: string;
  /** Who was told: 1 to 20 entries of 2 to 200 characters. */
  readonly told: readonly string[];
}

function textBetween(field: string, value: string, least: number, most: number): string {
  const text = value.normalize('NFC').trim();
  if (text.length < least || text.length > most)
    throw inputError(field, 'too short or too long', `${least} to ${most} characters`);
  if (/[^\P{Cc}\t\n\r]/u.test(text))
    throw inputError(field, 'holds a control character', 'text and line ends');
  return text;
}

/** Records overrides. */
export class OverrideService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets a decision of one of the caller's teams aside.
   * Throws `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_INPUT_REPEATED_KEY`.
   */
  async override(caller: Caller, form: OverrideForm): Promise<{ decisionId: string; overrideId: string }> {
    if (form.verdict !== 'ELIGIBLE' && form.verdict !== 'NOT_ELIGIBLE') {
      throw inputError('verdict', 'not a verdict a person can give', 'ELIGIBLE or NOT_ELIGIBLE');
    }
    const reason = textBetween('reason', form.reason, 10, 2000);
    const clause = textBetween('clause', form.clause, 3, 200);
    const told = form.told.map((name) => textBetween('told', name, 2, 200));
    if (told.length === 0 || told.length > 20)
      throw inputError('told', 'nobody or too many', '1 to 20 entries');
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'overrideEligibility', form.idempotencyKey, form, async () => {
        const [decision] = isId(form.decisionId)
          ? await tx.query<{ id: string; team_id: string; person_id: string }>(
              'select id, team_id, person_id from eligibility_decisions where id = $1',
              [form.decisionId],
            )
          : [];
        if (!decision) throw new HubError('HUB_NOT_FOUND', { details: { field: 'decisionId' } });
        const overrideId = newId();
        await tx.query(
          `insert into eligibility_overrides (id, decision_id, organisation_id, team_id, verdict, reason, clause, told, author_id, made_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8::text[], $9, $10)`,
          [
            overrideId,
            decision.id,
            caller.scope.organisationId,
            decision.team_id,
            form.verdict,
            reason,
            clause,
            told,
            caller.scope.staffId,
            this.clock.now(),
          ],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'overrideEligibility',
          personIds: [decision.person_id],
          details: { decisionId: decision.id, overrideId, verdict: form.verdict },
        });
        return { decisionId: decision.id, overrideId };
      }),
    );
  }
}
