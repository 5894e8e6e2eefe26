/** Where a caller's roles and rows come from; the directory answers it. */

import type { LocalDate } from '../core/calendar.js';
import type { Role } from '../core/caller.js';

/** What the directory holds of a subject in an organisation on a day. */
export interface Standing {
  /** The subject's own row; uuid. */
  readonly staffId: string;
  readonly organisationId: string;
  /** Held on that day, in no particular order. */
  readonly roles: readonly Role[];
  /** Teams of that organisation to which they are assigned on that day; uuids. */
  readonly teamIds: readonly string[];
  /** Organisations covered by reporting agreements with the caller's organisation. */
  readonly agreementOrganisationIds: readonly string[];
}

/** Implemented by the directory, one floor up, so that access need not know its tables. */
export interface ScopeSource {
  /** The standing of a subject in the organisation with that ODS code on a day; null when the directory does not know them. */
  standingOf(subject: string, organisationCode: string, on: LocalDate): Promise<Standing | null>;
}
