/** What each answer to a read or a write means: two columns of the hub's table of answers, as data. */
import type { ErrorCode } from '../../src/core/error-codes.js';

/** What was asked for: an answer to a read that went wrong changes nothing, one to a write may hide that it took effect. */
export type Exchange = 'READ' | 'WRITE';

/** HTTP statuses, both ends included, and what they mean; null is done. */
export interface StatusRule {
  readonly from: number;
  readonly to: number;
  readonly code: ErrorCode | null;
}

const only = (status: number, code: ErrorCode | null): StatusRule => ({ from: status, to: status, code });

/** The first row that holds a status decides; a 2xx still has to carry FHIR. Retry classes are those of the codes. */
export const READ_STATUS_RULES: readonly StatusRule[] = [
  { from: 200, to: 299, code: null },
  only(304, null),
  { from: 300, to: 399, code: 'HUB_UPSTREAM_ORIGIN' },
  only(401, 'HUB_UPSTREAM_REFUSED'),
  only(403, 'HUB_UPSTREAM_REFUSED'),
  only(404, 'HUB_UPSTREAM_NOT_FOUND'),
  only(408, 'HUB_UPSTREAM_TIMEOUT'),
  only(409, 'HUB_UPSTREAM_CONFLICT'),
  only(410, 'HUB_UPSTREAM_NOT_FOUND'),
  only(412, 'HUB_UPSTREAM_CONFLICT'),
  only(423, 'HUB_UPSTREAM_UNAVAILABLE'),
  only(429, 'HUB_UPSTREAM_UNAVAILABLE'),
  { from: 400, to: 499, code: 'HUB_UPSTREAM_REJECTED' },
  only(501, 'HUB_UPSTREAM_REJECTED'),
  only(505, 'HUB_UPSTREAM_REJECTED'),
  { from: 500, to: 599, code: 'HUB_UPSTREAM_UNAVAILABLE' },
];

/**
 * As for reads, with what differs for a create or an update: whatever may have been answered after it took effect is
 * ambiguous, and a size or type that is not taken has a code of its own. A 304 answers no write, so it says nothing either.
 */
export const WRITE_STATUS_RULES: readonly StatusRule[] = [
  { from: 200, to: 299, code: null },
  only(304, 'HUB_UPSTREAM_AMBIGUOUS'),
  // The server says that it gave up waiting for the request; a timeout of the hub's own would be ambiguous.
  only(408, 'HUB_UPSTREAM_UNAVAILABLE'),
  only(413, 'HUB_UPSTREAM_TOO_LARGE'),
  only(415, 'HUB_UPSTREAM_TOO_LARGE'),
  only(501, 'HUB_UPSTREAM_REJECTED'),
  only(503, 'HUB_UPSTREAM_UNAVAILABLE'),
  only(505, 'HUB_UPSTREAM_REJECTED'),
  { from: 500, to: 599, code: 'HUB_UPSTREAM_AMBIGUOUS' },
  ...READ_STATUS_RULES.filter(({ from }) => from >= 300 && from < 500 && from !== 304),
];

/** The code that a status stands for, or null when it is done. Statuses outside HTTP are of no protocol: nobody knows what a write came to. */
export function codeOfStatus(status: number, exchange: Exchange = 'READ'): ErrorCode | null {
  const rules = exchange === 'READ' ? READ_STATUS_RULES : WRITE_STATUS_RULES;
  const rule = rules.find(({ from, to }) => status >= from && status <= to);
  if (rule !== undefined) return rule.code;
  return exchange === 'READ' ? 'HUB_UPSTREAM_PROTOCOL' : 'HUB_UPSTREAM_AMBIGUOUS';
}

/** FHIR R4 value set IssueType: every code, and what an error of that type means when it comes in place of the resource. */
export const ISSUE_RULES: Readonly<Record<string, ErrorCode>> = {
  invalid: 'HUB_UPSTREAM_REJECTED',
  structure: 'HUB_UPSTREAM_REJECTED',
  required: 'HUB_UPSTREAM_REJECTED',
  value: 'HUB_UPSTREAM_REJECTED',
  invariant: 'HUB_UPSTREAM_REJECTED',
  security: 'HUB_UPSTREAM_REFUSED',
  login: 'HUB_UPSTREAM_REFUSED',
  unknown: 'HUB_UPSTREAM_REFUSED',
  expired: 'HUB_UPSTREAM_REFUSED',
  forbidden: 'HUB_UPSTREAM_REFUSED',
  suppressed: 'HUB_UPSTREAM_REFUSED',
  processing: 'HUB_UPSTREAM_REJECTED',
  'not-supported': 'HUB_UPSTREAM_REJECTED',
  duplicate: 'HUB_UPSTREAM_CONFLICT',
  'multiple-matches': 'HUB_UPSTREAM_CONFLICT',
  'not-found': 'HUB_UPSTREAM_NOT_FOUND',
  deleted: 'HUB_UPSTREAM_NOT_FOUND',
  'too-long': 'HUB_UPSTREAM_REJECTED',
  'code-invalid': 'HUB_UPSTREAM_REJECTED',
  extension: 'HUB_UPSTREAM_REJECTED',
  'too-costly': 'HUB_UPSTREAM_REJECTED',
  'business-rule': 'HUB_UPSTREAM_REJECTED',
  conflict: 'HUB_UPSTREAM_CONFLICT',
  transient: 'HUB_UPSTREAM_UNAVAILABLE',
  'lock-error': 'HUB_UPSTREAM_UNAVAILABLE',
  'no-store': 'HUB_UPSTREAM_UNAVAILABLE',
  exception: 'HUB_UPSTREAM_UNAVAILABLE',
  timeout: 'HUB_UPSTREAM_TIMEOUT',
  incomplete: 'HUB_UPSTREAM_UNAVAILABLE',
  throttled: 'HUB_UPSTREAM_UNAVAILABLE',
  informational: 'HUB_UPSTREAM_REJECTED',
};

/** Issue types that mean something else for a write: the server's own failure may have come after the write took effect. */
export const WRITE_ISSUE_RULES: Readonly<Record<string, ErrorCode>> = {
  exception: 'HUB_UPSTREAM_AMBIGUOUS',
  timeout: 'HUB_UPSTREAM_AMBIGUOUS',
  incomplete: 'HUB_UPSTREAM_AMBIGUOUS',
  'too-long': 'HUB_UPSTREAM_TOO_LARGE',
};

/** The code of a list of issue types: the first that is known decides; with none known a read is rejected and a write ambiguous. */
export function codeOfIssues(types: readonly string[], exchange: Exchange = 'READ'): ErrorCode {
  const rules = exchange === 'READ' ? ISSUE_RULES : { ...ISSUE_RULES, ...WRITE_ISSUE_RULES };
  const known = types.find((type) => Object.hasOwn(rules, type));
  if (known !== undefined) return rules[known]!;
  return exchange === 'READ' ? 'HUB_UPSTREAM_REJECTED' : 'HUB_UPSTREAM_AMBIGUOUS';
}

/** Codes of Node's network, TLS and HTTP layers, by what they mean for a read. Others count as unreachable. */
export const NETWORK_RULES: readonly { readonly pattern: RegExp; readonly code: ErrorCode }[] = [
  // Certificate of the far end or of a proxy, ours refused by it, or a proxy that lets nobody through as we are: nobody but an
  // operator can mend that.
  {
    pattern:
      /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|ALERT_UNKNOWN_CA$|ALERT_ACCESS_DENIED$|^UND_ERR_PRX_TLS$|^PROXY_40[137]$/,
    code: 'HUB_UPSTREAM_REFUSED',
  },
  { pattern: /TIMEOUT$|^ETIMEDOUT$/, code: 'HUB_UPSTREAM_TIMEOUT' },
  { pattern: /^HPE_|^UND_ERR_HEADERS_OVERFLOW$|^UND_ERR_INVALID/, code: 'HUB_UPSTREAM_PROTOCOL' },
];

/** Codes of failures that come before a request leaves: no address, nobody who accepts, no TLS to speak through, no tunnel. */
export const NEVER_CONNECTED =
  /^ECONNREFUSED$|^PROXY_|^ENOTFOUND$|^EAI_AGAIN$|^UND_ERR_CONNECT_TIMEOUT$|^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE)$|ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE)$/;

/** What is known of a connection that failed. */
export interface NetworkFault {
  /** Code of Node's, or null when it has none. */
  readonly fault: string | null;
  /** True when the failure is known to have come before the request left. */
  readonly neverConnected: boolean;
}

/** The code for a connection that failed. For a write everything but a failure to connect is ambiguous. */
export function codeOfNetworkFault(
  { fault, neverConnected }: NetworkFault,
  exchange: Exchange = 'READ',
): ErrorCode {
  const known = NETWORK_RULES.find(({ pattern }) => fault !== null && pattern.test(fault))?.code;
  if (exchange === 'READ') return known ?? 'HUB_UPSTREAM_UNREACHABLE';
  if (known === 'HUB_UPSTREAM_REFUSED') return known;
  if (neverConnected) return 'HUB_UPSTREAM_UNREACHABLE';
  return 'HUB_UPSTREAM_AMBIGUOUS';
}
