/**
 * A bare loop in a process of its own: fetches the same pages one after another, parses them, and copies the same rows into the same
 * tables, by one transaction of the superuser. It checks nothing, keeps no place and no record, and matches nobody.
 */
import pg from 'pg';
import { hubModule } from './built-hub.mjs';
import { copyInto } from './copy-into.mjs';

const { superuserUrl, baseUrl, system, teamId, warmUp, teamReference, pageSize } = JSON.parse(
  process.argv[2],
);
const { newId } = await hubModule('src/core/ids.js');
const client = new pg.Client({ connectionString: superuserUrl, application_name: 'bench bare' });
await client.connect();

const STATES = { active: 'OPEN', finished: 'ENDED' };
const PERSONS =
  'persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, created_at, updated_at)';
const LINKS =
  'record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status, date_of_birth, active, observed_at)';
const MEMBERSHIPS = `caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference,
  source_version, state, valid_from, valid_to, care_coordinator_reference, care_coordinator_name, source_as_of, observed_from, pull_id)`;

async function pull(team) {
  const pullId = newId();
  const at = new Date().toISOString();
  await client.query('begin');
  await client.query(
    `insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, fence)
   values ($1, $2, $3, $4, $5, 'SWEEP', 'COMPLETE', now(), 1)`,
    [pullId, system.organisationId, system.id, team, teamId],
  );
  let received = 0;
  let next = `${baseUrl}EpisodeOfCare?organization=${encodeURIComponent(team)}&_count=${pageSize}`;
  while (next) {
    const bundle = await (await fetch(next)).json();
    const included = new Map();
    const episodes = [];
    for (const { resource, search } of bundle.entry) {
      if (search.mode === 'match') episodes.push(resource);
      else included.set(`${resource.resourceType}/${resource.id}`, resource);
    }
    const [persons, links, memberships] = [[], [], []];
    for (const episode of episodes) {
      const person = included.get(episode.patient.reference);
      const worker = included.get(episode.careManager.reference);
      const number = person.identifier.find(({ system }) => system === 'https://fhir.nhs.uk/Id/nhs-number');
      const [nhsNumber, status] = number ? [number.value, '01'] : [null, null];
      const personId = newId();
      const { id: localId, birthDate } = person;
      persons.push([personId, system.organisationId, nhsNumber, status, birthDate, at, at]);
      links.push([
        newId(),
        system.organisationId,
        system.id,
        localId,
        personId,
        nhsNumber,
        status,
        birthDate,
        't',
        at,
      ]);
      memberships.push([
        newId(),
        system.organisationId,
        system.id,
        teamId,
        team,
        personId,
        localId,
        `EpisodeOfCare/${episode.id}`,
        episode.meta.versionId,
        STATES[episode.status],
        episode.period.start,
        episode.period.end ?? null,
        episode.careManager.reference,
        worker.name[0].text,
        episode.meta.lastUpdated,
        at,
        pullId,
      ]);
    }
    await copyInto(client, PERSONS, persons);
    await copyInto(client, LINKS, links);
    await copyInto(client, MEMBERSHIPS, memberships);
    received += episodes.length;
    next = bundle.link.find(({ relation }) => relation === 'next')?.url;
  }
  await client.query('commit');
  return received;
}

await pull(warmUp);
const startedAt = performance.now();
const cpuAt = process.cpuUsage();
const received = await pull(teamReference);
const ms = performance.now() - startedAt;
const { user, system: kernel } = process.cpuUsage(cpuAt);
process.send({ ms, nodeMs: (user + kernel) / 1000, received, state: 'COMPLETE' });
await client.end();
process.disconnect();
