/** The data-access matrix, read back from PostgreSQL: which role sees which rows and columns of which table, and nothing more. */
import pg from 'pg';
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { roleUrl } from '../../../src/platform/database/roles.js';
import { SET_SCOPE, scopeValues } from '../../../src/platform/database/scope-values.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

/** Tables without a person in them: no row rule, since directory and contracts are the same for everybody. */
const OPEN_TABLES = [
  'caseload_hints',
  'caseload_pulls',
  'caseload_refreshes',
  'clinical_record_systems',
  'leases',
  'organisations',
  'reporting_agreements',
  'service_specifications',
  'specification_rules',
  'specification_versions',
  'staff',
  'staff_roles',
  'staff_teams',
  'team_maps',
  'team_successions',
  'teams',
];
const BOOKKEEPING = ['migration_digests', 'migrations'];
/** Columns that say who somebody is; no grant to analysts may name one. */
const IDENTIFYING =
  /nhs_number|given_name|family_name|display_name|date_of_birth|telephone|postcode|local_id|care_coordinator|subject|^item$|visible_team_ids|source_reference/;

const ROLES = Object.values(DatabaseRole).filter((role) => role !== DatabaseRole.OWNER);
const GRANTS = `
  select c.relname as table, r.rolname as role, p.privilege,
         coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and p.privilege in ('SELECT', 'INSERT', 'UPDATE')
                     and has_column_privilege(r.oid, c.oid, a.attnum, p.privilege)), '{}') as columns,
         has_table_privilege(r.oid, c.oid, p.privilege) as whole
  from pg_class c cross join pg_roles r
  cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) as p(privilege)
  where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace and r.rolname = any ($1)`;

interface Grant {
  table: string;
  role: string;
  privilege: string;
  columns: string[];
  whole: boolean;
}

describe('row-level security', () => {
  let db: TestDatabase;
  let grants: Grant[];
  let tables: { name: string; enabled: boolean; forced: boolean; owner: string; columns: string[] }[];
  beforeAll(async () => {
    db = await createTestDatabase();
    grants = (await db.owner.query<Grant>(GRANTS, [ROLES])).rows.filter(
      (grant) => grant.whole || grant.columns.length > 0,
    );
    tables = (
      await db.owner.query(
        `select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced, relowner::regrole::text as owner,
                array(select attname::text from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns
         from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by relname`,
      )
    ).rows;
  });
  afterAll(() => db.close());

  const granted = (role: DatabaseRole, privilege: string, table: string) =>
    grants.find((grant) => grant.role === role && grant.privilege === privilege && grant.table === table);
  const secured = () => tables.filter((table) => table.enabled).map((table) => table.name);
  const uncovered = (list: typeof tables) =>
    list
      .filter(
        (table) => !(table.enabled && table.forced) && ![...OPEN_TABLES, ...BOOKKEEPING].includes(table.name),
      )
      .map((table) => table.name);

  it('is forced on every table but those named as free of persons', () => {
    expect(uncovered(tables)).toEqual([]);
    expect(
      OPEN_TABLES.filter((name) => !tables.some((table) => table.name === name && !table.enabled)),
    ).toEqual([]);
  });

  it('would be missed on a planted table', async () => {
    const planted = {
      name: 'planted',
      enabled: true,
      forced: false,
      owner: 'hub_owner',
      columns: ['person_id'],
    };
    expect(uncovered([...tables, planted])).toEqual(['planted']);
  });

  it('leaves no person in a table that is open', () => {
    for (const table of tables.filter(({ name }) => OPEN_TABLES.includes(name))) {
      expect(
        table.columns.filter((column) => /^person|patient|nhs_number|date_of_birth|family_name/.test(column)),
      ).toEqual([]);
    }
  });

  it('is evaded by nobody: the owner alone owns, and no view or function runs with another’s rights', async () => {
    expect([...new Set(tables.map((table) => table.owner))]).toEqual(['hub_owner']);
    const { rows } =
      await db.owner.query(`select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
      union all select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace`);
    expect(rows).toEqual([]);
  });

  it('has a policy for every grant on a secured table, for that role alone', async () => {
    const { rows: policies } = await db.owner.query<{
      table: string;
      roles: string[];
      command: string;
      permissive: string;
      condition: string;
    }>(
      `select tablename as table, roles::text[] as roles, cmd as command, permissive, coalesce(qual, with_check) as condition from pg_policies where schemaname = 'public'`,
    );
    for (const policy of policies) {
      expect(policy.roles).toHaveLength(1);
      expect(policy.permissive).toBe('PERMISSIVE');
    }
    for (const grant of grants.filter(
      ({ table, privilege }) => secured().includes(table) && privilege !== 'DELETE',
    )) {
      const covering = policies.filter(
        (policy) =>
          policy.table === grant.table &&
          policy.roles[0] === grant.role &&
          ['ALL', grant.privilege].includes(policy.command),
      );
      expect([grant.table, grant.role, grant.privilege, covering.length]).toEqual([
        grant.table,
        grant.role,
        grant.privilege,
        1,
      ]);
      // Only the audit record takes rows from anybody; all else asks for the scope.
      if (grant.table !== 'audit_events') expect(covering[0]?.condition).toContain('current_setting');
    }
  });

  it('grants no role to truncate, refer to or hang triggers on a table, and deletion on staging and on what has outlived its time alone', () => {
    const strong = grants.filter(({ privilege }) =>
      ['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'].includes(privilege),
    );
    expect(strong.map(({ table, role, privilege }) => [table, role, privilege])).toEqual([
      ['caseload_progress', 'hub_worker', 'DELETE'],
      ['caseload_refreshes', 'hub_worker', 'DELETE'],
      ['caseload_staging', 'hub_worker', 'DELETE'],
      ['feed_doubts', 'hub_worker', 'DELETE'],
      ['feed_events', 'hub_worker', 'DELETE'],
      ['idempotency_keys', 'hub_worker', 'DELETE'],
      ['inbound_bodies', 'hub_worker', 'DELETE'],
      ['inbound_message_patients', 'hub_worker', 'DELETE'],
      ['inbound_messages', 'hub_worker', 'DELETE'],
    ]);
  });

  it('lets the reading roles change nothing', () => {
    const changes = grants.filter(
      ({ role, privilege }) => role.startsWith('hub_read_') && privilege !== 'SELECT',
    );
    expect(changes).toEqual([]);
  });

  it('hides from analysts every column that says who somebody is', () => {
    const seen = grants
      .filter(({ role, privilege }) => role === DatabaseRole.READ_ANALYST && privilege === 'SELECT')
      .flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))
      .filter((name) => IDENTIFYING.test(name.slice(name.indexOf('.') + 1)));
    expect(seen).toEqual([]);
    expect(granted(DatabaseRole.READ_ANALYST, 'SELECT', 'persons')?.columns).toEqual([
      'id',
      'organisation_id',
      'pseudonym',
      'identity_state',
      'created_at',
    ]);
    for (const table of [
      'record_links',
      'identity_conflicts',
      'identity_rulings',
      'eligibility_evidence',
      'confirmation_requests',
      'caseload_progress',
      'caseload_staging',
      'author_identities',
      'countersignatures',
      'delivery_attempts',
      'delivery_lanes',
      'destinations',
      'inbound_bodies',
      'inbound_message_events',
      'inbound_message_patients',
      'inbound_messages',
      'inbound_sources',
      'note_drafts',
      'note_policies',
      'telephone_calls',
      'work_items',
      'wrong_person_incidents',
      'audit_events',
      'idempotency_keys',
    ]) {
      expect(granted(DatabaseRole.READ_ANALYST, 'SELECT', table)).toBeUndefined();
    }
  });

  it('lets the audit role insert into the audit record and do nothing else', () => {
    const audit = grants
      .filter(({ role }) => role === DatabaseRole.AUDIT)
      .map(({ table, privilege }) => `${privilege} ${table}`);
    expect(audit).toEqual(['INSERT audit_events']);
  });

  it('lets nobody change the audit record, and only the writer of an incident see who has read, never what was found', () => {
    const others = grants.filter(
      ({ table, privilege }) => table === 'audit_events' && privilege !== 'INSERT',
    );
    expect(others).toEqual([
      {
        table: 'audit_events',
        role: DatabaseRole.WRITE,
        privilege: 'SELECT',
        columns: [
          'at',
          'subject',
          'role',
          'purpose',
          'organisation_id',
          'kind',
          'operation',
          'outcome',
          'person_ids',
        ],
        whole: false,
      },
    ]);
  });

  describe('with rows of two organisations and three teams', () => {
    const mine = newId();
    const foreign = newId();
    const [myTeam, otherTeam, foreignTeam] = [newId(), newId(), newId()];
    const person = { mine: newId(), other: newId(), foreign: newId(), unreferred: newId() };
    const scope: Scope = {
      organisationId: mine,
      teamIds: [myTeam],
      organisationIds: [mine],
      staffId: newId(),
    };

    beforeAll(async () => {
      const sql = db.owner;
      await sql.query(
        `insert into organisations (id, ods_code, name, kind) values ($1, 'RX1', 'Mine', 'TRUST'), ($2, 'RX2', 'Foreign', 'TRUST')`,
        [mine, foreign],
      );
      await sql.query(
        `insert into teams (id, organisation_id, code, name, kind) values ($1, $4, 'A', 'A', 'CMHT'), ($2, $4, 'B', 'B', 'CMHT'), ($3, $5, 'C', 'C', 'CMHT')`,
        [myTeam, otherTeam, foreignTeam, mine, foreign],
      );
      for (const [id, organisation, team, name] of [
        [person.mine, mine, myTeam, 'Mine'],
        [person.other, mine, otherTeam, 'Other'],
        [person.foreign, foreign, foreignTeam, 'Foreign'],
        [person.unreferred, mine, myTeam, null],
      ]) {
        await sql.query(
          `insert into persons (id, organisation_id, family_name, visible_team_ids) values ($1, $2, $3, array[$4::uuid])`,
          [id, organisation, name, team],
        );
      }
    });

    const ids = async (work: Promise<unknown[][] | { id: string }[]>) => {
      const rows = await work;
      return rows.map((row) => (Array.isArray(row) ? row[0] : row.id)).sort();
    };
    const select = { text: 'select id from persons', values: [] };
    const write = (role: 'write' | 'decide' | 'worker', as: Scope) =>
      ids(db.database.transaction(role, as, (tx) => tx.query<{ id: string }>(select.text)));

    it('shows staff the persons of their teams', async () => {
      expect(await ids(db.database.read('staff', scope, select))).toEqual(
        [person.mine, person.unreferred].sort(),
      );
      expect(
        await ids(db.database.read('staff', { ...scope, teamIds: [myTeam, otherTeam] }, select)),
      ).toHaveLength(3);
      expect(await ids(db.database.read('staff', { ...scope, teamIds: [] }, select))).toEqual([]);
    });

    it('shows analysts the referred persons of their agreement, without names', async () => {
      expect(await ids(db.database.read('analyst', scope, select))).toEqual(
        [person.mine, person.other].sort(),
      );
      for (const column of [
        'family_name',
        'nhs_number',
        'date_of_birth',
        'postcode',
        'visible_team_ids',
        '*',
      ]) {
        const named = db.database.read('analyst', scope, {
          text: `select ${column} from persons`,
          values: [],
        });
        await expect(named).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
      }
    });

    it('shows eligibility, changes and the worker their own organisation', async () => {
      for (const role of ['write', 'decide', 'worker'] as const) {
        expect(await write(role, scope)).toEqual([person.mine, person.other, person.unreferred].sort());
        expect(await write(role, { ...scope, organisationId: foreign })).toEqual([person.foreign]);
      }
    });

    it('lets nobody move a row out of their scope, or change one beyond it', async () => {
      const moved = db.database.transaction('write', scope, (tx) =>
        tx.query('update persons set organisation_id = $1 where id = $2', [foreign, person.mine]),
      );
      await expect(moved).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
      await db.database.transaction('write', scope, (tx) =>
        tx.query(`update persons set family_name = 'Changed' where id = $1`, [person.foreign]),
      );
      expect(
        (await db.owner.query('select family_name from persons where id = $1', [person.foreign])).rows,
      ).toEqual([{ family_name: 'Foreign' }]);
    });

    it('binds the owner too', async () => {
      const client = new pg.Client({ connectionString: db.ownerUrl });
      await client.connect();
      expect((await client.query('select id from persons')).rows).toEqual([]);
      await client.end();
    });
  });

  describe('with a row in every secured table', () => {
    let filled: TestDatabase;
    const [organisation, team] = [newId(), newId()];
    const within: Scope = {
      organisationId: organisation,
      teamIds: [team],
      organisationIds: [organisation],
      staffId: newId(),
    };
    const without: Scope = {
      organisationId: newId(),
      teamIds: [newId()],
      organisationIds: [newId()],
      staffId: newId(),
    };
    const KNOWN: Readonly<Record<string, string>> = {
      organisation_id: `'${organisation}'`,
      team_id: `'${team}'`,
      visible_team_ids: `array['${team}']::uuid[]`,
      restricted: 'false',
      source_team_id: `'${team}'`,
      // A draft is its author's; of the audit record, reads are looked at.
      author_id: `'${within.staffId}'`,
      kind: `'READ'`,
    };
    const BY_TYPE: Readonly<Record<string, string>> = {
      uuid: 'gen_random_uuid()',
      text: `'x'`,
      integer: '1',
      bigint: '1',
      boolean: 'true',
      date: `date '2026-01-01'`,
      jsonb: `'{}'`,
      bytea: `'\\x00'`,
      'text[]': `'{}'`,
      'uuid[]': `'{}'`,
      'timestamp(3) with time zone': 'now()',
      inbound_message_state: `'KEPT'`,
      inbound_message_type: `'X'`,
    };

    beforeAll(async () => {
      filled = await createTestDatabase();
      // Row rules are all that is asked here: checks and references would only make the filler clever.
      const { rows: checks } = await filled.owner.query<{ sql: string }>(
        `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as sql from pg_constraint where contype = 'c' and conrelid <> 0`,
      );
      const client = await filled.owner.connect();
      for (const { sql } of checks) await client.query(sql);
      await client.query('set session_replication_role = replica');
      for (const name of secured()) {
        const { rows: columns } = await client.query<{ name: string; type: string }>(
          `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
          [name],
        );
        const values = columns.map((column) => KNOWN[column.name] ?? BY_TYPE[column.type]);
        await client.query(
          `insert into ${name} (${columns.map((column) => column.name).join(', ')}) values (${values.join(', ')})`,
        );
      }
      await client.query('reset session_replication_role');
      client.release();
    });
    afterAll(() => filled.close());

    it('every role sees its row within the scope, none beyond it, none without one, and none after it ended', async () => {
      let looks = 0;
      for (const role of ROLES) {
        const client = new pg.Client({ connectionString: roleUrl(filled.ownerUrl, role) });
        await client.connect();
        const count = async (table: string, column: string, scope: Scope) => {
          await client.query('begin');
          await client.query(SET_SCOPE, [...scopeValues(scope)]);
          const { rowCount } = await client.query(`select ${column} from ${table}`);
          await client.query('commit');
          return rowCount;
        };
        for (const table of secured()) {
          const column = granted(role, 'SELECT', table)?.columns[0];
          if (column === undefined) continue;
          looks++;
          const unset = (await client.query(`select ${column} from ${table}`)).rowCount;
          const seen = [
            await count(table, column, within),
            await count(table, column, without),
            await count(table, column, NO_SCOPE),
          ];
          const after = (await client.query(`select ${column} from ${table}`)).rowCount;
          expect([role, table, unset, ...seen, after]).toEqual([role, table, 0, 1, 0, 0, 0]);
        }
        await client.end();
      }
      expect(looks).toBeGreaterThan(30);
    });
  });

  it('keeps the audit record and decisions as they were written, even from their owner', async () => {
    await db.owner.query(
      `insert into audit_events (id, subject, role, purpose, kind, operation, outcome, correlation_id) values ($1, 's', 'r', 'p', 'READ', 'o', 'DONE', 'c')`,
      [newId()],
    );
    for (const statement of [
      'update audit_events set subject = $$x$$',
      'delete from audit_events',
      'truncate audit_events',
    ]) {
      await expect(db.owner.query(statement)).rejects.toThrow('append-only');
    }
    const { rows } = await db.owner.query<{ name: string }>(
      `select tgrelid::regclass::text as name from pg_trigger where tgfoid = 'refuse_change'::regproc and not tgisinternal and tgenabled in ('O', 'A') order by 1`,
    );
    expect(rows.map((row) => row.name)).toEqual([
      'audit_events',
      'eligibility_criteria',
      'eligibility_decisions',
      'eligibility_evidence',
      'eligibility_overrides',
      'identity_rulings',
      'signed_documents',
    ]);
  });
});
