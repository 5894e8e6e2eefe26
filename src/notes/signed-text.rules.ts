/** The text that is signed and filed: headings that say what sort of entry it is, a blank line, the author's own words. */
import { createHash } from 'node:crypto';
import type { LocalDate } from '../core/calendar.js';

/** What the headings tell. Everything is fixed at signing, so that the text that is signed is the text that is filed. */
export interface SignedTextParts {
  readonly purpose: 'NEW' | 'AMEND' | 'ADD';
  /** Normalised (`normaliseNoteText`). */
  readonly body: string;
  readonly contactOn: LocalDate;
  /** When this version was signed. */
  readonly signedAt: Date;
  /** Why it was amended; null or left out where there is none. */
  readonly reason?: string | null;
  /** When the entry itself was written and first signed, where that was late; null when it was not. */
  readonly late: { readonly writtenAt: Date; readonly signedAt: Date } | null;
}

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `4 March 2026 at 09:05`, by the clock on the wall in London. Put together from parts, since separators differ between builds. */
export function londonWording(at: Date): string {
  const of = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${of.day} ${of.month} ${of.year} at ${of.hour}:${of.minute}`;
}

/** `4 March 2026`. */
export function dateWording(date: LocalDate): string {
  return londonWording(new Date(`${date}T12:00:00Z`)).replace(/ at .*$/, '');
}

/** The headings, then the words. The same parts give the same text. */
export function composeSignedText(entry: SignedTextParts): string {
  const headings: string[] = [];
  const reason = entry.reason ? ` Reason: ${entry.reason}` : '';
  if (entry.purpose === 'AMEND') headings.push(`Amended on ${londonWording(entry.signedAt)}.${reason}`);
  if (entry.purpose === 'ADD') {
    headings.push(
      `Added on ${londonWording(entry.signedAt)} to the entry about ${dateWording(entry.contactOn)}.${reason}`,
    );
  }
  if (entry.late) {
    headings.push(
      `Late entry: contact on ${dateWording(entry.contactOn)}, written on ${londonWording(entry.late.writtenAt)}, ` +
        `signed on ${londonWording(entry.late.signedAt)}.`,
    );
  }
  return headings.length === 0 ? entry.body : `${headings.join('\n')}\n\n${entry.body}`;
}

/** SHA-256 of the text in UTF-8, lower-case hexadecimal. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
