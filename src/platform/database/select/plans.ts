/** Remembers compiled plans: by document, role, and everything of the variables that is part of the SQL. */
import {
  GraphQLBoolean,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { fetchSize, PAGE_SIZES } from './compilation.js';

/** Keys longer than this come from unusual requests and are not worth remembering. */
const LONGEST_KEY = 4_000;

/** Least recently used plans are forgotten first. */
export class PlanCache<Plan> {
  private readonly plans = new Map<string, Plan>();

  /** `limit`: plans kept, default 1,000 (about 20 kB each). */
  constructor(private readonly limit = 1_000) {}

  /** The plan under a key, made when it is not there. What throws is not remembered. */
  get(key: string, make: () => Plan): Plan {
    const known = this.plans.get(key);
    if (known !== undefined) {
      this.plans.delete(key);
      this.plans.set(key, known);
      return known;
    }
    const plan = make();
    if (key.length <= LONGEST_KEY) {
      this.plans.set(key, plan);
      if (this.plans.size > this.limit) this.plans.delete(this.plans.keys().next().value!);
    }
    return plan;
  }

  /** Plans remembered now. */
  get size(): number {
    return this.plans.size;
  }
}

const variableTypes = new WeakMap<
  OperationDefinitionNode,
  readonly (readonly [string, GraphQLInputType])[]
>();

function typesOf(schema: GraphQLSchema, operation: OperationDefinitionNode) {
  let types = variableTypes.get(operation);
  if (!types) {
    types = (operation.variableDefinitions ?? []).flatMap((definition) => {
      const type = typeFromAST(schema, definition.type);
      return type && isInputType(type) ? [[definition.variable.name.value, type] as const] : [];
    });
    variableTypes.set(operation, types);
  }
  return types;
}

/**
 * What of the coerced variables is part of the SQL: which input fields are there, nulls, lengths of lists of input
 * objects, booleans, enumerations and (rounded to a page size) integers that are variables themselves. Values that
 * are bound are not.
 */
export function variablesShape(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string {
  let shape = '';
  for (const [name, type] of typesOf(schema, operation)) {
    shape += `${name}=${valueShape(type, variables[name], true)};`;
  }
  return shape;
}

function valueShape(type: GraphQLInputType, value: unknown, top: boolean): string {
  if (value === undefined) return '-';
  if (value === null) return 'null';
  if (isNonNullType(type)) return valueShape(type.ofType, value, top);
  if (isListType(type)) {
    if (!isInputObjectType(getNamedType(type))) return '[]';
    return `[${(value as readonly unknown[]).map((item) => valueShape(type.ofType, item, false)).join()}]`;
  }
  if (isInputObjectType(type)) {
    const given = value as Readonly<Record<string, unknown>>;
    const fields = Object.values(type.getFields()).filter((field) => given[field.name] !== undefined);
    return `{${fields.map((field) => `${field.name}:${valueShape(field.type, given[field.name], false)}`).join()}}`;
  }
  if (type === GraphQLBoolean) return String(value);
  if (top && isEnumType(type)) return JSON.stringify(value);
  if (top && type.name === GraphQLInt.name) return integerShape(value as number);
  return '?';
}

function integerShape(value: number): string {
  if (value < 0) return 'less';
  return value > PAGE_SIZES.at(-1)! ? 'more' : String(fetchSize(value));
}
