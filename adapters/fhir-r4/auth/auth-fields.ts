/** Reads the settings of proving who the hub is; keys are turned into objects that nothing prints. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { PublicKey } from '../../../src/clinical/clinical-record.port.js';
import { integer, list, text } from '../../../src/core/setting-kinds.js';
import { asObject, member } from '../json.js';
import { addressFault } from '../setting-addresses.js';
import { AUTH_KINDS, type AuthKind, SIGNING_ALGORITHMS, type SigningAlgorithm } from './auth-settings.js';
import {
  algorithmOf,
  fits,
  publicKeyOf,
  readPrivateKey,
  type SecretKey,
  type SigningKey,
  signingKeyFault,
  thumbprint,
} from './signing-key.js';

/** Checked settings; null where a site states nothing. */
export interface AuthSettings {
  readonly auth: AuthKind;
  /** Token of `BEARER`; null for every other kind. */
  readonly bearerToken: string | null;
  /** As stated: it is also the audience of assertions. */
  readonly tokenUrl: string | null;
  readonly clientId: string | null;
  readonly scopes: readonly string[];
  readonly privateKey: SecretKey | null;
  readonly keyId: string | null;
  readonly previousPrivateKey: SecretKey | null;
  readonly previousKeyId: string | null;
  readonly signingAlgorithm: SigningAlgorithm | null;
  readonly clockSkewSeconds: number;
  /** PEM, chain included. */
  readonly clientCertificate: string | null;
  readonly clientKey: KeyObject | null;
  /** PEM of one certificate or several. */
  readonly certificateAuthority: string | null;
  readonly proxyUrl: string | null;
}

/** Text that a reader makes something of; a fault without the text where it cannot. */
function made<T>(read: (value: string) => T | null, fault: string) {
  return text
    .transform((value, context) => {
      const found = read(value);
      if (found !== null) return found;
      context.addIssue({ code: 'custom', message: fault });
      return z.NEVER;
    })
    .nullable()
    .default(null);
}

/** The value, or null when the reader throws; what it throws may quote a secret. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

const lines = (pem: string): string => pem.replaceAll('\\n', '\n');
const certificates = (pem: string): string | null =>
  orNull(() => new X509Certificate(lines(pem)) && lines(pem));

const signingKey = text
  .transform((value, context) => {
    const secret = readPrivateKey(value);
    const fault = secret === null ? 'must be a private key, PEM or JWK' : signingKeyFault(secret.key);
    if (secret !== null && fault === null) return secret;
    context.addIssue({ code: 'custom', message: fault ?? '' });
    return z.NEVER;
  })
  .nullable()
  .default(null);
const keyId = text
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be up to 200 printable ASCII characters')
  .nullable()
  .default(null);

function proxyFault(value: string): string | null {
  const url = URL.parse(value);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return 'must be an http or https address';
  return url.pathname !== '/' || url.search !== '' || url.hash !== '' ? 'must not hold a path' : null;
}

/** Members of the schema of settings. */
export function authFields(defaults: { readonly auth: AuthKind; readonly clockSkewSeconds: number }) {
  return {
    auth: z.enum(AUTH_KINDS, `must be one of ${AUTH_KINDS.join(', ')}`).default(defaults.auth),
    bearerToken: text
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .nullable()
      .default(null),
    tokenUrl: text
      .superRefine((value, context) => {
        const fault = addressFault(value);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      })
      .nullable()
      .default(null),
    clientId: text.nullable().default(null),
    scopes: list
      .transform((values) => values.flatMap((value) => value.split(/\s+/)))
      .pipe(z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be scopes (RFC 6749)')))
      .prefault([]),
    privateKey: signingKey,
    keyId,
    previousPrivateKey: signingKey,
    previousKeyId: keyId,
    signingAlgorithm: z
      .enum(SIGNING_ALGORITHMS, `must be one of ${SIGNING_ALGORITHMS.join(', ')}`)
      .nullable()
      .default(null),
    clockSkewSeconds: integer(0, 120).default(defaults.clockSkewSeconds),
    clientCertificate: made(certificates, 'must be a certificate, PEM'),
    clientKey: made((value) => orNull(() => createPrivateKey(lines(value))), 'must be a private key, PEM'),
    certificateAuthority: made(certificates, 'must be one certificate or more, PEM'),
    proxyUrl: text
      .superRefine((value, context) => {
        const fault = proxyFault(value);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      })
      .nullable()
      .default(null),
  };
}

/** Settings that a kind cannot do without. */
const NEEDED: Readonly<Record<AuthKind, readonly string[]>> = {
  NONE: [],
  BEARER: ['bearerToken'],
  SMART_BACKEND: ['tokenUrl', 'clientId', 'privateKey', 'scopes'],
  NHS_SIGNED_JWT: ['tokenUrl', 'clientId', 'privateKey'],
};

const isStated = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

/** Faults that lie between these settings as they were stated, told beside those within them. */
export function authCrossFaults(raw: unknown, kind: AuthKind | undefined): readonly string[] {
  if (asObject(raw) === null) return [];
  const stated = (key: string) => isStated(member(raw, key));
  const faults = (kind === undefined ? [] : NEEDED[kind])
    .filter((key) => !stated(key))
    .map((key) => `${key}: is required when auth is ${kind}`);
  if (stated('clientCertificate') !== stated('clientKey'))
    faults.push(
      stated('clientKey')
        ? 'clientCertificate: is required with clientKey'
        : 'clientKey: is required with clientCertificate',
    );
  return faults;
}

/** Faults between settings each of which is acceptable: keys that do not belong together. */
export function keyFaults(settings: AuthSettings): readonly string[] {
  const faults: string[] = [];
  const { privateKey, signingAlgorithm, clientCertificate, clientKey } = settings;
  if (privateKey !== null && signingAlgorithm !== null && !fits(signingAlgorithm, privateKey.key))
    faults.push('signingAlgorithm: does not fit privateKey');
  const [current, previous] = signingKeys(settings);
  if (previous !== undefined && current?.keyId === previous.keyId)
    faults.push('previousPrivateKey: has the key id of privateKey');
  if (clientCertificate !== null && clientKey !== null)
    if (!new X509Certificate(clientCertificate).checkPrivateKey(clientKey))
      faults.push('clientKey: is not the key of clientCertificate');
  return faults;
}

/** The keys of a site, the one in use first. */
export function signingKeys(settings: AuthSettings): readonly SigningKey[] {
  const { auth, signingAlgorithm } = settings;
  const withId = (secret: SecretKey | null, stated: string | null): readonly SigningKey[] =>
    secret === null
      ? []
      : [
          {
            key: secret.key,
            keyId: stated ?? secret.statedId ?? thumbprint(secret.key),
            algorithm: algorithmOf(secret.key, auth, signingAlgorithm),
          },
        ];
  return [
    ...withId(settings.privateKey, settings.keyId),
    ...withId(settings.previousPrivateKey, settings.previousKeyId),
  ];
}

/** The public halves of a site's keys, whatever its `auth`: a key is published before it is used. */
export function publicKeys(settings: AuthSettings): readonly PublicKey[] {
  return signingKeys(settings).map(publicKeyOf);
}
