/** Applies a whole pull in one transaction under the lease: memberships change all together or not at all. */
import { auditInTransaction } from '../../access/audit.service.js';
import { systemCaller } from '../../access/caller.service.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { assertFence } from '../../platform/database/lease.js';
import { clearStaged } from './kept-pull.service.js';
import { linkPatients, nestedLoops } from './link-patients.js';
import { organisationScope, type Pull } from './pull.service.js';
import { assertWhole, type PullLedger } from './pull-ledger.rules.js';

/** What a pull changed, in rows. */
export interface AppliedPull {
  /** Different memberships that came. */
  readonly received: number;
  /** Memberships closed because they now say something else. */
  readonly replaced: number;
  /** Memberships written, new ones and new versions. */
  readonly written: number;
  /** Memberships closed because a sweep no longer held them. */
  readonly absent: number;
}

const ARRIVING_ROWS = `
  select s.membership_id as id, s.source_reference, s.source_version, s.source_as_of, s.state, s.valid_from, s.valid_to,
         s.care_coordinator_reference, s.care_coordinator_name, l.restricted, s.local_id, s.complete, l.person_id
  from caseload_staging s join record_links l on l.system_id = $2 and l.local_id = s.local_id
  where s.pull_id = $1`;
const ARRIVING = `arriving as materialized (${ARRIVING_ROWS}
)`;
/** An entry that another team's pull has brought since the page was read has moved there, and what was read of it is over. */
const ARRIVING_LATE = `arriving as materialized (${ARRIVING_ROWS}
    and not exists (
      select from caseload_memberships e
      where e.system_id = $2 and e.team_reference <> $3 and e.source_reference = s.source_reference
        and e.observed_to is null and e.observed_from > s.read_at
    )
)`;

/** Staged rows as memberships: `$1` the pull, `$2` the system, `$3` the team. Pulls of a system follow each other, but for one that was gone on with. */
const arriving = (pull: Pull): string => (pull.kept === null ? ARRIVING : ARRIVING_LATE);

/** What makes a membership a different one. Not `source_as_of`: a system that repeats itself later has said nothing new. */
const MEANINGFUL = [
  'source_version',
  'state',
  'valid_from',
  'valid_to',
  'care_coordinator_reference',
  'care_coordinator_name',
  'restricted',
  'complete',
  'local_id',
  'person_id',
];

/**
 * Checks that the pull is whole and still ours, brings its patients to their persons, closes memberships that changed,
 * writes their new versions and, for a sweep only, closes those that it no longer holds. Untouched rows stay as they are.
 * @param now the instant from which the hub knows what the pull says.
 * @throws HUB_CASELOAD_INCOMPLETE, HUB_LEASE_LOST; nothing has changed then.
 */
export async function applyPull(
  database: Database,
  pull: Pull,
  ledger: PullLedger,
  now: Date,
): Promise<AppliedPull> {
  const { organisationId } = pull.system;
  return database.transaction('worker', organisationScope(organisationId), async (tx) => {
    await assertFence(tx, pull.lease.name, pull.lease.fence);
    await takeTime(tx);
    const received = await count(tx, 'select count(*)::int as n from caseload_staging where pull_id = $1', [
      pull.id,
    ]);
    assertWhole(ledger, received);
    const at = await instantAfter(tx, pull, now);
    const isLarge = received > LARGE;
    await linkPatients(tx, pull, at, isLarge);
    await nestedLoops(tx, !isLarge);
    const replaced = (await closeChanged(tx, pull, at)) + (await closeMoved(tx, pull, at));
    const written = await writeArriving(tx, pull, at);
    const absent = pull.kind === 'SWEEP' ? await closeAbsent(tx, pull, at) : 0;
    const applied = { received, replaced, written, absent };
    await finish(tx, pull, ledger, applied, at);
    return applied;
  });
}

/** Memberships above which sets are compared as wholes; below, whoever is looked for is found by an index. */
const LARGE = 1_000;
/** Milliseconds that one statement may take: a large caseload is written set by set, in the background. */
const STATEMENT_MS = 300_000;

/**
 * Gives statements their time and room, without compiling them, which takes longer than they do, and lets PostgreSQL end them as soon as
 * this process has died; where it can look, which is not on Windows.
 */
async function takeTime(tx: Transaction): Promise<void> {
  await tx.query(
    `select set_config('statement_timeout', $1, true), set_config('jit', 'off', true),
       set_config('work_mem', '64MB', true), case
       when version() ~* 'windows|msvc|visual c|mingw|w64' then ''
       else set_config('client_connection_check_interval', '500', true) end`,
    [String(STATEMENT_MS)],
  );
}

/** Observation never runs backwards within a team, whatever the clocks of two processes say. */
async function instantAfter(tx: Transaction, pull: Pull, now: Date): Promise<Date> {
  const rows = await tx.query<{ ms: number | null }>(
    `select (extract(epoch from max(observed_from)) * 1000)::float8 as ms from caseload_memberships
     where system_id = $1 and team_reference = $2 and observed_to is null`,
    [pull.system.id, pull.team.teamReference],
  );
  return new Date(Math.max(now.getTime(), Number(rows[0]?.ms ?? 0)));
}

function closeChanged(tx: Transaction, pull: Pull, at: Date): Promise<number> {
  const was = MEANINGFUL.map((column) => `m.${column}`).join(', ');
  const is = MEANINGFUL.map((column) => `a.${column}`).join(', ');
  return count(
    tx,
    `with ${arriving(pull)}, closed as (
       update caseload_memberships m set observed_to = $4, closed_because = 'CHANGED'
       from arriving a
       where m.system_id = $2 and m.team_reference = $3 and m.source_reference = a.source_reference
         and m.observed_to is null and (m.team_id, ${was}) is distinct from ($5::uuid, ${is})
       returning m.id
     ) select count(*)::int as n from closed`,
    [pull.id, pull.system.id, pull.team.teamReference, at, pull.team.teamId],
  );
}

/** The same entry of the record in another version under another team: the person has moved, and the older row is over. */
function closeMoved(tx: Transaction, pull: Pull, at: Date): Promise<number> {
  return count(
    tx,
    `with ${arriving(pull)}, closed as (
       update caseload_memberships m set observed_to = $4, closed_because = 'CHANGED'
       from arriving a
       where m.system_id = $2 and m.team_reference <> $3 and m.source_reference = a.source_reference
         and m.observed_to is null and m.source_version is distinct from a.source_version
       returning m.id
     ) select count(*)::int as n from closed`,
    [pull.id, pull.system.id, pull.team.teamReference, at],
  );
}

function writeArriving(tx: Transaction, pull: Pull, at: Date): Promise<number> {
  return count(
    tx,
    `with ${arriving(pull)}, written as (
       insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id,
         source_reference, source_version, state, valid_from, valid_to, care_coordinator_reference, care_coordinator_name,
         restricted, complete, source_as_of, observed_from, pull_id)
       select a.id, $6, $2, $5, $3, a.person_id, a.local_id, a.source_reference, a.source_version, a.state, a.valid_from,
              a.valid_to, a.care_coordinator_reference, a.care_coordinator_name, a.restricted, a.complete, a.source_as_of, $4, $1
       from arriving a
       where not exists (
         select from caseload_memberships m
         where m.system_id = $2 and m.team_reference = $3 and m.source_reference = a.source_reference and m.observed_to is null
       )
       order by a.id
       returning id
     ) select count(*)::int as n from written`,
    [pull.id, pull.system.id, pull.team.teamReference, at, pull.team.teamId, pull.system.organisationId],
  );
}

function closeAbsent(tx: Transaction, pull: Pull, at: Date): Promise<number> {
  return count(
    tx,
    `with closed as (
       update caseload_memberships m set observed_to = $4, closed_because = 'ABSENT_FROM_SWEEP'
       where m.system_id = $2 and m.team_reference = $3 and m.observed_to is null
         and not exists (
           select from caseload_staging s where s.pull_id = $1 and s.source_reference = m.source_reference
         )
       returning m.id
     ) select count(*)::int as n from closed`,
    [pull.id, pull.system.id, pull.team.teamReference, at],
  );
}

async function finish(
  tx: Transaction,
  pull: Pull,
  ledger: PullLedger,
  applied: AppliedPull,
  at: Date,
): Promise<void> {
  const { received, replaced, written, absent } = applied;
  await clearStaged(tx, pull.id, false);
  await tx.query(
    `update caseload_pulls set state = 'COMPLETE', finished_at = $2, watermark = $3, pages = $4, received = $5,
            expected = $6, changed = $7
     where id = $1`,
    [pull.id, at, ledger.watermark, ledger.pages, received, ledger.expected, written + absent],
  );
  await tx.query('update clinical_record_systems set last_answer_at = $2 where id = $1', [
    pull.system.id,
    at,
  ]);
  await auditInTransaction(tx, systemCaller('refresh', pull.system.organisationId, pull.id), {
    kind: 'SYSTEM',
    operation: 'caseload.refresh',
    personIds: [],
    details: {
      pull: pull.id,
      system: pull.system.code,
      kind: pull.kind,
      received,
      replaced,
      written,
      absent,
    },
  });
}

async function count(tx: Transaction, text: string, values: readonly unknown[]): Promise<number> {
  const rows = await tx.query<{ n: number }>(text, values);
  return Number(rows[0]!.n);
}
