/** How deliveries stand, for `/metrics`: one statement for each organisation, asked when somebody looks, kept for two seconds. */
import { organisationScope } from '../clinical/refresh/pull.service.js';
import { ERROR_CODES } from '../core/error-codes.js';
import type { DeliveryFigures } from '../platform/metrics.js';
import { type FiguresPatience, keptFigures } from './kept-figures.js';
import type { Hub } from './open-hub.js';

/** Lanes that are idle have nothing waiting, and nothing waits before a lane's head. */
const FIGURES = `
select s.code as system, w.waiting, w.oldest as "oldestSeconds", coalesce(d.paused_until > clock_timestamp(), false) as paused,
  (select count(*) from deliveries u where u.system_id = d.system_id and u.watch_due is not null)::integer as unseen,
  (select coalesce(json_object_agg(p.code, p.n), '{}'::json) from (
     select coalesce(last_code, '') as code, count(*) as n from deliveries
     where system_id = d.system_id and ours = 'PARKED' group by 1
   ) p) as parked
from destinations d
join clinical_record_systems s on s.id = d.system_id
cross join lateral (
  select count(*)::integer as waiting,
    greatest(coalesce(extract(epoch from clock_timestamp() - min(q.queued_at)), 0), 0)::float8 as oldest
  from delivery_lanes l join deliveries q on q.lane_id = l.id and q.seq >= l.head_seq
  where l.system_id = d.system_id and l.state <> 'IDLE' and q.ours in ('QUEUED', 'SENDING')
) w`;

/** Codes that are none of the table go under one name, so that labels come from a closed set. */
function closed(parked: Readonly<Record<string, number>>): Record<string, number> {
  const byCode: Record<string, number> = {};
  for (const [code, count] of Object.entries(parked)) {
    const label = Object.hasOwn(ERROR_CODES, code) ? code : 'OTHER';
    byCode[label] = (byCode[label] ?? 0) + count;
  }
  return byCode;
}

async function organisationFigures(hub: Hub, organisationId: string): Promise<readonly DeliveryFigures[]> {
  const rows = await hub.database.transaction('worker', organisationScope(organisationId), (tx) =>
    tx.query<DeliveryFigures>(FIGURES),
  );
  return rows.map((row) => ({ ...row, parked: closed(row.parked) }));
}

/** An organisation whose figures cannot be had is left out. */
async function collect(hub: Hub): Promise<readonly DeliveryFigures[]> {
  const taking = hub.systems.filter(({ adapter }) => adapter.documents);
  const organisations = [...new Set(taking.map(({ system }) => system.organisationId))];
  const all = await Promise.allSettled(organisations.map((id) => organisationFigures(hub, id)));
  return all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

/**
 * A source of figures of the destinations of a hub's organisations. Never rejects: it answers nothing when the database
 * fails or takes longer than two seconds. However many ask, the database is asked once at a time.
 */
export function deliveryFigures(
  hub: Hub,
  patience?: FiguresPatience,
): () => Promise<readonly DeliveryFigures[]> {
  return keptFigures(() => collect(hub), patience);
}
