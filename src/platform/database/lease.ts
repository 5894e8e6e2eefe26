/** A fenced lease on the database's clock: one holder at a time, and a holder that was overtaken can change nothing. */
import { NO_SCOPE } from '../../core/caller.js';
import { HubError } from '../../core/errors.js';
import type { Database, Transaction } from './database.js';

/** A lease that was held when it was handed out. Only `assertFence`, inside the transaction that acts, proves that it still is. */
export interface Lease {
  readonly name: string;
  /** Rises by one with each change of holder; never falls. */
  readonly fence: number;
  /**
   * Holds for another full term. A lease that ran out but that nobody took is renewed too.
   * @throws HUB_LEASE_LOST when another holder took it over or it was released.
   */
  renew(): Promise<void>;
  /** Lets the next holder in at once. Does nothing when it was lost. */
  release(): Promise<void>;
}

/**
 * Takes the lease when it is free or has run out and nobody is acting under it, else answers null at once, without waiting
 * for anybody.
 * @param holder who takes it, for people who read the table; not used to decide.
 * @param ttlMs the term in milliseconds, counted by the database's clock, so that a process with a wrong clock cannot take or keep one unduly.
 */
export async function acquireLease(
  database: Database,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<Lease | null> {
  const rows = await inOwnTransaction<{ fence: string }>(
    database,
    `with made as (
       insert into leases (name, holder, fence, expires_at)
       values ($1, $2, 1, clock_timestamp() + $3::float8 * interval '1 millisecond')
       on conflict (name) do nothing returning fence
     ), free as materialized (
       select name from leases where name = $1 and expires_at <= clock_timestamp() for update skip locked
     ), taken as (
       update leases l set holder = $2, fence = l.fence + 1,
              expires_at = clock_timestamp() + $3::float8 * interval '1 millisecond'
       from free where l.name = free.name returning l.fence
     ) select fence from made union all select fence from taken`,
    [name, holder, ttlMs],
  );
  const taken = rows[0];
  if (!taken) return null;
  const fence = Number(taken.fence);
  return {
    name,
    fence,
    async renew() {
      const renewed = await inOwnTransaction(
        database,
        `with renewed as (
           update leases set expires_at = clock_timestamp() + $3::float8 * interval '1 millisecond'
           where name = $1 and fence = $2 and holder is not null returning name
         ) select name from renewed`,
        [name, fence, ttlMs],
      );
      if (renewed.length === 0) throw lost(name);
    },
    async release() {
      await inOwnTransaction(
        database,
        `update leases set holder = null, expires_at = '-infinity' where name = $1 and fence = $2`,
        [name, fence],
      );
    },
  };
}

/**
 * Goes on only while the lease with this fence is still the newest, and keeps others from taking it until the
 * transaction ends; its holder may renew it meanwhile. Call it first in every transaction that acts under a lease.
 * @throws HUB_LEASE_LOST when another holder took over or the lease was released.
 */
export async function assertFence(tx: Transaction, name: string, fence: number): Promise<void> {
  if (!(await holdsFence(tx, name, fence))) throw lost(name);
}

/** The same, told: false when another holder took over or the lease was released. */
export async function holdsFence(tx: Transaction, name: string, fence: number): Promise<boolean> {
  const rows = await tx.query(
    `select name from leases where name = $1 and fence = $2 and holder is not null for key share`,
    [name, fence],
  );
  return rows.length > 0;
}

function lost(name: string): HubError {
  return new HubError('HUB_LEASE_LOST', { details: { lease: name } });
}

function inOwnTransaction<Row extends object>(
  database: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return database.transaction('worker', NO_SCOPE, (tx) => tx.query<Row>(text, values));
}
