/** Verifies access tokens: JWT in compact form, signed by the configured issuer for this hub (RFC 7519, RFC 8725, RFC 9068). */
import { createHash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { Clock } from '../../core/clock.js';
import { HubError, isHubError } from '../../core/errors.js';
import type { KeySource } from './key-source.js';
import {
  DEMONSTRATION_ISSUER,
  DEMONSTRATION_KEY_PREFIX,
  parseTokenClaims,
  parseTokenHeader,
  TOKEN_ALGORITHMS,
  type VerifiedToken,
} from './token.rules.js';
import { TokenReason, tokenRefused } from './token-refusal.js';

/** What tokens are held to. */
export interface TokenVerifierOptions {
  /** Claim `iss` required, character for character. */
  readonly issuer: string;
  /** Claim `aud` that must be this or hold this. */
  readonly audience: string;
  readonly keys: KeySource;
  readonly clock: Clock;
  /** Clients (`azp`) whose tokens are taken. Default: any the issuer serves. */
  readonly authorisedParties?: readonly string[];
  /** Seconds by which clocks may differ, 0–60. Default 60. */
  readonly skewSeconds?: number;
  /** True only on a demonstration hub. Default false: demonstration tokens are refused whatever the settings say. */
  readonly demonstration?: boolean;
}

/** How long a good verdict is remembered; a key withdrawn by the issuer stops working within this time and the key cache's age. */
export const VERDICT_KEPT_MS = 30_000;
const VERDICTS = 2_000;

interface Kept {
  readonly token: VerifiedToken;
  readonly until: number;
}

/** Verifies tokens of one issuer. Good verdicts are remembered by the token's digest, never the token. */
export class TokenVerifier {
  private readonly kept = new Map<string, Kept>();
  private readonly skewSeconds: number;

  /** Throws `HUB_SETTINGS_INVALID` when the demonstration issuer is configured on a hub that is not a demonstration. */
  constructor(private readonly options: TokenVerifierOptions) {
    if (!options.demonstration) refuseDemonstrationKeys(options.issuer);
    this.skewSeconds = Math.min(60, Math.max(0, options.skewSeconds ?? 60));
  }

  /**
   * The claims of a bearer token.
   * Throws `HUB_ACCESS_UNAUTHENTICATED` (no token), `HUB_ACCESS_TOKEN` (`details.reason`) or `HUB_ACCESS_KEYS_UNAVAILABLE`
   * (the issuer's keys cannot be fetched).
   */
  async verify(token: string | null | undefined): Promise<VerifiedToken> {
    if (!token) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
    const header = parseTokenHeader(token);
    if (!this.options.demonstration && header.kid.startsWith(DEMONSTRATION_KEY_PREFIX)) {
      throw tokenRefused(TokenReason.DEMONSTRATION);
    }
    const now = this.options.clock.now();
    const digest = createHash('sha256').update(token).digest('base64');
    const kept = this.kept.get(digest);
    if (kept && kept.until > now.getTime()) return kept.token;
    const verified = await this.check(token, now);
    this.keep(digest, verified, now.getTime());
    return verified;
  }

  private async check(token: string, now: Date): Promise<VerifiedToken> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.options.keys.keyFor(header), {
        issuer: this.options.issuer,
        audience: this.options.audience,
        algorithms: [...TOKEN_ALGORITHMS],
        clockTolerance: this.skewSeconds,
        requiredClaims: ['exp', 'iss', 'aud', 'sub'],
        currentDate: now,
      });
      return parseTokenClaims(payload, this.options.authorisedParties);
    } catch (cause) {
      throw isHubError(cause) ? cause : tokenRefused(reasonOf(cause), cause);
    }
  }

  private keep(digest: string, token: VerifiedToken, now: number): void {
    if (this.kept.size >= VERDICTS) {
      const oldest = this.kept.keys().next();
      if (!oldest.done) this.kept.delete(oldest.value);
    }
    const until = Math.min(now + VERDICT_KEPT_MS, token.expiresAt.getTime());
    this.kept.set(digest, { token, until });
  }
}

/** Throws `HUB_SETTINGS_INVALID` when the issuer is the demonstration's: for every start that is not a demonstration. */
export function refuseDemonstrationKeys(issuer: string): void {
  if (issuer.replace(/\/+$/, '').toLowerCase() !== DEMONSTRATION_ISSUER) return;
  throw new HubError('HUB_SETTINGS_INVALID', {
    message: 'The token issuer is the demonstration issuer; configure the organisation’s own.',
    details: { fault: 'demonstration issuer' },
  });
}

const CLAIM_REASONS: Readonly<Record<string, TokenReason>> = {
  iss: TokenReason.ISSUER,
  aud: TokenReason.AUDIENCE,
  sub: TokenReason.SUBJECT,
  exp: TokenReason.DATES,
  iat: TokenReason.DATES,
};

function reasonOf(cause: unknown): TokenReason {
  if (cause instanceof errors.JWTExpired) return TokenReason.EXPIRED;
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'nbf')
      return cause.reason === 'invalid' ? TokenReason.DATES : TokenReason.NOT_YET_VALID;
    return CLAIM_REASONS[cause.claim] ?? TokenReason.MALFORMED;
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed) return TokenReason.SIGNATURE;
  if (cause instanceof errors.JOSEAlgNotAllowed || cause instanceof errors.JOSENotSupported)
    return TokenReason.ALGORITHM;
  return TokenReason.MALFORMED;
}
