/** Why the list of a team is known not to be all of it. */
import { HubError, type SafeDetails } from '../../../src/core/errors.js';

/** Each reason; the operator reads it in `details.reason`. */
export const ListFault = {
  /** An acknowledgement, and no list. */
  NO_LIST: 'NO_LIST',
  /** The answer names another question. */
  OTHER_QUERY: 'OTHER_QUERY',
  /** Nobody is in it, and it does not say that nobody was found (`NF`). */
  EMPTY: 'EMPTY',
  /** It says that nobody was found, and somebody is in it or was in a page before. */
  CONTRADICTION: 'CONTRADICTION',
  /** Fewer or more are in it than its counts say. */
  COUNTS: 'COUNTS',
  /** As many as were asked for, and no word on whether there are more. */
  LIMIT_REACHED: 'LIMIT_REACHED',
  /** A page that had been given before is offered again. */
  REPEATED_PAGE: 'REPEATED_PAGE',
  /** More pages than the site profile allows. */
  PAGE_CAP: 'PAGE_CAP',
  /** The same stay is in it twice. */
  TWICE: 'TWICE',
  /** Somebody in it is of another team. */
  OTHER_TEAM: 'OTHER_TEAM',
  /** Who somebody is, or whether they are still there, cannot be read. */
  NOT_UNDERSTOOD: 'NOT_UNDERSTOOD',
} as const;
export type ListFault = (typeof ListFault)[keyof typeof ListFault];

/** `HUB_CASELOAD_INCOMPLETE` with its reason; counts and places may go along, values may not. */
export function incomplete(reason: ListFault, details: SafeDetails = {}): HubError {
  return new HubError('HUB_CASELOAD_INCOMPLETE', { details: { reason, ...details } });
}
