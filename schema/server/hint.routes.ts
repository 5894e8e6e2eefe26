/** Where record systems say that something has changed: told apart by a secret of each site's own, and listened to no further. */
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { bearerToken } from '../../src/access/tokens/token.rules.js';
import { HubError } from '../../src/core/errors.js';
import { limitPassed } from '../limits/request-limits.js';
import type { HintOptions } from './server-options.js';

/** Below this each system has a path of its own: `/hints/fhir/<code>`, FHIR R4 Subscription's channel of type `rest-hook`. */
export const HINT_PATH = '/hints/fhir';

/** Bytes that a hint may bring with it; a server that sends the changed resource along sends one. */
export const HINT_BODY_LIMIT = 262_144;

/** Hints of one system, and requests of one address that were not recognised, that are taken in `RATE_WINDOW_MS`. */
const RATE = { ofSystem: 2_000, ofAddress: 300 } as const;
const RATE_WINDOW_MS = 10_000;

interface HintRequest {
  Params: { system: string };
}

/**
 * `POST /hints/fhir/<code>` answers 202 once the hint is kept, and nothing else. A system that there is not, one that takes no hints
 * and a secret that is not its own are the same 401, before anything of the body is read. The body is counted, up to 256 KB, and
 * dropped: whatever it says, the hub asks for itself. 429 when the rate is passed.
 */
export async function hintRoute(app: FastifyInstance, options: HintOptions): Promise<void> {
  /** Codes of the systems whose requests were recognised. */
  const recognised = new WeakMap<FastifyRequest, string>();
  const codeOf = (request: FastifyRequest): string => (request.params as HintRequest['Params']).system;
  const refuse = (
    request: FastifyRequest,
    code: 'HUB_ACCESS_UNAUTHENTICATED' | 'HUB_ACCESS_RATE',
    ttl = 0,
  ) => {
    options.refused(codeOf(request));
    return new HubError(code, ttl > 0 ? { retryAfterMs: ttl } : {});
  };
  const config = {
    rateLimit: {
      hook: 'onRequest',
      timeWindow: RATE_WINDOW_MS,
      max: (request: FastifyRequest) => (recognised.has(request) ? RATE.ofSystem : RATE.ofAddress),
      keyGenerator: (request: FastifyRequest) =>
        recognised.has(request) ? `system ${recognised.get(request)}` : `address ${request.ip}`,
      errorResponseBuilder: (request: FastifyRequest, { ttl }: { ttl: number }) =>
        refuse(request, 'HUB_ACCESS_RATE', ttl),
    },
  };
  const route: RouteShorthandOptions = {
    config: config as RouteShorthandOptions['config'],
    onRequest: async (request) => {
      const code = codeOf(request);
      if (options.recognises(code, bearerToken(request.headers.authorization))) recognised.set(request, code);
    },
    preParsing: async (request) => {
      if (!recognised.has(request)) throw refuse(request, 'HUB_ACCESS_UNAUTHENTICATED');
    },
  };
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => dropBody(payload, done));
    scope.post<HintRequest>(`${HINT_PATH}/:system`, route, async (request, reply) => {
      await options.take(request.params.system);
      return reply.code(202).send();
    });
  });
}

/** Counts a body to its end without keeping any of it; the rest of one that is too long is left to Node, which drops it and the connection. */
function dropBody(payload: NodeJS.ReadableStream, done: (error: Error | null) => void): void {
  let bytes = 0;
  let isDone = false;
  const end = (error: Error | null): void => {
    if (!isDone) done(error);
    isDone = true;
  };
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > HINT_BODY_LIMIT) end(limitPassed('body', bytes, HINT_BODY_LIMIT));
  });
  payload.once('end', () => end(null));
  payload.once('error', end);
}
