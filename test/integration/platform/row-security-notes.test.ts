/** The data-access matrix of episodes, notes and deliveries, on rows: drafts, notes for the service alone, free text, and the record of reads. */
import pg from 'pg';
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { DatabaseRole, IN_AGREEMENT, IN_ORG, IN_TEAMS } from '../../../src/platform/database/policy.js';
import { roleUrl } from '../../../src/platform/database/roles.js';
import { SET_SCOPE, scopeValues } from '../../../src/platform/database/scope-values.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const { READ_STAFF, READ_ANALYST, WRITE, WORKER } = DatabaseRole;
/** S select, I insert, U update; in brackets: of some columns only. */
const MATRIX: Readonly<Record<string, Partial<Record<DatabaseRole, string>>>> = {
  author_identities: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: 'S' },
  countersignatures: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: 'SIU' },
  deliveries: { [READ_STAFF]: 'S', [READ_ANALYST]: '(S)', [WRITE]: 'SIU', [WORKER]: 'SIU' },
  delivery_attempts: { [READ_STAFF]: 'S', [WRITE]: 'S', [WORKER]: 'SIU' },
  delivery_lanes: { [WRITE]: 'SIU', [WORKER]: 'SIU' },
  destinations: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: 'SIU' },
  employment_episodes: { [READ_STAFF]: 'S', [READ_ANALYST]: 'S', [WRITE]: 'SIU', [WORKER]: 'S' },
  episode_specialists: { [READ_STAFF]: 'S', [READ_ANALYST]: 'S', [WRITE]: 'SIU' },
  note_drafts: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: '(S)' },
  note_policies: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: 'S' },
  notes: { [READ_STAFF]: 'S', [READ_ANALYST]: '(S)', [WRITE]: 'SIU', [WORKER]: 'S' },
  signed_documents: { [READ_STAFF]: 'S', [READ_ANALYST]: '(S)', [WRITE]: 'SIU', [WORKER]: 'S' },
  telephone_calls: { [READ_STAFF]: 'S', [WRITE]: 'SIU' },
  work_items: { [READ_STAFF]: 'S', [WRITE]: 'SIU', [WORKER]: 'SIU' },
  wrong_person_incidents: { [READ_STAFF]: 'S', [WRITE]: 'SIU' },
};
/** What is said in words, and whatever leads to a person or an author; never an analyst's. */
const KEPT_FROM_ANALYSTS: Readonly<Record<string, readonly string[]>> = {
  notes: ['retraction_reason', '*'],
  signed_documents: [
    'title',
    'text',
    'text_hash',
    'reason',
    'author_staff_id',
    'author_reference',
    'author_name',
    'author_employer',
    'author_role',
    'contact_started_at',
    'labels',
    '*',
  ],
  deliveries: ['patient_local_id', 'reference', 'reference_version', '*'],
};
/** What the worker may know of a draft: whose it is. */
const DRAFT_COLUMNS_OF_WORKER = [
  'author_id',
  'id',
  'note_id',
  'organisation_id',
  'person_id',
  'state',
  'team_id',
];

const PRIVILEGES = `
  select c.relname as table, r.rolname as role, left(p.privilege, 1) as letter, has_table_privilege(r.oid, c.oid, p.privilege) as whole
  from pg_class c cross join pg_roles r cross join (values ('SELECT', 1), ('INSERT', 2), ('UPDATE', 3), ('DELETE', 4), ('TRUNCATE', 5)) as p(privilege, n)
  where c.relname = any ($1) and r.rolname like 'hub\\_%' and r.rolname <> 'hub_owner' and c.relnamespace = 'public'::regnamespace
    and case when p.n <= 3 then has_any_column_privilege(r.oid, c.oid, p.privilege) else has_table_privilege(r.oid, c.oid, p.privilege) end
  order by 1, 2, p.n`;

let db: TestDatabase;
const [mine, foreign] = [newId(), newId()];
const [team, otherTeam, foreignTeam] = [newId(), newId(), newId()];
/** Author of everything, a second specialist, a coordinator and a manager of the same team. */
const staff = {
  author: newId(),
  colleague: newId(),
  coordinator: newId(),
  manager: newId(),
  foreign: newId(),
};
const note = { open: newId(), serviceOnly: newId(), otherTeam: newId(), foreign: newId() };
const scopeOf = (
  staffId: string | null,
  teams: readonly string[] = [team],
  organisationId = mine,
): Scope => ({
  organisationId,
  teamIds: teams,
  organisationIds: [],
  staffId,
});
const analyst = (...organisationIds: string[]): Scope => ({
  ...NO_SCOPE,
  organisationId: newId(),
  organisationIds,
});

/** Tables of what is kept about a note; hidden from whom the note is. */
const ABOUT_NOTES = ['countersignatures', 'telephone_calls', 'wrong_person_incidents'];
const FILLED = [...ABOUT_NOTES, 'notes', 'signed_documents', 'work_items', 'note_drafts'];
/** Tables without a team: what identifies a row of them. */
const OF_ORGANISATION: Readonly<Record<string, (id: string) => Record<string, string>>> = {
  author_identities: (id) => ({ id }),
  delivery_lanes: (id) => ({ id }),
  destinations: (id) => ({ system_id: id }),
  note_policies: (id) => ({ id, specification_id: id }),
};

/** Rows of every table of notes, whatever their other columns, checks and references say. */
async function fill(): Promise<void> {
  const client = await db.owner.connect();
  const { rows: checks } = await client.query<{ sql: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as sql from pg_constraint where contype = 'c' and conrelid <> 0`,
  );
  for (const { sql } of checks) await client.query(sql);
  await client.query('set session_replication_role = replica');
  const put = async (table: string, known: Readonly<Record<string, string>>) => {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0
         and not attisdropped and attnotnull and not atthasdef`,
      [table],
    );
    const filler: Readonly<Record<string, string>> = {
      uuid: 'gen_random_uuid()',
      text: `'x'`,
      integer: '1',
      bigint: '1',
      boolean: 'true',
      date: `date '2026-01-01'`,
      jsonb: `'{}'`,
      'timestamp(3) with time zone': 'now()',
    };
    const values = new Map(columns.map(({ name, type }) => [name, filler[type] as string]));
    for (const [name, value] of Object.entries(known)) values.set(name, `'${value}'`);
    await client.query(
      `insert into ${table} (${[...values.keys()].join(', ')}) values (${[...values.values()].join(', ')})`,
    );
  };
  for (const [id, role] of [
    [staff.author, 'EMPLOYMENT_SPECIALIST'],
    [staff.colleague, 'EMPLOYMENT_SPECIALIST'],
    [staff.coordinator, 'CARE_COORDINATOR'],
    [staff.manager, 'TEAM_MANAGER'],
    [staff.foreign, 'TEAM_MANAGER'],
  ] as const)
    await put('staff_roles', { staff_id: id, role, valid_from: '2020-01-01' });
  for (const [id, organisation, of, visibility] of [
    [note.open, mine, team, 'CLINICAL_RECORD'],
    [note.serviceOnly, mine, team, 'SERVICE_ONLY'],
    [note.otherTeam, mine, otherTeam, 'CLINICAL_RECORD'],
    [note.foreign, foreign, foreignTeam, 'CLINICAL_RECORD'],
  ] as const) {
    const row = { organisation_id: organisation, team_id: of };
    await put('notes', { ...row, id, visibility });
    await put('signed_documents', { ...row, id, visibility, text: 'what was said' });
    await put('work_items', { ...row, id, document_id: id, visibility });
    for (const table of ABOUT_NOTES) await put(table, { ...row, id, note_id: id, visibility });
    await put('note_drafts', { ...row, id, author_id: of === foreignTeam ? staff.foreign : staff.author });
    for (const table of Object.keys(MATRIX).filter((name) => !FILLED.includes(name)))
      await put(table, {
        organisation_id: organisation,
        ...(OF_ORGANISATION[table]?.(id) ?? { id, team_id: of }),
      });
    for (const kind of ['READ', 'WRITE', 'DECIDE', 'REFUSED', 'SYSTEM'])
      await put('audit_events', { organisation_id: organisation, subject: `${kind} of ${id}`, kind });
  }
  await client.query('reset session_replication_role');
  client.release();
}

/** Ids that a role sees of a table within a scope; `refused` when it may not look. */
async function seen(
  role: DatabaseRole,
  scope: Scope,
  table: string,
  column = 'id',
): Promise<string[] | 'refused'> {
  const client = new pg.Client({ connectionString: roleUrl(db.ownerUrl, role) });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(SET_SCOPE, [...scopeValues(scope)]);
    const { rows } = await client.query<{ value: string }>(`select ${column} as value from ${table}`);
    return rows.map(({ value }) => value).sort();
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return 'refused';
    throw error;
  } finally {
    await client.end();
  }
}
const idsOf = (...names: (keyof typeof note)[]): string[] => names.map((name) => note[name]).sort();

beforeAll(async () => {
  db = await createTestDatabase();
  await fill();
});
afterAll(() => db.close());

async function matrix(): Promise<Record<string, Record<string, string>>> {
  const { rows } = await db.owner.query<{ table: string; role: string; letter: string; whole: boolean }>(
    PRIVILEGES,
    [Object.keys(MATRIX)],
  );
  const found: Record<string, Record<string, string>> = {};
  for (const { table, role, letter, whole } of rows) {
    found[table] ??= {};
    found[table][role] = `${found[table][role] ?? ''}${whole ? letter : `(${letter})`}`;
  }
  return found;
}

it('grants each role on each table exactly what the matrix says', async () => {
  expect(await matrix()).toEqual(MATRIX);
});

describe('staff', () => {
  /** Who sees which notes; the same of what was signed and of what has to be seen to. */
  const NOTES: readonly (readonly [string, Scope, readonly (keyof typeof note)[]])[] = [
    ['the author', scopeOf(staff.author), ['open', 'serviceOnly']],
    ['another specialist of the team', scopeOf(staff.colleague), ['open', 'serviceOnly']],
    ['the team’s manager', scopeOf(staff.manager, [team, otherTeam]), ['open', 'serviceOnly', 'otherTeam']],
    ['the team’s care coordinator', scopeOf(staff.coordinator), ['open']],
    ['a specialist of another team', scopeOf(staff.colleague, [otherTeam]), ['otherTeam']],
    ['somebody of no team', scopeOf(staff.colleague, []), []],
    ['somebody of another trust', scopeOf(staff.foreign, [foreignTeam], foreign), ['foreign']],
  ];
  it.each(NOTES)('%s sees notes, versions and work items of their teams', async (_who, scope, names) => {
    for (const table of ['notes', 'signed_documents', 'work_items', ...ABOUT_NOTES])
      expect([table, await seen(READ_STAFF, scope, table)]).toEqual([table, idsOf(...names)]);
  });

  it.each(['employment_episodes', 'episode_specialists', 'deliveries', 'delivery_attempts'])(
    'sees %s of their teams',
    async (table) => {
      expect(await seen(READ_STAFF, scopeOf(staff.colleague), table)).toEqual(idsOf('open', 'serviceOnly'));
      expect(await seen(READ_STAFF, scopeOf(staff.foreign, [foreignTeam], foreign), table)).toEqual(
        idsOf('foreign'),
      );
      expect(await seen(READ_STAFF, NO_SCOPE, table)).toEqual([]);
    },
  );

  it.each(['author_identities', 'note_policies'])('sees %s of their organisation', async (table) => {
    expect(await seen(READ_STAFF, scopeOf(staff.colleague), table)).toEqual(
      idsOf('open', 'serviceOnly', 'otherTeam'),
    );
    expect(await seen(READ_STAFF, NO_SCOPE, table)).toEqual([]);
  });

  const drafts = async () => ({
    author: await seen(READ_STAFF, scopeOf(staff.author), 'note_drafts'),
    elsewhere: await seen(READ_STAFF, scopeOf(staff.author, [otherTeam]), 'note_drafts'),
    colleague: await seen(READ_STAFF, scopeOf(staff.colleague), 'note_drafts'),
    manager: await seen(READ_STAFF, scopeOf(staff.manager, [team, otherTeam]), 'note_drafts'),
    coordinator: await seen(READ_STAFF, scopeOf(staff.coordinator), 'note_drafts'),
    nobody: await seen(READ_STAFF, scopeOf(null), 'note_drafts'),
  });
  const OWN_DRAFTS = {
    author: idsOf('open', 'serviceOnly'),
    elsewhere: idsOf('otherTeam'),
    colleague: [],
    manager: [],
    coordinator: [],
    nobody: [],
  };

  it('sees drafts of their own alone, manager or not', async () => {
    expect(await drafts()).toEqual(OWN_DRAFTS);
  });

  it('never sees a lane', async () => {
    expect(await seen(READ_STAFF, scopeOf(staff.manager), 'delivery_lanes')).toBe('refused');
  });

  it('would be seen looking at others’ drafts, and clinical colleagues at what is for the service alone', async () => {
    await db.owner.query(
      `create policy planted on note_drafts for select to ${READ_STAFF} using (${IN_TEAMS})`,
    );
    expect(await drafts()).not.toEqual(OWN_DRAFTS);
    await db.owner.query('drop policy planted on note_drafts');
    await db.owner.query(`create policy planted on notes for select to ${READ_STAFF} using (${IN_TEAMS})`);
    expect(await seen(READ_STAFF, scopeOf(staff.coordinator), 'notes')).toEqual(idsOf('open', 'serviceOnly'));
    await db.owner.query('drop policy planted on notes');
    expect(await drafts()).toEqual(OWN_DRAFTS);
  });
});

describe('analysts', () => {
  const TABLES = ['employment_episodes', 'episode_specialists', 'notes', 'signed_documents', 'deliveries'];

  it.each(TABLES)('see %s of their agreement', async (table) => {
    expect(await seen(READ_ANALYST, analyst(foreign), table)).toEqual(idsOf('foreign'));
    expect(await seen(READ_ANALYST, analyst(mine, foreign), table)).toHaveLength(4);
    expect(await seen(READ_ANALYST, analyst(), table)).toEqual([]);
    // Their own organisation and teams count for nothing.
    expect(await seen(READ_ANALYST, scopeOf(staff.author), table)).toEqual([]);
  });

  const words = async () => {
    const read: string[] = [];
    for (const [table, columns] of Object.entries(KEPT_FROM_ANALYSTS))
      for (const column of columns)
        if (
          (await seen(READ_ANALYST, analyst(mine), table, column === '*' ? `${table}::text` : column)) !==
          'refused'
        )
          read.push(`${table}.${column}`);
    return read;
  };

  it('never read what was written, who wrote it, or what leads to the record', async () => {
    expect(await words()).toEqual([]);
  });

  it('would be seen reading it', async () => {
    await db.owner.query(`grant select (text) on signed_documents to ${READ_ANALYST}`);
    expect(await words()).toEqual(['signed_documents.text']);
    expect((await matrix()).signed_documents).toEqual(MATRIX.signed_documents);
    await db.owner.query(`revoke select (text) on signed_documents from ${READ_ANALYST}`);
    await db.owner.query(
      `create policy planted on note_drafts for select to ${READ_ANALYST} using (${IN_AGREEMENT})`,
    );
    await db.owner.query(`grant select on note_drafts to ${READ_ANALYST}`);
    expect(await matrix()).not.toEqual(MATRIX);
    await db.owner.query(`revoke select on note_drafts from ${READ_ANALYST}`);
    await db.owner.query('drop policy planted on note_drafts');
    expect([await words(), await matrix()]).toEqual([[], MATRIX]);
  });

  it('leave no column of a table of notes unconsidered', async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.column_privileges
       where grantee = $1 and table_name = any ($2) and column_name ~ 'text|title|reason|name|employer|role|label|local_id|reference|readers|spoke'`,
      [READ_ANALYST, Object.keys(MATRIX)],
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(['employment_episodes.closing_reason']);
  });
});

describe('the worker', () => {
  it('knows of drafts whose they are and never what is in them', async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select column_name as name from information_schema.column_privileges where grantee = $1 and table_name = 'note_drafts' order by 1`,
      [WORKER],
    );
    expect(rows.map(({ name }) => name)).toEqual(DRAFT_COLUMNS_OF_WORKER);
    for (const column of ['text', 'title', 'reason', 'rejection_reason', 'labels'])
      expect([column, await seen(WORKER, scopeOf(null), 'note_drafts', column)]).toEqual([column, 'refused']);
    expect(await seen(WORKER, scopeOf(null), 'note_drafts')).toEqual(
      idsOf('open', 'serviceOnly', 'otherTeam'),
    );
  });

  it.each(['signed_documents', 'deliveries', 'delivery_lanes', 'work_items', 'countersignatures'])(
    'sees %s of the organisation it works for',
    async (table) => {
      expect(await seen(WORKER, scopeOf(null), table)).toEqual(idsOf('open', 'serviceOnly', 'otherTeam'));
      expect(await seen(WORKER, scopeOf(null, [], foreign), table)).toEqual(idsOf('foreign'));
      expect(await seen(WORKER, NO_SCOPE, table)).toEqual([]);
    },
  );
});

describe('the record of reads', () => {
  const readsOf = (...names: (keyof typeof note)[]) => names.map((name) => `READ of ${note[name]}`).sort();
  const looked = async () => ({
    mine: await seen(WRITE, scopeOf(staff.author), 'audit_events', 'subject'),
    foreign: await seen(WRITE, scopeOf(staff.foreign, [foreignTeam], foreign), 'audit_events', 'subject'),
    nobody: await seen(WRITE, NO_SCOPE, 'audit_events', 'subject'),
  });
  const READS = {
    mine: readsOf('open', 'serviceOnly', 'otherTeam'),
    foreign: readsOf('foreign'),
    nobody: [],
  };

  it('shows whoever writes the reads of their own organisation, and no other thing that happened', async () => {
    expect(await looked()).toEqual(READS);
  });

  it.each(['id', 'details', 'correlation_id'])('keeps %s to itself', async (column) => {
    expect(await seen(WRITE, scopeOf(staff.author), 'audit_events', column)).toBe('refused');
  });

  it.each([READ_STAFF, READ_ANALYST, WORKER, DatabaseRole.DECIDE, DatabaseRole.AUDIT])(
    'is nothing that %s sees',
    async (role) => {
      expect(await seen(role, scopeOf(staff.manager), 'audit_events', 'subject')).toBe('refused');
    },
  );

  it('would show more where its policy forgot the kind', async () => {
    await db.owner.query(`create policy planted on audit_events for select to ${WRITE} using (${IN_ORG})`);
    expect(await looked()).not.toEqual(READS);
    await db.owner.query('drop policy planted on audit_events');
    expect(await looked()).toEqual(READS);
  });
});

describe('whoever writes', () => {
  const change = async (scope: Scope, sql: string): Promise<number | string> => {
    const client = new pg.Client({ connectionString: roleUrl(db.ownerUrl, WRITE) });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(SET_SCOPE, [...scopeValues(scope)]);
      return (await client.query(sql)).rowCount ?? 0;
    } catch (error) {
      return (error as { code?: string }).code ?? 'no code';
    } finally {
      await client.query('rollback').catch(() => {});
      await client.end();
    }
  };

  it.each([
    'employment_episodes',
    'episode_specialists',
    'notes',
    'note_drafts',
    'countersignatures',
    'telephone_calls',
  ])('reaches %s of their own teams and moves none to another', async (table) => {
    const own = scopeOf(staff.author);
    expect(await change(own, `update ${table} set team_id = team_id`)).toBe(2);
    expect(await change(NO_SCOPE, `update ${table} set team_id = team_id`)).toBe(0);
    expect(await change(own, `update ${table} set team_id = '${otherTeam}'`)).toBe('42501');
    expect(await change(own, `update ${table} set organisation_id = '${foreign}'`)).toBe('42501');
  });

  it('deletes nothing', async () => {
    for (const table of Object.keys(MATRIX))
      expect([table, await change(scopeOf(staff.author), `delete from ${table}`)]).toEqual([table, '42501']);
  });

  it('changes no signed version and no record of what happened', async () => {
    const own = scopeOf(staff.author);
    expect(await change(own, `update signed_documents set text = 'other'`)).not.toBe(1);
    expect(await change(own, `update audit_events set subject = 'other'`)).toBe('42501');
    const { rows } = await db.owner.query('select distinct text from signed_documents');
    expect(rows).toEqual([{ text: 'what was said' }]);
  });
});

describe('the next version of a note', () => {
  /** Signs one as the owner, without the references that rows of this test lack; answers how visible everything is then, or why not. */
  const next = async (of: keyof typeof note, visibility: string): Promise<string[] | string> => {
    const client = await db.owner.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query<{ sql: string }>(
        `select format('alter table signed_documents drop constraint %I', conname) as sql from pg_constraint
         where contype = 'f' and conrelid = 'signed_documents'::regclass`,
      );
      for (const { sql } of rows) await client.query(sql);
      await client.query(
        `insert into signed_documents select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'document_id', s.id,
           'version', 2, 'visibility', $2::text))).* from signed_documents s where id = $1`,
        [note[of], visibility],
      );
      const found: string[] = [];
      for (const table of ['notes', 'work_items', ...ABOUT_NOTES]) {
        const kept = await client.query<{ visibility: string }>(
          `select visibility from ${table} where id = $1`,
          [note[of]],
        );
        found.push(kept.rows[0]!.visibility);
      }
      return [...new Set(found)];
    } catch (error) {
      return (error as { code?: string }).code ?? 'no code';
    } finally {
      await client.query('rollback');
      client.release();
    }
  };

  it.each([
    ['open', 'SERVICE_ONLY'],
    ['serviceOnly', 'CLINICAL_RECORD'],
    ['serviceOnly', 'SHAREABLE'],
  ] as const)(
    'never makes what is %s %s, whoever writes it: earlier versions and deliveries stay as they were',
    async (of, visibility) => {
      expect(await next(of, visibility)).toBe('23514');
    },
  );

  it.each([
    ['open', 'CLINICAL_RECORD'],
    ['open', 'SHAREABLE'],
    ['serviceOnly', 'SERVICE_ONLY'],
  ] as const)(
    'of what is %s may be %s, and all that is kept about the note with it',
    async (of, visibility) => {
      expect(await next(of, visibility)).toEqual([visibility]);
    },
  );
});
