/** What a check of `hub doctor` is. */
import type { Ground } from './ground.js';
import type { Need, Verdict } from './verdict.js';

/** One row of the table of checks. */
export interface Check {
  /** Stable: scripts pick findings by it. */
  readonly name: string;
  /** For the operator's page, one sentence. */
  readonly examines: string;
  /** Without one of these the check is skipped. Default: none. */
  readonly needs?: readonly Need[];
  /** Looks and changes nothing. A thrown error becomes a FAULT with its code. */
  run(ground: Ground): Promise<Verdict>;
}
