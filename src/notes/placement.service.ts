/** How a new version relates to what is on the record: creates, replaces or is added to. */
import { DocumentAction } from '../clinical/documents.port.js';
import { cancelUnsent } from '../delivery/unsent.service.js';
import type { Transaction } from '../platform/database/database.js';
import type { NoteVersion } from './note-versions.rules.js';
import { mayBeOnRecord } from './note-work.reader.js';

/** Where a version goes in. */
export interface Placement {
  readonly action: DocumentAction;
  readonly predecessorId: string | null;
}

/** What is to be placed. */
export interface ToPlace {
  readonly purpose: 'NEW' | 'AMEND' | 'ADD';
  /** The version that it replaces or is added to; null for a first one. */
  readonly about: NoteVersion | null;
  /** All versions of the note. */
  readonly versions: readonly NoteVersion[];
  /** True when it is sent at once: then what it replaces need not leave any more. One that waits for a countersignature overtakes nothing. */
  readonly overtakes: boolean;
}

const CREATED: Placement = { action: DocumentAction.CREATE, predecessorId: null };

async function addedTo(tx: Transaction, predecessorId: string): Promise<Placement> {
  return (await mayBeOnRecord(tx, predecessorId))
    ? { action: DocumentAction.APPEND, predecessorId }
    : CREATED;
}

/** True for what waits to go with an addendum behind it: cancelled, it would leave that without its entry. */
async function hasFollowers(
  tx: Transaction,
  version: NoteVersion,
  versions: readonly NoteVersion[],
): Promise<boolean> {
  const added = versions.filter(
    ({ predecessorId, action }) => predecessorId === version.id && action === 'APPEND',
  );
  if (added.length === 0) return false;
  const rows = await tx.query(
    `select d.id from deliveries d where d.document_version_id = $1 and d.operation = 'FILE' and d.ours = 'QUEUED'
       and exists (select from deliveries f where f.document_version_id = any($2::uuid[]) and f.operation = 'FILE' and f.ours <> 'CANCELLED')`,
    [version.id, added.map(({ id }) => id)],
  );
  return rows.length > 0;
}

/**
 * An addendum stands beside its version where that is, or is on its way to be, on the record. An amendment takes the place
 * of the last version that may have arrived: those before it that never left are cancelled (unless an addendum waits behind
 * them), and when none ever left it is the first that the record sees. Takes the lane's lock when it cancels.
 */
export async function placeVersion(tx: Transaction, toPlace: ToPlace): Promise<Placement> {
  const { purpose, about, versions, overtakes } = toPlace;
  if (about === null || purpose === 'NEW') return CREATED;
  if (purpose === 'ADD') return addedTo(tx, about.id);
  for (let version = about; ; ) {
    const mayCancel = overtakes && !(await hasFollowers(tx, version, versions));
    const unsent = mayCancel ? await cancelUnsent(tx, version.id, 'AMENDED') : 'NONE';
    if (unsent === 'IN_FLIGHT' || unsent === 'SETTLED' || (await mayBeOnRecord(tx, version.id))) {
      return { action: DocumentAction.REPLACE, predecessorId: version.id };
    }
    if (version.predecessorId === null) return CREATED;
    if (version.action === DocumentAction.APPEND) return addedTo(tx, version.predecessorId);
    version = versions.find(({ id }) => id === version.predecessorId) as NoteVersion;
  }
}
