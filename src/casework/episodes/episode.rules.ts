/** Pure decisions about an episode of employment support: when it may open, who may carry it, where its notes go, how it ends. */
import type { LocalDate } from '../../core/calendar.js';
import { HubError, inputError } from '../../core/errors.js';
import { pastDate, type ReferralState } from '../referrals/referral.rules.js';

/** OPEN, then CLOSED for good: somebody who comes back is referred again. */
export const EpisodeState = { OPEN: 'OPEN', CLOSED: 'CLOSED' } as const;
export type EpisodeState = (typeof EpisodeState)[keyof typeof EpisodeState];

/** Why an episode ended. */
export const ClosingReason = {
  /** In work, and support in work has done its part. */
  SUSTAINED_IN_WORK: 'SUSTAINED_IN_WORK',
  NO_LONGER_WANTS_SUPPORT: 'NO_LONGER_WANTS_SUPPORT',
  LOST_CONTACT: 'LOST_CONTACT',
  MOVED_AWAY: 'MOVED_AWAY',
  TRANSFERRED: 'TRANSFERRED',
  DECEASED: 'DECEASED',
  OTHER: 'OTHER',
} as const;
export type ClosingReason = (typeof ClosingReason)[keyof typeof ClosingReason];

/** What opening looks at in a referral. */
export interface OpenableReferral {
  readonly state: ReferralState;
  readonly acceptedOn: LocalDate | null;
}

/**
 * The day on which an episode opens: from the day the referral was accepted to today.
 * Throws `HUB_STATE_CONFLICT` when the referral is not an accepted one, `HUB_INPUT_INVALID` for the day.
 */
export function openedOn(referral: OpenableReferral, value: string, today: LocalDate): LocalDate {
  if (referral.state !== 'ACCEPTED' || referral.acceptedOn === null) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'Only an accepted referral becomes an episode; accept it first.',
      details: { state: referral.state },
    });
  }
  const date = pastDate('openedOn', value, today);
  if (date < referral.acceptedOn)
    throw inputError('openedOn', 'before the referral was accepted', `a date from ${referral.acceptedOn}`);
  return date;
}

/** Assignments, destinations and closing need an open episode. Throws `HUB_STATE_CONFLICT`. */
export function mustBeOpenEpisode(state: EpisodeState): void {
  if (state !== EpisodeState.OPEN) {
    throw new HubError('HUB_STATE_CONFLICT', { message: 'The episode has been closed.', details: { state } });
  }
}

/** Who is asked to carry an episode when nobody is named: whoever is on the referral, else the one who opens it, if a specialist. */
export function specialistAsked(
  named: string | null | undefined,
  onReferral: string | null,
  callerAsSpecialist: string | null,
): string {
  const asked = named ?? onReferral ?? callerAsSpecialist;
  if (asked === null) {
    throw inputError(
      'specialistId',
      'nobody is on the referral, and you are not an employment specialist',
      'the id of an employment specialist of the team',
    );
  }
  return asked;
}

/** The refusal of somebody who is no employment specialist of the host team, on the day asked or any more. */
export function notASpecialist(on: LocalDate): HubError {
  return inputError(
    'specialistId',
    `not an employment specialist of the episode’s team on ${on} and today`,
    'the id of one who is; the administrator keeps roles and teams in the directory',
  );
}

/** A record system in whose team map the host team is. */
export interface MappingSystem {
  /** uuid. */
  readonly systemId: string;
  readonly code: string;
}

/**
 * The record system that an episode's notes go to: the named one, else the only one that knows the team, else none yet.
 * Throws `HUB_INPUT_INVALID` naming the accepted codes when one that does not know the team is named, or several do.
 */
export function destinationOf(
  mapping: readonly MappingSystem[],
  systemCode: string | null | undefined,
): string | null {
  const codes = mapping.map(({ code }) => code).join(', ') || 'none: no record system has the team mapped';
  if (systemCode) {
    const named = mapping.find(({ code }) => code === systemCode);
    if (!named) throw inputError('systemCode', 'not a record system that has the team on that day', codes);
    return named.systemId;
  }
  if (mapping.length > 1) throw inputError('systemCode', 'several record systems have the team', codes);
  return mapping[0]?.systemId ?? null;
}

/**
 * The day from which another specialist carries an episode: from the day on which the present one began to today.
 * Throws `HUB_INPUT_INVALID`, and `HUB_STATE_CONFLICT` when nothing would change or it would overwrite what was.
 */
export function assignedFrom(
  current: { readonly staffId: string; readonly validFrom: LocalDate },
  next: string,
  value: string,
  today: LocalDate,
): LocalDate {
  const date = pastDate('from', value, today);
  if (next === current.staffId)
    throw new HubError('HUB_STATE_CONFLICT', { message: 'They carry the episode already.' });
  mustNotPrecede('from', current.validFrom, date);
  return date;
}

/**
 * The day on which an episode closes: from the day on which its present specialist began to today.
 * Throws `HUB_INPUT_INVALID` and `HUB_STATE_CONFLICT`.
 */
export function closedOn(
  current: { readonly openedOn: LocalDate; readonly validFrom: LocalDate },
  value: string,
  today: LocalDate,
): LocalDate {
  const date = pastDate('closedOn', value, today);
  if (date < current.openedOn)
    throw inputError('closedOn', 'before the episode was opened', `a date from ${current.openedOn}`);
  mustNotPrecede('closedOn', current.validFrom, date);
  return date;
}

function mustNotPrecede(field: string, began: LocalDate, date: LocalDate): void {
  if (date < began) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'The present specialist began later.',
      details: { field, accepted: `a date from ${began}` },
    });
  }
}
