/** Pure decisions about a referral: its vocabulary, what a date may be, how it moves, which age band it belongs to. */

import { EmploymentKind } from '../../contracts/rule-values.js';
import { ageOn, isLocalDate, type LocalDate } from '../../core/calendar.js';
import { HubError, inputError } from '../../core/errors.js';
import { addWorkingDays } from '../../core/working-days.js';

/** How the referral came (000:121–126, 001:19–23, 003:69, 004:41–43). */
export const ReferralRoute = {
  CARE_COORDINATOR: 'CARE_COORDINATOR',
  CLINICAL_TEAM: 'CLINICAL_TEAM',
  /** Employment specialist and care coordinator together (004:41). */
  JOINT: 'JOINT',
  SELF: 'SELF',
  JOBCENTRE_PLUS: 'JOBCENTRE_PLUS',
  OTHER_AGENCY: 'OTHER_AGENCY',
} as const;
export type ReferralRoute = (typeof ReferralRoute)[keyof typeof ReferralRoute];

/** The person's own word on work. Only their explicit no counts as a no. */
export const WordOnWork = {
  WANTS_PAID_WORK: 'WANTS_PAID_WORK',
  /** Volunteering, education or training as a step (003:7). */
  WANTS_STEPS_TOWARDS_WORK: 'WANTS_STEPS_TOWARDS_WORK',
  UNSURE: 'UNSURE',
  DOES_NOT_WANT_PAID_WORK: 'DOES_NOT_WANT_PAID_WORK',
  NOT_RECORDED: 'NOT_RECORDED',
} as const;
export type WordOnWork = (typeof WordOnWork)[keyof typeof WordOnWork];

/** Employment when the referral came: the kinds that a specification can speak of, or not recorded. */
export const EmploymentAtReferral = { ...EmploymentKind, NOT_RECORDED: 'NOT_RECORDED' } as const;
export type EmploymentAtReferral = (typeof EmploymentAtReferral)[keyof typeof EmploymentAtReferral];

/** The person's consent that the service speaks with their clinician (004:43). Refusing is never a reason against them. */
export const ConsentToContactClinician = {
  GIVEN: 'GIVEN',
  REFUSED: 'REFUSED',
  NOT_ASKED: 'NOT_ASKED',
} as const;
export type ConsentToContactClinician =
  (typeof ConsentToContactClinician)[keyof typeof ConsentToContactClinician];

/** Whether the person lives in the region that the specification names (004:39). */
export const Residence = {
  IN_REGION: 'IN_REGION',
  OUTSIDE_REGION: 'OUTSIDE_REGION',
  NOT_RECORDED: 'NOT_RECORDED',
} as const;
export type Residence = (typeof Residence)[keyof typeof Residence];

/** RECEIVED → ACCEPTED or DECLINED; ACCEPTED → CLOSED. */
export const ReferralState = {
  RECEIVED: 'RECEIVED',
  ACCEPTED: 'ACCEPTED',
  DECLINED: 'DECLINED',
  CLOSED: 'CLOSED',
} as const;
export type ReferralState = (typeof ReferralState)[keyof typeof ReferralState];

/** A date that has come and is not absurd: from 2000-01-01 to today. Throws `HUB_INPUT_INVALID` naming the field. */
export function pastDate(field: string, value: string, today: LocalDate): LocalDate {
  if (!isLocalDate(value)) throw inputError(field, 'not a calendar date', 'YYYY-MM-DD');
  if (value > today) throw inputError(field, 'in the future', `a date up to ${today}`);
  if (value < '2000-01-01') throw inputError(field, 'too long ago', 'a date from 2000-01-01');
  return value;
}

/** A date of birth: a real date, not in the future, at most 120 years ago. Throws `HUB_INPUT_INVALID`. */
export function dateOfBirth(field: string, value: string, today: LocalDate): LocalDate {
  if (!isLocalDate(value)) throw inputError(field, 'not a calendar date', 'YYYY-MM-DD');
  const age = ageOn(value, today);
  if (value > today || age > 120)
    throw inputError(field, 'not a possible date of birth', 'a date in the last 120 years');
  return value;
}

/** The date of acceptance: not before the referral came. Throws `HUB_INPUT_INVALID`, or `HUB_STATE_CONFLICT` when it is not waiting. */
export function acceptedOn(
  state: ReferralState,
  receivedOn: LocalDate,
  value: string,
  today: LocalDate,
): LocalDate {
  if (state !== ReferralState.RECEIVED) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'Only a received referral can be accepted.',
      details: { state },
    });
  }
  const date = pastDate('acceptedOn', value, today);
  if (date < receivedOn)
    throw inputError('acceptedOn', 'before the referral was received', `a date from ${receivedOn}`);
  return date;
}

/** What a person says can be recorded until the referral is declined or closed. Throws `HUB_STATE_CONFLICT`. */
export function mustBeOpen(state: ReferralState): void {
  if (state !== ReferralState.RECEIVED && state !== ReferralState.ACCEPTED) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'The referral has been declined or closed.',
      details: { state },
    });
  }
}

/** One of the values that are accepted. Throws `HUB_INPUT_INVALID` naming the field and all of them. */
export function oneOf<Value extends string>(
  field: string,
  value: string,
  accepted: Readonly<Record<string, Value>>,
): Value {
  const values = Object.values(accepted);
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw inputError(field, 'not one of the values', values.join(', '));
  return found;
}

/** Last day for first contact: working days after receipt, day 0 the day of receipt (004:49); null where the specification names none. */
export function firstContactDueOn(receivedOn: LocalDate, workingDays: number | null): LocalDate | null {
  return workingDays === null ? null : addWorkingDays(receivedOn, workingDays);
}

/** Age bands of the national IPS dashboard; `OTHER` outside 16–64, null when the date of birth is unknown. */
export function ageBand(born: LocalDate | null, on: LocalDate): string | null {
  if (born === null) return null;
  const age = ageOn(born, on);
  if (age < 16 || age > 64) return 'OTHER';
  if (age <= 25) return '16-25';
  if (age <= 35) return '26-35';
  if (age <= 45) return '36-45';
  return age <= 55 ? '46-55' : '56-64';
}

const UNPRINTABLE = /\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A name as people write it: trimmed, composed, no control characters, at most 100 characters. Throws `HUB_INPUT_INVALID`. */
export function personName(field: string, value: string): string {
  const name = value.normalize('NFC').trim();
  if (name.length === 0 || name.length > 100)
    throw inputError(field, 'empty or too long', '1 to 100 characters');
  if (UNPRINTABLE.test(name)) {
    throw inputError(
      field,
      'holds a control or direction character',
      'letters, marks, spaces, hyphens, apostrophes',
    );
  }
  return name;
}

/** A telephone number or postcode as people write it: trimmed, one line, at most 40 characters; null when blank. Throws `HUB_INPUT_INVALID`. */
export function contactDetail(field: string, value: string | null | undefined): string | null {
  const text = value?.normalize('NFC').trim() ?? '';
  if (text.length > 40 || UNPRINTABLE.test(text))
    throw inputError(field, 'too long or not on one line', 'up to 40 characters on one line');
  return text === '' ? null : text;
}

/** A statement never takes the place of one that was made after it. Throws `HUB_STATE_CONFLICT`. */
export function mustBeLater(field: string, recordedOn: LocalDate | null, saidOn: LocalDate): void {
  if (recordedOn !== null && saidOn < recordedOn) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'Something later is recorded already.',
      details: { field, accepted: `a date from ${recordedOn}` },
    });
  }
}
