/** Tables of eligibility: immutable decisions with criteria and evidence, overrides, confirmation requests, decisions that differ now. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  DatabaseRole,
  IN_AGREEMENT,
  IN_ORG,
  IN_TEAMS,
  SCOPE_TEAMS,
  SHARED_WITH_TEAMS,
  secureTable,
} from '../../platform/database/policy.js';

const VERDICTS = `('ELIGIBLE', 'NOT_YET', 'NEEDS_CONFIRMATION', 'CANNOT_TELL', 'NOT_ELIGIBLE')`;

export class Eligibility1750000000700 implements MigrationInterface {
  name = 'Eligibility1750000000700';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table eligibility_decisions (
        id uuid constraint pk_eligibility_decisions primary key,
        organisation_id uuid not null,
        team_id uuid not null constraint fk_eligibility_decisions_team references teams,
        referral_id uuid not null constraint fk_eligibility_decisions_referral references referrals,
        person_id uuid not null constraint fk_eligibility_decisions_person references persons,
        version_id uuid not null constraint fk_eligibility_decisions_version references specification_versions,
        purpose text not null constraint ck_eligibility_decisions_purpose check (purpose in ('ENTRY', 'CONTINUE', 'RE_ENTRY')),
        as_of date not null,
        known_at timestamptz(3) not null,
        verdict text not null constraint ck_eligibility_decisions_verdict check (verdict in ${VERDICTS}),
        reason text not null,
        not_yet_until date,
        confirm_by text constraint ck_eligibility_decisions_confirm_by check (confirm_by in ('TEAM', 'PERSON', 'COMMISSIONER', 'IDENTITY_STEWARD')),
        may_proceed text not null constraint ck_eligibility_decisions_may_proceed check (may_proceed in ('ENGAGE', 'CONTACT', 'NONE')),
        flags text[] not null default '{}',
        decided_by text not null,
        decided_at timestamptz(3) not null
      )`,
      // Serves: the latest decision of a referral.
      `create index ix_eligibility_decisions_referral on eligibility_decisions (referral_id, decided_at desc, id desc)`,
      // Serves: a team's decisions, newest first.
      `create index ix_eligibility_decisions_team on eligibility_decisions (team_id, decided_at desc, id desc)`,
      // Serves: an organisation's decisions for analysts and for re-examination after a refresh.
      `create index ix_eligibility_decisions_organisation on eligibility_decisions (organisation_id, decided_at desc, id desc)`,
      `create index ix_eligibility_decisions_person on eligibility_decisions (person_id)`,
      `create statistics st_eligibility_decisions_team (dependencies) on team_id, referral_id from eligibility_decisions`,
      `create statistics st_eligibility_decisions_org (dependencies) on organisation_id, referral_id from eligibility_decisions`,
      `create trigger eligibility_decisions_immutable before update or delete on eligibility_decisions execute function refuse_change()`,
      ...secureTable('eligibility_decisions', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'select', rows: `${IN_ORG} and ${IN_TEAMS}` },
      ]),
      `create table eligibility_criteria (
        decision_id uuid not null constraint fk_eligibility_criteria_decision references eligibility_decisions,
        position integer not null,
        organisation_id uuid not null,
        team_id uuid not null,
        key text not null,
        result text not null constraint ck_eligibility_criteria_result check (result in ('PASS', 'FAIL', 'UNKNOWN', 'CONFIRM', 'LATER', 'NOT_SPECIFIED')),
        strength text not null constraint ck_eligibility_criteria_strength check (strength in ('HARD', 'SOFT', 'NOT_SPECIFIED')),
        reason text not null,
        clause text,
        confirm_by text,
        later_on date,
        settled_by text,
        constraint pk_eligibility_criteria primary key (decision_id, position)
      )`,
      `create trigger eligibility_criteria_immutable before update or delete on eligibility_criteria execute function refuse_change()`,
      ...secureTable('eligibility_criteria', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG },
      ]),
      // source_team_id: the team the evidence speaks of; null where it speaks of none, or of one that nobody has mapped
      // (then it has a system). Evidence of a team outside the reader's own, of one not known, or of a restricted record
      // is there for the verdict and hidden from the reader.
      `create table eligibility_evidence (
        decision_id uuid not null constraint fk_eligibility_evidence_decision references eligibility_decisions,
        position integer not null,
        item integer not null,
        organisation_id uuid not null,
        team_id uuid not null,
        source_team_id uuid constraint fk_eligibility_evidence_source_team references teams,
        restricted boolean not null default false,
        source text not null constraint ck_eligibility_evidence_source check (source in ('RECORD', 'TEAM', 'PERSON', 'REFERRAL', 'IMPLIED_BY_TEAM')),
        finding text not null,
        system_id uuid constraint fk_eligibility_evidence_system references clinical_record_systems,
        reference text,
        version text,
        period_from date,
        period_to date,
        source_as_of timestamptz(3),
        fetched_at timestamptz(3),
        fresh boolean,
        constraint pk_eligibility_evidence primary key (decision_id, position, item)
      )`,
      `create trigger eligibility_evidence_immutable before update or delete on eligibility_evidence execute function refuse_change()`,
      ...secureTable('eligibility_evidence', [
        {
          role: DatabaseRole.READ_STAFF,
          may: 'select',
          rows: `${IN_TEAMS} and not restricted and (source_team_id is null and system_id is null or source_team_id = any (${SCOPE_TEAMS}::uuid[]))`,
        },
        { role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG },
      ]),
      `create table eligibility_overrides (
        id uuid constraint pk_eligibility_overrides primary key,
        decision_id uuid not null constraint fk_eligibility_overrides_decision references eligibility_decisions,
        organisation_id uuid not null,
        team_id uuid not null,
        verdict text not null constraint ck_eligibility_overrides_verdict check (verdict in ('ELIGIBLE', 'NOT_ELIGIBLE')),
        reason text not null,
        clause text not null,
        told text[] not null,
        author_id uuid not null constraint fk_eligibility_overrides_author references staff,
        made_at timestamptz(3) not null
      )`,
      // Serves: the overrides of a decision, newest first.
      `create index ix_eligibility_overrides_decision on eligibility_overrides (decision_id, made_at desc, id desc)`,
      `create trigger eligibility_overrides_immutable before update or delete on eligibility_overrides execute function refuse_change()`,
      ...secureTable('eligibility_overrides', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        {
          role: DatabaseRole.READ_ANALYST,
          may: 'select',
          rows: IN_AGREEMENT,
          columns: ['id', 'decision_id', 'organisation_id', 'team_id', 'verdict', 'made_at'],
        },
        { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${IN_TEAMS}` },
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
      ]),
      `create table confirmation_requests (
        id uuid constraint pk_confirmation_requests primary key,
        organisation_id uuid not null,
        team_id uuid not null constraint fk_confirmation_requests_team references teams,
        asked_team_id uuid constraint fk_confirmation_requests_asked_team references teams,
        visible_team_ids uuid[] not null,
        referral_id uuid not null constraint fk_confirmation_requests_referral references referrals,
        person_id uuid not null constraint fk_confirmation_requests_person references persons,
        decision_id uuid not null constraint fk_confirmation_requests_decision references eligibility_decisions,
        asked_of text not null constraint ck_confirmation_requests_asked_of check (asked_of in ('CARE_COORDINATOR', 'DUTY_CONTACT')),
        state text not null constraint ck_confirmation_requests_state check (state in ('ASKED', 'ESCALATED', 'ANSWERED', 'WITHDRAWN')),
        asked_by text not null,
        asked_at timestamptz(3) not null,
        due_on date not null,
        escalated_at timestamptz(3),
        escalated_to text,
        answer text constraint ck_confirmation_requests_answer check (answer in ('ON_CASELOAD', 'NOT_ON_CASELOAD', 'CANNOT_SAY')),
        answer_from date,
        answer_to date,
        answered_by text,
        answered_at timestamptz(3)
      )`,
      // Serves: the answers that a decision reads, and the requests of a referral.
      `create index ix_confirmation_requests_referral on confirmation_requests (referral_id, asked_at desc, id desc)`,
      // Serves: the escalation sweep over requests whose time is up.
      `create index ix_confirmation_requests_due on confirmation_requests (due_on) where state = 'ASKED'`,
      ...secureTable('confirmation_requests', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: SHARED_WITH_TEAMS },
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${SHARED_WITH_TEAMS}` },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
      `create table decision_reviews (
        id uuid constraint pk_decision_reviews primary key,
        decision_id uuid not null constraint fk_decision_reviews_decision references eligibility_decisions,
        organisation_id uuid not null,
        team_id uuid not null,
        verdict_now text not null constraint ck_decision_reviews_verdict_now check (verdict_now in ${VERDICTS}),
        reason_now text not null,
        known_at timestamptz(3) not null,
        found_at timestamptz(3) not null,
        constraint uq_decision_reviews unique (decision_id, verdict_now)
      )`,
      // Serves: the list of decisions that would be made differently now, newest first.
      `create index ix_decision_reviews_team on decision_reviews (team_id, found_at desc, id desc)`,
      ...secureTable('decision_reviews', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'decision_reviews',
      'confirmation_requests',
      'eligibility_overrides',
      'eligibility_evidence',
      'eligibility_criteria',
      'eligibility_decisions',
    ]) {
      await runner.query(`drop table ${table}`);
    }
  }
}
