/** The team references of a record system: those to refresh, and those nobody has mapped yet, as work for the administrator. */
import type { LocalDate } from '../../core/calendar.js';
import { newId } from '../../core/ids.js';
import type { Database } from '../../platform/database/database.js';
import type { Observed, TeamListing } from '../clinical-record.port.js';
import { organisationScope, type RefreshedSystem, type RefreshedTeam } from './pull.service.js';

/** The references valid on a day, mapped or not, in a stable order. */
export async function listTeams(
  database: Database,
  system: RefreshedSystem,
  on: LocalDate,
): Promise<RefreshedTeam[]> {
  return database.transaction('worker', organisationScope(system.organisationId), (tx) =>
    tx.query<RefreshedTeam>(
      `select team_reference as "teamReference", team_id as "teamId" from team_maps
       where system_id = $1 and (valid_from is null or valid_from <= $2::date) and (valid_to is null or valid_to > $2::date)
       order by team_reference`,
      [system.id, on],
    ),
  );
}

/** Notes references that the team map lacks, once, without a team: a work item. Answers how many were new. */
export async function noteTeams(
  database: Database,
  system: RefreshedSystem,
  listings: readonly Observed<TeamListing>[],
  at: Date,
): Promise<number> {
  const rows = listings.map(({ value }) => ({
    id: newId(),
    reference: value.teamReference,
    label: [value.code, value.name].filter((part) => part).join(' '),
  }));
  const noted = await database.transaction('worker', organisationScope(system.organisationId), (tx) =>
    tx.query<{ n: number }>(
      `with noted as (
         insert into team_maps (id, organisation_id, system_id, team_reference, team_id, label, found_at)
         select n.id, $2, $3, n.reference, null, n.label, $4
         from jsonb_to_recordset($1::jsonb) as n(id uuid, reference text, label text)
         on conflict (system_id, team_reference) do nothing
         returning id
       ) select count(*)::int as n from noted`,
      [JSON.stringify(rows), system.organisationId, system.id, at],
    ),
  );
  return Number(noted[0]!.n);
}
