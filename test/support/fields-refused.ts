/** What a query asks that roles may not read, by the table of policies. */
import { type GraphQLSchema, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { mappedPolicy } from '../../schema/field-policy.js';
import { GRAPH_POLICY } from '../../schema/policy-table.js';
import type { Role } from '../../src/core/caller.js';

/** Fields as `Type.field`; those of types without a policy are nobody's in particular. */
export function fieldsRefused(schema: GraphQLSchema, query: string, roles: readonly Role[]): string[] {
  const maps = new Map(GRAPH_POLICY.maps.map((map) => [map.type, map]));
  const info = new TypeInfo(schema);
  const refused: string[] = [];
  visit(
    parse(query),
    visitWithTypeInfo(info, {
      Field() {
        const parent = info.getParentType();
        const field = info.getFieldDef()?.name;
        const map = isObjectType(parent) ? maps.get(parent.name) : undefined;
        if (map && field && !mappedPolicy(map, field)?.some((one) => roles.includes(one)))
          refused.push(`${map.type}.${field}`);
      },
    }),
  );
  return refused;
}
