/** What decisions speak in is what the tables accept: every enumeration equals its check constraint. */
import fc from 'fast-check';
import { MayProceed, Verdict } from '../../../src/casework/eligibility/combine.rules.js';
import { CONFIRMERS, Result } from '../../../src/casework/eligibility/criterion.rules.js';
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import { IdentityFact, Purpose, type TeamAnswerFact } from '../../../src/casework/eligibility/facts.js';
import { FLAGS } from '../../../src/casework/eligibility/flags.rules.js';
import { REASONS } from '../../../src/casework/eligibility/reason.rules.js';
import {
  ConsentToContactClinician,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../../../src/casework/referrals/referral.rules.js';
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { checkedValues } from '../../support/check-constraints.js';
import { anyCase, anyPurpose } from '../../support/eligibility-facts.js';
import { DOCUMENTS, RULES_OF } from '../../support/eligibility-row.js';

const DECISIONS = 'casework/eligibility/eligibility.migration.ts';
const REFERRALS = 'casework/referrals/referrals.migration.ts';
const CLINICAL = 'clinical/clinical.migration.ts';

const TEAM_ANSWERS: Readonly<Record<TeamAnswerFact['answer'], true>> = {
  ON_CASELOAD: true,
  NOT_ON_CASELOAD: true,
  CANNOT_SAY: true,
};

const sorted = (values: Iterable<string>): string[] => [...values].sort();

test.each<[string, string, string, readonly string[]]>([
  ['purpose', DECISIONS, 'ck_eligibility_decisions_purpose', Object.values(Purpose)],
  ['verdict', DECISIONS, 'ck_eligibility_decisions_verdict', Object.values(Verdict)],
  ['who is asked', DECISIONS, 'ck_eligibility_decisions_confirm_by', CONFIRMERS],
  ['how far to go', DECISIONS, 'ck_eligibility_decisions_may_proceed', Object.values(MayProceed)],
  ['result', DECISIONS, 'ck_eligibility_criteria_result', Object.values(Result)],
  ['answer of a team', DECISIONS, 'ck_confirmation_requests_answer', Object.keys(TEAM_ANSWERS)],
  ['route', REFERRALS, 'ck_referrals_route', Object.values(ReferralRoute)],
  ['word on work', REFERRALS, 'ck_referrals_word_on_work', Object.values(WordOnWork)],
  ['consent', REFERRALS, 'ck_referrals_consent', Object.values(ConsentToContactClinician)],
  ['residence', REFERRALS, 'ck_referrals_residence', Object.values(Residence)],
  ['state of a membership', CLINICAL, 'ck_caseload_memberships_state', Object.values(MembershipState)],
])('%s', (_what, path, constraint, values) => {
  expect(checkedValues(path, constraint).length).toBeGreaterThan(2);
  expect(sorted(values)).toEqual(sorted(checkedValues(path, constraint)));
});

test('a constraint that is not there has no values', () => {
  expect(checkedValues(DECISIONS, 'ck_unheard_of')).toEqual([]);
});

test('identity has the states of a person, and merged', () => {
  const states = checkedValues('people/people.migration.ts', 'ck_persons_identity_state');
  expect(sorted(Object.values(IdentityFact))).toEqual(sorted([...states, 'MERGED']));
});

test('whatever is decided fits the columns it is written to', () => {
  const strengths = checkedValues(DECISIONS, 'ck_eligibility_criteria_strength');
  const sources = checkedValues(DECISIONS, 'ck_eligibility_evidence_source');
  const settlers = [...CONFIRMERS, 'TIME', 'INTEGRATION'];
  fc.assert(
    fc.property(fc.constantFrom(...DOCUMENTS), anyCase, anyPurpose, (document, facts, purpose) => {
      const { reason, flags, criteria } = decideEligibility(RULES_OF[document], facts, purpose);
      expect(Object.keys(REASONS)).toContain(reason);
      for (const flag of flags) expect(Object.keys(FLAGS)).toContain(flag);
      for (const criterion of criteria) {
        expect(strengths).toContain(criterion.strength);
        expect(Object.keys(REASONS)).toContain(criterion.reason);
        expect(criterion.confirmBy !== null).toBe(criterion.result === Result.CONFIRM);
        expect(criterion.laterOn !== null).toBe(criterion.result === Result.LATER);
        if (criterion.settledBy !== null) expect(settlers).toContain(criterion.settledBy);
        for (const { source, finding } of criterion.evidence) {
          expect(sources).toContain(source);
          expect(finding).toMatch(/^[A-Z_]+$/);
        }
      }
    }),
    { numRuns: 600 },
  );
});
