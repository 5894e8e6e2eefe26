/** Messages of a made-up patient administration system, as ER7 text. It knows nothing of how the hub reads them. */

/** What stands in a message beside its type. */
export interface MessageParts {
  /** When it was written; milliseconds. */
  readonly recorded: number;
  /** When that happened which it tells of; null leaves EVN-6 empty. */
  readonly occurred: number | null;
  readonly controlId: string;
  readonly segments: readonly string[];
}

/** How the system writes times. */
export interface TimeStyle {
  /** With an offset, and then in universal time; else as clocks in London show. */
  readonly withOffset: boolean;
}

const HOUR = 3_600_000;

/** The last Sunday of a month, at one o'clock universal time, when clocks in the United Kingdom change (Summer Time Order 2002). */
function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0, 1));
  return last.getTime() - last.getUTCDay() * 24 * HOUR;
}

function isSummer(at: number): boolean {
  const year = new Date(at).getUTCFullYear();
  return at >= lastSunday(year, 2) && at < lastSunday(year, 9);
}

/** A time to the second. */
export function writtenTime(at: number, style: TimeStyle): string {
  const shown = style.withOffset || !isSummer(at) ? at : at + HOUR;
  const digits = new Date(shown).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
  return style.withOffset ? `${digits}+0000` : digits;
}

/** A day as it is written. */
export function writtenDay(day: string): string {
  return day.replaceAll('-', '');
}

/** Fields by number as a segment. */
export function segment(name: string, fields: Readonly<Record<number, string>>): string {
  const last = Math.max(...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
}

/** The text of a message. */
export function messageText(event: string, parts: MessageParts, style: TimeStyle): string {
  const recorded = writtenTime(parts.recorded, style);
  const occurred = parts.occurred === null ? '' : writtenTime(parts.occurred, style);
  const segments = [
    `MSH|^~\\&|PAS|RXX|HUB|RXX|${recorded}||ADT^${event}|${parts.controlId}|P|2.4|||||GBR`,
    segment('EVN', { 2: recorded, 6: occurred }),
    ...parts.segments,
  ];
  return segments.map((one) => `${one}\r`).join('');
}
