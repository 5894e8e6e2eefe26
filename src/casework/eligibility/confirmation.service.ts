/** Use cases of confirmation: ask the team, take its answer, escalate when its time is up. */
import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import { londonDate } from '../../core/calendar.js';
import type { Caller } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import type { Database } from '../../platform/database/database.js';
import { oneOf } from '../referrals/referral.rules.js';
import * as rules from './confirmation.rules.js';

interface DecisionToConfirm {
  readonly id: string;
  readonly referral_id: string;
  readonly person_id: string;
  readonly team_id: string;
  readonly confirm_by: string | null;
  readonly flags: readonly string[];
}

interface RequestRow {
  readonly asked_by: string;
  readonly id: string;
  readonly person_id: string;
  readonly state: string;
}

/** Which decision a team is asked about. */
export interface ConfirmationQuestion {
  readonly idempotencyKey: string;
  readonly decisionId: string;
  /** Team to ask; default the referral's own. */
  readonly teamId?: string | null;
}

/** What the team says. */
export interface ConfirmationReply {
  readonly idempotencyKey: string;
  readonly requestId: string;
  readonly answer: rules.Answer;
  /** With `ON_CASELOAD`: first day on it, and first day no longer on it; `YYYY-MM-DD`, left out when open. */
  readonly from?: string | null;
  readonly to?: string | null;
}

/** Asks teams and records what they say. */
export class ConfirmationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks the team about a decision that waits for it. One open question per referral and team: asking again answers the open one.
   * Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_REPEATED_KEY`.
   */
  async request(caller: Caller, question: ConfirmationQuestion): Promise<{ requestId: string }> {
    const now = this.clock.now();
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'requestConfirmation', question.idempotencyKey, question, async () => {
        const [decision] = isId(question.decisionId)
          ? await tx.query<DecisionToConfirm>(
              'select id, referral_id, person_id, team_id, confirm_by, flags from eligibility_decisions where id = $1',
              [question.decisionId],
            )
          : [];
        if (!decision) throw new HubError('HUB_NOT_FOUND', { details: { field: 'decisionId' } });
        rules.mustAwaitTeam(decision.confirm_by);
        rules.mustHaveConsent(decision.flags);
        const askedTeamId = question.teamId ?? decision.team_id;
        const [team] = isId(askedTeamId)
          ? await tx.query<{ id: string }>('select id from teams where id = $1 and organisation_id = $2', [
              askedTeamId,
              caller.scope.organisationId,
            ])
          : [];
        if (!team) throw new HubError('HUB_NOT_FOUND', { details: { field: 'teamId' } });
        // Two who ask at once take turns, so that the second finds the first one's question.
        await tx.query('select id from referrals where id = $1 for update', [decision.referral_id]);
        const [open] = await tx.query<{ id: string }>(
          `select id from confirmation_requests where referral_id = $1 and asked_team_id = $2 and state in ('ASKED', 'ESCALATED')`,
          [decision.referral_id, askedTeamId],
        );
        if (open) return { requestId: open.id };
        const requestId = newId();
        const visible = [...new Set([decision.team_id, askedTeamId])];
        await tx.query(
          `insert into confirmation_requests (id, organisation_id, team_id, asked_team_id, visible_team_ids, referral_id, person_id,
             decision_id, asked_of, state, asked_by, asked_at, due_on)
           values ($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9, 'ASKED', $10, $11, $12)`,
          [
            requestId,
            caller.scope.organisationId,
            decision.team_id,
            askedTeamId,
            visible,
            decision.referral_id,
            decision.person_id,
            decision.id,
            rules.askedOf(!decision.flags.includes('DUTY_CONTACT')),
            caller.subject,
            now,
            rules.answerDueOn(londonDate(now)),
          ],
        );
        // The team that is asked must be able to see whom it is asked about.
        await tx.query(
          `update persons set visible_team_ids = visible_team_ids || $2::uuid where id = $1 and not visible_team_ids @> array[$2::uuid]`,
          [decision.person_id, askedTeamId],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'requestConfirmation',
          personIds: [decision.person_id],
          details: { requestId, decisionId: decision.id },
        });
        return { requestId };
      }),
    );
  }

  /** Records what the team says. Throws `HUB_NOT_FOUND`, `HUB_STATE_CONFLICT`, `HUB_INPUT_INVALID`, `HUB_INPUT_REPEATED_KEY`. */
  async answer(caller: Caller, reply: ConfirmationReply): Promise<{ requestId: string }> {
    const answer = oneOf('answer', reply.answer, rules.Answer);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'answerConfirmation', reply.idempotencyKey, reply, async () => {
        const [request] = isId(reply.requestId)
          ? await tx.query<RequestRow>(
              `select id, person_id, state, asked_by from confirmation_requests where id = $1 and asked_team_id = any ($2::uuid[]) for update`,
              [reply.requestId, caller.scope.teamIds],
            )
          : [];
        if (!request) throw new HubError('HUB_NOT_FOUND', { details: { field: 'requestId' } });
        rules.mustBeAnotherThanAsked(request.asked_by, caller.subject);
        rules.mustBeAnswerable(request.state, answer, reply.from ?? null, reply.to ?? null);
        await tx.query(
          `update confirmation_requests set state = 'ANSWERED', answer = $2, answer_from = $3, answer_to = $4, answered_by = $5, answered_at = $6
           where id = $1`,
          [request.id, answer, reply.from ?? null, reply.to ?? null, caller.subject, this.clock.now()],
        );
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'answerConfirmation',
          personIds: [request.person_id],
          details: { requestId: request.id, answer },
        });
        return { requestId: request.id };
      }),
    );
  }

  /** Escalates every question whose day has passed to the team's managers; returns how many. Time passing is never an answer. */
  async escalateOverdue(caller: Caller): Promise<number> {
    return this.database.transaction('worker', caller.scope, async (tx) => {
      const late = await tx.query<{ id: string; person_id: string }>(
        `update confirmation_requests set state = 'ESCALATED', escalated_at = $1, escalated_to = 'TEAM_MANAGER'
         where state = 'ASKED' and due_on < $2 returning id, person_id`,
        [this.clock.now(), londonDate(this.clock.now())],
      );
      if (late.length > 0) {
        await auditInTransaction(tx, caller, {
          kind: 'SYSTEM',
          operation: 'escalateConfirmations',
          personIds: [...new Set(late.map((row) => row.person_id))],
          details: { escalated: late.length },
        });
      }
      return late.length;
    });
  }
}
