/** Bars 3.5: memory and rate of a caseload pull, against a bare loop over the same pages that copies the same rows. */
import { deepStrictEqual } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBenchDatabase } from './bench-database.mjs';
import { BENCH, ROOT } from './built-hub.mjs';
import { bar, median, spread } from './figures.mjs';
import { cpuOfServer, printMachine } from './machine.mjs';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
/** Memberships of the caseloads that are pulled. */
const [USUAL, LARGE] = [20_000, 100_000];
const teamOf = (count) => `Organization/team-${count}`;
/** Pulled first by each process, so that its code is warm; nobody else's people. */
const WARM_UP = { team: teamOf(2_000), count: 2_000, first: 900_000 };
const TEAMS = [WARM_UP, ...[USUAL, LARGE].map((count) => ({ team: teamOf(count), count, first: 0 }))];
/** As the adapter has it when a site does not say. */
const PAGE_SIZE = 100;
const MB = 1024 * 1024;
/** Those with which `npm start` runs the hub. */
const FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));

/** A trust with a record system and a team. */
async function fillCaseloadWorld(client) {
  await client.query(
    `insert into organisations (id, ods_code, name, kind) values (uuidv7(), 'BEN01', 'Trust', 'TRUST');
     insert into teams (id, organisation_id, code, name, kind) select uuidv7(), id, 'T1', 'Team', 'CMHT' from organisations;
     insert into clinical_record_systems (id, organisation_id, code, name, adapter) select uuidv7(), id, 'record', 'Record', 'fhir-r4' from organisations`,
  );
}

/** Forgets whatever was pulled, so that each run brings everybody anew. */
async function empty(client) {
  // Past the triggers that let nobody delete.
  await client.query('set session_replication_role = replica');
  await client.query(
    'truncate caseload_memberships, caseload_staging, caseload_progress, caseload_pulls, caseload_refreshes, record_links, persons, identity_conflicts, team_maps cascade',
  );
  await client.query('set session_replication_role = origin');
  await client.query('checkpoint');
}

function start(file, given) {
  return fork(join(BENCH, file), [JSON.stringify(given)], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', BENCH_DIST: process.env.BENCH_DIST ?? 'dist' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [
      ...FLAGS,
      ...(process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []),
    ],
  });
}

/** Runs a process to its end; answers what it told. */
async function told(file, given) {
  const child = start(file, given);
  const [[answer], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  if (code !== 0 || answer.state !== 'COMPLETE')
    throw new Error(`${file} did not finish: ${JSON.stringify(answer)}`);
  return answer;
}

/** What a run must have left in the tables, whoever ran. */
async function left(client) {
  const { rows } = await client.query(
    `select (select count(*)::int from persons) as persons, (select count(*)::int from record_links) as links, count(*)::int as memberships,
            md5(string_agg(concat_ws('|', m.source_reference, m.source_version, m.state, m.valid_from, m.valid_to, m.care_coordinator_reference,
              m.care_coordinator_name, m.local_id, p.nhs_number, p.nhs_number_status, p.date_of_birth), ',' order by m.source_reference)) as says
     from caseload_memberships m join persons p on p.id = m.person_id`,
  );
  return rows[0];
}

async function measure(db, port) {
  const { client } = db;
  const { rows } = await client.query(
    `select s.id, s.organisation_id as "organisationId", s.code, t.id as "teamId" from clinical_record_systems s cross join teams t`,
  );
  const { teamId, ...system } = rows[0];
  const { ownerUrl, superuserUrl } = db;
  const baseUrl = `http://127.0.0.1:${port}/fhir/`;
  const run = async (file, size) => {
    await empty(client);
    const before = cpuOfServer(db.postmaster);
    const given = {
      ownerUrl,
      superuserUrl,
      baseUrl,
      system,
      teamId,
      warmUp: WARM_UP.team,
      teamReference: teamOf(size),
      pageSize: PAGE_SIZE,
    };
    const answer = await told(file, given);
    return { ...answer, serverMs: cpuOfServer(db.postmaster) - before, rows: await left(client) };
  };
  const hub = (size) => run('caseload-pull.mjs', size);
  const bare = () => run('caseload-bare.mjs', USUAL);
  const grown = ({ early, late }) => (late - early) / MB;

  const figures = { hub: [], bare: [] };
  console.log(
    `${ROUNDS} alternating rounds of ${USUAL.toLocaleString('en-GB')} memberships, after one that is not counted:`,
  );
  deepStrictEqual((await hub(USUAL)).rows, (await bare()).rows);
  console.log('both leave the same rows');
  for (let round = 0; round < ROUNDS; round++) {
    const works = [
      ['hub', () => hub(USUAL)],
      ['bare', bare],
    ];
    if (round % 2) works.reverse();
    for (const [name, work] of works) figures[name].push(await work());
    const [one, other] = [figures.hub.at(-1), figures.bare.at(-1)];
    console.log(
      `  ${round + 1}: hub ${one.ms.toFixed(0)} ms and ${grown(one).toFixed(0)} MB more, bare loop ${other.ms.toFixed(0)} ms`,
    );
  }
  for (const [name, rounds] of Object.entries(figures)) {
    const of = (key) => median(rounds.map((round) => round[key])).toFixed(0);
    const rates = rounds.map(({ ms }) => USUAL / (ms / 1000));
    console.log(
      `${name.padEnd(5)} ${spread(rates, 0)} memberships/s; CPU: node ${of('nodeMs')} ms, PostgreSQL ${of('serverMs')} ms`,
    );
  }
  const large = await hub(LARGE);
  console.log(
    `${LARGE.toLocaleString('en-GB')} memberships: ${(large.ms / 1000).toFixed(1)} s, ${grown(large).toFixed(0)} MB more`,
  );
  const ratios = figures.hub.map(({ ms }, round) => figures.bare[round].ms / ms);
  const memory = Math.max(...figures.hub.map(grown), grown(large));
  return { memory, ratio: median(ratios) };
}

/** Runs the benchmark; 0 when every bar is met, else 1. */
export async function run() {
  const db = await openBenchDatabase(fillCaseloadWorld);
  const server = start('caseload-server.mjs', { teams: TEAMS, pageSize: PAGE_SIZE });
  try {
    await printMachine(db.client, db.folder);
    const [{ port, bytes }] = await once(server, 'message');
    console.log(`pages ready: ${(bytes / MB).toFixed(0)} MB`);
    const { memory, ratio } = await measure(db, port);
    const met = [
      bar(
        '3.5a',
        'caseload pull of 20,000 and of 100,000: most MB at the end over those after 2,000',
        memory,
        50,
        'lower',
      ),
      bar(
        '3.5b',
        'caseload pull of 20,000: rate over a bare loop that copies the same rows',
        ratio,
        0.7,
        'higher',
      ),
    ];
    return met.every(Boolean) ? 0 : 1;
  } finally {
    server.disconnect();
    await db.close();
  }
}
