/** Bar 4.8, the reader's half: five minutes of any bytes, none of which does more than be read or refused, or takes long. */
import fc from 'fast-check';
import { cpuMs, MUTATED, readBytes, readFile, type Tally } from '../support/hl7-parser-fuzz.js';

const DURATION_MS = Number(process.env.HUB_FUZZ_SECONDS ?? 300) * 1_000;
const MOST_MS = 100;

test('mutated samples and nasty messages', async () => {
  const tally: Tally = { read: 0, refused: 0 };
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(MUTATED, async ({ bytes, declared }) => {
      const took = cpuMs(() => readBytes(bytes, declared, tally), MOST_MS);
      slowest = Math.max(slowest, took);
      if (took > MOST_MS) throw new Error(`${took} ms of CPU for ${bytes.length} bytes`);
      await readFile(bytes, declared);
    }),
    { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: DURATION_MS },
  );
  process.stdout.write(
    `HL7 v2 reader: ${tally.read} messages read, ${tally.refused} refused, the slowest ${slowest.toFixed(1)} ms of CPU\n`,
  );
  expect(tally.read).toBeGreaterThan(DURATION_MS / 100);
  expect(tally.refused).toBeGreaterThan(DURATION_MS / 100);
}, 3_600_000);
