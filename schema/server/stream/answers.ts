/** The answers of one subscription: one execution per event, each under the subscriber's standing of that moment. */
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
} from 'graphql';
import type { HubError } from '../../../src/core/errors.js';
import { Turnstile } from './turnstile.js';

/** A subscription that may be carried out. */
export interface Subscription<Context> {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** Standing at the start. */
  readonly context: Context;
  /** Standing now; rejects when the subscriber may no longer be answered. */
  readonly renew: () => Promise<Context>;
  /** Words an error for the subscriber. */
  readonly word: (error: GraphQLError) => GraphQLFormattedError;
  /** Errors of an answer beside those of its fields, worded: what live sources failed at while it was read. */
  readonly beside: (context: Context, data: ExecutionResult['data']) => readonly GraphQLFormattedError[];
  /** How long the subscriber may take to read one answer. */
  readonly slowMs: number;
}

/** An answer as it is sent. */
export interface WordedResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Answers until it is ended, the source ends or the subscriber reads too slowly. */
export class Answers<Context> {
  /** Told each time that an answer has been taken. */
  readonly turnstile = new Turnstile();
  private source: AsyncIterator<unknown> | null = null;
  private ended = false;
  private last: HubError | null = null;

  constructor(
    private readonly subscription: Subscription<Context>,
    private readonly tooSlow: () => void,
  ) {}

  /** Ends the answers: with one more that says why, or without a word. */
  end(why: HubError | null = null): void {
    this.last ??= why;
    this.ended = true;
    this.turnstile.open();
    void this.source?.return?.();
  }

  /**
   * The answers. An event of which the subscriber may see nothing (every field null, no error) is not answered; one of which
   * nothing but an error can be told is the last.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<WordedResult, void, undefined> {
    const { schema, document, operationName, variables, slowMs } = this.subscription;
    const common = { schema, document, operationName, variableValues: variables };
    let sent = 0;
    try {
      const source = await createSourceEventStream({ ...common, contextValue: this.subscription.context });
      if (!(Symbol.asyncIterator in source)) {
        yield this.worded({ errors: source.errors?.map(asRequestFault) ?? [] });
        return;
      }
      this.source = source[Symbol.asyncIterator]();
      while (!this.ended) {
        const event = await this.source.next();
        if (event.done || this.ended) break;
        const contextValue = await this.subscription.renew();
        const result = await execute({ ...common, rootValue: event.value, contextValue });
        const nothing = isNothing(result);
        if (nothing && !result.errors?.length) continue;
        yield this.worded(result, this.subscription.beside(contextValue, result.data));
        if (nothing) break;
        if (!(await this.turnstile.through(++sent, slowMs))) {
          this.tooSlow();
          return;
        }
      }
    } catch (error) {
      yield this.worded({ errors: [asGraphQLError(error)] });
    } finally {
      void this.source?.return?.();
    }
    if (this.last) yield this.worded({ errors: [asGraphQLError(this.last)] });
  }

  private worded(
    { data, errors }: ExecutionResult,
    beside: readonly GraphQLFormattedError[] = [],
  ): WordedResult {
    const said = [...(errors?.map((error) => this.subscription.word(error)) ?? []), ...beside];
    return { ...(data === undefined ? {} : { data }), ...(said.length > 0 ? { errors: said } : {}) };
  }
}

/** What is wrong with a variable, under the name by which Apollo's own faults of a request are worded. */
function asRequestFault(error: GraphQLError): GraphQLError {
  const { message, nodes, originalError } = error;
  if (nodes?.[0]?.kind !== Kind.VARIABLE_DEFINITION) return error;
  return new GraphQLError(message, { nodes, originalError, extensions: { code: 'BAD_USER_INPUT' } });
}

function isNothing({ data }: ExecutionResult): boolean {
  return !data || Object.values(data).every((value) => value === null);
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('failed', { originalError: error instanceof Error ? error : null });
}
