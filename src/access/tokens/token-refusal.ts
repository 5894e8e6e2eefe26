/** Why a token is refused, in words that give nothing of the token away. */
import { HubError } from '../../core/errors.js';

/** Reason in `details.reason` of `HUB_ACCESS_TOKEN`; the client's developer acts on all but the last two. */
export const TokenReason = {
  /** Not three base64url parts, or a part is not JSON. */
  MALFORMED: 'MALFORMED',
  /** Longer than 8,192 characters. */
  TOO_LARGE: 'TOO_LARGE',
  /** `alg` is not RS256, PS256 or ES256, or does not fit the key. */
  ALGORITHM: 'ALGORITHM',
  /** `typ` is neither absent, `JWT` nor `at+jwt` (RFC 9068 section 2.1). */
  TYPE: 'TYPE',
  /** A header parameter that the hub does not take, such as `jku`, `jwk`, `x5u`, `x5c` or `crit` (RFC 8725 section 3.10). */
  HEADER: 'HEADER',
  /** `kid` is missing or not a plain identifier. */
  KEY_ID: 'KEY_ID',
  /** The issuer publishes no such key. */
  KEY_UNKNOWN: 'KEY_UNKNOWN',
  SIGNATURE: 'SIGNATURE',
  ISSUER: 'ISSUER',
  AUDIENCE: 'AUDIENCE',
  /** Obtained by a client (`azp`) that is not one of those allowed. */
  AUTHORISED_PARTY: 'AUTHORISED_PARTY',
  EXPIRED: 'EXPIRED',
  /** No `exp`, or a date claim is not a number. */
  DATES: 'DATES',
  NOT_YET_VALID: 'NOT_YET_VALID',
  SUBJECT: 'SUBJECT',
  ROLES: 'ROLES',
  ORGANISATION: 'ORGANISATION',
  /** From the demonstration issuer, on a hub that is not a demonstration; the operator configures a real issuer. */
  DEMONSTRATION: 'DEMONSTRATION',
} as const;
export type TokenReason = (typeof TokenReason)[keyof typeof TokenReason];

/** `HUB_ACCESS_TOKEN` with the reason. `cause` stays in the process. */
export function tokenRefused(reason: TokenReason, cause?: unknown): HubError {
  return new HubError('HUB_ACCESS_TOKEN', {
    message: `The token was refused: ${reason}.`,
    details: { reason },
    ...(cause === undefined ? {} : { cause }),
  });
}
