/** Dates and times of HL7 v2 (TS, DTM; version 2.7, section 2.A.22) with the precision that they have, and no more. */
import { isLocalDate, type LocalDate } from '../../../src/core/calendar.js';

/** What the last figure of a time stands for. */
export type Precision = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND' | 'FRACTION';

/** A date or time as it was stated. */
export interface Er7Time {
  /** ISO instant to the millisecond, what is finer cut off; null when it is not precise to the minute at least. */
  readonly instant: string | null;
  /** The day as it is written, in the place where it was written; null when it is not precise to the day. */
  readonly date: LocalDate | null;
  readonly precision: Precision;
  /** Offset as it is written, `+0100`; null when the zone gave it. */
  readonly offset: string | null;
  /**
   * Why the instant is one of two: the wall clock of the zone showed that time `TWICE` (the instant is the earlier), or it was
   * `SKIPPED` when clocks went forward (the instant is that of the clock before the change). Null when there is no doubt.
   */
  readonly doubt: 'TWICE' | 'SKIPPED' | null;
}

/** Zone of times without an offset unless a site says otherwise. */
export const USUAL_ZONE = 'Europe/London';

const TIME =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?([+-]\d{4})?$/;
const PRECISIONS: readonly Precision[] = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'FRACTION'];

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What has been worked out of each zone: its offset in a minute, within which no zone changes it. */
const offsets = new Map<string, Map<number, number>>();
/** Minutes that are remembered of a zone. A feed's times are mostly of the last few. */
const MOST_MINUTES = 20_000;
const MINUTE = 60_000;

function offsetIn(minute: number, zone: string): number {
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(minute);
  if (offset === undefined) {
    const part: Record<string, string> = {};
    for (const { type, value } of formatOf(zone).formatToParts(minute * MINUTE)) part[type] = value;
    const { year, month, day, hour, minute: shown, second } = part;
    offset =
      Date.parse(`${year!.padStart(4, '0')}-${month}-${day}T${hour}:${shown}:${second}Z`) - minute * MINUTE;
    if (known.size >= MOST_MINUTES) known.clear();
    known.set(minute, offset);
  }
  return offset;
}

/** The wall clock of a zone at an instant, as if it were UTC; milliseconds. */
function wallAt(at: number, zone: string): number {
  return at + offsetIn(Math.floor(at / MINUTE), zone);
}

/** The years 1 to 9999, which four figures can name and databases can hold. Milliseconds. */
const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Instant of a wall clock, and whether it is one of two. */
function instantOf(wall: number, zone: string): { readonly at: number; readonly doubt: Er7Time['doubt'] } {
  const day = 86_400_000;
  // No zone changes its clock twice within two days, so that its offset before and behind are those it can have here. The first and
  // the last day, with which systems say that nobody knows a day or that there is no end, have no neighbour.
  const before = offsetIn(Math.floor(Math.max(wall - day, FIRST + day) / MINUTE), zone);
  const behind = offsetIn(Math.floor(Math.min(wall + day, LAST - day) / MINUTE), zone);
  if (before === behind) return { at: wall - before, doubt: null };
  const instants = [wall - Math.max(before, behind), wall - Math.min(before, behind)] as const;
  const shown = instants.filter((at) => wallAt(at, zone) === wall);
  if (shown.length === 0) return { at: wall - before, doubt: 'SKIPPED' };
  return { at: shown[0]!, doubt: instants[0] !== instants[1] && shown.length === 2 ? 'TWICE' : null };
}

function offsetMinutes(offset: string): number | null {
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3))];
  if (hours > 14 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** What was read last: messages that come in one second state the same time. */
let last: { readonly text: string; readonly zone: string; readonly time: Er7Time | null } | null = null;

/** A date or time, or null for a text that is none: of another form, no day or time that there is, or outside the years 1 to 9999. */
export function parseTime(text: string, zone: string = USUAL_ZONE): Er7Time | null {
  if (last === null || last.text !== text || last.zone !== zone)
    last = { text, zone, time: timeOf(text, zone) };
  return last.time;
}

function timeOf(text: string, zone: string): Er7Time | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction] = match;
  const offset = match[8] ?? null;
  const stated = [year, month, day, hour, minute, second, fraction].filter((part) => part !== undefined);
  const precision = PRECISIONS[stated.length - 1]!;
  const shift = offset === null ? 0 : offsetMinutes(offset);
  const isDay = isLocalDate(`${year}-${month ?? '01'}-${day ?? '01'}`);
  const isTime = Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) < 60;
  if (shift === null || !isDay || !isTime) return null;
  const date = day === undefined ? null : `${year}-${month}-${day}`;
  if (minute === undefined) return { instant: null, date, precision, offset, doubt: null };
  const milliseconds = (fraction ?? '').padEnd(3, '0').slice(0, 3);
  const wall = Date.parse(`${date}T${hour}:${minute}:${second ?? '00'}.${milliseconds}Z`);
  const { at, doubt } =
    offset === null ? instantOf(wall, zone) : ({ at: wall - shift * 60_000, doubt: null } as const);
  if (at < FIRST || at > LAST) return null;
  return { instant: new Date(at).toISOString(), date, precision, offset, doubt };
}

/** How an instant is written. */
export interface TimeFormat {
  /** Last figure; `SECOND` when not given. */
  readonly precision?: 'DAY' | 'MINUTE' | 'SECOND' | 'FRACTION';
  /** With the zone's offset at that instant; without, when not given. */
  readonly withOffset?: boolean;
  /** Zone of the wall clock; Europe/London when not given. */
  readonly zone?: string;
}

const LENGTHS = { DAY: 8, MINUTE: 12, SECOND: 14, FRACTION: 18 } as const;

/** An instant of the years 1 to 9999 as a time of HL7 v2. What is finer than the precision is cut off. */
export function formatTime(instant: Date, format: TimeFormat = {}): string {
  const { precision = 'SECOND', withOffset = false, zone = USUAL_ZONE } = format;
  const at = instant.getTime();
  const wall = wallAt(at, zone);
  const written = new Date(wall)
    .toISOString()
    .replaceAll(/[-:TZ]/g, '')
    .slice(0, LENGTHS[precision]);
  if (!withOffset) return written;
  const minutes = Math.round((wall - at) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${written}${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${String(rest).padStart(2, '0')}`;
}

/** A calendar date as a date of HL7 v2. */
export function formatDate(date: LocalDate): string {
  return date.replaceAll('-', '');
}
