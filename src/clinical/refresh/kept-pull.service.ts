/** What is kept of a pull that was interrupted, and whether the next one goes on from there. */
import type { Transaction } from '../../platform/database/database.js';
import type { Pull, PullKind, RefreshedSystem, RefreshedTeam } from './pull.service.js';
import type { PullLedger } from './pull-ledger.rules.js';

/** The pages that were kept of a pull. */
export interface KeptPull {
  /** What the adapter goes on from. */
  readonly cursor: string;
  readonly ledger: PullLedger;
  /** Different memberships among them. */
  readonly received: number;
}

/** How old a pull may be to be gone on with, in milliseconds: what it read first is no older when it is applied. */
export const RESUME_WITHIN_MS = 2 * 60 * 60_000;
/** Characters of a cursor at most; a longer one is as good as none. */
const CURSOR_LENGTH = 4_000;
/** How often a pull is gone on with without another page being kept; then it begins afresh. */
const FRUITLESS_RESUMES = 5;

/** Whether a cursor can be kept. */
export const isCursor = (cursor: string): boolean => cursor !== '' && cursor.length <= CURSOR_LENGTH;

interface Candidate {
  readonly id: string;
  readonly kind: PullKind;
  readonly since: Date | null;
  readonly pages: number;
  readonly ended: boolean;
  readonly expected: number | null;
  readonly watermark: Date | null;
  readonly cursor: string;
  readonly received: number;
}

/**
 * Takes up the team's interrupted pull under the present lease, or answers null after clearing away what no pull can go on
 * from. A sweep stands in for an increment, as it brings what changed too. Where a pull has completed meanwhile, what was kept
 * would bring back what was so before it.
 */
export async function takeUp(
  tx: Transaction,
  system: RefreshedSystem,
  { teamReference, teamId }: RefreshedTeam,
  asked: PullKind,
  fence: number,
  now: Date,
): Promise<Pick<Pull, 'id' | 'kind' | 'since' | 'kept'> | null> {
  const [found] = await tx.query<Candidate>(
    `select p.id, p.kind, g.since, g.pages, g.ended, g.expected, g.watermark, g.cursor,
            (select count(*)::int from caseload_staging s where s.pull_id = p.id) as received
     from caseload_progress g join caseload_pulls p on p.id = g.pull_id
     where p.system_id = $1 and p.team_reference = $2 and p.state <> 'COMPLETE' and p.started_at > $3 and g.resumes < $4
       and (p.kind = 'SWEEP' or $5 = 'INCREMENT')
       and not exists (select from caseload_pulls c where c.system_id = $1 and c.team_reference = $2
                         and c.state = 'COMPLETE' and c.finished_at > p.started_at)
     order by p.started_at desc limit 1`,
    [system.id, teamReference, new Date(now.getTime() - RESUME_WITHIN_MS), FRUITLESS_RESUMES, asked],
  );
  await clearOthers(tx, system, teamReference, found?.id ?? null);
  if (!found) return null;
  await tx.query(
    `update caseload_pulls set state = 'RUNNING', fence = $2, team_id = $3, failure_code = null, finished_at = null
     where id = $1`,
    [found.id, fence, teamId],
  );
  await tx.query('update caseload_progress set resumes = resumes + 1 where pull_id = $1', [found.id]);
  const { id, kind, since, cursor, received, pages, ended, expected, watermark } = found;
  const ledger = { pages, ended, expected, watermark: watermark?.toISOString() ?? null };
  return { id, kind, since: since?.toISOString() ?? null, kept: { cursor, ledger, received } };
}

async function clearOthers(
  tx: Transaction,
  system: RefreshedSystem,
  teamReference: string,
  keptId: string | null,
): Promise<void> {
  const values = [system.id, teamReference, keptId];
  await tx.query(
    `delete from caseload_staging s using caseload_pulls p
     where p.id = s.pull_id and p.system_id = $1 and p.team_reference = $2 and p.id is distinct from $3`,
    values,
  );
  await tx.query(
    `delete from caseload_progress g using caseload_pulls p
     where p.id = g.pull_id and p.system_id = $1 and p.team_reference = $2 and p.id is distinct from $3`,
    values,
  );
}

/** Lets go of what a pull has staged; with `goesOn` only where nothing says how to go on from there. */
export async function clearStaged(tx: Transaction, pullId: string, goesOn: boolean): Promise<void> {
  if (!goesOn) await tx.query('delete from caseload_progress where pull_id = $1', [pullId]);
  await tx.query(
    `delete from caseload_staging where pull_id = $1
       and not exists (select from caseload_progress g where g.pull_id = $1)`,
    [pullId],
  );
}

/** Begins a pull that had been gone on with from its start again: nothing that was staged counts. */
export async function beginAfresh(tx: Transaction, pullId: string, startedAt: Date): Promise<void> {
  await clearStaged(tx, pullId, false);
  await tx.query('update caseload_pulls set started_at = $2 where id = $1', [pullId, startedAt]);
}

/**
 * Ends what earlier holders left running when they died, and lets go of what is too old to be gone on with. Only the present
 * holder of the lease may call it.
 */
export async function clearLeftovers(
  tx: Transaction,
  system: RefreshedSystem,
  fence: number,
  at: Date,
): Promise<void> {
  await tx.query(
    `update caseload_pulls set state = 'INCOMPLETE', failure_code = 'HUB_LEASE_LOST', finished_at = $3
     where system_id = $1 and state = 'RUNNING' and fence < $2`,
    [system.id, fence, at],
  );
  await tx.query(
    `delete from caseload_progress g using caseload_pulls p
     where p.id = g.pull_id and p.system_id = $1 and p.started_at <= $2`,
    [system.id, new Date(at.getTime() - RESUME_WITHIN_MS)],
  );
  await tx.query(
    `delete from caseload_staging s using caseload_pulls p
     where p.id = s.pull_id and p.system_id = $1 and p.state <> 'RUNNING'
       and not exists (select from caseload_progress g where g.pull_id = p.id)`,
    [system.id],
  );
}
