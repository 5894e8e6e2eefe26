/** Where an issuer's public keys come from: its JWKS address, or a key set already in hand. */
import {
  type CryptoKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import type { Clock } from '../../core/clock.js';
import { HubError } from '../../core/errors.js';
import { TokenReason, tokenRefused } from './token-refusal.js';

/** Finds the public key for a token's header. Throws `HUB_ACCESS_TOKEN` (`KEY_UNKNOWN`) or `HUB_ACCESS_KEYS_UNAVAILABLE`. */
export interface KeySource {
  keyFor(header: JWSHeaderParameters): Promise<CryptoKey>;
}

/** How a JWKS address is asked. */
export interface RemoteKeyOptions {
  /** Milliseconds until a fetch is given up. Default 3,000. */
  readonly timeoutMs?: number;
  /** Milliseconds between fetches that an unknown `kid` may cause, and between attempts after a failure. Default 30,000 and 5,000. */
  readonly unknownKeyCooldownMs?: number;
  readonly failureCooldownMs?: number;
  /** Milliseconds after which the keys are fetched anew. Default 600,000. */
  readonly maxAgeMs?: number;
  readonly clock: Clock;
}

/** Largest key set read, in bytes; a real one has a few thousand. */
const KEY_SET_LIMIT = 262_144;

/** Keys in hand, as of the demonstration issuer. */
export function localKeySource(keys: JSONWebKeySet): KeySource {
  const find = createLocalJWKSet(keys);
  return { keyFor: (header) => find(header).catch(refuse) };
}

/**
 * Keys at an issuer's address (https; http only on the loopback interface), cached. Redirects are not followed. Unknown
 * key ids and failures cause at most one fetch per cooldown, so that forged tokens cannot make the hub flood the issuer.
 */
export function remoteKeySource(address: URL, options: RemoteKeyOptions): KeySource {
  if (address.protocol !== 'https:' && !isLoopback(address)) {
    throw new HubError('HUB_SETTINGS_INVALID', { message: 'The JWKS address must be https.' });
  }
  const failureCooldownMs = options.failureCooldownMs ?? 5_000;
  let failedAt = Number.NEGATIVE_INFINITY;
  const find = createRemoteJWKSet(address, {
    timeoutDuration: options.timeoutMs ?? 3_000,
    cooldownDuration: options.unknownKeyCooldownMs ?? 30_000,
    cacheMaxAge: options.maxAgeMs ?? 600_000,
    [customFetch]: async (url, init) => {
      const now = options.clock.now().getTime();
      if (now - failedAt < failureCooldownMs) throw new Error('the issuer did not answer a moment ago');
      try {
        const response = await fetch(url, init);
        if (!response.ok) throw new Error(`JWKS answered ${response.status}`);
        return new Response(await readBounded(response), { status: 200 });
      } catch (cause) {
        failedAt = now;
        throw cause;
      }
    },
  });
  return { keyFor: (header) => find(header).catch(refuse) };
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > KEY_SET_LIMIT) throw new Error('JWKS too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function isLoopback(address: URL): boolean {
  return address.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(address.hostname);
}

function refuse(cause: unknown): never {
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
    throw tokenRefused(TokenReason.KEY_UNKNOWN, cause);
  }
  throw new HubError('HUB_ACCESS_KEYS_UNAVAILABLE', { cause });
}
