/** Answers the access room's question: which roles, teams and agreements has this subject today. */

import type { ScopeSource, Standing } from '../access/scope-source.port.js';
import type { LocalDate } from '../core/calendar.js';
import { NO_SCOPE, type Role } from '../core/caller.js';
import type { Database } from '../platform/database/database.js';

const STATEMENT = `
select s.id, s.organisation_id,
  coalesce((select json_agg(distinct r.role) from staff_roles r
    where r.staff_id = s.id and r.valid_from <= $3 and (r.valid_to is null or r.valid_to > $3)), '[]'),
  coalesce((select json_agg(distinct t.team_id) from staff_teams t
    join teams m on m.id = t.team_id and m.organisation_id = s.organisation_id
    where t.staff_id = s.id and t.valid_from <= $3 and (t.valid_to is null or t.valid_to > $3)), '[]'),
  coalesce((select json_agg(distinct a.covered_organisation_id) from reporting_agreements a
    where a.recipient_organisation_id = s.organisation_id and a.valid_from <= $3 and (a.valid_to is null or a.valid_to > $3)), '[]')
from staff s join organisations o on o.id = s.organisation_id
where o.ods_code = $2 and s.subject = $1 and s.active`;

/** The directory as a source of scope; one statement per question. Only teams of the organisation itself count: it alone controls their data. */
export class DirectoryScopeSource implements ScopeSource {
  constructor(private readonly database: Pick<Database, 'read'>) {}

  async standingOf(subject: string, organisationCode: string, on: LocalDate): Promise<Standing | null> {
    const rows = await this.database.read('staff', NO_SCOPE, {
      name: 'standing-of',
      text: STATEMENT,
      values: [subject, organisationCode, on],
    });
    const row = rows[0];
    if (!row) return null;
    return {
      staffId: row[0] as string,
      organisationId: row[1] as string,
      roles: row[2] as Role[],
      teamIds: row[3] as string[],
      agreementOrganisationIds: row[4] as string[],
    };
  }
}
