/** What is made of the rows that a decision reads: absence kind by kind, and a referral as it was known. */
import {
  absenceByKind,
  asKnownAt,
  type CaseFile,
  factsOf,
  type ReferralToDecide,
} from '../../../src/casework/eligibility/case-facts.reader.js';
import type { SweepEvidence } from '../../../src/clinical/freshness.rules.js';
import { TeamKind } from '../../../src/contracts/rule-values.js';

const at = (hour: number): Date => new Date(Date.UTC(2026, 2, 11, hour));

const sweep = (teamKind: TeamKind | null, sweepStartedAt: Date | null): SweepEvidence => ({
  systemId: 'system',
  systemCode: 'home',
  teamReference: `Organization/${teamKind}`,
  teamId: null,
  teamName: null,
  teamKind,
  sweepStartedAt,
  presenceBudgetHours: 168,
  absenceBudgetHours: 26,
});

describe('absenceByKind', () => {
  it('knows nothing where there is no caseload at all', () => {
    expect(absenceByKind([])).toEqual({});
  });

  it('counts from the oldest sweep of the kind', () => {
    const facts = absenceByKind([sweep('CMHT', at(9)), sweep('CMHT', at(7)), sweep('EIP', at(3))]);
    expect(facts.CMHT).toEqual({ usable: true, held: true, sweptAt: at(7).toISOString() });
    expect(facts.EIP).toEqual({ usable: true, held: true, sweptAt: at(3).toISOString() });
  });

  it('is not known while one caseload of the kind was never swept', () => {
    const facts = absenceByKind([sweep('CMHT', at(9)), sweep('CMHT', null), sweep('EIP', at(3))]);
    expect(facts.CMHT).toEqual({ usable: false, held: true, sweptAt: null });
    expect(facts.EIP?.usable).toBe(true);
  });

  it('waits for a code that nobody has mapped, since it may be of any kind', () => {
    const unswept = absenceByKind([sweep('CMHT', at(9)), sweep(null, null)]);
    expect(Object.values(unswept).some(({ usable }) => usable)).toBe(false);
    const older = absenceByKind([sweep('CMHT', at(9)), sweep(null, at(2))]);
    expect(older.CMHT?.sweptAt).toBe(at(2).toISOString());
  });

  it('takes a kind that no system holds from the oldest sweep of all, and says that none holds it', () => {
    const facts = absenceByKind([sweep('CMHT', at(9)), sweep('CRISIS', at(5))]);
    expect(facts.REHABILITATION).toEqual({ usable: true, held: false, sweptAt: at(5).toISOString() });
    expect(Object.keys(facts).sort()).toEqual(Object.values(TeamKind).sort());
  });
});

const referral: ReferralToDecide = {
  id: 'referral',
  teamId: 'team',
  personId: 'person',
  specificationId: 'specification',
  route: 'SELF',
  receivedOn: '2026-03-01',
  acceptedOn: '2026-03-05',
  wordOnWork: 'WANTS_PAID_WORK',
  wordRecordedOn: '2026-03-03',
  employment: 'OUT_OF_WORK',
  consentToContactClinician: 'GIVEN',
  consentRecordedOn: '2026-03-04',
  residence: 'IN_REGION',
  onCareProgrammeApproach: null,
};

describe('asKnownAt', () => {
  it.each([
    ['2026-03-02', 'NOT_RECORDED', 'NOT_ASKED', null],
    ['2026-03-03', 'WANTS_PAID_WORK', 'NOT_ASKED', null],
    ['2026-03-04', 'WANTS_PAID_WORK', 'GIVEN', null],
    ['2026-03-05', 'WANTS_PAID_WORK', 'GIVEN', '2026-03-05'],
  ])('on %s the word was %s, consent %s, acceptance %s', (day, wordOnWork, consent, acceptedOn) => {
    expect(asKnownAt(referral, new Date(`${day}T12:00:00Z`))).toEqual({
      ...referral,
      wordOnWork,
      consentToContactClinician: consent,
      acceptedOn,
    });
  });
});

describe('factsOf', () => {
  const file: CaseFile = {
    persons: new Map(),
    memberships: new Map(),
    answers: new Map(),
    absence: {},
    presenceBudgetHours: 168,
    absenceBudgetHours: 26,
  };

  it('has nothing to say of a person of whom nothing is known', () => {
    const facts = factsOf(file, referral, '2026-03-11', at(12));
    expect(facts).toMatchObject({
      asOf: '2026-03-11',
      knownAt: '2026-03-11T12:00:00.000Z',
      dateOfBirth: null,
      identity: 'CLEAR',
      restricted: false,
      memberships: [],
      teamAnswer: null,
    });
  });

  it('calls a membership of an unmapped code one of an unknown team', () => {
    const membership = {
      personId: 'person',
      membershipId: 'membership',
      systemId: 'system',
      systemCode: 'home',
      teamReference: 'Organization/x99',
      teamId: null,
      teamName: null,
      teamKind: null,
      sourceReference: 'EpisodeOfCare/1',
      sourceVersion: '7',
      state: 'OPEN',
      validFrom: '2026-01-01',
      validTo: null,
      restricted: false,
      complete: true,
      hasCareCoordinator: true,
      sourceAsOf: null,
      observedFrom: at(1),
      lastSeenAt: at(2),
      presenceBudgetHours: 168,
    } as const;
    const known = { ...file, memberships: new Map([['person', [membership]]]) };
    expect(factsOf(known, referral, '2026-03-11', at(12)).memberships).toEqual([
      {
        teamKind: 'UNKNOWN_CODE',
        teamId: null,
        state: 'OPEN',
        validFrom: '2026-01-01',
        validTo: null,
        restricted: false,
        complete: true,
        careCoordinator: true,
        lastSeenAt: at(2).toISOString(),
        sourceAsOf: null,
        systemId: 'system',
        reference: 'EpisodeOfCare/1',
        version: '7',
      },
    ]);
  });
});
