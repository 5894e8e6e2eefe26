/** The soak at its full size: 5,000 notes of twenty authors about 200 people. */
import { expectSound, tellSoak } from '../support/delivery-expectations.js';
import { runSoak } from '../support/delivery-soak.js';

const FORM = { authors: 20, people: 200, notes: 5_000, badAnswers: 0.3, seed: 5_000, restMs: 300_000 };

test('5,000 notes: nothing is lost, doubled, out of order or falsely filed', async () => {
  const soak = await runSoak(FORM);
  try {
    tellSoak(soak);
    expectSound(soak, FORM);
  } finally {
    await soak.close();
  }
}, 3_600_000);
