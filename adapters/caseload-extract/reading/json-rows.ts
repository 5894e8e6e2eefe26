/** Rows of an ndjson file: one JSON object on each line, its members named by the header map. */
import { FIELDS, type Field } from '../fields.js';
import { refusal } from '../refusal.js';
import type { CaseloadExtractSettings } from '../settings.js';
import { cleanValue, type FileRow, MOST_ROW_CHARACTERS, rowCount } from './row-source.js';

/** The object of a line; null where the line is no JSON. */
function objectOf(text: string, line: number): Readonly<Record<string, unknown>> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal('HUB_CASELOAD_FILE_FORMAT', 'NOT_AN_OBJECT', { line });
  return value as Record<string, unknown>;
}

/** Text, number, true or false as text; nothing for null or a member that is not there. */
function textOfMember(object: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(object, name) ? object[name] : null;
  if (value === null) return '';
  return ['string', 'number', 'boolean'].includes(typeof value) ? cleanValue(String(value)) : null;
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) {
    const lines = piece.split('\n');
    // Pieces are whole lines: what stands behind the last line end is nothing, but at the end of the file.
    if (lines.at(-1) === '') lines.pop();
    yield* lines;
  }
}

/**
 * The rows. A member that the header map names must be on the first row; later rows may leave out what they do not have.
 * @throws HUB_CASELOAD_FILE_HEADER, HUB_CASELOAD_FILE_FORMAT
 */
export async function* jsonRows(
  text: AsyncIterable<string>,
  settings: CaseloadExtractSettings,
): AsyncGenerator<FileRow> {
  const { columns, trailerMarker } = settings;
  const hasTrailer = settings.completeness === 'TRAILER' || settings.asOfFrom === 'TRAILER';
  let line = 0;
  let isFirst = true;
  let isClosed = false;
  let broken: number | null = null;
  for await (const one of linesOf(text)) {
    line += 1;
    if (one.trim() === '') continue;
    if (one.length > MOST_ROW_CHARACTERS) throw refusal('HUB_CASELOAD_FILE_FORMAT', 'ROW_TOO_LONG', { line });
    if (isClosed) throw refusal('HUB_CASELOAD_FILE_FORMAT', 'AFTER_TRAILER', { line });
    if (broken !== null) throw refusal('HUB_CASELOAD_FILE_FORMAT', 'NOT_JSON', { line: broken });
    const object = objectOf(one, line);
    if (object === null) {
      broken = line;
      continue;
    }
    if (hasTrailer && Object.hasOwn(object, trailerMarker)) {
      isClosed = true;
      const rows = rowCount(textOfMember(object, settings.trailerCount) ?? '');
      yield { kind: 'TRAILER', line, rows, asOf: textOfMember(object, settings.trailerAsOf) ?? '' };
      continue;
    }
    if (isFirst) {
      const missing = [...columns].filter(([, name]) => !Object.hasOwn(object, name));
      if (missing.length > 0)
        throw refusal('HUB_CASELOAD_FILE_HEADER', 'MISSING', {
          line,
          columns: missing.map(([field, name]) => `${field} (${name})`),
        });
    }
    isFirst = false;
    const values = {} as Record<Field, string>;
    for (const field of FIELDS) {
      const name = columns.get(field);
      const value = name === undefined ? '' : textOfMember(object, name);
      if (value === null)
        throw refusal('HUB_CASELOAD_FILE_FORMAT', 'NOT_A_VALUE', { line, columns: [`${field} (${name})`] });
      values[field] = value;
    }
    yield { kind: 'ROW', line, values };
  }
  // As the last of the file it is where the file was cut.
  if (broken !== null) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'CUT_SHORT', { line: broken });
  if (isFirst && !isClosed) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'EMPTY');
}
