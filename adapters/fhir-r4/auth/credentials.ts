/** The header that says who the hub is, for each kind of site; a token that is refused is replaced once. */
import type { Clock } from '../../../src/core/clock.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { withinDeadline } from '../transport/deadline.js';
import type { Fetch } from '../transport/network.js';
import { type AuthSettings, signingKeys } from './auth-fields.js';
import { askForToken, type TokenEndpointOptions } from './token-endpoint.js';
import { createTokenSource, type TokenSource } from './token-source.js';

/** Headers with which one request is sent. */
export type IdentityHeaders = Readonly<Record<string, string>>;

/**
 * Sends a request with the headers that say who asks. When it fails as a 401 does, its token is replaced and it is sent
 * again, once for whatever the function was begun for; then the answer stands. Nothing is sent once the signal has aborted.
 */
export type Identified = <T>(
  send: (headers: IdentityHeaders) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/** Who the hub is to one site. */
export interface Credentials {
  /** For one logical request with all its repeats. */
  begin(): Identified;
}

/** What credentials are made with. */
export interface CredentialsOptions {
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Milliseconds that a request for a token may take. */
  readonly timeoutMs: number;
  /** Aborts when the adapter closes. */
  readonly closing: AbortSignal;
}

/** A 401 says that nothing was done, so even a write may be sent again. */
const isUnauthorised = (error: unknown): boolean =>
  isHubError(error) && error.code === 'HUB_UPSTREAM_REFUSED' && error.details.status === 401;

const bearer = (token: string): IdentityHeaders => ({ authorization: `Bearer ${token}` });

function fixed(headers: IdentityHeaders): Credentials {
  return { begin: () => (send) => send(headers) };
}

function byToken(source: TokenSource): Credentials {
  return {
    begin() {
      let replaced = false;
      return async (send, signal) => {
        const token = await source.current();
        signal.throwIfAborted();
        try {
          return await send(bearer(token));
        } catch (error) {
          if (replaced || !isUnauthorised(error)) throw error;
          replaced = true;
        }
        const other = await source.instead(token);
        signal.throwIfAborted();
        return send(bearer(other));
      };
    },
  };
}

function endpointOf(
  settings: AuthSettings,
  { clock, fetch }: CredentialsOptions,
): TokenEndpointOptions | null {
  const { auth, tokenUrl, clientId, scopes, clockSkewSeconds } = settings;
  if (auth !== 'SMART_BACKEND' && auth !== 'NHS_SIGNED_JWT') return null;
  // The settings have been checked; this tells the compiler.
  if (tokenUrl === null || clientId === null) throw new HubError('HUB_INTERNAL');
  return { tokenUrl, clientId, scopes, clockSkewSeconds, keys: signingKeys(settings), clock, fetch };
}

/** The credentials of a site. Nothing is asked for before the first request. */
export function createCredentials(settings: AuthSettings, options: CredentialsOptions): Credentials {
  const endpoint = endpointOf(settings, options);
  if (endpoint === null) return fixed(settings.bearerToken === null ? {} : bearer(settings.bearerToken));
  // Its limit is its own, as whoever asked first may stop waiting before the others do.
  const ask = () =>
    withinDeadline(options.timeoutMs, [options.closing], (signal) => askForToken(endpoint, signal));
  return byToken(createTokenSource(ask, options.clock));
}
