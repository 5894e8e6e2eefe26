/** The servers under test, each in a process of its own on the same database. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { BENCH, DIST, ROOT } from './built-hub.mjs';
import { ORGANISATION_CODE, SPECIALIST } from './world.mjs';

/** Connections of each server to the database: the hub's pool for staff as shipped, and its one for the audit record. */
export const POOL = { staff: 4, audit: 1 };
const AUDIENCE = 'bench-hub';

/** A port that nothing listens on. */
export function freePort() {
  return new Promise((done) => {
    const probe = createNetServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function listens(port) {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      done(true);
    }).on('error', () => done(false));
  });
}

/** Starts a process and waits until it listens. `BENCH_PROFILE` names a folder for processor profiles. */
async function start(name, port, args, env, cwd) {
  const profile = process.env.BENCH_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`, `--cpu-prof-name=${name}.cpuprofile`]
    : [];
  const child = spawn(process.execPath, [...profile, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-4000);
    });
  const ended = new Promise((done) => child.once('exit', done));
  for (let waited = 0; !(await listens(port)); waited += 100) {
    if (child.exitCode !== null || waited > 60_000) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not start: ${said}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    name,
    port,
    pid: child.pid,
    said: () => said,
    async stop() {
      child.kill('SIGINT');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** A token issuer: publishes its key and signs one token for the specialist. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const token = await new SignJWT({ roles: ['EMPLOYMENT_SPECIALIST'], org: ORGANISATION_CODE })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject(SPECIALIST)
    .setIssuedAt()
    .setExpirationTime('4h')
    .sign(privateKey);
  return { issuer, token, stop: () => new Promise((done) => server.close(done)) };
}

/** The hub as shipped, serving HTTP with the settings of a production start; only the rate is raised, since one caller asks for all. */
export async function startHub(ownerUrl) {
  const issuer = await startIssuer();
  const port = await freePort();
  const server = await start(
    'hub',
    port,
    ['--enable-source-maps', join(DIST, 'src/cli/bin.js'), 'start'],
    {
      DATABASE_URL: ownerUrl,
      HUB_DEMONSTRATION: 'off',
      HUB_ROLES: 'http',
      HUB_PORT: String(port),
      HUB_POOL_STAFF: String(POOL.staff),
      HUB_POOL_AUDIT: String(POOL.audit),
      HUB_TOKEN_ISSUER: issuer.issuer,
      HUB_TOKEN_AUDIENCE: AUDIENCE,
      HUB_TOKEN_JWKS_URL: `${issuer.issuer}/keys`,
      HUB_CURSOR_SECRET: randomBytes(32).toString('base64url'),
      HUB_RATE_PER_MINUTE: '100000',
    },
    ROOT,
  );
  return {
    ...server,
    asks: ({ hub }) => ({ path: '/graphql', body: { query: hub.query, variables: { first: hub.first } } }),
    headers: { authorization: `Bearer ${issuer.token}` },
    async stop() {
      await server.stop();
      await issuer.stop();
    },
  };
}

const bare = (superuserUrl, port) => ({
  BENCH_DATABASE_URL: superuserUrl,
  BENCH_PORT: String(port),
  BENCH_POOL: String(POOL.staff + POOL.audit),
});

/** The floor. */
export async function startFloor(superuserUrl, teamIds) {
  const port = await freePort();
  const { BENCH_QUESTIONS = '' } = process.env;
  const env = {
    ...bare(superuserUrl, port),
    BENCH_TEAMS: teamIds.join(','),
    ...(BENCH_QUESTIONS ? { BENCH_QUESTIONS } : {}),
  };
  const server = await start('floor', port, [join(BENCH, 'floor-server.mjs')], env, ROOT);
  // Read and thrown away, so that both get a request of the same size.
  const asks = ({ id, hub }) => ({
    path: `/${id}`,
    body: { query: hub.query, variables: { first: hub.first } },
  });
  return { ...server, asks, headers: {} };
}

/** PostGraphile, installed on first use into the folder of its own. */
export async function startPeer(superuserUrl, teamIds) {
  const folder = join(BENCH, 'peers');
  if (!existsSync(join(folder, 'node_modules/postgraphile'))) {
    console.log('installing PostGraphile …');
    const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
    if (done.status !== 0) throw new Error('npm ci in test/bench/peers failed');
  }
  const port = await freePort();
  const env = { ...bare(superuserUrl, port), GRAPHILE_ENV: 'production' };
  const server = await start('postgraphile', port, [join(folder, 'postgraphile-server.mjs')], env, folder);
  const asks = ({ peer, hub }) => ({
    path: '/graphql',
    body: { query: peer.query, variables: { first: hub.first, teams: teamIds } },
  });
  return { ...server, asks, headers: {} };
}
