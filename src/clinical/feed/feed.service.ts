/** Takes events into a feed: each once, then how everybody stands whom they concern, in the transaction of their messages. */
import { createHash } from 'node:crypto';
import { newId } from '../../core/ids.js';
import type { Transaction } from '../../platform/database/database.js';
import type { FeedEvent } from '../feed.port.js';
import type { RefreshedSystem } from '../refresh/pull.service.js';
import { canonical } from './event-order.rules.js';
import { foldFeed } from './fold.rules.js';
import type { FeedDoubt, FeedMembership } from './folded.js';
import { referencePart } from './memberships.rules.js';
import { patientNode, tiesOf } from './ties.rules.js';

/** Team reference of a stay of which no message has told the team: nobody maps it, so its members are unknown. */
export const UNTOLD_TEAM = '(team not told)';

/** All that a message says, or a count. */
export interface FeedInput {
  /** Id of the message or of the count. */
  readonly sourceId: string;
  readonly events: readonly FeedEvent[];
}

/** What came of some events. */
export interface FeedOutcome {
  /** Events that their source had not told before, or tells no longer. */
  readonly fresh: number;
  /** Stays that now stand otherwise. */
  readonly changed: number;
}

/** Answers the patients of events that came or went. */
const KEEP_EVENTS = `
with given as (
  select * from jsonb_to_recordset($3::jsonb) as x("sourceId" uuid, "localId" text, digest text, event jsonb)
), kept as (
  insert into feed_events (source_id, digest, organisation_id, system_id, local_id, event)
  select "sourceId", digest, $2, $1, "localId", event from given
  on conflict (source_id, digest) do nothing returning local_id
), gone as (
  delete from feed_events e
  where e.source_id = any($4::uuid[]) and e.system_id = $1
    and not exists (select from given g where g."sourceId" = e.source_id and g.digest = e.digest)
  returning local_id
) select local_id as "localId" from kept union all select local_id from gone`;

const KEEP_TIES = `
insert into feed_ties (system_id, organisation_id, node, other)
select $1, $2, node, other from jsonb_to_recordset($3::jsonb) as x(node text, other text)
on conflict do nothing`;

/**
 * Whoever can be reached from some patients, with all events of each; null where none is left. Each is looked up by itself
 * (`offset 0`), whatever is known of the tables' sizes: of a feed that has just begun nothing is, and each would be compared with all.
 */
const EVENTS_AROUND = `
with recursive around as (
  select node from unnest($2::text[]) as given(node)
  union
  select t.other from around a
    cross join lateral (select other from feed_ties where system_id = $1 and node = a.node offset 0) t
)
select substr(a.node, 2) as "localId", e.event from around a
  left join lateral (select event from feed_events where system_id = $1 and local_id = substr(a.node, 2) offset 0) e on true
where a.node like 'P%'`;

/** A standing `s` once there is no such stay, with what is known (`k`) of its patient. */
const TAKEN_BACK = `s.item || '{"state": "ENTERED_IN_ERROR", "careCoordinator": null}'::jsonb
      || jsonb_build_object('patient', coalesce(k.patient, s.item -> 'patient'))`;

/**
 * How stays stand now ($3), and what is known of whoever they concern ($4, $5). Whatever stood for those patients and no longer does
 * was entered in error. Whoever was told of stays told of: a stay that is another record's now leaves a row behind for the one that
 * it was of, and every row says of its patient what is known of them now, so that whoever is on no caseload any more is still
 * followed through merges, to somebody of whom nothing else is told, too.
 */
const KEEP_STANDINGS = `
with folded as materialized (
  select * from jsonb_to_recordset($3::jsonb)
    as x(reference text, "teamReference" text, "localId" text, item jsonb, version text, "asOf" timestamptz, complete boolean)
), known as materialized (
  select * from jsonb_to_recordset($4::jsonb) as x("localId" text, part text, patient jsonb)
), kept as (
  insert into feed_standings as s (system_id, organisation_id, reference, team_reference, local_id, item, version, as_of, complete, changed_at)
  select $1, $2, reference, "teamReference", "localId", item, version, "asOf", complete, clock_timestamp() from folded order by reference
  on conflict (system_id, reference) do update set team_reference = excluded.team_reference, local_id = excluded.local_id,
    item = excluded.item, version = excluded.version, as_of = excluded.as_of, complete = excluded.complete, changed_at = excluded.changed_at
    where (s.team_reference, s.local_id, s.item, s.version, s.complete)
      is distinct from (excluded.team_reference, excluded.local_id, excluded.item, excluded.version, excluded.complete)
  returning s.reference
), passed_on as (
  insert into feed_standings (system_id, organisation_id, reference, team_reference, local_id, item, version, as_of, complete, changed_at)
  select $1, $2, s.reference || '/' || k.part, s.team_reference, s.local_id, ${TAKEN_BACK},
    s.version || '-', s.as_of, true, clock_timestamp()
  from folded f
    cross join lateral (select * from feed_standings where system_id = $1 and reference = f.reference and local_id <> f."localId" offset 0) s
    join known k on k."localId" = s.local_id
  where not exists (select from folded o where o.reference = s.reference || '/' || k.part)
  on conflict do nothing
  returning reference
), gone as (
  update feed_standings s set item = ${TAKEN_BACK},
    version = s.version || case when s.item ->> 'state' = 'ENTERED_IN_ERROR' then '' else '-' end, changed_at = clock_timestamp()
  from known k
  where s.system_id = $1 and s.local_id = any($5::text[]) and k."localId" = s.local_id
    and not exists (select from folded f where f.reference = s.reference)
    and (s.item ->> 'state' <> 'ENTERED_IN_ERROR' or s.item -> 'patient' <> k.patient)
  returning s.reference
), followed as (
  insert into feed_standings (system_id, organisation_id, reference, team_reference, local_id, item, version, as_of, complete, changed_at)
  select distinct on (k."localId") $1, $2, s.reference || '/' || k.part, s.team_reference, k."localId", ${TAKEN_BACK},
    s.version || '-', s.as_of, true, clock_timestamp()
  from feed_standings s join known r on r."localId" = s.local_id
    join known k on k."localId" = r.patient ->> 'replacedByLocalId'
  where s.system_id = $1 and s.local_id = any($5::text[]) and not exists (select from folded f where f."localId" = k."localId")
    and not exists (select from feed_standings o where o.system_id = $1 and o.local_id = k."localId")
  order by k."localId", s.reference
  on conflict do nothing
  returning reference
) select reference from kept union all select reference from passed_on union all select reference from gone
  union all select reference from followed`;

/** Doubts about those patients are the given ones and no others. */
const KEEP_DOUBTS = `
with given as (
  select * from jsonb_to_recordset($3::jsonb) as x(digest text, kind text, "localIds" text[], visit text)
), gone as (
  delete from feed_doubts d where d.system_id = $1 and d.local_ids && $4::text[]
    and not exists (select from given g where g.digest = d.digest)
)
insert into feed_doubts (system_id, digest, organisation_id, kind, local_ids, visit)
select $1, digest, $2, kind, "localIds", visit from given on conflict (system_id, digest) do nothing`;

/** A team that nobody has heard of is unmapped: whoever is on it is unknown, and somebody has to say which team it is. */
const NOTE_TEAMS = `
insert into team_maps (id, organisation_id, system_id, team_reference, team_id, label, found_at)
select n.id, $2, $1, n.team, null, n.team, clock_timestamp() from jsonb_to_recordset($3::jsonb) as n(id uuid, team text)
on conflict (system_id, team_reference) do nothing`;

/** Digest of an event: the same for the same content. */
export const digestOf = (event: FeedEvent): string =>
  createHash('sha256').update(canonical(event)).digest('hex');

/**
 * Keeps the events and how everybody stands by them. What comes of one system is taken one after another. Role `worker`.
 * Nothing here depends on the order in which they come.
 */
export async function takeEvents(
  tx: Transaction,
  system: Pick<RefreshedSystem, 'id' | 'organisationId'>,
  inputs: readonly FeedInput[],
): Promise<FeedOutcome> {
  const rows = inputs.flatMap(({ sourceId, events }) => {
    const byDigest = new Map(events.map((event) => [digestOf(event), event]));
    return [...byDigest].map(([digest, event]) => ({ sourceId, localId: event.localId, digest, event }));
  });
  if (inputs.length === 0) return { fresh: 0, changed: 0 };
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('feed ' || $1, 0))`, [system.id]);
  const values = [system.id, system.organisationId];
  const fresh = await tx.query<{ localId: string }>(KEEP_EVENTS, [
    ...values,
    JSON.stringify(rows),
    inputs.map(({ sourceId }) => sourceId),
  ]);
  if (fresh.length === 0) return { fresh: 0, changed: 0 };
  const ties = rows.flatMap(({ event }) => tiesOf(event));
  if (ties.length > 0) await tx.query(KEEP_TIES, [...values, JSON.stringify(ties)]);
  const nodes = [...new Set(fresh.map(({ localId }) => patientNode(localId)))];
  const around = await tx.query<{ localId: string; event: FeedEvent | null }>(EVENTS_AROUND, [
    system.id,
    nodes,
  ]);
  const { memberships, patients, doubts } = foldFeed(around.flatMap(({ event }) => event ?? []));
  // Of whom no event tells any more, too: what stood for them no longer does.
  const concerned = [...new Set([...patients, ...fresh, ...around].map(({ localId }) => localId))];
  const standings = JSON.stringify(memberships.map(standingOf));
  const byId = new Map(patients.map((patient) => [patient.localId, patient]));
  const known = JSON.stringify(
    concerned.map((localId) => ({ localId, part: referencePart(localId), patient: byId.get(localId) })),
  );
  const changed = await tx.query(KEEP_STANDINGS, [...values, standings, known, concerned]);
  await tx.query(KEEP_DOUBTS, [...values, JSON.stringify(doubts.map(doubtOf)), concerned]);
  const teams = new Set(memberships.map(({ teamReference }) => teamReference ?? UNTOLD_TEAM));
  if (changed.length > 0 && teams.size > 0)
    await tx.query(NOTE_TEAMS, [
      ...values,
      JSON.stringify([...teams].map((team) => ({ id: newId(), team }))),
    ]);
  return { fresh: fresh.length, changed: changed.length };
}

const doubtOf = (doubt: FeedDoubt) => ({
  digest: createHash('sha256').update(canonical(doubt)).digest('hex'),
  ...doubt,
});

function standingOf({ reference, version, asOf, complete, teamReference, ...item }: FeedMembership) {
  const team = teamReference ?? UNTOLD_TEAM;
  return {
    reference,
    teamReference: team,
    localId: item.patient.localId,
    item: { teamReference: team, ...item },
    version,
    asOf,
    complete,
  };
}
