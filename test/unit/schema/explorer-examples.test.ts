/** The explorer's saved queries: valid against the graph, within the limits, and only what their role may read. */

import type { GraphQLSchema } from 'graphql';
import { getOperationAST, parse, validate } from 'graphql';
import { buildGraph } from '../../../schema/build-graph.js';
import { EXPLORER_EXAMPLES } from '../../../schema/explorer/examples.js';
import { RequestGuard } from '../../../schema/limits/request-guard.js';
import { DEFAULT_LIMITS } from '../../../schema/limits/request-limits.js';
import { DEMONSTRATION_STAFF } from '../../../seeds/demonstration/staff.js';
import { TOKEN_ROLES } from '../../../src/main/token-keys.js';
import { fieldsRefused } from '../../support/fields-refused.js';

const cases = EXPLORER_EXAMPLES.map((example) => [example.title, example] as const);

describe('explorer examples', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = await buildGraph();
  });

  it('have titles of their own and a sentence each', () => {
    expect(new Set(EXPLORER_EXAMPLES.map(({ title }) => title)).size).toBe(EXPLORER_EXAMPLES.length);
    for (const { description } of EXPLORER_EXAMPLES) expect(description).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('say for whom they are', () => {
    const words: Readonly<Record<string, string>> = {
      specialist: 'specialists',
      manager: 'team managers',
      analyst: 'analysts',
      administrator: 'administrators',
      steward: 'identity stewards',
    };
    for (const { title, role, description } of EXPLORER_EXAMPLES) {
      expect([title, description.split(':')[0]]).toEqual([
        title,
        title === 'Who am I' ? 'For everybody' : `For ${words[role]}`,
      ]);
    }
  });

  it.each(cases)('%s: is valid', (_title, { query }) => {
    expect(validate(schema, parse(query))).toEqual([]);
  });

  it.each(cases)(
    '%s: is one query with every variable that it needs, and none besides',
    (_title, { query, variables }) => {
      const operation = getOperationAST(parse(query))!;
      expect(operation.operation).toBe('query');
      const declared = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
      expect(Object.keys(variables ?? {}).sort()).toEqual(declared.sort());
    },
  );

  it.each(cases)('%s: is within the limits, with room to grow', (_title, { query, variables }) => {
    const { cost, introspects } = new RequestGuard(schema).check({ query, variables });
    expect(cost).toBeLessThanOrEqual(DEFAULT_LIMITS.cost / 2);
    expect(introspects).toBe(false);
  });

  it.each(cases)('%s: is for somebody who can sign in', (_title, { role }) => {
    expect(TOKEN_ROLES).toContain(role);
  });

  it.each(cases)('%s: asks nothing that its role may not read', (_title, { query, role }) => {
    const roles = DEMONSTRATION_STAFF.find(({ subject }) => subject === `demo-${role}`)!.roles;
    expect(fieldsRefused(schema, query, roles)).toEqual([]);
    expect(fieldsRefused(schema, query, []).length > 0 || /\bme\b/.test(query)).toBe(true);
  });
});
