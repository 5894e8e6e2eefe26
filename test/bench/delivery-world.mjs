/** The world of the delivery benchmark: one trust, two record systems that take documents, people with a record in both, signed documents. */
import { createHash } from 'node:crypto';
import { hubModule } from './built-hub.mjs';

/** People, each with a lane of their own in either system once something is sent for them. */
export const PEOPLE = 12_000;
/** Signed documents that a backlog is made of: more than a hundred thousand, so that as many are left while it is measured. */
export const DOCUMENTS = 110_000;
/** The two destinations, by the code of their record system. */
export const SYSTEMS = ['quick', 'slow'];

const STEPS = [
  [
    'a trust with a team and an author',
    `insert into organisations (id, ods_code, name, kind) values (uuidv7(), 'BEN01', 'Trust', 'TRUST');
     insert into teams (id, organisation_id, code, name, kind) select uuidv7(), id, 'T1', 'Team', 'CMHT' from organisations;
     insert into staff (id, organisation_id, subject, display_name) select uuidv7(), id, 'author', 'Author' from organisations`,
  ],
  [
    'record systems that take documents',
    `insert into clinical_record_systems (id, organisation_id, code, name, adapter)
       select uuidv7(), o.id, code, code, 'fhir-r4' from organisations o cross join unnest(array['${SYSTEMS.join("','")}']) code;
     insert into destinations (system_id, organisation_id) select id, organisation_id from clinical_record_systems`,
  ],
  [
    'people',
    `insert into persons (id, organisation_id, family_name, given_name)
       select uuidv7(), o.id, 'Family ' || n, 'Given' from organisations o cross join generate_series(1, ${PEOPLE}) n;
     create table bench_people as select id, row_number() over (order by id)::integer as n from persons;
     create unique index on bench_people (n);
     insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at)
       select uuidv7(), s.organisation_id, s.id, 'patient-' || p.n, p.id, now() from bench_people p cross join clinical_record_systems s`,
  ],
  [
    'signed documents',
    `create table bench_documents as select uuidv7() as id, gen_random_uuid() as document_id, n from generate_series(1, ${DOCUMENTS}) n;
     create unique index on bench_documents (n);
     insert into signed_documents (id, document_id, version, organisation_id, team_id, person_id, system_id, action, kind, title, text, text_hash,
         author_staff_id, author_reference, author_name, author_employer, author_role, contact_on, is_late_entry, written_at, signed_at, visibility)
       select d.id, d.document_id, 1, t.organisation_id, t.id, p.id, s.id, 'CREATE', 'PROGRESS_NOTE', 'Progress note',
         repeat('Met at the library. ', 20) || d.n, '-', a.id, 'Practitioner/1', 'Author', 'Service', 'Employment specialist',
         current_date, false, now(), now(), 'CLINICAL_RECORD'
       from bench_documents d join bench_people p on p.n = 1 + d.n % 10000
       cross join teams t cross join staff a join clinical_record_systems s on s.code = 'quick'`,
  ],
];

/** Fills it. Prints what it is doing. */
export async function fillDeliveryWorld(client) {
  for (const [title, text] of STEPS) {
    console.log(`  ${title} …`);
    await client.query(text);
  }
  console.log('  vacuum, analyze, checkpoint …');
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
}

/** Ids of everything. */
export async function readDeliveryWorld(client) {
  const { rows } = await client.query(
    `select o.id as "organisationId", t.id as "teamId", a.id as "staffId",
       (select json_object_agg(code, id) from clinical_record_systems) as systems,
       (select array_agg(id::text order by n) from bench_people) as people
     from organisations o cross join teams t cross join staff a`,
  );
  return rows[0];
}

/** Puts every signed document into the backlog of a destination, evenly over so many lanes, all due; whatever was there goes. */
export async function fillBacklog(client, systemId, lanes) {
  await emptyLanes(client);
  await client.query(
    `insert into delivery_lanes (id, organisation_id, system_id, person_id, head_seq, last_seq, state, due)
     select uuidv7(), s.organisation_id, s.id, p.id, 1, ${DOCUMENTS} / $2::integer,
       'READY', now() - p.n * interval '1 millisecond'
     from bench_people p join clinical_record_systems s on s.id = $1 where p.n <= $2::integer`,
    [systemId, lanes],
  );
  await client.query(
    `insert into deliveries (id, lane_id, seq, organisation_id, team_id, person_id, system_id, document_id, document_version_id, operation)
     select uuidv7(), l.id, 1 + (d.n - 1) / $2::integer, l.organisation_id, t.id, l.person_id, l.system_id, d.document_id, d.id, 'FILE'
     from bench_documents d join bench_people p on p.n = 1 + (d.n - 1) % $2::integer
     join delivery_lanes l on l.person_id = p.id and l.system_id = $1 cross join teams t`,
    [systemId, lanes],
  );
  await client.query('vacuum (analyze) delivery_lanes');
  await client.query('vacuum (analyze) deliveries');
  await client.query('checkpoint');
}

/** Removes every lane with what is on it. */
export async function emptyLanes(client) {
  await client.query('truncate delivery_lanes, deliveries, delivery_attempts, work_items');
}

/** Signs as a note does: the version and its delivery in one transaction of role `write`. */
export async function openSigner(database, world) {
  const { keepSignedDocument } = await hubModule('src/delivery/signed-document.service.js');
  const { enqueueDelivery } = await hubModule('src/delivery/enqueue.service.js');
  const { newId } = await hubModule('src/core/ids.js');
  const { organisationId, teamId, staffId, systems, people } = world;
  const scope = { organisationId, teamIds: [teamId], organisationIds: [], staffId };
  const text = 'Met at the library. Talked about the interview on Thursday.\n'.repeat(8);
  const textHash = createHash('sha256').update(text, 'utf8').digest('hex');

  /** Answers the ids once it is committed. `person` counts from 0. */
  return async (system, person) => {
    const ids = { documentVersionId: newId(), documentId: newId() };
    const personId = people[person];
    const systemId = systems[system];
    const now = new Date();
    await database.transaction('write', scope, async (tx) => {
      await keepSignedDocument(tx, {
        ...{
          id: ids.documentVersionId,
          documentId: ids.documentId,
          version: 1,
          organisationId,
          teamId,
          personId,
          systemId,
        },
        ...{
          action: 'CREATE',
          predecessorId: null,
          reason: null,
          kind: 'PROGRESS_NOTE',
          title: 'Progress note',
          text,
          textHash,
        },
        ...{
          authorStaffId: staffId,
          authorReference: 'Practitioner/1',
          authorName: 'Author',
          authorEmployer: 'Service',
        },
        ...{
          authorRole: 'Employment specialist',
          contactOn: now.toISOString().slice(0, 10),
          contactStartedAt: null,
        },
        ...{
          isLateEntry: false,
          writtenAt: now,
          signedAt: now,
          visibility: 'CLINICAL_RECORD',
          labels: [],
          urgent: false,
        },
      });
      await enqueueDelivery(tx, {
        ...ids,
        organisationId,
        teamId,
        personId,
        systemId,
        operation: 'FILE',
        urgentDueAt: null,
      });
    });
    return ids;
  };
}
