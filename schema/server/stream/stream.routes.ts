/** Subscriptions over server-sent events: the same gate, limits, standing, errors and policy as the graph itself. */
import { Readable } from 'node:stream';
import type { BaseContext } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { createHandler, type HandlerOptions } from 'graphql-sse';
import type { VerifiedToken } from '../../../src/access/tokens/token.rules.js';
import { tokenRefused } from '../../../src/access/tokens/token-refusal.js';
import { systemClock } from '../../../src/core/clock.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { DEFAULT_LIMITS } from '../../limits/request-limits.js';
import { edgeRequest, passageOf, readToken } from '../caller-gate.js';
import { contextMaker, type GraphqlRequest, requestOf } from '../context-maker.js';
import { withTrace } from '../correlation.js';
import { errorFormatter } from '../format-error.js';
import type { ServerOptions, StreamOptions } from '../server-options.js';
import { Answers } from './answers.js';
import { OpenStreams } from './open-streams.js';

/** Where subscriptions are. */
export const STREAM_PATH = '/graphql/stream';
/** Longest delay that a timer of Node can hold. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** How long an ended stream may take to send its last words, in milliseconds. */
const LAST_WORDS_MS = 2_000;

const DEFAULTS: Required<StreamOptions> = {
  clock: systemClock,
  perSubject: 10,
  all: 500,
  slowMs: 30_000,
};

/** Serves subscriptions by POST and GET, one per request (GraphQL over SSE, distinct connections mode). */
export function streamRoute<Context extends BaseContext>(
  app: FastifyInstance,
  options: ServerOptions<Context>,
  config: object,
): void {
  const { plugins = [] } = options;
  const settings = { ...DEFAULTS, ...options.streams };
  const open = new OpenStreams(settings);
  const contextFor = contextMaker(options);
  const format = errorFormatter(options.schema, options.logger);
  // Before Fastify waits for requests under way: a stream is one that does not end by itself.
  app.addHook('preClose', async () => open.endAll());
  app.route({
    method: ['GET', 'POST'],
    url: STREAM_PATH,
    exposeHeadRoute: false,
    config,
    onRequest: readToken(options.verifyToken),
    async handler(request, reply) {
      const { correlationId, token } = passageOf(request);
      const asked = askedOf(request);
      const context = await contextFor(request);
      if (!token) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
      const word = (error: GraphQLError): GraphQLFormattedError =>
        withTrace({ correlationId }, () => format(error.toJSON(), error));
      const found = subscriptionIn(options, asked);
      const answers =
        'errors' in found
          ? null
          : new Answers<Context>(
              {
                schema: options.schema,
                document: found.document,
                operationName: asked.operationName ?? undefined,
                variables: asked.variables ?? undefined,
                context,
                renew: () => options.contextFor(edgeRequest(request)),
                word,
                beside: (at, data) =>
                  withTrace({ correlationId }, () =>
                    plugins.flatMap((plugin) => plugin.errorsBeside?.(at, data) ?? []),
                  ),
                slowMs: settings.slowMs,
              },
              () => reply.raw.destroy(),
            );
      if (answers) keepOpen(open, answers, token, settings, reply);
      const results = answers
        ? answers[Symbol.asyncIterator]()
        : refusals((found as { errors: readonly GraphQLError[] }).errors.map(word));
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(relayed(await framed(asked, results), answers), { highWaterMark: 1 }));
    },
  });
}

/** Ends the stream with the token, the connection or the server, whichever comes first. */
function keepOpen<Context>(
  open: OpenStreams,
  answers: Answers<Context>,
  token: VerifiedToken,
  { clock }: Required<StreamOptions>,
  reply: FastifyReply,
): void {
  const leave = open.add(`${token.organisationCode} ${token.subject}`, {
    end: () => {
      answers.end();
      setTimeout(() => reply.raw.destroy(), LAST_WORDS_MS).unref();
    },
  });
  const left = token.expiresAt.getTime() - clock.now().getTime();
  const expiry = setTimeout(
    () => answers.end(tokenRefused('EXPIRED')),
    Math.min(Math.max(left, 0), LONGEST_TIMER_MS),
  );
  reply.raw.once('close', () => {
    clearTimeout(expiry);
    leave();
    answers.end();
  });
}

interface Asked extends GraphqlRequest {
  readonly query: string;
}

function askedOf(request: FastifyRequest): Asked {
  if (!String(request.headers.accept).includes('text/event-stream'))
    throw inputError('accept', 'is not what a stream is', 'text/event-stream');
  const { query, operationName, variables } = (requestOf(request) ?? {}) as Record<string, unknown>;
  if (typeof query !== 'string') throw inputError('query', 'is missing', 'a document with a subscription');
  if (typeof (variables ?? {}) !== 'object') throw inputError('variables', 'is not acceptable', 'an object');
  return {
    query,
    operationName: typeof operationName === 'string' ? operationName : null,
    variables: (variables ?? null) as Record<string, unknown> | null,
  };
}

/** The subscription in a document, or what is wrong with it, worded later as Apollo's own faults are. */
function subscriptionIn<Context extends BaseContext>(
  { schema, limits = DEFAULT_LIMITS }: ServerOptions<Context>,
  { query, operationName }: Asked,
): { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] } {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    return { errors: [faulty(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] };
  }
  const faults = faultsOf(schema, document);
  if (faults.length > 0) return { errors: faults.map((fault) => faulty(fault, 'GRAPHQL_VALIDATION_FAILED')) };
  const operation = getOperationAST(document, operationName);
  if (!operation) return { errors: [faulty(new GraphQLError(''), 'OPERATION_RESOLUTION_FAILURE')] };
  if (operation.operation === 'subscription') return { document };
  const originalError = inputError('query', 'is no subscription', 'a subscription; queries go to /graphql');
  return { errors: [new GraphQLError(originalError.message, { originalError })] };
}

/** What validation finds. A rule of graphql-js that cannot bear the document throws what is wrong with it. */
function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, undefined, { maxErrors: 5 });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function faulty(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    originalError: error.originalError ?? null,
    extensions: { code },
  });
}

async function* refusals(errors: readonly GraphQLFormattedError[]): AsyncGenerator<unknown, void, undefined> {
  yield { errors };
}

/** The library's frames of results: events `next` and `complete`, and a comment every twelve seconds. */
async function framed(
  asked: Asked,
  results: AsyncGenerator<unknown, void, undefined>,
): Promise<AsyncGenerator<string, void, undefined>> {
  type Options = HandlerOptions<null, null, undefined>;
  const handler = createHandler<null, null, undefined>({
    // One connection per subscription: no reservations, whose tokens would stand in for the bearer's.
    authenticate: () => null,
    onSubscribe: () => results as ReturnType<NonNullable<Options['onSubscribe']>>,
  });
  const headers: Readonly<Record<string, string>> = {
    accept: 'text/event-stream',
    'content-type': 'application/json; charset=utf-8',
  };
  const [frames] = await handler({
    method: 'POST',
    url: STREAM_PATH,
    headers: { get: (name) => headers[name] },
    body: { query: asked.query },
    raw: null,
    context: null,
  });
  return frames as AsyncGenerator<string, void, undefined>;
}

/** Hands frames on; the next answer is made once the last one has been taken. */
async function* relayed<Context>(
  frames: AsyncGenerator<string, void, undefined>,
  answers: Answers<Context> | null,
): AsyncGenerator<string, void, undefined> {
  for await (const frame of frames) {
    yield frame;
    if (frame.startsWith('event: next')) answers?.turnstile.pass();
  }
}
