/** The patients of a page of episodes: those that came along, and in one further read those that did not. */
import { readSearchPage } from '../bundle.rules.js';
import type { Json } from '../json.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import { IncompleteReason, incomplete } from './incomplete.js';

/**
 * Patients by id. Servers leave out what `_include` asked for (limits, permissions, replicas that lag), so missing ones
 * are read together by `Patient?_id=`; where one is still missing the pull is incomplete, since leaving out the person
 * would read as absence.
 */
export async function patientsOf(
  connection: FhirConnection,
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
  if (missing.length === 0) return patients;
  const parameters = { _id: missing.join(','), _count: missing.length };
  const page = readSearchPage(await connection.search(session, 'Patient', parameters), 'Patient');
  for (const patient of page.matches) {
    if (missing.includes(String(patient.id))) patients.set(String(patient.id), patient);
  }
  const absent = missing.filter((id) => !patients.has(id));
  if (absent.length > 0) throw incomplete(IncompleteReason.PATIENT_MISSING, { missing: absent.length });
  return patients;
}
