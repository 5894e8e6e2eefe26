/** Reads request bodies: JSON and nothing else, so that no form of another site can reach the graph. */
import type { FastifyInstance } from 'fastify';
import { inputError } from '../../src/core/errors.js';

/** Takes `application/json` alone; any other content type is answered 415, text that is no JSON 400 without an echo. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(inputError('body', 'is not JSON', 'a JSON object with query, variables and operationName'));
    }
  });
}
