/** The identity work list: rulings of stewards, one more kind of dispute, and what the stewards' own database role may see. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../platform/database/policy.js';

/** A role is let in to a table that is secured already: some columns of the rows of its organisation. */
const letIn = (table: string, columns: readonly string[]): string[] => [
  `grant select (${columns.join(', ')}) on ${table} to ${DatabaseRole.READ_STEWARD}`,
  `create policy ${table}_${DatabaseRole.READ_STEWARD} on ${table} for select to ${DatabaseRole.READ_STEWARD} using (${IN_ORG})`,
];

export class IdentityWorkList1750000001400 implements MigrationInterface {
  name = 'IdentityWorkList1750000001400';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table identity_rulings (
        id uuid constraint pk_identity_rulings primary key,
        organisation_id uuid not null,
        person_id uuid not null constraint fk_identity_rulings_person references persons,
        other_person_id uuid not null constraint fk_identity_rulings_other_person references persons,
        resolution text not null constraint ck_identity_rulings_resolution check (resolution in ('SAME_PERSON', 'DIFFERENT_PERSONS')),
        reason text not null,
        nhs_number text not null,
        nhs_number_status text,
        date_of_birth date,
        other_nhs_number_status text,
        other_date_of_birth date,
        ruled_at timestamptz(3) not null,
        ruled_by text not null,
        constraint ck_identity_rulings_order check (person_id < other_person_id)
      )`,
      // Serves: the newest ruling of two persons.
      `create index ix_identity_rulings_persons on identity_rulings (person_id, other_person_id, ruled_at)`,
      `create trigger identity_rulings_append_only before update or delete or truncate on identity_rulings execute function refuse_change()`,
      ...secureTable('identity_rulings', [
        { role: DatabaseRole.WRITE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
        {
          role: DatabaseRole.READ_STEWARD,
          may: 'select',
          rows: IN_ORG,
          columns: ['id', 'organisation_id', 'resolution', 'reason', 'ruled_at', 'ruled_by'],
        },
      ]),
      `grant insert on identity_rulings to ${DatabaseRole.WRITE}`,
      `create policy identity_rulings_made on identity_rulings for insert to ${DatabaseRole.WRITE} with check (${IN_ORG})`,
      // What a survivor has only from those merged into them goes back when they are parted.
      `alter table persons add column inherited_from_id uuid constraint fk_persons_inherited_from references persons`,
      `alter table persons add column inherited_team_ids uuid[] not null default '{}'`,
      `alter table identity_conflicts drop constraint ck_identity_conflicts_kind`,
      `alter table identity_conflicts add constraint ck_identity_conflicts_kind check (kind in ('SHARED_NHS_NUMBER', 'DATE_OF_BIRTH_MISMATCH', 'UNVERIFIED_NUMBER'))`,
      `alter table identity_conflicts add constraint ck_identity_conflicts_resolution check (resolution in ('MERGED', 'NO_LONGER_SO', 'SAME_PERSON', 'DIFFERENT_PERSONS'))`,
      `alter table identity_conflicts add column ruling_id uuid constraint fk_identity_conflicts_ruling references identity_rulings`,
      // Serves: the work list, oldest first.
      `create index ix_identity_conflicts_found_at on identity_conflicts (organisation_id, found_at, id)`,
      // Serves: the partners of a person's disputes, whichever side they are on.
      `create index ix_identity_conflicts_person on identity_conflicts (person_id)`,
      `create index ix_identity_conflicts_other_person on identity_conflicts (other_person_id)`,
      ...letIn('identity_conflicts', [
        'id',
        'organisation_id',
        'kind',
        'person_id',
        'other_person_id',
        'found_at',
        'resolved_at',
        'resolution',
        'ruling_id',
      ]),
      ...letIn('persons', [
        'id',
        'organisation_id',
        'nhs_number',
        'nhs_number_status',
        'date_of_birth',
        'restricted',
        'merged_into_id',
        'given_name',
        'family_name',
      ]),
      ...letIn('record_links', [
        'id',
        'organisation_id',
        'system_id',
        'local_id',
        'person_id',
        'nhs_number',
        'nhs_number_status',
        'date_of_birth',
        'active',
        'replaced_by_local_id',
        'restricted',
        'observed_at',
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['identity_conflicts', 'persons', 'record_links']) {
      await runner.query(`drop policy ${table}_${DatabaseRole.READ_STEWARD} on ${table}`);
      await runner.query(`revoke all on ${table} from ${DatabaseRole.READ_STEWARD}`);
    }
    for (const sql of [
      'alter table persons drop column inherited_from_id, drop column inherited_team_ids',
      'drop index ix_identity_conflicts_found_at, ix_identity_conflicts_person, ix_identity_conflicts_other_person',
      'alter table identity_conflicts drop column ruling_id',
      'alter table identity_conflicts drop constraint ck_identity_conflicts_resolution',
      // What a version without the kind knew it as.
      `update identity_conflicts set kind = 'SHARED_NHS_NUMBER' where kind = 'UNVERIFIED_NUMBER'`,
      'alter table identity_conflicts drop constraint ck_identity_conflicts_kind',
      `alter table identity_conflicts add constraint ck_identity_conflicts_kind check (kind in ('SHARED_NHS_NUMBER', 'DATE_OF_BIRTH_MISMATCH'))`,
      'drop table identity_rulings',
    ])
      await runner.query(sql);
  }
}
