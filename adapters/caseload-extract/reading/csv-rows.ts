/** Rows of a CSV file (RFC 4180) with a line of headings. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type HubError, isHubError } from '../../../src/core/errors.js';
import { FIELDS, type Field, type FieldValues } from '../fields.js';
import { refusal } from '../refusal.js';
import { headingKey } from '../settings/columns.rules.js';
import type { CaseloadExtractSettings } from '../settings.js';
import { cleanValue, type FileRow, MOST_ROW_CHARACTERS, rowCount } from './row-source.js';

/** Positions of the mapped columns. Headings that are missing are named as the site states them, never as the file does. */
function positionsOf(headings: readonly string[], settings: CaseloadExtractSettings): Map<Field, number> {
  const keys = headings.map(headingKey);
  const missing = [...settings.columns].filter(([, heading]) => !keys.includes(headingKey(heading)));
  if (missing.length > 0)
    throw refusal('HUB_CASELOAD_FILE_HEADER', 'MISSING', {
      line: 1,
      columns: missing.map(([field, heading]) => `${field} (${heading})`),
    });
  const twice = [...settings.columns].filter(([, heading]) => {
    const key = headingKey(heading);
    return keys.indexOf(key) !== keys.lastIndexOf(key);
  });
  if (twice.length > 0)
    throw refusal('HUB_CASELOAD_FILE_HEADER', 'REPEATED', {
      line: 1,
      columns: twice.map(([field, heading]) => `${field} (${heading})`),
    });
  return new Map([...settings.columns].map(([field, heading]) => [field, keys.indexOf(headingKey(heading))]));
}

/** What the parser found wrong. Its message holds what stood in the file, so that only its code and line are kept. */
function formatFault(error: unknown): unknown {
  if (isHubError(error) || !(error instanceof CsvError)) return error;
  const line = typeof error.lines === 'number' ? error.lines : null;
  const fault = error.code === 'CSV_MAX_RECORD_SIZE' ? 'ROW_TOO_LONG' : 'QUOTES';
  return error.code === 'CSV_QUOTE_NOT_CLOSED'
    ? refusal('HUB_CASELOAD_FILE_PARTIAL', 'QUOTE_NOT_CLOSED', { line })
    : refusal('HUB_CASELOAD_FILE_FORMAT', fault, { line });
}

async function* recordsOf(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    max_record_size: MOST_ROW_CHARACTERS,
  });
  const feeding = pipeline(Readable.from(text, { objectMode: false }), parser);
  feeding.catch(() => undefined);
  try {
    for await (const record of parser) yield record as string[];
    await feeding;
  } catch (error) {
    throw formatFault(error);
  }
}

function lineBreaks(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

/**
 * The rows. A row of another number of cells than there are headings is refused with its line, and so is one after the trailer.
 * @throws HUB_CASELOAD_FILE_HEADER, HUB_CASELOAD_FILE_FORMAT, HUB_CASELOAD_FILE_PARTIAL
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  settings: CaseloadExtractSettings,
): AsyncGenerator<FileRow> {
  const { trailerMarker, trailerCount, trailerAsOf } = settings;
  const hasTrailer = settings.completeness === 'TRAILER' || settings.asOfFrom === 'TRAILER';
  let positions: Map<Field, number> | null = null;
  let width = 0;
  let isClosed = false;
  let misfit: HubError | null = null;
  let next = 1;
  for await (const record of recordsOf(text, settings.delimiter)) {
    const line = next;
    next += 1 + lineBreaks(record);
    if (record.length === 1 && record[0] === '') continue;
    if (misfit !== null) throw misfit;
    if (isClosed) throw refusal('HUB_CASELOAD_FILE_FORMAT', 'AFTER_TRAILER', { line });
    if (positions === null) {
      positions = positionsOf(record, settings);
      width = record.length;
    } else if (hasTrailer && record[0]!.trim() === trailerMarker) {
      isClosed = true;
      const cell = (position: string): string => cleanValue(record[Number(position) - 1] ?? '');
      yield { kind: 'TRAILER', line, rows: rowCount(cell(trailerCount)), asOf: cell(trailerAsOf) };
    } else if (record.length !== width) {
      misfit = refusal('HUB_CASELOAD_FILE_FORMAT', 'CELLS', { line, expected: width, found: record.length });
    } else {
      yield { kind: 'ROW', line, values: valuesOf(record, positions) };
    }
  }
  // As the last of the file it is where the file was cut.
  if (misfit !== null) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'CUT_SHORT', misfit.details);
  if (positions === null) throw refusal('HUB_CASELOAD_FILE_PARTIAL', 'EMPTY');
}

function valuesOf(record: readonly string[], positions: ReadonlyMap<Field, number>): FieldValues {
  const values = {} as Record<Field, string>;
  for (const field of FIELDS) {
    const position = positions.get(field);
    values[field] = position === undefined ? '' : cleanValue(record[position]!);
  }
  return values;
}
