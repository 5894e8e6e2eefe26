/** Reads a whole query operation at once, to be answered without graphql-js; null whenever that is not possible. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { AnswerSize } from '../answer-size.js';
import { Compilation } from './compilation.js';
import { compileRoot } from './compile-root.js';
import type { Gathered } from './hydrate.js';
import { noteFaults } from './live-faults.js';
import { answerLive } from './live-read.js';
import { NotCompilable } from './not-compilable.js';
import type { Plan } from './plan.js';
import { type PlanCache, variablesShape } from './plans.js';
import { keepFailure, putOnRecord } from './read.js';
import type { ReadContext } from './read-context.js';
import type { RootFields } from './root-field.js';
import { prepareRun } from './run-plan.js';
import { selectedFields } from './selection.js';

/** A field of the operation: its plan, or the text of `__typename`. */
type PlannedField = { readonly key: string; readonly field: string } & (
  | { readonly plan: Plan }
  | { readonly text: string }
);

/** Plans of whole operations; null for those that cannot be compiled whatever their values. */
export type OperationPlans = PlanCache<readonly PlannedField[] | null>;

/** A validated operation. */
export interface OperationRequest {
  readonly schema: GraphQLSchema;
  readonly roots: RootFields;
  readonly plans: OperationPlans;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As sent; coerced here. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Names document and operation, such as the hash of the query and the operation's name. */
  readonly key: string;
}

/**
 * The data of a query, or null when graphql-js must answer: no query, bad variables, a field that the compiler or the
 * caller's role does not have, bad arguments, a failed read or audit. Failures are kept for the root resolvers
 * (`keepFailure`), so that they are worded, and reads not repeated, in the ordinary way. Never rejects.
 */
export async function readOperation(request: OperationRequest, context: ReadContext): Promise<object | null> {
  if (request.operation.operation !== OperationTypeNode.QUERY) return null;
  const { coerced: variables } = getVariableValues(
    request.schema,
    request.operation.variableDefinitions ?? [],
    request.variables,
    { maxErrors: 1 },
  );
  if (!variables) return null;
  const gathered: Gathered = { size: new AnswerSize(), subjects: new Set(), demands: [] };
  const prepared = prepare(request, variables, context, gathered);
  if (!prepared) return null;

  const results = await Promise.allSettled(prepared.map(({ read }) => read()));
  const data = Object.create(null) as Record<string, unknown>;
  let complete = true;
  results.forEach((result, at) => {
    const { key } = prepared[at]!;
    if (result.status === 'fulfilled') data[key] = result.value;
    else {
      complete = false;
      if (!(result.reason instanceof NotCompilable)) keepFailure(context, key, result.reason);
    }
  });
  if (!complete) return null;

  const asked = prepared.flatMap(({ field }) => (field === '__typename' ? [] : [`Query.${field}`]));
  if (asked.length === 0) return data;
  try {
    const faults = await answerLive(context, gathered.demands);
    await putOnRecord(context, [...new Set(asked)].join(','), gathered.subjects);
    noteFaults(context, faults, gathered.demands, data);
    return data;
  } catch (error) {
    if (error instanceof NotCompilable) return null;
    for (const { key } of prepared) keepFailure(context, key, error);
    return null;
  }
}

interface PreparedField {
  readonly key: string;
  readonly field: string;
  read(): Promise<unknown>;
}

function prepare(
  request: OperationRequest,
  variables: Readonly<Record<string, unknown>>,
  context: ReadContext,
  gathered: Gathered,
): PreparedField[] | null {
  try {
    const shape = variablesShape(request.schema, request.operation, variables);
    const key = `${request.key}|${context.role}|${shape}`;
    const fields = request.plans.get(key, () => compileOperation(request, variables, context));
    return (
      fields?.map((field) => {
        if ('text' in field) return { ...field, read: async () => field.text };
        const run = prepareRun(field.plan, { variables }, context, gathered);
        return { key: field.key, field: field.field, read: () => run.read() };
      }) ?? null
    );
  } catch {
    // Whatever is wrong with the arguments is found again, and worded, by the resolver of the field.
    return null;
  }
}

function compileOperation(
  request: OperationRequest,
  variables: Readonly<Record<string, unknown>>,
  context: ReadContext,
): readonly PlannedField[] | null {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of request.document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  }
  const scope = { schema: request.schema, fragments, variables };
  const query = request.schema.getQueryType();
  if (!query) return null;
  try {
    return selectedFields(scope, query, [request.operation]).map(({ key, name, nodes }) => {
      if (name === '__typename') return { key, field: name, text: query.name };
      const root = Object.hasOwn(request.roots, name) ? request.roots[name] : undefined;
      if (!root) throw new NotCompilable(`${query.name}.${name}`);
      return {
        key,
        field: name,
        plan: compileRoot(new Compilation(scope, context.role, 'whole'), root, query, nodes),
      };
    });
  } catch (error) {
    if (error instanceof NotCompilable) return null;
    throw error;
  }
}
