/** An organisation with a record system that sends. */
import { randomUUID } from 'node:crypto';

const WORLD = { organisationId: randomUUID(), systemId: randomUUID() };

/** Fills a fresh database. */
export async function fillHl7World(client) {
  await client.query(
    `insert into organisations (id, ods_code, name, kind) values ($1, 'RAA', 'Trust', 'TRUST')`,
    [WORLD.organisationId],
  );
  await client.query(
    `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'pas', 'PAS', 'hl7v2')`,
    [WORLD.systemId, WORLD.organisationId],
  );
}

/** Its ids. */
export const hl7World = WORLD;
