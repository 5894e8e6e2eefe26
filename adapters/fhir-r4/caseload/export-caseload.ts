/** Caseload by export: the team's memberships in what a Group's export holds, each with the patient of the same export. */
import type {
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
} from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import { type Json, member } from '../json.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { FhirR4Settings } from '../settings.js';
import type { Session } from '../transport/connection.js';
import { discardJob, jobResult, startJob } from '../transport/jobs.js';
import { ExportFiles } from './export-files.js';
import { readManifest } from './export-manifest.rules.js';
import { batchesOf, gather } from './gather.js';
import { type Entry, itemOf, itemsOf, patientIdOf } from './items.js';
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

/**
 * Exports, and pulls from the files: pages come as patients do. The job is deleted afterwards, however the pull ends; only
 * a hub that is killed leaves it, until the server drops it by itself.
 */
export async function* pullExported(
  context: PullContext,
  strategy: ExportedCaseload,
  session: Session,
  { teamReference, since }: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { connection, settings } = context;
  const job = await startJob(context, session, exportAddress(settings, teamReference, since));
  try {
    const manifest = readManifest(await jobResult(context, session, job));
    const files = new ExportFiles(connection, session, manifest);
    await files.requireNoErrors();
    const waiting = await membershipsOf(context, strategy, files, teamReference);
    const included = await workersOf(context, session, files, waiting);
    const pages = new Pages(waiting.size, settings.pageSize, manifest.transactionTime);
    yield* pages.of(patientsFirst(context, session, strategy, teamReference, files, waiting, included));
  } finally {
    const clearing = discardJob(
      context,
      connection.session(AbortSignal.timeout(settings.callTimeoutMs)),
      job,
    );
    // Whoever stopped waiting does not wait for this either.
    if (!session.signal.aborted) await clearing;
  }
}

/** The team's memberships by id, cut down to what is read of them; of one that is there twice the later line counts. */
async function membershipsOf(
  context: PullContext,
  strategy: ExportedCaseload,
  files: ExportFiles,
  teamReference: string,
): Promise<Map<string, Entry>> {
  const { type, elements, askedOf } = strategy;
  const deleted = await files.deleted(type);
  const kept = new Map<string, Entry>();
  for await (const resource of files.ofType(type)) {
    const id = String(resource.id);
    const ofTeam = askedOf(resource, context.settings.baseUrl).includes(teamReference);
    if (!ofTeam || deleted.has(`${type}/${id}`)) {
      kept.delete(id);
      continue;
    }
    const part = Object.fromEntries(elements.map((name) => [name, member(resource, name)]));
    for (const name of elements) if (part[name] === undefined) delete part[name];
    kept.set(id, { part, cited: part, patientId: patientIdOf(context, strategy, resource) });
  }
  return kept;
}

/**
 * The workers whom memberships name, by `Type/id`: roles first, since they tell whose they are. An export of what changed
 * leaves out those who did not, so who is missing of a type that the site exports is read; one whom nobody finds has no name.
 */
async function workersOf(
  context: PullContext,
  session: Session,
  files: ExportFiles,
  memberships: ReadonlyMap<string, Entry>,
): Promise<ReadonlyMap<string, Json>> {
  const { baseUrl, exportTypes } = context.settings;
  const wanted = new Set<string>();
  const workers = new Map<string, Json>();
  const want = (element: unknown) => {
    const target = localReference(element, baseUrl);
    if (target !== null) wanted.add(referenceText(target));
  };
  const keep = (worker: Json) => {
    workers.set(`${String(worker.resourceType)}/${String(worker.id)}`, worker);
    want(member(worker, 'practitioner'));
  };
  for (const { part } of memberships.values()) want(member(part, 'careManager'));
  for (const type of ['PractitionerRole', 'Practitioner'].filter((one) => exportTypes.includes(one))) {
    for await (const worker of files.ofType(type)) {
      if (wanted.has(`${type}/${String(worker.id)}`)) keep(worker);
    }
    const missing = [...wanted]
      .filter((reference) => reference.startsWith(`${type}/`) && !workers.has(reference))
      .map((reference) => reference.slice(type.length + 1));
    for (const asked of batchesOf(missing, context.settings)) {
      const parameters = { _id: asked.join(','), _count: asked.length };
      for (const worker of (await gather(context, session, type, parameters)).matches) keep(worker);
    }
  }
  return workers;
}

/** Items in the order in which their patients come along; those whose patient is not in the export last, by fetching it. */
async function* patientsFirst(
  context: PullContext,
  session: Session,
  strategy: ExportedCaseload,
  teamReference: string,
  files: ExportFiles,
  memberships: ReadonlyMap<string, Entry>,
  included: ReadonlyMap<string, Json>,
): AsyncGenerator<readonly Observed<CaseloadItem>[], void, undefined> {
  const { clock, settings } = context;
  const byPatient = new Map<string, Entry[]>();
  for (const entry of memberships.values()) {
    const entries = byPatient.get(entry.patientId) ?? [];
    entries.push(entry);
    byPatient.set(entry.patientId, entries);
  }
  for await (const patient of files.ofType('Patient')) {
    const id = String(patient.id);
    const entries = byPatient.get(id) ?? [];
    byPatient.delete(id);
    const cameAlong = { included, fetchedAt: clock.now().toISOString() };
    yield entries.map((entry) => itemOf(context, strategy, teamReference, entry, patient, cameAlong));
  }
  const left = [...byPatient.values()].flat();
  for (let from = 0; from < left.length; from += settings.pageSize) {
    const some = left.slice(from, from + settings.pageSize);
    const cameAlong = { included, fetchedAt: clock.now().toISOString() };
    yield await itemsOf(context, session, strategy, teamReference, some, cameAlong);
  }
}

/** Cuts a known number of items into pages as they come. */
class Pages {
  private number = 0;
  private given = 0;

  constructor(
    private readonly total: number,
    private readonly size: number,
    private readonly watermark: string | null,
  ) {}

  async *of(
    items: AsyncIterable<readonly Observed<CaseloadItem>[]>,
  ): AsyncGenerator<CaseloadPage, void, undefined> {
    let held: Observed<CaseloadItem>[] = [];
    for await (const some of items) {
      held.push(...some);
      for (; held.length >= this.size; held = held.slice(this.size))
        yield this.page(held.slice(0, this.size));
    }
    if (held.length > 0 || this.number === 0) yield this.page(held);
  }

  private page(items: readonly Observed<CaseloadItem>[]): CaseloadPage {
    this.number += 1;
    this.given += items.length;
    const { number: page, total, watermark } = this;
    return { page, last: this.given === total, total, items, watermark };
  }
}
