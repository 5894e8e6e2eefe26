/** Asks an authorisation server for a token: one address, bounded, no redirects, and nothing of its words kept. */
import type { Clock } from '../../../src/core/clock.js';
import { HubError, isHubError, type SafeDetails } from '../../../src/core/errors.js';
import { asObject, type Json, member, textOf } from '../json.js';
import { boundedText, saysJson } from '../transport/body.js';
import { failureOfNetwork, retryAfterMs } from '../transport/failures.js';
import type { Fetch } from '../transport/network.js';
import { type AssertionSubject, signAssertion } from './assertion.js';
import type { SigningKey } from './signing-key.js';

/** Bytes of a token answer past which it is dropped. */
const ANSWER_BYTES = 64 * 1024;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** What a token may be made of (RFC 6750 section 2.1), so that it cannot carry a further header. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** Characters of a token past which no server takes it: most have room for 8 to 16 kB of headers. */
const TOKEN_CHARACTERS = 8_000;
/** Longest life that is believed, seconds: a day. */
const LONGEST_LIFE_SECONDS = 86_400;
/** Life of a token whose server does not say, seconds; it should (RFC 6749 section 5.1). */
const UNSTATED_LIFE_SECONDS = 60;

/** Words for refusals that are in the standard (RFC 6749 section 5.2); others are free text and never pass. */
const REASONS = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

/** A token as it was given. */
export interface IssuedToken {
  readonly token: string;
  /** Seconds, counted from when it was asked for. */
  readonly lifeSeconds: number;
}

/** Who asks where, with what. */
export interface TokenEndpointOptions extends AssertionSubject {
  readonly scopes: readonly string[];
  /** The key in use first. At least one. */
  readonly keys: readonly SigningKey[];
  readonly clock: Clock;
  readonly fetch: Fetch;
}

/**
 * An answer that says nothing of the hub itself is transient, whatever is wrong with it: without a token nothing has been
 * sent to the record system, so no document may be given up for it.
 */
const unavailable = (details: SafeDetails, wait?: number): HubError =>
  new HubError('HUB_UPSTREAM_UNAVAILABLE', {
    details: { at: 'TOKEN', ...details },
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });

/** An answer that an operator has to see to. */
const refused = (details: SafeDetails): HubError =>
  new HubError('HUB_UPSTREAM_REFUSED', { details: { at: 'TOKEN', ...details } });

/** Codes of the network and of reading, in the two classes that a token may fail in. */
function failureOfToken(error: unknown): HubError {
  const failure = failureOfNetwork(error);
  if (failure.details.at === 'TOKEN') return failure;
  if (failure.code === 'HUB_UPSTREAM_ORIGIN') return refused({ fault: 'REDIRECT' });
  if (failure.code === 'HUB_UPSTREAM_PROTOCOL') return unavailable(failure.details);
  return new HubError(failure.code, { details: { at: 'TOKEN', ...failure.details } });
}

/** The object in an answer, or null when it holds none. */
async function readAnswer(response: Response): Promise<Json | null> {
  if (!saysJson(response)) {
    await response.body?.cancel();
    return null;
  }
  const text = await boundedText(response, ANSWER_BYTES);
  try {
    return asObject(JSON.parse(text));
  } catch {
    // The parser's message quotes the text, which may hold a token.
    return null;
  }
}

async function failureOfAnswer(response: Response, now: Date): Promise<HubError> {
  const { status } = response;
  const body = await readAnswer(response).catch(() => null);
  if (status >= 500 || status === 408 || status === 429)
    return unavailable({ status }, retryAfterMs(response.headers, now));
  const reason = textOf(body, 'error');
  return refused({ status, reason: reason !== null && REASONS.has(reason) ? reason : null });
}

/** Seconds in `expires_in`; NHS England's platform states them as text. */
function lifeIn(body: Json): number {
  const stated = member(body, 'expires_in');
  const seconds = typeof stated === 'string' && /^\d{1,9}$/.test(stated) ? Number(stated) : stated;
  if (typeof seconds !== 'number' || seconds < 0) return UNSTATED_LIFE_SECONDS;
  return Math.min(seconds, LONGEST_LIFE_SECONDS);
}

function tokenIn(body: Json | null): IssuedToken {
  const token = textOf(body, 'access_token');
  if (body === null || token === null || token.length > TOKEN_CHARACTERS || !TOKEN.test(token))
    throw unavailable({ fault: 'NOT_A_TOKEN' });
  if (textOf(body, 'token_type')?.toLowerCase() !== 'bearer') throw unavailable({ fault: 'TOKEN_TYPE' });
  return { token, lifeSeconds: lifeIn(body) };
}

async function askWith(key: SigningKey, options: TokenEndpointOptions, signal: AbortSignal) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await signAssertion(options, key, options.clock.now()),
  });
  if (options.scopes.length > 0) form.set('scope', options.scopes.join(' '));
  try {
    const response = await options.fetch(new URL(options.tokenUrl), {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
      redirect: 'error',
      keepalive: false,
      credentials: 'omit',
    });
    if (response.status !== 200) throw await failureOfAnswer(response, options.clock.now());
    return tokenIn(await readAnswer(response));
  } catch (error) {
    throw failureOfToken(error);
  }
}

/** True for an answer that may be about the key rather than about the client. */
const mayBeTheKey = (error: unknown): boolean =>
  isHubError(error) && error.code === 'HUB_UPSTREAM_REFUSED' && typeof error.details.status === 'number';

/**
 * A new token. Where the key in use is refused, the one before it is tried: a server that keeps a copy of the key set does
 * not know a new key at once. `HUB_UPSTREAM_REFUSED` when no key is taken, or the address is not one of tokens; every
 * other failure is transient. `details.at` is `TOKEN`, `details.reason` a word of RFC 6749.
 */
export async function askForToken(options: TokenEndpointOptions, signal: AbortSignal): Promise<IssuedToken> {
  const [first, ...others] = options.keys;
  if (first === undefined) throw new HubError('HUB_INTERNAL');
  try {
    return await askWith(first, options, signal);
  } catch (error) {
    if (!mayBeTheKey(error)) throw error;
    for (const key of others) {
      const issued = await askWith(key, options, signal).catch((failure) => {
        if (!mayBeTheKey(failure)) throw failure;
        return null;
      });
      if (issued !== null) return issued;
    }
    // What was said of the key in use is what the operator has to know.
    throw error;
  }
}
