/** Tables of employment support: the episode, and who carried it from when to when. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_AGREEMENT, IN_ORG, IN_TEAMS, secureTable } from '../../platform/database/policy.js';

export class Episodes1750000000900 implements MigrationInterface {
  name = 'Episodes1750000000900';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table employment_episodes (
        id uuid constraint pk_employment_episodes primary key,
        organisation_id uuid not null,
        team_id uuid not null constraint fk_employment_episodes_team references teams,
        person_id uuid not null constraint fk_employment_episodes_person references persons,
        referral_id uuid not null constraint fk_employment_episodes_referral references referrals,
        specification_id uuid not null constraint fk_employment_episodes_specification references service_specifications,
        specialist_id uuid not null constraint fk_employment_episodes_specialist references staff,
        system_id uuid constraint fk_employment_episodes_system references clinical_record_systems,
        state text not null constraint ck_employment_episodes_state check (state in ('OPEN', 'CLOSED')),
        opened_on date not null,
        closed_on date,
        closing_reason text constraint ck_employment_episodes_closing_reason check (closing_reason in ('SUSTAINED_IN_WORK', 'NO_LONGER_WANTS_SUPPORT', 'LOST_CONTACT', 'MOVED_AWAY', 'TRANSFERRED', 'DECEASED', 'OTHER')),
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp(),
        constraint uq_employment_episodes_referral unique (referral_id),
        constraint ck_employment_episodes_closed check (
          (state = 'CLOSED') = (closed_on is not null) and (state = 'CLOSED') = (closing_reason is not null) and closed_on >= opened_on)
      )`,
      // Serves: the list of a team's episodes, newest first.
      `create index ix_employment_episodes_team on employment_episodes (team_id, opened_on desc, id desc)`,
      // Serves: an organisation's episodes for analysts.
      `create index ix_employment_episodes_organisation on employment_episodes (organisation_id, opened_on desc, id desc)`,
      // Serves: a person's episodes.
      `create index ix_employment_episodes_person on employment_episodes (person_id, opened_on desc, id desc)`,
      `create statistics st_employment_episodes_team (dependencies) on team_id, person_id from employment_episodes`,
      `create statistics st_employment_episodes_org (dependencies) on organisation_id, person_id from employment_episodes`,
      ...secureTable('employment_episodes', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${IN_TEAMS}` },
        { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
      ]),
      `create table episode_specialists (
        id uuid constraint pk_episode_specialists primary key,
        organisation_id uuid not null,
        team_id uuid not null constraint fk_episode_specialists_team references teams,
        episode_id uuid not null constraint fk_episode_specialists_episode references employment_episodes,
        staff_id uuid not null constraint fk_episode_specialists_staff references staff,
        valid_from date not null,
        valid_to date,
        constraint ck_episode_specialists_period check (valid_to >= valid_from)
      )`,
      // One specialist at a time.
      `create unique index uq_episode_specialists_current on episode_specialists (episode_id) where valid_to is null`,
      // Serves: who carried an episode, newest first.
      `create index ix_episode_specialists_episode on episode_specialists (episode_id, valid_from desc, id desc)`,
      ...secureTable('episode_specialists', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
        { role: DatabaseRole.READ_ANALYST, may: 'select', rows: IN_AGREEMENT },
        { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${IN_TEAMS}` },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['episode_specialists', 'employment_episodes'])
      await runner.query(`drop table ${table}`);
  }
}
