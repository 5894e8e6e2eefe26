/** What became of the versions that a document follows, as its sending needs it. */
import type { DocumentAction } from '../clinical/documents.port.js';
import type { Transaction } from '../platform/database/database.js';
import { prepared } from '../platform/database/prepared.js';
import type { Theirs } from './outcome.rules.js';

/** A version with the delivery that filed it, if there was one. */
export interface Ancestor {
  readonly documentVersionId: string;
  readonly action: DocumentAction;
  /** Null: it was never sent anywhere. */
  readonly ours: 'QUEUED' | 'SENDING' | 'SETTLED' | 'PARKED' | 'CANCELLED' | null;
  readonly theirs: Theirs | null;
  readonly mayHaveArrived: boolean;
  readonly reference: string | null;
  readonly patientLocalId: string | null;
}

/** From a version along those before it, up to the first that was not cancelled. */
const ANCESTORS = `
with recursive line as (
  select a.asked, a.start as id, 1 as depth from unnest($1::uuid[], $2::uuid[]) as a(asked, start)
  union all
  select l.asked, s.predecessor_id, l.depth + 1
  from line l join signed_documents s on s.id = l.id
  where s.predecessor_id is not null and l.depth < 200 and not exists (
    select from deliveries d
    where d.document_version_id = l.id and d.system_id = $3 and d.operation = 'FILE' and d.ours <> 'CANCELLED'
  )
)
select l.asked, s.id as "documentVersionId", s.action, d.ours, d.theirs, coalesce(d.may_have_arrived, false) as "mayHaveArrived",
       d.reference, d.patient_local_id as "patientLocalId"
from line l
join signed_documents s on s.id = l.id
left join lateral (
  select * from deliveries d
  where d.document_version_id = l.id and d.system_id = $3 and d.operation = 'FILE'
  order by d.ours = 'CANCELLED', d.queued_at desc limit 1
) d on true
order by l.asked, l.depth`;

/** The part of a head that says what it follows. */
interface Follower {
  readonly documentVersionId: string;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly predecessorId: string | null;
}

/** For each version that replaces, is added or withdraws: what it follows, nearest first. Asks nothing when there is none. */
export async function readAncestors(
  tx: Transaction,
  systemId: string,
  heads: readonly Follower[],
): Promise<ReadonlyMap<string, Ancestor[]>> {
  const ancestors = new Map<string, Ancestor[]>();
  const starts = heads
    .map((head) => ({
      asked: head.documentVersionId,
      start: head.operation === 'WITHDRAW' ? head.documentVersionId : head.predecessorId,
    }))
    .filter(({ start }) => start !== null);
  if (starts.length === 0) return ancestors;
  const rows = await prepared<Ancestor & { asked: string }>(tx, ANCESTORS, [
    starts.map(({ asked }) => asked),
    starts.map(({ start }) => start),
    systemId,
  ]);
  for (const { asked, ...ancestor } of rows) {
    const line = ancestors.get(asked) ?? [];
    line.push(ancestor);
    ancestors.set(asked, line);
  }
  return ancestors;
}
