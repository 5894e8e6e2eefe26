/** The hub's database over PostgreSQL: a small pool per role of the data-access matrix. */
import pg from 'pg';
import { DataSource, type EntityManager, type MixedList } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Scope } from '../../core/caller.js';
import { HubError, isHubError } from '../../core/errors.js';
import { type Logger, silentLogger } from '../../core/logger.js';
import type { Database, ReadingRole, ReadStatement, Transaction, WritingRole } from './database.js';
import { isLostConnection, isStaleStatement, isUnsent, mapDatabaseError } from './database-errors.js';
import { DatabaseRole } from './policy.js';
import { QUIET } from './quiet-typeorm.js';
import { checkedPoolSize, ReaderPool } from './reader-pool.js';
import { roleUrl } from './roles.js';
import { SET_SCOPE, scopeValues } from './scope-values.js';

/** Connections per pool at most. One process uses 10 by default, and two more for jobs and for listening, so that eight fit PostgreSQL's default of 100. */
export interface PoolSizes {
  readonly write: number;
  readonly decide: number;
  readonly worker: number;
  readonly staff: number;
  readonly analyst: number;
  readonly steward: number;
  readonly audit: number;
}

/** Sizes of the pools unless told otherwise. */
export const DEFAULT_POOL_SIZES: PoolSizes = {
  write: 2,
  decide: 1,
  worker: 2,
  staff: 2,
  analyst: 1,
  steward: 1,
  audit: 1,
};

/** Whom to connect to and how patiently. */
export interface DatabaseOptions {
  /** The owner's URL; only its password's derivatives are used to sign in. */
  readonly ownerUrl: string;
  /** Entity classes of every room, for `Transaction.manager`. */
  readonly entities: MixedList<new () => object>;
  readonly pools?: Partial<PoolSizes>;
  /** After this many milliseconds PostgreSQL ends a statement. Default 15 000. */
  readonly statementTimeoutMs?: number;
  /** How long to wait for a connection. Default 5 000. */
  readonly connectTimeoutMs?: number;
  readonly logger?: Logger;
}

const ROLE_OF: Readonly<Record<WritingRole | ReadingRole | 'audit', DatabaseRole>> = {
  write: DatabaseRole.WRITE,
  decide: DatabaseRole.DECIDE,
  worker: DatabaseRole.WORKER,
  staff: DatabaseRole.READ_STAFF,
  analyst: DatabaseRole.READ_ANALYST,
  steward: DatabaseRole.READ_STEWARD,
  audit: DatabaseRole.AUDIT,
};

/** What a pool lends is a client, whatever its type says. */
type PooledClient = pg.PoolClient & Pick<pg.Client, 'end'>;

/** TypeORM's own pool. */
function poolOf(source: DataSource): pg.Pool {
  return (source.driver as PostgresDriver).master as pg.Pool;
}

/**
 * A connection that is ended as soon as it stands says so before whoever waits for it can listen, by an event that would end the
 * process if nobody did. The statement that follows fails, which is all that anybody has to know.
 */
function guarded(pool: pg.Pool): pg.Pool {
  return pool.on('connect', (client) => client.on('error', () => {}));
}

/** A transaction on one TypeORM connection. */
function transactionOn(manager: EntityManager): Transaction {
  return {
    manager,
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      const sent = [...values];
      try {
        const result = await manager.queryRunner!.query(text, sent, true);
        return (result.records ?? []) as Row[];
      } catch (error) {
        throw mapDatabaseError(error);
      } finally {
        // Queries that are done are reachable until memory is collected as a whole; what was sent by them need not be.
        sent.length = 0;
      }
    },
  };
}

class PgDatabase implements Database {
  constructor(
    private readonly sources: Readonly<Record<WritingRole, DataSource>>,
    private readonly readers: Readonly<Record<ReadingRole, ReaderPool>>,
    private readonly auditPool: pg.Pool,
    private readonly logger: Logger,
    private readonly ending: AbortController,
  ) {}

  /** Made once TypeORM has its pool, whose connections both ways of writing share. */
  private writer: ReaderPool | undefined;

  async transaction<T>(role: WritingRole, scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const values = scopeValues(scope);
    const runner = this.sources[role].createQueryRunner();
    let committing = false;
    let client: PooledClient | undefined;
    try {
      client = (await runner.connect()) as PooledClient;
      await runner.startTransaction();
      await runner.query(SET_SCOPE, [...values]);
      const result = await work(transactionOn(runner.manager));
      committing = true;
      // By hand, for the answer's sake: after a failed statement PostgreSQL answers COMMIT with a rollback and no error.
      const { command } = await client.query('commit');
      (runner as { isTransactionActive: boolean }).isTransactionActive = false;
      if (command !== 'COMMIT')
        throw new HubError('HUB_INTERNAL', {
          message: 'a statement failed and its failure was passed over; nothing was changed',
        });
      return result;
    } catch (error) {
      if (committing && isLostConnection(error) && !isUnsent(error)) {
        const mapped = mapDatabaseError(error);
        throw new HubError('HUB_DATABASE_OUTCOME_UNKNOWN', {
          cause: isHubError(mapped) ? mapped.cause : undefined,
        });
      }
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
      // The pool keeps no connection that is being ended; what is asked again finds a fresh one.
      if (isStaleStatement(error)) client?.end().catch(() => {});
      throw mapDatabaseError(error);
    } finally {
      await runner.release().catch(() => {});
    }
  }

  write(role: 'worker', scope: Scope, statement: ReadStatement): Promise<unknown[][]> {
    this.writer ??= new ReaderPool(poolOf(this.sources[role]), this.logger);
    return this.writer.write(scope, statement);
  }

  read(role: ReadingRole, scope: Scope, statement: ReadStatement): Promise<unknown[][]> {
    return this.readers[role].read(scope, statement);
  }

  async audit(text: string, values: readonly unknown[], name?: string): Promise<void> {
    try {
      await this.auditPool.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
    } catch (error) {
      throw mapDatabaseError(error);
    }
  }

  async close(): Promise<void> {
    this.ending.abort();
    const sources = Object.values(this.sources).filter((source) => source.isInitialized);
    await Promise.all([
      ...sources.map((source) => source.destroy()),
      ...Object.values(this.readers).map((reader) => reader.close()),
      this.auditPool.end(),
    ]);
  }
}

/** Opens every pool; connections are made when first used, but for the three writing pools' first. @throws HUB_DATABASE_UNAVAILABLE. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { ownerUrl, statementTimeoutMs = 15_000, connectTimeoutMs = 5_000, logger = silentLogger } = options;
  const sizes = { ...DEFAULT_POOL_SIZES, ...options.pools };
  // Pools have let go of a connection before it is closed, so that whoever ends the server after them may be quicker.
  const ending = new AbortController();
  const onIdleError = (error: unknown): void => {
    if (ending.signal.aborted) return;
    logger.warn('an idle database connection was lost', { code: (error as { code?: string }).code });
  };

  const poolConfig = (pool: keyof PoolSizes, extra = ''): pg.PoolConfig => ({
    connectionString: roleUrl(ownerUrl, ROLE_OF[pool]),
    max: checkedPoolSize(pool, sizes[pool]),
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 60_000,
    application_name: `hub ${pool}`,
    options: `-c TimeZone=UTC -c statement_timeout=${statementTimeoutMs}${extra}`,
  });
  const pool = (name: keyof PoolSizes, extra?: string): pg.Pool =>
    guarded(new pg.Pool(poolConfig(name, extra)).on('error', onIdleError));
  const source = (name: WritingRole): DataSource => {
    const { connectionString, max, ...extra } = poolConfig(
      name,
      ' -c idle_in_transaction_session_timeout=60000',
    );
    return new DataSource({
      type: 'postgres',
      url: connectionString,
      poolSize: max,
      extra,
      entities: options.entities,
      poolErrorHandler: onIdleError,
      ...QUIET,
    });
  };

  const sources = { write: source('write'), decide: source('decide'), worker: source('worker') };
  const readOnly = ' -c default_transaction_read_only=on';
  const readers = {
    staff: new ReaderPool(pool('staff', readOnly), logger),
    analyst: new ReaderPool(pool('analyst', readOnly), logger),
    steward: new ReaderPool(pool('steward', readOnly), logger),
  };
  const database = new PgDatabase(sources, readers, pool('audit'), logger, ending);
  try {
    for (const each of Object.values(sources)) guarded(poolOf(await each.initialize()));
  } catch (error) {
    await database.close();
    throw mapDatabaseError(error);
  }
  return database;
}
