/** Single criteria at their edges, where the table of people has no row. */

import { combine } from '../../../src/casework/eligibility/combine.rules.js';
import {
  CONFIRMERS,
  type CriterionKey,
  type CriterionResult,
} from '../../../src/casework/eligibility/criterion.rules.js';
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import {
  type CaseFacts,
  Purpose,
  type TeamAnswerFact,
  UNKNOWN_CODE,
} from '../../../src/casework/eligibility/facts.js';
import { FLAGS } from '../../../src/casework/eligibility/flags.rules.js';
import { windowOf } from '../../../src/casework/eligibility/membership-sighting.rules.js';
import { REASONS } from '../../../src/casework/eligibility/reason.rules.js';
import { aCase, aMembership, hoursAgo, KNOWN_AT, swept } from '../../support/eligibility-facts.js';
import { type Document, letterOf, RULES_OF } from '../../support/eligibility-row.js';

const decide = (document: Document, facts: CaseFacts, purpose: Purpose = 'ENTRY') =>
  decideEligibility(RULES_OF[document], facts, purpose);
const letter = (document: Document, facts: CaseFacts, purpose: Purpose = 'ENTRY'): string =>
  letterOf(decide(document, facts, purpose));
const criterion = (
  document: Document,
  facts: CaseFacts,
  key: CriterionKey,
  purpose: Purpose = 'ENTRY',
): CriterionResult => decide(document, facts, purpose).criteria.find((one) => one.key === key)!;
const answer = (more: Partial<TeamAnswerFact>): TeamAnswerFact => ({
  answer: 'ON_CASELOAD',
  teamKind: 'CMHT',
  teamId: null,
  from: null,
  to: null,
  answeredAt: KNOWN_AT,
  ...more,
});

describe('age', () => {
  const born = (dateOfBirth: string, acceptedOn: string | null = null) =>
    aCase({ dateOfBirth, referral: { acceptedOn } });

  test('somebody born on 29 February comes of age on 1 March', () => {
    const leapling = aCase({ dateOfBirth: '2004-02-29', asOf: '2022-02-28' });
    expect(criterion('001', leapling, 'AGE')).toMatchObject({
      result: 'LATER',
      laterOn: '2022-03-01',
      settledBy: 'TIME',
    });
    expect(letter('001', { ...leapling, asOf: '2022-03-01' })).toBe('E');
  });

  test('an acceptance to come counts, one gone by does not hold a birthday back', () => {
    expect(letter('001', born('2003-03-08', '2021-03-08'))).toBe('E');
    expect(letter('001', born('2003-03-08', '2021-03-07'))).toBe('Y');
    expect(letter('001', born('2003-02-25', '2021-02-24'))).toBe('E');
  });

  test('not yet names the day', () => {
    expect(decide('001', born('2003-03-08'))).toMatchObject({
      notYetUntil: '2021-03-08',
      reason: 'UNDER_MINIMUM_AGE',
      mayProceed: 'CONTACT',
    });
  });

  test('where no age is named an unknown date of birth asks nothing', () => {
    expect(criterion('003', aCase({ dateOfBirth: null }), 'AGE').result).toBe('NOT_SPECIFIED');
    expect(criterion('004', aCase({ dateOfBirth: null }), 'AGE').reason).toBe('DATE_OF_BIRTH_NOT_KNOWN');
  });
});

describe('the days that count', () => {
  const referral = (receivedOn: string, acceptedOn: string | null) =>
    aCase({ referral: { receivedOn, acceptedOn } });

  test('from receipt to acceptance, or to the day asked', () => {
    expect(windowOf(referral('2021-02-22', '2021-02-25'), Purpose.ENTRY)).toEqual({
      from: '2021-02-22',
      to: '2021-02-25',
    });
    expect(windowOf(referral('2021-02-22', null), Purpose.ENTRY)).toEqual({
      from: '2021-02-22',
      to: '2021-03-01',
    });
    expect(windowOf(referral('2021-02-22', '2021-03-09'), Purpose.ENTRY)).toEqual({
      from: '2021-02-22',
      to: '2021-03-01',
    });
  });

  test('asked about a day before the referral came, that day alone', () => {
    expect(windowOf(referral('2021-03-05', null), Purpose.ENTRY)).toEqual({
      from: '2021-03-01',
      to: '2021-03-01',
    });
  });

  test('whoever is with the service, or comes back, is looked at today', () => {
    const today = { from: '2021-03-01', to: '2021-03-01' };
    expect(windowOf(referral('2020-02-22', '2020-02-25'), Purpose.CONTINUE)).toEqual(today);
    expect(windowOf(referral('2020-02-22', '2020-02-25'), Purpose.RE_ENTRY)).toEqual(today);
    expect(windowOf(referral('2021-02-22', null), Purpose.RE_ENTRY).from).toBe('2021-02-22');
  });
});

describe('membership', () => {
  const only = (...memberships: CaseFacts['memberships']) => aCase({ memberships });

  test('an end without a date cannot be told from one that counts', () => {
    expect(criterion('001', only(aMembership('CMHT', { state: 'ENDED' })), 'TEAM_MEMBERSHIP')).toMatchObject({
      result: 'UNKNOWN',
      reason: 'END_NOT_DATED',
      settledBy: 'INTEGRATION',
    });
  });

  test('a stay that ends on the day it began is none', () => {
    const none = aMembership('CMHT', { state: 'ENDED', validFrom: '2021-02-24', validTo: '2021-02-24' });
    expect(letter('001', only(none))).toBe('N');
  });

  test('a waiting list that has been left before the referral is none', () => {
    expect(letter('001', only(aMembership('CMHT', { state: 'WAITING_LIST', validTo: '2021-01-04' })))).toBe(
      'N',
    );
  });

  test('the team is asked before the commissioner, and either before integration', () => {
    const waiting = aMembership('CMHT', { state: 'WAITING_LIST' });
    const stale = aMembership('CMHT', { lastSeenAt: hoursAgo(169) });
    expect(letter('000', only(waiting, aMembership('EIP')))).toBe('T');
    expect(letter('000', only(stale, aMembership('EIP')))).toBe('M');
    expect(letter('001', only(stale, aMembership(UNKNOWN_CODE)))).toBe('?');
  });

  test('absence has to be known of every kind that could count, and of no other', () => {
    const without = (kind: string) =>
      Object.fromEntries(Object.entries(swept(4)).filter(([key]) => key !== kind));
    expect(letter('001', aCase({ memberships: [], absence: without('EIP') }))).toBe('?');
    expect(letter('001', aCase({ memberships: [], absence: without('NEIGHBOURHOOD') }))).toBe('N');
    expect(letter('002', aCase({ memberships: [], absence: without('REHABILITATION') }))).toBe('?');
  });

  test('where no record system has any admissible team, nobody is absent', () => {
    const nowhere = (kinds: readonly string[]) =>
      Object.fromEntries(
        Object.entries(swept(4)).map(([kind, absence]) => [
          kind,
          { ...absence, held: !kinds.includes(kind) },
        ]),
      );
    expect(letter('002', aCase({ memberships: [], absence: nowhere(['NEIGHBOURHOOD', 'EIP']) }))).toBe('?');
    expect(letter('002', aCase({ memberships: [], absence: nowhere(['NEIGHBOURHOOD']) }))).toBe('N');
  });

  test('every piece of evidence carries where it is from and how old it is', () => {
    const source = {
      systemId: 'a-system',
      teamId: 'a-team',
      version: '7',
      sourceAsOf: hoursAgo(9),
      lastSeenAt: hoursAgo(5),
    };
    expect(criterion('001', only(aMembership('CMHT', source)), 'TEAM_MEMBERSHIP').evidence).toEqual([
      {
        source: 'RECORD',
        finding: 'OPEN',
        restricted: false,
        sourceTeamId: 'a-team',
        systemId: 'a-system',
        reference: 'EpisodeOfCare/1',
        version: '7',
        periodFrom: '2019-06-03',
        periodTo: null,
        sourceAsOf: hoursAgo(9),
        fetchedAt: hoursAgo(5),
        fresh: true,
      },
    ]);
  });
});

describe('what a team answers', () => {
  const base = { memberships: [], absence: swept(72) };

  test('a yes counts by the kind of the team that gave it', () => {
    expect(letter('001', aCase({ ...base, teamAnswer: answer({}) }))).toBe('E');
    expect(letter('000', aCase({ ...base, teamAnswer: answer({ teamKind: 'EIP' }) }))).toBe('M');
    expect(letter('001', aCase({ ...base, teamAnswer: answer({ teamKind: 'CRISIS' }) }))).toBe('?');
  });

  test('a yes does not age, a no does', () => {
    const answeredAt = hoursAgo(169);
    expect(letter('001', aCase({ ...base, teamAnswer: answer({ answeredAt }) }))).toBe('E');
    const no = answer({ answer: 'NOT_ON_CASELOAD', teamKind: null });
    expect(letter('001', aCase({ ...base, teamAnswer: no }))).toBe('N');
    expect(letter('001', aCase({ ...base, teamAnswer: { ...no, answeredAt } }))).toBe('?');
  });

  test('a no speaks for its own team: another may still have the person', () => {
    const no = answer({ answer: 'NOT_ON_CASELOAD' });
    expect(letter('001', aCase({ teamAnswer: no }))).toBe('E');
    expect(letter('001', aCase({ memberships: [aMembership('CMHT')], teamAnswer: no }))).toBe('N');
    expect(letter('001', aCase({ ...base, teamAnswer: no }))).toBe('?');
  });

  test('a self-referral is confirmed by a yes that covers the days that count, not by the record', () => {
    const self = (teamAnswer: TeamAnswerFact | null) => aCase({ referral: { route: 'SELF' }, teamAnswer });
    expect(letter('001', self(null))).toBe('T');
    expect(letter('001', self(answer({})))).toBe('E');
    expect(letter('001', self(answer({ to: '2021-01-04' })))).toBe('T');
    expect(letter('001', self(answer({ teamKind: 'CRISIS' })))).toBe('T');
    expect(letter('001', self(answer({ answer: 'CANNOT_SAY' })))).toBe('T');
    expect(letter('001', self(answer({ answer: 'NOT_ON_CASELOAD' })))).toBe('T');
  });

  test('somebody discharged before acceptance whom the team confirms is eligible', () => {
    const ended = aMembership('CMHT', { state: 'ENDED', validTo: '2021-02-26' });
    const period = answer({ from: '2019-06-03', to: '2021-02-26' });
    expect(letter('001', aCase({ memberships: [ended] }))).toBe('T');
    expect(letter('001', aCase({ memberships: [ended], teamAnswer: period }))).toBe('E');
  });
});

describe('who is asked', () => {
  test('when several could settle it: the identity steward, the person, the team, the commissioner', () => {
    expect(CONFIRMERS).toEqual(['IDENTITY_STEWARD', 'PERSON', 'TEAM', 'COMMISSIONER']);
    const both = { referral: { wordOnWork: 'UNSURE' as const }, memberships: [aMembership('EIP')] };
    expect(letter('000', aCase({ ...both, identity: 'CONFLICT' }))).toBe('D');
    expect(letter('000', aCase(both))).toBe('P');
    expect(letter('000', aCase({ memberships: both.memberships }))).toBe('M');
  });

  test('the verdict does not depend on the order of criteria', () => {
    const { criteria } = decide(
      '000',
      aCase({ dateOfBirth: '2003-05-01', memberships: [aMembership('EIP')] }),
    );
    expect(combine([...criteria].reverse(), 'ENTRY')).toEqual(combine(criteria, 'ENTRY'));
  });
});

describe('with the service already', () => {
  test('two living records stop filing and nothing else', () => {
    expect(decide('001', aCase({ identity: 'CONFLICT' }), 'CONTINUE')).toMatchObject({
      verdict: 'ELIGIBLE',
      flags: ['FILING_STOPS'],
    });
  });

  test('a loss is flagged only when it is known, and gives the decision its reason', () => {
    const lost = aCase({
      memberships: [aMembership('CMHT', { state: 'ENDED', validTo: '2020-09-01' })],
      absence: {},
    });
    expect(decide('001', lost, 'CONTINUE')).toMatchObject({
      verdict: 'ELIGIBLE',
      reason: 'KEPT_AFTER_LOSS',
      flags: ['LOST_MEMBERSHIP'],
    });
    expect(decide('001', aCase({ memberships: [], absence: {} }), 'CONTINUE').flags).toEqual([]);
    expect(decide('001', { ...lost, restricted: true }, 'CONTINUE').flags).toEqual([]);
  });
});

test('reasons and flags are sentences', () => {
  for (const text of [...Object.values(REASONS), ...Object.values(FLAGS)])
    expect(text).toMatch(/^[A-Z].*\.$/);
});
