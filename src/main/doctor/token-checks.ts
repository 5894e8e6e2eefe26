/** Checks of tokens and cursors: the issuer's keys, the demonstration's issuer where it must not be, the cursor secret. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { remoteKeySource } from '../../access/tokens/key-source.js';
import { DEMONSTRATION_ISSUER, DEMONSTRATION_KEY_PREFIX } from '../../access/tokens/token.rules.js';
import { isHubError } from '../../core/errors.js';
import type { Check } from './check.js';
import type { Ground } from './ground.js';
import { fault, fine, skipped, type Verdict, warning } from './verdict.js';

/** Characters below which a secret can be guessed. */
const SHORTEST_SECRET = 32;
/** Distinct characters below which a long secret is a repeated word. */
const FEWEST_CHARACTERS = 8;
const NEW_SECRET = `HUB_CURSOR_SECRET=$(node -p "crypto.randomBytes(32).toString('base64url')")`;

type Keys = { readonly kids: readonly string[] } | { readonly fault: string };

async function fetchKeys(address: string): Promise<Keys> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    if (!answer.ok) return { fault: `answered ${answer.status}` };
    const { keys } = (await answer.json()) as { keys?: readonly { kid?: string }[] };
    if (!Array.isArray(keys) || keys.length === 0) return { fault: 'holds no keys' };
    return { kids: keys.map(({ kid }) => String(kid)) };
  } catch (error) {
    return { fault: error instanceof SyntaxError ? 'is not JSON' : 'does not answer' };
  }
}

async function judgeKeys({ settings, machine }: Ground): Promise<Verdict> {
  const address = settings.tokenJwksUrl;
  if (address === null) return skipped('no issuer is set; a demonstration issues its own tokens');
  const mend = 'HUB_TOKEN_JWKS_URL=<the issuer’s jwks_uri, from its /.well-known/openid-configuration>';
  try {
    remoteKeySource(new URL(address), { clock: machine });
  } catch (error) {
    return fault(isHubError(error) ? error.message : 'the JWKS address is not acceptable', mend);
  }
  const keys = await fetchKeys(address);
  if ('fault' in keys) return fault(`the JWKS address ${keys.fault}: no token can be checked`, mend);
  if (!settings.isDemonstration && keys.kids.some((kid) => kid.startsWith(DEMONSTRATION_KEY_PREFIX)))
    return fault('the issuer publishes a key of a demonstration, which the hub refuses', mend);
  return fine(`${keys.kids.length} keys`);
}

/** Checks of what lets callers in. */
export const tokenChecks: readonly Check[] = [
  {
    name: 'token-keys',
    examines: 'that the issuer’s keys can be fetched from HUB_TOKEN_JWKS_URL',
    run: judgeKeys,
  },
  {
    name: 'token-issuer',
    examines: 'that a hub with real data does not trust the demonstration’s issuer',
    async run({ settings, env }) {
      const { isDemonstration } = settings;
      const named = (env.HUB_TOKEN_ISSUER ?? '').trim() || settings.tokenIssuer || '';
      if (isDemonstration) return fine(named || 'the demonstration’s own');
      if (named === '') return skipped('no issuer is set; see settings');
      if (named !== DEMONSTRATION_ISSUER) return fine(named);
      return fault(
        'the demonstration’s issuer is trusted',
        'HUB_TOKEN_ISSUER=<the issuer of your identity provider>',
      );
    },
  },
  {
    name: 'cursor-secret',
    examines: `that the secret which seals page cursors has ${SHORTEST_SECRET} characters or more and is random`,
    async run({ env, settings }) {
      const file = join(settings.dataDir, 'cursor.secret');
      const named = (env.HUB_CURSOR_SECRET ?? '').trim();
      if (named === '' && !settings.isDemonstration) return fault('there is none', NEW_SECRET);
      if (named === '' && !existsSync(file)) return skipped('a demonstration makes it at its first start');
      const secret = named || readFileSync(file, 'utf8');
      const mend = named ? NEW_SECRET : `rm ${file}`;
      if (secret.length < SHORTEST_SECRET) return fault(`${secret.length} characters can be guessed`, mend);
      if (new Set(secret).size < FEWEST_CHARACTERS) return warning('it repeats a few characters', mend);
      return fine(`${secret.length} characters`);
    },
  },
];
