/** The patients of a page of memberships: those that came along, and in further reads those that did not. */
import type { Json } from '../json.js';
import type { Session } from '../transport/connection.js';
import { batchesOf, gather, type SearchContext } from './gather.js';
import { IncompleteReason, incomplete } from './incomplete.js';

/**
 * Patients by id. Servers leave out what `_include` asked for (limits, permissions, replicas that lag), so missing ones
 * are read together by `Patient?_id=`; where one is still missing the pull is incomplete, since leaving out the person
 * would read as absence.
 */
export async function patientsOf(
  context: SearchContext,
  session: Session,
  ids: readonly string[],
  included: ReadonlyMap<string, Json>,
): Promise<ReadonlyMap<string, Json>> {
  const patients = new Map<string, Json>();
  for (const id of ids) {
    const patient = included.get(`Patient/${id}`);
    if (patient !== undefined) patients.set(id, patient);
  }
  const missing = [...new Set(ids)].filter((id) => !patients.has(id));
  for (const asked of batchesOf(missing, context.settings)) {
    const parameters = { _id: asked.join(','), _count: asked.length };
    const { matches } = await gather(context, session, 'Patient', parameters);
    for (const patient of matches)
      if (asked.includes(String(patient.id))) patients.set(String(patient.id), patient);
  }
  const absent = missing.filter((id) => !patients.has(id));
  if (absent.length > 0) throw incomplete(IncompleteReason.PATIENT_MISSING, { missing: absent.length });
  return patients;
}
