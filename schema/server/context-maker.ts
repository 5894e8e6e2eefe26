/** Makes the context of a request that passed the gate: limits, standing, and who may look at the shape of the graph. */
import type { BaseContext } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { PEOPLE } from '../../src/access/policies.js';
import { HubError } from '../../src/core/errors.js';
import { RequestGuard } from '../limits/request-guard.js';
import { edgeRequest, passageOf } from './caller-gate.js';
import type { ServerOptions } from './server-options.js';

/** A GraphQL request as its parameters came. */
export interface GraphqlRequest {
  readonly query: unknown;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

/** The context of each request. It throws the `HubError` that refuses the whole request. */
export function contextMaker<Context extends BaseContext>(
  options: ServerOptions<Context>,
): (request: FastifyRequest) => Promise<Context> {
  const guard = new RequestGuard(options.schema, options.limits, options.costs);
  return async (request) => {
    const { token, refusal } = passageOf(request);
    if (refusal !== undefined) throw refusal;
    const { introspects } = guard.check(requestOf(request));
    const context = await options.contextFor(edgeRequest(request));
    if (!introspects) return context;
    if (!token) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
    const may = options.mayIntrospect?.(context) ?? token.roles.some((role) => PEOPLE.includes(role));
    if (!may)
      throw new HubError('HUB_ACCESS_REFUSED', {
        message: 'Your role may not look at the shape of the graph.',
      });
    return context;
  };
}

/** What is asked: the body of a POST; of a GET, what its body would be. Faulty JSON reads as nothing. */
export function requestOf(request: FastifyRequest): unknown {
  if (request.method !== 'GET') return request.body;
  const search = new URL(request.url, 'http://hub.invalid').searchParams;
  const json = (name: string): unknown => {
    try {
      return JSON.parse(search.get(name) ?? 'null');
    } catch {
      return null;
    }
  };
  return {
    query: search.get('query'),
    operationName: search.get('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}
