/** Migrating: what is pending, altered or unknown, one process at a time, and roles that cannot escape their rows. */
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrations } from '../../../ormconfig.js';
import {
  assertMigrated,
  digestOf,
  type MigrationClass,
  migrate,
  migrationState,
  statementsOf,
} from '../../../src/platform/database/migrate.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { ensureRoles, rolePassword, roleUrl, scramVerifier } from '../../../src/platform/database/roles.js';
import { cloneDatabase } from '../../support/test-database.js';

const names = migrations.map((migration) => migration.name);

function aMigration(name: string, ...statements: string[]): MigrationClass {
  return class implements MigrationInterface {
    name = name;
    async up(runner: QueryRunner): Promise<void> {
      for (const sql of statements) await runner.query(sql);
    }
    async down(): Promise<void> {}
  };
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

describe('migrate', () => {
  let empty: Awaited<ReturnType<typeof cloneDatabase>>;
  let asSuperuser: <T>(work: (client: pg.Client) => Promise<T>) => Promise<T>;
  beforeEach(async () => {
    empty = await cloneDatabase('template0');
    asSuperuser = (work) => connected(empty.superuserUrl, work);
  });
  afterEach(() => empty.drop());
  const tables = () =>
    asSuperuser(async (client) =>
      (
        await client.query<{ name: string }>(
          `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
        )
      ).rows.map((row) => row.name),
    );

  it('says in a dry run what it would do and does nothing', async () => {
    const report = await migrate({ ownerUrl: empty.ownerUrl, migrations, dryRun: true });
    expect(report).toMatchObject({ applied: [], pending: names, altered: [], unknown: [] });
    expect(report.plan.some((sql) => sql.startsWith('create table persons'))).toBe(true);
    expect(await tables()).toEqual([]);
    expect(() => assertMigrated(report)).toThrow('Platform1750000000000 is pending');
  });

  it('runs every room in the order of the floors, and nothing the second time', async () => {
    const shuffled = [...migrations].reverse();
    expect(await migrate({ ownerUrl: empty.ownerUrl, migrations: shuffled })).toMatchObject({
      applied: names,
      pending: [],
    });
    const again = await migrate({ ownerUrl: empty.ownerUrl, migrations });
    expect(again).toMatchObject({ applied: names, pending: [], altered: [], plan: [] });
    expect(() => assertMigrated(again)).not.toThrow();
  });

  it('runs once when two processes migrate at the same moment', async () => {
    const both = await Promise.all([
      migrate({ ownerUrl: empty.ownerUrl, migrations }),
      migrate({ ownerUrl: empty.ownerUrl, migrations }),
    ]);
    expect(both.map((report) => report.applied)).toEqual([names, names]);
    expect(both.map((report) => report.plan.length > 0).sort()).toEqual([false, true]);
  });

  it('goes down as far as it came up', async () => {
    await migrate({ ownerUrl: empty.ownerUrl, migrations });
    await connected(empty.ownerUrl, async (client) => {
      for (const migration of [...migrations].reverse())
        await new migration().down({ query: (sql: string) => client.query(sql) } as unknown as QueryRunner);
    });
    expect((await tables()).sort()).toEqual(['migration_digests', 'migrations']);
  });

  describe('with migrations of its own', () => {
    const first = aMigration('First1760000000001', 'create table one (id integer)');
    const second = aMigration('Second1760000000002', 'create table two (id integer)');

    it('runs what is new and keeps what is there', async () => {
      await migrate({ ownerUrl: empty.ownerUrl, migrations: [first] });
      expect(await migrationState(empty.ownerUrl, [first, second])).toMatchObject({
        applied: ['First1760000000001'],
        pending: ['Second1760000000002'],
      });
      expect(await migrate({ ownerUrl: empty.ownerUrl, migrations: [second, first] })).toMatchObject({
        plan: ['create table two (id integer)'],
        pending: [],
      });
    });

    it('refuses one that was altered after it ran, but not one that was only laid out anew', async () => {
      await migrate({ ownerUrl: empty.ownerUrl, migrations: [first] });
      const laidOut = aMigration('First1760000000001', '  create table one\n    (id integer)');
      expect((await migrationState(empty.ownerUrl, [laidOut])).altered).toEqual([]);
      const altered = aMigration('First1760000000001', 'create table one (id bigint)');
      const refused = migrate({ ownerUrl: empty.ownerUrl, migrations: [altered, second] });
      await expect(refused).rejects.toMatchObject({
        code: 'HUB_DATABASE_MIGRATIONS',
        message: expect.stringContaining('First1760000000001 was altered'),
      });
      expect(await tables()).not.toContain('two');
    });

    it('refuses a database of a newer version', async () => {
      await migrate({ ownerUrl: empty.ownerUrl, migrations: [first, second] });
      await expect(migrate({ ownerUrl: empty.ownerUrl, migrations: [first] })).rejects.toThrow(
        'Second1760000000002 belongs to a newer version',
      );
    });

    it('takes a failing migration back as a whole, keeps those before it, and can be repeated', async () => {
      const failing = aMigration('Second1760000000002', 'create table two (id integer)', 'create nonsense');
      await expect(migrate({ ownerUrl: empty.ownerUrl, migrations: [first, failing] })).rejects.toMatchObject(
        { code: 'HUB_INTERNAL', details: { sqlstate: '42601' } },
      );
      expect(await tables()).toContain('one');
      expect(await tables()).not.toContain('two');
      expect(await migrate({ ownerUrl: empty.ownerUrl, migrations: [first, second] })).toMatchObject({
        applied: ['First1760000000001', 'Second1760000000002'],
        pending: [],
      });
    });

    it('tells statements and a digest that follows them', async () => {
      expect(await statementsOf(second)).toEqual(['create table two (id integer)']);
      expect(await digestOf(first)).not.toBe(await digestOf(second));
    });
  });

  describe('roles', () => {
    const made = Object.values(DatabaseRole).filter((role) => role !== DatabaseRole.OWNER);

    it('sign in with derived passwords and are bound by every rule', async () => {
      await migrate({ ownerUrl: empty.ownerUrl, migrations: [] });
      const { rows } = await asSuperuser((client) =>
        client.query(
          `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolinherit or rolreplication as free, rolcanlogin from pg_roles where rolname = any ($1) order by 1`,
          [made],
        ),
      );
      expect(rows).toEqual([...made].sort().map((rolname) => ({ rolname, free: false, rolcanlogin: true })));
      for (const role of made) {
        const who = await connected(roleUrl(empty.ownerUrl, role), (client) =>
          client.query('select current_user::text as role'),
        );
        expect(who.rows).toEqual([{ role }]);
      }
    });

    it('own nothing and may make nothing', async () => {
      await migrate({ ownerUrl: empty.ownerUrl, migrations });
      const owned = await asSuperuser((client) =>
        client.query(`select relname from pg_class where relowner::regrole::text = any ($1)`, [made]),
      );
      expect(owned.rows).toEqual([]);
      for (const role of made) {
        await expect(
          connected(roleUrl(empty.ownerUrl, role), (client) =>
            client.query('create table planted (id integer)'),
          ),
        ).rejects.toMatchObject({ code: '42501' });
      }
    });

    it('have passwords that differ by role and by owner, and are in no statement', () => {
      const passwords = made.map((role) => rolePassword('postgres://o:one@h/d', role));
      expect(new Set(passwords).size).toBe(made.length);
      expect(rolePassword('postgres://o:two@h/d', DatabaseRole.WRITE)).not.toBe(
        rolePassword('postgres://o:one@h/d', DatabaseRole.WRITE),
      );
      expect(() => rolePassword('postgres://o@h/d', DatabaseRole.WRITE)).toThrow(
        'DATABASE_URL: has no password',
      );
      expect(scramVerifier('secret')).not.toContain('secret');
      const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
      // RFC 7677, section 3: user "user", password "pencil".
      expect(scramVerifier('pencil', salt)).toBe(
        'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
      );
    });

    it('keep the host and TLS parameters of the owner’s URL', () => {
      const url = new URL(
        roleUrl('postgres://o:p%40ss@db.example:6432/hub?sslmode=verify-full', DatabaseRole.AUDIT),
      );
      expect([url.username, url.host, url.pathname, url.search]).toEqual([
        'hub_audit',
        'db.example:6432',
        '/hub',
        '?sslmode=verify-full',
      ]);
    });

    it('are set again while a hub of another database on the server does the same', async () => {
      const other = await cloneDatabase('template0');
      const again = (url: string): Promise<void> =>
        connected(url, async (client) => {
          for (let times = 0; times < 10; times += 1) await ensureRoles(client, empty.ownerUrl);
        });
      try {
        await again(empty.ownerUrl);
        await Promise.all([again(empty.ownerUrl), again(other.ownerUrl)]);
      } finally {
        await other.drop();
      }
    });

    it('are refused when one of them could bypass the rules', async () => {
      // Roles belong to the whole server, where other tests need them as they are: the server's answer is made up.
      const answer = { rows: [{ rolname: DatabaseRole.WRITE, rolsuper: false, rolbypassrls: true }] };
      const server = { query: async () => answer } as unknown as pg.Client;
      await expect(ensureRoles(server, empty.ownerUrl)).rejects.toThrow(
        'hub_write is a superuser or bypasses row-level security',
      );
    });
  });
});
