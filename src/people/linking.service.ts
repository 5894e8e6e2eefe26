/** Brings the patients of a caseload pull to their persons, in the transaction that applies the pull. */
import { newId } from '../core/ids.js';
import type { Transaction } from '../platform/database/database.js';
import type { RecordIdentity } from './identity.rules.js';
import { lockIdentities, readNeighbourhood } from './identity-neighbourhood.reader.js';
import { writeIdentityPlan } from './identity-plan.service.js';
import { planLinks } from './linking.rules.js';

/** The patients of one pull of one system. */
export interface ArrivingRecords {
  readonly organisationId: string;
  readonly systemId: string;
  /** One per local id. */
  readonly records: readonly RecordIdentity[];
  /** The instant of observation. */
  readonly at: Date;
}

/** What an arrival changed, in rows. */
export interface LinkingOutcome {
  /** Records that were new or had changed; the others were left untouched. */
  readonly changed: number;
  readonly personsMade: number;
  readonly merged: number;
  readonly conflictsOpened: number;
}

/** Afterwards every record given has a row in `record_links` with its person. Needs the scope's organisation and the worker's role. */
export async function linkRecords(tx: Transaction, arriving: ArrivingRecords): Promise<LinkingOutcome> {
  const { organisationId, systemId, at } = arriving;
  await lockIdentities(tx, organisationId);
  const records = await onlyChanged(tx, systemId, arriving.records);
  if (records.length === 0) return { changed: 0, personsMade: 0, merged: 0, conflictsOpened: 0 };
  const around = await readNeighbourhood(tx, {
    organisationId,
    systemId,
    localIds: records.flatMap((record) => [
      record.localId,
      ...(record.replacedByLocalId ? [record.replacedByLocalId] : []),
    ]),
    nhsNumbers: [...new Set(records.flatMap((record) => record.nhsNumber ?? []))],
  });
  const plan = planLinks(systemId, records, around, () => newId());
  await writeIdentityPlan(tx, organisationId, plan, at);
  return {
    changed: records.length,
    personsMade: plan.madeIds.size,
    merged: plan.merges.length,
    conflictsOpened: plan.opened.length,
  };
}

async function onlyChanged(
  tx: Transaction,
  systemId: string,
  records: readonly RecordIdentity[],
): Promise<RecordIdentity[]> {
  const rows = await tx.query<{ localId: string }>(
    `select a."localId"
     from jsonb_to_recordset($1::jsonb) as a("localId" text, "nhsNumber" text, "nhsNumberStatus" text, "dateOfBirth" date,
            "deceasedOn" date, active boolean, "replacedByLocalId" text, restricted boolean)
     left join record_links l on l.system_id = $2 and l.local_id = a."localId"
     where l.id is null
        or (l.nhs_number, l.nhs_number_status, l.date_of_birth, l.deceased_on, l.active, l.replaced_by_local_id, l.restricted)
           is distinct from
           (a."nhsNumber", a."nhsNumberStatus", a."dateOfBirth", a."deceasedOn", a.active, a."replacedByLocalId", a.restricted)`,
    [JSON.stringify(records), systemId],
  );
  const changed = new Set(rows.map((row) => row.localId));
  return records.filter((record) => changed.has(record.localId));
}
