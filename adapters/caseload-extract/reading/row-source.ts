/** Rows of a file, whatever its form. */
import type { FieldValues } from '../fields.js';

/** A row of a membership or team. */
export interface DataRow {
  readonly kind: 'ROW';
  /** Line on which the row begins, from 1. */
  readonly line: number;
  readonly values: FieldValues;
}

/** The row that closes a file. */
export interface TrailerRow {
  readonly kind: 'TRAILER';
  readonly line: number;
  /** Rows that it says there are; null when it says none. */
  readonly rows: number | null;
  /** Text of the extract's date; empty when it says none. */
  readonly asOf: string;
}

/** A row in the order of the file. */
export type FileRow = DataRow | TrailerRow;

/** Characters of one row past which a quote was left open. */
export const MOST_ROW_CHARACTERS = 64 * 1024;

/** A whole number of rows; null for any other text. */
export function rowCount(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** A value without spaces around it; the word NULL, as databases write it, is nothing. */
export function cleanValue(value: string): string {
  const trimmed = value.trim();
  return trimmed === 'NULL' ? '' : trimmed;
}
