/** Which systems are being refreshed: what a process that dies leaves behind, so that another finishes it. */
import type { Database, Transaction } from '../../platform/database/database.js';
import { assertFence, holdsFence, type Lease } from '../../platform/database/lease.js';
import { clearLeftovers, RESUME_WITHIN_MS } from './kept-pull.service.js';
import { inOrganisation, type PullKind, type RefreshedSystem } from './pull.service.js';

/** A refresh of a whole system. */
export interface Undertaking {
  readonly kind: PullKind;
  /** Teams whose caseload came since then need no further pull. */
  readonly askedAt: Date;
  /** Set where a sweep that was left is finished for somebody who asked later: teams that it had brought before then are asked again. */
  readonly askedAgainAt?: Date;
}

/** Name of the lease under which a system is refreshed. */
export const leaseOf = (systemId: string): string => `caseload ${systemId}`;

/**
 * Notes that the present holder of the lease begins, and clears away what earlier holders left. Where one of them left a sweep, it
 * is what is begun: a sweep brings what changed too, and nobody else would finish it.
 * @throws HUB_LEASE_LOST
 */
export async function beginUnderLease(
  database: Database,
  system: RefreshedSystem,
  lease: Lease,
  asked: Undertaking,
  now: Date,
): Promise<Undertaking> {
  return inOrganisation(database, system, async (tx) => {
    await takeLeft(tx, system, lease, now);
    const left = await readLeft(tx, system.id, now);
    const begun = left?.kind === 'SWEEP' ? { ...left, askedAgainAt: asked.askedAt } : asked;
    await tx.query(
      `insert into caseload_refreshes (system_id, organisation_id, kind, asked_at, fence) values ($1, $2, $3, $4, $5)
       on conflict (system_id) do update set kind = excluded.kind, asked_at = excluded.asked_at, fence = excluded.fence`,
      [system.id, system.organisationId, begun.kind, begun.askedAt, lease.fence],
    );
    return begun;
  });
}

/**
 * Takes over what an earlier holder left, or answers null: it has been finished. What is too old is begun anew.
 * @throws HUB_LEASE_LOST
 */
export async function inheritUnderLease(
  database: Database,
  system: RefreshedSystem,
  lease: Lease,
  now: Date,
): Promise<Undertaking | null> {
  return inOrganisation(database, system, async (tx) => {
    await takeLeft(tx, system, lease, now);
    const [left] = await tx.query<Undertaking>(
      `with taken as (
         update caseload_refreshes set fence = $2, asked_at = case when asked_at > $3 then asked_at else $4 end
         where system_id = $1 returning kind, asked_at
       ) select kind, asked_at as "askedAt" from taken`,
      [system.id, lease.fence, new Date(now.getTime() - RESUME_WITHIN_MS), now],
    );
    return left ?? null;
  });
}

/** The same for a pull that stands alone: nothing is noted, and what earlier holders left is cleared away. */
export async function clearUnderLease(
  database: Database,
  system: RefreshedSystem,
  lease: Lease,
  now: Date,
): Promise<void> {
  await inOrganisation(database, system, (tx) => takeLeft(tx, system, lease, now));
}

async function takeLeft(tx: Transaction, system: RefreshedSystem, lease: Lease, now: Date): Promise<void> {
  await assertFence(tx, lease.name, lease.fence);
  await clearLeftovers(tx, system, lease.fence, now);
}

async function readLeft(tx: Transaction, systemId: string, now: Date): Promise<Undertaking | null> {
  const [left] = await tx.query<Undertaking>(
    'select kind, asked_at as "askedAt" from caseload_refreshes where system_id = $1 and asked_at > $2',
    [systemId, new Date(now.getTime() - RESUME_WITHIN_MS)],
  );
  return left ?? null;
}

/** Notes that it is over. Does nothing where another holder has the lease: it finishes what is left. */
export async function endUnderLease(
  database: Database,
  system: RefreshedSystem,
  lease: Lease,
): Promise<void> {
  await inOrganisation(database, system, async (tx) => {
    if (!(await holdsFence(tx, lease.name, lease.fence))) return;
    await tx.query('delete from caseload_refreshes where system_id = $1', [system.id]);
  });
}

/** Teams whose caseload has come since the refresh was asked for, by a pull that serves it. */
export async function broughtSince(
  database: Database,
  system: RefreshedSystem,
  { kind, askedAt }: Undertaking,
): Promise<ReadonlySet<string>> {
  const rows = await inOrganisation(database, system, (tx) =>
    tx.query<{ reference: string }>(
      `select distinct team_reference as reference from caseload_pulls
       where system_id = $1 and state = 'COMPLETE' and finished_at > $2 and (kind = 'SWEEP' or $3 = 'INCREMENT')`,
      [system.id, askedAt, kind],
    ),
  );
  return new Set(rows.map(({ reference }) => reference));
}

/** A refresh that is under way. */
export interface UnderWay {
  readonly systemId: string;
  /** Milliseconds until its holder counts as dead unless it renews its lease; 0 when it does. */
  readonly aliveMs: number;
}

/** Every refresh that is under way or was left. */
export async function readUnderWay(
  database: Database,
  scoped: RefreshedSystem,
): Promise<readonly UnderWay[]> {
  return inOrganisation(database, scoped, (tx) =>
    tx.query<UnderWay>(
      `select r.system_id as "systemId",
              case when l.expires_at = '-infinity' then 0
                   else greatest(0, extract(epoch from l.expires_at - clock_timestamp()) * 1000) end::float8 as "aliveMs"
       from caseload_refreshes r join leases l on l.name = 'caseload ' || r.system_id`,
    ),
  );
}
