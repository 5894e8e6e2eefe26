/** Asking a team: whom, by when, and what a proper answer is. */
import * as rules from '../../../src/casework/eligibility/confirmation.rules.js';
import type { HubError } from '../../../src/core/errors.js';

function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    const { code, details } = error as HubError;
    return details.field === undefined ? code : `${code} ${details.field}`;
  }
  return 'accepted';
}

describe('askedOf', () => {
  it('is the care coordinator where one is recorded, else the duty contact (001:23)', () => {
    expect([rules.askedOf(true), rules.askedOf(false)]).toEqual(['CARE_COORDINATOR', 'DUTY_CONTACT']);
  });
});

describe('answerDueOn', () => {
  it.each([
    ['2026-03-11', '2026-03-18'],
    ['2026-04-02', '2026-04-13'],
    ['2026-12-24', '2027-01-05'],
  ])('asked on %s it is due on %s', (askedOn, due) => {
    expect(rules.answerDueOn(askedOn)).toBe(due);
  });
});

describe('mustAwaitTeam', () => {
  it.each([
    ['TEAM', 'accepted'],
    ['PERSON', 'HUB_STATE_CONFLICT'],
    ['COMMISSIONER', 'HUB_STATE_CONFLICT'],
    ['IDENTITY_STEWARD', 'HUB_STATE_CONFLICT'],
    [null, 'HUB_STATE_CONFLICT'],
  ])('a decision that waits for %s: %s', (confirmBy, outcome) => {
    expect(refusal(() => rules.mustAwaitTeam(confirmBy))).toBe(outcome);
  });
});

describe('mustHaveConsent', () => {
  it.each([
    [[], 'accepted'],
    [['DUTY_CONTACT'], 'accepted'],
    [['DUTY_CONTACT', 'CONSENT_REQUIRED'], 'HUB_STATE_CONFLICT'],
    [['CONSENT_REFUSED'], 'HUB_STATE_CONFLICT'],
  ])('a decision flagged %j: %s (004:43)', (flags, outcome) => {
    expect(refusal(() => rules.mustHaveConsent(flags))).toBe(outcome);
  });
});

describe('mustBeAnswerable', () => {
  const answer = (
    state: string,
    said: rules.Answer = 'ON_CASELOAD',
    from: string | null = null,
    to: string | null = null,
  ) => refusal(() => rules.mustBeAnswerable(state, said, from, to));

  it.each([
    ['ASKED', 'accepted'],
    ['ESCALATED', 'accepted'],
    ['ANSWERED', 'HUB_STATE_CONFLICT'],
    ['WITHDRAWN', 'HUB_STATE_CONFLICT'],
  ])('a question that is %s: %s', (state, outcome) => {
    expect(answer(state)).toBe(outcome);
  });

  it.each([
    ['2026-01-01', '2026-01-02', 'accepted'],
    ['2026-01-01', null, 'accepted'],
    [null, '2026-01-01', 'accepted'],
    ['2026-01-01', '2026-01-01', 'HUB_INPUT_INVALID to'],
    ['2026-01-02', '2026-01-01', 'HUB_INPUT_INVALID to'],
    ['2026-02-30', null, 'HUB_INPUT_INVALID from'],
    [null, 'yesterday', 'HUB_INPUT_INVALID to'],
  ])('on the caseload from %s to %s: %s', (from, to, outcome) => {
    expect(answer('ASKED', 'ON_CASELOAD', from, to)).toBe(outcome);
  });

  it.each(['NOT_ON_CASELOAD', 'CANNOT_SAY'] as const)('%s has no period', (said) => {
    expect(answer('ASKED', said)).toBe('accepted');
    expect(answer('ASKED', said, '2026-01-01')).toBe('HUB_INPUT_INVALID from');
    expect(answer('ASKED', said, null, '2026-01-01')).toBe('HUB_INPUT_INVALID from');
  });
});
