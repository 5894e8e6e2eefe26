/** What the server is made of: handed in by the composition root, so that the server knows no room and no setting. */
import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { VerifiedToken } from '../../src/access/tokens/token.rules.js';
import type { Clock } from '../../src/core/clock.js';
import type { Logger } from '../../src/core/logger.js';
import type { CostModel, RequestLimits } from '../limits/request-limits.js';

/** What a context is made from. */
export interface EdgeRequest {
  /** Null when the request brought no token; a bad token never gets here. */
  readonly token: VerifiedToken | null;
  readonly correlationId: string;
  /** A header of the request, by its name in lower case; undefined when absent or sent twice. */
  header(name: string): string | undefined;
  /** Aborts when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
}

/** A query shown in the explorer; tests run every one. */
export interface ExplorerExample {
  readonly title: string;
  readonly description: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** One thing that must hold for the hub to serve. Rejecting or taking longer than two seconds is a failure. */
export interface ReadinessCheck {
  /** Lower-case words with hyphens, as `database`. */
  readonly name: string;
  run(): Promise<void>;
}

/** State of a clinical record system: shown by readiness, never part of it, since the hub serves its own data without them. */
export interface SystemState {
  readonly system: string;
  readonly state: string;
  /** ISO instant of the last complete pull; null when there was none. */
  readonly asOf: string | null;
  /** How it fits its site profile: `FITS`, `LACKING`, `NOT_STATED` or `NOT_ASKED`. */
  readonly profile?: string;
  /** Of one that sends by itself: `HEARD`, `SILENT`, or `BEHIND` while messages wait to be read for too long. */
  readonly feed?: string;
}

/** What readiness looks at and shows. */
export interface HealthOptions {
  readonly checks: readonly ReadinessCheck[];
  /** Default: none shown. */
  readonly systems?: () => Promise<readonly SystemState[]>;
}

/** What of prom-client's registry the server needs. */
export interface MetricsOptions {
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
  /** Bearer token that may scrape from anywhere. Default: none, so that only the loopback interface may. */
  readonly token?: string;
}

/** Who may say that something has changed, and what becomes of it. */
export interface HintOptions {
  /** Whether the code is a system's that takes hints and the secret, null for none, its own. Takes as long for every code. */
  recognises(code: string, secret: string | null): boolean;
  /** Keeps a hint of a recognised system; it outlives the process once this resolves. */
  take(code: string): Promise<void>;
  /** Told of each request that was not taken; the code may be anything. */
  refused(code: string): void;
}

/** How many requests are taken before HUB_ACCESS_RATE. */
export interface RateOptions {
  /** Requests a subject may make in a window. Default 6,000. */
  readonly perSubject?: number;
  /** Requests that one address may make in a window without a good token. Default 300. */
  readonly perAddress?: number;
  /** Milliseconds of the window. Default 10,000. */
  readonly windowMs?: number;
}

/** How subscriptions are kept open. */
export interface StreamOptions {
  /** Tells when a token has expired, which ends its streams. Default: the machine's. */
  readonly clock?: Clock;
  /** Streams that a subject may have open. Default 10. */
  readonly perSubject?: number;
  /** Streams that the server keeps open. Default 500. */
  readonly all?: number;
  /** How long a subscriber may take to read one answer before the connection is cut, in milliseconds. Default 30,000. */
  readonly slowMs?: number;
}

/** A plugin that may know of errors beside those of an answer's fields. Its Apollo half adds them to queries, streams ask for them. */
export interface AnswerPlugin<Context extends BaseContext> extends ApolloServerPlugin<Context> {
  /** Errors of an answer that has been read under the context, worded; asked within the request's trace. */
  errorsBeside?(context: Context, data: object | null | undefined): readonly GraphQLFormattedError[];
}

/** Everything that a server is made of. */
export interface ServerOptions<Context extends BaseContext> {
  readonly schema: GraphQLSchema;
  /** Verifies the token of an `Authorization` header; a `TokenVerifier`'s `verify`. */
  readonly verifyToken: (token: string) => Promise<VerifiedToken>;
  /** Makes the context of one request. A `HubError` from here refuses the request with its HTTP status. */
  readonly contextFor: (request: EdgeRequest) => Promise<Context>;
  readonly logger: Logger;
  readonly health: HealthOptions;
  /** Public keys that the hub publishes, as members of a JWK Set. Default: none, and an empty set. */
  readonly publicKeys?: readonly Readonly<Record<string, string>>[];
  /** Default: nobody, and no such route. */
  readonly hints?: HintOptions;
  /** Default: none beside the server's own. */
  readonly plugins?: readonly AnswerPlugin<Context>[];
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: RequestLimits;
  readonly costs?: CostModel;
  /** Who may ask for `__schema` and `__type`. Default: any token with a role of `PEOPLE`. */
  readonly mayIntrospect?: (context: Context) => boolean;
  /** Examples of the explorer. Default: no explorer. */
  readonly explorer?: { readonly examples: readonly ExplorerExample[] };
  /** Default: no `/metrics`. */
  readonly metrics?: MetricsOptions;
  /** False switches it off. */
  readonly rate?: RateOptions | false;
  readonly streams?: StreamOptions;
  /** Largest body in bytes. Default 1,000,000. */
  readonly bodyLimit?: number;
  /** Addresses of reverse proxies whose `X-Forwarded-For` is believed. Default: none. */
  readonly trustProxy?: readonly string[];
}
