/**
 * What 1,000 decisions cost the database alone: hand-written statements on one connection of role `decide` read what the
 * decisions look at and write rows learnt from the hub's own, their columns ready as array texts. Nothing is judged.
 */
import pg from 'pg';
import { hubModule } from './built-hub.mjs';

const READS = [
  [
    'referrals',
    `select id, team_id, person_id, specification_id, route, received_on::text, accepted_on::text, word_on_work, word_recorded_on::text,
       consent_recorded_on::text, employment_at_referral, consent_to_contact_clinician, residence, on_care_programme_approach
     from referrals where id = any ($1::uuid[]) and team_id = any ($2::uuid[])`,
    ({ referralIds, teamIds }) => [referralIds, teamIds],
  ],
  [
    'rules',
    `select v.specification_id, v.id, v.version, v.valid_from::text, v.valid_to::text, v.activated_at, r.key, r.value, r.strength, r.clause
     from specification_versions v left join specification_rules r on r.version_id = v.id where v.specification_id = any ($1::uuid[])`,
    ({ specificationIds }) => [specificationIds],
  ],
  [
    'persons',
    `select p.id, p.identity_state, p.merged_into_id, exists (select from persons f where f.merged_into_id = p.id) as merged, p.date_of_birth::text, p.deceased_on::text, p.restricted
     from persons p where p.id = any ($1::uuid[])`,
    ({ personIds }) => [personIds],
  ],
  [
    'sweeps',
    `select m.system_id, m.team_reference, m.team_id, t.kind, s.presence_budget_hours, s.absence_budget_hours, p.started_at
     from clinical_record_systems s join team_maps m on m.system_id = s.id left join teams t on t.id = m.team_id
     left join lateral (select started_at from caseload_pulls c where c.system_id = m.system_id and c.team_reference = m.team_reference
       and c.kind = 'SWEEP' and c.state = 'COMPLETE' order by finished_at desc limit 1) p on true
     where s.organisation_id = $1`,
    ({ organisationId }) => [organisationId],
  ],
  [
    'memberships',
    `select m.person_id, m.id, m.system_id, m.team_reference, m.team_id, t.kind, m.source_reference, m.source_version, m.state, m.valid_from::text, m.valid_to::text,
       m.restricted, m.complete, m.care_coordinator_reference is not null as has_coordinator, m.source_as_of, m.observed_from
     from caseload_memberships m left join teams t on t.id = m.team_id where m.person_id = any ($1::uuid[]) and m.observed_to is null`,
    ({ personIds }) => [personIds],
  ],
  [
    'answers',
    `select c.referral_id, c.answer, c.asked_team_id, c.answer_from::text, c.answer_to::text, c.answered_at
     from confirmation_requests c where c.referral_id = any ($1::uuid[]) and c.answer is not null`,
    ({ referralIds }) => [referralIds],
  ],
];

/** Columns of each table that a round repeats as they are, with the types of their arrays. */
const TABLES = {
  eligibility_decisions: {
    organisation_id: 'uuid',
    team_id: 'uuid',
    referral_id: 'uuid',
    person_id: 'uuid',
    version_id: 'uuid',
    purpose: 'text',
    as_of: 'date',
    known_at: 'timestamptz',
    verdict: 'text',
    reason: 'text',
    not_yet_until: 'date',
    confirm_by: 'text',
    may_proceed: 'text',
    flags: 'text',
    decided_by: 'text',
    decided_at: 'timestamptz',
  },
  eligibility_criteria: {
    position: 'integer',
    organisation_id: 'uuid',
    team_id: 'uuid',
    key: 'text',
    result: 'text',
    strength: 'text',
    reason: 'text',
    clause: 'text',
    confirm_by: 'text',
    later_on: 'date',
    settled_by: 'text',
  },
  eligibility_evidence: {
    position: 'integer',
    item: 'integer',
    organisation_id: 'uuid',
    team_id: 'uuid',
    source_team_id: 'uuid',
    restricted: 'boolean',
    source: 'text',
    finding: 'text',
    system_id: 'uuid',
    reference: 'text',
    version: 'text',
    period_from: 'date',
    period_to: 'date',
    source_as_of: 'timestamptz',
    fetched_at: 'timestamptz',
    fresh: 'boolean',
  },
};
const keyOf = (table) => (table === 'eligibility_decisions' ? 'id' : 'decision_id');

function insertOf(table) {
  const columns = Object.entries(TABLES[table]);
  const names = [keyOf(table), ...columns.map(([name]) => name)];
  const arrays = ['$1::uuid[]', ...columns.map(([, type], at) => `$${at + 2}::${type}[]`)];
  const picked = names.map((name) => (name === 'flags' ? `string_to_array(flags, ',')` : name));
  return `insert into ${table} (${names.join(', ')}) select ${picked.join(', ')} from unnest(${arrays.join(', ')}) as r(${names.join(', ')})`;
}

/** Learns the rows of the given decisions: every column as the text of an array, and for each row the number of its decision. */
async function learnTable(client, table, decisionIds) {
  const list = Object.keys(TABLES[table]).map(
    (name) =>
      `array_agg(${name === 'flags' ? `array_to_string(flags, ',')` : name} order by o.at)::text as ${name}`,
  );
  const { rows } = await client.query(
    `select ${list.join(', ')}, array_agg(o.at::int order by o.at) as owners from ${table} t
     join unnest($1::uuid[]) with ordinality o(id, at) on o.id = t.${keyOf(table)}`,
    [decisionIds],
  );
  const { owners, ...columns } = rows[0];
  return { owners: owners.map((at) => at - 1), values: Object.values(columns) };
}

/** Opens the connection. */
export async function prepareBare(ownerUrl, caller) {
  const { roleUrl } = await hubModule('src/platform/database/roles.js');
  const { newId } = await hubModule('src/core/ids.js');
  const client = new pg.Client({
    connectionString: roleUrl(ownerUrl, 'hub_decide'),
    options: '-c TimeZone=UTC',
    application_name: 'bench bare',
  });
  await client.connect();
  return {
    client,
    caller,
    newId,
    close: () => client.end(),
    async learn(superuser, decisionIds, referralIds) {
      const { rows } = await superuser.query(
        'select array_agg(distinct person_id::text) as persons, array_agg(distinct specification_id::text) as specifications from referrals where id = any ($1)',
        [referralIds],
      );
      const tables = {};
      for (const table of Object.keys(TABLES))
        tables[table] = await learnTable(superuser, table, decisionIds);
      const array = (ids) => `{${ids.join(',')}}`;
      const { organisationId, teamIds } = caller.scope;
      return {
        count: decisionIds.length,
        tables,
        persons: array(rows[0].persons),
        given: {
          referralIds: array(referralIds),
          teamIds: array(teamIds),
          personIds: array(rows[0].persons),
          specificationIds: array(rows[0].specifications),
          organisationId,
        },
      };
    },
  };
}

/** One round: a transaction that reads everything and writes the learnt rows under new ids, with their audit row. */
export async function bareRun({ client, caller, newId }, model) {
  const { organisationId, teamIds, staffId } = caller.scope;
  await client.query('begin');
  await client.query({
    name: 'scope',
    text: `select set_config('hub.org', $1, true), set_config('hub.teams', $2, true), set_config('hub.orgs', '', true), set_config('hub.staff', $3, true)`,
    values: [organisationId, teamIds.join(','), staffId],
  });
  for (const [name, text, valuesOf] of READS)
    await client.query({ name, text, values: valuesOf(model.given), rowMode: 'array' });
  const ids = Array.from({ length: model.count }, () => newId());
  for (const [table, { owners, values }] of Object.entries(model.tables)) {
    await client.query({
      name: table,
      text: insertOf(table),
      values: [`{${owners.map((at) => ids[at]).join(',')}}`, ...values],
    });
  }
  await client.query({
    name: 'audit',
    text: `insert into audit_events (id, subject, role, purpose, organisation_id, kind, operation, outcome, person_ids, details, correlation_id)
      values ($1, $2, $3, $4, $5, 'DECIDE', 'checkEligibility', 'DONE', $6::uuid[], '{}', 'bench')`,
    values: [newId(), caller.subject, caller.role, caller.purpose, organisationId, model.persons],
  });
  await client.query('commit');
}
