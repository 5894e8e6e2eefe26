/** The promises of eligibility over a quarter of a million generated cases under each specification. */
import fc from 'fast-check';
import { decideEligibility } from '../../src/casework/eligibility/decide-eligibility.rules.js';
import type { CaseFacts } from '../../src/casework/eligibility/facts.js';
import { anyCase, anyPurpose } from '../support/eligibility-facts.js';
import { DOCUMENTS, RULES_OF } from '../support/eligibility-row.js';

const RUNS = 250_000;

/** The same case as if nothing had been refreshed for so many hours more. */
function later(facts: CaseFacts, hours: number): CaseFacts {
  return { ...facts, knownAt: new Date(Date.parse(facts.knownAt) + hours * 3_600_000).toISOString() };
}

test.each(DOCUMENTS)(
  '%s: a no rests on a hard fail; no case is refused because its evidence grew old',
  (document) => {
    const rules = RULES_OF[document]!;
    fc.assert(
      fc.property(anyCase, anyPurpose, fc.integer({ min: 1, max: 2_000 }), (facts, purpose, hours) => {
        const now = decideEligibility(rules, facts, purpose);
        const hardFail = now.criteria.some(
          (criterion) => criterion.strength === 'HARD' && criterion.result === 'FAIL',
        );
        expect(now.verdict === 'NOT_ELIGIBLE').toBe(hardFail);
        expect(now.criteria).toHaveLength(9);
        const old = decideEligibility(rules, later(facts, hours), purpose);
        if (now.verdict !== 'NOT_ELIGIBLE') expect(old.verdict).not.toBe('NOT_ELIGIBLE');
      }),
      { numRuns: RUNS },
    );
  },
  600_000,
);
