/** The published schema is the one that is built; a change shows up in review. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedSchema } from '../../../schema/published-schema.js';

test('schema/schema.graphql is what the hub serves (npm run schema rewrites it)', async () => {
  const published = readFileSync(join(import.meta.dirname, '../../../schema/schema.graphql'), 'utf8');
  expect(published).toBe(await publishedSchema());
});
