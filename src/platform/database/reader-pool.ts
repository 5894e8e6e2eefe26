/** A pool of one role whose every statement carries its caller's scope; select-only but for the worker's. */
import pg from 'pg';
import type { Scope } from '../../core/caller.js';
import { HubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { ReadStatement } from './database.js';
import { isLostConnection, isStaleStatement, isUnsent, mapDatabaseError } from './database-errors.js';
import { Pipeline } from './pipeline.js';
import { scopeValues } from './scope-values.js';
import { prepareScope, readConfig, runInTransaction, runScoped } from './scoped-query.js';
import { StatementCache } from './statement-cache.js';

const PROBE: Scope = {
  organisationId: '00000000-0000-7000-8000-000000000001',
  teamIds: [],
  organisationIds: [],
  staffId: null,
};

const ignore = (): void => {};

const configOf = ({ text, values, name }: ReadStatement): pg.QueryArrayConfig =>
  readConfig(text, values, name);

/** A connection whose statement was refused is sound; one that failed in another way is not trusted again. */
function isSoundAfter(error: unknown): boolean {
  const code = (error as { code?: string } | undefined)?.code ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && !isStaleStatement(error) && !isLostConnection(error);
}

/** Reads of one role. The first read proves the one-Sync way; until then nobody has seen a row by it. */
export class ReaderPool {
  private readonly caches = new WeakMap<pg.ClientBase, StatementCache>();
  private transport: 'unproved' | 'one-sync' | 'transaction' = 'unproved';
  private proving: Promise<void> | undefined;
  private readonly pipeline: Pipeline;

  constructor(
    private readonly pool: pg.Pool,
    private readonly logger: Logger,
    private readonly statementsPerConnection = 100,
  ) {
    this.pipeline = new Pipeline(pool, (client) => this.makeReady(client), isSoundAfter);
  }

  /** One select under the scope; rows by position. @throws HubError of `mapDatabaseError`. */
  async read(scope: Scope, statement: ReadStatement): Promise<unknown[][]> {
    const values = scopeValues(scope);
    try {
      if (this.transport === 'unproved') await this.prove();
      return await this.run(values, statement);
    } catch (error) {
      if (!statement.name || !isStaleStatement(error)) throw mapDatabaseError(error);
      // `run` has thrown the connection away; a select may be asked twice.
      return this.run(values, statement).catch((again: unknown) => {
        throw mapDatabaseError(again);
      });
    }
  }

  /**
   * One statement that changes rows, under the scope: committed when this resolves, and then its `returning` by position. It is sent
   * behind those that are under way.
   * @throws HUB_DATABASE_OUTCOME_UNKNOWN when the connection was lost on the way; else HubError of `mapDatabaseError`.
   */
  async write(scope: Scope, statement: ReadStatement): Promise<unknown[][]> {
    const values = scopeValues(scope);
    try {
      if (this.transport === 'unproved') await this.prove();
    } catch (error) {
      throw mapDatabaseError(error);
    }
    let isConnected = false;
    const connected = (): void => {
      isConnected = true;
    };
    try {
      if (this.transport === 'transaction') return await this.run(values, statement, connected);
      const send = (): Promise<unknown[][]> =>
        this.pipeline.send((client) => {
          connected();
          // Of what is still to be prepared nothing could be forgotten; statements that write are few.
          return runScoped(client, configOf(statement), values, []);
        });
      return await send().catch((error: unknown) => {
        // What was not prepared, as the statement before it that should have was refused, has done nothing.
        if (!isStaleStatement(error)) throw error;
        return send();
      });
    } catch (error) {
      const cause = mapDatabaseError(error);
      if (isConnected && isLostConnection(error) && !isUnsent(error))
        throw new HubError('HUB_DATABASE_OUTCOME_UNKNOWN', { cause });
      throw cause;
    }
  }

  /** How statements travel; known after the first read. */
  get mode(): 'unproved' | 'one-sync' | 'transaction' {
    return this.transport;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** @param writes given by a statement that changes rows: called once there is a connection, before anything is sent. */
  private async run(
    values: readonly string[],
    statement: ReadStatement,
    writes?: () => void,
  ): Promise<unknown[][]> {
    const client = await this.pool.connect();
    // A connection that is lost between two statements says so by an event that would end the process; the next statement fails.
    client.on('error', ignore);
    writes?.();
    let failure: Error | undefined;
    try {
      const config = configOf(statement);
      if (this.transport === 'transaction')
        return await runInTransaction(client, config, values, writes !== undefined);
      await this.makeReady(client);
      const { name } = statement;
      const forget = name === undefined ? [] : this.caches.get(client)!.use(name);
      return await runScoped(client, config, values, forget);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.release(failure !== undefined && !isSoundAfter(failure));
      client.off('error', ignore);
    }
  }

  private async makeReady(client: pg.ClientBase): Promise<void> {
    if (this.caches.has(client)) return;
    await prepareScope(client);
    this.caches.set(client, new StatementCache(this.statementsPerConnection));
  }

  /** Asks once, through the one-Sync way, what scope a select sees and what is left after it; falls back when the answer is wrong. */
  private prove(): Promise<void> {
    this.proving ??= this.probe().finally(() => {
      this.proving = undefined;
    });
    return this.proving;
  }

  private async probe(): Promise<void> {
    const client = await this.pool.connect();
    client.on('error', ignore);
    let seen: unknown;
    let left: unknown;
    try {
      const look = readConfig(`select current_setting('hub.org', true)`, [], undefined);
      await prepareScope(client);
      seen = (await runScoped(client, look, scopeValues(PROBE), []))[0]?.[0];
      left = (await client.query(look)).rows[0]?.[0];
      client.release(true);
    } catch (error) {
      client.release(true);
      throw error;
    }
    const proved = seen === PROBE.organisationId && (left === '' || left === null);
    this.transport = proved ? 'one-sync' : 'transaction';
    if (!proved)
      this.logger.warn(
        'scope and select cannot travel together with this version of pg; reads use transactions',
      );
  }
}

/** @throws HUB_SETTINGS_INVALID when a pool would have no connection. */
export function checkedPoolSize(name: string, size: number): number {
  if (Number.isInteger(size) && size > 0) return size;
  throw new HubError('HUB_SETTINGS_INVALID', {
    message: `pool ${name}: ${size} is no size; accepted: a whole number from 1`,
  });
}
