/** Holds each GraphQL request to the limits before it is validated or executed. */
import type { GraphQLSchema } from 'graphql';
import { costWith, type Variables } from './cost.js';
import { type OperationProfile, profileDocument } from './document-profile.js';
import { type CostModel, DEFAULT_LIMITS, limitPassed, type RequestLimits } from './request-limits.js';
import { checkJson } from './variables.rules.js';

/** A request as it came, by POST or GET; every member may be anything. */
export interface RawRequest {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** What the guard found out on the way. */
export interface GuardedRequest {
  /** True when the operation asks for `__schema` or `__type`. */
  readonly introspects: boolean;
  /** Values the answer could hold. */
  readonly cost: number;
}

const NOTHING: GuardedRequest = { introspects: false, cost: 0 };
/** Documents remembered, and the longest that is. */
const REMEMBERED = 300;
const REMEMBERED_CHARACTERS = 16_384;

/** Holds each request to the limits before it is validated; remembers the profile of documents it has seen. */
export class RequestGuard {
  private readonly profiles = new Map<string, readonly OperationProfile[] | null>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: RequestLimits = DEFAULT_LIMITS,
    private readonly model: CostModel = {},
  ) {}

  /**
   * Judges one request; a list of requests is refused. What is not a GraphQL request at all passes: Apollo refuses it.
   * Throws `HUB_INPUT_LIMIT` (`details.limit`, `value`, `maximum`) and `HUB_INPUT_INVALID`.
   */
  check(request: unknown): GuardedRequest {
    if (Array.isArray(request)) throw limitPassed('batch', request.length, 1);
    if (typeof request !== 'object' || request === null) return NOTHING;
    const { query, operationName, variables, extensions } = request as RawRequest;
    if (variables) checkJson('variables', variables, this.limits);
    if (extensions) checkJson('extensions', extensions, this.limits);
    if (typeof query !== 'string') return NOTHING;
    const operations = this.profileOf(query);
    const given = typeof variables === 'object' && variables !== null ? (variables as Variables) : {};
    let found = NOTHING;
    for (const operation of operations ?? []) {
      if (typeof operationName === 'string' && operation.name !== operationName) continue;
      const cost = Math.ceil(costWith(operation.cost, given));
      if (cost > this.limits.cost) throw limitPassed('cost', cost, this.limits.cost);
      found = { introspects: found.introspects || operation.introspects, cost: Math.max(found.cost, cost) };
    }
    return found;
  }

  private profileOf(query: string): readonly OperationProfile[] | null {
    const known = this.profiles.get(query);
    if (known !== undefined) return known;
    const profile = profileDocument(this.schema, query, this.limits, this.model);
    if (query.length > REMEMBERED_CHARACTERS) return profile;
    if (this.profiles.size >= REMEMBERED) {
      const oldest = this.profiles.keys().next();
      if (!oldest.done) this.profiles.delete(oldest.value);
    }
    this.profiles.set(query, profile);
    return profile;
  }
}
