/** Tables of access: what was read and done, and which requests were repeated. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../platform/database/policy.js';

export class Access1750000000100 implements MigrationInterface {
  name = 'Access1750000000100';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table audit_events (
        id uuid constraint pk_audit_events primary key,
        at timestamptz(3) not null default clock_timestamp(),
        subject text not null,
        role text not null,
        purpose text not null,
        organisation_id uuid,
        kind text not null constraint ck_audit_events_kind check (kind in ('READ', 'WRITE', 'DECIDE', 'REFUSED', 'SYSTEM')),
        operation text not null,
        outcome text not null constraint ck_audit_events_outcome check (outcome in ('DONE', 'REFUSED', 'FAILED')),
        person_ids uuid[] not null default '{}',
        details jsonb not null default '{}',
        correlation_id text not null
      )`,
      // Serves: who looked at this person (subject access requests, incident review).
      `create index ix_audit_events_person_ids on audit_events using gin (person_ids)`,
      // Serves: what happened in an organisation, newest first.
      `create index ix_audit_events_at on audit_events (organisation_id, at desc)`,
      `create function refuse_change() returns trigger language plpgsql as $$ begin raise exception 'this table is append-only'; end $$`,
      `create trigger audit_events_append_only before update or delete or truncate on audit_events execute function refuse_change()`,
      ...secureTable('audit_events', [
        { role: DatabaseRole.AUDIT, may: 'insert', rows: 'true' },
        { role: DatabaseRole.WRITE, may: 'insert', rows: 'true' },
        { role: DatabaseRole.DECIDE, may: 'insert', rows: 'true' },
        { role: DatabaseRole.WORKER, may: 'insert', rows: 'true' },
      ]),
      `create table idempotency_keys (
        subject text not null,
        mutation text not null,
        key text not null,
        organisation_id uuid not null,
        input_hash text not null,
        outcome jsonb not null,
        made_at timestamptz(3) not null default clock_timestamp(),
        constraint pk_idempotency_keys primary key (organisation_id, subject, mutation, key)
      )`,
      // Serves: the daily clean-up of keys older than 30 days.
      `create index ix_idempotency_keys_made_at on idempotency_keys (made_at)`,
      ...secureTable('idempotency_keys', [
        { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG, columns: ['organisation_id', 'made_at'] },
      ]),
      // The daily clean-up of keys older than 30 days.
      `create policy idempotency_keys_clean_up on idempotency_keys for delete to ${DatabaseRole.WORKER} using (${IN_ORG})`,
      `grant delete on idempotency_keys to ${DatabaseRole.WORKER}`,
      `create table quotas (
        organisation_id uuid not null,
        subject text not null,
        name text not null,
        window_start timestamptz(3) not null,
        used integer not null,
        constraint pk_quotas primary key (organisation_id, subject, name)
      )`,
      ...secureTable('quotas', [{ role: DatabaseRole.DECIDE, may: 'all', rows: IN_ORG }]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      'drop table quotas',
      'drop table idempotency_keys',
      'drop table audit_events',
      'drop function refuse_change',
    ])
      await runner.query(sql);
  }
}
