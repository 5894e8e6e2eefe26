/** Reads everybody whose identity an arriving record or referral can touch. */
import type { Transaction } from '../platform/database/database.js';
import type { KnownPerson, LinkedRecord } from './identity.rules.js';
import type { KnownConflict } from './identity-graph.rules.js';
import type { Neighbourhood } from './linking.rules.js';
import type { Ruling } from './ruling.rules.js';

/** Where to start from; all arrays may be empty. */
export interface NeighbourhoodSeed {
  readonly organisationId: string;
  /** The arriving records' system; null for a referral. */
  readonly systemId: string | null;
  /** Local ids of arriving records and of those that replaced them. */
  readonly localIds: readonly string[];
  readonly nhsNumbers: readonly string[];
  /** Persons to start from themselves; default none. */
  readonly personIds?: readonly string[];
}

/** Makes identity work of one organisation take turns until the transaction ends, so that no two make one person twice. */
export async function lockIdentities(tx: Transaction, organisationId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('identities ' || $1, 0))`, [organisationId]);
}

/** The persons reached from the seed, those merged with them, the partners of their disputes, and all their records. */
export async function readNeighbourhood(tx: Transaction, seed: NeighbourhoodSeed): Promise<Neighbourhood> {
  const touched = await tx.query<{ id: string }>(
    `with touched as (
       select person_id as id from record_links where system_id = $2 and local_id = any($3::text[])
       union select person_id from record_links where system_id = $2 and replaced_by_local_id = any($3::text[])
       union select unnest($5::uuid[])
     ), numbers as (
       select unnest($4::text[]) as nhs_number
       union select l.nhs_number from record_links l join touched t on t.id = l.person_id where l.nhs_number is not null
     )
     select id from touched
     union select p.id from numbers n join persons p on p.organisation_id = $1 and p.nhs_number = n.nhs_number`,
    [seed.organisationId, seed.systemId, seed.localIds, seed.nhsNumbers, seed.personIds ?? []],
  );
  const near = await familyOf(
    tx,
    touched.map((row) => row.id),
  );
  const partners = await tx.query<{ id: string }>(
    `select person_id as id from identity_conflicts where other_person_id = any($1::uuid[])
     union select other_person_id from identity_conflicts where person_id = any($1::uuid[])`,
    [near],
  );
  const ids = partners.length === 0 ? near : await familyOf(tx, [...near, ...partners.map((row) => row.id)]);
  const persons = await tx.query<KnownPerson>(
    `select id, nhs_number as "nhsNumber", nhs_number_status as "nhsNumberStatus", date_of_birth::text as "dateOfBirth",
            deceased_on::text as "deceasedOn", restricted, identity_state as "identityState", merged_into_id as "mergedIntoId"
     from persons where id = any($1::uuid[])`,
    [ids],
  );
  const links = await tx.query<LinkedRecord>(
    `select system_id as "systemId", person_id as "personId", local_id as "localId", nhs_number as "nhsNumber",
            nhs_number_status as "nhsNumberStatus", date_of_birth::text as "dateOfBirth", deceased_on::text as "deceasedOn",
            active, replaced_by_local_id as "replacedByLocalId", restricted
     from record_links where person_id = any($1::uuid[])`,
    [ids],
  );
  const conflicts = await tx.query<KnownConflict>(
    `select id, kind, person_id as "personId", other_person_id as "otherPersonId", resolved_at is null as open, resolution
     from identity_conflicts where person_id = any($1::uuid[]) or other_person_id = any($1::uuid[])`,
    [ids],
  );
  return { persons, links, conflicts, rulings: await readRulings(tx, ids) };
}

/** The newest ruling of each two of the persons, the oldest first. One that bears on somebody is of two who share a number or are one: both are here. */
async function readRulings(tx: Transaction, ids: readonly string[]): Promise<Ruling[]> {
  return tx.query<Ruling>(
    `select id, resolution, "nhsNumber", sides from (
     select distinct on (person_id, other_person_id) id, ruled_at, resolution, nhs_number as "nhsNumber", json_build_array(
       json_build_object('personId', person_id, 'nhsNumberStatus', nhs_number_status, 'dateOfBirth', date_of_birth),
       json_build_object('personId', other_person_id, 'nhsNumberStatus', other_nhs_number_status,
                         'dateOfBirth', other_date_of_birth)) as sides
     from identity_rulings where person_id = any($1::uuid[]) and other_person_id = any($1::uuid[])
     order by person_id, other_person_id, ruled_at desc, id desc) newest order by ruled_at, id`,
    [ids],
  );
}

/** The ids given and all that are merged with them in either direction. */
async function familyOf(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `with recursive family as (
       select id, merged_into_id from persons where id = any($1::uuid[])
       union
       select p.id, p.merged_into_id from family f cross join lateral (
         select id, merged_into_id from persons where id = f.merged_into_id
         union all
         select id, merged_into_id from persons where merged_into_id = f.id
       ) p
     ) select distinct id from family`,
    [ids],
  );
  return rows.map((row) => row.id);
}
