/** An issuer under the test's control: key pairs, tokens with any header or claim bent, and a verifier that trusts it. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { localKeySource } from '../../../../src/access/tokens/key-source.js';
import { TokenVerifier, type TokenVerifierOptions } from '../../../../src/access/tokens/token-verifier.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { isHubError } from '../../../../src/core/errors.js';

export const NOW = new Date('2026-03-10T09:00:00.000Z');
export const ISSUER = 'https://login.trust.example';
export const AUDIENCE = 'ips-hub';

export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const jwks = {
  keys: [
    { ...ec.publicKey.export({ format: 'jwk' }), kty: 'EC', kid: 'ec-1', alg: 'ES256', use: 'sig' },
    { ...rsa.publicKey.export({ format: 'jwk' }), kty: 'RSA', kid: 'rsa-1', use: 'sig' },
  ],
};

export type Json = Record<string, unknown>;

const seconds = (offset: number): number => NOW.getTime() / 1000 + offset;

/** Claims of a good token, with changes; a change to `undefined` leaves the claim out. */
export function claims(changes: Json = {}): Json {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'specialist-1',
    roles: ['EMPLOYMENT_SPECIALIST'],
    org: 'RXX01',
    iat: seconds(-10),
    exp: seconds(600),
    ...changes,
  };
}

/** Seconds since 1970, `offset` seconds from the fixed present. */
export { seconds };

export const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A compact JWS with exactly this header and these claims, signed with ES256 by `key` whatever the header says. */
export function es256(payload: Json, header: Json = {}, key: KeyObject = ec.privateKey): string {
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid: 'ec-1', ...header })}.${part(payload)}`;
  const signature = createSign('sha256').update(body).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

/** The same with RS256. */
export function rs256(payload: Json, header: Json = {}): string {
  const body = `${part({ alg: 'RS256', typ: 'JWT', kid: 'rsa-1', ...header })}.${part(payload)}`;
  return `${body}.${createSign('sha256').update(body).sign(rsa.privateKey).toString('base64url')}`;
}

/** A verifier of this issuer at the fixed present. */
export function aVerifier(changes: Partial<TokenVerifierOptions> = {}): TokenVerifier {
  return new TokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: localKeySource(jwks),
    clock: new FixedClock(NOW),
    ...changes,
  });
}

/** The verdict on a token: `ok`, a reason, or another code. */
export async function verdict(verifier: TokenVerifier, token: string | null): Promise<string> {
  try {
    await verifier.verify(token);
    return 'ok';
  } catch (error) {
    if (!isHubError(error)) throw error;
    return error.code === 'HUB_ACCESS_TOKEN' ? String(error.details.reason) : error.code;
  }
}
