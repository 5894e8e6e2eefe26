/** Joins the schema to its field maps: a policy for every field or no schema, and resolvers that hold to it. */
import {
  defaultFieldResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
} from 'graphql';
import { HubError } from '../src/core/errors.js';
import { fieldRefused } from '../src/platform/database/select/compilation.js';
import type { Allow } from '../src/platform/database/select/field-map.js';
import { read } from '../src/platform/database/select/read.js';
import type { ReadContext, ReadContextOf } from '../src/platform/database/select/read-context.js';
import { shapedType } from '../src/platform/database/select/shapes.js';
import { connectionTypes, fieldMapFaults } from './check-field-maps.js';
import { type GraphPolicy, mappedPolicy, mapsByType, plainPolicy, rootTypes } from './field-policy.js';

export type { GraphPolicy } from './field-policy.js';

/** How `applyFieldMaps` finds the caller. */
export interface ApplyOptions<Context> {
  /** Must answer the same object throughout a request; null when there is no caller, who is then refused every field. */
  readonly contextOf: ReadContextOf<Context>;
}

type Resolver = GraphQLFieldResolver<unknown, never>;

/**
 * Gives every field of the schema its resolver, in place, and answers the schema. Fields of compiled objects are found
 * under their response key. Throws one error that lists every fault: a field without a policy, a map, relation or
 * argument that the schema does not have, a nullable column under a non-null field, a type that does not fit.
 */
export function applyFieldMaps<Context>(
  schema: GraphQLSchema,
  policy: GraphPolicy,
  { contextOf }: ApplyOptions<Context>,
): GraphQLSchema {
  const faults = fieldMapFaults(schema, policy);
  if (faults.length) throw new Error(`The graph and its field maps disagree:\n${faults.join('\n')}`);

  const caller = (context: never): ReadContext => {
    const found = contextOf(context);
    if (!found) throw new HubError('HUB_ACCESS_UNAUTHENTICATED');
    return found;
  };
  const guarded = (allow: Allow, path: string, resolve: Resolver): Resolver => {
    return (source, args, context, info) => {
      if (!allow.includes(caller(context).role)) throw fieldRefused(path);
      return resolve(source, args, context, info);
    };
  };

  const maps = mapsByType(policy.maps);
  const connections = connectionTypes(schema, policy.roots);
  const roots = rootTypes(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) answerType(type);
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const map = maps.get(type.name);
    if (map) answerIsTypeOf(type);
    for (const field of Object.values(type.getFields())) {
      const path = `${type.name}.${field.name}`;
      const own = (field.resolve ?? defaultFieldResolver) as Resolver;
      const root = type === schema.getQueryType() ? policy.roots[field.name] : undefined;
      if (root) {
        const answer: Resolver = (_source, _args, context, info) => read(info, root, caller(context));
        setResolver(field, guarded(root.allow, path, answer));
      } else if (map?.hand[field.name]) {
        setResolver(field, guarded(map.hand[field.name]!.allow, path, own));
      } else if (map) {
        setResolver(field, guarded(mappedPolicy(map, field.name)!, path, shapedOr(own)));
      } else if (roots.has(type)) {
        setResolver(field, guarded(policy.hand[path]!, path, own));
        // A subscription is refused before it begins, not at its first event.
        const subscribe = field.subscribe as Resolver | undefined;
        if (subscribe)
          field.subscribe = guarded(policy.hand[path]!, path, subscribe) as typeof field.subscribe;
      } else if (connections.has(type.name)) {
        // The root field that answers the connection has its policy.
        setResolver(field, shapedOr(own));
      } else {
        setResolver(field, guarded(plainPolicy(policy, type.name, field.name)!, path, shapedOr(own)));
      }
    }
  }
  return schema;
}

function shapedOr(own: Resolver): Resolver {
  return (source, args, context, info) =>
    shapedType(source) === undefined
      ? own(source, args, context, info)
      : (source as Record<string, unknown>)[info.path.key];
}

function setResolver(field: GraphQLField<unknown, unknown>, resolve: Resolver): void {
  field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
}

function answerType(type: GraphQLAbstractType): void {
  const own = type.resolveType;
  type.resolveType = (value, context, info, abstract) =>
    shapedType(value) ??
    own?.(value, context, info, abstract) ??
    (value as { __typename?: string }).__typename;
}

function answerIsTypeOf(type: GraphQLObjectType): void {
  const own = type.isTypeOf;
  if (!own) return;
  type.isTypeOf = (value, context, info) => {
    const shaped = shapedType(value);
    return shaped === undefined ? own(value, context, info) : shaped === type.name;
  };
}
