/** Compiles the selection of a live edge: what is asked of the batch, and how plain data become the answer. */
import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Compilation } from './compilation.js';
import type { LiveEdge } from './field-map.js';
import { NotCompilable } from './not-compilable.js';
import { type SelectedField, selectedFields } from './selection.js';
import { shapedPrototype } from './shapes.js';

/** Makes the answer of a value. */
type Picker = (value: unknown) => unknown;

/** A live edge as an operation selects it. */
export interface LivePlan {
  readonly batch: string;
  /** `Type.field` of the edge. */
  readonly field: string;
  /** GraphQL type of its object. */
  readonly type: string;
  /** Names of the fields asked of the batch, with the response key under which each comes first. */
  readonly wanted: ReadonlyMap<string, string>;
  /** The same names. */
  readonly among: ReadonlySet<string>;
  /** The object of a key, from what the batch has of each field. */
  readonly make: (value: (field: string) => unknown) => object;
}

/** The plan of an edge of type `type` under the field selected. */
export function compileLive(
  compilation: Compilation,
  edge: LiveEdge,
  type: GraphQLObjectType,
  field: SelectedField,
): LivePlan {
  const path = `${type.name}.${field.name}`;
  const target = getNullableType(type.getFields()[field.name]?.type);
  if (!isObjectType(target)) throw new NotCompilable(path);
  const wanted = new Map<string, string>();
  for (const { key, name } of selectedFields(compilation.scope, target, field.nodes)) {
    if (name !== '__typename' && !wanted.has(name)) wanted.set(name, key);
  }
  const pick = objectPick(compilation, target, field);
  const among = new Set(wanted.keys());
  return { batch: edge.batch, field: path, type: target.name, wanted, among, make: pick };
}

function objectPick(
  compilation: Compilation,
  type: GraphQLObjectType,
  { nodes }: Pick<SelectedField, 'nodes'>,
): (value: (field: string) => unknown) => object {
  const fields = selectedFields(compilation.scope, type, nodes).map((field) => {
    if (field.name === '__typename') return { key: field.key, name: null, pick: () => type.name };
    const definition = type.getFields()[field.name];
    if (!definition) throw new NotCompilable(`${type.name}.${field.name}`);
    const pick = valuePick(compilation, definition.type, field, `${type.name}.${field.name}`);
    return { key: field.key, name: field.name, pick };
  });
  const prototype = compilation.mode === 'field' ? shapedPrototype(type.name) : null;
  return (value) => {
    const made = Object.create(prototype) as Record<string, unknown>;
    for (const { key, name, pick } of fields) made[key] = pick(name === null ? null : value(name));
    return made;
  };
}

/** Null under a non-null type is for graphql-js to word: the shortcut ends, the stock way hands it on. */
function valuePick(
  compilation: Compilation,
  type: GraphQLOutputType,
  field: SelectedField,
  path: string,
): Picker {
  if (isNonNullType(type)) {
    const inner = valuePick(compilation, type.ofType, field, path);
    if (compilation.mode === 'field') return inner;
    return (value) => {
      const made = inner(value);
      if (made === null) throw new NotCompilable(`${path} is missing`);
      return made;
    };
  }
  if (isListType(type)) {
    const inner = valuePick(compilation, type.ofType, field, path);
    return (value) => (Array.isArray(value) ? value.map(inner) : null);
  }
  if (isLeafType(type)) return (value) => value ?? null;
  if (!isObjectType(type)) throw new NotCompilable(path);
  const make = objectPick(compilation, type, field);
  return (value) =>
    typeof value === 'object' && value !== null
      ? make((name) => (value as Readonly<Record<string, unknown>>)[name])
      : null;
}
