/** Why a pull did not reach its end. */
import { HubError, type SafeDetails } from '../../../src/core/errors.js';

/** Each way in which a pull is known not to hold everything; the operator reads it in `details.reason`. */
export const IncompleteReason = {
  /** The server offered an address that it had already offered. */
  REPEATED_LINK: 'REPEATED_LINK',
  /** A page held nothing that had not been seen. */
  REPEATED_PAGE: 'REPEATED_PAGE',
  /** More pages than the site profile allows. */
  PAGE_CAP: 'PAGE_CAP',
  /** The number of matches changed while paging: somebody may have slipped between two pages. */
  TOTAL_CHANGED: 'TOTAL_CHANGED',
  /** Fewer or more were received than the server says there are. */
  TOTAL_DIFFERS: 'TOTAL_DIFFERS',
  /** The server reported a failure among its results. */
  OUTCOME: 'OUTCOME',
  /** A patient is neither among the results nor readable. */
  PATIENT_MISSING: 'PATIENT_MISSING',
  /** A team has no care managers: more likely they cannot be seen than that its caseload is empty. */
  NO_CARE_MANAGERS: 'NO_CARE_MANAGERS',
  /** A membership has a status or patient that could not be understood. */
  NOT_UNDERSTOOD: 'NOT_UNDERSTOOD',
} as const;
export type IncompleteReason = (typeof IncompleteReason)[keyof typeof IncompleteReason];

/** `HUB_CASELOAD_INCOMPLETE` with its reason; counts and issue types may go along, references and values may not. */
export function incomplete(reason: IncompleteReason, details: SafeDetails = {}): HubError {
  return new HubError('HUB_CASELOAD_INCOMPLETE', { details: { reason, ...details } });
}
