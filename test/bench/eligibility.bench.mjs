/** Bar 1.8: 1,000 decisions in one call of the use case, and the bare SQL that reads the same evidence and writes the same rows. */
import { deepStrictEqual } from 'node:assert/strict';
import { bareRun, prepareBare } from './bare-eligibility.mjs';
import { openBenchDatabase } from './bench-database.mjs';
import { hubModule } from './built-hub.mjs';
import { bar, median, spread } from './figures.mjs';
import { cpuOf, cpuOfServer, printMachine } from './machine.mjs';
import { SPECIALIST, specialistOf } from './world.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const DECISIONS = 1_000;

/** The specialist as the hub would make the caller. */
function callerOf({ organisationId, teamIds, staffId }) {
  return {
    subject: SPECIALIST,
    role: 'EMPLOYMENT_SPECIALIST',
    purpose: 'DIRECT_CARE',
    scope: { organisationId, teamIds, organisationIds: [], staffId },
    correlationId: 'bench',
  };
}

/** How many rows there are that a round adds to. */
async function countRows(client) {
  const { rows } = await client.query(`select
    (select count(*)::int from eligibility_decisions) as decisions, (select count(*)::int from eligibility_criteria) as criteria,
    (select count(*)::int from eligibility_evidence) as evidence, (select count(*)::int from audit_events) as audit`);
  return rows[0];
}

const added = (before, after) =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]]));

/** Time and processor time of one piece of work. */
async function timed(postmaster, work) {
  const before = [cpuOf(process.pid), cpuOfServer(postmaster)];
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  return {
    ms,
    nodeMs: cpuOf(process.pid) - before[0],
    serverMs: cpuOfServer(postmaster) - before[1],
    result,
  };
}

/** Measures on a filled database; 0 when the bar is met, else 1. */
export async function measureOn(db) {
  const { EligibilityService } = await hubModule('src/casework/eligibility/eligibility.service.js');
  const { systemClock } = await hubModule('src/core/clock.js');
  await printMachine(db.client, db.folder);
  const specialist = await specialistOf(db.client);
  const { rows } = await db.client.query(
    'select id from referrals where team_id = any ($1) order by received_on desc, id desc limit $2',
    [specialist.teamIds, DECISIONS],
  );
  const referralIds = rows.map(({ id }) => id);
  const database = await db.open({});
  const caller = callerOf(specialist);
  const service = new EligibilityService(database, systemClock);
  let calls = 0;
  const check = () =>
    service.check(caller, {
      idempotencyKey: `bench-${process.pid}-${calls++}`,
      referralIds,
      purpose: 'ENTRY',
    });
  const bare = await prepareBare(db.ownerUrl, caller);
  try {
    const start = await countRows(db.client);
    const { outcomes } = await check();
    if (outcomes.length !== DECISIONS || outcomes.some(({ decisionId }) => decisionId === null))
      throw new Error('not every referral was decided');
    const middle = await countRows(db.client);
    const written = await db.client.query(
      'select verdict, count(*)::int as n from eligibility_decisions where id = any ($1) group by 1 order by 1',
      [outcomes.map(({ decisionId }) => decisionId)],
    );
    console.log(`a call decides ${written.rows.map(({ verdict, n }) => `${n} ${verdict}`).join(', ')}`);
    const model = await bare.learn(
      db.client,
      outcomes.map(({ decisionId }) => decisionId),
      referralIds,
    );
    await bareRun(bare, model);
    const rowsOfCall = added(start, middle);
    deepStrictEqual(added(middle, await countRows(db.client)), rowsOfCall);
    console.log(
      `both write the same rows: ${Object.entries(rowsOfCall)
        .map(([name, count]) => `${count.toLocaleString('en-GB')} ${name}`)
        .join(', ')}`,
    );
    for (let warm = 0; warm < 3; warm++) {
      await check();
      await bareRun(bare, model);
    }
    const figures = { hub: [], bare: [] };
    console.log(`${ROUNDS} alternating rounds:`);
    for (let round = 0; round < ROUNDS; round++) {
      const works = [
        ['hub', check],
        ['bare', () => bareRun(bare, model)],
      ];
      if (round % 2) works.reverse();
      for (const [name, work] of works) figures[name].push(await timed(db.postmaster, work));
      console.log(
        `  ${round + 1}: hub ${figures.hub.at(-1).ms.toFixed(0)} ms, bare SQL ${figures.bare.at(-1).ms.toFixed(0)} ms`,
      );
    }
    for (const [name, rounds] of Object.entries(figures)) {
      const of = (key) => rounds.map((round) => round[key]);
      console.log(
        `${name.padEnd(5)} ${spread(of('ms'), 0)} ms; CPU: node ${median(of('nodeMs')).toFixed(0)} ms, PostgreSQL ${median(of('serverMs')).toFixed(0)} ms`,
      );
    }
    const ms = (name) => median(figures[name].map((round) => round.ms));
    return bar(
      '1.8',
      '1,000 eligibility decisions in one call: time over the bare SQL with the same rows',
      ms('hub') / ms('bare'),
      2,
      'lower',
    )
      ? 0
      : 1;
  } finally {
    await bare.close();
    await database.close();
  }
}

/** Runs the benchmark. */
export async function run() {
  const db = await openBenchDatabase();
  try {
    return await measureOn(db);
  } finally {
    await db.close();
  }
}
