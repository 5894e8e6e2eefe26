/** Failures outside GraphQL's own pipeline: bad bodies, unknown addresses, rates. Same shape and codes as inside. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError, inputError, isHubError } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/logger.js';
import { limitPassed } from '../limits/request-limits.js';
import { passageOf } from './caller-gate.js';
import { CORRELATION_HEADER } from './correlation.js';
import { extensionsOf, logFailure } from './format-error.js';
import { headersOf, statusOf } from './http-status.js';

/** Answers every failure as `{"errors":[{message, extensions}]}` and repeats nothing of the request. */
export function answerFailures(app: FastifyInstance, logger: Logger, bodyLimit: number): void {
  app.setNotFoundHandler((_request, reply) => {
    send(reply, new HubError('HUB_NOT_FOUND', { message: 'There is nothing at this address.' }), 404);
  });
  app.setErrorHandler((error: FastifyError, request, reply) =>
    failed(error, request, reply, logger, bodyLimit),
  );
}

/** Answers one error. `status` overrides the code's own. */
export function send(reply: FastifyReply, error: HubError, status = statusOf(error)): void {
  const { correlationId } = passageOf(reply.request);
  void reply.header(CORRELATION_HEADER, correlationId);
  for (const [name, value] of headersOf(error)) void reply.header(name, value);
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(
      JSON.stringify({
        errors: [{ message: error.message, extensions: extensionsOf(error, correlationId) }],
      }),
    );
}

/** The handler of one failure, also for those that Fastify meets before routing. */
export function failed(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
  bodyLimit: number,
): void {
  const shown = refusalOf(error, request, bodyLimit);
  if (shown.code === 'HUB_INTERNAL') logFailure(logger, error, passageOf(request).correlationId);
  const status = error.statusCode ?? 500;
  send(reply, shown, !isHubError(error) && status >= 400 && status < 500 ? status : undefined);
}

function refusalOf(error: FastifyError, request: FastifyRequest, bodyLimit: number): HubError {
  if (isHubError(error)) return error;
  const status = error.statusCode ?? 500;
  if (status === 413) {
    const size = Number(request.headers['content-length']);
    return limitPassed('body', size > bodyLimit ? size : bodyLimit + 1, bodyLimit);
  }
  if (status === 415) return inputError('content-type', 'is not accepted', 'application/json');
  if (status < 400 || status >= 500) return new HubError('HUB_INTERNAL');
  return inputError('request', 'is not acceptable', 'a well-formed HTTP request');
}
