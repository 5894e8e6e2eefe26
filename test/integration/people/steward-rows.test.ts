/** What the database itself lets the readers of identity stewards see: some columns of their own organisation's rows, and nothing of casework. */
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { DatabaseRole, IN_ORG } from '../../../src/platform/database/policy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** Columns of tables with persons that they may read; of every other such table none. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  feed_doubts: ['digest', 'kind', 'local_ids', 'opened_at', 'organisation_id', 'system_id', 'visit'],
  identity_conflicts: [
    'found_at',
    'id',
    'kind',
    'organisation_id',
    'other_person_id',
    'person_id',
    'resolution',
    'resolved_at',
    'ruling_id',
  ],
  identity_rulings: ['id', 'organisation_id', 'reason', 'resolution', 'ruled_at', 'ruled_by'],
  // That bytes are there, and not one of them.
  inbound_bodies: ['message_id', 'organisation_id'],
  inbound_message_events: [
    'at',
    'by',
    'code',
    'id',
    'message_id',
    'organisation_id',
    'place',
    'reason',
    'what',
  ],
  inbound_message_patients: ['local_id', 'message_id', 'organisation_id', 'system_id'],
  inbound_messages: [
    'answer',
    'application',
    'attempts',
    'bytes_hash',
    'code',
    'content_hash',
    'control_id',
    'distinction',
    'facility',
    'id',
    'last_repeated_at',
    'organisation_id',
    'place',
    'read_at',
    'received_at',
    'remote_address',
    'repeats',
    'replayed_at',
    'sent_at',
    'seq',
    'state',
    'system_id',
    'type',
    'unended',
  ],
  inbound_sources: ['heard_at', 'organisation_id', 'silent_after_ms', 'system_id'],
  persons: [
    'date_of_birth',
    'family_name',
    'given_name',
    'id',
    'merged_into_id',
    'nhs_number',
    'nhs_number_status',
    'organisation_id',
    'restricted',
  ],
  record_links: [
    'active',
    'date_of_birth',
    'id',
    'local_id',
    'nhs_number',
    'nhs_number_status',
    'observed_at',
    'organisation_id',
    'person_id',
    'replaced_by_local_id',
    'restricted',
    'system_id',
  ],
};

let db: TestDatabase;
const [mine, foreign] = [newId(), newId()];
const scopeOf = (organisationId: string): Scope => ({ ...NO_SCOPE, organisationId });
beforeAll(async () => {
  db = await createTestDatabase();
  for (const organisation of [mine, foreign]) {
    const [one, other, ruling, system] = [newId(), newId(), newId(), newId()];
    await db.owner.query(
      `insert into organisations (id, ods_code, name, kind) values ($1, $2, 'T', 'TRUST')`,
      [organisation, organisation.slice(-5)],
    );
    await db.owner.query(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, 'S', 'scripted')`,
      [system, organisation, organisation.slice(-5)],
    );
    for (const id of [one, other])
      await db.owner.query('insert into persons (id, organisation_id) values ($1, $2)', [id, organisation]);
    await db.owner.query(
      'insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, $4, $5, now())',
      [newId(), organisation, system, organisation.slice(-5), one],
    );
    const message = newId();
    await db.owner.query(
      `insert into feed_doubts (system_id, digest, organisation_id, kind, local_ids) values ($1, 'd', $2, 'MERGE_REVERSED', '{a,b}')`,
      [system, organisation],
    );
    await db.owner.query(
      `insert into inbound_messages (id, organisation_id, system_id, seq, content_hash, bytes_hash, remote_address)
       values ($1, $2, $3, nextval('inbound_messages_seq'), 'c', 'b', '127.0.0.1')`,
      [message, organisation, system],
    );
    await db.owner.query(
      `with body as (insert into inbound_bodies (message_id, organisation_id, bytes) values ($1, $2, 'MSH')),
         patient as (insert into inbound_message_patients (message_id, local_id, organisation_id, system_id) values ($1, 'p', $2, $3)),
         source as (insert into inbound_sources (system_id, organisation_id, heard_at) values ($3, $2, now()))
       insert into inbound_message_events (id, organisation_id, message_id, what, by) values ($1, $2, $1, 'NOT_UNDERSTOOD', 's')`,
      [message, organisation, system],
    );
    await db.owner.query(
      `insert into identity_rulings (id, organisation_id, person_id, other_person_id, resolution, reason, nhs_number, ruled_at, ruled_by)
       values ($1, $2, least($3::uuid, $4::uuid), greatest($3::uuid, $4::uuid), 'SAME_PERSON', 'r', '9', now(), 's')`,
      [ruling, organisation, one, other],
    );
    await db.owner.query(
      `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at, ruling_id)
       values ($1, $2, 'SHARED_NHS_NUMBER', $3, $4, now(), $5)`,
      [newId(), organisation, one, other, ruling],
    );
  }
});
afterAll(() => db.close());

const seen = async (table: string, scope: Scope): Promise<unknown[]> =>
  (
    await db.database.read('steward', scope, { text: `select organisation_id from ${table}`, values: [] })
  ).flat();

test('the grants are these columns, for reading alone', async () => {
  const { rows } = await db.owner.query<{ table: string; privilege: string; columns: string[] }>(
    `select c.relname as table, p.privilege, array_agg(a.attname::text order by a.attname) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     cross join (values ('SELECT'), ('INSERT'), ('UPDATE')) as p(privilege)
     where c.relrowsecurity and c.relnamespace = 'public'::regnamespace and has_column_privilege($1, c.oid, a.attnum, p.privilege)
     group by 1, 2 order by 1, 2`,
    [DatabaseRole.READ_STEWARD],
  );
  expect(rows.map(({ table, privilege }) => [table, privilege])).toEqual(
    Object.keys(MAY).map((table) => [table, 'SELECT']),
  );
  expect(Object.fromEntries(rows.map(({ table, columns }) => [table, columns]))).toEqual(MAY);
});

describe.each(Object.keys(MAY))('rows of %s', (table) => {
  test('are those of the organisation, and none without one', async () => {
    expect([...new Set(await seen(table, scopeOf(mine)))]).toEqual([mine]);
    expect([...new Set(await seen(table, scopeOf(foreign)))]).toEqual([foreign]);
    expect(await seen(table, NO_SCOPE)).toEqual([]);
  });

  test('would be seen by anybody were the policy open', async () => {
    await db.owner.query(`alter policy ${table}_${DatabaseRole.READ_STEWARD} on ${table} using (true)`);
    expect(new Set(await seen(table, scopeOf(mine)))).toEqual(new Set([mine, foreign]));
    await db.owner.query(`alter policy ${table}_${DatabaseRole.READ_STEWARD} on ${table} using (${IN_ORG})`);
    expect(new Set(await seen(table, scopeOf(mine)))).toEqual(new Set([mine]));
  });
});

test.each(['telephone', 'postcode', 'deceased_on', 'visible_team_ids', '*'])(
  'persons.%s is refused',
  async (column) => {
    const asked = db.database.read('steward', scopeOf(mine), {
      text: `select ${column} from persons`,
      values: [],
    });
    await expect(asked).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
  },
);

test('what a ruling rested on is nobody’s to read again but the rules’', async () => {
  for (const column of ['nhs_number', 'date_of_birth', 'other_date_of_birth', 'person_id']) {
    const asked = db.database.read('steward', scopeOf(mine), {
      text: `select ${column} from identity_rulings`,
      values: [],
    });
    await expect(asked).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
  }
  for (const text of ['update identity_rulings set reason = $$x$$', 'delete from identity_rulings'])
    await expect(db.owner.query(text)).rejects.toThrow('append-only');
});

test('staff and analysts see neither disputes nor rulings nor records', async () => {
  for (const reader of ['staff', 'analyst'] as const) {
    for (const table of ['identity_conflicts', 'identity_rulings', 'record_links']) {
      const asked = db.database.read(
        reader,
        { ...scopeOf(mine), organisationIds: [mine] },
        { text: `select id from ${table}`, values: [] },
      );
      await expect(asked).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
    }
  }
});
