/** Bar 4.8, the reader’s half in short: any bytes are read or refused, and no input of 1 MiB takes long. */
import fc from 'fast-check';
import { decode } from '../../../../../adapters/hl7v2/er7/charset.js';
import { Er7Fault, Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';
import {
  cpuMs,
  FLOODS,
  MUTATED,
  readBytes,
  readFile,
  type Tally,
} from '../../../../support/hl7-parser-fuzz.js';

const MOST_MS = 100;

test('five thousand mutated samples and any bytes', async () => {
  const tally: Tally = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(MUTATED, async ({ bytes, declared }) => {
      readBytes(bytes, declared, tally);
      await readFile(bytes, declared);
    }),
    { numRuns: 5_000 },
  );
  // Most must come past the header, or little is tried.
  expect(tally.read).toBeGreaterThan(100);
  expect(tally.refused).toBeGreaterThan(20);
});

test.each(FLOODS)('1 MiB of %s takes no more than 100 ms of CPU', (_name, bytes) => {
  const work = (): void => {
    const decoded = decode(bytes, 'UTF-8');
    if ('fault' in decoded) return;
    try {
      const message = Er7Message.parse(decoded.text, { charset: decoded.charset });
      for (const segment of message.segments) {
        for (const field of [1, 2, 3, 5, 7, 11]) {
          segment.whole(field);
          segment.text(field, 4, 2, 2);
          segment.repetitions(field);
        }
      }
      message.toString();
    } catch (error) {
      if (!(error instanceof Er7Fault)) throw error;
    }
  };
  expect(cpuMs(work, MOST_MS)).toBeLessThan(MOST_MS);
});
