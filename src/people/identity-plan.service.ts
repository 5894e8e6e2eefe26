/** Writes what the identity rules decided, set by set, in the caller's transaction. */
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import type { IdentityPlan } from './linking.rules.js';
import type { Merge } from './merge.rules.js';

/** Writes a plan. `at` is the instant that the rows bear. Contact details are never touched, except that a survivor takes them over and gives them back. */
export async function writeIdentityPlan(
  tx: Transaction,
  organisationId: string,
  plan: IdentityPlan,
  at: Date,
): Promise<void> {
  if (plan.persons.length > 0) await writePersons(tx, organisationId, plan, at);
  if (plan.links.length > 0) await writeLinks(tx, organisationId, plan, at);
  if (plan.givenBack.length > 0) await giveBack(tx, plan.givenBack, at);
  await takeOverAll(tx, plan.takenOver, at);
  if (plan.settled.length > 0) {
    await tx.query(
      `update identity_conflicts c set resolved_at = $2, resolution = s.resolution, ruling_id = coalesce(s."rulingId", c.ruling_id)
       from jsonb_to_recordset($1::jsonb) as s(id uuid, resolution text, "rulingId" uuid) where c.id = s.id`,
      [JSON.stringify(plan.settled), at],
    );
  }
  if (plan.opened.length > 0) {
    const rows = plan.opened.map((conflict) => ({ ...conflict, id: newId() }));
    await tx.query(
      `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at)
       select o.id, $2, o.kind, o."personId", o."otherPersonId", $3
       from jsonb_to_recordset($1::jsonb) as o(id uuid, kind text, "personId" uuid, "otherPersonId" uuid)
       on conflict (kind, person_id, other_person_id) do update
         set found_at = excluded.found_at, resolved_at = null, resolution = null`,
      [JSON.stringify(rows), organisationId, at],
    );
  }
}

async function writePersons(
  tx: Transaction,
  organisationId: string,
  plan: IdentityPlan,
  at: Date,
): Promise<void> {
  await tx.query(
    `insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, deceased_on, restricted,
                          identity_state, merged_into_id, created_at, updated_at)
     select p.id, $2, p."nhsNumber", p."nhsNumberStatus", p."dateOfBirth", p."deceasedOn", p.restricted,
            p."identityState", p."mergedIntoId", $3, $3
     from jsonb_to_recordset($1::jsonb) as p(id uuid, "nhsNumber" text, "nhsNumberStatus" text, "dateOfBirth" date,
            "deceasedOn" date, restricted boolean, "identityState" text, "mergedIntoId" uuid)
     on conflict (id) do update set
       nhs_number = excluded.nhs_number, nhs_number_status = excluded.nhs_number_status,
       date_of_birth = excluded.date_of_birth, deceased_on = excluded.deceased_on, restricted = excluded.restricted,
       identity_state = excluded.identity_state, merged_into_id = excluded.merged_into_id, updated_at = excluded.updated_at`,
    [JSON.stringify(plan.persons), organisationId, at],
  );
}

async function writeLinks(
  tx: Transaction,
  organisationId: string,
  plan: IdentityPlan,
  at: Date,
): Promise<void> {
  const rows = plan.links.map((link) => ({ ...link, id: newId() }));
  await tx.query(
    `insert into record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status,
                               date_of_birth, deceased_on, active, replaced_by_local_id, restricted, observed_at)
     select l.id, $2, l."systemId", l."localId", l."personId", l."nhsNumber", l."nhsNumberStatus",
            l."dateOfBirth", l."deceasedOn", l.active, l."replacedByLocalId", l.restricted, $3
     from jsonb_to_recordset($1::jsonb) as l(id uuid, "systemId" uuid, "localId" text, "personId" uuid, "nhsNumber" text,
            "nhsNumberStatus" text, "dateOfBirth" date, "deceasedOn" date, active boolean, "replacedByLocalId" text,
            restricted boolean)
     on conflict (system_id, local_id) do update set
       nhs_number = excluded.nhs_number, nhs_number_status = excluded.nhs_number_status,
       date_of_birth = excluded.date_of_birth, deceased_on = excluded.deceased_on, active = excluded.active,
       replaced_by_local_id = excluded.replaced_by_local_id, restricted = excluded.restricted,
       observed_at = excluded.observed_at`,
    [JSON.stringify(rows), organisationId, at],
  );
}

/** Contact details and teams that came with somebody who turned out to be another after all are no longer the person's. */
async function giveBack(tx: Transaction, personIds: readonly string[], at: Date): Promise<void> {
  await tx.query(
    `update persons set
       given_name = case when inherited_from_id is null then given_name end,
       family_name = case when inherited_from_id is null then family_name end,
       telephone = case when inherited_from_id is null then telephone end,
       postcode = case when inherited_from_id is null then postcode end,
       visible_team_ids = array(select unnest(visible_team_ids) except select unnest(inherited_team_ids)),
       inherited_from_id = null, inherited_team_ids = '{}', updated_at = $2
     where id = any($1::uuid[]) and (inherited_from_id is not null or inherited_team_ids <> '{}')`,
    [personIds, at],
  );
}

/** Follows only those who have something to give: of most that are merged, records alone are known. */
async function takeOverAll(tx: Transaction, edges: readonly Merge[], at: Date): Promise<void> {
  if (edges.length === 0) return;
  const rows = await tx.query<{ id: string }>(
    'select id from persons where id = any($1::uuid[]) and family_name is not null',
    [edges.map(({ personId }) => personId)],
  );
  const giving = new Set(rows.map(({ id }) => id));
  for (const edge of edges) {
    if (!giving.has(edge.personId)) continue;
    await takeOver(tx, edge, at);
    giving.add(edge.intoId);
  }
}

/** The survivor takes over contact details as one set, when it has none, and becomes visible to every team that knew either. */
async function takeOver(tx: Transaction, { personId, intoId }: Merge, at: Date): Promise<void> {
  await tx.query(
    `update persons s set
       given_name = case when s.family_name is null then f.given_name else s.given_name end,
       family_name = coalesce(s.family_name, f.family_name),
       telephone = case when s.family_name is null then f.telephone else s.telephone end,
       postcode = case when s.family_name is null then f.postcode else s.postcode end,
       inherited_from_id = case when s.family_name is null then f.id else s.inherited_from_id end,
       inherited_team_ids = s.inherited_team_ids
         || array(select unnest(f.visible_team_ids) except select unnest(s.visible_team_ids)),
       visible_team_ids = array(select distinct unnest(s.visible_team_ids || f.visible_team_ids)),
       updated_at = $3
     from persons f where f.id = $1 and s.id = $2 and f.family_name is not null`,
    [personId, intoId, at],
  );
}
