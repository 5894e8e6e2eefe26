/** What must come of each fault of the far end, whatever protocol it speaks. */
import type { ErrorCode, RetryClass } from '../../src/core/error-codes.js';
import type { Fault, FaultKind } from './misbehaving-peer.js';

/** Either all is there all the same, or the pull fails in this class (and, where the port fixes it, with this code). */
export interface Expectation<Kind extends string = FaultKind> {
  readonly fault: Fault<Kind>;
  readonly outcome: 'COMPLETE' | { readonly retry: RetryClass; readonly code: ErrorCode };
}

const complete = <Kind extends string>(fault: Fault<Kind>): Expectation<Kind> => ({
  fault,
  outcome: 'COMPLETE',
});
const fails = <Kind extends string>(
  fault: Fault<Kind>,
  retry: RetryClass,
  code: ErrorCode,
): Expectation<Kind> => ({ fault, outcome: { retry, code } });

/** Of 120 memberships in pages of 50. */
export const EXPECTATIONS: readonly Expectation[] = [
  complete({ kind: 'DELAY', times: 1 }),
  fails({ kind: 'DELAY' }, 'transient', 'HUB_UPSTREAM_TIMEOUT'),
  complete({ kind: 'STALL', times: 1, page: 2 }),
  fails({ kind: 'STALL' }, 'transient', 'HUB_UPSTREAM_TIMEOUT'),
  complete({ kind: 'BUSY_429', times: 2 }),
  fails({ kind: 'BUSY_429', page: 3 }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  complete({ kind: 'DOWN_503', times: 3 }),
  fails({ kind: 'DOWN_503', page: 2 }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  complete({ kind: 'FAILS_500', times: 1 }),
  fails({ kind: 'FAILS_500' }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  complete({ kind: 'HTML_502', times: 1 }),
  fails({ kind: 'HTML_502' }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  fails({ kind: 'HTML_200' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'REFUSES_401' }, 'paused', 'HUB_UPSTREAM_REFUSED'),
  fails({ kind: 'REFUSES_403', page: 2 }, 'paused', 'HUB_UPSTREAM_REFUSED'),
  fails({ kind: 'REJECTS_400' }, 'permanent', 'HUB_UPSTREAM_REJECTED'),
  fails({ kind: 'GONE_410', page: 2 }, 'permanent', 'HUB_UPSTREAM_NOT_FOUND'),
  complete({ kind: 'DROP', times: 2, page: 2 }),
  fails({ kind: 'DROP' }, 'transient', 'HUB_UPSTREAM_UNREACHABLE'),
  complete({ kind: 'BREAK_OFF', times: 1 }),
  fails({ kind: 'BREAK_OFF', page: 3 }, 'transient', 'HUB_UPSTREAM_UNREACHABLE'),
  fails({ kind: 'TRUNCATED', page: 2 }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'EMPTY' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'NULL_BODY' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'TEXT_BODY' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'NOT_UTF8' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'WRONG_TYPE' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'TOO_LARGE' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'TOO_LARGE_ZIPPED' }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  complete({ kind: 'OUTCOME_BUSY', times: 1 }),
  fails({ kind: 'OUTCOME_BUSY' }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  fails({ kind: 'OUTCOME_FORBIDDEN' }, 'paused', 'HUB_UPSTREAM_REFUSED'),
  fails({ kind: 'OUTCOME_ENTRY', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'NEXT_MISSING', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'DUPLICATE_PAGE', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'DUPLICATE_PAGE', page: 3 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'LINK_LOOP' }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'LINK_LOOP', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'TOTAL_CHANGES', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'TOTAL_WRONG', page: 0 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'REDIRECT' }, 'permanent', 'HUB_UPSTREAM_ORIGIN'),
  fails({ kind: 'LINK_ELSEWHERE' }, 'permanent', 'HUB_UPSTREAM_ORIGIN'),
  fails({ kind: 'LINK_ALIKE' }, 'permanent', 'HUB_UPSTREAM_ORIGIN'),
  fails({ kind: 'LINK_OUTSIDE', page: 2 }, 'permanent', 'HUB_UPSTREAM_ORIGIN'),
  complete({ kind: 'PATIENT_LEFT_OUT', page: 0 }),
  fails({ kind: 'PATIENT_GONE', page: 2 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
  fails({ kind: 'OTHER_TEAM', page: 2 }, 'permanent', 'HUB_UPSTREAM_PROTOCOL'),
  fails({ kind: 'UNKNOWN_STATE', page: 3 }, 'transient', 'HUB_CASELOAD_INCOMPLETE'),
];
