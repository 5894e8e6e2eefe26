/** Reads a whole file once: each row to the sink, and what the file says of itself; or a refusal. */
import type { FileHandle } from 'node:fs/promises';
import type { HubError } from '../../../src/core/errors.js';
import { refusal } from '../refusal.js';
import type { CaseloadExtractSettings } from '../settings.js';
import type { Stop } from '../stop.js';
import { asOfInstant } from './as-of.rules.js';
import { csvRows } from './csv-rows.js';
import type { Encoding } from './encoding.rules.js';
import { findEncoding } from './fingerprint.js';
import { jsonRows } from './json-rows.js';
import { type KeptItem, MembershipReader } from './membership.rules.js';
import { PlaceNotes } from './place-notes.js';
import type { DataRow, TrailerRow } from './row-source.js';
import { SeenReferences } from './seen.js';
import { textOf } from './text.js';

/** A team as a row names it. */
export interface RowTeam {
  readonly reference: string;
  readonly name: string | null;
  readonly code: string | null;
}

/** Takes each row as it is read. */
export interface RowSink {
  /** `item` is null for a row that only names a team. */
  add(team: RowTeam, item: KeptItem | null): Promise<void>;
}

/** What surrounds a file. */
export interface ReadContext {
  readonly settings: CaseloadExtractSettings;
  /** Date text of the file's name; null where the pattern has none. */
  readonly asOfInName: string | null;
  /** Row count of the control file; null where there is none. */
  readonly announced: number | null;
  readonly stop: Stop;
}

/** What a file says of itself. */
export interface ReadExtract {
  readonly asOf: Date;
  /** Rows of data, those that only name a team included. */
  readonly rows: number;
  readonly encoding: Encoding;
  /** Values left out, by field. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Follows the date of a file through its rows. */
class AsOfColumn {
  text = '';

  constructor(private readonly settings: CaseloadExtractSettings) {}

  enter({ line, values }: DataRow): void {
    if (this.settings.asOfFrom !== 'COLUMN') return;
    if (this.text === '') this.text = values.asOf;
    if (values.asOf !== this.text || values.asOf === '')
      throw refusal('HUB_CASELOAD_FILE_DATE', values.asOf === '' ? 'EMPTY' : 'DIFFERS', { line });
  }
}

function asOfOf(context: ReadContext, column: AsOfColumn, trailer: TrailerRow | null): Date {
  const { settings, asOfInName } = context;
  const text =
    { FILE_NAME: asOfInName, COLUMN: column.text, TRAILER: trailer?.asOf }[settings.asOfFrom] ?? '';
  const instant = asOfInstant(text, settings.asOfFormat);
  if (instant !== null) return instant;
  throw refusal('HUB_CASELOAD_FILE_DATE', text === '' ? 'EMPTY' : 'NOT_A_DATE', {
    where: settings.asOfFrom,
    line: settings.asOfFrom === 'TRAILER' ? (trailer?.line ?? null) : null,
  });
}

/** Why the rows are not all there, or null. */
function wholeness(context: ReadContext, trailer: TrailerRow | null, rows: number): HubError | null {
  const { completeness } = context.settings;
  if (completeness === 'NONE') return null;
  if (completeness === 'TRAILER' && trailer === null)
    return refusal('HUB_CASELOAD_FILE_PARTIAL', 'NO_TRAILER', { rows });
  const announced = completeness === 'TRAILER' ? trailer!.rows : context.announced;
  if (announced === null) return refusal('HUB_CASELOAD_FILE_PARTIAL', 'NO_COUNT', { rows });
  return announced === rows
    ? null
    : refusal('HUB_CASELOAD_FILE_PARTIAL', 'COUNT_DIFFERS', { rows, announced });
}

/**
 * Reads the file to its end. Memory does not grow with its rows, but for the references of those that have been seen.
 * @throws a refusal (`REFUSALS`), HUB_UPSTREAM_STOPPED, or what the file system says.
 */
export async function readExtract(
  file: FileHandle,
  context: ReadContext,
  sink: RowSink,
): Promise<ReadExtract> {
  const { settings, stop } = context;
  const found = await findEncoding(file, settings.encoding, stop);
  if (found === null) throw refusal('HUB_CASELOAD_FILE_ENCODING', 'MARK_CONTRADICTS', { line: 1 });
  const text = textOf(file, found, stop);
  const notes = new PlaceNotes(settings.columns);
  const reader = new MembershipReader(settings, notes);
  const seen = new SeenReferences();
  const column = new AsOfColumn(settings);
  let trailer: TrailerRow | null = null;
  let rows = 0;
  for await (const row of settings.format === 'CSV' ? csvRows(text, settings) : jsonRows(text, settings)) {
    if (row.kind === 'TRAILER') {
      trailer = row;
      continue;
    }
    rows += 1;
    column.enter(row);
    const { line, values } = row;
    const item = reader.read(line, values);
    if (item !== null && !seen.add(item.reference)) notes.refuse(line, 'localId', 'REPEATED');
    if (notes.isHopeless) break;
    const team = { reference: values.team, name: values.teamName || null, code: values.teamCode || null };
    await sink.add(team, item);
  }
  // Whether it is all there comes first: of half a file nothing else is worth telling.
  const partial = notes.isHopeless ? null : wholeness(context, trailer, rows);
  const refused = partial ?? notes.verdict(rows, settings.maxUnreadablePercent);
  if (refused !== null) throw refused;
  return { asOf: asOfOf(context, column, trailer), rows, encoding: found.encoding, leftOut: notes.leftOut };
}
