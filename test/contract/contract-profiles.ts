/** What differs between far ends of several kinds. */
import { EXPECTATIONS, type Expectation } from './expectations.js';
import { FAULT_KINDS, type Fault, type FaultKind } from './misbehaving-peer.js';

/** How far ends of one kind behave; each case of the suite that differs reads it from here. */
export interface ContractProfile<Kind extends string> {
  /** Every way in which such a far end can misbehave; each has an expectation. */
  readonly kinds: readonly Kind[];
  readonly expectations: readonly Expectation<Kind>[];
  /** Those that take too long for a property. */
  readonly slowKinds: readonly Kind[];
  /** Memberships after which the slow one is met. */
  readonly slow: Fault<Kind>;
  /** A pull fails by it, and the next one does not. */
  readonly failing: Fault<Kind>;
  /** A pull reaches its end in spite of it. */
  readonly survived: Fault<Kind>;
  /** Health is down while it lasts, with a code of this form. */
  readonly unhealthy: readonly Kind[];
  readonly unhealthyCode: RegExp;
  /** Whether health tells what the last pull met, rather than asking by itself. */
  readonly healthFollowsPull: boolean;
}

/** Servers that answer over a network. */
export const SERVER: ContractProfile<FaultKind> = {
  kinds: FAULT_KINDS,
  expectations: EXPECTATIONS,
  slowKinds: ['DELAY', 'STALL'],
  slow: { kind: 'DELAY' },
  failing: { kind: 'DROP', page: 2, times: 4 },
  survived: { kind: 'DROP', page: 2, times: 1 },
  unhealthy: ['DROP', 'DELAY', 'DOWN_503', 'REFUSES_401', 'HTML_200', 'REDIRECT', 'TOO_LARGE'],
  unhealthyCode: /^HUB_UPSTREAM_/,
  healthFollowsPull: false,
};
