/** Tables of the directory: organisations, teams and their succession, staff, roles held, assignments, reporting agreements. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, openTable } from '../platform/database/policy.js';

export class Directory1750000000200 implements MigrationInterface {
  name = 'Directory1750000000200';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table organisations (
        id uuid constraint pk_organisations primary key,
        ods_code text not null constraint uq_organisations_ods_code unique,
        name text not null,
        kind text not null constraint ck_organisations_kind check (kind in ('TRUST', 'PROVIDER', 'COMMISSIONER', 'OTHER')),
        valid_from date,
        valid_to date
      )`,
      ...openTable('organisations'),
      `create table teams (
        id uuid constraint pk_teams primary key,
        organisation_id uuid not null constraint fk_teams_organisation references organisations,
        code text not null,
        name text not null,
        kind text not null constraint ck_teams_kind check (kind in ('CMHT', 'OLDER_ADULT_CMHT', 'EIP', 'REHABILITATION', 'NEIGHBOURHOOD', 'ASSERTIVE_OUTREACH', 'CRISIS', 'PRIMARY_CARE', 'INPATIENT', 'EMPLOYMENT', 'OTHER')),
        mhsds_team_type text,
        area text,
        duty_contact text,
        valid_from date,
        valid_to date,
        constraint uq_teams_code unique (organisation_id, code)
      )`,
      ...openTable('teams'),
      `create table team_successions (
        id uuid constraint pk_team_successions primary key,
        former_team_id uuid not null constraint fk_team_successions_former references teams,
        successor_team_id uuid not null constraint fk_team_successions_successor references teams,
        took_effect_on date not null,
        constraint uq_team_successions unique (former_team_id, successor_team_id)
      )`,
      ...openTable('team_successions'),
      `create table staff (
        id uuid constraint pk_staff primary key,
        organisation_id uuid not null constraint fk_staff_organisation references organisations,
        subject text not null,
        display_name text not null,
        active boolean not null default true,
        constraint uq_staff_subject unique (organisation_id, subject)
      )`,
      ...openTable('staff'),
      `create table staff_roles (
        id uuid constraint pk_staff_roles primary key,
        staff_id uuid not null constraint fk_staff_roles_staff references staff,
        role text not null constraint ck_staff_roles_role check (role in ('EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER', 'CARE_COORDINATOR', 'ANALYST', 'INTEGRATION', 'ADMINISTRATOR')),
        valid_from date not null,
        valid_to date,
        constraint uq_staff_roles unique (staff_id, role, valid_from)
      )`,
      ...openTable('staff_roles'),
      `create table staff_teams (
        id uuid constraint pk_staff_teams primary key,
        staff_id uuid not null constraint fk_staff_teams_staff references staff,
        team_id uuid not null constraint fk_staff_teams_team references teams,
        valid_from date not null,
        valid_to date,
        constraint uq_staff_teams unique (staff_id, team_id, valid_from)
      )`,
      ...openTable('staff_teams'),
      // Serves: the people assigned to a team, for the duty contact and escalation.
      `create index ix_staff_teams_team on staff_teams (team_id)`,
      `create table reporting_agreements (
        id uuid constraint pk_reporting_agreements primary key,
        recipient_organisation_id uuid not null constraint fk_reporting_agreements_recipient references organisations,
        covered_organisation_id uuid not null constraint fk_reporting_agreements_covered references organisations,
        reference text not null,
        valid_from date not null,
        valid_to date,
        constraint uq_reporting_agreements unique (recipient_organisation_id, covered_organisation_id, valid_from)
      )`,
      ...openTable('reporting_agreements'),
      `revoke select on staff from ${DatabaseRole.READ_ANALYST}`,
      `grant select (id, organisation_id, active) on staff to ${DatabaseRole.READ_ANALYST}`,
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'reporting_agreements',
      'staff_teams',
      'staff_roles',
      'staff',
      'team_successions',
      'teams',
      'organisations',
    ]) {
      await runner.query(`drop table ${table}`);
    }
  }
}
