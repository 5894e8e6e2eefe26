/** General practices that did not come along with their patients: read together where the site has no `_include` for them. */
import { batchesOf } from '../caseload/gather.js';
import { type Json, objectsOf } from '../json.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import { searchAll } from '../search-all.js';
import type { OfPatient, RecordContext } from './by-patient.js';

/** Organizations by `Type/id` that Patient.generalPractitioner refers to; none where they come along, or nobody has one. */
export async function practicesOf(
  context: RecordContext,
  signal: AbortSignal,
  patients: readonly (OfPatient | undefined)[],
): Promise<ReadonlyMap<string, Json>> {
  const { settings, connection } = context;
  const practices = new Map<string, Json>();
  if (settings.recordIncludes.includes('Patient:general-practitioner')) return practices;
  const ids = patients
    .flatMap((patient) => objectsOf(patient?.resource, 'generalPractitioner'))
    .map((element) => localReference(element, settings.baseUrl))
    .flatMap((target) => (target?.type === 'Organization' ? [target.id] : []));
  const session = connection.session(signal);
  for (const asked of batchesOf([...new Set(ids)], settings)) {
    const parameters = { _id: asked.join(','), _count: settings.recordPageSize };
    const { matches } = await searchAll(context, session, 'Organization', parameters);
    for (const one of matches)
      if (asked.includes(String(one.id)))
        practices.set(referenceText({ type: 'Organization', id: String(one.id) }), one);
  }
  return practices;
}
