/** The gate before the graph: names the request, reads its token, holds it to its rate. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerToken, type VerifiedToken } from '../../src/access/tokens/token.rules.js';
import { HubError } from '../../src/core/errors.js';
import { CORRELATION_HEADER, correlationIdFrom } from './correlation.js';
import type { EdgeRequest, RateOptions } from './server-options.js';

/** What the gate found out about a request before its body was read. */
export interface Passage {
  readonly correlationId: string;
  token: VerifiedToken | null;
  /** Why the token was refused; thrown once the rate is settled, so that bad tokens are counted too. */
  refusal: unknown;
}

const passages = new WeakMap<FastifyRequest, Passage>();

/** The passage of a request that went through the gate. */
export function passageOf(request: FastifyRequest): Passage {
  let passage = passages.get(request);
  if (!passage) {
    passage = {
      correlationId: correlationIdFrom(request.headers[CORRELATION_HEADER]),
      token: null,
      refusal: undefined,
    };
    passages.set(request, passage);
  }
  return passage;
}

/** Gives every request its correlation id and repeats it in the answer. */
export function nameRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.header(CORRELATION_HEADER, passageOf(request).correlationId);
  });
}

/** A hook that verifies the bearer token, if there is one. */
export function readToken(
  verify: (token: string) => Promise<VerifiedToken>,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return;
    const passage = passageOf(request);
    try {
      const token = bearerToken(authorization);
      if (token === null) throw new HubError('HUB_ACCESS_TOKEN', { details: { reason: 'MALFORMED' } });
      passage.token = await verify(token);
    } catch (error) {
      passage.refusal = error;
    }
  };
}

/** Registers rate limits; a route joins in with the configuration that comes back. Counted by subject, or by address without a good token. */
export async function limitRates(app: FastifyInstance, options: RateOptions): Promise<{ rateLimit: object }> {
  await app.register(rateLimit, { global: false });
  const { perSubject = 6_000, perAddress = 300, windowMs = 10_000 } = options;
  return {
    rateLimit: {
      hook: 'preParsing',
      timeWindow: windowMs,
      max: (request: FastifyRequest) => (passageOf(request).token ? perSubject : perAddress),
      keyGenerator: (request: FastifyRequest) => {
        const { token } = passageOf(request);
        return token ? `subject ${token.organisationCode} ${token.subject}` : `address ${request.ip}`;
      },
      errorResponseBuilder: (_request: FastifyRequest, context: { ttl: number }) =>
        new HubError('HUB_ACCESS_RATE', { retryAfterMs: context.ttl }),
    },
  };
}

/** The request as the graph's context is made from. */
export function edgeRequest(request: FastifyRequest): EdgeRequest {
  const { correlationId, token } = passageOf(request);
  return {
    token,
    correlationId,
    header: (name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    get signal() {
      return request.signal;
    },
  };
}
