/** Reads the heads of lanes that were just claimed, resolves who the person is now, and marks what is about to be sent. */

/**
 * $1 lanes, $2 fences, $3 seqs, $4 attempt ids, $5 audit ids (arrays, one entry per lane), $6 holder, $7 system.
 *
 * A head that was cancelled, or that has to wait until the lane of somebody merged into its person is empty, is read but
 * not marked. Every other one becomes SENDING with an attempt and an audit row, and from here on may have arrived: should
 * the process die, whoever takes over asks first. Values of the delivery are those before the mark.
 */
export const LOAD_HEADS = `
with claimed as (
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[])
    as c(lane_id, fence, seq, attempt_id, audit_id)
), head as materialized (
  select c.lane_id, c.fence, c.seq, c.attempt_id, c.audit_id, d.id as delivery_id, d.organisation_id, d.team_id, d.operation,
         d.ours, d.attempts, d.tries, d.conflicts, d.may_have_arrived, d.reference, d.patient_local_id, d.patient_hash, d.queued_at, d.document_id,
         d.document_version_id, s.person_id, who.id as survivor_id, who.identity_state, who.deceased_on, who.nhs_number,
         who.family_name, who.given_name, who.date_of_birth, family.local_ids,
         encode(sha256(convert_to(jsonb_build_array(d.id, family.local_ids[1], who.nhs_number, who.family_name, who.given_name,
           who.date_of_birth)::text, 'UTF8')), 'hex') as hash,
         exists (
           with recursive retired as (
             select p.id from persons p where p.merged_into_id = l.person_id
             union select p.id from retired r join persons p on p.merged_into_id = r.id
           )
           select from retired r join delivery_lanes o on o.person_id = r.id and o.system_id = $7
           where o.state <> 'IDLE'
         ) as waits
  from claimed c
  join delivery_lanes l on l.id = c.lane_id
  join deliveries d on d.lane_id = c.lane_id and d.seq = c.seq
  join signed_documents s on s.id = d.document_version_id
  cross join lateral (
    with recursive chain as (
      select p.* from persons p where p.id = s.person_id
      union all
      select p.* from chain x join persons p on p.id = x.merged_into_id
    )
    select id, identity_state, deceased_on, case when nhs_number_status = '01' then nhs_number end as nhs_number,
           family_name, given_name, date_of_birth
    from chain where merged_into_id is null
  ) who
  cross join lateral (
    with recursive family as (
      select who.id as id union select p.id from family f join persons p on p.merged_into_id = f.id
    )
    select array_agg(k.local_id) as local_ids from family f join record_links k on k.person_id = f.id
    where k.system_id = $7 and k.active and k.replaced_by_local_id is null
  ) family
), lost as (
  update delivery_attempts a set ended_at = clock_timestamp(), class = 'LOST'
  from head h where h.ours = 'SENDING' and a.delivery_id = h.delivery_id and a.ended_at is null
), marked as (
  update deliveries d set ours = 'SENDING', attempts = h.attempts + 1, tries = h.tries + 1, may_have_arrived = true,
         last_at = clock_timestamp(), next_at = null,
         patient_local_id = case when h.operation = 'FILE' then coalesce(h.local_ids[1], d.patient_local_id)
           else d.patient_local_id end,
         patient_hash = case when h.may_have_arrived then coalesce(d.patient_hash, h.hash) else h.hash end
  from head h where d.id = h.delivery_id and h.ours <> 'CANCELLED' and not h.waits
  returning d.id, d.attempts
), attempt as (
  insert into delivery_attempts (id, organisation_id, team_id, delivery_id, number, holder, fence)
  select h.attempt_id, h.organisation_id, h.team_id, m.id, m.attempts, $6, h.fence
  from head h join marked m on m.id = h.delivery_id
), audit as (
  insert into audit_events (id, subject, role, purpose, organisation_id, kind, operation, outcome, person_ids, details, correlation_id)
  select h.audit_id, 'system:delivery', 'ADMINISTRATOR', 'ADMINISTRATION', h.organisation_id, 'SYSTEM', 'delivery.attempt', 'DONE',
         array[h.person_id], jsonb_build_object('deliveryId', h.delivery_id, 'documentVersionId', h.document_version_id,
           'operation', h.operation, 'attempt', m.attempts, 'systemId', $7::uuid),
         'delivery-' || h.delivery_id
  from head h join marked m on m.id = h.delivery_id
)
select h.lane_id as "laneId", h.fence, h.seq, h.attempt_id as "attemptId", h.delivery_id as "deliveryId", h.operation, h.ours,
       h.waits, h.tries + 1 as tries, h.conflicts, h.may_have_arrived as "mayHaveArrived", h.reference,
       h.patient_local_id as "priorLocalId", h.queued_at as "queuedAt", h.identity_state as "identityState", h.deceased_on::text as "deceasedOn",
       h.nhs_number as "nhsNumber", h.family_name as "familyName", h.given_name as "givenName", h.date_of_birth::text as "dateOfBirth",
       not h.may_have_arrived or h.patient_hash is null or h.patient_hash = h.hash as "isSamePatient",
       h.local_ids as "localIds", s.id as "documentVersionId", s.document_id as "documentId", s.version, s.action,
       s.predecessor_id as "predecessorId", s.kind, s.title, s.text, s.text_hash as "textHash",
       s.author_reference as "authorReference", s.author_name as "authorName", s.author_employer as "authorEmployer",
       s.author_role as "authorRole", s.contact_on::text as "contactOn", s.contact_started_at as "contactStartedAt",
       s.written_at as "writtenAt", s.signed_at as "signedAt", s.visibility, s.labels
from head h join signed_documents s on s.id = h.document_version_id`;
