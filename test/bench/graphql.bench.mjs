/** Bars 1.7 and 2.6: pages of referrals and of episodes from the hub as shipped, from one hand-written statement, and from PostGraphile. */
import { deepStrictEqual } from 'node:assert/strict';
import { openBenchDatabase } from './bench-database.mjs';
import { bar, median, spread } from './figures.mjs';
import { load, postRequest } from './load.mjs';
import { cpuOf, cpuOfServer, printMachine } from './machine.mjs';
import { sameInstants } from './question.mjs';
import { QUESTIONS } from './questions.mjs';
import { startFloor, startHub, startPeer } from './servers.mjs';
import { specialistOf } from './world.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const CLIENTS = 8;

async function ask(server, question) {
  const { path, body } = server.asks(question);
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...server.headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = JSON.parse(text);
  if (response.status !== 200 || answer.errors)
    throw new Error(`${server.name}: ${text.slice(0, 2000)} ${server.said()}`);
  return { data: answer.data, bytes: Buffer.byteLength(text) };
}

/** All servers must say the same, with everything there that was asked for. */
async function compare(servers, question) {
  const answers = await Promise.all(servers.map((server) => ask(server, question)));
  const [hub, floor, peer] = answers.map(({ data }) => data);
  question.check(hub[question.list].nodes);
  deepStrictEqual(sameInstants(floor), sameInstants(hub));
  if (peer) deepStrictEqual(question.peer.data(sameInstants(peer)), sameInstants(hub));
  console.log(
    `answers are equal; ${answers.map(({ bytes }, at) => `${servers[at].name} ${bytes.toLocaleString('en-GB')} bytes`).join(', ')}`,
  );
  return answers.map(({ bytes }) => bytes);
}

/** One server under load: answers per second and processor time per answer. */
async function measure(server, question, bytes, postmaster, seconds) {
  const before = [cpuOf(server.pid), cpuOfServer(postmaster)];
  const { path, body } = server.asks(question);
  const request = postRequest(server.port, path, body, server.headers);
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

/** Rounds of load on one question; the bars that it has, each true when met. */
async function measureQuestion(all, question, postmaster) {
  const servers = question.peer ? all : all.filter(({ name }) => name !== 'postgraphile');
  console.log(`\n${question.title}:`);
  const bytes = await compare(servers, question);
  const figures = new Map(servers.map(({ name }) => [name, []]));
  console.log(`warming up, then ${ROUNDS} rounds of ${SECONDS} s each with ${CLIENTS} clients:`);
  for (const [at, server] of servers.entries())
    await measure(server, question, bytes[at], postmaster, Math.max(3, SECONDS));
  for (let round = 0; round < ROUNDS; round++) {
    const order = [...servers.keys()];
    if (round % 2) order.reverse();
    for (const at of order)
      figures
        .get(servers[at].name)
        .push(await measure(servers[at], question, bytes[at], postmaster, SECONDS));
    console.log(
      `  ${round + 1}: ${servers.map(({ name }) => `${name} ${figures.get(name).at(-1).perSecond.toFixed(1)}/s`).join(', ')}`,
    );
  }
  await compare(servers, question);
  report(servers, figures);
  const ratios = (other) =>
    figures.get('hub').map((round, at) => round.perSecond / figures.get(other)[at].perSecond);
  for (const { name } of servers.slice(1)) console.log(`hub / ${name}: ${spread(ratios(name))}`);
  return question.bars
    .filter(({ over }) => figures.has(over))
    .map(({ bar: name, over, title, target }) =>
      bar(name, `${question.title}: ${title}`, median(ratios(over)), target, 'higher'),
    );
}

/** Serves and measures on a filled database; 0 when every bar is met, else 1. */
export async function measureOn(db) {
  const servers = [];
  try {
    await printMachine(db.client, db.folder);
    const { teamIds, referrals, episodes } = await specialistOf(db.client);
    console.log(
      `the specialist's ${teamIds.length} teams hold ${referrals.toLocaleString('en-GB')} referrals and ${episodes.toLocaleString('en-GB')} episodes`,
    );
    // PostGraphile's way to a list by teams; PostgreSQL inlines it.
    await db.client.query(`create or replace function referrals_of_teams(teams uuid[]) returns setof referrals language sql stable
      as 'select * from referrals where team_id = any (teams) order by received_on desc, id desc'`);
    await db.client.query(`create or replace function episodes_of_teams(teams uuid[]) returns setof employment_episodes language sql stable
      as 'select * from employment_episodes where team_id = any (teams) order by opened_on desc, id desc'`);
    servers.push(await startHub(db.ownerUrl));
    servers.push(await startFloor(db.superuserUrl, teamIds));
    if (!process.env.BENCH_WITHOUT_PEER) servers.push(await startPeer(db.superuserUrl, teamIds));
    const met = [];
    for (const question of QUESTIONS) met.push(...(await measureQuestion(servers, question, db.postmaster)));
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
