/** The hub as `serve` puts it together, without a port: the real graph, services and tokens over a world's database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildGraph } from '../../schema/build-graph.js';
import { compiledReads, liveFaults } from '../../schema/compiled-reads.js';
import { GraphContext, type GraphRuntime } from '../../schema/graph-context.js';
import { DEFAULT_LIMITS } from '../../schema/limits/request-limits.js';
import { ROOTS } from '../../schema/roots.js';
import { createServer } from '../../schema/server/create-server.js';
import { AuditTrail } from '../../src/access/audit.service.js';
import { CallerService } from '../../src/access/caller.service.js';
import { DemonstrationIssuer } from '../../src/access/tokens/demonstration-issuer.js';
import { DEMONSTRATION_ISSUER } from '../../src/access/tokens/token.rules.js';
import { TokenVerifier } from '../../src/access/tokens/token-verifier.js';
import { ConfirmationService } from '../../src/casework/eligibility/confirmation.service.js';
import { EligibilityService } from '../../src/casework/eligibility/eligibility.service.js';
import { IdentityQuestionService } from '../../src/casework/eligibility/identity-question.service.js';
import { OverrideService } from '../../src/casework/eligibility/override.service.js';
import { ReviewService } from '../../src/casework/eligibility/review.service.js';
import { EpisodeService } from '../../src/casework/episodes/episode.service.js';
import { ReferralService } from '../../src/casework/referrals/referral.service.js';
import { type ReadableSystem, RecordReadService } from '../../src/clinical/record-read.service.js';
import type { Role } from '../../src/core/caller.js';
import { silentLogger } from '../../src/core/logger.js';
import { DeliveryService } from '../../src/delivery/delivery.service.js';
import { MessageService } from '../../src/delivery/messages/message.service.js';
import { messageBody } from '../../src/delivery/messages/message-body.service.js';
import { WorkItemService } from '../../src/delivery/work-item.service.js';
import { DirectoryScopeSource } from '../../src/directory/scope.reader.js';
import type { Hub } from '../../src/main/open-hub.js';
import { refreshByCaller } from '../../src/main/refresh-by-caller.js';
import { NoteService } from '../../src/notes/note.service.js';
import { IdentityConflictService } from '../../src/people/identity-conflict.service.js';
import { CursorKeyring } from '../../src/platform/database/select/sealed-cursors.js';
import type { CaseworkWorld } from './casework-world.js';

const AUDIENCE = 'graph-test';

/** Who asks: `sub`, role and ODS code of a token. */
export interface TokenOf {
  readonly subject: string;
  readonly role: Role;
  readonly org: string;
}

export interface GraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
}

/** One answer of the graph. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphError[];
}

/** A hub without a port. */
export interface GraphServer {
  /** `stock` answers without the compiled reads. Without a token where `who` is null. */
  ask(
    who: TokenOf | null,
    query: string,
    options?: {
      readonly variables?: object;
      readonly stock?: boolean;
      readonly app?: FastifyInstance;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer>;
  /** Statements sent by reads and transactions since the server was made. */
  readonly statements: () => number;
  /** Operations that the compiled reads answered. */
  readonly compiled: () => number;
  /** A bearer token of somebody, good for a day of the world's clock. */
  tokenOf(who: TokenOf): Promise<string>;
  /** Another server over the same world with some parts changed. */
  variant(changes: Partial<GraphRuntime>, stock?: boolean): Promise<FastifyInstance>;
  readonly runtime: GraphRuntime;
  readonly reviews: ReviewService;
  close(): Promise<void>;
}

/** Requests under way: nobody reads where their refusals were thrown, and most of a refusal's cost is to find it out. */
let asking = 0;
const TRACED = Error.stackTraceLimit;

/** The graph is built once for every world of a test file. */
let schemaOfAll: ReturnType<typeof buildGraph> | undefined;

/** Serves a world, with and without the compiled reads. */
export async function serveGraph(
  world: CaseworkWorld,
  options: { readonly auditLimitMs?: number; readonly records?: readonly ReadableSystem[] } = {},
): Promise<GraphServer> {
  const { database, clock } = world;
  const folder = mkdtempSync(join(tmpdir(), 'graph-test-'));
  const issuer = await DemonstrationIssuer.open(folder, AUDIENCE, clock);
  const verifier = new TokenVerifier({
    issuer: DEMONSTRATION_ISSUER,
    audience: AUDIENCE,
    keys: issuer.keys,
    clock,
    demonstration: true,
  });
  const counters = { statements: 0, compiled: 0 };
  const counting: GraphRuntime['database'] = {
    ...boundTo(database),
    read: (...args) => {
      counters.statements++;
      return database.read(...args);
    },
    transaction: (role, scope, work) =>
      database.transaction(role, scope, (tx) =>
        work({
          manager: tx.manager,
          query: (text, values) => {
            counters.statements++;
            return tx.query(text, values);
          },
        }),
      ),
  };
  const eligibility = new EligibilityService(counting, clock);
  const audit = new AuditTrail(counting, options.auditLimitMs);
  const reviews = new ReviewService(counting, clock, eligibility);
  const services = {
    referrals: new ReferralService(counting, clock),
    eligibility,
    identityQuestions: new IdentityQuestionService(counting, clock),
    confirmations: new ConfirmationService(counting, clock),
    overrides: new OverrideService(counting, clock),
    episodes: new EpisodeService(counting, clock),
    notes: new NoteService(counting, clock),
    deliveries: new DeliveryService(counting, clock),
    workItems: new WorkItemService(counting, clock),
    identityConflicts: new IdentityConflictService(counting, clock),
    messages: new MessageService(counting),
  };
  const hub = {
    database: counting,
    audit,
    logger: silentLogger,
    services: { ...services, reviews, refresh: { refreshSystem: async () => [pulled(world)] } },
    systems: [connected('home', world.organisations.home), connected('other', world.organisations.other)],
  } as unknown as Hub;
  const runtime: GraphRuntime = {
    database: counting,
    audit,
    services: {
      ...services,
      messageBody: (caller, form) => messageBody(counting, caller, form),
      refreshCaseload: refreshByCaller(hub),
    },
    cursors: new CursorKeyring(Buffer.alloc(32, 7)),
    // Nothing is heard: tests of subscriptions listen to the database for themselves.
    deliveryChanges: { subscribe: () => () => {} },
    record: new RecordReadService({ database: counting, clock, audit, systems: () => options.records ?? [] }),
  };
  const callers = new CallerService(new DirectoryScopeSource(database), clock);
  schemaOfAll ??= buildGraph();
  const schema = await schemaOfAll;
  const contextOf = (context: GraphContext) => context.readContext;
  const opened: FastifyInstance[] = [];

  const variant = async (changes: Partial<GraphRuntime>, stock = false): Promise<FastifyInstance> => {
    const app = await createServer<GraphContext>({
      schema,
      verifyToken: (token) => verifier.verify(token),
      contextFor: async ({ token, correlationId, header }) => {
        const request = { role: header('hub-role'), purpose: header('hub-purpose'), correlationId };
        const caller = token && (await callers.resolve(token, request));
        return new GraphContext({ ...runtime, ...changes }, caller, correlationId);
      },
      plugins: [
        liveFaults(contextOf, silentLogger),
        ...(stock
          ? []
          : [
              compiledReads({
                roots: ROOTS,
                contextOf,
                answered: (yes) => {
                  counters.compiled += Number(yes);
                },
              }),
            ]),
      ],
      logger: silentLogger,
      health: { checks: [] },
      // Whether a document is too large is proved elsewhere; the walk asks for whole lists.
      streams: { clock },
      limits: { ...DEFAULT_LIMITS, cost: 100_000_000, nodes: 5_000, aliases: 500, rootFields: 20 },
      rate: false,
    });
    opened.push(app);
    return app;
  };
  const [fast, slow] = await Promise.all([variant({}), variant({}, true)]);
  const tokens = new Map<TokenOf, string>();
  const tokenOf = async (who: TokenOf): Promise<string> => {
    const kept = tokens.get(who);
    if (kept) return kept;
    const token = await issuer.issue({
      subject: who.subject,
      roles: [who.role],
      org: who.org,
      ttlSeconds: 86_400,
    });
    tokens.set(who, token);
    return token;
  };

  return {
    async ask(who, query, { variables, stock, app, headers } = {}) {
      const authorization = who ? { authorization: `Bearer ${await tokenOf(who)}` } : {};
      asking++;
      Error.stackTraceLimit = 0;
      const response = await (app ?? (stock ? slow : fast))
        .inject({
          method: 'POST',
          url: '/graphql',
          headers: { 'content-type': 'application/json', ...authorization, ...headers },
          payload: JSON.stringify({ query, variables }),
        })
        .finally(() => {
          if (--asking === 0) Error.stackTraceLimit = TRACED;
        });
      const json = JSON.parse(response.body) as { data?: Answer['data']; errors?: Answer['errors'] };
      return { status: response.statusCode, text: response.body, data: json.data, errors: json.errors ?? [] };
    },
    tokenOf,
    statements: () => counters.statements,
    compiled: () => counters.compiled,
    variant,
    runtime,
    reviews,
    async close() {
      for (const app of opened) await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function boundTo(database: GraphRuntime['database']): GraphRuntime['database'] {
  return {
    transaction: (role, scope, work) => database.transaction(role, scope, work),
    read: (...args) => database.read(...args),
    write: (...args) => database.write(...args),
    audit: (...args) => database.audit(...args),
    close: () => database.close(),
  };
}

const connected = (code: string, organisationId: string): object => ({
  profile: { code },
  system: { code, organisationId },
  adapter: {},
});

const pulled = (world: CaseworkWorld): object => ({ state: 'COMPLETE', pullId: world.pullOf('CMHT') });
