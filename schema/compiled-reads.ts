/** Apollo plugin that answers whole queries from compiled reads, and leaves everything else to graphql-js. */
import { type ApolloServerPlugin, type BaseContext, HeaderMap } from '@apollo/server';
import { PlanCache } from '../src/platform/database/select/plans.js';
import type { ReadContextOf } from '../src/platform/database/select/read-context.js';
import { type OperationPlans, readOperation } from '../src/platform/database/select/read-operation.js';
import type { RootFields } from '../src/platform/database/select/root-field.js';

/** Settings of the plugin: the same root fields and way to the caller as `applyFieldMaps`. */
export interface CompiledReadsOptions<Context> {
  readonly roots: RootFields;
  readonly contextOf: ReadContextOf<Context>;
  /** Plans of whole operations kept; default 1,000. */
  readonly plans?: number;
  /** Told after each operation whether it was answered here; for metrics. */
  readonly answered?: (compiled: boolean) => void;
}

/**
 * Answers a query in `responseForOperation`, after parsing, validation and every limit. Whatever cannot be answered
 * completely (mutations, hand-written and refused fields, bad input, a failed read or audit) goes the stock way, where
 * resolvers word the error. Note that `executionDidStart` does not fire for operations that are answered here.
 */
export function compiledReads<Context extends BaseContext>(
  options: CompiledReadsOptions<Context>,
): ApolloServerPlugin<Context> {
  const plans: OperationPlans = new PlanCache(options.plans);
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({
        schema,
        document,
        operation,
        operationName,
        queryHash,
        request,
        contextValue,
      }) => {
        const context = options.contextOf(contextValue);
        const data =
          context &&
          (await readOperation(
            {
              schema,
              document,
              operation,
              roots: options.roots,
              plans,
              variables: request.variables ?? {},
              key: `${queryHash} ${operationName ?? ''}`,
            },
            context,
          ));
        options.answered?.(data !== null);
        if (!data) return null;
        return {
          http: { headers: new HeaderMap() },
          body: { kind: 'single', singleResult: { data: data as Record<string, unknown> } },
        };
      },
    }),
  };
}
