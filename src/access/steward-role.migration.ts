/** The role of identity stewards: who may hold it, and the tables without a person that its readers see as everybody does. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole } from '../platform/database/policy.js';

const BEFORE = `'EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER', 'CARE_COORDINATOR', 'ANALYST', 'INTEGRATION', 'ADMINISTRATOR'`;
const NOW = `'EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER', 'CARE_COORDINATOR', 'ANALYST', 'INTEGRATION', 'ADMINISTRATOR', 'IDENTITY_STEWARD'`;
const WITHOUT_PERSONS = [
  'organisations',
  'teams',
  'team_successions',
  'staff_roles',
  'staff_teams',
  'service_specifications',
  'specification_versions',
  'specification_rules',
  'clinical_record_systems',
  'team_maps',
  'caseload_pulls',
].join(', ');

export class StewardRole1750000001300 implements MigrationInterface {
  name = 'StewardRole1750000001300';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      'alter table staff_roles drop constraint ck_staff_roles_role',
      `alter table staff_roles add constraint ck_staff_roles_role check (role in (${NOW}))`,
      `grant select on ${WITHOUT_PERSONS} to ${DatabaseRole.READ_STEWARD}`,
      `grant select (id, organisation_id, active) on staff to ${DatabaseRole.READ_STEWARD}`,
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `revoke all on ${WITHOUT_PERSONS}, staff from ${DatabaseRole.READ_STEWARD}`,
      `delete from staff_roles where role = 'IDENTITY_STEWARD'`,
      'alter table staff_roles drop constraint ck_staff_roles_role',
      `alter table staff_roles add constraint ck_staff_roles_role check (role in (${BEFORE}))`,
    ]) {
      await runner.query(sql);
    }
  }
}
