/** Checks the types that live sources answer: plain all the way down, without arguments, open to whoever may read the edge. */
import {
  type GraphQLEnumType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { LiveEdge } from '../src/platform/database/select/field-map.js';
import { type GraphPolicy, mapsByType, plainPolicy } from './field-policy.js';

/** What is read answers as it is, so the values of an enumeration must be their own names. */
export function isRenamed(type: GraphQLEnumType): boolean {
  return type.getValues().some(({ name, value }) => name !== value);
}

/** Faults of the type of an edge and of every type within it, one sentence each. */
export function liveTypeFaults(policy: GraphPolicy, type: GraphQLObjectType, edge: LiveEdge): string[] {
  const faults: string[] = [];
  const maps = mapsByType(policy.maps);
  const seen = new Set<GraphQLObjectType>([type]);
  // Grows while it is walked.
  for (const one of seen) {
    if (maps.has(one.name)) faults.push(`${one.name} has a map and is answered by ${edge.batch}`);
    for (const field of Object.values(one.getFields())) {
      const path = `${one.name}.${field.name}`;
      const named = getNamedType(field.type);
      const allow = plainPolicy(policy, one.name, field.name) ?? [];
      if (!edge.allow.every((role) => allow.includes(role)))
        faults.push(`${path} is refused to roles that read ${edge.batch}`);
      for (const { name } of field.args) faults.push(`${path}(${name}) is not an argument of its map`);
      if (isObjectType(named)) seen.add(named);
      else if (!isLeafType(named)) faults.push(`${path} is ${named.name}, which no source answers`);
      else if (isEnumType(named) && isRenamed(named))
        faults.push(`${named.name} has values other than their names`);
    }
  }
  return faults;
}
