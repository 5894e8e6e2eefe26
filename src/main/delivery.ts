/** Note out, as a hub runs it: the worker of every record system that takes documents, and what is chased by the clock. */
import { systemCaller } from '../access/caller.service.js';
import type { DocumentsCapability } from '../clinical/documents.port.js';
import { newId } from '../core/ids.js';
import { startDeliveryWorker } from '../delivery/worker/start-worker.js';
import type { Hub } from './open-hub.js';

/** A record system that takes documents, as the worker needs it. */
async function destinationsOf(hub: Hub) {
  const taking = hub.systems.flatMap(({ system, profile, adapter }) =>
    adapter.documents ? [{ system, profile, documents: adapter.documents as DocumentsCapability }] : [],
  );
  return taking.map(({ system, profile, documents }) => ({
    systemId: system.id,
    systemCode: profile.code,
    organisationId: system.organisationId,
    custodianOdsCode: profile.organisation,
    documents,
  }));
}

/** Starts sending and reading back what is signed; the answer stops it. Does nothing where no record system takes documents. */
export async function startDelivery(hub: Hub): Promise<() => Promise<void>> {
  const destinations = await destinationsOf(hub);
  if (destinations.length === 0) return async () => {};
  const { database, ownerUrl, clock, logger, listen } = hub;
  const worker = await startDeliveryWorker({ database, ownerUrl, destinations, clock, logger, listen });
  return () => worker.stop();
}

/** Urgent notes not filed in their time, countersignatures not given in theirs, drafts of people who left. Ids and counts only. */
export async function chaseNotes(hub: Hub, organisationId: string): Promise<void> {
  const caller = systemCaller('note-chase', organisationId, `note-chase-${newId()}`);
  const { noteChase } = hub.services;
  const urgent = await noteChase.escalateUrgent(caller);
  const countersignatures = await noteChase.chaseCountersignatures(caller);
  const leavers = await noteChase.noteLeavers(caller);
  if (urgent + countersignatures + leavers > 0)
    hub.logger.info('notes chased', { urgent, countersignatures, leavers });
}
