/** A message as its text, read without a loss: what was parsed is what is written, whatever its line ends and delimiters. */
import { type Charset, charsetStated } from './charset-names.js';
import { type Delimiters, readDelimiters } from './delimiters.js';
import { plainText } from './escapes.js';
import { Er7Fault } from './fault.js';

export type { Delimiters } from './delimiters.js';
export { Er7Fault } from './fault.js';

/** Segments of one message that are read unless a site says otherwise. */
export const MOST_SEGMENTS = 2_000;

/** How a text is parsed. */
export interface ParseOptions {
  /** Segments at most; 2,000 when not given. */
  readonly segments?: number;
  /** Character set that `\X..\` is read in: the one that the bytes were decoded in. By MSH-18 when not given, UTF-8 where that is empty or unknown. */
  readonly charset?: Charset;
}

/** `""`: a value that is there no longer. */
const DELETED = '""';
const HEADERS: ReadonlySet<string> = new Set(['MSH', 'FHS', 'BHS']);
const OF_BATCHES: ReadonlySet<string> = new Set(['FHS', 'BHS', 'BTS', 'FTS']);

/** Part of a text between delimiters, from 1; '' when there are not so many. Allocates nothing but the part. */
function partOf(text: string, delimiter: string, part: number): string {
  let start = 0;
  for (let left = part; left > 1; left--) {
    const next = text.indexOf(delimiter, start);
    if (next < 0) return '';
    start = next + 1;
  }
  const end = text.indexOf(delimiter, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** One segment. Fields, repetitions, components and subcomponents count from 1, and of what is not asked for, the first is meant. */
export class Er7Segment {
  readonly name: string;
  /** The segment without its line end. */
  readonly content: string;
  /** Place among the segments of the message, from 1. */
  readonly number: number;
  readonly #delimiters: Delimiters;
  readonly #charset: Charset;
  readonly #isHeader: boolean;
  #fields: readonly string[] | null = null;
  #repetitions: Map<number, readonly string[]> | null = null;

  constructor(content: string, delimiters: Delimiters, charset: Charset, number: number) {
    this.name = content.slice(0, 3);
    this.content = content;
    this.number = number;
    this.#delimiters = delimiters;
    this.#charset = charset;
    this.#isHeader = HEADERS.has(this.name);
  }

  #parts(): readonly string[] {
    this.#fields ??= this.content.split(this.#delimiters.field);
    return this.#fields;
  }

  /** Number of the last field that is written, empty ones included. A header's separator counts. */
  get fieldCount(): number {
    return this.#isHeader ? this.#parts().length : this.#parts().length - 1;
  }

  /** Field as it is written, '' when absent. Field 1 of a header is its separator. */
  raw(field: number): string {
    if (!this.#isHeader) return field > 0 ? (this.#parts()[field] ?? '') : '';
    if (field === 1) return this.#delimiters.field;
    return field > 1 ? (this.#parts()[field - 1] ?? '') : '';
  }

  /** True for the two fields of a header that name delimiters, and hold no values. */
  #isOfDelimiters(field: number): boolean {
    return this.#isHeader && field <= 2;
  }

  /** Repetitions as they are written; none when the field is absent or empty. */
  repetitions(field: number): readonly string[] {
    const raw = this.raw(field);
    if (raw === '') return [];
    if (this.#isOfDelimiters(field) || !raw.includes(this.#delimiters.repetition)) return [raw];
    this.#repetitions ??= new Map();
    let parts = this.#repetitions.get(field);
    if (parts === undefined) {
      parts = raw.split(this.#delimiters.repetition);
      this.#repetitions.set(field, parts);
    }
    return parts;
  }

  /** Components of a repetition as they are written; none when it is absent or empty. */
  components(field: number, repetition = 1): readonly string[] {
    const raw = this.repetitions(field)[repetition - 1] ?? '';
    if (raw === '') return [];
    return this.#isOfDelimiters(field) ? [raw] : raw.split(this.#delimiters.component);
  }

  /** Part as it is written; '' when absent. A field or component that is `""` is `""` in each of its parts. */
  #part(field: number, component: number, subcomponent: number, repetition: number): string {
    let raw = this.raw(field);
    if (raw === '' || raw === DELETED) return raw;
    if (this.#isOfDelimiters(field)) return component * subcomponent * repetition === 1 ? raw : '';
    const delimiters = this.#delimiters;
    if (repetition !== 1 || raw.includes(delimiters.repetition))
      raw = this.repetitions(field)[repetition - 1] ?? '';
    if (raw !== DELETED) raw = partOf(raw, delimiters.component, component);
    if (raw !== DELETED) raw = partOf(raw, delimiters.subcomponent, subcomponent);
    return raw;
  }

  #plain(raw: string): string {
    return plainText(raw, this.#delimiters, this.#charset);
  }

  /** Text without escapes; null when absent, empty or `""`. */
  text(field: number, component = 1, subcomponent = 1, repetition = 1): string | null {
    const raw = this.#part(field, component, subcomponent, repetition);
    if (raw === '' || raw === DELETED) return null;
    return this.#isOfDelimiters(field) ? raw : this.#plain(raw);
  }

  /** undefined: empty, says nothing. null: `""`, says that there is none. Else the text without escapes. */
  stated(field: number, component = 1, subcomponent = 1, repetition = 1): string | null | undefined {
    const raw = this.#part(field, component, subcomponent, repetition);
    if (raw === '') return undefined;
    if (raw === DELETED) return null;
    return this.#isOfDelimiters(field) ? raw : this.#plain(raw);
  }

  /**
   * The whole field as one text without escapes, for the types that have no parts (TX, FT, ST): a delimiter that its sender did not
   * escape stands in it as the character that it is. Null when absent, empty or `""`.
   */
  whole(field: number): string | null {
    const raw = this.raw(field);
    if (raw === '' || raw === DELETED) return null;
    return this.#isOfDelimiters(field) ? raw : this.#plain(raw);
  }
}

/** True when a segment's name, three capitals or digits of which the first is a capital, stands there alone or before a field. */
function isNamed(text: string, start: number, end: number, field: number): boolean {
  if (end - start < 3 || (end - start > 3 && text.charCodeAt(start + 3) !== field)) return false;
  for (let at = start; at < start + 3; at++) {
    const code = text.charCodeAt(at);
    const isCapital = code >= 0x41 && code <= 0x5a;
    if (!isCapital && (at === start || code < 0x30 || code > 0x39)) return false;
  }
  return true;
}

/** Where a text begins: behind its byte order mark, if it has one. */
const beginOf = (text: string): number => (text.charCodeAt(0) === 0xfeff ? 1 : 0);

/** Goes through the lines that are not blank, until it is told false. CR, LF and both end a line. */
function eachLine(text: string, each: (start: number, end: number) => boolean): void {
  let start = beginOf(text);
  let cr = text.indexOf('\r', start);
  let lf = text.indexOf('\n', start);
  while (start < text.length) {
    const nearest = cr < 0 || (lf >= 0 && lf < cr) ? lf : cr;
    const end = nearest < 0 ? text.length : nearest;
    if (end > start && !each(start, end)) return;
    start = end + 1;
    if (cr >= 0 && cr < start) cr = text.indexOf('\r', start);
    if (lf >= 0 && lf < start) lf = text.indexOf('\n', start);
  }
}

/** The first line that is not blank, as the positions of its begin and end; null when there is none. */
export function firstLine(text: string): readonly [start: number, end: number] | null {
  let found: readonly [number, number] | null = null;
  eachLine(text, (start, end) => {
    found = [start, end];
    return false;
  });
  return found;
}

/** Goes through the segments of a text, from 1, and answers with its delimiters. @throws Er7Fault */
function goThrough(
  text: string,
  options: ParseOptions,
  each: (start: number, end: number, number: number, delimiters: Delimiters) => void,
): Delimiters {
  const most = options.segments ?? MOST_SEGMENTS;
  let number = 0;
  let delimiters: Delimiters | null = null;
  eachLine(text, (start, end) => {
    number += 1;
    if (number > most) throw new Er7Fault('TOO_MANY_SEGMENTS', number);
    const isHeader = text.startsWith('MSH', start);
    if (delimiters === null) {
      if (!isHeader) throw new Er7Fault('NO_HEADER', number);
      delimiters = readDelimiters(text, start);
      if (delimiters === null) throw new Er7Fault('DELIMITERS', number);
    } else {
      if (!isNamed(text, start, end, delimiters.field.charCodeAt(0)))
        throw new Er7Fault('SEGMENT_NAME', number);
      if (isHeader) throw new Er7Fault('SECOND_HEADER', number);
      if (OF_BATCHES.has(text.slice(start, start + 3))) throw new Er7Fault('BATCH_SEGMENT', number);
    }
    each(start, end, number, delimiters);
    return true;
  });
  if (delimiters === null) throw new Er7Fault('NO_HEADER', 1);
  return delimiters;
}

/** A message: the header and what follows it. */
export class Er7Message {
  readonly delimiters: Delimiters;
  readonly segments: readonly Er7Segment[];
  /** Character set that `\X..\` is read in. */
  readonly charset: Charset;
  readonly #source: string;

  private constructor(
    source: string,
    delimiters: Delimiters,
    segments: readonly Er7Segment[],
    charset: Charset,
  ) {
    this.#source = source;
    this.delimiters = delimiters;
    this.segments = segments;
    this.charset = charset;
  }

  /**
   * Reads the text of one message. Blank lines and a byte order mark before the header are passed over.
   * @throws Er7Fault
   */
  static parse(text: string, options: ParseOptions = {}): Er7Message {
    const segments: Er7Segment[] = [];
    let charset: Charset = options.charset ?? 'UTF-8';
    const delimiters = goThrough(text, options, (start, end, number, found) => {
      const content = text.slice(start, end);
      if (number === 1) charset = options.charset ?? charsetStated(content, found) ?? 'UTF-8';
      segments.push(new Er7Segment(content, found, charset, number));
    });
    return new Er7Message(text, delimiters, segments, charset);
  }

  /** Looks whether a text can be read, for less than reading it costs. @throws Er7Fault as `parse` does. */
  static check(text: string, options: ParseOptions = {}): void {
    goThrough(text, options, () => {});
  }

  /** The header. */
  get header(): Er7Segment {
    return this.segments[0]!;
  }

  /** First segment of that name. */
  first(name: string): Er7Segment | null {
    return this.segments.find((segment) => segment.name === name) ?? null;
  }

  /** Segments of that name in their order. */
  all(name: string): readonly Er7Segment[] {
    return this.segments.filter((segment) => segment.name === name);
  }

  /** Exactly what was parsed. */
  toString(): string {
    return this.#source;
  }
}
