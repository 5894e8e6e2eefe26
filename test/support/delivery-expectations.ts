/** What must hold of every run of the soak, whatever its size. */
import { checkDeliveries, readHeld } from './delivery-checker.js';
import type { Soak, SoakForm } from './delivery-soak.js';

const SOUND = { lost: [], doubled: [], disordered: [], falselyFiled: [], unequal: [], unfinished: [] };

/** Items of documents that arrived after all, when their version had been cancelled. */
const LATE = 'RECEIPT_MISMATCH HUB_DELIVERY_LATE';

/** Prints what happened, for whoever reads the log. */
export function tellSoak({ told, answers, attempts, items, stops, writingMs, restMs }: Soak): void {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  process.stdout.write(
    `${told.length} deliveries written in ${seconds(writingMs)}, at rest ${seconds(restMs)} later; ${stops} stops; ` +
      `${answers.bad} of ${answers.asked} answers bad, ${answers.acted} of them after the effect; ` +
      `answers ${JSON.stringify(answers.byKind)}; attempts ${JSON.stringify(attempts)}; open items ${JSON.stringify(items)}\n`,
  );
}

/** Everything that was promised, counted in the file of the record system. */
export function expectSound(soak: Soak, form: SoakForm): void {
  const { told, file, acknowledged, answers, parked } = soak;
  expect(checkDeliveries(told, readHeld(file), acknowledged)).toEqual(SOUND);
  expect(parked).toBeLessThanOrEqual(answers.permanent);
  // What a record system that stood still took after its caller had given up is somebody's to see; that is rare, and told.
  const { [LATE]: late = 0, ...items } = soak.items;
  expect(items).toEqual({});
  expect(late).toBeLessThanOrEqual(form.notes * 0.02);
  // The run was the one that was meant: far more of everything than none, however the dice fell.
  expect(acknowledged.signed.length).toBeGreaterThan(form.notes * 1.2);
  expect(acknowledged.retracted.length).toBeGreaterThan(form.notes * 0.02);
  expect(told.filter(({ operation }) => operation === 'WITHDRAW').length).toBeGreaterThan(form.notes * 0.01);
  expect(answers.bad / answers.asked).toBeGreaterThan(form.badAnswers * 0.7);
  expect(answers.acted).toBeGreaterThan(form.notes * 0.02);
  expect(soak.stops).toBeGreaterThanOrEqual(2);
  const filed = told.filter(({ theirs }) => ['FILED', 'WITHDRAWN'].includes(theirs));
  expect(filed.length).toBeGreaterThan(form.notes * 0.8);
}
