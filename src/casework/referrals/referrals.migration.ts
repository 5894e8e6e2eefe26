/** Table of referrals: who came by which route, what they said of work, what they agreed to. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_AGREEMENT, IN_ORG, IN_TEAMS, secureTable } from '../../platform/database/policy.js';

export class Referrals1750000000600 implements MigrationInterface {
  name = 'Referrals1750000000600';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table referrals (
        id uuid constraint pk_referrals primary key,
        organisation_id uuid not null,
        team_id uuid not null constraint fk_referrals_team references teams,
        person_id uuid not null constraint fk_referrals_person references persons,
        specification_id uuid not null constraint fk_referrals_specification references service_specifications,
        specialist_id uuid constraint fk_referrals_specialist references staff,
        state text not null constraint ck_referrals_state check (state in ('RECEIVED', 'ACCEPTED', 'DECLINED', 'CLOSED')),
        route text not null constraint ck_referrals_route check (route in ('CARE_COORDINATOR', 'CLINICAL_TEAM', 'JOINT', 'SELF', 'JOBCENTRE_PLUS', 'OTHER_AGENCY')),
        received_on date not null,
        accepted_on date,
        closed_on date,
        word_on_work text not null default 'NOT_RECORDED' constraint ck_referrals_word_on_work check (word_on_work in ('WANTS_PAID_WORK', 'WANTS_STEPS_TOWARDS_WORK', 'UNSURE', 'DOES_NOT_WANT_PAID_WORK', 'NOT_RECORDED')),
        word_recorded_on date,
        employment_at_referral text not null default 'NOT_RECORDED' constraint ck_referrals_employment check (employment_at_referral in ('OUT_OF_WORK', 'EMPLOYED', 'EMPLOYED_AT_RISK', 'VOLUNTARY_OR_PERMITTED_WORK', 'NOT_RECORDED')),
        consent_to_contact_clinician text not null default 'NOT_ASKED' constraint ck_referrals_consent check (consent_to_contact_clinician in ('GIVEN', 'REFUSED', 'NOT_ASKED')),
        consent_recorded_on date,
        residence text not null default 'NOT_RECORDED' constraint ck_referrals_residence check (residence in ('IN_REGION', 'OUTSIDE_REGION', 'NOT_RECORDED')),
        on_care_programme_approach boolean,
        age_band text,
        first_contact_due_on date,
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp()
      )`,
      // Serves: the list of a team's referrals, newest first.
      `create index ix_referrals_team on referrals (team_id, received_on desc, id desc)`,
      // Serves: an organisation's referrals for analysts.
      `create index ix_referrals_organisation on referrals (organisation_id, received_on desc, id desc)`,
      // Serves: a person's referrals.
      `create index ix_referrals_person on referrals (person_id, received_on desc, id desc)`,
      `create statistics st_referrals_team (dependencies) on team_id, person_id from referrals`,
      `create statistics st_referrals_org (dependencies) on organisation_id, person_id from referrals`,
      ...secureTable('referrals', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${IN_TEAMS}` },
        { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table referrals');
  }
}
