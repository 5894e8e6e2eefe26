/** Quotas of callers, kept in the database so that several processes count together and a restart forgives nothing. */
import type { Caller } from '../core/caller.js';
import { HubError } from '../core/errors.js';
import type { Database } from '../platform/database/database.js';
import { auditInTransaction } from './audit.service.js';

/** So many times in a window. */
export interface Quota {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

const SPEND = `
insert into quotas as q (organisation_id, subject, name, window_start, used) values ($1, $2, $3, $4, 1)
on conflict (organisation_id, subject, name) do update set
  window_start = case when q.window_start <= $5 then excluded.window_start else q.window_start end,
  used = case when q.window_start <= $5 then 1 else q.used + 1 end
returning used, (extract(epoch from window_start) * 1000)::float8 as "startMs"`;

/**
 * Uses a quota once, in a transaction of its own, so that what fails afterwards has been counted all the same. Past the
 * limit the refusal is put on record. Throws `HUB_ACCESS_RATE` with the time until the window ends.
 */
export async function spendQuota(database: Database, caller: Caller, quota: Quota, now: Date): Promise<void> {
  const refused = await database.transaction('decide', caller.scope, async (tx) => {
    const values = [
      caller.scope.organisationId,
      caller.subject,
      quota.name,
      now,
      new Date(now.getTime() - quota.windowMs),
    ];
    const [row] = await tx.query<{ used: number; startMs: number }>(SPEND, values);
    const { used, startMs } = row as { used: number; startMs: number };
    if (used <= quota.most) return null;
    await auditInTransaction(tx, caller, {
      kind: 'REFUSED',
      operation: quota.name,
      outcome: 'REFUSED',
      personIds: [],
      details: { used, most: quota.most },
    });
    return Math.max(0, startMs + quota.windowMs - now.getTime());
  });
  if (refused !== null) {
    throw new HubError('HUB_ACCESS_RATE', {
      retryAfterMs: refused,
      details: { most: quota.most, windowMs: quota.windowMs },
    });
  }
}
