/** A team's memberships in the files of an export, and whom they name. */
import { type Json, member } from '../json.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { Session } from '../transport/connection.js';
import type { ExportFiles } from './export-files.js';
import { batchesOf, gather } from './gather.js';
import { type Entry, patientIdOf } from './items.js';
import type { ExportedCaseload, PullContext } from './strategy.js';

/** A membership that waits for its patient: as text, which takes a quarter of the memory of what it says. */
export interface Waiting {
  readonly id: string;
  readonly patientId: string;
  readonly text: string;
}

/** It as it is read. */
export function entryOf({ text, patientId }: Waiting): Entry {
  const part = JSON.parse(text) as Json;
  return { part, cited: part, patientId };
}

/** The team's memberships by id, cut down to what is read of them; of one that is there twice the later line counts. */
export async function membershipsOf(
  context: PullContext,
  strategy: ExportedCaseload,
  files: ExportFiles,
  teamReference: string,
): Promise<ReadonlyMap<string, Waiting>> {
  const { type, elements, askedOf } = strategy;
  const deleted = await files.deleted(type);
  const kept = new Map<string, Waiting>();
  for await (const resource of files.ofType(type)) {
    const id = String(resource.id);
    const ofTeam = askedOf(resource, context.settings.baseUrl).includes(teamReference);
    if (!ofTeam || deleted.has(`${type}/${id}`)) {
      kept.delete(id);
      continue;
    }
    const part = Object.fromEntries(elements.map((name) => [name, member(resource, name)]));
    kept.set(id, { id, patientId: patientIdOf(context, strategy, resource), text: JSON.stringify(part) });
  }
  return kept;
}

/** Memberships by their patient, in the order of the files. */
export function byPatient(memberships: ReadonlyMap<string, Waiting>): Map<string, Waiting[]> {
  const patients = new Map<string, Waiting[]>();
  for (const waiting of memberships.values()) {
    const those = patients.get(waiting.patientId);
    if (those === undefined) patients.set(waiting.patientId, [waiting]);
    else those.push(waiting);
  }
  return patients;
}

/**
 * The workers whom memberships name, by `Type/id`: roles first, since they tell whose they are. An export of what changed
 * leaves out those who did not, so who is missing of a type that the site exports is read; one whom nobody finds has no name.
 */
export async function workersOf(
  context: PullContext,
  session: Session,
  files: ExportFiles,
  memberships: ReadonlyMap<string, Waiting>,
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
  for (const { text } of memberships.values()) want(member(JSON.parse(text) as Json, 'careManager'));
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
