/** Brings the patients of a pull to their persons, some at a time, so that a large caseload takes no more memory than a small one. */

import type { RecordIdentity } from '../../people/identity.rules.js';
import { linkRecords } from '../../people/linking.service.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Pull } from './pull.service.js';

/** Patients taken at a time, and a few more that share the last one's number. */
const BATCH = 2_000;

/**
 * Patients who are new or say something else than before, each as the latest page has them. Those with one NHS number follow
 * each other: whether two living records share one must be known before either finds its person.
 */
const PATIENTS = `
declare arriving_patients no scroll cursor for
select a."localId", a."nhsNumber", a."nhsNumberStatus", a."dateOfBirth"::text, a."deceasedOn"::text, a.active,
       a."replacedByLocalId", a.restricted from (
  select distinct on (s.local_id) s.local_id as "localId", s.nhs_number as "nhsNumber", s.nhs_number_status as "nhsNumberStatus",
         s.date_of_birth as "dateOfBirth", s.deceased_on as "deceasedOn", s.active,
         s.replaced_by_local_id as "replacedByLocalId", s.restricted
  from caseload_staging s where s.pull_id = $1
  order by s.local_id, s.page desc, s.source_reference
) a
left join record_links l on l.system_id = $2 and l.local_id = a."localId"
where l.id is null
   or (l.nhs_number, l.nhs_number_status, l.date_of_birth, l.deceased_on, l.active, l.replaced_by_local_id, l.restricted)
      is distinct from
      (a."nhsNumber", a."nhsNumberStatus", a."dateOfBirth", a."deceasedOn", a.active, a."replacedByLocalId", a.restricted)
order by a."nhsNumber", a."localId"`;

/** Afterwards every patient of the pull has a row in `record_links` with its person. */
export async function linkPatients(tx: Transaction, pull: Pull, at: Date): Promise<void> {
  const { id: systemId, organisationId } = pull.system;
  await tx.query(PATIENTS, [pull.id, systemId]);
  let held: RecordIdentity[] = [];
  for (let isEnd = false; !isEnd; ) {
    const fetched = await tx.query<RecordIdentity>(`fetch forward ${BATCH} from arriving_patients`);
    isEnd = fetched.length < BATCH;
    held.push(...fetched);
    const cut = isEnd ? held.length : startOfLastNumber(held);
    const records = held.slice(0, cut);
    held = held.slice(cut);
    if (records.length > 0) await linkRecords(tx, { organisationId, systemId, records, at });
  }
  await tx.query('close arriving_patients');
}

/** Where the last run of one NHS number begins; those without a number are no run. */
function startOfLastNumber(records: readonly RecordIdentity[]): number {
  const last = records.at(-1)?.nhsNumber ?? null;
  if (last === null) return records.length;
  return records.findIndex(({ nhsNumber }) => nhsNumber === last);
}
