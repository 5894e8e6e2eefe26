/** Where the values of a file are wrong: by line and column, never by value. */
import type { HubError } from '../../../src/core/errors.js';
import type { Field } from '../fields.js';
import { refusal } from '../refusal.js';
import type { HeaderMap } from '../settings/columns.rules.js';

/** Places kept word by word; further ones are only counted. */
const MOST_PLACES = 20;
/** Rows of one column that may be unreadable whatever their share, unless none may. */
const ALWAYS_ALLOWED = 5;

/** Collects places: fatal ones, without which rows would be wrong, and unreadable values that are left out. */
export class PlaceNotes {
  private readonly places: string[] = [];
  private fatal = 0;
  private readonly unreadable = new Map<Field, { count: number; readonly first: string[] }>();
  private readonly readable = new Map<Field, number>();

  constructor(private readonly columns: HeaderMap) {}

  /** A value that the hub can neither use nor leave out. */
  refuse(line: number, field: Field, fault: string): void {
    this.fatal += 1;
    if (this.places.length < MOST_PLACES) this.places.push(this.place(line, field, fault));
  }

  /** A value that is left out. */
  leaveOut(line: number, field: Field, fault: string): void {
    const noted = this.unreadable.get(field) ?? { count: 0, first: [] };
    noted.count += 1;
    if (noted.first.length < MOST_PLACES) noted.first.push(this.place(line, field, fault));
    this.unreadable.set(field, noted);
  }

  /** A value that was read, so that a column in which nothing could be is told from one with a few slips. */
  read(field: Field): void {
    this.readable.set(field, (this.readable.get(field) ?? 0) + 1);
  }

  /** True once there are so many fatal places that reading on tells nobody more. */
  get isHopeless(): boolean {
    return this.fatal >= MOST_PLACES;
  }

  /** Values left out, by field. */
  get leftOut(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.unreadable].map(([field, { count }]) => [field, count]));
  }

  /** Why the file cannot be taken, or null. A column is refused when more of its rows than allowed, or all of them, are unreadable. */
  verdict(rows: number, maxUnreadablePercent: number): HubError | null {
    if (this.fatal > 0)
      return refusal('HUB_CASELOAD_FILE_VALUES', 'UNUSABLE', { count: this.fatal, places: this.places });
    for (const [field, { count, first }] of this.unreadable) {
      const allowed =
        maxUnreadablePercent === 0 ? 0 : Math.max(ALWAYS_ALLOWED, (rows * maxUnreadablePercent) / 100);
      if (count > allowed || (this.readable.get(field) ?? 0) === 0)
        return refusal('HUB_CASELOAD_FILE_VALUES', 'UNREADABLE', { count, places: first });
    }
    return null;
  }

  private place(line: number, field: Field, fault: string): string {
    return `line ${line}, ${field} (${this.columns.get(field)}): ${fault}`;
  }
}
