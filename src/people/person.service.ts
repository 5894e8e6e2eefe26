/** Persons as referrals and decisions need them: found or made, and followed to whoever survives. */
import type { LocalDate } from '../core/calendar.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import { lockIdentities, readNeighbourhood } from './identity-neighbourhood.reader.js';
import { writeIdentityPlan } from './identity-plan.service.js';
import { matchPerson } from './person-match.rules.js';

/** What a referral says of the person. */
export interface StatedPerson {
  readonly organisationId: string;
  /** Valid ten digits (`parseNhsNumber`), or null when not given. */
  readonly nhsNumber: string | null;
  readonly dateOfBirth: LocalDate | null;
  readonly givenName: string;
  readonly familyName: string;
  readonly telephone: string | null;
  readonly postcode: string | null;
  /** The team that receives the referral; it may see the person from now on. */
  readonly teamId: string;
}

/** The person a referral is filed under. */
export interface FoundPerson {
  readonly personId: string;
  readonly made: boolean;
  /** True while it is in dispute who they are; eligibility then asks the identity steward. */
  readonly ambiguous: boolean;
}

/** Names are nobody's yet, came with somebody merged into the person, or are the receiving team's to correct. */
const MAY_NAME = 'family_name is null or inherited_from_id is not null or $6::uuid = any(visible_team_ids)';

/**
 * The person a referral is about, under the rules of `matchPerson`; names are set from the first referral, or from one of a
 * team that sees the person already; contact details from the newest (a null telephone or postcode leaves what was known) and the team is let in. Needs the scope's organisation and the
 * role `write`. Referrals that arrive at once take turns, so that one person is not made twice.
 */
export async function findOrMakePerson(
  tx: Transaction,
  stated: StatedPerson,
  at: Date,
): Promise<FoundPerson> {
  const { organisationId, nhsNumber, dateOfBirth } = stated;
  await lockIdentities(tx, organisationId);
  const around = await readNeighbourhood(tx, {
    organisationId,
    systemId: null,
    localIds: [],
    nhsNumbers: nhsNumber === null ? [] : [nhsNumber],
  });
  const { personId, made, ambiguous, plan } = matchPerson({ nhsNumber, dateOfBirth }, around, () => newId());
  await writeIdentityPlan(tx, organisationId, plan, at);
  await tx.query(
    `update persons set
       given_name = case when ${MAY_NAME} then $2 else given_name end,
       family_name = case when ${MAY_NAME} then $3 else family_name end,
       telephone = coalesce($4, case when inherited_from_id is null then telephone end),
       postcode = coalesce($5, case when inherited_from_id is null then postcode end),
       visible_team_ids = case when $6::uuid = any(visible_team_ids) then visible_team_ids else visible_team_ids || $6::uuid end,
       inherited_from_id = null, inherited_team_ids = array_remove(inherited_team_ids, $6::uuid),
       updated_at = $7
     where id = $1`,
    [personId, stated.givenName, stated.familyName, stated.telephone, stated.postcode, stated.teamId, at],
  );
  return { personId, made, ambiguous };
}

/** For each person the one that survives: themselves, or the end of the chain of merges. Unknown ids are left out. */
export async function resolvePersons(
  tx: Transaction,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ askedId: string; id: string }>(
    `with recursive chain as (
       select id as asked_id, id, merged_into_id from persons where id = any($1::uuid[])
       union
       select c.asked_id, p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
     ) select asked_id as "askedId", id from chain where merged_into_id is null`,
    [personIds],
  );
  return new Map(rows.map((row) => [row.askedId, row.id]));
}

/** The surviving person, or null when the id is unknown in the scope. */
export async function resolvePerson(tx: Transaction, personId: string): Promise<string | null> {
  return (await resolvePersons(tx, [personId])).get(personId) ?? null;
}

/**
 * The one living identity with a verified number and that date of birth, free of dispute, or null: what a partner's
 * machine may ask about. Changes nothing. More than one match, a number not verified and no match are not told apart.
 */
export async function findIdentity(
  tx: Transaction,
  organisationId: string,
  nhsNumber: string,
  dateOfBirth: LocalDate,
): Promise<string | null> {
  const rows = await tx.query<{ id: string; identityState: string }>(
    `select p.id, p.identity_state as "identityState" from persons p
     where p.organisation_id = $1 and p.nhs_number = $2 and p.date_of_birth = $3 and p.merged_into_id is null
       and (p.nhs_number_status = '01'
            or (p.nhs_number_status is null and not exists (select from record_links l where l.person_id = p.id)))`,
    [organisationId, nhsNumber, dateOfBirth],
  );
  return rows.length === 1 && rows[0]!.identityState === 'CLEAR' ? rows[0]!.id : null;
}
