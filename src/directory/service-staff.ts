/** Words for row rules that turn on who belongs to the employment service, since clinical colleagues share its teams. */
import { SCOPE_STAFF } from '../platform/database/policy.js';

const TODAY = `(now() at time zone 'Europe/London')::date`;

/**
 * True when the caller holds a role of the employment service today, or is the hub itself. Asked once per statement, and only
 * when a row turns on it.
 */
const IS_SERVICE = `(select ${SCOPE_STAFF} is null or exists (select 1 from staff_roles r where r.staff_id = ${SCOPE_STAFF}
  and r.role in ('EMPLOYMENT_SPECIALIST', 'TEAM_MANAGER') and r.valid_from <= ${TODAY} and (r.valid_to is null or r.valid_to > ${TODAY})))`;

/** Rows by their column `visibility`: what is for the service alone is hidden from everybody outside of it. */
export const UNLESS_FOR_SERVICE_ALONE = `(visibility <> 'SERVICE_ONLY' or ${IS_SERVICE})`;
