/** A period that the hub could not understand is unknown: neither a yes nor a no follows from it. */
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import { Purpose } from '../../../src/casework/eligibility/facts.js';
import { aCase, aMembership } from '../../support/eligibility-facts.js';
import { DOCUMENTS, RULES_OF } from '../../support/eligibility-row.js';

const verdicts = (complete: boolean, state: 'OPEN' | 'ENDED' | 'ENTERED_IN_ERROR'): string[] =>
  DOCUMENTS.map((document) => {
    const facts = aCase({ memberships: [aMembership('CMHT', { complete, state })] });
    return decideEligibility(RULES_OF[document]!, facts, Purpose.ENTRY).verdict;
  });

test('an open membership counts when its period is understood, and cannot tell when it is not', () => {
  expect(verdicts(true, 'OPEN')[1]).toBe('ELIGIBLE');
  expect(verdicts(false, 'OPEN')[1]).toBe('CANNOT_TELL');
});

test.each(['OPEN', 'ENDED'] as const)('nobody is refused over a period not understood: %s', (state) => {
  expect(verdicts(false, state)).not.toContain('NOT_ELIGIBLE');
});

test('what was entered in error says nothing, understood or not', () => {
  expect(verdicts(false, 'ENTERED_IN_ERROR')).toEqual(verdicts(true, 'ENTERED_IN_ERROR'));
});
