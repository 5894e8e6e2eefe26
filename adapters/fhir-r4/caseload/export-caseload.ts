/** Caseload by export: the team's memberships in what a Group's export holds, each with the patient of the same export. */
import { z } from 'zod';
import type {
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
} from '../../../src/clinical/clinical-record.port.js';
import type { Clock } from '../../../src/core/clock.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import type { FhirR4Settings } from '../settings.js';
import type { Session } from '../transport/connection.js';
import { discardJob, jobResult, startJob } from '../transport/jobs.js';
import { cursorOf, digestOf, placeIn } from './cursor.js';
import { ExportFiles } from './export-files.js';
import { type ExportManifest, readManifest } from './export-manifest.rules.js';
import { byPatient, entryOf, membershipsOf, type Waiting, workersOf } from './export-memberships.js';
import { type Given, GivenOut, givenShape, NOTHING_GIVEN, OtherOrder } from './given-out.js';
import { type CameAlong, itemOf, itemsOf } from './items.js';
import type { ExportedCaseload, PullContext } from './strategy.js';

/** Where an export of a team's Group begins; `since` is an instant or null for everything. */
export function exportAddress(
  { exportGroups, exportTypes }: FhirR4Settings,
  teamReference: string,
  since: string | null,
): string {
  const group = exportGroups.get(teamReference) ?? exportGroups.get('');
  if (group === undefined)
    throw new HubError('HUB_ADAPTER_SETTINGS', { details: { adapter: 'fhir-r4', setting: 'exportGroups' } });
  const changed = since === null ? '' : `&_since=${encodeURIComponent(since)}`;
  return `${group}/$export?_type=${exportTypes.join(',')}${changed}`;
}

/** Which job a pull reads from, and what of it has been given out. */
const cursorShape = z.strictObject({ asks: z.string(), job: z.string().min(1), given: givenShape });

/** A job, with what it came to when that is known. */
interface Export {
  readonly job: string;
  readonly manifest: ExportManifest | null;
  readonly given: Given;
}

/** What a pull of an export works with. */
interface Exporting {
  readonly context: PullContext;
  readonly strategy: ExportedCaseload;
  readonly session: Session;
  readonly teamReference: string;
}

/**
 * Exports, and pulls from the files: pages come as patients do. The job is deleted afterwards, however the pull ends, unless the
 * caller keeps cursors: then one that was interrupted stays, to be gone on with. What a hub that was killed leaves for good,
 * the server drops by itself. Whoever goes on reads the files again, and gives out what had not been.
 */
export async function* pullExported(
  context: PullContext,
  strategy: ExportedCaseload,
  session: Session,
  { teamReference, since, resume, keep }: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { settings } = context;
  const address = exportAddress(settings, teamReference, since);
  const asks = digestOf(settings.baseUrl, settings.pageSize, teamReference, address);
  const exporting = { context, strategy, session, teamReference };
  const kept = resume === undefined ? null : await keptExport(exporting, asks, resume);
  const { job, given, manifest } = kept ?? (await begin(exporting, address));
  let mayGoOn = keep !== undefined;
  try {
    const begun = cursorOf({ asks, job, given });
    if (kept === null && begun.cursor !== undefined) await keep?.(begun.cursor);
    const files = manifest ?? readManifest(await jobResult(context, session, job));
    for await (const page of pagesFrom(exporting, files, given))
      yield { ...page.page, ...cursorOf({ asks, job, given: page.given }) };
    mayGoOn = false;
  } catch (error) {
    // What it holds would fail another try too.
    mayGoOn &&= isHubError(error) && error.retry === 'transient' && error.code !== 'HUB_CASELOAD_INCOMPLETE';
    throw error;
  } finally {
    if (!mayGoOn) await discard(exporting, job);
  }
}

async function begin({ context, session }: Exporting, address: string): Promise<Export> {
  return { job: await startJob(context, session, address), manifest: null, given: NOTHING_GIVEN };
}

/** The export that a cursor tells of, or null when it is not this pull's or the server does not hold it any more. */
async function keptExport(
  { context, session }: Exporting,
  asks: string,
  cursor: string,
): Promise<Export | null> {
  const told = placeIn(cursorShape, cursor);
  if (told === null || told.asks !== asks) return null;
  try {
    return { ...told, manifest: readManifest(await jobResult(context, session, told.job)) };
  } catch (error) {
    if (isHubError(error) && error.retry === 'permanent') return null;
    throw error;
  }
}

async function discard({ context, session }: Exporting, job: string): Promise<void> {
  const signal = AbortSignal.timeout(context.settings.callTimeoutMs);
  const clearing = discardJob(context, context.connection.session(signal), job);
  // Whoever stopped waiting does not wait for this either.
  if (!session.signal.aborted) await clearing;
}

/** A page with what has been given out by it. */
interface ExportPage {
  readonly page: CaseloadPage;
  readonly given: Given;
}

/** The pages after what had been given out; all of them where the files are not what they were. */
async function* pagesFrom(
  exporting: Exporting,
  manifest: ExportManifest,
  given: Given,
): AsyncGenerator<ExportPage, void, undefined> {
  try {
    yield* pagesOf(exporting, manifest, given);
  } catch (error) {
    if (!(error instanceof OtherOrder)) throw error;
    yield* pagesOf(exporting, manifest, NOTHING_GIVEN);
  }
}

async function* pagesOf(
  exporting: Exporting,
  manifest: ExportManifest,
  before: Given,
): AsyncGenerator<ExportPage, void, undefined> {
  const { context, session, strategy, teamReference } = exporting;
  const { pageSize } = context.settings;
  const files = new ExportFiles(context.connection, session, manifest);
  await files.requireNoErrors();
  const memberships = await membershipsOf(context, strategy, files, teamReference);
  const included = await workersOf(context, session, files, memberships);
  const cameAlong = { included, fetchedAt: takenAt(manifest, context.clock) };
  const total = memberships.size;
  const givenOut = new GivenOut(before);
  const page = (arrived: readonly Arrived[]): ExportPage => {
    const given = givenOut.give(arrived);
    const items = arrived.map(({ item }) => item);
    const { transactionTime: watermark } = manifest;
    return { page: { page: given.page, last: given.items === total, total, items, watermark }, given };
  };
  let held: Arrived[] = [];
  for await (const some of arrivals(exporting, files, byPatient(memberships), cameAlong, givenOut)) {
    held.push(...some);
    for (; held.length >= pageSize; held = held.slice(pageSize)) yield page(held.slice(0, pageSize));
  }
  givenOut.settle();
  if (held.length > 0 || total === 0) yield page(held);
}

/** When an export was so: files that are fetched later say nothing newer. */
function takenAt({ transactionTime }: ExportManifest, clock: Clock): string {
  const now = clock.now().toISOString();
  return transactionTime !== null && transactionTime < now ? transactionTime : now;
}

/** An item under the id of its membership. */
interface Arrived {
  readonly id: string;
  readonly item: Observed<CaseloadItem>;
}

/** Items not given out before, in the order in which their patients come along; those whose patient is not in the export last, by fetching it. */
async function* arrivals(
  { context, session, strategy, teamReference }: Exporting,
  files: ExportFiles,
  waiting: Map<string, Waiting[]>,
  cameAlong: CameAlong,
  givenOut: GivenOut,
): AsyncGenerator<readonly Arrived[], void, undefined> {
  const { settings } = context;
  for await (const patient of files.ofType('Patient')) {
    const id = String(patient.id);
    const those = givenOut.rest(waiting.get(id) ?? []);
    waiting.delete(id);
    yield those.map((one) => ({
      id: one.id,
      item: itemOf(context, strategy, teamReference, entryOf(one), patient, cameAlong),
    }));
  }
  const left = givenOut.rest([...waiting.values()].flat());
  for (let from = 0; from < left.length; from += settings.pageSize) {
    const some = left.slice(from, from + settings.pageSize);
    const items = await itemsOf(context, session, strategy, teamReference, some.map(entryOf), cameAlong);
    yield some.map(({ id }, at) => ({ id, item: items[at]! }));
  }
}
