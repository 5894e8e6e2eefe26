/** What each answer to a read or search means: the reads column of the hub's table of answers, as data. */
import type { ErrorCode } from '../../src/core/error-codes.js';

/** HTTP statuses, both ends included, and what they mean for a read; null is done. */
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

/** The code that a status stands for in answer to a read, or null when it is done. Statuses outside HTTP are of no protocol. */
export function codeOfStatus(status: number): ErrorCode | null {
  const rule = READ_STATUS_RULES.find(({ from, to }) => status >= from && status <= to);
  return rule === undefined ? 'HUB_UPSTREAM_PROTOCOL' : rule.code;
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

/** The code of a list of issue types: the first that is known decides, and none known is a rejection. */
export function codeOfIssues(types: readonly string[]): ErrorCode {
  const known = types.find((type) => Object.hasOwn(ISSUE_RULES, type));
  return known === undefined ? 'HUB_UPSTREAM_REJECTED' : ISSUE_RULES[known]!;
}

/** Codes of Node's network, TLS and HTTP layers, by what they mean for a read. Others count as unreachable. */
export const NETWORK_RULES: readonly { readonly pattern: RegExp; readonly code: ErrorCode }[] = [
  // Certificate of the far end, or ours refused by it: nobody but an operator can mend that.
  {
    pattern: /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|ALERT_UNKNOWN_CA$|ALERT_ACCESS_DENIED$/,
    code: 'HUB_UPSTREAM_REFUSED',
  },
  { pattern: /TIMEOUT$|^ETIMEDOUT$/, code: 'HUB_UPSTREAM_TIMEOUT' },
  { pattern: /^HPE_|^UND_ERR_HEADERS_OVERFLOW$|^UND_ERR_INVALID/, code: 'HUB_UPSTREAM_PROTOCOL' },
];

/** The code for a connection that failed with a code of Node's, or null when it has none. */
export function codeOfNetworkFault(fault: string | null): ErrorCode {
  return (
    NETWORK_RULES.find(({ pattern }) => fault !== null && pattern.test(fault))?.code ??
    'HUB_UPSTREAM_UNREACHABLE'
  );
}
