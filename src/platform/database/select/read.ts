/** Reads a field for graphql-js to walk: its selection in one statement, put on record before it is handed out. */
import {
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  responsePathAsArray,
} from 'graphql';
import { HubError, isHubError } from '../../../core/errors.js';
import { AnswerSize } from '../answer-size.js';
import { Compilation } from './compilation.js';
import { compileRoot } from './compile-root.js';
import type { TypeMap } from './field-map.js';
import { noteFaults } from './live-faults.js';
import { answerLive } from './live-read.js';
import { NotCompilable } from './not-compilable.js';
import type { Plan } from './plan.js';
import { PlanCache, variablesShape } from './plans.js';
import type { ReadContext } from './read-context.js';
import type { RootField } from './root-field.js';
import { prepareRun } from './run-plan.js';

/** A row by its id (the map's `key`), for what a mutation or a hand-written resolver answers; also a member of a union. */
export interface ReadById {
  readonly kind: 'id';
  readonly map: TypeMap;
  readonly id: string;
}

/** Rows by id in one statement, answered in the order of the ids with null for what is not visible. */
export interface ReadByIds {
  readonly kind: 'ids';
  readonly map: TypeMap;
  readonly ids: readonly string[];
}

/** What `read` answers: a registered root field by its own arguments, or rows by id. */
export type ReadTarget = RootField | ReadById | ReadByIds;

/**
 * Reads what the field of `info` selects. A connection, list or row by the field's own arguments, or rows by id; of an
 * abstract return type, what is selected of the map's type. Fields that the role may not read and hand-written ones are
 * left to their resolvers (`applyFieldMaps` sets them). Errors: `HUB_ACCESS_FIELD` for a refused root, filter or order,
 * `HUB_INPUT_*` for arguments and for an answer that would be too large, `HUB_AUDIT_UNAVAILABLE` when the read cannot be put on record.
 */
export async function read(
  info: GraphQLResolveInfo,
  target: ReadTarget,
  context: ReadContext,
): Promise<unknown> {
  const failure = takeFailure(context, info);
  if (failure) throw failure.error;
  const plan = fieldPlan(info, target, context);
  const gathered = { size: sizeOf(context), subjects: new Set<string>(), demands: [] };
  const ids = target.kind === 'id' ? { ids: [target.id] } : target.kind === 'ids' ? { ids: target.ids } : {};
  const run = prepareRun(plan, { variables: info.variableValues, ...ids }, context, gathered);
  const read = await run.read();
  const faults = await answerLive(context, gathered.demands);
  await putOnRecord(context, `${info.parentType.name}.${info.fieldName}`, gathered.subjects);
  const answer = target.kind === 'id' ? (read as unknown[])[0] : read;
  noteFaults(context, faults, gathered.demands, answer, responsePathAsArray(info.path));
  return answer;
}

/** Puts a read on record; whatever goes wrong with that is `HUB_AUDIT_UNAVAILABLE`, and there is no answer. */
export async function putOnRecord(
  context: ReadContext,
  operation: string,
  subjects: Set<string>,
): Promise<void> {
  try {
    await context.auditRead(operation, [...subjects]);
  } catch (cause) {
    throw isHubError(cause) ? cause : new HubError('HUB_AUDIT_UNAVAILABLE', { cause });
  }
}

const fieldPlans = new WeakMap<GraphQLSchema, PlanCache<Plan>>();
const operationIds = new WeakMap<OperationDefinitionNode, number>();
let operations = 0;

function operationId(operation: OperationDefinitionNode): number {
  let id = operationIds.get(operation);
  if (id === undefined) {
    id = operations++;
    operationIds.set(operation, id);
  }
  return id;
}

function fieldPlan(info: GraphQLResolveInfo, target: ReadTarget, context: ReadContext): Plan {
  let plans = fieldPlans.get(info.schema);
  if (!plans) {
    plans = new PlanCache();
    fieldPlans.set(info.schema, plans);
  }
  const shape = variablesShape(info.schema, info.operation, info.variableValues);
  const parent: GraphQLObjectType = info.parentType;
  const key = `${operationId(info.operation)}|${pathText(info)}|${parent.name}|${target.map.type}|${target.kind}|${context.role}|${shape}`;
  return plans.get(key, () => {
    const scope = { schema: info.schema, fragments: info.fragments, variables: info.variableValues };
    try {
      const compilable =
        target.kind === 'id' || target.kind === 'ids' ? { kind: target.kind, map: target.map } : target;
      return compileRoot(new Compilation(scope, context.role, 'field'), compilable, parent, info.fieldNodes);
    } catch (error) {
      throw error instanceof NotCompilable ? new HubError('HUB_INTERNAL', { cause: error }) : error;
    }
  });
}

/** Response keys from the root, without positions in lists: every item of a list is read by the same plan. */
function pathText(info: GraphQLResolveInfo): string {
  const keys: string[] = [];
  for (let path: GraphQLResolveInfo['path'] | undefined = info.path; path; path = path.prev) {
    if (typeof path.key === 'string') keys.push(path.key);
  }
  return keys.join('.');
}

const sizes = new WeakMap<ReadContext, AnswerSize>();

/** What the fields of a request come to together, each of them read apart. */
function sizeOf(context: ReadContext): AnswerSize {
  const size = sizes.get(context) ?? new AnswerSize();
  sizes.set(context, size);
  return size;
}

const failures = new WeakMap<ReadContext, Map<string, unknown>>();

/** Keeps the failure of a root field that was read as part of a whole operation, so that its resolver words it. */
export function keepFailure(context: ReadContext, responseKey: string, error: unknown): void {
  const kept = failures.get(context) ?? new Map<string, unknown>();
  failures.set(context, kept.set(responseKey, error));
}

function takeFailure(context: ReadContext, info: GraphQLResolveInfo): { error: unknown } | null {
  if (info.path.prev) return null;
  const key = String(info.path.key);
  const kept = failures.get(context);
  return kept?.has(key) ? { error: kept.get(key) } : null;
}
