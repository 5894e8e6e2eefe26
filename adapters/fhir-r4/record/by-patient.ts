/** One search for what a page of patients have, put under each of them. */
import { HubError, inputError } from '../../../src/core/errors.js';
import { batchesOf } from '../caseload/gather.js';
import { type Json, member } from '../json.js';
import { localReference } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { type SearchContext, searchAll } from '../search-all.js';
import { isFhirId, type SearchValue } from '../transport/search-values.rules.js';

/** What live reads need. */
export interface RecordContext extends SearchContext {
  readonly system: string;
  readonly unmapped: Unmapped;
}

/** A resource of a patient, with what came along in the same search. */
export interface OfPatient {
  readonly resource: Json;
  readonly included: ReadonlyMap<string, Json>;
  readonly fetchedAt: string;
}

/** What to search, and where in it the patient is. */
export interface PatientSearch {
  readonly type: string;
  /** Parameters for some patients' ids. */
  parameters(ids: readonly string[]): Readonly<Record<string, SearchValue>>;
  /** Local id of the patient whose resource it is; null when it names none of this server. */
  patientOf(resource: Json): string | null;
}

/** The patient that an element refers to, by local id. */
export function patientIn(resource: Json, element: string, baseUrl: string): string | null {
  const target = localReference(member(resource, element), baseUrl);
  return target?.type === 'Patient' ? target.id : null;
}

/** Parameter `patient` for some ids. */
export function patientParameter(ids: readonly string[]): string {
  return ids.map((id) => `Patient/${id}`).join(',');
}

/**
 * Every match by patient, in the server's order. `HUB_INPUT_INVALID` for an id that is none, before anything is sent;
 * `HUB_UPSTREAM_PROTOCOL` when a match belongs to nobody who was asked for, as with a server that ignores the parameter.
 */
export async function searchByPatient(
  context: RecordContext,
  localIds: readonly string[],
  signal: AbortSignal,
  search: PatientSearch,
): Promise<ReadonlyMap<string, readonly OfPatient[]>> {
  if (!localIds.every(isFhirId)) throw inputError('localIds', 'not ids of this record system', 'FHIR ids');
  const { connection, settings } = context;
  const session = connection.session(signal);
  const ids = [...new Set(localIds)];
  const byPatient = new Map<string, OfPatient[]>(ids.map((id) => [id, []]));
  for (const asked of batchesOf(ids, settings)) {
    const parameters = {
      ...search.parameters(asked),
      _count: settings.recordPageSize,
      _total: 'accurate',
    };
    const { matches, included, fetchedAt } = await searchAll(context, session, search.type, parameters);
    for (const resource of matches) {
      const patient = search.patientOf(resource);
      if (patient === null || !asked.includes(patient))
        throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_PATIENT' } });
      byPatient.get(patient)!.push({ resource, included, fetchedAt });
    }
  }
  return byPatient;
}
