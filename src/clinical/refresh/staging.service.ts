/** Keeps a page of a pull, with how far the pull has come, in one statement under the lease. */
import { HubError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import type { CaseloadPage } from '../clinical-record.port.js';
import { isCursor } from './kept-pull.service.js';
import type { Pull } from './pull.service.js';
import type { PullLedger } from './pull-ledger.rules.js';
import type { StagedItem } from './staged-item.rules.js';

/** A membership by its reference at the source. */
export type StagedItems = ReadonlyMap<string | null, StagedItem>;

/** Columns under the keys by which rows travel, which are short because each row carries them. */
const COLUMNS = {
  a: ['source_reference', 'text'],
  b: ['membership_id', 'uuid'],
  c: ['person_id', 'uuid'],
  d: ['link_id', 'uuid'],
  e: ['source_version', 'text'],
  f: ['source_as_of', 'timestamptz'],
  g: ['state', 'text'],
  h: ['valid_from', 'date'],
  i: ['valid_to', 'date'],
  j: ['care_coordinator_reference', 'text'],
  k: ['care_coordinator_name', 'text'],
  l: ['complete', 'boolean'],
  m: ['local_id', 'text'],
  n: ['nhs_number', 'text'],
  o: ['nhs_number_status', 'text'],
  p: ['date_of_birth', 'date'],
  q: ['deceased_on', 'date'],
  r: ['active', 'boolean'],
  s: ['replaced_by_local_id', 'text'],
  t: ['restricted', 'boolean'],
  u: ['read_at', 'timestamptz'],
} as const;

type Row = Readonly<Record<keyof typeof COLUMNS, string | boolean | null>>;

const rowOf = (reference: string | null, item: StagedItem): Row => ({
  a: reference,
  b: newId(),
  c: newId(),
  d: newId(),
  e: item.sourceVersion,
  f: item.sourceAsOf,
  g: item.state,
  h: item.validFrom,
  i: item.validTo,
  j: item.coordinatorReference,
  k: item.coordinatorName,
  l: item.complete,
  m: item.localId,
  n: item.nhsNumber,
  o: item.nhsNumberStatus,
  p: item.dateOfBirth,
  q: item.deceasedOn,
  r: item.active,
  s: item.replacedByLocalId,
  t: item.restricted,
  u: item.readAt,
});

const names = Object.values(COLUMNS).map(([name]) => name);
const shape = Object.entries(COLUMNS).map(([key, [, type]]) => `${key} ${type}`);

/**
 * Rows, cursor and fence together. Nobody waits for the disk: what is staged is read anew after a crash of the server, with
 * the place from which it would be gone on with.
 */
const STAGE = `
with held as materialized (
  select name from leases where name = $5 and fence = $6 and holder is not null for key share
), staged as (
  insert into caseload_staging (pull_id, organisation_id, page, ${names.join(', ')})
  select $1, $2, $3, ${Object.keys(COLUMNS)
    .map((key) => `r.${key}`)
    .join(', ')}
  from held cross join json_to_recordset($4::json) as r(${shape.join(', ')})
  on conflict (pull_id, source_reference) do update
    set page = excluded.page, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
), kept as (
  insert into caseload_progress (pull_id, organisation_id, since, pages, ended, expected, watermark, cursor)
  select $1, $2, $7, $8, $9, $10, $11, $12 from held where $12::text is not null
  on conflict (pull_id) do update set pages = excluded.pages, ended = excluded.ended, expected = excluded.expected,
    watermark = excluded.watermark, cursor = excluded.cursor, resumes = 0
)
select name, set_config('synchronous_commit', 'off', true) from held`;

/**
 * Keeps items, and the cursor of the page where it has one.
 * @param ledger what has come, this page included.
 * @throws HUB_LEASE_LOST when another holder took over; nothing is kept then.
 */
export async function stageItems(
  tx: Transaction,
  { id, lease, since, system }: Pull,
  { page, cursor }: Pick<CaseloadPage, 'page' | 'cursor'>,
  items: StagedItems,
  { pages, ended, expected, watermark }: PullLedger,
): Promise<void> {
  const place = cursor !== undefined && isCursor(cursor) ? cursor : null;
  const rows = JSON.stringify([...items].map(([reference, item]) => rowOf(reference, item)));
  const values = [id, system.organisationId, page, rows, lease.name, lease.fence];
  const held = await prepared(tx, STAGE, [...values, since, pages, ended, expected, watermark, place]);
  if (held.length === 0) throw new HubError('HUB_LEASE_LOST', { details: { lease: lease.name } });
}
