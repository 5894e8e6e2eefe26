/** Use cases of eligibility: decide for a list of the caller's referrals, answer a partner's machine, look again at earlier decisions. */
import { auditInTransaction } from '../../access/audit.service.js';
import { once } from '../../access/idempotency.service.js';
import {
  type SpecificationInForce,
  specificationsInForce,
} from '../../contracts/specification-in-force.reader.js';
import { type LocalDate, londonDate, parseLocalDate } from '../../core/calendar.js';
import type { Caller } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { inputError } from '../../core/errors.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { oneOf } from '../referrals/referral.rules.js';
import {
  asKnownAt,
  factsOf,
  type ReferralToDecide,
  readCaseFile,
  referralsToDecide,
} from './case-facts.reader.js';
import { type Decision, decideEligibility } from './decide-eligibility.rules.js';
import { type DecisionToWrite, writeDecisions } from './decision.writer.js';
import { Purpose } from './facts.js';

/** A question about a list of referrals. */
export interface EligibilityQuestion {
  readonly idempotencyKey: string;
  /** One to 1,000 ids of the caller's own referrals. */
  readonly referralIds: readonly string[];
  readonly purpose: Purpose;
  /** What was so on this day, today at the latest; default today in London. */
  readonly asOf?: string | null;
  /** What the hub knew at this instant; default now. ISO instant. */
  readonly knownAt?: string | null;
}

/** What became of one referral: a decision, or the gate that refused. */
export interface OutcomeOfReferral {
  readonly referralId: string;
  readonly decisionId: string | null;
  readonly refusal: ErrorCode | null;
}

/** Most referrals in one question. */
export const MOST_REFERRALS = 1_000;

/** Decides and keeps what was decided. */
export class EligibilityService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Decides for referrals of the caller's teams; one outcome each, in the order asked. A referral outside them is answered like one
   * that does not exist. Throws `HUB_INPUT_INVALID`, `HUB_INPUT_REPEATED_KEY`.
   */
  async check(
    caller: Caller,
    question: EligibilityQuestion,
  ): Promise<{ outcomes: readonly OutcomeOfReferral[] }> {
    const now = this.clock.now();
    const ids = [...new Set(question.referralIds)];
    if (ids.length === 0 || ids.length > MOST_REFERRALS) {
      throw inputError('referralIds', `${ids.length} referrals`, `1 to ${MOST_REFERRALS}`);
    }
    const asOf = question.asOf ? parseLocalDate('asOf', question.asOf) : londonDate(now);
    if (asOf > londonDate(now)) throw inputError('asOf', 'in the future', 'a date up to today');
    const knownAt = question.knownAt ? new Date(question.knownAt) : now;
    if (!(knownAt <= now))
      throw inputError('knownAt', 'not an instant, or in the future', 'an ISO 8601 instant up to now');
    const purpose = oneOf('purpose', question.purpose, Purpose);
    return this.database.transaction('decide', caller.scope, async (tx) => {
      const kept = await once(tx, caller, 'checkEligibility', question.idempotencyKey, question, async () => {
        const referrals = await referralsToDecide(tx, ids, caller.scope.teamIds);
        const decided = await this.decide(tx, caller, referrals, {
          purpose,
          asOf,
          knownAt,
          decidedAt: now,
        });
        return {
          outcomes: ids.map((id) =>
            encode(decided.get(id) ?? { referralId: id, decisionId: null, refusal: 'HUB_NOT_FOUND' }),
          ),
        };
      });
      return { outcomes: kept.outcomes.map(decode) };
    });
  }

  /** Decides, writes and puts on record, within a transaction of role `decide`. */
  private async decide(
    tx: Transaction,
    caller: Caller,
    referrals: readonly ReferralToDecide[],
    asked: { purpose: Purpose; asOf: LocalDate; knownAt: Date; decidedAt: Date },
  ): Promise<Map<string, OutcomeOfReferral>> {
    const outcomes = new Map<string, OutcomeOfReferral>();
    const judged = await judge(tx, caller.scope.organisationId as string, referrals, asked);
    const writing: DecisionToWrite[] = [];
    for (const { referral, result } of judged) {
      if ('refusal' in result) {
        outcomes.set(referral.id, { referralId: referral.id, decisionId: null, refusal: result.refusal });
        continue;
      }
      writing.push({
        organisationId: caller.scope.organisationId as string,
        teamId: referral.teamId,
        referralId: referral.id,
        personId: referral.personId,
        versionId: result.specification.versionId,
        decidedBy: caller.subject,
        ...asked,
        decision: result.decision,
      });
    }
    const ids = await writeDecisions(tx, writing);
    writing.forEach((item, index) => {
      outcomes.set(item.referralId, {
        referralId: item.referralId,
        decisionId: ids[index] as string,
        refusal: null,
      });
    });
    await auditInTransaction(tx, caller, {
      kind: 'DECIDE',
      operation: 'checkEligibility',
      personIds: [...new Set(referrals.map((referral) => referral.personId))],
      details: { purpose: asked.purpose, decisions: ids.length, refused: referrals.length - ids.length },
    });
    return outcomes;
  }
}

/** What came of judging one referral: the gate that refused, or the specification and the decision. */
export type Judgement =
  | { readonly refusal: ErrorCode }
  | { readonly specification: SpecificationInForce; readonly decision: Decision };

/** Applies gates and rules to referrals as known at an instant; writes nothing. Role `decide`. */
export async function judge(
  tx: Transaction,
  organisationId: string,
  referrals: readonly ReferralToDecide[],
  asked: { purpose: Purpose; asOf: LocalDate; knownAt: Date },
): Promise<{ referral: ReferralToDecide; result: Judgement }[]> {
  const specifications = await specificationsInForce(
    tx,
    referrals.map((referral) => referral.specificationId),
    asked.asOf,
  );
  const file = await readCaseFile(tx, organisationId, referrals, asked.knownAt);
  return referrals.map((referral) => {
    const answer = specifications.get(referral.specificationId);
    if (!answer) return { referral, result: { refusal: 'HUB_ELIGIBILITY_NOT_IN_FORCE' } };
    if ('refusal' in answer) return { referral, result: { refusal: answer.refusal } };
    const decision = decideEligibility(
      answer.inForce,
      factsOf(file, asKnownAt(referral, asked.knownAt), asked.asOf, asked.knownAt),
      asked.purpose,
    );
    return { referral, result: { specification: answer.inForce, decision } };
  });
}

const encode = (outcome: OutcomeOfReferral): string =>
  `${outcome.referralId} ${outcome.decisionId ?? '-'} ${outcome.refusal ?? '-'}`;

function decode(text: string): OutcomeOfReferral {
  const [referralId, decisionId, refusal] = text.split(' ') as [string, string, string];
  return {
    referralId,
    decisionId: decisionId === '-' ? null : decisionId,
    refusal: refusal === '-' ? null : (refusal as ErrorCode),
  };
}
