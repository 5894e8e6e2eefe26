/** Apollo plugins of reads: answers whole queries from compiled reads, and tells what live sources failed at. */
import { type ApolloServerPlugin, type BaseContext, HeaderMap } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../src/core/logger.js';
import { toldFaults } from '../src/platform/database/select/live-faults.js';
import { PlanCache } from '../src/platform/database/select/plans.js';
import type { ReadContextOf } from '../src/platform/database/select/read-context.js';
import { type OperationPlans, readOperation } from '../src/platform/database/select/read-operation.js';
import type { RootFields } from '../src/platform/database/select/root-field.js';
import { currentTrace } from './server/correlation.js';
import { extensionsOf, logFailure } from './server/format-error.js';
import type { AnswerPlugin } from './server/server-options.js';

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

/**
 * Adds to an answer one error per source and edge that failed, whichever way the answer was read: code, retry class and
 * correlation id as all errors have, `system` (null: nothing could be read at all), `edge` (`Type.field`), `affected`
 * (persons), `asOf` (until when what the hub keeps of the system holds). `path` is the first place affected. The events of
 * a subscription carry them alike.
 */
export function liveFaults<Context extends BaseContext>(
  contextOf: ReadContextOf<Context>,
  logger: Logger,
): AnswerPlugin<Context> & Required<Pick<AnswerPlugin<Context>, 'errorsBeside'>> {
  const errorsBeside = (asked: Context, data: object | null | undefined): GraphQLFormattedError[] => {
    const context = contextOf(asked);
    if (!context) return [];
    const { correlationId } = currentTrace();
    return toldFaults(context, data).map(({ source, edge, error, asOf, affected, path }) => {
      if (error.code === 'HUB_INTERNAL') logFailure(logger, error.cause ?? error, correlationId);
      const where = { system: source, edge, affected, asOf };
      return {
        message: error.message,
        path,
        extensions: { ...extensionsOf(error, correlationId), ...where },
      };
    });
  };
  return {
    errorsBeside,
    requestDidStart: async () => ({
      willSendResponse: async ({ contextValue, response }) => {
        if (response.body.kind !== 'single') return;
        const { singleResult } = response.body;
        const errors = errorsBeside(contextValue, singleResult.data);
        if (errors.length > 0) singleResult.errors = [...(singleResult.errors ?? []), ...errors];
      },
    }),
  };
}
