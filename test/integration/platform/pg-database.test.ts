/** The database contract over PostgreSQL: transactions and reads under a scope, what is left behind, errors without data. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import type { HubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import type { ReadStatement } from '../../../src/platform/database/database.js';
import { migrationState } from '../../../src/platform/database/migrate.js';
import { openDatabase } from '../../../src/platform/database/pg-database.js';
import { prepared } from '../../../src/platform/database/prepared.js';
import { eventually } from '../../support/eventually.js';
import { keptLines } from '../../support/hl7-listener.js';
import { selfSigned } from '../../support/self-signed.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const organisationId = newId();
const teamId = newId();
const otherTeamId = newId();
const scope: Scope = {
  organisationId,
  teamIds: [teamId, otherTeamId],
  organisationIds: [organisationId],
  staffId: newId(),
};
const SETTINGS: ReadStatement = {
  text: `select current_setting('hub.org', true), current_setting('hub.teams', true), current_setting('hub.orgs', true), current_setting('hub.staff', true)`,
  values: [],
};
const ALL_SET = [[organisationId, `${teamId},${otherTeamId}`, organisationId, scope.staffId]];
const NOTHING = [['', '', '', '']];
const CANARY = '9990000018';

const TLS = '?sslmode=verify-full';
/** Agrees to TLS, as PostgreSQL does, and has a certificate of its own making. */
function showsUntrusted(socket: Socket): void {
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write('S');
    new TLSSocket(socket, { isServer: true, ...selfSigned() }).on('error', () => {});
  });
}

describe('PgDatabase', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    // One connection per pool, so that what one use leaves behind the next would see.
    db = await createTestDatabase({ pools: { staff: 1, analyst: 1, write: 1, decide: 1, worker: 1 } });
  });
  afterAll(() => db.close());

  const refusal = async (work: Promise<unknown>): Promise<HubError> => {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught as HubError,
    );
    expect(error?.name).toBe('HubError');
    return error as HubError;
  };
  const insertLease = (name: string) => ({ text: 'insert into leases (name) values ($1)', values: [name] });
  const leaseCount = async (name: string) =>
    (await db.owner.query<{ n: number }>('select count(*)::integer as n from leases where name = $1', [name]))
      .rows[0]?.n;

  describe('transaction', () => {
    it.each([
      ['write', 'hub_write'],
      ['decide', 'hub_decide'],
      ['worker', 'hub_worker'],
    ] as const)('of %s runs as %s with the whole scope, and leaves nothing of it', async (role, user) => {
      const look = `select current_user as role, current_setting('hub.org', true) as org, current_setting('hub.teams', true) as teams, current_setting('hub.staff', true) as staff, current_setting('TimeZone') as zone`;
      const inside = await db.database.transaction(role, scope, (tx) => tx.query(look));
      expect(inside).toEqual([
        {
          role: user,
          org: organisationId,
          teams: `${teamId},${otherTeamId}`,
          staff: scope.staffId,
          zone: 'UTC',
        },
      ]);
      const after = await db.database.transaction(role, NO_SCOPE, (tx) => tx.query(look));
      expect(after).toEqual([{ role: user, org: '', teams: '', staff: '', zone: 'UTC' }]);
    });

    it('commits when the work resolves and answers what it answers', async () => {
      const answer = await db.database.transaction('worker', NO_SCOPE, async (tx) => {
        const { text, values } = insertLease('kept');
        const inserted = await tx.query<{ name: string }>(`${text} returning name`, values);
        const updated = await tx.query(`update leases set holder = 'a' where name = 'kept' returning holder`);
        return [...inserted, ...updated];
      });
      expect(answer).toEqual([{ name: 'kept' }, { holder: 'a' }]);
      expect(await leaseCount('kept')).toBe(1);
    });

    it('writes entities on the same connection', async () => {
      const code = 'RX1';
      const id = newId();
      await db.database.transaction('write', NO_SCOPE, async (tx) => {
        await tx.manager.insert('OrganisationEntity', { id, odsCode: code, name: 'A trust', kind: 'TRUST' });
        expect(await tx.query('select ods_code from organisations where id = $1', [id])).toEqual([
          { ods_code: code },
        ]);
      });
      expect((await db.owner.query('select name from organisations where id = $1', [id])).rows).toEqual([
        { name: 'A trust' },
      ]);
    });

    it('rolls back when the work rejects, passes the failure on as it is, and the connection serves again', async () => {
      const failure = new RangeError('a bug');
      const work = db.database.transaction('worker', NO_SCOPE, async (tx) => {
        await tx.query(insertLease('dropped').text, ['dropped']);
        throw failure;
      });
      await expect(work).rejects.toBe(failure);
      expect(await leaseCount('dropped')).toBe(0);
      expect(await db.database.transaction('worker', NO_SCOPE, (tx) => tx.query('select 1 as one'))).toEqual([
        { one: 1 },
      ]);
    });

    it('does not take a rollback for a commit when the work passes a failure over', async () => {
      const work = db.database.transaction('worker', NO_SCOPE, async (tx) => {
        await tx.query(insertLease('passed-over').text, ['passed-over']);
        await tx.query('select nonsense').catch(() => {});
        return 'all is well';
      });
      expect((await refusal(work)).message).toContain('nothing was changed');
      expect(await leaseCount('passed-over')).toBe(0);
    });

    it('commits what is left after a savepoint was rolled back, and what TypeORM saves in transactions of its own', async () => {
      await db.database.transaction('worker', NO_SCOPE, async (tx) => {
        await tx.query('savepoint here');
        await tx.query('select nonsense').catch(() => {});
        await tx.query('rollback to savepoint here');
        await tx.manager.save('LeaseEntity', { name: 'saved' });
      });
      expect(await leaseCount('saved')).toBe(1);
    });

    it('never lets go of its only connection, however transactions end', async () => {
      const works = Array.from({ length: 12 }, (_, index) =>
        db.database.transaction('worker', NO_SCOPE, async (tx) => {
          if (index % 3 === 0) await tx.query('select nonsense');
          return index;
        }),
      );
      const settled = await Promise.allSettled(works);
      expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(8);
    });

    it('refuses a scope that holds more than ids', async () => {
      const wide: Scope = { ...NO_SCOPE, teamIds: [`${teamId},${otherTeamId}`] };
      await expect(db.database.transaction('write', wide, async () => 1)).rejects.toMatchObject({
        code: 'HUB_INTERNAL',
      });
      await expect(
        db.database.read('staff', wide, SETTINGS).catch(Promise.reject.bind(Promise)),
      ).rejects.toMatchObject({ code: 'HUB_INTERNAL' });
    });
  });

  describe('read', () => {
    it('selects under its scope, by name or without, first time and again', async () => {
      for (const name of [undefined, 'settings', 'settings', undefined]) {
        const statement = name === undefined ? SETTINGS : { ...SETTINGS, name };
        expect(await db.database.read('staff', scope, statement)).toEqual(ALL_SET);
        expect(await db.database.read('staff', NO_SCOPE, statement)).toEqual(NOTHING);
      }
    });

    it('runs as the role of its pool and may change nothing', async () => {
      const who = { text: 'select current_user::text', values: [] };
      expect(await db.database.read('staff', scope, who)).toEqual([['hub_read_staff']]);
      expect(await db.database.read('analyst', scope, who)).toEqual([['hub_read_analyst']]);
      const error = await refusal(db.database.read('staff', scope, insertLease('sneaked')));
      expect(error).toMatchObject({ details: { sqlstate: '25006' } });
      expect(await leaseCount('sneaked')).toBe(0);
    });

    it('gives whole numbers, booleans and JSON as such and everything else as PostgreSQL’s text', async () => {
      const text = `select 1::int2, 2::int4, 3::int8, true, false, '{"a":[1]}'::json, '[null]'::jsonb, null::json, null::integer, 1.50::numeric, 0.1::float8,
        date '2024-02-29', timestamptz '2026-03-29 01:30:00.5+01', $1::uuid, $2::text[], 'x'::text`;
      expect(await db.database.read('staff', scope, { text, values: [teamId, ['a', 'b,c']] })).toEqual([
        [
          1,
          2,
          3,
          true,
          false,
          { a: [1] },
          [null],
          null,
          null,
          '1.50',
          '0.1',
          '2024-02-29',
          '2026-03-29 00:30:00.5+00',
          teamId,
          '{a,"b,c"}',
          'x',
        ],
      ]);
    });

    it('answers many callers at once without mixing scopes', async () => {
      const scopes = Array.from({ length: 40 }, (): Scope => ({ ...NO_SCOPE, organisationId: newId() }));
      const seen = await Promise.all(
        scopes.map((each, index) =>
          db.database.read('staff', each, index % 2 ? SETTINGS : { ...SETTINGS, name: 'mixed' }),
        ),
      );
      expect(seen.map((rows) => rows[0]?.[0])).toEqual(scopes.map((each) => each.organisationId));
    });

    it.each([
      ['a parse error', { text: 'select nonsense from nowhere', values: [] }],
      ['a bad parameter', { text: 'select $1::integer', values: ['x'] }],
      ['an error while running', { text: 'select 1 / $1::integer', values: [0] }],
      ['an error in a named statement', { text: 'select 1 / $1::integer', values: [0], name: 'divide' }],
      [
        'a parse error in a named statement',
        { text: 'select nonsense from nowhere', values: [], name: 'nonsense' },
      ],
    ])('leaves nothing after %s, and the connection goes on', async (_, statement: ReadStatement) => {
      const pid = { text: 'select pg_backend_pid()', values: [] };
      const before = await db.database.read('staff', scope, pid);
      await refusal(db.database.read('staff', scope, statement));
      expect(await db.database.read('staff', NO_SCOPE, SETTINGS)).toEqual(NOTHING);
      expect(await db.database.read('staff', NO_SCOPE, pid)).toEqual(before);
    });

    it('sees changed tables through a statement prepared before', async () => {
      await db.owner.query('create table shape as select 1 as a');
      await db.owner.query('grant select on shape to hub_read_staff');
      const statement = { text: 'select * from shape', values: [], name: 'shape' };
      expect(await db.database.read('staff', scope, statement)).toEqual([[1]]);
      await db.owner.query(`alter table shape add b text default 'new'`);
      expect(await db.database.read('staff', scope, statement)).toEqual([[1, 'new']]);
      await db.owner.query('drop table shape');
    });
  });

  it('a transaction refuses a statement prepared before a migration once, as busy, and then sees the changed table', async () => {
    await db.owner.query('create table shape as select 1 as a');
    await db.owner.query('grant select on shape to hub_worker');
    const read = () =>
      db.database.transaction('worker', scope, (tx) => prepared<{ a: number }>(tx, 'select * from shape'));
    expect(await read()).toEqual([{ a: 1 }]);
    await db.owner.query(`alter table shape add b text default 'new'`);
    expect(await refusal(read())).toMatchObject({ code: 'HUB_BUSY', retry: 'transient' });
    expect(await read()).toEqual([{ a: 1, b: 'new' }]);
    await db.owner.query('drop table shape');
  });

  describe('audit', () => {
    it('inserts by a named statement again and again', async () => {
      const insert = `insert into audit_events (id, subject, role, purpose, kind, operation, outcome, correlation_id) values ($1, $2, 'r', 'p', 'READ', 'o', 'DONE', 'named')`;
      const ids = [newId(), newId(), newId()];
      for (const id of ids) await db.database.audit(insert, [id, 's'], 'audit-1');
      const { rows } = await db.owner.query('select id from audit_events where id = any ($1) order by id', [
        ids,
      ]);
      expect(rows.map((row) => row.id)).toEqual([...ids].sort());
    });

    it('inserts and can do nothing else', async () => {
      const insert = `insert into audit_events (id, subject, role, purpose, kind, operation, outcome, correlation_id) values ($1, 's', 'r', 'p', 'READ', 'o', 'DONE', 'c')`;
      const id = newId();
      await db.database.audit(insert, [id]);
      expect((await db.owner.query('select subject from audit_events where id = $1', [id])).rows).toEqual([
        { subject: 's' },
      ]);
      for (const text of [
        'select id from audit_events',
        'update audit_events set subject = $1',
        'delete from audit_events',
      ]) {
        expect((await refusal(db.database.audit(text, text.includes('$1') ? ['x'] : []))).code).toBe(
          'HUB_ACCESS_REFUSED',
        );
      }
    });
  });

  describe('errors', () => {
    const write = (text: string, values: unknown[]) =>
      db.database.transaction('write', scope, (tx) => tx.query(text, values));
    const insertPerson =
      'insert into persons (id, organisation_id, nhs_number, identity_state) values ($1, $2, $3, $4)';

    it.each([
      ['HUB_STATE_CONFLICT', '23505', 'pk_persons'],
      ['HUB_INTERNAL', '23514', 'ck_persons_identity_state'],
    ])('%s for %s names the constraint', async (code, sqlstate, constraint) => {
      const id = newId();
      await write(insertPerson, [id, organisationId, CANARY, 'CLEAR']);
      const again =
        sqlstate === '23505'
          ? [id, organisationId, CANARY, 'CLEAR']
          : [newId(), organisationId, CANARY, 'SQUARE'];
      expect(await refusal(write(insertPerson, again))).toMatchObject({
        code,
        details: { sqlstate, constraint, table: 'persons' },
      });
    });

    it('refuses rows outside the scope', async () => {
      const error = await refusal(write(insertPerson, [newId(), newId(), CANARY, 'CLEAR']));
      expect(error).toMatchObject({ code: 'HUB_ACCESS_REFUSED', details: { sqlstate: '42501' } });
    });

    it.each([
      ['insert of a repeated key', insertPerson, [teamId, organisationId, CANARY, 'CLEAR']],
      ['a cast', 'select $1::uuid', [CANARY]],
      ['a check', insertPerson, [newId(), organisationId, CANARY, CANARY]],
    ])('holds no value anywhere after %s', async (_, text, values) => {
      await write(insertPerson, [teamId, organisationId, CANARY, 'CLEAR']).catch(() => {});
      const error = await refusal(write(text, values));
      const cause = error.cause as Error;
      const everything = [
        error.message,
        error.stack,
        JSON.stringify(error),
        cause.message,
        cause.stack,
        JSON.stringify(cause),
        JSON.stringify(
          Object.getOwnPropertyNames(cause).map(
            (name) => (cause as unknown as Record<string, unknown>)[name],
          ),
        ),
      ].join('\n');
      expect(everything).not.toContain(CANARY);
      expect(everything).not.toContain('parameters');
      expect(cause.stack).toMatch(/\n\s+at /);
    });

    it('holds no value when TypeORM’s own call fails', async () => {
      const work = db.database.transaction('write', scope, (tx) =>
        tx.manager.insert('PersonEntity', {
          id: newId(),
          organisationId,
          nhsNumber: CANARY,
          identityState: CANARY as 'CLEAR',
        }),
      );
      const error = await refusal(work);
      expect(error.details).toMatchObject({ constraint: 'ck_persons_identity_state' });
      expect(
        JSON.stringify([error.message, error.stack, (error.cause as Error).stack, error.cause]),
      ).not.toContain(CANARY);
    });

    it('says when a statement took too long', async () => {
      const impatient = await openDatabase({
        ownerUrl: db.ownerUrl,
        entities: [],
        statementTimeoutMs: 2_000,
      });
      const slow = { text: 'select 1 from pg_sleep(30)', values: [] };
      expect((await refusal(impatient.read('staff', scope, slow))).code).toBe('HUB_DATABASE_TIMEOUT');
      expect(await impatient.read('staff', scope, SETTINGS)).toEqual(ALL_SET);
      expect((await refusal(impatient.transaction('write', scope, (tx) => tx.query(slow.text)))).code).toBe(
        'HUB_DATABASE_TIMEOUT',
      );
      await impatient.close();
    });

    it('says when a pool is used up, and when the server is not there', async () => {
      const small = await openDatabase({
        ownerUrl: db.ownerUrl,
        entities: [],
        pools: { staff: 1 },
        connectTimeoutMs: 3_000,
      });
      const long = small.read('staff', scope, { text: 'select 1 from pg_sleep(7)', values: [] });
      expect((await refusal(small.read('staff', scope, SETTINGS))).code).toBe('HUB_DATABASE_UNAVAILABLE');
      await long;
      await small.close();
      const nowhere = openDatabase({ ownerUrl: 'postgres://hub_owner:x@127.0.0.1:1/hub', entities: [] });
      expect((await refusal(nowhere)).code).toBe('HUB_DATABASE_UNAVAILABLE');
    });

    it.each<[string, (socket: Socket) => void, string]>([
      ['takes the connection and no more', () => {}, ''],
      ['has no TLS, where it is wanted', (socket) => void socket.once('data', () => socket.write('N')), TLS],
      ['shows a certificate that nobody trusts', showsUntrusted, TLS],
    ])('says when the server %s', async (_what, deed, parameters) => {
      const server = createServer(deed).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const ownerUrl = `postgres://hub_owner:x@127.0.0.1:${port}/hub${parameters}`;
      try {
        const opening = openDatabase({ ownerUrl, entities: [], connectTimeoutMs: 2_000 });
        const codes = [(await refusal(opening)).code, (await refusal(migrationState(ownerUrl, []))).code];
        expect(codes).toEqual(['HUB_DATABASE_UNAVAILABLE', 'HUB_DATABASE_UNAVAILABLE']);
      } finally {
        server.close();
      }
    });

    it('tells a lost connection from a lost commit', async () => {
      const kill = (pid: unknown) => db.owner.query('select pg_terminate_backend($1)', [pid]);
      const during = db.database.transaction('decide', NO_SCOPE, async (tx) => {
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await kill(row?.pid);
        return tx.query('select 1');
      });
      expect((await refusal(during)).code).toBe('HUB_DATABASE_UNAVAILABLE');
      await db.owner.query(`
        create function die() returns trigger language plpgsql security definer as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger leases_die after insert on leases deferrable initially deferred for each row execute function die()`);
      const atCommit = db.database.transaction('worker', NO_SCOPE, (tx) =>
        tx.query(insertLease('unknown').text, ['unknown']),
      );
      expect(await refusal(atCommit)).toMatchObject({
        code: 'HUB_DATABASE_OUTCOME_UNKNOWN',
        retry: 'ambiguous',
      });
      await db.owner.query('drop trigger leases_die on leases');
      expect(await db.database.transaction('decide', NO_SCOPE, (tx) => tx.query('select 1 as one'))).toEqual([
        { one: 1 },
      ]);
    });

    it('refuses pools without a connection', async () => {
      await expect(
        openDatabase({ ownerUrl: db.ownerUrl, entities: [], pools: { audit: 0 } }),
      ).rejects.toMatchObject({ code: 'HUB_SETTINGS_INVALID' });
    });
  });
});

describe('idle connections that are lost', () => {
  /** A way to the server on which nothing more goes there once it is shut: a goodbye is not heard. */
  async function oneWay(url: string): Promise<{ url: string; shut(): void; close(): void }> {
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    let isShut = false;
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect(Number(port), hostname);
      sockets.push(near, far);
      for (const socket of [near, far]) socket.on('error', () => {});
      near.on('data', (bytes) => isShut || far.write(bytes));
      far.on('data', (bytes) => near.write(bytes)).on('end', () => near.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const near = Object.assign(new URL(url), {
      host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    return {
      url: near.href,
      shut: () => {
        isShut = true;
      },
      close: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  }

  it.each([
    ['are told', false],
    ['are not, where the hub itself is letting go of them', true],
  ])('%s', async (_what, isClosing) => {
    const db = await createTestDatabase();
    const way = await oneWay(db.ownerUrl);
    const { logger, lines } = keptLines();
    const database = await openDatabase({ ownerUrl: way.url, entities: [], logger });
    try {
      await database.transaction('write', NO_SCOPE, (tx) => tx.query('select 1'));
      way.shut();
      const closed = isClosing ? database.close() : null;
      await db.owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name in ('hub write', 'hub decide', 'hub worker') and pid <> pg_backend_pid()`,
      );
      if (isClosing) await new Promise((resolve) => setTimeout(resolve, 300));
      else await eventually(() => lines.length >= 3);
      await (closed ?? database.close());
      expect(lines.map(([message]) => message)).toEqual(
        isClosing ? [] : Array(3).fill('an idle database connection was lost'),
      );
    } finally {
      way.close();
      await db.close();
    }
  });
});
