/** The times of a note (contact, written, signed; filed is the delivery's): what the day of the contact may be, and when an entry is late. */
import { addDays, type LocalDate, londonDate } from '../core/calendar.js';
import { HubError, inputError } from '../core/errors.js';
import { dateWording } from './signed-text.rules.js';

const HOUR_MS = 3_600_000;

/** When the contact was: its day, and where known the instant at which it began. */
export interface Contact {
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
}

/** What the day of a contact is held against. */
export interface ContactBounds {
  readonly now: Date;
  /** When the entry was first signed: now for a new one; an amendment and an addendum are held against the first signing. */
  readonly firstSignedAt: Date;
  /** Days that the contact may lie before the first signing (policy). */
  readonly latestBackDays: number;
  /** Clause of the policy. */
  readonly clause: string;
  /** Day of the person's death; a contact on that day may be. */
  readonly deceasedOn: LocalDate | null;
  /** First day on which the episode was no longer open; null while open, and for a closure summary, which is written afterwards. */
  readonly closedOn: LocalDate | null;
}

/** Midnight in London with which a day ends. The clocks change at one, never at midnight, so the offset of the eve is right. */
export function endOfLondonDay(date: LocalDate): Date {
  const next = addDays(date, 1);
  const utc = new Date(`${next}T00:00:00Z`);
  const summer = new Date(utc.getTime() - HOUR_MS);
  return londonDate(summer) === next ? summer : utc;
}

/** The instant from which lateness counts: the start of the contact, else the end of its day in London. */
export function contactCountsFrom(contact: Contact): Date {
  return contact.contactStartedAt ?? endOfLondonDay(contact.contactOn);
}

/** True when it was signed later than the policy's hours after the contact; the last instant of them is in time. */
export function isLateEntry(contact: Contact, signedAt: Date, lateAfterHours: number): boolean {
  return signedAt.getTime() - contactCountsFrom(contact).getTime() > lateAfterHours * HOUR_MS;
}

/** The start of a contact: on its day in London. Throws `HUB_INPUT_INVALID` (`contactStartedAt`). */
export function contactStart(contactOn: LocalDate, startedAt: string | null | undefined): Date | null {
  if (startedAt === null || startedAt === undefined) return null;
  const at = new Date(startedAt);
  if (Number.isNaN(at.getTime()))
    throw inputError('contactStartedAt', 'not an instant', 'ISO 8601 with an offset');
  if (londonDate(at) !== contactOn)
    throw inputError('contactStartedAt', 'on another day than the contact', `an instant on ${contactOn}`);
  return at;
}

function dateError(fault: string, message: string, accepted: string): HubError {
  return new HubError('HUB_NOTE_DATE', {
    message: `contactOn: ${message}; accepted: ${accepted}`,
    details: { field: 'contactOn', fault, accepted },
  });
}

/** A contact on the day of death may be. Throws `HUB_NOTE_DATE` (`AFTER_DEATH`) without the date, which is the person's. */
export function mustNotBeAfterDeath(contactOn: LocalDate, deceasedOn: LocalDate | null): void {
  if (deceasedOn !== null && contactOn > deceasedOn)
    throw dateError('AFTER_DEATH', 'after the person’s death', 'a day up to the day of death');
}

/**
 * Throws `HUB_NOTE_DATE` with the fault: `IN_FUTURE`, `TOO_FAR_BACK` (names the clause), `AFTER_DEATH`, `AFTER_CLOSING`.
 */
export function mustBeAcceptableContact(contact: Contact, bounds: ContactBounds): void {
  const today = londonDate(bounds.now);
  const { contactOn, contactStartedAt } = contact;
  if (contactOn > today || (contactStartedAt !== null && contactStartedAt > bounds.now)) {
    throw dateError('IN_FUTURE', 'in the future', `a time up to now, ${today}`);
  }
  const earliest = addDays(londonDate(bounds.firstSignedAt), -bounds.latestBackDays);
  if (contactOn < earliest) {
    throw dateError('TOO_FAR_BACK', `further back than ${bounds.clause}`, `a date from ${earliest}`);
  }
  mustNotBeAfterDeath(contactOn, bounds.deceasedOn);
  if (bounds.closedOn !== null && contactOn >= bounds.closedOn) {
    throw dateError(
      'AFTER_CLOSING',
      'after the episode was closed',
      `a day before ${dateWording(bounds.closedOn)}, or a closure summary`,
    );
  }
}
