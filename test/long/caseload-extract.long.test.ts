/** Half a million lines of an extract, in the memory of fifty thousand. */
import { readLarge } from '../support/large-extract.js';

test('five hundred thousand lines take no more memory than fifty thousand', async () => {
  const few = await readLarge(50_000, 64, 'read');
  const many = await readLarge(500_000, 64, 'read');
  process.stdout.write(
    `extract: 50,000 lines in ${few.told?.tookMs} ms, ${few.told?.peakMb} MB; 500,000 in ${many.told?.tookMs} ms, ${many.told?.peakMb} MB\n`,
  );
  expect(many.told).toMatchObject({ teams: 100, received: 500_000 });
  // References that were seen take at most sixteen bytes each.
  expect(many.told!.peakMb - few.told!.peakMb).toBeLessThan(64);
}, 600_000);
