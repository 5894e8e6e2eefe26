/** Issues tokens for the demonstration world, with a key pair of this installation that no production start accepts. */
import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';
import type { Role } from '../../core/caller.js';
import type { Clock } from '../../core/clock.js';
import { HubError, inputError } from '../../core/errors.js';
import { type KeySource, localKeySource } from './key-source.js';
import { DEMONSTRATION_ISSUER, DEMONSTRATION_KEY_PREFIX } from './token.rules.js';

/** What a demonstration token shall say. */
export interface TokenRequest {
  readonly subject: string;
  readonly roles: readonly Role[];
  /** ODS code. */
  readonly org: string;
  /** Seconds until it expires, 1–86,400. Default 3,600. */
  readonly ttlSeconds?: number;
}

/** Longest life of a demonstration token: a day. */
export const DEMONSTRATION_TTL_LIMIT = 86_400;
const FILE = 'demonstration-issuer.json';

/** The demonstration's token issuer. Every process that opens the same data folder shares its key pair. */
export class DemonstrationIssuer {
  private constructor(
    private readonly privateKey: JWK,
    private readonly audience: string,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens the key pair in `dataDir`, making it on first use: ES256, one file readable by its owner alone.
   * Throws `HUB_SETTINGS_INVALID` when the file is not a key pair of this issuer.
   */
  static async open(dataDir: string, audience: string, clock: Clock): Promise<DemonstrationIssuer> {
    const file = join(dataDir, FILE);
    const text = (await readIfThere(file)) ?? (await makeKeyFile(dataDir, file));
    return new DemonstrationIssuer(parseKey(text), audience, clock);
  }

  /** The public half, for verification. */
  get jwks(): JSONWebKeySet {
    const { kty, crv, x, y, kid, alg } = this.privateKey;
    return { keys: [{ kty: kty!, crv: crv!, x: x!, y: y!, kid: kid!, alg: alg!, use: 'sig' }] };
  }

  get keys(): KeySource {
    return localKeySource(this.jwks);
  }

  /** A signed token. Throws `HUB_INPUT_INVALID` for a life outside 1–86,400 seconds. */
  async issue(request: TokenRequest): Promise<string> {
    const ttl = request.ttlSeconds ?? 3_600;
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > DEMONSTRATION_TTL_LIMIT) {
      throw inputError('ttlSeconds', 'out of range', `1 to ${DEMONSTRATION_TTL_LIMIT}`);
    }
    const now = Math.floor(this.clock.now().getTime() / 1000);
    return new SignJWT({ roles: [...request.roles], org: request.org })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.privateKey.kid! })
      .setIssuer(DEMONSTRATION_ISSUER)
      .setAudience(this.audience)
      .setSubject(request.subject)
      .setIssuedAt(now)
      .setExpirationTime(now + ttl)
      .sign(await importJWK(this.privateKey, 'ES256'));
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function makeKeyFile(dataDir: string, file: string): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = await exportJWK(privateKey);
  const kid = `${DEMONSTRATION_KEY_PREFIX}${(await calculateJwkThumbprint(key)).slice(0, 16)}`;
  await mkdir(dataDir, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify({ ...key, alg: 'ES256', kid }), { mode: 0o600, flag: 'wx' });
  try {
    // A link either takes the name whole or finds it taken: of two processes that start at once, one makes the key.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

function parseKey(text: string): JWK {
  let key: JWK | null = null;
  try {
    key = JSON.parse(text) as JWK;
  } catch {
    key = null;
  }
  const whole = key && key.kty === 'EC' && key.crv === 'P-256' && key.x && key.y && key.d;
  if (!key || !whole || !key.kid?.startsWith(DEMONSTRATION_KEY_PREFIX)) {
    throw new HubError('HUB_SETTINGS_INVALID', {
      message: `The data folder's ${FILE} is not a demonstration key pair; remove it and a new one is made.`,
    });
  }
  return key;
}
