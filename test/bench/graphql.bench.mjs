/** Bars 1.7a and 1.7b: a page of 100 referrals from the hub as shipped, from one hand-written statement, and from PostGraphile. */
import { deepStrictEqual } from 'node:assert/strict';
import { openBenchDatabase } from './bench-database.mjs';
import { bar, median, spread } from './figures.mjs';
import { load, postRequest } from './load.mjs';
import { cpuOf, cpuOfServer, printMachine } from './machine.mjs';
import { fromPeer, MEMBERSHIPS, PAGE, sameInstants } from './question.mjs';
import { startFloor, startHub, startPeer } from './servers.mjs';
import { specialistOf } from './world.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CLIENTS = 8;

async function ask(server) {
  const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...server.headers },
    body: JSON.stringify(server.body),
  });
  const text = await response.text();
  const answer = JSON.parse(text);
  if (response.status !== 200 || answer.errors)
    throw new Error(`${server.name}: ${text.slice(0, 2000)} ${server.said()}`);
  return { data: answer.data, bytes: Buffer.byteLength(text) };
}

/** All servers must say the same, with every page, membership and decision there. */
async function compare(servers) {
  const answers = await Promise.all(servers.map(ask));
  const [hub, floor, peer] = answers.map(({ data }) => data);
  const { nodes } = hub.referrals;
  if (nodes.length !== PAGE) throw new Error(`a page of ${nodes.length}`);
  if (
    nodes.some(
      (node) =>
        node.person?.memberships.length !== MEMBERSHIPS || !node.latestDecision || !node.person.nhsNumber,
    )
  )
    throw new Error('a referral without its person, decision or memberships');
  deepStrictEqual(sameInstants(floor), sameInstants(hub));
  if (peer) deepStrictEqual(fromPeer(sameInstants(peer)), sameInstants(hub));
  console.log(
    `answers are equal; ${answers.map(({ bytes }, at) => `${servers[at].name} ${bytes.toLocaleString('en-GB')} bytes`).join(', ')}`,
  );
  return answers.map(({ bytes }) => bytes);
}

/** One server under load: answers per second and processor time per answer. */
async function measure(server, bytes, postmaster, seconds) {
  const before = [cpuOf(server.pid), cpuOfServer(postmaster)];
  const request = postRequest(server.port, '/graphql', server.body, server.headers);
  const done = await load({ port: server.port, request, clients: CLIENTS, seconds, bytes });
  return {
    ...done,
    nodeMs: (cpuOf(server.pid) - before[0]) / done.answers,
    serverMs: (cpuOfServer(postmaster) - before[1]) / done.answers,
  };
}

function report(servers, figures) {
  console.log(
    '\nserver        answers/s: median (spread)   p50 ms  p99 ms   CPU ms per answer: node, PostgreSQL, sum',
  );
  for (const { name } of servers) {
    const of = (key) => figures.get(name).map((round) => round[key]);
    const [node, server] = [median(of('nodeMs')), median(of('serverMs'))];
    console.log(
      `${name.padEnd(13)} ${spread(of('perSecond'), 1).padEnd(27)} ${median(of('medianMs')).toFixed(1).padStart(7)} ${median(of('p99Ms')).toFixed(1).padStart(7)}   ${node.toFixed(2)}  ${server.toFixed(2)}  ${(node + server).toFixed(2)}`,
    );
  }
}

/** Serves and measures on a filled database; 0 when both bars are met, else 1. */
export async function measureOn(db) {
  const servers = [];
  try {
    await printMachine(db.client, db.folder);
    const { teamIds, referrals } = await specialistOf(db.client);
    console.log(
      `the specialist's ${teamIds.length} teams hold ${referrals.toLocaleString('en-GB')} referrals`,
    );
    // PostGraphile's way to a list by teams; PostgreSQL inlines it.
    await db.client.query(`create or replace function referrals_of_teams(teams uuid[]) returns setof referrals language sql stable
      as 'select * from referrals where team_id = any (teams) order by received_on desc, id desc'`);
    servers.push(await startHub(db.ownerUrl));
    servers.push(await startFloor(db.superuserUrl, teamIds));
    if (!process.env.BENCH_WITHOUT_PEER) servers.push(await startPeer(db.superuserUrl, teamIds));
    const bytes = await compare(servers);
    const figures = new Map(servers.map(({ name }) => [name, []]));
    console.log(`warming up, then ${ROUNDS} rounds of ${SECONDS} s each with ${CLIENTS} clients:`);
    for (const [at, server] of servers.entries())
      await measure(server, bytes[at], db.postmaster, Math.max(3, SECONDS));
    for (let round = 0; round < ROUNDS; round++) {
      const order = [...servers.keys()];
      if (round % 2) order.reverse();
      for (const at of order)
        figures.get(servers[at].name).push(await measure(servers[at], bytes[at], db.postmaster, SECONDS));
      console.log(
        `  ${round + 1}: ${servers.map(({ name }) => `${name} ${figures.get(name).at(-1).perSecond.toFixed(1)}/s`).join(', ')}`,
      );
    }
    await compare(servers);
    report(servers, figures);
    const ratios = (other) =>
      figures.get('hub').map((round, at) => round.perSecond / figures.get(other)[at].perSecond);
    for (const { name } of servers.slice(1)) console.log(`hub / ${name}: ${spread(ratios(name))}`);
    const met = [
      bar(
        '1.7a',
        'page of 100 referrals: rate of the hub as shipped over the hand-written floor',
        median(ratios('floor')),
        1.1,
        'higher',
      ),
    ];
    if (servers[2])
      met.push(
        bar(
          '1.7b',
          'page of 100 referrals: rate of the hub as shipped over PostGraphile 5',
          median(ratios('postgraphile')),
          2.2,
          'higher',
        ),
      );
    return met.every(Boolean) ? 0 : 1;
  } finally {
    for (const server of servers.reverse()) await server.stop();
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
