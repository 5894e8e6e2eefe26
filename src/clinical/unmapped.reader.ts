/** Answers what record systems hold that nobody has understood, and which of their teams nobody has mapped. */
import type { Database } from '../platform/database/database.js';
import { organisationScope, type RefreshedSystem } from './refresh/pull.service.js';

/** A place where something could not be understood. */
export interface UnmappedElement {
  /** As the adapter's protocol names places: `Patient.birthDate`. */
  readonly path: string;
  readonly times: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/** A team of a record system that stands for none of the directory's. */
export interface UnmappedTeam {
  /** The record system's own reference; its text comes from there. */
  readonly reference: string;
  readonly foundAt: Date;
  /** Memberships there now that have not ended; their people's eligibility is unknown. */
  readonly openMemberships: number;
}

/** Everything about one system, the most frequent first. */
export interface UnmappedReport {
  readonly elements: readonly UnmappedElement[];
  readonly teams: readonly UnmappedTeam[];
}

const ELEMENTS = `
select path, times::float8 as times, first_seen as "firstSeen", last_seen as "lastSeen"
from unmapped_elements where system_id = $1 order by times desc, path`;

const TEAMS = `
select t.team_reference as reference, t.found_at as "foundAt",
  (select count(*)::integer from caseload_memberships m where m.system_id = t.system_id and m.team_reference = t.team_reference
   and m.observed_to is null and m.state in ('OPEN', 'ON_HOLD', 'WAITING_LIST')) as "openMemberships"
from team_maps t
where t.system_id = $1 and t.team_id is null and (t.valid_to is null or t.valid_to > (now() at time zone 'Europe/London')::date)
order by 3 desc, 1`;

/** What is kept of one system. */
export function readUnmapped(database: Database, system: RefreshedSystem): Promise<UnmappedReport> {
  return database.transaction('worker', organisationScope(system.organisationId), async (tx) => ({
    elements: await tx.query<UnmappedElement>(ELEMENTS, [system.id]),
    teams: await tx.query<UnmappedTeam>(TEAMS, [system.id]),
  }));
}
