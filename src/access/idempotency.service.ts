/** Every mutation is idempotent under a key that the client chooses: unique by organisation, caller, mutation and key for 30 days. */
import { createHash } from 'node:crypto';
import type { Caller } from '../core/caller.js';
import { HubError, inputError } from '../core/errors.js';
import type { Transaction } from '../platform/database/database.js';

/** What a mutation leaves behind to be answered again: ids and codes only. */
export type Outcome = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** How long a key is kept, in days. */
export const KEY_KEPT_DAYS = 30;

/** Canonical JSON: object keys sorted, so that the same input has the same hash whatever the order it was written in. */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/**
 * Runs `work` once for a key and answers repeats with what the first run left behind; both are in the caller's transaction.
 * Throws `HUB_INPUT_REPEATED_KEY` when the key was used with another input. Two at once: the second waits for the first's commit.
 */
export async function once<T extends Outcome>(
  tx: Transaction,
  caller: Caller,
  mutation: string,
  key: string,
  input: unknown,
  work: () => Promise<T>,
): Promise<T> {
  if (!/^[\x21-\x7e]{8,100}$/.test(key))
    throw inputError('idempotencyKey', 'not usable', '8 to 100 visible ASCII characters');
  const hash = createHash('sha256').update(canonical(input)).digest('hex');
  const claimed = await tx.query(
    `insert into idempotency_keys (subject, mutation, key, organisation_id, input_hash, outcome)
     values ($1, $2, $3, $4, $5, 'null') on conflict do nothing returning key`,
    [caller.subject, mutation, key, caller.scope.organisationId, hash],
  );
  const identity = [caller.subject, mutation, key];
  if (claimed.length === 0) {
    const [kept] = await tx.query<{ input_hash: string; outcome: T }>(
      'select input_hash, outcome from idempotency_keys where subject = $1 and mutation = $2 and key = $3',
      identity,
    );
    if (kept?.input_hash !== hash) throw new HubError('HUB_INPUT_REPEATED_KEY');
    return kept.outcome;
  }
  const outcome = await work();
  await tx.query(
    'update idempotency_keys set outcome = $4::jsonb where subject = $1 and mutation = $2 and key = $3',
    [...identity, JSON.stringify(outcome)],
  );
  return outcome;
}

/** Forgets keys older than 30 days in the scope's organisation; returns how many. Role `worker`. */
export async function forgetOldKeys(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `with gone as (delete from idempotency_keys where made_at < now() - make_interval(days => ${KEY_KEPT_DAYS}) returning made_at)
     select count(*)::integer as n from gone`,
  );
  return row?.n ?? 0;
}
