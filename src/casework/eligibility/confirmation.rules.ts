/** Pure decisions about asking a team: whom, by when, what follows when nobody answers. */

import { type LocalDate, parseLocalDate } from '../../core/calendar.js';
import { HubError, inputError } from '../../core/errors.js';
import { addWorkingDays } from '../../core/working-days.js';

/** Working days a team has to answer before the question is escalated. No specification names a limit, so this is the hub's own and only escalates. */
export const ANSWER_WITHIN_WORKING_DAYS = 5;

/** Who of the team is asked. */
export type AskedOf = 'CARE_COORDINATOR' | 'DUTY_CONTACT';
/** What a team can say. */
export const Answer = {
  ON_CASELOAD: 'ON_CASELOAD',
  NOT_ON_CASELOAD: 'NOT_ON_CASELOAD',
  CANNOT_SAY: 'CANNOT_SAY',
} as const;
export type Answer = (typeof Answer)[keyof typeof Answer];

/** Whom to ask: the designated care coordinator (001:23), else the team's duty contact. */
export function askedOf(hasCareCoordinator: boolean): AskedOf {
  return hasCareCoordinator ? 'CARE_COORDINATOR' : 'DUTY_CONTACT';
}

/** Last day to answer; the day after it the question is escalated. */
export function answerDueOn(askedOn: LocalDate): LocalDate {
  return addWorkingDays(askedOn, ANSWER_WITHIN_WORKING_DAYS);
}

/** Only a decision that waits for the team can be asked about. Throws `HUB_STATE_CONFLICT`. */
export function mustAwaitTeam(confirmBy: string | null): void {
  if (confirmBy !== 'TEAM') {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'That decision does not wait for the team.',
      details: { confirmBy },
    });
  }
}

/** A self-referral's clinician is contacted only with the person's consent (004:43); flags of the decision. Throws `HUB_STATE_CONFLICT`. */
export function mustHaveConsent(flags: readonly string[]): void {
  const missing = flags.find((flag) => flag === 'CONSENT_REQUIRED' || flag === 'CONSENT_REFUSED');
  if (missing !== undefined) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'The person has not consented to contact with the clinician.',
      details: { flag: missing },
    });
  }
}

/** An answer closes a question once; its period must run forwards. Throws `HUB_STATE_CONFLICT` or `HUB_INPUT_INVALID`. */
export function mustBeAnswerable(
  state: string,
  answer: Answer,
  from: LocalDate | null,
  to: LocalDate | null,
): void {
  if (state !== 'ASKED' && state !== 'ESCALATED') {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'That question has been answered.',
      details: { state },
    });
  }
  if (from !== null) parseLocalDate('from', from);
  if (to !== null) parseLocalDate('to', to);
  if (answer !== 'ON_CASELOAD' && (from !== null || to !== null)) {
    throw inputError('from', 'a period without a membership', 'no period unless the answer is ON_CASELOAD');
  }
  if (from !== null && to !== null && to <= from)
    throw inputError('to', 'not after the start', `a date after ${from}`);
}

/** The team's word is somebody else's than the asker's (001:23). Throws `HUB_STATE_CONFLICT`. */
export function mustBeAnotherThanAsked(askedBy: string, answeredBy: string): void {
  if (askedBy === answeredBy) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'Whoever asks cannot answer; another member of the team does.',
    });
  }
}
