/** A large extract is read in memory that does not grow with it; half a million lines are read by the long tests. */
import { readLarge } from '../support/large-extract.js';

/** Megabytes of heap: what the reader needs with room, and a fraction of what the rows would take. */
const HEAP_MB = 36;

test('fifty thousand lines pass through a heap that could not hold them', async () => {
  const { told, said } = await readLarge(50_000, HEAP_MB, 'read');
  expect(said).not.toContain('heap');
  expect(told).toMatchObject({ teams: 100, received: 50_000 });
}, 120_000);

test('a reader that kept the rows would not come through', async () => {
  const { told, said } = await readLarge(60_000, HEAP_MB, 'collect');
  expect(told).toBeNull();
  expect(said).toMatch(/heap out of memory/i);
}, 120_000);
