/** The manifest of a finished export (Bulk Data Access 2.0.0, "Export status"): which files there are, and how they are fetched. */
import { HubError } from '../../../src/core/errors.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { instantOf } from '../mapping/dates.rules.js';

/** One file of newline-delimited JSON. */
export interface ExportFile {
  /** Type of its resources. */
  readonly type: string;
  readonly url: string;
  /** Resources in it; null when the server does not say. */
  readonly count: number | null;
}

/** What an export came to. */
export interface ExportManifest {
  /** The server's clock at which the export is whole; ISO instant or null. */
  readonly transactionTime: string | null;
  /** Whether its files ask for the hub's token. */
  readonly requiresAccessToken: boolean;
  readonly output: readonly ExportFile[];
  /** Files of Bundles that say what was deleted. */
  readonly deleted: readonly ExportFile[];
  /** Files of OperationOutcomes. */
  readonly error: readonly ExportFile[];
}

const notAManifest = (part: string): HubError =>
  new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'MANIFEST', part } });

function filesIn(manifest: Json, name: 'output' | 'deleted' | 'error'): readonly ExportFile[] {
  const stated = member(manifest, name) ?? [];
  const files = objectsOf(manifest, name);
  if (!Array.isArray(stated) || files.length !== stated.length) throw notAManifest(name);
  return files.map((file) => {
    const [type, url, count] = [textOf(file, 'type'), textOf(file, 'url'), member(file, 'count')];
    const counts = count === undefined || (Number.isSafeInteger(count) && Number(count) >= 0);
    if (type === null || url === null || !counts) throw notAManifest(name);
    return { type, url, count: count === undefined ? null : Number(count) };
  });
}

/** The manifest, or `HUB_UPSTREAM_PROTOCOL`; also where it says that more of it is on another page, which nobody asked for. */
export function readManifest(manifest: Json): ExportManifest {
  const requiresAccessToken = member(manifest, 'requiresAccessToken');
  if (typeof requiresAccessToken !== 'boolean') throw notAManifest('requiresAccessToken');
  if (!Array.isArray(member(manifest, 'output'))) throw notAManifest('output');
  if (objectsOf(manifest, 'link').some((link) => textOf(link, 'relation') === 'next'))
    throw notAManifest('link');
  return {
    transactionTime: instantOf(textOf(manifest, 'transactionTime')),
    requiresAccessToken,
    output: filesIn(manifest, 'output'),
    deleted: filesIn(manifest, 'deleted'),
    error: filesIn(manifest, 'error'),
  };
}

/** What a line of a file of deletions names, as `Type/id`: Bundle.entry.request with method DELETE. */
export function deletedIn(bundle: Json): readonly string[] {
  return objectsOf(bundle, 'entry')
    .map((entry) => member(entry, 'request'))
    .filter((request) => textOf(request, 'method') === 'DELETE')
    .map((request) => textOf(request, 'url') ?? '');
}
