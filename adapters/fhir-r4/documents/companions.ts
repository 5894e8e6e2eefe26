/** Writes beside a document: each by itself, once in effect, and without any say in what became of the document. */
import type { OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { londonDate } from '../../../src/core/calendar.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import type { Logger } from '../../../src/core/logger.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { patientIn } from '../record/by-patient.js';
import { mapOpenEpisode } from '../record/record-episode.rules.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { Session } from '../transport/connection.js';
import {
  cancelledTask,
  isProvenanceOf,
  provenanceResource,
  taskResource,
} from './companion-resources.rules.js';
import { createOnce, heldAs, REPRESENTATION, versionOf } from './create-once.js';
import { cancellationRequestId, provenanceRequestId, taskId } from './derived-ids.rules.js';

/** What writing them needs. */
export interface CompanionContext extends SearchContext {
  readonly system: string;
  readonly logger: Logger;
  readonly unmapped: Unmapped;
}

/** Writes beside documents. None of them ever rejects, and together they take no longer than one call may. */
export interface Companions {
  /** What the site wants beside a document that is at `reference` now. */
  add(document: OutgoingDocument, reference: string, signal: AbortSignal): Promise<void>;
  /** Nobody has to read a version that was withdrawn. */
  cancel(documentVersionId: string, signal: AbortSignal): Promise<void>;
}

/** The care manager of the person's open episodes; null unless there is exactly one. `HUB_UPSTREAM_PROTOCOL` where one is another's. */
async function coordinatorOf(context: CompanionContext, session: Session, patientLocalId: string) {
  const { settings, clock, unmapped } = context;
  const { matches, included } = await searchAll(context, session, 'EpisodeOfCare', {
    patient: `Patient/${patientLocalId}`,
    _count: settings.recordPageSize,
    _total: 'accurate',
  });
  if (!matches.every((episode) => patientIn(episode, 'patient', settings.baseUrl).includes(patientLocalId)))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_PATIENT' } });
  const today = londonDate(clock.now());
  const managers = matches
    .map((episode) => mapOpenEpisode(episode, today, included, settings.baseUrl, unmapped))
    .map((open) => open?.value.careCoordinator?.reference ?? null)
    .filter((reference) => reference !== null);
  const [only, ...more] = new Set(managers);
  return only === undefined || more.length > 0 ? null : only;
}

async function writeTask(
  context: CompanionContext,
  session: Session,
  document: OutgoingDocument,
  reference: string,
): Promise<void> {
  const identifier = taskId(document.documentVersionId);
  const owner = await coordinatorOf(context, session, document.patient.localId);
  const resource = taskResource(document, context.settings, { identifier, reference, owner });
  await createOnce(context, session, { type: 'Task', identifier, resource, requestId: identifier });
}

async function writeProvenance(
  context: CompanionContext,
  session: Session,
  document: OutgoingDocument,
  reference: string,
): Promise<void> {
  const { connection, settings } = context;
  const { documentVersionId } = document;
  const { matches } = await searchAll(context, session, 'Provenance', {
    target: reference,
    _count: settings.recordPageSize,
    _total: 'accurate',
  });
  const { documentIdentifierSystem } = settings;
  if (matches.some((match) => isProvenanceOf(match, documentIdentifierSystem, documentVersionId))) return;
  await connection.write(session, {
    method: 'POST',
    path: 'Provenance',
    resource: provenanceResource(document, settings, reference),
    requestId: provenanceRequestId(documentVersionId),
    headers: REPRESENTATION,
  });
}

async function cancelTask(context: CompanionContext, session: Session, versionId: string): Promise<void> {
  const task = await heldAs(context, session, { type: 'Task', identifier: taskId(versionId) });
  const resource = task === null ? null : cancelledTask(task);
  if (task === null || resource === null) return;
  const version = versionOf(task);
  await context.connection.write(session, {
    method: 'PUT',
    path: `Task/${String(task.id)}`,
    resource,
    requestId: cancellationRequestId(versionId),
    headers: { ...REPRESENTATION, ...(version === null ? {} : { 'if-match': `W/"${version}"` }) },
  });
}

/** Writes over a connection. What fails is in the log, with its code. */
export function createCompanions(context: CompanionContext): Companions {
  const { connection, settings, logger, system } = context;

  async function attempted(resource: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
      logger.warn('what goes beside a document was not written', { system, resource, code });
    }
  }

  const bounded = (signal: AbortSignal): Session =>
    connection.session(AbortSignal.any([signal, AbortSignal.timeout(settings.callTimeoutMs)]));

  return {
    async add(document, reference, signal) {
      if (!settings.coordinatorTask && !settings.provenance) return;
      const session = bounded(signal);
      if (settings.coordinatorTask)
        await attempted('Task', () => writeTask(context, session, document, reference));
      if (settings.provenance)
        await attempted('Provenance', () => writeProvenance(context, session, document, reference));
    },
    async cancel(documentVersionId, signal) {
      if (!settings.coordinatorTask) return;
      const session = bounded(signal);
      await attempted('Task', () => cancelTask(context, session, documentVersionId));
    },
  };
}
