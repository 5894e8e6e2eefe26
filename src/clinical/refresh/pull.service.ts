/** The life of one pull in the database: opened or gone on with, staged page by page, then applied elsewhere or given up. */
import { auditInTransaction } from '../../access/audit.service.js';
import { systemCaller } from '../../access/caller.service.js';
import { NO_SCOPE, type Scope } from '../../core/caller.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { newId } from '../../core/ids.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { assertFence, type Lease } from '../../platform/database/lease.js';
import type { CaseloadPage } from '../clinical-record.port.js';
import { beginAfresh, clearStaged, type KeptPull, takeUp } from './kept-pull.service.js';
import type { PullLedger } from './pull-ledger.rules.js';
import { stagedItem, storable } from './staged-item.rules.js';
import { stageItems } from './staging.service.js';

/** A sweep reads everything and alone proves absence; an increment reads what changed since the last pull's watermark. */
export type PullKind = 'SWEEP' | 'INCREMENT';

/** A clinical record system as far as a refresh needs it. */
export interface RefreshedSystem {
  readonly id: string;
  readonly organisationId: string;
  /** Code of the site profile. */
  readonly code: string;
}

/** A team reference of a system, with the team it is mapped to or null. */
export interface RefreshedTeam {
  readonly teamReference: string;
  readonly teamId: string | null;
}

/** A pull that has been opened, with all that staging and applying it need. */
export interface Pull {
  readonly id: string;
  readonly kind: PullKind;
  readonly system: RefreshedSystem;
  readonly team: RefreshedTeam;
  readonly lease: Pick<Lease, 'name' | 'fence'>;
  /** ISO instant of the far end's clock; null for a sweep. */
  readonly since: string | null;
  /** What was kept of it before it was interrupted; null for one that begins. */
  readonly kept: KeptPull | null;
}

/** How far an increment reaches back behind the last watermark: late commits and clocks that differ, in milliseconds. */
export const OVERLAP_MS = 5 * 60_000;

/** The scope of the hub's own work in an organisation. */
export function organisationScope(organisationId: string): Scope {
  return { ...NO_SCOPE, organisationId };
}

/** When a pull is opened, and where its increment begins when the team was never swept. */
export interface PullOpening {
  readonly startedAt: Date;
  /** As `CaseloadCapability.beginning`. */
  readonly beginning?: string | null;
}

/**
 * Goes on with a pull of the team that was interrupted not long ago, whichever kind it is when an increment is asked for, since
 * a sweep brings what changed too; else opens one as RUNNING. An increment without a watermark to start from, nor a beginning, becomes a sweep.
 * @throws HUB_LEASE_LOST
 */
export async function openPull(
  database: Database,
  system: RefreshedSystem,
  team: RefreshedTeam,
  asked: PullKind,
  lease: Pick<Lease, 'name' | 'fence'>,
  { startedAt, beginning = null }: PullOpening,
): Promise<Pull> {
  const { teamReference, teamId } = team;
  return inOrganisation(database, system, async (tx) => {
    await assertFence(tx, lease.name, lease.fence);
    const taken = await takeUp(tx, system, team, asked, lease.fence, startedAt);
    if (taken !== null) return { ...taken, system, team, lease };
    const watermark = asked === 'SWEEP' ? null : await lastWatermark(tx, system.id, teamReference);
    const overlapped = watermark === null ? null : new Date(watermark - OVERLAP_MS).toISOString();
    const since = asked === 'SWEEP' ? null : (overlapped ?? beginning);
    const kind: PullKind = since === null ? 'SWEEP' : 'INCREMENT';
    const id = newId();
    await tx.query(
      `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, fence)
       values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)`,
      [id, system.organisationId, system.id, teamReference, teamId, kind, startedAt, lease.fence],
    );
    return { id, kind, system, team, lease, since, kept: null };
  });
}

/** How a page comes into what is staged. */
export interface Staging {
  /** What has come, this page included. */
  readonly ledger: PullLedger;
  /** Set where the pull begins from its start again: nothing that came before counts. */
  readonly afreshAt: Date | null;
}

/**
 * Keeps a page, and with its cursor how far the pull has come; a membership that comes again replaces what it said before.
 * @throws HUB_LEASE_LOST when another holder took over; nothing is kept then.
 */
export async function stagePage(
  database: Database,
  pull: Pull,
  page: CaseloadPage,
  { ledger, afreshAt }: Staging,
): Promise<void> {
  const items = new Map(
    page.items.map(
      (item) => [storable(item.source.reference), stagedItem(item, pull.team.teamReference)] as const,
    ),
  );
  await inOrganisation(database, pull.system, async (tx) => {
    if (afreshAt !== null) {
      await assertFence(tx, pull.lease.name, pull.lease.fence);
      await beginAfresh(tx, pull.id, afreshAt);
    }
    await stageItems(tx, pull, page, items, ledger);
  });
}

/** Keeps a cursor that came before any page. @throws HUB_LEASE_LOST */
export async function keepCursor(
  database: Database,
  pull: Pull,
  cursor: string,
  ledger: PullLedger,
): Promise<void> {
  await inOrganisation(database, pull.system, (tx) =>
    stageItems(tx, pull, { page: 0, cursor }, new Map(), ledger),
  );
}

/** How a pull ended that did not reach its end. */
export interface PullFailure {
  readonly code: ErrorCode;
  /** Whether the far end failed, which is shown on the system. */
  readonly ofTheSystem: boolean;
  /** Whether what was staged stays, for the next pull to go on from. */
  readonly goesOn: boolean;
}

/** Ends a pull that did not reach its end; what was known stays. Does nothing where another holder has taken the pull over. */
export async function abandonPull(
  database: Database,
  pull: Pull,
  { code, ofTheSystem, goesOn }: PullFailure,
  at: Date,
): Promise<void> {
  await inOrganisation(database, pull.system, async (tx) => {
    const ended = await tx.query(
      `with ended as (
         update caseload_pulls set state = 'INCOMPLETE', failure_code = $2, finished_at = $3
         where id = $1 and state = 'RUNNING' and fence = $4 returning id
       ) select id from ended`,
      [pull.id, code, at, pull.lease.fence],
    );
    if (ended.length === 0) return;
    await clearStaged(tx, pull.id, goesOn);
    if (ofTheSystem) await writeFailure(tx, pull.system, code, at);
    await auditInTransaction(tx, systemCaller('refresh', pull.system.organisationId, pull.id), {
      kind: 'SYSTEM',
      operation: 'caseload.refresh',
      outcome: 'FAILED',
      personIds: [],
      details: { pull: pull.id, system: pull.system.code, kind: pull.kind, code },
    });
  });
}

async function lastWatermark(
  tx: Transaction,
  systemId: string,
  teamReference: string,
): Promise<number | null> {
  const rows = await tx.query<{ ms: number | null }>(
    `select (extract(epoch from watermark) * 1000)::float8 as ms from caseload_pulls
     where system_id = $1 and team_reference = $2 and state = 'COMPLETE' and watermark is not null
     order by finished_at desc, started_at desc limit 1`,
    [systemId, teamReference],
  );
  return rows[0]?.ms == null ? null : Number(rows[0].ms);
}

/** A transaction of the hub's own work in the system's organisation. */
export function inOrganisation<T>(
  database: Database,
  system: RefreshedSystem,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.transaction('worker', organisationScope(system.organisationId), work);
}

/** Notes on the system's row that it failed, for those who look at its freshness. */
export async function noteFailure(
  database: Database,
  system: RefreshedSystem,
  code: ErrorCode,
  at: Date,
): Promise<void> {
  await inOrganisation(database, system, (tx) => writeFailure(tx, system, code, at));
}

async function writeFailure(
  tx: Transaction,
  system: RefreshedSystem,
  code: ErrorCode,
  at: Date,
): Promise<void> {
  await tx.query(
    'update clinical_record_systems set last_failure_at = $2, last_failure_code = $3 where id = $1',
    [system.id, at, code],
  );
}
