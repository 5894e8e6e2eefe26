/** The demonstration issuer: one key pair per data folder, kept from other eyes, good only on a demonstration hub. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DemonstrationIssuer } from '../../../../src/access/tokens/demonstration-issuer.js';
import { DEMONSTRATION_ISSUER } from '../../../../src/access/tokens/token.rules.js';
import { TokenVerifier } from '../../../../src/access/tokens/token-verifier.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { AUDIENCE, aVerifier, NOW, verdict } from './token-support.js';

const clock = new FixedClock(NOW);
const request = { subject: 'demo.specialist', roles: ['EMPLOYMENT_SPECIALIST'], org: 'RXX01' } as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const verifierOf = (issuer: DemonstrationIssuer): TokenVerifier =>
  new TokenVerifier({
    issuer: DEMONSTRATION_ISSUER,
    audience: AUDIENCE,
    keys: issuer.keys,
    clock,
    demonstration: true,
  });

it('issues tokens that its own hub takes', async () => {
  const issuer = await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  const token = await issuer.issue({ ...request, ttlSeconds: 60 });
  expect(await verifierOf(issuer).verify(token)).toEqual({
    subject: 'demo.specialist',
    roles: ['EMPLOYMENT_SPECIALIST'],
    organisationCode: 'RXX01',
    expiresAt: new Date(NOW.getTime() + 60_000),
  });
});

it('is refused by a hub in earnest', async () => {
  const issuer = await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  expect(await verdict(aVerifier({ keys: issuer.keys }), await issuer.issue(request))).toBe('DEMONSTRATION');
});

it('keeps its key pair for its owner alone, tightened again when opened', async () => {
  await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  const [name] = await readdir(folder);
  const file = join(folder, name!);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(file, 0o644);
  await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('never publishes the private half', async () => {
  const issuer = await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  const [name] = await readdir(folder);
  const secret = (JSON.parse(await readFile(join(folder, name!), 'utf8')) as { d: string }).d;
  expect(secret.length).toBeGreaterThan(20);
  expect(JSON.stringify(issuer.jwks)).not.toContain(secret);
  expect(Object.keys(issuer.jwks.keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

it('eight processes that start at once share one key pair and leave nothing else', async () => {
  const opened = await Promise.all(
    Array.from({ length: 8 }, () => DemonstrationIssuer.open(folder, AUDIENCE, clock)),
  );
  expect(new Set(opened.map((issuer) => issuer.jwks.keys[0]!.kid)).size).toBe(1);
  expect(await readdir(folder)).toHaveLength(1);
  const token = await opened[7]!.issue(request);
  expect(await verdict(verifierOf(opened[0]!), token)).toBe('ok');
});

it.each([0, -1, 1.5, 86_401, Number.NaN])('refuses a life of %s seconds', async (ttlSeconds) => {
  const issuer = await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  await expect(issuer.issue({ ...request, ttlSeconds })).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
});

it.each(['{', '{"kty":"EC"}', '[]', 'null'])('says so when the file is %s', async (text) => {
  await writeFile(join(folder, 'demonstration-issuer.json'), text);
  const opening = DemonstrationIssuer.open(folder, AUDIENCE, clock);
  await expect(opening).rejects.toMatchObject({ code: 'HUB_SETTINGS_INVALID' });
});
