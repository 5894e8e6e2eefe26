/** Where a caller's roles and rows come from; the directory answers it. */
import type { Role } from '../core/caller.js';
import type { LocalDate } from '../core/calendar.js';

/** What the directory holds of a subject in an organisation on a day. */
export interface Standing {
  readonly staffId: string;
  readonly organisationId: string;
  readonly roles: readonly Role[];
  readonly teamIds: readonly string[];
  /** Organisations covered by reporting agreements with the caller's organisation. */
  readonly agreementOrganisationIds: readonly string[];
}

export interface ScopeSource {
  /** The standing of a subject in the organisation with that ODS code on a day; null when the directory does not know them. */
  standingOf(subject: string, organisationCode: string, on: LocalDate): Promise<Standing | null>;
}
