/** Fills a migrated database with a made-up world of realistic size, by plain SQL as superuser. */

/** Organisations; the first has three in ten of the people. */
export const ORGANISATIONS = 10;
const PERSONS = 15_000;
const REFERRALS = 20_000;
/** Versions of memberships in all, about: six that are current and one that has been replaced for each person, a third of the people fewer. */
const MEMBERSHIPS_EACH = 7;
/** Notes of each episode. */
const NOTES_EACH = 6;
/** ODS code of the organisation of the specialist who asks. */
export const ORGANISATION_CODE = 'BEN01';
/** Subject of the specialist who asks. */
export const SPECIALIST = 'bench-specialist';

/** NHS numbers of the range that is never issued, each with its check digit (modulus 11). */
function nhsNumbers(count) {
  const numbers = [];
  for (let serial = 0; numbers.length < count; serial++) {
    const digits = `999${String(serial).padStart(6, '0')}`;
    const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) numbers.push(`${digits}${check}`);
  }
  return numbers;
}

/**
 * Every person belongs to one half of the teams of one organisation and has memberships there alone, so that a
 * statement without any security finds exactly the rows that the specialist of the first half may see.
 */
const STEPS = [
  [
    'organisations and teams',
    `insert into organisations (id, ods_code, name, kind)
       select uuidv7(), 'BEN' || to_char(n, 'FM00'), 'Trust ' || n, 'TRUST' from generate_series(1, ${ORGANISATIONS}) n;
     insert into teams (id, organisation_id, code, name, kind, area)
       select uuidv7(), o.id, 'T' || n, (array['North','South','East','West'])[1 + (n - 1) % 4] || ' team ' || n,
         (array['CMHT','EIP','REHABILITATION','CMHT','OLDER_ADULT_CMHT','CMHT','NEIGHBOURHOOD','CMHT'])[n], 'Area ' || n
       from organisations o cross join generate_series(1, 8) n`,
  ],
  [
    'staff',
    `insert into staff (id, organisation_id, subject, display_name)
       select uuidv7(), t.organisation_id, 'staff-' || o.ods_code || '-' || t.code || '-' || n, 'Colleague ' || n
       from teams t join organisations o on o.id = t.organisation_id cross join generate_series(1, 5) n;
     insert into staff (id, organisation_id, subject, display_name)
       select uuidv7(), id, '${SPECIALIST}', 'Specialist' from organisations where ods_code = '${ORGANISATION_CODE}';
     insert into staff_roles (id, staff_id, role, valid_from) select uuidv7(), id, 'EMPLOYMENT_SPECIALIST', '2024-01-01' from staff;
     insert into staff_teams (id, staff_id, team_id, valid_from)
       select uuidv7(), s.id, t.id, '2024-01-01' from staff s join teams t on t.organisation_id = s.organisation_id
       where s.subject = '${SPECIALIST}' and t.code <= 'T4' or s.subject like 'staff-%-' || t.code || '-%'`,
  ],
  [
    'record systems and sweeps',
    `insert into clinical_record_systems (id, organisation_id, code, name, adapter)
       select uuidv7(), id, lower(ods_code), 'Record of ' || name, 'fhir-r4' from organisations;
     insert into team_maps (id, organisation_id, system_id, team_reference, team_id)
       select uuidv7(), t.organisation_id, s.id, 'Organization/' || t.code, t.id
       from teams t join clinical_record_systems s on s.organisation_id = t.organisation_id;
     insert into caseload_pulls (id, organisation_id, system_id, team_reference, team_id, kind, state, started_at, finished_at, fence)
       select uuidv7(), organisation_id, system_id, team_reference, team_id, 'SWEEP', 'COMPLETE',
         now() - n * interval '1 day' - interval '1 hour', now() - n * interval '1 day' - interval '50 minutes', 1
       from team_maps cross join generate_series(0, 29) n`,
  ],
  [
    'people',
    `create temporary table bench_people on commit preserve rows as
       select uuidv7() as id, n, o.id as organisation_id, n / 10 % 2 as half
       from generate_series(1, ${PERSONS}) n
       join lateral (select case when n % 10 < 3 then 1 else 2 + (n / 10 + n % 10) % (${ORGANISATIONS} - 1) end as number) w on true
       join organisations o on o.ods_code = 'BEN' || to_char(w.number, 'FM00');
     create temporary table bench_teams on commit preserve rows as
       select id, organisation_id, ((substr(code, 2)::int - 1) / 4 + 1) % 2 as half, (substr(code, 2)::int - 1) % 4 as place from teams`,
  ],
  [
    null,
    `insert into persons (id, organisation_id, nhs_number, nhs_number_status, date_of_birth, given_name, family_name, telephone, postcode, visible_team_ids)
       select p.id, p.organisation_id, ($1::text[])[p.n], '01', date '1965-01-01' + (p.n * 37 % 15000),
         (array['Asha','Ben','Chloe','Dev','Ewan','Farah','Grace','Hugo','Imani','Jack'])[1 + p.n * 7 % 10],
         (array['Adams','Begum','Clarke','Davies','Evans','Foster','Green','Hughes','Iqbal','Jones'])[1 + p.n * 3 % 10] || p.n,
         '07700 900' || to_char(p.n % 1000, 'FM000'), 'ZZ' || p.n % 90 || ' ' || p.n % 9 || 'AA',
         (select array_agg(t.id) from bench_teams t where t.organisation_id = p.organisation_id and t.half = p.half)
       from bench_people p order by p.n`,
    'numbers',
  ],
  [
    null,
    `insert into record_links (id, organisation_id, system_id, local_id, person_id, nhs_number, nhs_number_status, date_of_birth, observed_at)
       select uuidv7(), p.organisation_id, s.id, 'Patient/' || b.n, p.id, p.nhs_number, '01', p.date_of_birth, now() - interval '200 days'
       from persons p join bench_people b on b.id = p.id join clinical_record_systems s on s.organisation_id = p.organisation_id`,
  ],
  [
    'memberships',
    `insert into caseload_memberships (id, organisation_id, system_id, team_id, team_reference, person_id, local_id, source_reference, source_version,
         state, valid_from, valid_to, care_coordinator_reference, care_coordinator_name, source_as_of, observed_from, observed_to, pull_id, closed_because)
       select uuidv7(), p.organisation_id, m.system_id, t.id, m.team_reference, p.id, 'Patient/' || p.n, 'EpisodeOfCare/' || p.n || '-' || least(e, 6), (1 + e % 3)::text,
         case when e in (1, 7) then 'OPEN' else (array['ENDED','ENDED','WAITING_LIST','ENDED','ON_HOLD'])[1 + (p.n + e) % 5] end,
         current_date - (300 * e + p.n % 200), case when e in (1, 7) or (p.n + e) % 5 in (2, 4) then null else current_date - (300 * e + p.n % 200 - 150) end,
         'Practitioner/' || p.n % 80, 'Coordinator ' || p.n % 80, now() - interval '1 day', s.seen, case when e = 7 then s.seen + interval '20 days' end, c.id,
         case when e = 7 then 'CHANGED' end
       from bench_people p
       cross join generate_series(1, ${MEMBERSHIPS_EACH}) e
       join bench_teams t on t.organisation_id = p.organisation_id and t.half = p.half and t.place = (p.n / 2 + least(e, 6)) % 4
       join team_maps m on m.team_id = t.id
       cross join lateral (select now() - interval '200 days' + p.n % 97 * interval '1 day' + e * interval '11 hours' + p.n * interval '1.37 seconds' as seen) s
       join lateral (select id from caseload_pulls c where c.team_reference = m.team_reference and c.system_id = m.system_id order by finished_at limit 1) c on true
       where e not in (6) or p.n % 3 > 0
       order by s.seen`,
  ],
  [
    'referrals',
    `create temporary table bench_referrals on commit preserve rows as
       select uuidv7() as id, p.id as person_id, p.organisation_id, p.half, r, current_date - (r * 7 % 900) as received_on
       from generate_series(1, ${REFERRALS}) r join bench_people p on p.n = 1 + (r - 1) % ${PERSONS};
     insert into referrals (id, organisation_id, team_id, person_id, specification_id, specialist_id, state, route, received_on, accepted_on,
         word_on_work, word_recorded_on, employment_at_referral, consent_to_contact_clinician, consent_recorded_on, residence, age_band, first_contact_due_on, created_at)
       select b.id, b.organisation_id, t.id, b.person_id, s.id, null, (array['RECEIVED','ACCEPTED','ACCEPTED','CLOSED'])[1 + b.r % 4],
         (array['CARE_COORDINATOR','CLINICAL_TEAM','SELF','JOINT'])[1 + b.r % 4], b.received_on, case when b.r % 4 in (1, 2) then b.received_on + 10 end,
         (array['WANTS_PAID_WORK','WANTS_PAID_WORK','UNSURE','WANTS_STEPS_TOWARDS_WORK'])[1 + b.r / 4 % 4], b.received_on, 'OUT_OF_WORK',
         'GIVEN', b.received_on, 'IN_REGION', (array['16-25','26-35','36-45','46-55','56-64'])[1 + b.r % 5], b.received_on + 12, b.received_on + interval '9 hours'
       from bench_referrals b
       join bench_teams t on t.organisation_id = b.organisation_id and t.half = b.half and t.place = b.r / 2 % 4
       join service_specifications s on s.code = (array['QVV/0294','IPS-GROW-LEAFLET'])[1 + b.r % 2]
       order by b.received_on, b.r`,
  ],
  [
    'decisions with criteria and evidence',
    `create temporary table bench_decisions on commit preserve rows as
       select uuidv7() as id, r.organisation_id, r.team_id, r.id as referral_id, r.person_id, d, v.id as version_id, r.created_at + d * interval '30 days' + interval '2 hours' as decided_at
       from referrals r cross join generate_series(1, 2) d
       join lateral (select id from specification_versions v where v.specification_id = r.specification_id order by version desc limit 1) v on true;
     insert into eligibility_decisions (id, organisation_id, team_id, referral_id, person_id, version_id, purpose, as_of, known_at, verdict, reason, confirm_by, may_proceed, flags, decided_by, decided_at)
       select id, organisation_id, team_id, referral_id, person_id, version_id, 'ENTRY', decided_at::date, decided_at,
         (array['NEEDS_CONFIRMATION','ELIGIBLE'])[d], (array['TEAM_NOT_CONFIRMED','ALL_MET'])[d], case when d = 1 then 'TEAM' end,
         (array['CONTACT','ENGAGE'])[d], case when d = 1 then '{CONTACT_NO_TEAM}'::text[] else '{}' end, 'staff', decided_at
       from bench_decisions b order by b.decided_at;
     insert into eligibility_criteria (decision_id, position, organisation_id, team_id, key, result, strength, reason, clause)
       select id, position, organisation_id, team_id, (array['age','teamMembership','wishForWork','employment','residence','identity','seriousMentalIllness','careProgrammeApproach'])[position + 1],
         'PASS', 'HARD', 'MET', '001:' || position from bench_decisions cross join generate_series(0, 7) position;
     insert into eligibility_evidence (decision_id, position, item, organisation_id, team_id, source_team_id, source, finding, system_id, reference, fetched_at, fresh)
       select d.id, 1, 0, d.organisation_id, d.team_id, d.team_id, 'RECORD', 'OPEN', s.id, 'EpisodeOfCare/1', d.decided_at, true
       from bench_decisions d join clinical_record_systems s on s.organisation_id = d.organisation_id`,
  ],
  [
    'episodes',
    `create temporary table bench_episodes on commit preserve rows as
       select uuidv7() as id, row_number() over (order by r.accepted_on, r.id) as n, r.id as referral_id, r.organisation_id, r.team_id, r.person_id,
         r.specification_id, r.accepted_on + 5 as opened_on, s.id as system_id
       from referrals r join clinical_record_systems s on s.organisation_id = r.organisation_id where r.accepted_on is not null;
     insert into employment_episodes (id, organisation_id, team_id, person_id, referral_id, specification_id, specialist_id, system_id, state,
         opened_on, closed_on, closing_reason, created_at)
       select e.id, e.organisation_id, e.team_id, e.person_id, e.referral_id, e.specification_id, c.staff_id, e.system_id,
         case when e.n % 4 = 0 then 'CLOSED' else 'OPEN' end, e.opened_on, case when e.n % 4 = 0 then e.opened_on + 200 end,
         case when e.n % 4 = 0 then 'SUSTAINED_IN_WORK' end, e.opened_on + interval '10 hours'
       from bench_episodes e
       join lateral (select staff_id from staff_teams c where c.team_id = e.team_id order by staff_id offset e.n % 5 limit 1) c on true
       order by e.opened_on, e.id;
     insert into episode_specialists (id, organisation_id, team_id, episode_id, staff_id, valid_from)
       select uuidv7(), organisation_id, team_id, id, specialist_id, opened_on from employment_episodes`,
  ],
  [
    'notes and their versions',
    `create temporary table bench_notes on commit preserve rows as
       select uuidv7() as id, e.id as episode_id, e.n, e.organisation_id, e.team_id, e.person_id, e.system_id, p.specialist_id, k, (array['PROGRESS_NOTE','PROGRESS_NOTE','PROGRESS_NOTE','ACTION_PLAN','PROGRESS_NOTE','VOCATIONAL_PROFILE'])[k] as kind,
         e.opened_on + 7 * k as contact_on, e.opened_on + 7 * k * interval '1 day' + interval '15 hours' + e.n * interval '0.731 seconds' as written_at
       from bench_episodes e join employment_episodes p on p.id = e.id cross join generate_series(1, ${NOTES_EACH}) k;
     insert into notes (id, organisation_id, team_id, person_id, episode_id, kind, state, author_id, latest_version, visibility, contact_on, created_at, updated_at)
       select n.id, n.organisation_id, n.team_id, n.person_id, n.episode_id, n.kind, 'SIGNED', n.specialist_id, 1 + (n.k % 3 = 0)::int, 'CLINICAL_RECORD',
         n.contact_on, n.written_at, n.written_at
       from bench_notes n order by n.written_at;
     insert into signed_documents (id, document_id, version, organisation_id, team_id, person_id, system_id, action, reason, kind, title, text, text_hash,
         author_staff_id, author_reference, author_name, author_employer, author_role, contact_on, is_late_entry, written_at, signed_at, visibility)
       select uuidv7(), n.id, v, n.organisation_id, n.team_id, n.person_id, n.system_id, case v when 1 then 'CREATE' else 'REPLACE' end,
         case v when 2 then 'A name was misspelt' end, n.kind, 'Note ' || n.k || ' of the episode', repeat('Met at the library; talked about the next step. ', 20), md5(n.id::text) || md5(n.id::text),
         n.specialist_id, 'Practitioner/' || n.n % 80, s.display_name, 'An employment service', 'Employment specialist', n.contact_on, false,
         n.written_at + v * interval '1 hour', n.written_at + v * interval '1 hour 5 minutes', 'CLINICAL_RECORD'
       from bench_notes n join staff s on s.id = n.specialist_id cross join generate_series(1, 1 + (n.k % 3 = 0)::int) v
       order by n.written_at, v`,
  ],
];

/** Fills the world and gathers statistics; specifications must be there. Prints what it is doing. */
export async function fillWorld(client) {
  const numbers = nhsNumbers(PERSONS);
  for (const [title, text, wants] of STEPS) {
    if (title) console.log(`  ${title} …`);
    await (wants ? client.query(text, [numbers]) : client.query(text));
  }
  console.log('  vacuum, analyze, checkpoint …');
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
  const counts = [];
  for (const table of [
    'organisations',
    'teams',
    'persons',
    'caseload_memberships',
    'referrals',
    'eligibility_decisions',
    'eligibility_criteria',
    'employment_episodes',
    'notes',
    'signed_documents',
  ]) {
    const { rows } = await client.query(`select count(*)::int as n from ${table}`);
    counts.push(`${rows[0].n.toLocaleString('en-GB')} ${table}`);
  }
  console.log(`world: ${counts.join(', ')}`);
}

/** Ids of the specialist's organisation, staff row and teams, and how many referrals and episodes they reach. */
export async function specialistOf(client) {
  const { rows } = await client.query(
    `select s.id as "staffId", s.organisation_id as "organisationId", array_agg(t.team_id::text order by t.team_id) as "teamIds",
       (select count(*)::int from referrals r where r.team_id in (select team_id from staff_teams where staff_id = s.id)) as referrals,
       (select count(*)::int from employment_episodes e where e.team_id in (select team_id from staff_teams where staff_id = s.id)) as episodes
     from staff s join staff_teams t on t.staff_id = s.id where s.subject = $1 group by s.id`,
    [SPECIALIST],
  );
  return rows[0];
}
