/** Brings the site profiles into the database: each clinical record system with its budgets and team map. */
import type { LocalDate } from '../core/calendar.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import type { RefreshedSystem } from './refresh/pull.service.js';

/** What the database keeps of a site profile; the adapter's settings and secrets are not among it. */
export interface SiteToKeep {
  readonly code: string;
  readonly name: string;
  /** ODS code of the organisation whose record system it is. */
  readonly organisation: string;
  readonly adapter: string;
  readonly presenceBudgetHours?: number | undefined;
  readonly absenceBudgetHours?: number | undefined;
  readonly teams: readonly {
    readonly reference: string;
    /** Code of a team in the directory; null for a code that nobody has mapped. */
    readonly team: string | null;
    readonly label?: string | null | undefined;
    readonly validFrom?: LocalDate | null | undefined;
    readonly validTo?: LocalDate | null | undefined;
  }[];
}

const SYSTEM = `
insert into clinical_record_systems (id, organisation_id, code, name, adapter, presence_budget_hours, absence_budget_hours)
values ($1, $2, $3, $4, $5, coalesce($6, 168), coalesce($7, 26))
on conflict (code) do update set name = excluded.name, adapter = excluded.adapter,
  presence_budget_hours = excluded.presence_budget_hours, absence_budget_hours = excluded.absence_budget_hours
returning id, organisation_id as "organisationId", code`;

const TEAM = `
insert into team_maps (id, organisation_id, system_id, team_reference, team_id, label, valid_from, valid_to)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (system_id, team_reference) do update set team_id = excluded.team_id, label = excluded.label,
  valid_from = excluded.valid_from, valid_to = excluded.valid_to`;

/**
 * Keeps a site; keeping it again changes what differs. Memberships of a reference that is mapped only now take its team
 * with the next sweep. Throws `HUB_INPUT_INVALID` for an organisation or team that the directory does not have, and for a
 * code that is another organisation's already: caseloads never change hands. Role `write`.
 */
export async function keepSite(tx: Transaction, site: SiteToKeep): Promise<RefreshedSystem> {
  const [organisation] = await tx.query<{ id: string }>('select id from organisations where ods_code = $1', [
    site.organisation,
  ]);
  if (!organisation) {
    throw inputError(
      `sites.${site.code}.organisation`,
      `${site.organisation} is not in the directory`,
      'the ODS code of an organisation there; hub directory load brings one in',
    );
  }
  const teams = await tx.query<{ id: string; code: string }>(
    'select id, code from teams where organisation_id = $1',
    [organisation.id],
  );
  const ids = new Map(teams.map((team) => [team.code, team.id]));
  const [system] = await tx.query<RefreshedSystem>(SYSTEM, [
    newId(),
    organisation.id,
    site.code,
    site.name,
    site.adapter,
    site.presenceBudgetHours ?? null,
    site.absenceBudgetHours ?? null,
  ]);
  const kept = system as RefreshedSystem;
  if (kept.organisationId !== organisation.id) {
    throw inputError(
      `sites.${site.code}.organisation`,
      `the site is kept for another organisation than ${site.organisation}`,
      'the organisation it was kept for, or another code for the site',
    );
  }
  for (const { reference, team, label, validFrom, validTo } of site.teams) {
    if (team !== null && !ids.has(team)) {
      throw inputError(
        `sites.${site.code}.teams`,
        `${team} is not a team of ${site.organisation}`,
        [...ids.keys()].join(', '),
      );
    }
    await tx.query(TEAM, [
      newId(),
      organisation.id,
      kept.id,
      reference,
      team === null ? null : ids.get(team),
      label ?? null,
      validFrom ?? null,
      validTo ?? null,
    ]);
  }
  return kept;
}
