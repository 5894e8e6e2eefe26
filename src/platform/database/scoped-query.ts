/**
 * One select with its scope in one Sync: Bind/Execute of the prepared `SET_SCOPE`, then the select, in the implicit transaction
 * that the Sync ends. No BEGIN and no COMMIT travel, nothing is left on the connection, and when the scope cannot be set
 * the server skips to the Sync, so that the select never runs.
 *
 * This leans on names inside `pg` (`prepare`, `handleDataRow`, `_canceledDueToError`, `handleCommandComplete`, `parsedStatements`). `readerPool` proves at
 * the start that they work and else falls back to a transaction of four round trips.
 */
import pg from 'pg';
import { answerTooLarge, MOST_ROW_BYTES } from './answer-size.js';
import { SET_SCOPE } from './scope-values.js';

/** Name of the prepared `SET_SCOPE` on every reading connection. */
export const SCOPE_STATEMENT = 'scope';

/** The part of pg's connection that the query speaks to. */
interface Wire {
  parsedStatements: Record<string, string | undefined>;
  bind(message: {
    portal: string;
    statement: string;
    values: readonly string[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(message: { portal: string }): void;
  close(message: { type: 'S'; name: string }): void;
}

/** The methods of pg's query class that its type declarations leave out. */
interface QueryInternals {
  /** What the callback is told in place of rows once the server is ready again. */
  _canceledDueToError: Error | false;
  prepare(connection: Wire): void;
  handleDataRow(message: { readonly length: number }): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
}

type QueryClass = new (
  config: pg.QueryArrayConfig,
  callback: (error: Error | null, result: pg.QueryArrayResult) => void,
) => QueryInternals & pg.Submittable;

const BaseQuery = (pg.Client as unknown as { Query: QueryClass }).Query;

const INTEGERS = new Set([20, 21, 23]);
const JSONS = new Set([114, 3802]);
const asText = (text: string): string => text;
const asBoolean = (text: string): boolean => text === 't';

/** PostgreSQL's text form to a value: whole numbers, booleans and JSON are parsed, everything else (dates, numeric, uuid, arrays) stays text. */
const READ_TYPES = {
  getTypeParser(oid: number): (text: string) => unknown {
    if (INTEGERS.has(oid)) return Number;
    if (oid === 16) return asBoolean;
    return JSONS.has(oid) ? JSON.parse : asText;
  },
} as unknown as pg.CustomTypesConfig;

/** Settings of a select: rows by position, types as above. */
export function readConfig(
  text: string,
  values: readonly unknown[],
  name: string | undefined,
): pg.QueryArrayConfig {
  return {
    text,
    values: [...values],
    rowMode: 'array',
    types: READ_TYPES,
    ...(name === undefined ? {} : { name }),
  };
}

/** Lets go of rows beyond `MOST_ROW_BYTES`: the message that brings a row says how long it is. The connection stays in step. */
class BoundedQuery extends BaseQuery {
  private bytes = 0;

  override handleDataRow(message: { readonly length: number }): void {
    this.bytes += message.length;
    if (this.bytes <= MOST_ROW_BYTES) super.handleDataRow(message);
    else this._canceledDueToError = answerTooLarge(MOST_ROW_BYTES);
  }
}

class ScopedQuery extends BoundedQuery {
  /** True until the answer to `SET_SCOPE` has gone by. */
  private settingScope = true;

  constructor(
    config: pg.QueryArrayConfig,
    private readonly scope: readonly string[],
    private readonly forget: readonly string[],
    callback: (error: Error | null, result: pg.QueryArrayResult) => void,
  ) {
    super(config, callback);
  }

  override prepare(connection: Wire): void {
    for (const name of this.forget) {
      connection.close({ type: 'S', name });
      delete connection.parsedStatements[name];
    }
    connection.bind({
      portal: '',
      statement: SCOPE_STATEMENT,
      values: this.scope,
      valueMapper: (value) => value,
    });
    connection.execute({ portal: '' });
    super.prepare(connection);
  }

  override handleDataRow(message: { readonly length: number }): void {
    if (!this.settingScope) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.settingScope) this.settingScope = false;
    else super.handleCommandComplete(message, connection);
  }
}

/** Prepares `SET_SCOPE` on a new connection. */
export async function prepareScope(client: pg.ClientBase): Promise<void> {
  await client.query({ name: SCOPE_STATEMENT, text: SET_SCOPE, values: ['', '', '', ''] });
}

/** Runs the select under the scope in one Sync; `forget` names prepared statements to drop from the connection first. */
export function runScoped(
  client: pg.ClientBase,
  config: pg.QueryArrayConfig,
  scope: readonly string[],
  forget: readonly string[],
): Promise<unknown[][]> {
  return new Promise((done, fail) => {
    // A query without values would take the simple protocol, which has no place for the scope.
    const extended = { ...config, queryMode: 'extended' } as pg.QueryArrayConfig;
    client.query(
      new ScopedQuery(extended, scope, forget, (error, result) =>
        error ? fail(error) : done(result.rows as unknown[][]),
      ),
    );
  });
}

/** The fallback: the same answer in a transaction of four round trips, which is read-only unless `writes`. */
export async function runInTransaction(
  client: pg.ClientBase,
  config: pg.QueryArrayConfig,
  scope: readonly string[],
  writes = false,
): Promise<unknown[][]> {
  await client.query(writes ? 'begin' : 'begin read only');
  try {
    await client.query(SET_SCOPE, [...scope]);
    const rows = await new Promise<unknown[][]>((done, fail) => {
      client.query(
        new BoundedQuery(config, (error, result) => (error ? fail(error) : done(result.rows as unknown[][]))),
      );
    });
    await client.query('commit');
    return rows;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
