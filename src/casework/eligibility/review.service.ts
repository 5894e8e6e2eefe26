/** Looks again at what was decided: late evidence that would decide differently, and people whose day has come. */
import { auditInTransaction } from '../../access/audit.service.js';
import { londonDate } from '../../core/calendar.js';
import type { Caller } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { newId } from '../../core/ids.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { type ReferralToDecide, referralsToDecide } from './case-facts.reader.js';
import type { Decision } from './decide-eligibility.rules.js';
import { type EligibilityService, judge } from './eligibility.service.js';
import type { Purpose } from './facts.js';
import type { Reason } from './reason.rules.js';

interface EarlierDecision {
  readonly id: string;
  readonly referralId: string;
  readonly teamId: string;
  readonly purpose: Purpose;
  readonly asOf: string;
  readonly verdict: string;
  readonly notYetUntil: string | null;
  readonly confirmBy: string | null;
}

const LATEST = `
select distinct on (d.referral_id) d.id, d.referral_id as "referralId", d.team_id as "teamId", d.purpose, d.as_of::text as "asOf", d.verdict,
  d.not_yet_until::text as "notYetUntil", d.confirm_by as "confirmBy"
from eligibility_decisions d join referrals r on r.id = d.referral_id
where r.state in ('RECEIVED', 'ACCEPTED') and d.known_at = d.decided_at and d.referral_id > $1
order by d.referral_id, d.decided_at desc, d.id desc limit $2`;

const START = '00000000-0000-0000-0000-000000000000';

/** Re-examines the latest decision of every open referral. Nothing is rewritten. */
export class ReviewService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly eligibility: Pick<EligibilityService, 'check'>,
    /** Decisions looked at in one transaction; at most 1,000. */
    private readonly batch = 500,
  ) {}

  /** Puts every decision that would be made differently now, about the same day, on the list; returns how many are new there. */
  async findDifferences(caller: Caller): Promise<number> {
    const knownAt = this.clock.now();
    let found = 0;
    for (let after: string | null = START; after !== null; ) {
      const from: string = after;
      after = await this.database.transaction('decide', caller.scope, async (tx) => {
        const earlier = await tx.query<EarlierDecision>(LATEST, [from, this.batch]);
        found += await recordDifferences(tx, caller, earlier, knownAt);
        return earlier.length < this.batch
          ? null
          : (earlier[earlier.length - 1] as EarlierDecision).referralId;
      });
    }
    return found;
  }

  /** Decides anew, for the same purpose, for everybody whose "not yet" has come due; returns how many. */
  async decideThoseDue(caller: Caller): Promise<number> {
    const today = londonDate(this.clock.now());
    const due = await this.database.transaction('decide', caller.scope, (tx) =>
      tx.query<EarlierDecision>(
        `select * from (${LATEST}) latest where verdict = 'NOT_YET' and "notYetUntil" <= $3`,
        [START, 100_000, today],
      ),
    );
    let decided = 0;
    for (const group of Map.groupBy(due, (decision) => decision.purpose).values()) {
      for (let start = 0; start < group.length; start += this.batch) {
        const batch = group.slice(start, start + this.batch);
        const teamIds = [...new Set(batch.map((decision) => decision.teamId))];
        const result = await this.eligibility.check(
          { ...caller, scope: { ...caller.scope, teamIds } },
          {
            idempotencyKey: `due-${today}-${newId()}`,
            referralIds: batch.map((decision) => decision.referralId),
            purpose: (batch[0] as EarlierDecision).purpose,
          },
        );
        decided += result.outcomes.filter((outcome) => outcome.decisionId !== null).length;
      }
    }
    return decided;
  }
}

/** The hub knowing less now than it did is an outage, not evidence about the day that was decided on. */
const OUTAGES: readonly Reason[] = ['RECORD_TOO_OLD', 'ABSENCE_NOT_KNOWN'];

/** True when another verdict, another date or another person to ask would come of it now. */
function differs(earlier: EarlierDecision, now: Decision): boolean {
  if (now.verdict === 'CANNOT_TELL' && OUTAGES.includes(now.reason)) return false;
  return (
    now.verdict !== earlier.verdict ||
    now.notYetUntil !== earlier.notYetUntil ||
    now.confirmBy !== earlier.confirmBy
  );
}

async function recordDifferences(
  tx: Transaction,
  caller: Caller,
  earlier: readonly EarlierDecision[],
  knownAt: Date,
): Promise<number> {
  const referrals = await referralsToDecide(
    tx,
    earlier.map((decision) => decision.referralId),
    null,
  );
  const byId = new Map(referrals.map((referral) => [referral.id, referral]));
  const groups = Map.groupBy(earlier, (decision) => `${decision.purpose} ${decision.asOf}`);
  let recorded = 0;
  const persons = new Set<string>();
  for (const group of groups.values()) {
    const { purpose, asOf } = group[0] as EarlierDecision;
    const asked = group
      .map((decision) => byId.get(decision.referralId))
      .filter((referral): referral is ReferralToDecide => referral !== undefined);
    const judged = new Map(
      (await judge(tx, caller.scope.organisationId as string, asked, { purpose, asOf, knownAt })).map(
        ({ referral, result }) => [referral.id, result],
      ),
    );
    for (const decision of group) {
      const now = judged.get(decision.referralId);
      if (!now || 'refusal' in now || !differs(decision, now.decision)) continue;
      const rows = await tx.query(
        `insert into decision_reviews (id, decision_id, organisation_id, team_id, verdict_now, reason_now, known_at, found_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict do nothing returning id`,
        [
          newId(),
          decision.id,
          caller.scope.organisationId,
          decision.teamId,
          now.decision.verdict,
          now.decision.reason,
          knownAt,
        ],
      );
      recorded += rows.length;
      if (rows.length > 0) persons.add((byId.get(decision.referralId) as ReferralToDecide).personId);
    }
  }
  if (recorded > 0) {
    await auditInTransaction(tx, caller, {
      kind: 'SYSTEM',
      operation: 'findDifferences',
      personIds: [...persons],
      details: { recorded },
    });
  }
  return recorded;
}
