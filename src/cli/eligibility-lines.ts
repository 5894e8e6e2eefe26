/** Decisions as the command line prints them: codes and clauses, no person. */

/** One decision with its criteria. */
export interface DecisionLine {
  readonly decisionId: string;
  readonly referralId: string;
  readonly verdict: string;
  readonly reason: string;
  readonly confirmBy: string | null;
  readonly mayProceed: string;
  readonly criteria: readonly {
    readonly key: string;
    readonly result: string;
    readonly reason: string;
    readonly clause: string | null;
  }[];
}

/** Decisions by id with their criteria in order. */
export const DECISIONS_FOR_COMMAND_LINE = `
select d.id as "decisionId", d.referral_id as "referralId", d.verdict, d.reason, d.confirm_by as "confirmBy", d.may_proceed as "mayProceed",
  (select json_agg(json_build_object('key', c.key, 'result', c.result, 'reason', c.reason, 'clause', c.clause) order by c.position)
   from eligibility_criteria c where c.decision_id = d.id) as criteria
from eligibility_decisions d where d.id = any ($1::uuid[])`;
