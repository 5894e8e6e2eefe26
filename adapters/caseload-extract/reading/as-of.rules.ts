/** The extract's own date as an instant. */
import type { DateFormat, ReadMoment } from '../settings/date-format.rules.js';

const london = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/London',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/**
 * The instant of a moment on the wall in London; of the two in the hour that clocks go back over, the earlier. A day
 * without a time begins at its first minute, which makes an extract look older rather than newer than it is.
 */
export function londonInstant({ day, time }: ReadMoment): Date {
  const wall = `${day} ${time ?? '00:00:00'}`;
  const utc = Date.parse(`${wall.replace(' ', 'T')}Z`);
  const summer = new Date(utc - 3_600_000);
  return london.format(summer) === wall ? summer : new Date(utc);
}

/** The instant that a text states; null when it is not of the form. */
export function asOfInstant(text: string, format: DateFormat): Date | null {
  const moment = format.read(text);
  return moment === null ? null : londonInstant(moment);
}
