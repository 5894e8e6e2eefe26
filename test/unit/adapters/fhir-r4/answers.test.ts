/** What answers to reads and writes mean, row by row; written from the hub's table of answers, not from the rules. */
import {
  codeOfIssues,
  codeOfNetworkFault,
  codeOfStatus,
  ISSUE_RULES,
} from '../../../../adapters/fhir-r4/answers.rules.js';
import { failureOfNetwork } from '../../../../adapters/fhir-r4/transport/failures.js';
import { ERROR_CODES, type ErrorCode } from '../../../../src/core/error-codes.js';

type Class = 'done' | 'transient' | 'permanent' | 'paused' | 'absent' | 'conflict';

/** Column "read, search", one status per line. */
const STATUSES: readonly (readonly [number, Class])[] = [
  [200, 'done'],
  [201, 'done'],
  [304, 'done'],
  [301, 'permanent'],
  [302, 'permanent'],
  [307, 'permanent'],
  [308, 'permanent'],
  [400, 'permanent'],
  [422, 'permanent'],
  [401, 'paused'],
  [403, 'paused'],
  [404, 'absent'],
  [410, 'absent'],
  [408, 'transient'],
  [429, 'transient'],
  [503, 'transient'],
  [409, 'conflict'],
  [412, 'conflict'],
  [413, 'permanent'],
  [415, 'permanent'],
  [423, 'transient'],
  [500, 'transient'],
  [502, 'transient'],
  [504, 'transient'],
  // Not in the table: what is left of 4xx is ours to change, what is left of 5xx theirs.
  [405, 'permanent'],
  [406, 'permanent'],
  [451, 'permanent'],
  [501, 'permanent'],
  [507, 'transient'],
  [599, 'transient'],
  [99, 'permanent'],
  [600, 'permanent'],
];

const classOf = (code: ErrorCode | null): Class => {
  if (code === null) return 'done';
  if (code === 'HUB_UPSTREAM_NOT_FOUND') return 'absent';
  if (code === 'HUB_UPSTREAM_CONFLICT') return 'conflict';
  return ERROR_CODES[code].retry as Class;
};

test.each(STATUSES)('status %d is %s', (status, expected) => {
  expect(classOf(codeOfStatus(status))).toBe(expected);
});

/** FHIR R4 value set IssueType, by the class of an error of that type. */
const ISSUES: Readonly<Record<Exclude<Class, 'done'>, string>> = {
  permanent:
    'invalid structure required value invariant processing not-supported too-long code-invalid extension too-costly business-rule informational',
  paused: 'security login unknown expired forbidden suppressed',
  absent: 'not-found deleted',
  conflict: 'conflict duplicate multiple-matches',
  transient: 'transient lock-error no-store exception timeout incomplete throttled',
};

test.each(Object.entries(ISSUES))('issues that are %s', (expected, types) => {
  for (const type of types.split(' '))
    expect([type, classOf(codeOfIssues([type]))]).toEqual([type, expected]);
});

test('every issue type of FHIR R4 has a meaning, and none of its own making', () => {
  expect(Object.keys(ISSUE_RULES).sort()).toEqual(Object.values(ISSUES).join(' ').split(' ').sort());
});

test('an issue type that is not FHIR’s decides nothing; the first known one does', () => {
  expect(codeOfIssues([])).toBe('HUB_UPSTREAM_REJECTED');
  expect(codeOfIssues(['constructor', 'toString'])).toBe('HUB_UPSTREAM_REJECTED');
  expect(codeOfIssues(['home-made', 'throttled', 'forbidden'])).toBe('HUB_UPSTREAM_UNAVAILABLE');
});

test.each([
  ['ECONNREFUSED', 'HUB_UPSTREAM_UNREACHABLE'],
  ['ENOTFOUND', 'HUB_UPSTREAM_UNREACHABLE'],
  ['EAI_AGAIN', 'HUB_UPSTREAM_UNREACHABLE'],
  ['ECONNRESET', 'HUB_UPSTREAM_UNREACHABLE'],
  ['UND_ERR_SOCKET', 'HUB_UPSTREAM_UNREACHABLE'],
  ['EPROTO', 'HUB_UPSTREAM_UNREACHABLE'],
  [null, 'HUB_UPSTREAM_UNREACHABLE'],
  ['ETIMEDOUT', 'HUB_UPSTREAM_TIMEOUT'],
  ['UND_ERR_CONNECT_TIMEOUT', 'HUB_UPSTREAM_TIMEOUT'],
  ['UND_ERR_HEADERS_TIMEOUT', 'HUB_UPSTREAM_TIMEOUT'],
  ['UND_ERR_BODY_TIMEOUT', 'HUB_UPSTREAM_TIMEOUT'],
  ['CERT_HAS_EXPIRED', 'HUB_UPSTREAM_REFUSED'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'HUB_UPSTREAM_REFUSED'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'HUB_UPSTREAM_REFUSED'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'HUB_UPSTREAM_REFUSED'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'HUB_UPSTREAM_REFUSED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'HUB_UPSTREAM_REFUSED'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'HUB_UPSTREAM_REFUSED'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'HUB_UPSTREAM_REFUSED'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'HUB_UPSTREAM_REFUSED'],
  ['HPE_INVALID_CONSTANT', 'HUB_UPSTREAM_PROTOCOL'],
  ['UND_ERR_PRX_TLS', 'HUB_UPSTREAM_REFUSED'],
  ['PROXY_407', 'HUB_UPSTREAM_REFUSED'],
  ['PROXY_502', 'HUB_UPSTREAM_UNREACHABLE'],
  ['PROXY_CLOSED', 'HUB_UPSTREAM_UNREACHABLE'],
])('a connection that ends in %s is %s', (fault, expected) => {
  expect(codeOfNetworkFault({ fault, neverConnected: false })).toBe(expected);
});

/** Column "create, update", where it differs from the reads, and what the table leaves open. */
const WRITES: readonly (readonly [number, string])[] = [
  [200, 'done'],
  [202, 'done'],
  [304, 'HUB_UPSTREAM_AMBIGUOUS'],
  [301, 'HUB_UPSTREAM_ORIGIN'],
  [400, 'HUB_UPSTREAM_REJECTED'],
  [401, 'HUB_UPSTREAM_REFUSED'],
  [403, 'HUB_UPSTREAM_REFUSED'],
  [404, 'HUB_UPSTREAM_NOT_FOUND'],
  [408, 'HUB_UPSTREAM_UNAVAILABLE'],
  [409, 'HUB_UPSTREAM_CONFLICT'],
  [412, 'HUB_UPSTREAM_CONFLICT'],
  [413, 'HUB_UPSTREAM_TOO_LARGE'],
  [415, 'HUB_UPSTREAM_TOO_LARGE'],
  [422, 'HUB_UPSTREAM_REJECTED'],
  [423, 'HUB_UPSTREAM_UNAVAILABLE'],
  [429, 'HUB_UPSTREAM_UNAVAILABLE'],
  [500, 'HUB_UPSTREAM_AMBIGUOUS'],
  [501, 'HUB_UPSTREAM_REJECTED'],
  [502, 'HUB_UPSTREAM_AMBIGUOUS'],
  [503, 'HUB_UPSTREAM_UNAVAILABLE'],
  [504, 'HUB_UPSTREAM_AMBIGUOUS'],
  [507, 'HUB_UPSTREAM_AMBIGUOUS'],
  [599, 'HUB_UPSTREAM_AMBIGUOUS'],
  [99, 'HUB_UPSTREAM_AMBIGUOUS'],
  [600, 'HUB_UPSTREAM_AMBIGUOUS'],
];

test.each(WRITES)('status %d for a write is %s', (status, expected) => {
  expect(codeOfStatus(status, 'WRITE') ?? 'done').toBe(expected);
});

test('no status makes a write both transient and of unknown outcome: what may be sent again blindly was not acted on', () => {
  const transient = Array.from({ length: 500 }, (_, at) => at + 100).filter((status) => {
    const code = codeOfStatus(status, 'WRITE');
    return code !== null && ERROR_CODES[code].retry === 'transient';
  });
  expect(transient).toEqual([408, 423, 429, 503]);
});

test('issue types of a write: the server’s own failure is ambiguous, and so is what nobody knows', () => {
  const ambiguous = Object.keys(ISSUE_RULES).filter(
    (type) => codeOfIssues([type], 'WRITE') === 'HUB_UPSTREAM_AMBIGUOUS',
  );
  expect(ambiguous.sort()).toEqual(['exception', 'incomplete', 'timeout']);
  expect(codeOfIssues(['too-long'], 'WRITE')).toBe('HUB_UPSTREAM_TOO_LARGE');
  expect(codeOfIssues([], 'WRITE')).toBe('HUB_UPSTREAM_AMBIGUOUS');
  expect(codeOfIssues(['home-made'], 'WRITE')).toBe('HUB_UPSTREAM_AMBIGUOUS');
});

test.each([
  ['ECONNRESET', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['ECONNRESET', true, 'HUB_UPSTREAM_UNREACHABLE'],
  ['ETIMEDOUT', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['ETIMEDOUT', true, 'HUB_UPSTREAM_UNREACHABLE'],
  ['UND_ERR_SOCKET', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['UND_ERR_HEADERS_TIMEOUT', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['HPE_INVALID_CONSTANT', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['EPROTO', false, 'HUB_UPSTREAM_AMBIGUOUS'],
  [null, false, 'HUB_UPSTREAM_AMBIGUOUS'],
  ['CERT_HAS_EXPIRED', false, 'HUB_UPSTREAM_REFUSED'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true, 'HUB_UPSTREAM_REFUSED'],
])('a write whose connection ends in %s, never connected %s, is %s', (fault, neverConnected, expected) => {
  expect(codeOfNetworkFault({ fault, neverConnected }, 'WRITE')).toBe(expected);
});

/** An error as undici throws it: `fetch failed`, with what happened as its cause. */
const failed = (cause: object) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('x'), cause) });

test.each([
  [failed({ code: 'ECONNREFUSED' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'UND_ERR_CONNECT_TIMEOUT' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'ETIMEDOUT', syscall: 'connect' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'EHOSTUNREACH', syscall: 'connect' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ code: 'ETIMEDOUT', syscall: 'read' }), 'HUB_UPSTREAM_AMBIGUOUS'],
  [failed({ code: 'EHOSTUNREACH', syscall: 'read' }), 'HUB_UPSTREAM_AMBIGUOUS'],
  [failed({ code: 'ECONNRESET', syscall: 'read' }), 'HUB_UPSTREAM_AMBIGUOUS'],
  [failed({ message: 'Proxy response (502) !== 200 when HTTP Tunneling' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ message: 'Proxy response (407) !== 200 when HTTP Tunneling' }), 'HUB_UPSTREAM_REFUSED'],
  [failed({ code: 'PROXY_CLOSED' }), 'HUB_UPSTREAM_UNREACHABLE'],
  [failed({ name: 'HTTPParserError' }), 'HUB_UPSTREAM_AMBIGUOUS'],
  [failed({ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' }), 'HUB_UPSTREAM_AMBIGUOUS'],
  [new TypeError('fetch failed'), 'HUB_UPSTREAM_AMBIGUOUS'],
  ['a string', 'HUB_UPSTREAM_AMBIGUOUS'],
])('%p on a write is %s', (error, expected) => {
  expect(failureOfNetwork(error, 'WRITE').code).toBe(expected);
});
