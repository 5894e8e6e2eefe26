/** The policy of the whole graph: field maps, root fields, and what has no map. */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import type { Allow, TypeMap } from '../src/platform/database/select/field-map.js';
import type { RootFields } from '../src/platform/database/select/root-field.js';

/** Who may read what, for the whole graph. */
export interface GraphPolicy {
  /** One map per object type that is read from the database. */
  readonly maps: readonly TypeMap[];
  /** Fields of `Query` that the compiler answers. */
  readonly roots: RootFields;
  /** Fields of root types with a resolver of their own, as `Mutation.checkEligibility`. */
  readonly hand: Readonly<Record<string, Allow>>;
  /** Object types without a map (refusals, results of mutations): one policy for all fields, or one for each. */
  readonly plain: Readonly<Record<string, Allow | Readonly<Record<string, Allow>>>>;
}

/** Maps by the object types that they answer: each its own, or the members of its interface or union. */
export function mapsByType(maps: readonly TypeMap[]): ReadonlyMap<string, TypeMap> {
  return new Map(
    maps.flatMap((map) => (map.variants?.types ?? [map.type]).map((type) => [type, map] as const)),
  );
}

/** The policy of a field in its type's map; undefined when the map does not have it. */
export function mappedPolicy(map: TypeMap, field: string): Allow | undefined {
  for (const part of [map.columns, map.one, map.many, map.hand, map.edges]) {
    if (Object.hasOwn(part, field)) return part[field]!.allow;
  }
  return undefined;
}

/** The policy of a field of a type without a map; undefined when none is stated. */
export function plainPolicy(policy: GraphPolicy, type: string, field: string): Allow | undefined {
  if (!Object.hasOwn(policy.plain, type)) return undefined;
  const stated = policy.plain[type]!;
  return isAllow(stated) ? stated : stated[field];
}

/** The schema's root types. */
export function rootTypes(schema: GraphQLSchema): ReadonlySet<GraphQLObjectType> {
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return new Set(types.filter((type) => type !== null && type !== undefined));
}

function isAllow(stated: Allow | Readonly<Record<string, Allow>>): stated is Allow {
  return Array.isArray(stated);
}
