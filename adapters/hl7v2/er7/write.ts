/** Messages from values: each is escaped by the delimiters, so that nothing in it can part anything. */
import { type Delimiters, encodingCharacters, USUAL_DELIMITERS } from './delimiters.js';
import { escapeText, type LineBreaks } from './escapes.js';

/** What a subcomponent, component or field of one part holds: text, or nothing. */
export type Er7Text = string | null | undefined | Er7Formatted | typeof DELETED;

/** `""`: tells the receiver that there is no such value any longer. */
export const DELETED = Symbol('deleted');

/** Text whose line breaks are written as `\.br\`. */
export interface Er7Formatted {
  readonly kind: 'FORMATTED';
  readonly text: string;
}

/** Components of a field, each of one part or of subcomponents. */
export interface Er7Components {
  readonly kind: 'COMPONENTS';
  readonly parts: readonly (Er7Text | readonly Er7Text[])[];
}

/** A field that is stated several times. */
export interface Er7Repetitions {
  readonly kind: 'REPETITIONS';
  readonly values: readonly (Er7Text | Er7Components)[];
}

/** What a field holds. */
export type Er7Value = Er7Text | Er7Components | Er7Repetitions;

/** Fields by their numbers; those that are not given are empty. */
export type Er7Fields = Readonly<Record<number, Er7Value>>;

/** A segment to write. Of the header the first two fields come of the delimiters. */
export interface SegmentToWrite {
  readonly name: string;
  readonly fields: Er7Fields;
}

/** Components; an array is a component of subcomponents. Empty ones at the end are not written. */
export function components(...parts: readonly (Er7Text | readonly Er7Text[])[]): Er7Components {
  return { kind: 'COMPONENTS', parts };
}

/** A field that repeats. */
export function repetitions(...values: readonly (Er7Text | Er7Components)[]): Er7Repetitions {
  return { kind: 'REPETITIONS', values };
}

/** Formatted text (FT), or text whose lines a partner wants to be broken by `\.br\`. */
export function formatted(text: string): Er7Formatted {
  return { kind: 'FORMATTED', text };
}

/** A segment. */
export function segment(name: string, fields: Er7Fields): SegmentToWrite {
  return { name, fields };
}

function join(parts: readonly string[], delimiter: string): string {
  let length = parts.length;
  while (length > 0 && parts[length - 1] === '') length -= 1;
  return parts.slice(0, length).join(delimiter);
}

function writeText(value: Er7Text, delimiters: Delimiters): string {
  if (value === null || value === undefined) return '';
  if (value === DELETED) return '""';
  const [text, breaks]: [string, LineBreaks] =
    typeof value === 'string' ? [value, 'HEX'] : [value.text, 'BR'];
  return escapeText(text, delimiters, breaks);
}

function isText(value: Er7Value): value is Er7Text {
  return typeof value !== 'object' || value === null || value.kind === 'FORMATTED';
}

function isParts(part: Er7Text | readonly Er7Text[]): part is readonly Er7Text[] {
  return Array.isArray(part);
}

/** A field as it is written. */
export function writeValue(value: Er7Value, delimiters: Delimiters = USUAL_DELIMITERS): string {
  if (isText(value)) return writeText(value, delimiters);
  if (value.kind === 'REPETITIONS')
    return join(
      value.values.map((one) => writeValue(one, delimiters)),
      delimiters.repetition,
    );
  const parts = value.parts.map((part) =>
    isParts(part)
      ? join(
          part.map((one) => writeText(one, delimiters)),
          delimiters.subcomponent,
        )
      : writeText(part, delimiters),
  );
  return join(parts, delimiters.component);
}

/** A segment as it is written, without a line end. Empty fields at its end are not written. */
export function writeSegment(
  { name, fields }: SegmentToWrite,
  delimiters: Delimiters = USUAL_DELIMITERS,
): string {
  const isHeader = name === 'MSH' || name === 'BHS' || name === 'FHS';
  const written: string[] = isHeader ? [name, encodingCharacters(delimiters)] : [name];
  const first = isHeader ? 3 : 1;
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  for (let field = first; field <= last; field++) written.push(writeValue(fields[field], delimiters));
  return join(written, delimiters.field);
}

/** A message, each segment ended by a carriage return. */
export function writeMessage(
  segments: readonly SegmentToWrite[],
  delimiters: Delimiters = USUAL_DELIMITERS,
): string {
  return segments.map((one) => `${writeSegment(one, delimiters)}\r`).join('');
}
