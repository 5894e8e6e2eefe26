/** Private keys that sign assertions: read from a secret, held so that nothing prints them, and their public half. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../../../src/clinical/clinical-record.port.js';
import { asObject, textOf } from '../json.js';
import type { AuthKind, SigningAlgorithm } from './auth-settings.js';

/** Shortest RSA key that is taken, in bits (NIST SP 800-131A revision 2; SMART App Launch 2.2 asks for no less). */
const LEAST_RSA_BITS = 2048;

/** A key in hand. Neither `JSON.stringify` nor `console.log` shows what is in a `KeyObject`. */
export interface SecretKey {
  readonly key: KeyObject;
  /** Member `kid` of a JWK; null for a PEM, or when there is none. */
  readonly statedId: string | null;
}

/** A key with all that an assertion's header says of it. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
}

function readJwk(secret: string): SecretKey | null {
  const jwk = asObject(JSON.parse(secret));
  if (jwk === null) return null;
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), statedId: textOf(jwk, 'kid') };
}

/** The private key in a secret: PEM, also with `\n` in place of its line ends as environments have it, or a JWK. Null when it is none. */
export function readPrivateKey(secret: string): SecretKey | null {
  try {
    if (secret.startsWith('{')) return readJwk(secret);
    return { key: createPrivateKey(secret.replaceAll('\\n', '\n')), statedId: null };
  } catch {
    // What crypto says may quote the key, so it is not kept.
    return null;
  }
}

/** What is wrong with a key that shall sign assertions; null when nothing is. */
export function signingKeyFault(key: KeyObject): string | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa')
    return (details?.modulusLength ?? 0) < LEAST_RSA_BITS ? `must have ${LEAST_RSA_BITS} bits or more` : null;
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return null;
  return 'must be an RSA key, or an EC key on P-384';
}

/** Whether a key can sign by an algorithm. */
export function fits(algorithm: SigningAlgorithm, key: KeyObject): boolean {
  return (algorithm === 'ES384') === (key.asymmetricKeyType === 'ec');
}

/** The algorithm of a key: the one stated where the key can do it, else the one that its kind of server takes. */
export function algorithmOf(
  key: KeyObject,
  kind: AuthKind,
  stated: SigningAlgorithm | null,
): SigningAlgorithm {
  if (stated !== null && fits(stated, key)) return stated;
  if (key.asymmetricKeyType === 'ec') return 'ES384';
  return kind === 'NHS_SIGNED_JWT' ? 'RS512' : 'RS384';
}

/** Members of the public half alone; a member that is not named here never gets out. */
function publicHalf(key: KeyObject): Readonly<Record<string, string>> {
  const { kty, crv, e, n, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));
}

/** JWK thumbprint with SHA-256 (RFC 7638): the required members in the order of their names. */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(publicHalf(key)))
    .digest('base64url');
}

/** The public half as a JWK Set has it (RFC 7517). */
export function publicKeyOf({ key, keyId, algorithm }: SigningKey): PublicKey {
  return { ...publicHalf(key), kid: keyId, alg: algorithm, use: 'sig' };
}
