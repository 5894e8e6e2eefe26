/** Hints in the database: given by any process, taken up by one, answered once a refresh that began after them has ended. */
import type { Database, Transaction } from '../../platform/database/database.js';
import { inOrganisation, type RefreshedSystem } from '../refresh/pull.service.js';

/** Keeps a hint. True when one waits already: both are answered by the same refresh. Once this resolves, the hint outlives every process. */
export async function keepHint(database: Database, system: RefreshedSystem): Promise<boolean> {
  return inOrganisation(database, system, (tx) => hintIn(tx, system));
}

/** As `keepHint`, in a transaction of the caller's. Role `worker`. */
export async function hintIn(
  tx: Transaction,
  { id, organisationId }: Pick<RefreshedSystem, 'id' | 'organisationId'>,
): Promise<boolean> {
  const [kept] = await tx.query<{ joined: boolean }>(
    `with kept as (
       insert into caseload_hints (system_id, organisation_id, asked) values ($1, $2, 1)
       on conflict (system_id) do update set asked = caseload_hints.asked + 1
       returning asked - answered > 1 as joined
     ) select joined from kept`,
    [id, organisationId],
  );
  return kept?.joined === true;
}

/** Systems with hints that wait and that nobody has set about within `restMs`, of every organisation; `scoped` is any of the asker's. */
export async function systemsHinted(
  database: Database,
  scoped: RefreshedSystem,
  restMs: number,
): Promise<readonly string[]> {
  const rows = await inOrganisation(database, scoped, (tx) =>
    tx.query<{ id: string }>(
      `select system_id as id from caseload_hints
       where asked > answered and coalesce(begun_at <= clock_timestamp() - $1::float8 * interval '1 millisecond', true)`,
      [restMs],
    ),
  );
  return rows.map(({ id }) => id);
}

/**
 * Takes the hints of a system upon this process, for `restMs` at least: until then no other process may. Answers how many there have
 * been in all, or null when none waits or another was quicker.
 */
export async function beginHinted(
  database: Database,
  system: RefreshedSystem,
  restMs: number,
): Promise<string | null> {
  const [begun] = await inOrganisation(database, system, (tx) =>
    tx.query<{ asked: string }>(
      `with begun as (
         update caseload_hints set begun_at = clock_timestamp()
         where system_id = $1 and asked > answered
           and coalesce(begun_at <= clock_timestamp() - $2::float8 * interval '1 millisecond', true)
         returning asked
       ) select asked::text as asked from begun`,
      [system.id, restMs],
    ),
  );
  return begun?.asked ?? null;
}

/** Notes that the first `asked` hints are answered; what was hinted since still waits. */
export async function answerHints(database: Database, system: RefreshedSystem, asked: string): Promise<void> {
  await inOrganisation(database, system, (tx) =>
    tx.query('update caseload_hints set answered = greatest(answered, $2::bigint) where system_id = $1', [
      system.id,
      asked,
    ]),
  );
}

/** Notes that nothing came of it because the system was being refreshed: whoever looks next may try again. */
export async function leaveHints(database: Database, system: RefreshedSystem): Promise<void> {
  await inOrganisation(database, system, (tx) =>
    tx.query('update caseload_hints set begun_at = null where system_id = $1', [system.id]),
  );
}
