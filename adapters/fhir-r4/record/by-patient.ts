/** One search for what a page of patients have, put under each of them. */
import { HubError, inputError } from '../../../src/core/errors.js';
import { batchesOf } from '../caseload/gather.js';
import { type Json, member } from '../json.js';
import { localReference } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { Session } from '../transport/connection.js';
import { isFhirId, type SearchValue } from '../transport/search-values.rules.js';
import { searchInBatch } from './batch-bundle.js';

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
  /** Values of `_include`; those that the site does not have are left out. */
  readonly includes?: readonly string[];
  /** Parameters for some patients' ids. */
  parameters(ids: readonly string[]): Readonly<Record<string, SearchValue>>;
  /** Local ids of the patients whose resource it is; none when it names none of this server. */
  patientsOf(resource: Json): readonly string[];
}

/** The patient that an element refers to, by local id. */
export function patientIn(resource: Json, element: string, baseUrl: string): readonly string[] {
  const target = localReference(member(resource, element), baseUrl);
  return target?.type === 'Patient' ? [target.id] : [];
}

/** Parameter `patient` for some ids. */
export function patientParameter(ids: readonly string[]): string {
  return ids.map((id) => `Patient/${id}`).join(',');
}

/** The search for some ids as it is sent. */
function parametersOf(
  { settings }: RecordContext,
  search: PatientSearch,
  ids: readonly string[],
): Readonly<Record<string, SearchValue>> {
  const includes = (search.includes ?? []).filter((one) => settings.recordIncludes.includes(one));
  return {
    ...search.parameters(ids),
    _include: includes.length === 0 ? undefined : includes,
    _count: settings.recordPageSize,
    _total: 'accurate',
  };
}

/** The searches for a page of patients: one with all of them, or one for each in a batch, as the site can. */
async function* searchesOf(
  context: RecordContext,
  session: Session,
  search: PatientSearch,
  ids: readonly string[],
) {
  const batched = context.settings.recordBatch === 'BATCH_BUNDLE';
  const size = batched ? { searchByPost: true } : context.settings;
  for (const asked of batchesOf(ids, { ...context.settings, ...size })) {
    if (!batched) {
      const found = await searchAll(context, session, search.type, parametersOf(context, search, asked));
      yield { asked, ...found };
      continue;
    }
    const searches = asked.map((id) => parametersOf(context, search, [id]));
    const answers = await searchInBatch(context, session, search.type, searches);
    for (const [at, found] of answers.entries()) yield { asked: [asked[at]!], ...found };
  }
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
  const session = context.connection.session(signal);
  const ids = [...new Set(localIds)];
  const byPatient = new Map<string, OfPatient[]>(ids.map((id) => [id, []]));
  for await (const { asked, matches, included, fetchedAt } of searchesOf(context, session, search, ids)) {
    for (const resource of matches) {
      const patients = search.patientsOf(resource).filter((id) => asked.includes(id));
      if (patients.length === 0)
        throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_PATIENT' } });
      for (const patient of new Set(patients))
        byPatient.get(patient)!.push({ resource, included, fetchedAt });
    }
  }
  return byPatient;
}
