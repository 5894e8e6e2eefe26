/** How many items a field may answer with, read from its arguments. */
import type { FieldNode, GraphQLField, ValueNode, VariableDefinitionNode } from 'graphql';
import type { ListSize, Variables } from './cost.js';

/** Declared variables of the operation, by name. */
export type Declared = ReadonlyMap<string, VariableDefinitionNode>;
type Field = GraphQLField<unknown, unknown>;
/** A value that may depend on variables. */
type Value = (variables: Variables) => unknown;

const PAGE_ARGUMENTS = ['first', 'last'];
/** Beyond every limit, yet finite, so that products stay comparable. */
const ENDLESS = 1e9;

/** True when the field takes `first` or `last`. */
export function isPaged(field: Field): boolean {
  return field.args.some((argument) => PAGE_ARGUMENTS.includes(argument.name));
}

/** The larger of `first` and `last`: literal, variable or default; `defaultPage` when neither is given. */
export function pageSize(field: Field, node: FieldNode, declared: Declared, defaultPage: number): ListSize {
  const given: (number | Value)[] = [];
  for (const argument of field.args) {
    if (!PAGE_ARGUMENTS.includes(argument.name)) continue;
    const value = node.arguments?.find((candidate) => candidate.name.value === argument.name)?.value;
    if (value?.kind === 'Variable')
      given.push(withDefault(readValue(value, declared), argument.defaultValue));
    else if (value) given.push(numberOf(readValue(value, declared)({})) ?? -1);
    else given.push(numberOf(argument.defaultValue) ?? -1);
  }
  const sizeWith = (variables: Variables): number => {
    const sizes = given.map((size) => (typeof size === 'number' ? size : (numberOf(size(variables)) ?? -1)));
    const largest = Math.max(...sizes);
    return largest < 0 ? defaultPage : largest;
  };
  return given.every((size) => typeof size === 'number') ? sizeWith({}) : sizeWith;
}

/** The length of the list argument at `path` (`input.questions`); 0 when it is not given. */
export function argumentLength(node: FieldNode, path: string, declared: Declared): ListSize {
  const [name, ...steps] = path.split('.');
  const argument = node.arguments?.find((candidate) => candidate.name.value === name);
  if (!argument) return 0;
  let value: ValueNode | undefined = argument.value;
  while (value?.kind === 'ObjectValue' && steps.length > 0) {
    const step = steps.shift();
    value = value.fields.find((field) => field.name.value === step)?.value;
  }
  if (!value) return 0;
  if (value.kind === 'ListValue') return value.values.length;
  if (value.kind !== 'Variable') return 1;
  const read = readValue(value, declared);
  return (variables) => {
    let found = read(variables);
    for (const step of steps) found = ownMember(found, step);
    return Array.isArray(found) ? found.length : found === undefined || found === null ? 0 : 1;
  };
}

function readValue(node: ValueNode, declared: Declared): Value {
  if (node.kind === 'IntValue') return () => Number(node.value);
  if (node.kind === 'ListValue') return () => node.values.map((item) => readValue(item, declared)({}));
  if (node.kind !== 'Variable') return () => undefined;
  const name = node.name.value;
  const byDefault = declared.get(name)?.defaultValue;
  const fallback = byDefault ? readValue(byDefault, declared)({}) : undefined;
  return (variables) => ownMember(variables, name) ?? fallback;
}

function withDefault(value: Value, fallback: unknown): Value {
  return (variables) => value(variables) ?? fallback;
}

function ownMember(from: unknown, name: string): unknown {
  return typeof from === 'object' && from !== null && Object.hasOwn(from, name)
    ? (from as Record<string, unknown>)[name]
    : undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && !Number.isNaN(value) ? Math.min(Math.max(value, 0), ENDLESS) : null;
}
