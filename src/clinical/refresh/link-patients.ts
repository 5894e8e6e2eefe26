/** Brings the patients of a pull to their persons, some at a time, so that a large caseload takes no more memory than a small one. */
import type { RecordIdentity } from '../../people/identity.rules.js';
import { lockIdentities } from '../../people/identity-neighbourhood.reader.js';
import { linkRecords } from '../../people/linking.service.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Pull } from './pull.service.js';

/** Patients taken at a time, and a few more that share the last one's number. */
const BATCH = 1_000;

/** Each patient of the pull as the latest page has them. */
const ARRIVING = `arriving as materialized (
  select distinct on (s.local_id) s.local_id, s.nhs_number, s.nhs_number_status, s.date_of_birth, s.deceased_on, s.active,
         s.replaced_by_local_id, s.restricted, s.person_id, s.link_id, s.read_at
  from caseload_staging s where s.pull_id = $1
  order by s.local_id, s.page desc, s.source_reference
)`;

/**
 * Makes a person for each patient whom nobody can be: the record is new, replaces none and is replaced by none, and its number,
 * where it has one, is nobody's else. What the identity rules make of such a record, for all of them at once.
 */
const MAKE_PLAIN = `
with ${ARRIVING}, counted as materialized (
  select a.*, count(*) over (partition by a.nhs_number) as sharing,
         count(*) filter (where a.replaced_by_local_id is not null) over () as replaced
  from arriving a
), plain as materialized (
  select a.* from counted a
  where a.replaced_by_local_id is null
    and (a.nhs_number is null or a.sharing = 1)
    and not exists (select from record_links l where l.system_id = $2 and l.local_id = a.local_id)
    and a.local_id not in (
      select l.replaced_by_local_id from record_links l where l.system_id = $2 and l.replaced_by_local_id is not null)
    and (a.replaced = 0 or not exists (select from arriving o where o.replaced_by_local_id = a.local_id))
    and not exists (select from persons p where p.organisation_id = $3 and p.nhs_number = a.nhs_number)
), made as (
  insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, deceased_on, restricted,
                       identity_state, created_at, updated_at)
  select person_id, $3, nhs_number, nhs_number_status, date_of_birth, deceased_on, restricted, 'CLEAR', $4, $4 from plain order by person_id
)
insert into record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status,
                          date_of_birth, deceased_on, active, replaced_by_local_id, restricted, observed_at)
select link_id, $3, $2, local_id, person_id, nhs_number, nhs_number_status, date_of_birth, deceased_on, active, null,
       restricted, $4
from plain order by person_id`;

/**
 * The other patients who are new or say something else than before. Those with one NHS number follow each other: whether two
 * living records share one must be known before either finds its person. What another pull has brought since a page was read
 * stands (`$3`: whether there can have been one).
 */
const OTHERS = `
declare arriving_patients no scroll cursor for
with ${ARRIVING}
select a.local_id as "localId", a.nhs_number as "nhsNumber", a.nhs_number_status as "nhsNumberStatus",
       a.date_of_birth::text as "dateOfBirth", a.deceased_on::text as "deceasedOn", a.active,
       a.replaced_by_local_id as "replacedByLocalId", a.restricted
from arriving a left join record_links l on l.system_id = $2 and l.local_id = a.local_id
where l.id is null
   or (l.nhs_number, l.nhs_number_status, l.date_of_birth, l.deceased_on, l.active, l.replaced_by_local_id, l.restricted)
      is distinct from
      (a.nhs_number, a.nhs_number_status, a.date_of_birth, a.deceased_on, a.active, a.replaced_by_local_id, a.restricted)
      and not ($3 and l.observed_at > a.read_at)
order by a.nhs_number, a.local_id`;

/**
 * Afterwards every patient of the pull has a row in `record_links` with its person.
 * @param isLarge whether sets are compared as wholes rather than row by row.
 */
export async function linkPatients(tx: Transaction, pull: Pull, at: Date, isLarge: boolean): Promise<void> {
  const { id: systemId, organisationId } = pull.system;
  await lockIdentities(tx, organisationId);
  await nestedLoops(tx, !isLarge);
  await tx.query(MAKE_PLAIN, [pull.id, systemId, organisationId, at]);
  await tx.query(OTHERS, [pull.id, systemId, pull.kept !== null]);
  await nestedLoops(tx, true);
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

/** The staging table has no statistics, so the planner expects few rows and would compare each with each. */
export async function nestedLoops(tx: Transaction, isAllowed: boolean): Promise<void> {
  await tx.query(`select set_config('enable_nestloop', $1, true)`, [isAllowed ? 'on' : 'off']);
}

/** Where the last run of one NHS number begins; those without a number are no run. */
function startOfLastNumber(records: readonly RecordIdentity[]): number {
  const last = records.at(-1)?.nhsNumber ?? null;
  if (last === null) return records.length;
  return records.findIndex(({ nhsNumber }) => nhsNumber === last);
}
