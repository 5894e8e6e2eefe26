/** What an episode takes from the directory and the team maps: who may carry it, and which record system has its team. */
import type { LocalDate } from '../../core/calendar.js';
import type { Transaction } from '../../platform/database/database.js';
import type { MappingSystem } from './episode.rules.js';

/** True for an active employment specialist assigned to the team on both days: the one asked about, and today. */
export async function isSpecialistOfTeam(
  tx: Transaction,
  staffId: string,
  teamId: string,
  days: { readonly on: LocalDate; readonly today: LocalDate },
): Promise<boolean> {
  const rows = await tx.query(
    `select s.id from staff s
     where s.id = $1 and s.active and not exists (
       select from unnest(array[$3, $4]::date[]) day
       where not exists (select from staff_roles r where r.staff_id = s.id and r.role = 'EMPLOYMENT_SPECIALIST'
           and r.valid_from <= day and (r.valid_to is null or r.valid_to > day))
         or not exists (select from staff_teams t where t.staff_id = s.id and t.team_id = $2
           and t.valid_from <= day and (t.valid_to is null or t.valid_to > day)))`,
    [staffId, teamId, days.on, days.today],
  );
  return rows.length > 0;
}

/** The record systems in whose team map the team is on a day, by code. */
export async function systemsOfTeam(
  tx: Transaction,
  teamId: string,
  on: LocalDate,
): Promise<readonly MappingSystem[]> {
  return tx.query<MappingSystem>(
    `select distinct s.id as "systemId", s.code from team_maps m join clinical_record_systems s on s.id = m.system_id
     where m.team_id = $1 and (m.valid_from is null or m.valid_from <= $2) and (m.valid_to is null or m.valid_to > $2)
     order by s.code`,
    [teamId, on],
  );
}

/** Every record system of an organisation, by code. */
export async function systemsOfOrganisation(
  tx: Transaction,
  organisationId: string,
): Promise<readonly MappingSystem[]> {
  return tx.query<MappingSystem>(
    'select id as "systemId", code from clinical_record_systems where organisation_id = $1 order by code',
    [organisationId],
  );
}
