/** Tables of people: persons, their links to each record system, identity conflicts. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  DatabaseRole,
  IN_AGREEMENT,
  IN_ORG,
  SHARED_WITH_TEAMS,
  secureTable,
} from '../platform/database/policy.js';

export class People1750000000300 implements MigrationInterface {
  name = 'People1750000000300';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      // Names, telephone and postcode stay null until there is a referral.
      `create table persons (
        id uuid constraint pk_persons primary key,
        organisation_id uuid not null,
        pseudonym uuid not null default gen_random_uuid(),
        nhs_number text,
        nhs_number_status text,
        date_of_birth date,
        deceased_on date,
        restricted boolean not null default false,
        identity_state text not null default 'CLEAR' constraint ck_persons_identity_state check (identity_state in ('CLEAR', 'CONFLICT')),
        merged_into_id uuid constraint fk_persons_merged_into references persons,
        given_name text,
        family_name text,
        telephone text,
        postcode text,
        visible_team_ids uuid[] not null default '{}',
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp()
      )`,
      // Serves: exact match by NHS number when a caseload arrives or a referral is recorded.
      `create index ix_persons_nhs_number on persons (organisation_id, nhs_number) where nhs_number is not null`,
      // Serves: the list of persons by name.
      `create index ix_persons_name on persons (organisation_id, family_name, given_name, id)`,
      // Serves: finding what was merged into a person.
      `create index ix_persons_merged_into on persons (merged_into_id) where merged_into_id is not null`,
      ...secureTable('persons', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: SHARED_WITH_TEAMS },
        {
          role: DatabaseRole.READ_ANALYST,
          may: 'select',
          rows: `${IN_AGREEMENT} and family_name is not null`,
          columns: ['id', 'organisation_id', 'pseudonym', 'identity_state', 'created_at'],
        },
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
      `create table record_links (
        id uuid constraint pk_record_links primary key,
        organisation_id uuid not null,
        system_id uuid not null,
        local_id text not null,
        person_id uuid not null constraint fk_record_links_person references persons,
        nhs_number text,
        nhs_number_status text,
        date_of_birth date,
        deceased_on date,
        active boolean not null default true,
        replaced_by_local_id text,
        restricted boolean not null default false,
        source_version text,
        observed_at timestamptz(3) not null,
        constraint uq_record_links_local_id unique (system_id, local_id)
      )`,
      // Serves: every record that a person has.
      `create index ix_record_links_person on record_links (person_id)`,
      `create statistics st_record_links (dependencies) on organisation_id, person_id from record_links`,
      ...secureTable('record_links', [
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
      `create table identity_conflicts (
        id uuid constraint pk_identity_conflicts primary key,
        organisation_id uuid not null,
        kind text not null constraint ck_identity_conflicts_kind check (kind in ('SHARED_NHS_NUMBER', 'DATE_OF_BIRTH_MISMATCH')),
        person_id uuid not null constraint fk_identity_conflicts_person references persons,
        other_person_id uuid not null constraint fk_identity_conflicts_other_person references persons,
        found_at timestamptz(3) not null,
        resolved_at timestamptz(3),
        resolution text,
        constraint uq_identity_conflicts unique (kind, person_id, other_person_id)
      )`,
      ...secureTable('identity_conflicts', [
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['identity_conflicts', 'record_links', 'persons'])
      await runner.query(`drop table ${table}`);
  }
}
