/** What a check of `hub doctor` answers. */

/** How a check came out. */
export const FindingState = {
  OK: 'OK',
  /** It works today and will not for ever, or an answer is poorer for it. */
  WARNING: 'WARNING',
  /** The hub does not work, or does not protect what it should; somebody must act. */
  FAULT: 'FAULT',
  /** Not examined: what it stands on is missing, or the hub does not use it. */
  SKIPPED: 'SKIPPED',
} as const;
export type FindingState = (typeof FindingState)[keyof typeof FindingState];

/** Outcome of one check. Codes, counts and names of settings, tables, systems and teams; nothing of a person and no secret. */
export interface Verdict {
  readonly state: FindingState;
  /** What was found, in a sentence. */
  readonly found: string;
  /** The command, statement or setting that mends it; null when there is nothing to mend. */
  readonly mend: string | null;
}

/** A verdict with the name of its check, as `hub doctor --json` lists it. */
export interface Finding extends Verdict {
  readonly check: string;
}

/** What a check cannot do without: a connection to the database, this version's tables in it, readable site profiles. */
export type Need = 'database' | 'schema' | 'sites';

/** Nothing to mend. */
export const fine = (found: string): Verdict => ({ state: FindingState.OK, found, mend: null });
/** Works for now. */
export const warning = (found: string, mend: string): Verdict => ({
  state: FindingState.WARNING,
  found,
  mend,
});
/** Somebody must act. */
export const fault = (found: string, mend: string): Verdict => ({ state: FindingState.FAULT, found, mend });
/** Not examined. */
export const skipped = (found: string): Verdict => ({ state: FindingState.SKIPPED, found, mend: null });

const SEVERITY = [FindingState.SKIPPED, FindingState.OK, FindingState.WARNING, FindingState.FAULT];

/**
 * One verdict for several things: the worst state, and what was found of every thing in that state or of any that wants
 * mending; `whenNone` when there are no things.
 */
export function together(verdicts: readonly Verdict[], whenNone: Verdict): Verdict {
  if (verdicts.length === 0) return whenNone;
  const worst = Math.max(...verdicts.map(({ state }) => SEVERITY.indexOf(state)));
  const told = verdicts.filter(({ state, mend }) => mend !== null || SEVERITY.indexOf(state) === worst);
  const mends = [...new Set(told.flatMap(({ mend }) => mend ?? []))];
  return {
    state: SEVERITY[worst]!,
    found: told.map(({ found }) => found).join('; '),
    mend: mends.length > 0 ? mends.join('\n') : null,
  };
}
