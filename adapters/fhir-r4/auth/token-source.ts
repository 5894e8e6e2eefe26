/** Keeps a token for as long as it is good: one request for all who wait for it, and one more when it is refused early. */
import type { Clock } from '../../../src/core/clock.js';
import type { IssuedToken } from './token-endpoint.js';

/** How long before its end a token is no longer used, in milliseconds; of a short one, half its life. */
export const EARLY_MS = 30_000;

/** Tokens of one client at one token endpoint for one set of scopes. */
export interface TokenSource {
  /** A token that is good now. */
  current(): Promise<string>;
  /** Another one in place of one that was refused: whatever is there by now, else a new one. */
  instead(refused: string): Promise<string>;
}

interface Kept {
  readonly token: string;
  readonly from: number;
  readonly until: number;
}

/** A source that asks with `ask`; a failure is not kept, whoever comes next asks again. */
export function createTokenSource(ask: () => Promise<IssuedToken>, clock: Clock): TokenSource {
  let kept: Kept | null = null;
  let flight: Promise<string> | null = null;

  async function fetchToken(): Promise<string> {
    // Its life is counted from before it was asked for, which is the earliest that the server can have meant.
    const from = clock.now().getTime();
    const { token, lifeSeconds } = await ask();
    const life = lifeSeconds * 1000;
    kept = { token, from, until: from + life - Math.min(EARLY_MS, life / 2) };
    return token;
  }

  function fresh(): Promise<string> {
    flight ??= fetchToken().finally(() => {
      flight = null;
    });
    return flight;
  }

  /** A clock that was set back makes no token good for longer. */
  const isGood = (one: Kept): boolean => {
    const now = clock.now().getTime();
    return now >= one.from && now < one.until;
  };

  return {
    current: async () => (kept !== null && isGood(kept) ? kept.token : fresh()),
    async instead(refused) {
      if (kept !== null && kept.token === refused) kept = null;
      return kept !== null && isGood(kept) ? kept.token : fresh();
    },
  };
}
