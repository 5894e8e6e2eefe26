/** The life of one pull in the database: opened, staged page by page, then applied elsewhere or given up without trace. */
import { auditInTransaction } from '../../access/audit.service.js';
import { systemCaller } from '../../access/caller.service.js';
import { NO_SCOPE, type Scope } from '../../core/caller.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { newId } from '../../core/ids.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { Lease } from '../../platform/database/lease.js';
import type { CaseloadPage } from '../clinical-record.port.js';
import { stagedItem, storable } from './staged-item.rules.js';

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
  readonly fence: number;
  /** ISO instant of the far end's clock; null for a sweep. */
  readonly since: string | null;
}

/** How far an increment reaches back behind the last watermark: late commits and clocks that differ, in milliseconds. */
export const OVERLAP_MS = 5 * 60_000;

/** The scope of the hub's own work in an organisation. */
export function organisationScope(organisationId: string): Scope {
  return { ...NO_SCOPE, organisationId };
}

/** Opens a pull as RUNNING. An increment without a watermark to start from becomes a sweep. */
export async function openPull(
  database: Database,
  system: RefreshedSystem,
  team: RefreshedTeam,
  asked: PullKind,
  lease: Lease,
  startedAt: Date,
): Promise<Pull> {
  return inOrganisation(database, system, async (tx) => {
    const watermark = asked === 'SWEEP' ? null : await lastWatermark(tx, system.id, team.teamReference);
    const kind: PullKind = watermark === null ? 'SWEEP' : 'INCREMENT';
    const id = newId();
    await tx.query(
      `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, fence)
       values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)`,
      [id, system.organisationId, system.id, team.teamReference, team.teamId, kind, startedAt, lease.fence],
    );
    const since = watermark === null ? null : new Date(watermark - OVERLAP_MS).toISOString();
    return { id, kind, system, team, fence: lease.fence, since };
  });
}

/** Keeps a page; a membership that comes again replaces what it said before. */
export async function stagePage(database: Database, pull: Pull, page: CaseloadPage): Promise<void> {
  const items = new Map(
    page.items.map(
      (item) => [storable(item.source.reference), stagedItem(item, pull.team.teamReference)] as const,
    ),
  );
  if (items.size === 0) return;
  const rows = [...items].map(([reference, item]) => ({ reference, item: { ...item, id: newId() } }));
  await inOrganisation(database, pull.system, (tx) =>
    tx.query(
      `insert into caseload_staging (pull_id, organisation_id, source_reference, page, item)
       select $1, $2, r.reference, $3, r.item from jsonb_to_recordset($4::jsonb) as r(reference text, item jsonb)
       on conflict (pull_id, source_reference) do update set page = excluded.page, item = excluded.item`,
      [pull.id, pull.system.organisationId, page.page, JSON.stringify(rows)],
    ),
  );
}

/** Ends a pull that did not reach its end: what was staged goes, what was known stays. A failure of the far end is shown on the system. */
export async function abandonPull(
  database: Database,
  pull: Pull,
  code: ErrorCode,
  ofTheSystem: boolean,
  at: Date,
): Promise<void> {
  await inOrganisation(database, pull.system, async (tx) => {
    await tx.query('delete from caseload_staging where pull_id = $1', [pull.id]);
    await tx.query(
      `update caseload_pulls set state = 'INCOMPLETE', failure_code = $2, finished_at = $3 where id = $1 and state = 'RUNNING'`,
      [pull.id, code, at],
    );
    if (ofTheSystem) {
      await tx.query(
        'update clinical_record_systems set last_failure_at = $2, last_failure_code = $3 where id = $1',
        [pull.system.id, at, code],
      );
    }
    await auditInTransaction(tx, systemCaller('refresh', pull.system.organisationId, pull.id), {
      kind: 'SYSTEM',
      operation: 'caseload.refresh',
      outcome: 'FAILED',
      personIds: [],
      details: { pull: pull.id, system: pull.system.code, kind: pull.kind, code },
    });
  });
}

/** Ends what earlier holders left running when they died. Only the present holder of the lease may call it. */
export async function clearLeftovers(
  database: Database,
  system: RefreshedSystem,
  fence: number,
  at: Date,
): Promise<void> {
  await inOrganisation(database, system, async (tx) => {
    await tx.query(
      `update caseload_pulls set state = 'INCOMPLETE', failure_code = 'HUB_LEASE_LOST', finished_at = $3
       where system_id = $1 and state = 'RUNNING' and fence < $2`,
      [system.id, fence, at],
    );
    await tx.query(
      `delete from caseload_staging s using caseload_pulls p
       where p.id = s.pull_id and p.system_id = $1 and p.state <> 'RUNNING'`,
      [system.id],
    );
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

function inOrganisation<T>(
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
  await inOrganisation(database, system, (tx) =>
    tx.query(
      'update clinical_record_systems set last_failure_at = $2, last_failure_code = $3 where id = $1',
      [system.id, at, code],
    ),
  );
}
