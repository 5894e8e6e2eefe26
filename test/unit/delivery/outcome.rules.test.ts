/** The table of answers on the hub's side, row by row, as data written from the one table of answers. */
import { ERROR_CODES, type ErrorCode } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import {
  type AttemptClass,
  BY_STAGE,
  backoffMs,
  codeOf,
  isExhausted,
  type LaneMove,
  type Theirs,
  verdictOf,
} from '../../../src/delivery/outcome.rules.js';

type Row = readonly [AttemptClass, LaneMove, Theirs | null];

const LATER: Row = ['TRANSIENT', 'waits', null];
const DOUBT: Row = ['AMBIGUOUS', 'waits', null];
const NO: Row = ['PERMANENT', 'parked', null];
const REJECTED: Row = ['PERMANENT', 'parked', 'REJECTED'];
const REFUSED: Row = ['PAUSED', 'waits', null];
const CONFLICT: Row = ['CONFLICT', 'waits', null];

/** code: what a write means, what a read means. */
const TABLE: readonly (readonly [ErrorCode, Row, Row])[] = [
  // 400, 422: rejected.
  ['HUB_UPSTREAM_REJECTED', REJECTED, NO],
  // 401 after one refresh, 403, certificate.
  ['HUB_UPSTREAM_REFUSED', REFUSED, REFUSED],
  // 404, 410: parked; to a question it is no answer.
  ['HUB_UPSTREAM_NOT_FOUND', NO, DOUBT],
  // 408, 423, 429, 503.
  ['HUB_UPSTREAM_UNAVAILABLE', LATER, LATER],
  // MSA AR, CR: three times, then parked.
  ['HUB_UPSTREAM_DECLINED', ['TRANSIENT', 'waits', 'REJECTED'], LATER],
  // 409, 412.
  ['HUB_UPSTREAM_CONFLICT', CONFLICT, CONFLICT],
  // 413, 415.
  ['HUB_UPSTREAM_TOO_LARGE', REJECTED, NO],
  // 500, 502, 504, reset after the request left.
  ['HUB_UPSTREAM_AMBIGUOUS', DOUBT, DOUBT],
  // No answer within the limit: of a read, later; of a write, doubt.
  ['HUB_UPSTREAM_TIMEOUT', DOUBT, LATER],
  ['HUB_UPSTREAM_STOPPED', DOUBT, LATER],
  // Refused connection, DNS, TLS before the request left.
  ['HUB_UPSTREAM_UNREACHABLE', LATER, LATER],
  // 2xx without id, HTML: of a write doubt, and a read settles nothing.
  ['HUB_UPSTREAM_PROTOCOL', DOUBT, DOUBT],
  // 3xx, never followed.
  ['HUB_UPSTREAM_ORIGIN', NO, NO],
  // The hub's own faults are no answer.
  ['HUB_INTERNAL', DOUBT, DOUBT],
];

describe.each(TABLE)('%s', (code, write, read) => {
  it.each([
    ['write', write],
    ['read', read],
  ] as const)('%s', (call, [attempt, lane, theirs]) => {
    expect(verdictOf(new HubError(code), call)).toEqual({ class: attempt, lane, theirs });
  });
});

it('what is not a HubError is doubt', () => {
  for (const call of ['write', 'read'] as const)
    expect(verdictOf(new TypeError('x'), call)).toEqual({ class: 'AMBIGUOUS', lane: 'waits', theirs: null });
  expect(codeOf(new TypeError('x'))).toBe('HUB_INTERNAL');
  expect(codeOf(new HubError('HUB_BUSY'))).toBe('HUB_BUSY');
});

it('every code of a far end is in the table, and no code at all moves a lane on', () => {
  const upstream = Object.keys(ERROR_CODES).filter((code) => code.startsWith('HUB_UPSTREAM_'));
  expect(TABLE.map(([code]) => code)).toEqual(expect.arrayContaining(upstream));
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
    for (const call of ['write', 'read'] as const)
      expect(verdictOf(new HubError(code), call).lane).not.toBe('next');
});

it('receipts: accepted, or theirs to review', () => {
  expect(BY_STAGE).toEqual({
    ACCEPTED: { class: 'DONE', lane: 'next', theirs: 'ACCEPTED' },
    AWAITING_REVIEW: { class: 'DONE', lane: 'next', theirs: 'AWAITING_SIGNATURE' },
  });
});

describe('back-off', () => {
  const patience = { backoffMs: 100, longestBackoffMs: 10_000 };
  const most = (tries: number): number => backoffMs(tries, patience, undefined, () => 1);

  it('doubles up to its cap and stays there for days', () => {
    expect([1, 2, 3, 7, 8, 9, 2_000].map(most)).toEqual([100, 200, 400, 6_400, 10_000, 10_000, 10_000]);
  });

  it('is anything from nought to that: full jitter, at the cap too', () => {
    expect(backoffMs(50, patience, undefined, () => 0)).toBe(0);
    const many = Array.from({ length: 500 }, () => backoffMs(50, patience, undefined));
    expect(Math.min(...many)).toBeLessThan(1_000);
    expect(Math.max(...many)).toBeGreaterThan(9_000);
  });

  it('is never shorter than what the far end asked for, and no more than a day', () => {
    expect(backoffMs(1, patience, 30_000, () => 0)).toBe(30_000);
    expect(backoffMs(1, patience, 30_000, () => 1)).toBe(30_100);
    expect(backoffMs(1, patience, 0, () => 0)).toBe(0);
    expect(backoffMs(1, patience, -5, () => 0)).toBe(0);
    expect(backoffMs(1, patience, 7 * 86_400_000, () => 0)).toBe(86_400_000);
  });
});

describe('bounds', () => {
  const limits = { ambiguousLimit: 10, conflictLimit: 3 };
  it.each<[AttemptClass, number, number, boolean]>([
    ['AMBIGUOUS', 9, 0, false],
    ['AMBIGUOUS', 10, 0, true],
    ['WAITED', 10, 0, true],
    ['CONFLICT', 100, 2, false],
    ['CONFLICT', 3, 3, true],
    ['TRANSIENT', 1_000_000, 99, false],
    ['PAUSED', 1_000_000, 99, false],
  ])('%s after %s tries and %s conflicts: %s', (attempt, tries, conflicts, exhausted) => {
    expect(isExhausted({ class: attempt, code: null }, tries, conflicts, limits)).toBe(exhausted);
  });

  it('what the far end declines is tried three times', () => {
    const declined = { class: 'TRANSIENT', code: 'HUB_UPSTREAM_DECLINED' } as const;
    expect([1, 2, 3, 4].map((tries) => isExhausted(declined, tries, 0, limits))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(isExhausted({ class: 'TRANSIENT', code: 'HUB_UPSTREAM_UNAVAILABLE' }, 4, 0, limits)).toBe(false);
  });
});
