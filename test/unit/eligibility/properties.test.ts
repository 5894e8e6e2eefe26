/** What holds for every case: silence never excludes, age of evidence never excludes, warnings never decide, restriction never shows. */
import fc from 'fast-check';
import { combine, Verdict } from '../../../src/casework/eligibility/combine.rules.js';
import { CRITERIA, type CriterionResult, Result } from '../../../src/casework/eligibility/criterion.rules.js';
import {
  type Decision,
  decideEligibility,
} from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import type { CaseFacts, Instant } from '../../../src/casework/eligibility/facts.js';
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { aCase, aMembership, anyCase, anyPurpose } from '../../support/eligibility-facts.js';
import { DOCUMENTS, RULES_OF } from '../../support/eligibility-row.js';

const anyDocument = fc.constantFrom(...DOCUMENTS);
const RUNS = { numRuns: 1_500 };

const hardFails = ({ criteria }: Decision): readonly CriterionResult[] =>
  criteria.filter(({ strength, result }) => strength === 'HARD' && result === Result.FAIL);

const older = (at: Instant, hours: number): Instant =>
  new Date(Date.parse(at) - hours * 3_600_000).toISOString();

/** The same case with its evidence aged, each piece by its own hours. */
function aged(facts: CaseFacts, hours: readonly number[]): CaseFacts {
  let used = 0;
  const next = (at: Instant): Instant => older(at, hours[used++ % hours.length]!);
  const absence = Object.entries(facts.absence).map(([kind, { usable, sweptAt }]) => [
    kind,
    { usable, sweptAt: sweptAt === null ? null : next(sweptAt) },
  ]);
  return {
    ...facts,
    memberships: facts.memberships.map((membership) => ({
      ...membership,
      lastSeenAt: next(membership.lastSeenAt),
    })),
    absence: Object.fromEntries(absence),
    teamAnswer: facts.teamAnswer && { ...facts.teamAnswer, answeredAt: next(facts.teamAnswer.answeredAt) },
  };
}

test('not eligible needs a hard fail, and every piece that proves it is fresh', () => {
  let excluded = 0;
  fc.assert(
    fc.property(anyDocument, anyCase, anyPurpose, (document, facts, purpose) => {
      const decision = decideEligibility(RULES_OF[document], facts, purpose);
      const fails = hardFails(decision);
      expect(decision.verdict === Verdict.NOT_ELIGIBLE).toBe(fails.length > 0);
      if (fails.length > 0) excluded++;
      for (const { key, reason, evidence } of fails) {
        if (key !== 'TEAM_MEMBERSHIP') continue;
        expect(reason).toBe('NOT_ON_CASELOAD');
        expect(evidence.at(-1)).toMatchObject({ finding: 'NOT_SEEN', fresh: true });
      }
    }),
    RUNS,
  );
  expect(excluded).toBeGreaterThan(100);
});

test('nobody is excluded by silence: without memberships, sweeps and answers only the person’s own words can fail', () => {
  const silent = { memberships: [], absence: {}, teamAnswer: null };
  fc.assert(
    fc.property(anyDocument, anyCase, anyPurpose, (document, facts, purpose) => {
      const decision = decideEligibility(RULES_OF[document], { ...facts, ...silent }, purpose);
      expect(hardFails(decision).map(({ key }) => key)).not.toContain('TEAM_MEMBERSHIP');
      expect(hardFails(decision).map(({ key }) => key)).not.toContain('SELF_REFERRAL');
    }),
    RUNS,
  );
});

test('staler evidence never moves a case to not eligible', () => {
  const hours = fc.array(fc.constantFrom(0, 1, 30, 200, 2_000), { minLength: 1, maxLength: 9 });
  let moved = 0;
  fc.assert(
    fc.property(anyDocument, anyCase, anyPurpose, hours, (document, facts, purpose, ages) => {
      const before = decideEligibility(RULES_OF[document], facts, purpose).verdict;
      const after = decideEligibility(RULES_OF[document], aged(facts, ages), purpose).verdict;
      if (before !== after) moved++;
      if (before !== Verdict.NOT_ELIGIBLE) expect(after).not.toBe(Verdict.NOT_ELIGIBLE);
    }),
    { numRuns: 4_000 },
  );
  expect(moved).toBeGreaterThan(50);
});

test('a soft warning never changes the verdict, nor who is asked, nor how far one may go', () => {
  const result = fc.constantFrom(...Object.values(Result));
  fc.assert(
    fc.property(
      anyDocument,
      anyCase,
      anyPurpose,
      result,
      fc.nat(CRITERIA.length),
      (document, facts, purpose, soft, at) => {
        const { criteria } = decideEligibility(RULES_OF[document], facts, purpose);
        const { warnings: none, ...before } = combine(criteria, purpose);
        const extra: CriterionResult = { ...criteria[0]!, key: 'RESIDENCE', strength: 'SOFT', result: soft };
        const { warnings, ...after } = combine(
          [...criteria.slice(0, at), extra, ...criteria.slice(at)],
          purpose,
        );
        expect(after).toEqual(before);
        expect(warnings.length - none.length).toBe(
          soft === Result.PASS || soft === Result.NOT_SPECIFIED ? 0 : 1,
        );
      },
    ),
    RUNS,
  );
});

test('what is not specified never blocks', () => {
  fc.assert(
    fc.property(anyDocument, anyCase, anyPurpose, (document, facts, purpose) => {
      const { criteria } = decideEligibility(RULES_OF[document], facts, purpose);
      const spoken = criteria.filter(({ strength }) => strength !== 'NOT_SPECIFIED');
      expect(combine(spoken, purpose)).toEqual(combine(criteria, purpose));
      for (const { result, strength } of criteria)
        if (result === Result.NOT_SPECIFIED) expect(strength).toBe('NOT_SPECIFIED');
    }),
    RUNS,
  );
});

test('contact may be made under every verdict but not eligible, and nobody with the service is held up', () => {
  fc.assert(
    fc.property(anyDocument, anyCase, anyPurpose, (document, facts, purpose) => {
      const { verdict, mayProceed, notYetUntil, confirmBy } = decideEligibility(
        RULES_OF[document],
        facts,
        purpose,
      );
      const meanwhile = purpose === 'CONTINUE' ? 'ENGAGE' : 'CONTACT';
      const expected = {
        ELIGIBLE: 'ENGAGE',
        NOT_ELIGIBLE: 'NONE',
        NOT_YET: meanwhile,
        NEEDS_CONFIRMATION: meanwhile,
        CANNOT_TELL: meanwhile,
      };
      expect(mayProceed).toBe(expected[verdict]);
      expect(notYetUntil !== null).toBe(verdict === Verdict.NOT_YET);
      expect(confirmBy !== null).toBe(verdict === Verdict.NEEDS_CONFIRMATION);
      if (notYetUntil !== null) expect(notYetUntil > facts.asOf).toBe(true);
    }),
    RUNS,
  );
});

/** A decision without its evidence: all that somebody outside the team can see. */
const seen = ({ criteria, ...decision }: Decision): unknown => ({
  ...decision,
  criteria: criteria.map(({ evidence: _hidden, ...criterion }) => criterion),
});

test('a restricted record answers exactly like an ordinary one that waits for its team', () => {
  const waiting = { state: MembershipState.WAITING_LIST, careCoordinator: false };
  fc.assert(
    fc.property(
      anyDocument,
      anyCase,
      fc.constantFrom('ENTRY' as const, 'CONTINUE' as const),
      (document, facts, purpose) => {
        const plain = { ...facts, teamAnswer: null };
        const hidden = { ...plain, restricted: true };
        const kind = document === '002' ? 'NEIGHBOURHOOD' : 'CMHT';
        const ordinary = { ...plain, restricted: false, memberships: [aMembership(kind, waiting)] };
        expect(seen(decideEligibility(RULES_OF[document], hidden, purpose))).toEqual(
          seen(decideEligibility(RULES_OF[document], ordinary, purpose)),
        );
      },
    ),
    RUNS,
  );
});

test('evidence of a restricted record is marked, whatever it says', () => {
  const { criteria } = decideEligibility(RULES_OF['001'], aCase({ restricted: true }), 'ENTRY');
  const records = criteria.flatMap(({ evidence }) => evidence).filter(({ reference }) => reference !== null);
  expect(records.length).toBe(3);
  expect(records.every(({ restricted }) => restricted)).toBe(true);
});

test('symptoms, substance use, diagnosis, history, readiness and presentation cannot be given', () => {
  // @ts-expect-error there is no such fact
  const given: CaseFacts = { ...aCase(), diagnosis: 'any' };
  // @ts-expect-error there is no such fact of a referral either
  const referral: CaseFacts['referral'] = { ...aCase().referral, substanceUse: true };
  expect(seen(decideEligibility(RULES_OF['004'], given, 'ENTRY'))).toEqual(
    seen(decideEligibility(RULES_OF['004'], { ...given, referral }, 'ENTRY')),
  );
});

test('a thousand cases are decided in a few milliseconds each hundred, on a busy machine too', () => {
  const cases = Array.from({ length: 1_000 }, (_unused, index) =>
    aCase({ dateOfBirth: index % 3 === 0 ? '2003-03-02' : '1988-05-14' }),
  );
  const rounds = Array.from({ length: 9 }, () => {
    const start = performance.now();
    for (const facts of cases) decideEligibility(RULES_OF['001'], facts, 'ENTRY');
    return performance.now() - start;
  });
  expect(Math.min(...rounds)).toBeLessThan(100);
});
