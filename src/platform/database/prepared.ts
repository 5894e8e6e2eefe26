/** A constant statement prepared once per connection, for what runs many times a second inside a transaction. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Transaction } from './database.js';
import { mapDatabaseError } from './database-errors.js';

const names = new Map<string, string>();

/** A name that follows from the text, so that two texts never share one. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = `hub-${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}

/** As `tx.query`, without parsing and planning again. `text` must be one of a small, fixed set of constants. */
export async function prepared<Row extends object>(
  tx: Transaction,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const sent = [...values];
  try {
    const client = (await tx.manager.queryRunner!.connect()) as pg.PoolClient;
    return (await client.query<Row>({ name: nameOf(text), text, values: sent })).rows;
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    // As in `Transaction.query`: what is done is reachable for long.
    sent.length = 0;
  }
}
