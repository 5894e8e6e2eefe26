/** Counts on their way to be written: told once, due until they are written, and bounded whatever is counted. */
import fc from 'fast-check';
import { MOST_PATHS, OTHER_PATH, UnmappedLedger } from '../../../src/clinical/unmapped-ledger.rules.js';

test('what came since the last time is told, and is due until it is written', () => {
  const ledger = new UnmappedLedger();
  const counts = new Map([['Patient.birthDate', 2]]);
  expect([...ledger.enter(counts)]).toEqual([['Patient.birthDate', 2]]);
  expect([...ledger.enter(counts)]).toEqual([]);
  expect([...ledger.due]).toEqual([['Patient.birthDate', 2]]);
  const written = [...ledger.due];
  counts.set('Patient.birthDate', 5).set('Patient.active', 1);
  expect([...ledger.enter(counts)]).toEqual([
    ['Patient.birthDate', 3],
    ['Patient.active', 1],
  ]);
  ledger.settle(written);
  expect([...ledger.due]).toEqual([
    ['Patient.birthDate', 3],
    ['Patient.active', 1],
  ]);
  ledger.settle([...ledger.due]);
  expect(ledger.due.size).toBe(0);
});

test.each(['9434765919', '', 'Patient/p1', 'a b', 'Patient.näme', 'x'.repeat(121), 'Patient.name\u001b[2J'])(
  'a place that could be something that arrived goes under one name: %j',
  (place) => {
    expect([...new UnmappedLedger().enter(new Map([[place, 3]]))]).toEqual([[OTHER_PATH, 3]]);
  },
);

test('places past the limit go under one name, those before it keep theirs', () => {
  const ledger = new UnmappedLedger();
  const counts = new Map(Array.from({ length: MOST_PATHS + 7 }, (_, n) => [`Path.n${n}`, 1] as const));
  const told = ledger.enter(counts);
  expect([told.size, told.get(OTHER_PATH), told.get('Path.n0')]).toEqual([MOST_PATHS + 1, 7, 1]);
  expect([...ledger.enter(new Map([['Path.n0', 2]]))]).toEqual([['Path.n0', 1]]);
});

test('a count that went back is taken as it is, and takes nothing away', () => {
  const ledger = new UnmappedLedger();
  ledger.enter(new Map([['A.b', 5]]));
  expect(ledger.enter(new Map([['A.b', 1]])).size).toBe(0);
  expect([...ledger.enter(new Map([['A.b', 3]]))]).toEqual([['A.b', 2]]);
  expect(ledger.due.get('A.b')).toBe(7);
});

test('however looks and writes interleave, what is written and what is due is what was counted', () => {
  const step = fc.tuple(fc.constantFrom('A.a', 'B.b', 'C.c'), fc.nat(5), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ledger = new UnmappedLedger();
      const counts = new Map<string, number>();
      const kept = new Map<string, number>();
      let writing: [string, number][] | null = null;
      for (const [path, more, writes] of steps) {
        counts.set(path, (counts.get(path) ?? 0) + more);
        ledger.enter(counts);
        if (!writes) continue;
        if (writing === null) writing = [...ledger.due];
        else {
          for (const [name, times] of writing) kept.set(name, (kept.get(name) ?? 0) + times);
          ledger.settle(writing);
          writing = null;
        }
      }
      for (const [path, count] of counts)
        expect((kept.get(path) ?? 0) + (ledger.due.get(path) ?? 0)).toBe(count);
    }),
  );
});
