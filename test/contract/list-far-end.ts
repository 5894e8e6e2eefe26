/** Far ends that list a team when a message asks them: how they can misbehave, and what must come of it. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import type { ErrorCode, RetryClass } from '../../src/core/error-codes.js';
import type { ContractProfile } from './contract-profiles.js';
import type { Expectation } from './expectations.js';
import type { CaseloadTraits, Fault } from './misbehaving-peer.js';

/** The ways in which an answer to a question can be other than it should. */
export const LIST_FAULT_KINDS = [
  /** Answers in pieces. */
  'PIECES',
  /** States no count and names no question. */
  'UNCOUNTED',
  /** Says first that the question was stored. */
  'STORED_FIRST',
  /** Never answers. */
  'SILENT',
  /** Says that the question was stored, and no more. */
  'STORED_ONLY',
  /** Closes the connection without an answer. */
  'DROP',
  /** Closes the connection in the middle of the answer. */
  'BREAK_OFF',
  /** Answers with a page of HTML. */
  'HTML',
  /** A header cut short. */
  'TRUNCATED',
  'NOT_IN_SET',
  /** More bytes than the site profile allows. */
  'TOO_LARGE',
  /** The answer to another message. */
  'FOREIGN',
  /** The answer to another question. */
  'OTHER_QUERY',
  /** An acknowledgement, and no list. */
  'NO_LIST',
  'REJECTS',
  'DECLINES',
  'LOCKED',
  /** Accepts the message and rejects the question. */
  'QUERY_REJECTED',
  /** Nobody, and no word that there is nobody. */
  'EMPTY',
  /** Nobody is found, and somebody is listed. */
  'CONTRADICTS',
  /** Says that it is finished though it is not. */
  'NEXT_MISSING',
  /** The page before, once more. */
  'DUPLICATE_PAGE',
  /** The next page is this page. */
  'LINK_LOOP',
  /** Says another number of people than before. */
  'TOTAL_CHANGES',
  /** Counts one more than there are. */
  'TOTAL_WRONG',
  /** Ignores which team was asked for. */
  'OTHER_TEAM',
  /** Somebody without an id. */
  'NOBODY',
] as const;
export type ListFaultKind = (typeof LIST_FAULT_KINDS)[number];

const complete = (fault: Fault<ListFaultKind>): Expectation<ListFaultKind> => ({
  fault,
  outcome: 'COMPLETE',
});
const fails = (
  fault: Fault<ListFaultKind>,
  retry: RetryClass,
  code: ErrorCode,
): Expectation<ListFaultKind> => ({ fault, outcome: { retry, code } });
const incomplete = (fault: Fault<ListFaultKind>): Expectation<ListFaultKind> =>
  fails(fault, 'transient', 'HUB_CASELOAD_INCOMPLETE');
const nonsense = (fault: Fault<ListFaultKind>): Expectation<ListFaultKind> =>
  fails(fault, 'permanent', 'HUB_UPSTREAM_PROTOCOL');

/** Of 120 memberships in pages of 50. A question that failed is asked again by whoever pulls, and never by itself. */
const LIST_EXPECTATIONS: readonly Expectation<ListFaultKind>[] = [
  complete({ kind: 'PIECES', page: 2 }),
  complete({ kind: 'UNCOUNTED', page: 0 }),
  complete({ kind: 'STORED_FIRST', page: 0 }),
  fails({ kind: 'SILENT', page: 2 }, 'transient', 'HUB_UPSTREAM_TIMEOUT'),
  fails({ kind: 'STORED_ONLY' }, 'transient', 'HUB_UPSTREAM_TIMEOUT'),
  fails({ kind: 'DROP' }, 'transient', 'HUB_UPSTREAM_UNREACHABLE'),
  fails({ kind: 'BREAK_OFF', page: 3 }, 'transient', 'HUB_UPSTREAM_UNREACHABLE'),
  nonsense({ kind: 'HTML', page: 2 }),
  nonsense({ kind: 'TRUNCATED' }),
  nonsense({ kind: 'NOT_IN_SET', page: 2 }),
  nonsense({ kind: 'TOO_LARGE' }),
  nonsense({ kind: 'FOREIGN', page: 2 }),
  incomplete({ kind: 'OTHER_QUERY', page: 2 }),
  incomplete({ kind: 'NO_LIST', page: 2 }),
  fails({ kind: 'REJECTS', page: 2 }, 'permanent', 'HUB_UPSTREAM_REJECTED'),
  fails({ kind: 'DECLINES' }, 'transient', 'HUB_UPSTREAM_DECLINED'),
  fails({ kind: 'LOCKED' }, 'transient', 'HUB_UPSTREAM_UNAVAILABLE'),
  fails({ kind: 'QUERY_REJECTED' }, 'permanent', 'HUB_UPSTREAM_REJECTED'),
  incomplete({ kind: 'EMPTY', page: 2 }),
  incomplete({ kind: 'CONTRADICTS' }),
  incomplete({ kind: 'NEXT_MISSING', page: 2 }),
  incomplete({ kind: 'DUPLICATE_PAGE', page: 2 }),
  incomplete({ kind: 'DUPLICATE_PAGE', page: 3 }),
  incomplete({ kind: 'LINK_LOOP' }),
  incomplete({ kind: 'LINK_LOOP', page: 2 }),
  incomplete({ kind: 'TOTAL_CHANGES', page: 2 }),
  incomplete({ kind: 'TOTAL_WRONG', page: 0 }),
  incomplete({ kind: 'OTHER_TEAM', page: 2 }),
  incomplete({ kind: 'NOBODY', page: 3 }),
];

/** Engines that are asked by message. That one can be reached is all that its health says: a question is none of a probe's business. */
export const LIST: ContractProfile<ListFaultKind> = {
  kinds: LIST_FAULT_KINDS,
  expectations: LIST_EXPECTATIONS,
  slowKinds: ['SILENT', 'STORED_ONLY'],
  slow: { kind: 'SILENT' },
  failing: { kind: 'DROP', page: 2 },
  survived: { kind: 'PIECES', page: 2 },
  unhealthy: [],
  unhealthyCode: /^HUB_UPSTREAM_/,
  healthFollowsPull: false,
};

/** A list has no word for a hold, a mistake, a record that is no longer used or one in its place, and none for teams. */
export const LISTED: CaseloadTraits<ListFaultKind> = {
  states: ['OPEN', 'WAITING_LIST', 'PLANNED', 'ENDED'],
  tellable: (membership) => ({
    ...membership,
    state: ['ON_HOLD', 'ENTERED_IN_ERROR'].includes(membership.state)
      ? MembershipState.OPEN
      : membership.state,
    patient: { ...membership.patient, active: true, replacedByLocalId: null },
  }),
  tellableTeams: () => [],
  incremental: true,
  impossible: [],
  requestsForOnePage: 1,
  resumes: false,
};
