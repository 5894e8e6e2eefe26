/** Writes decisions with criteria and evidence: three statements however many there are. */

import type { LocalDate } from '../../core/calendar.js';
import { newId } from '../../core/ids.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Decision } from './decide-eligibility.rules.js';
import type { Purpose } from './facts.js';

/** A decision together with what it was asked about. */
export interface DecisionToWrite {
  readonly organisationId: string;
  readonly teamId: string;
  readonly referralId: string;
  readonly personId: string;
  readonly versionId: string;
  readonly purpose: Purpose;
  readonly asOf: LocalDate;
  readonly knownAt: Date;
  readonly decidedBy: string;
  readonly decidedAt: Date;
  readonly decision: Decision;
}

const DECISIONS = `
insert into eligibility_decisions (id, organisation_id, team_id, referral_id, person_id, version_id, purpose, as_of, known_at, verdict, reason,
  not_yet_until, confirm_by, may_proceed, flags, decided_by, decided_at)
select id, org, team, referral, person, version, $7, $8, $9, verdict, reason, not_yet, by_whom, proceed, string_to_array(flags, ','), $10, $11
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $12::text[], $13::text[], $14::date[], $15::text[], $16::text[], $17::text[])
  as d(id, org, team, referral, person, version, verdict, reason, not_yet, by_whom, proceed, flags)`;

const CRITERIA = `
insert into eligibility_criteria (decision_id, position, organisation_id, team_id, key, result, strength, reason, clause, confirm_by, later_on, settled_by)
select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[], $12::text[])`;

const EVIDENCE = `
insert into eligibility_evidence (decision_id, position, item, organisation_id, team_id, source_team_id, restricted, source, finding, system_id,
  reference, version, period_from, period_to, source_as_of, fetched_at, fresh)
select * from unnest($1::uuid[], $2::integer[], $3::integer[], $4::uuid[], $5::uuid[], $6::uuid[], $7::boolean[], $8::text[], $9::text[], $10::uuid[],
  $11::text[], $12::text[], $13::date[], $14::date[], $15::timestamptz[], $16::timestamptz[], $17::boolean[])`;

/** Rows turned into one array per column, as `unnest` takes them. */
function columns(rows: readonly (readonly unknown[])[], width: number): unknown[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column]));
}

/** Stores decisions that share purpose, day and instants; returns their ids in the same order. Role `decide`. */
export async function writeDecisions(
  tx: Transaction,
  decisions: readonly DecisionToWrite[],
): Promise<string[]> {
  const [first] = decisions;
  if (!first) return [];
  const ids = decisions.map(() => newId(first.decidedAt.getTime()));
  const heads: unknown[][] = [];
  const criteria: unknown[][] = [];
  const evidence: unknown[][] = [];
  decisions.forEach((item, index) => {
    const id = ids[index];
    const { organisationId: org, teamId: team, decision } = item;
    heads.push([
      id,
      org,
      team,
      item.referralId,
      item.personId,
      item.versionId,
      decision.verdict,
      decision.reason,
      decision.notYetUntil,
      decision.confirmBy,
      decision.mayProceed,
      decision.flags.join(','),
    ]);
    decision.criteria.forEach((criterion, position) => {
      criteria.push([
        id,
        position,
        org,
        team,
        criterion.key,
        criterion.result,
        criterion.strength,
        criterion.reason,
        criterion.clause,
        criterion.confirmBy,
        criterion.laterOn,
        criterion.settledBy,
      ]);
      criterion.evidence.forEach((piece, number) => {
        evidence.push([
          id,
          position,
          number,
          org,
          team,
          piece.sourceTeamId,
          piece.restricted,
          piece.source,
          piece.finding,
          piece.systemId,
          piece.reference,
          piece.version,
          piece.periodFrom,
          piece.periodTo,
          piece.sourceAsOf,
          piece.fetchedAt,
          piece.fresh,
        ]);
      });
    });
  });
  const [id, org, team, referral, person, version, ...outcome] = columns(heads, 12);
  const shared = [first.purpose, first.asOf, first.knownAt, first.decidedBy, first.decidedAt];
  await tx.query(DECISIONS, [id, org, team, referral, person, version, ...shared, ...outcome]);
  await tx.query(CRITERIA, columns(criteria, 12));
  await tx.query(EVIDENCE, columns(evidence, 17));
  return ids;
}
