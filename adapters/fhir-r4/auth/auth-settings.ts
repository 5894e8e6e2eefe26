/** The settings of proving who the hub is, and of the way there, as data. */
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';

/** The ways of proving who the hub is. */
export const AUTH_KINDS = ['NONE', 'BEARER', 'SMART_BACKEND', 'NHS_SIGNED_JWT'] as const;
/** One of them. */
export type AuthKind = (typeof AUTH_KINDS)[number];

/** Algorithms of client assertions: SMART App Launch 2.2 has RS384 and ES384, NHS England's API platform RS512. */
export const SIGNING_ALGORITHMS = ['RS384', 'ES384', 'RS512'] as const;
/** One of them. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** Part of the manifest's settings; `defaults` are those of the adapter. */
export function authSettings(defaults: { readonly clockSkewSeconds: number }): readonly SettingDescription[] {
  return [
    {
      key: 'tokenUrl',
      type: 'url',
      required: false,
      help: 'Token endpoint of the authorisation server, character for character as it wants to be named in the audience of an assertion; required when auth is SMART_BACKEND or NHS_SIGNED_JWT.',
    },
    {
      key: 'clientId',
      type: 'text',
      required: false,
      help: 'Who the hub is there: the client id, at NHS England the API key; required with tokenUrl.',
    },
    {
      key: 'scopes',
      type: 'list',
      required: false,
      help: 'Scopes asked for, with commas or spaces between; required when auth is SMART_BACKEND.',
    },
    {
      key: 'privateKey',
      type: 'secret',
      required: false,
      help: 'Private key that signs assertions, as PEM or JWK: RSA of 2048 bits or more, or EC on P-384; required with tokenUrl.',
    },
    {
      key: 'keyId',
      type: 'text',
      required: false,
      help: 'Key id (kid) of privateKey; when absent that of the JWK, else its thumbprint (RFC 7638).',
    },
    {
      key: 'previousPrivateKey',
      type: 'secret',
      required: false,
      help: 'The key before privateKey: published beside it, and used where the server refuses the new one because it has not read it yet.',
    },
    {
      key: 'previousKeyId',
      type: 'text',
      required: false,
      help: 'Key id of previousPrivateKey, by the same rule.',
    },
    {
      key: 'signingAlgorithm',
      type: 'choice',
      required: false,
      choices: SIGNING_ALGORITHMS,
      help: 'Algorithm of assertions; when absent ES384 for an EC key, and for an RSA key RS384, or RS512 when auth is NHS_SIGNED_JWT.',
    },
    {
      key: 'clockSkewSeconds',
      type: 'integer',
      required: false,
      default: defaults.clockSkewSeconds,
      help: 'Seconds by which the clocks of hub and authorisation server may differ, 0 to 120.',
    },
    {
      key: 'clientCertificate',
      type: 'secret',
      required: false,
      help: 'Certificate that the hub shows in TLS, PEM, with its chain; for mutual TLS, together with clientKey.',
    },
    {
      key: 'clientKey',
      type: 'secret',
      required: false,
      help: 'Private key of clientCertificate, PEM.',
    },
    {
      key: 'certificateAuthority',
      type: 'secret',
      required: false,
      help: 'Certificates, PEM, of the authorities whose servers are believed, in place of those that Node brings along.',
    },
    {
      key: 'proxyUrl',
      type: 'secret',
      required: false,
      help: 'HTTP proxy through which everything of this site goes, by CONNECT: http or https, with user name and password where it wants them.',
    },
  ];
}
