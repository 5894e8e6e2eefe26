/** Disputes about identity in the world of the graph: one of each kind, one that was ruled on, one of the other trust. */
import { newId } from '../../src/core/ids.js';
import { VERSION_OF_CONFLICT } from '../../src/people/identity-conflict.reader.js';
import { rowSql } from '../../src/platform/database/select/map-words.js';
import type { GraphWorld } from './graph-world.js';

/** A dispute that a steward may settle. */
export interface IdentityThings {
  readonly conflictId: string;
  readonly conflictVersion: string;
}

interface Double {
  readonly of: string;
  readonly status: string;
  readonly kind: string;
  /** The other's date of birth; default the same. */
  readonly born?: string;
}

/** Open disputes of an organisation between two, as a steward finds them. */
const OPEN = `
select c.id as "conflictId", ${rowSql(VERSION_OF_CONFLICT, 'c')} as "conflictVersion" from identity_conflicts c
where c.organisation_id = $1 and c.resolved_at is null and c.person_id <> c.other_person_id order by c.found_at, c.id limit 1`;

/** The oldest open dispute of an organisation; of none, ids of nothing. */
export async function identityThings(
  world: GraphWorld,
  organisationId: string | null,
): Promise<IdentityThings> {
  const [row] = organisationId === null ? [] : await world.sql<IdentityThings>(OPEN, [organisationId]);
  return row ?? { conflictId: newId(), conflictVersion: 'none' };
}

/** Puts them: beside somebody of the world another person with the same number, each with a record that says so. */
export async function putIdentityConflicts(world: GraphWorld): Promise<void> {
  const [unverified] = world.referredTo('CMHT');
  const [mismatched, within, ruled] = world.referredTo('EIP');
  const [{ id: hidden } = { id: '' }] = await world.sql<{ id: string }>(
    'select id from persons where restricted and family_name is not null order by id limit 1',
  );
  const doubles: readonly Double[] = [
    { of: unverified!.personId, status: '02', kind: 'UNVERIFIED_NUMBER' },
    { of: mismatched!.personId, status: '01', kind: 'DATE_OF_BIRTH_MISMATCH', born: '1931-03-05' },
    { of: hidden, status: '01', kind: 'SHARED_NHS_NUMBER' },
    { of: ruled!.personId, status: '01', kind: 'SHARED_NHS_NUMBER' },
    { of: world.referredTo('FOREIGN')[0]!.personId, status: '02', kind: 'UNVERIFIED_NUMBER' },
    // Nobody has referred them: not on the list.
    { of: world.neverReferred[0]!.personId, status: '02', kind: 'UNVERIFIED_NUMBER' },
  ];
  for (const [at, double] of doubles.entries()) await putDouble(world, double, at);
  await world.sql(
    `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at)
     values ($1, $2, 'DATE_OF_BIRTH_MISMATCH', $3, $3, $4)`,
    [newId(), world.organisations.home, within!.personId, world.hoursAgo(1)],
  );
  await rule(world, ruled!.personId);
}

async function putDouble(world: GraphWorld, { of, status, kind, born }: Double, at: number): Promise<void> {
  const other = newId();
  const [{ organisationId } = { organisationId: '' }] = await world.sql<{ organisationId: string }>(
    `insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth)
     select $1, organisation_id, nhs_number, $2, coalesce($3::date, date_of_birth) from persons where id = $4
     returning organisation_id as "organisationId"`,
    [other, status, born ?? null, of],
  );
  const system = organisationId === world.organisations.home ? world.systemId : world.otherSystem;
  for (const [localId, replacedBy, personId] of [
    [`identity-${at}`, null, other],
    // What replaced the first is not known to the hub.
    [`identity-${at}-before`, at === 0 ? `identity-${at}-since` : `identity-${at}`, of],
  ] as const) {
    await world.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status,
         date_of_birth, active, replaced_by_local_id, observed_at)
       select $1, p.organisation_id, $2, $3, p.id, p.nhs_number, p.nhs_number_status, p.date_of_birth, $4::text is null, $4, $5
       from persons p where p.id = $6`,
      [newId(), system, localId, replacedBy, world.hoursAgo(48), personId],
    );
  }
  await world.sql(
    `insert into identity_conflicts (id, organisation_id, kind, person_id, other_person_id, found_at)
     values ($1, $2, $3, least($4::uuid, $5::uuid), greatest($4::uuid, $5::uuid), $6)`,
    [newId(), organisationId, kind, of, other, world.hoursAgo(40 - at)],
  );
}

async function rule(world: GraphWorld, personId: string): Promise<void> {
  const rulingId = newId();
  await world.sql(
    `insert into identity_rulings (id, organisation_id, person_id, other_person_id, resolution, reason, nhs_number,
       nhs_number_status, date_of_birth, other_nhs_number_status, other_date_of_birth, ruled_at, ruled_by)
     select $1, c.organisation_id, c.person_id, c.other_person_id, 'DIFFERENT_PERSONS', 'CnryRuling of somebody', p.nhs_number,
            p.nhs_number_status, p.date_of_birth, o.nhs_number_status, o.date_of_birth, $3, 'stella'
     from identity_conflicts c join persons p on p.id = c.person_id join persons o on o.id = c.other_person_id
     where $2 in (c.person_id, c.other_person_id)`,
    [rulingId, personId, world.hoursAgo(1)],
  );
  await world.sql(
    `update identity_conflicts set resolved_at = $3, resolution = 'DIFFERENT_PERSONS', ruling_id = $1
     where $2 in (person_id, other_person_id)`,
    [rulingId, personId, world.hoursAgo(1)],
  );
}
