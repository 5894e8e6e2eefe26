/** A server over a small graph whose fields fail in every way, with an issuer under the test's control. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { buildSchema, GraphQLError, type GraphQLObjectType, GraphQLScalarType } from 'graphql';
import { createServer } from '../../../schema/server/create-server.js';
import type { EdgeRequest, ServerOptions } from '../../../schema/server/server-options.js';
import { localKeySource } from '../../../src/access/tokens/key-source.js';
import { TokenVerifier } from '../../../src/access/tokens/token-verifier.js';
import { FixedClock } from '../../../src/core/clock.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import * as issuer from '../../unit/access/tokens/token-support.js';

/** Values that must never come back or be logged: a never-issued NHS number, a name, a driver's detail. */
export const CANARIES = ['9990000018', '999 000 0018', 'Ada Canary', 'Key (nhs)=', 'canary.internal'];
const PERSON = 'Ada Canary 9990000018';

export const schema = buildSchema(/* GraphQL */ `
  scalar Date
  enum Colour { RED GREEN }
  type Query {
    hello(name: String): String
    born(on: Date): String
    filtered(filter: Filter): Int
    needed(id: ID!): String
    fails(how: String!): String
    hard(how: String!): String!
    whoami: String
    people(first: Int): [Person!]!
  }
  type Person { id: ID! name: String friends: [Person!]! }
  type Mutation { touch(input: Filter): Boolean }
  input Filter { colourIn: [Colour!] on: Date count: Int or: [Filter!] needed: Boolean! }
`);

class DriverError extends Error {
  readonly code = '23505';
  readonly detail = 'Key (nhs)=(9990000018) already exists.';
}

const FAILURES: Record<string, () => never> = {
  driver: () => raise(new DriverError(`duplicate key for ${PERSON} at canary.internal`)),
  type: () => raise(new TypeError(`cannot read ${PERSON}`)),
  text: () => raise(`text ${PERSON}`),
  graphql: () =>
    raise(new GraphQLError(`graphql ${PERSON}`, { extensions: { person: PERSON, code: 'BAD_USER_INPUT' } })),
  hub: () => raise(new HubError('HUB_NOT_FOUND', { cause: new Error(PERSON) })),
  busy: () => raise(new HubError('HUB_BUSY', { retryAfterMs: 1_500, details: { lane: 7 } })),
  internal: () => raise(new HubError('HUB_INTERNAL', { message: PERSON })),
  unauthorised: () => raise(new GraphQLError('Access denied!', { extensions: { code: 'UNAUTHORIZED' } })),
  validator: () => raise(argumentValidationError()),
};

function raise(error: unknown): never {
  throw error;
}

/** What type-graphql throws for an input that class-validator refuses. */
function argumentValidationError(): GraphQLError {
  const target = { nhsNumber: PERSON };
  const child = {
    target,
    value: PERSON,
    property: 'nhsNumber',
    constraints: { maxLength: `not ${PERSON}` },
    children: [],
  };
  const validationErrors = [{ target, value: target, property: 'person', children: [child] }];
  return new GraphQLError('Argument Validation Error', {
    extensions: { code: 'BAD_USER_INPUT', validationErrors },
  });
}

const Query = schema.getQueryType() as GraphQLObjectType<unknown, TestContext>;
const fail = (_source: unknown, { how }: Record<string, string>): null => FAILURES[how!]?.() ?? null;
const resolvers: Record<
  string,
  (source: unknown, args: Record<string, string>, context: TestContext) => unknown
> = {
  hello: (_source, { name }) => `hello ${name ?? 'world'}`,
  born: (_source, { on }) => on,
  filtered: () => 1,
  needed: (_source, { id }) => id,
  fails: fail,
  hard: fail,
  whoami: (_source, _args, { edge }) => edge.token?.subject ?? null,
  people: () => [{ id: '1', name: 'x', friends: [] }],
};
for (const [name, resolve] of Object.entries(resolvers)) Query.getFields()[name]!.resolve = resolve;
const date = schema.getType('Date') as GraphQLScalarType;
date.parseValue = (value) => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
  throw inputError('date', 'not a calendar date', 'YYYY-MM-DD');
};
date.parseLiteral = (node) => date.parseValue('value' in node ? node.value : null);

export interface TestContext {
  readonly edge: EdgeRequest;
}

/** A logger that keeps what it is told. */
export class KeepingLogger implements Logger {
  readonly lines: { level: string; message: string; fields: LogFields }[] = [];
  error = this.keep('error');
  warn = this.keep('warn');
  info = this.keep('info');
  debug = this.keep('debug');

  private keep(level: string) {
    return (message: string, fields: LogFields = {}): void =>
      void this.lines.push({ level, message, fields });
  }
}

export const logger = new KeepingLogger();
const verifier = new TokenVerifier({
  issuer: issuer.ISSUER,
  audience: issuer.AUDIENCE,
  keys: localKeySource(issuer.jwks),
  clock: new FixedClock(issuer.NOW),
});

/** A server with some options changed. */
export function aServer(changes: Partial<ServerOptions<TestContext>> = {}): Promise<FastifyInstance> {
  return createServer<TestContext>({
    schema,
    verifyToken: (token) => verifier.verify(token),
    contextFor: async (edge) => ({ edge }),
    logger,
    health: { checks: [] },
    rate: false,
    ...changes,
  });
}

/** A bearer header for a role. */
export function bearer(role: string, subject = 'someone'): Record<string, string> {
  return { authorization: `Bearer ${issuer.es256(issuer.claims({ sub: subject, roles: [role] }))}` };
}

/** An answer of the graph. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphError[];
}

interface GraphError {
  readonly message: string;
  readonly path?: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** POSTs a body to the graph. */
export async function ask(
  app: FastifyInstance,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const type = { 'content-type': 'application/json' };
  const answer = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { ...type, ...headers },
    payload,
  });
  const json = JSON.parse(answer.body) as { data?: Answer['data']; errors?: Answer['errors'] };
  return {
    status: answer.statusCode,
    text: answer.body,
    headers: answer.headers,
    data: json.data,
    errors: json.errors ?? [],
  };
}

/** A plugin that fails outside every field. */
export const brokenPlugin: ApolloServerPlugin<TestContext> = {
  async requestDidStart() {
    return {
      async didResolveSource({ source }) {
        if (source.includes('breakThePlugin')) throw new DriverError(PERSON);
      },
    };
  },
};
