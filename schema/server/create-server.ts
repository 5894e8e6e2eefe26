/** Puts the HTTP server together: Apollo Server on Fastify, with the gate before it and nothing else open. */
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify } from 'fastify';
import { inputError, isHubError } from '../../src/core/errors.js';
import { explorerRoutes } from '../explorer/explorer.routes.js';
import { DEFAULT_LIMITS } from '../limits/request-limits.js';
import { limitRates, nameRequests, passageOf, readToken } from './caller-gate.js';
import { contextMaker } from './context-maker.js';
import { currentTrace, withTrace } from './correlation.js';
import { errorFormatter } from './format-error.js';
import { frontPageRoute } from './front-page.js';
import { healthRoutes, metricsRoute } from './health.routes.js';
import { hintRoute } from './hint.routes.js';
import { answerFailures, failed } from './http-errors.js';
import { requestRefusal } from './http-status.js';
import { acceptJsonOnly } from './json-body.js';
import { keySetRoute } from './key-set.routes.js';
import type { ServerOptions } from './server-options.js';
import { STREAM_PATH, streamRoute } from './stream/stream.routes.js';

/** Where the graph is. */
export const GRAPHQL_PATH = '/graphql';

/**
 * A server that is ready to listen or to be injected into. Closing it drains requests under way and stops Apollo.
 * Routes: `/graphql` (POST; GET with `apollo-require-preflight`), `/graphql/stream` (subscriptions), `/health/live`, `/health/ready`, `/.well-known/jwks.json`, `/`,
 * and where configured `/hints/fhir/<system>`, `/explorer` and `/metrics`. No cross-origin access: there are no CORS headers.
 */
export async function createServer<Context extends BaseContext>(
  options: ServerOptions<Context>,
): Promise<FastifyInstance> {
  const { logger, bodyLimit = 1_000_000 } = options;
  const app = fastify({
    logger: false,
    bodyLimit,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    trustProxy: options.trustProxy ? [...options.trustProxy] : false,
    frameworkErrors: (error, request, reply) => failed(error, request, reply, logger, bodyLimit),
  });
  nameRequests(app);
  answerFailures(app, logger, bodyLimit);
  acceptJsonOnly(app);
  await secureHeaders(app);
  await graphqlRoute(app, options);
  healthRoutes(app, options.health, logger);
  keySetRoute(app, options.publicKeys ?? []);
  if (options.hints) await hintRoute(app, options.hints);
  if (options.metrics) metricsRoute(app, options.metrics);
  if (options.explorer) await explorerRoutes(app, options.explorer.examples);
  frontPageRoute(app, options.explorer !== undefined);
  await app.ready();
  return app;
}

async function secureHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
  });
  app.addHook('onRequest', async (_request, reply) => {
    // Answers are about people: no cache between here and the reader may keep them (OWASP ASVS 5.0, 14.3.2).
    void reply.header('cache-control', 'no-store');
  });
}

async function graphqlRoute<Context extends BaseContext>(
  app: FastifyInstance,
  options: ServerOptions<Context>,
): Promise<void> {
  const apollo = apolloServer(options);
  await apollo.start();
  // Fastify drains by itself; the integration's drain plugin would close Fastify from within its own closing, without end.
  app.addHook('onClose', () => apollo.stop());
  const contextFor = contextMaker(options);
  const handler = fastifyApolloHandler(apollo, {
    context: async (request) => {
      try {
        return await contextFor(request);
      } catch (error) {
        throw isHubError(error) ? requestRefusal(error) : error;
      }
    },
  });
  const config = options.rate === false ? {} : await limitRates(app, options.rate ?? {});
  if (options.schema.getSubscriptionType()) streamRoute(app, options, config);
  app.route({
    method: ['GET', 'POST'],
    url: GRAPHQL_PATH,
    exposeHeadRoute: false,
    config,
    onRequest: readToken(options.verifyToken),
    onSend: (_request, _reply, payload, done) => {
      // Node measures a text twice before it sends it; of bytes it knows the length.
      done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
    },
    handler(request, reply) {
      const trace = { correlationId: passageOf(request).correlationId };
      return withTrace(trace, () =>
        handler.call(this, request as Parameters<typeof handler>[0], reply as Parameters<typeof handler>[1]),
      );
    },
  });
}

function apolloServer<Context extends BaseContext>(options: ServerOptions<Context>): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema: options.schema,
    nodeEnv: 'production',
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    parseOptions: { maxTokens: (options.limits ?? DEFAULT_LIMITS).tokens },
    validationOptions: { maxErrors: 5 },
    executionOptions: { maxCoercionErrors: 5 },
    stringifyResult: (value) => JSON.stringify(value),
    formatError: errorFormatter(options.schema, options.logger),
    logger: SILENT,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      rememberUnexpected(),
      noSubscriptions(),
      ...(options.plugins ?? []),
    ],
  });
}

/** Apollo's own log lines repeat messages of errors; what matters in them is logged by `errorFormatter`. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A subscription would be executed as if it were a query. */
function noSubscriptions(): ApolloServerPlugin<BaseContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (operation?.operation === 'subscription')
          throw requestRefusal(inputError('query', 'is a subscription', `subscriptions at ${STREAM_PATH}`));
      },
    }),
  };
}

function rememberUnexpected(): ApolloServerPlugin<BaseContext> {
  return {
    async unexpectedErrorProcessingRequest({ error }) {
      currentTrace().unexpected = error;
    },
  };
}
