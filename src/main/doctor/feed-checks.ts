/** The check of what record systems send by themselves: whether they speak, and whether all of it is read and understood. */
import pg from 'pg';
import type { FeedPatience } from '../../clinical/inbound.port.js';
import { DatabaseRole } from '../../platform/database/policy.js';
import { roleUrl } from '../../platform/database/roles.js';
import { FEED_STANDINGS, type FeedStanding, feedState } from '../feed-standing.js';
import type { Check } from './check.js';
import { CONNECT_LIMIT_MS, type Ground } from './ground.js';
import { sendersOf } from './senders.js';
import { fault, fine, skipped, together, type Verdict, warning } from './verdict.js';

/** How long a message may wait to be read where no feed depends on it, in milliseconds. */
const UNREAD_AFTER_MS = 300_000;

/** Standings by the worker's role, since the owner sees no row of them; null when it cannot sign in. Changes nothing. */
async function standingsOf(
  { query, ownerUrl }: Ground,
  codes: readonly string[],
): Promise<readonly FeedStanding[] | null> {
  const kept = await query<{ code: string; organisation: string }>(
    'select code, organisation_id as organisation from clinical_record_systems where code = any ($1)',
    [codes],
  );
  const client = new pg.Client({
    connectionString: roleUrl(ownerUrl!, DatabaseRole.WORKER),
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: 'hub doctor',
    options: '-c default_transaction_read_only=on -c statement_timeout=10000 -c TimeZone=UTC',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const standings: FeedStanding[] = [];
    for (const { code, organisation } of kept) {
      await client.query(`select set_config('hub.org', $1, false)`, [organisation]);
      standings.push(...(await client.query<FeedStanding>(FEED_STANDINGS, [[code]])).rows);
    }
    return standings;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

function judge(patience: FeedPatience | null, standing: FeedStanding): Verdict[] {
  const { system, heardAt, unread, unreadSeconds, notUnderstood, notUnderstoodSince } = standing;
  const waitsMs = (unreadSeconds ?? 0) * 1_000;
  const state = feedState(patience, standing);
  const verdicts: Verdict[] = [];
  if (state === 'SILENT')
    verdicts.push(
      fault(
        heardAt === null
          ? `${system}: nothing has ever been heard of it`
          : `${system}: nothing has been heard of it since ${heardAt}`,
        `look at the interface of ${system} at the sending engine, at the network, and whether a process with the role listener runs (HUB_ROLES)`,
      ),
    );
  if (unread > 0 && waitsMs > (patience?.unreadAfterMs ?? UNREAD_AFTER_MS))
    verdicts.push(
      warning(
        `${system}: ${unread} messages wait to be read, the oldest for ${Math.round(waitsMs / 60_000)} minutes`,
        'see that a process with the role worker runs (HUB_ROLES), then hub feeds list',
      ),
    );
  if (notUnderstood > 0)
    verdicts.push(
      warning(
        `${system}: ${notUnderstood} messages could not be understood, the oldest of ${notUnderstoodSince}`,
        `hub messages list --system ${system} --state not-understood`,
      ),
    );
  return verdicts.length > 0 ? verdicts : [fine(`${system} heard of at ${heardAt ?? 'no time yet'}`)];
}

/** Checks of what is sent. */
export const feedChecks: readonly Check[] = [
  {
    name: 'feeds',
    examines:
      'record systems that send by themselves: one that is silent (a fault), and messages unread or not understood (a warning)',
    needs: ['sites', 'schema'],
    async run(ground) {
      const senders = await sendersOf(ground);
      if (senders.size === 0) return skipped('no record system sends by itself');
      const standings = await standingsOf(ground, [...senders.keys()]);
      if (standings === null) return skipped('the role that reads them cannot sign in; see database-roles');
      return together(
        standings.flatMap((standing) => judge(senders.get(standing.system)?.feed ?? null, standing)),
        skipped('no record system that sends has been kept in the database yet'),
      );
    },
  },
];
