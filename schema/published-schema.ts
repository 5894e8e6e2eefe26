/** The published form of the schema: sorted, so that a difference is a change and not a reordering. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildGraph } from './build-graph.js';

/** SDL text as committed in `schema/schema.graphql`. */
export async function publishedSchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await buildGraph()))}\n`;
}
