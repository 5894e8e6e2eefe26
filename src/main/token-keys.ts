/** Which tokens a hub takes: its issuer's, or on a demonstration without one its own. */
import { DEMONSTRATION_STAFF } from '../../seeds/demonstration/staff.js';
import { DemonstrationIssuer } from '../access/tokens/demonstration-issuer.js';
import { remoteKeySource } from '../access/tokens/key-source.js';
import { DEMONSTRATION_ISSUER } from '../access/tokens/token.rules.js';
import { TokenVerifier } from '../access/tokens/token-verifier.js';
import type { Clock } from '../core/clock.js';
import type { Settings } from '../platform/settings/settings.js';

/** Audience of demonstration tokens. */
export const DEMONSTRATION_AUDIENCE = 'ips-hub-demonstration';

/** The verifier of a hub's tokens. */
export async function tokenVerifierFor(settings: Settings, clock: Clock): Promise<TokenVerifier> {
  const { tokenIssuer, tokenAudience, tokenJwksUrl, isDemonstration } = settings;
  if (tokenIssuer && tokenAudience && tokenJwksUrl) {
    return new TokenVerifier({
      issuer: tokenIssuer,
      audience: tokenAudience,
      keys: remoteKeySource(new URL(tokenJwksUrl), { clock }),
      clock,
    });
  }
  const issuer = await DemonstrationIssuer.open(settings.dataDir, DEMONSTRATION_AUDIENCE, clock);
  return new TokenVerifier({
    issuer: DEMONSTRATION_ISSUER,
    audience: DEMONSTRATION_AUDIENCE,
    keys: issuer.keys,
    clock,
    demonstration: isDemonstration,
  });
}

/** Words for the demonstration's people, as `hub token` takes them. */
export const TOKEN_ROLES: readonly string[] = DEMONSTRATION_STAFF.map(({ subject }) =>
  subject.replace(/^demo-/, ''),
);
