/** What a token's header and claims must look like, before and after its signature is checked. */
import { ROLES, type Role } from '../../core/caller.js';
import { TokenReason, tokenRefused } from './token-refusal.js';

/** Characters of the longest token accepted; real ones stay below 3,000. */
export const TOKEN_LIMIT = 8_192;
/** Signature algorithms accepted: asymmetric only, so that a public key can never serve as a shared secret (RFC 8725 section 3.1). */
export const TOKEN_ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256'];
/** Issuer of every demonstration token; `.invalid` can never be a real host (RFC 2606 section 2). */
export const DEMONSTRATION_ISSUER = 'https://demonstration.ips-hub.invalid';
/** Every demonstration key's `kid` starts with this. */
export const DEMONSTRATION_KEY_PREFIX = 'demonstration-';

const HEADER_PARAMETERS = new Set(['alg', 'typ', 'kid', 'x5t', 'x5t#S256']);
const KEY_ID = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/;
const ORGANISATION = /^[A-Z0-9]{3,10}$/;
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;

/** A token that passed every check. */
export interface VerifiedToken {
  /** Claim `sub`: the person or machine, as the issuer names it; 1–255 printable characters. */
  readonly subject: string;
  /** Claim `roles`: at least one, none twice. */
  readonly roles: readonly Role[];
  /** Claim `org`: ODS code of the organisation acted in. */
  readonly organisationCode: string;
  readonly expiresAt: Date;
}

/** Header parameters the hub reads. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
}

/** Claims the hub itself judges; issuer, audience and dates are judged with the signature. */
export interface TokenClaims {
  readonly sub?: unknown;
  readonly roles?: unknown;
  readonly org?: unknown;
  readonly exp?: unknown;
  readonly azp?: unknown;
}

/**
 * The header of a compact JWS, judged before any key is looked up.
 * Throws `HUB_ACCESS_TOKEN` with reason `TOO_LARGE`, `MALFORMED`, `HEADER`, `ALGORITHM`, `TYPE` or `KEY_ID`.
 */
export function parseTokenHeader(token: string): TokenHeader {
  if (token.length > TOKEN_LIMIT) throw tokenRefused(TokenReason.TOO_LARGE);
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) throw tokenRefused(TokenReason.MALFORMED);
  const header = parseJson(token.slice(0, token.indexOf('.')));
  for (const name of Object.keys(header)) {
    if (!HEADER_PARAMETERS.has(name)) throw tokenRefused(TokenReason.HEADER);
  }
  const { alg, typ, kid } = header;
  if (typeof alg !== 'string' || !TOKEN_ALGORITHMS.includes(alg)) throw tokenRefused(TokenReason.ALGORITHM);
  if (typ !== undefined && !isTokenType(typ)) throw tokenRefused(TokenReason.TYPE);
  if (typeof kid !== 'string' || !KEY_ID.test(kid)) throw tokenRefused(TokenReason.KEY_ID);
  return { alg, kid };
}

/**
 * The claims of a token whose signature, issuer, audience and dates hold.
 * `authorisedParties`, when not empty, must hold the claim `azp`.
 * Throws `HUB_ACCESS_TOKEN` with reason `SUBJECT`, `ROLES`, `ORGANISATION`, `DATES` or `AUTHORISED_PARTY`.
 */
export function parseTokenClaims(
  claims: TokenClaims,
  authorisedParties: readonly string[] = [],
): VerifiedToken {
  const { sub, roles, org, exp, azp } = claims;
  if (typeof sub !== 'string' || !PRINTABLE.test(sub)) throw tokenRefused(TokenReason.SUBJECT);
  if (!isRoles(roles)) throw tokenRefused(TokenReason.ROLES);
  if (typeof org !== 'string' || !ORGANISATION.test(org)) throw tokenRefused(TokenReason.ORGANISATION);
  if (typeof exp !== 'number' || !Number.isSafeInteger(exp * 1000)) throw tokenRefused(TokenReason.DATES);
  if (authorisedParties.length > 0 && !(typeof azp === 'string' && authorisedParties.includes(azp))) {
    throw tokenRefused(TokenReason.AUTHORISED_PARTY);
  }
  return { subject: sub, roles: [...roles], organisationCode: org, expiresAt: new Date(exp * 1000) };
}

/** The token of an `Authorization` header; null when there is no header or it is of another scheme (RFC 6750 section 2.1). */
export function bearerToken(authorization: string | undefined): string | null {
  const match =
    authorization === undefined ? null : /^bearer +(\S+) *$/i.exec(authorization.slice(0, TOKEN_LIMIT + 64));
  return match ? match[1]! : null;
}

function isTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && ['jwt', 'at+jwt', 'application/at+jwt'].includes(typ.toLowerCase());
}

function isRoles(roles: unknown): roles is Role[] {
  if (!Array.isArray(roles) || roles.length === 0 || roles.length > ROLES.length) return false;
  return (
    new Set(roles).size === roles.length &&
    roles.every((role) => (ROLES as readonly unknown[]).includes(role))
  );
}

function parseJson(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (cause) {
    throw tokenRefused(TokenReason.MALFORMED, cause);
  }
  throw tokenRefused(TokenReason.MALFORMED);
}
