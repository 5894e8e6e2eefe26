/** Whatever events there are: their order of arrival and repeats change nothing, and nobody is in two places at once. */
import fc from 'fast-check';
import { foldFeed } from '../../../../src/clinical/feed/fold.rules.js';
import type { FeedChange, FeedEvent } from '../../../../src/clinical/feed.port.js';

const PATIENTS = ['A', 'B', 'C', 'D'] as const;
/** Few, so that many things happen at one time. */
const instant = fc.integer({ min: 1, max: 6 }).map((day) => new Date(Date.UTC(2026, 2, day)).toISOString());
const patient = fc.constantFrom(...PATIENTS);
const visit = fc.constantFrom('v', 'w', 'x');
const team = fc.constantFrom('X', 'Y', 'Z');
const day = fc.option(fc.constantFrom('2026-03-01', '2026-03-03', '2026-03-06'));
const kind = <Kind extends FeedChange['kind']>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
const coordinator = fc.option(
  fc.option(fc.record({ reference: fc.constantFrom('c1', 'c2'), name: fc.constant(null) })),
  { nil: undefined },
);

const change: fc.Arbitrary<FeedChange> = fc.oneof(
  fc.record({
    kind: kind('JOINED'),
    visit,
    team,
    state: fc.constantFrom('OPEN', 'ON_HOLD', 'WAITING_LIST', 'PLANNED'),
    on: day,
    coordinator,
  }),
  fc.record({ kind: kind('MOVED'), visit, team, from: fc.option(team), on: day, coordinator }),
  fc.record({ kind: kind('LEFT'), visit, on: day }),
  fc.record({ kind: kind('STANDS'), visit, team: fc.option(team), from: day, to: day, coordinator }),
  fc.record({
    kind: kind('UNDONE'),
    visit,
    what: fc.constantFrom('JOINED', 'MOVED', 'LEFT'),
    at: fc.option(instant),
  }),
  fc.record({ kind: kind('REPLACED'), by: patient }),
  fc.record({ kind: kind('RENUMBERED'), to: patient }),
  fc.record({ kind: fc.constantFrom('LINKED', 'SEPARATED'), with: patient }),
  fc.record({ kind: kind('VISIT_REPLACED'), visit, by: visit }),
  fc.record({ kind: kind('VISIT_GIVEN'), visit, to: patient }),
);
const details = fc.record(
  {
    nhsNumber: fc.constantFrom(null, '9990000018', '9990000026'),
    nhsNumberStatus: fc.constantFrom(null, '01', '02'),
    dateOfBirth: fc.constantFrom(null, '1980-01-01', '1980-01-02'),
    restricted: fc.boolean(),
  },
  { requiredKeys: [] },
);
const event: fc.Arbitrary<FeedEvent> = fc.record({
  happenedAt: instant,
  recordedAt: instant,
  localId: patient,
  patient: details,
  change,
});
const events = fc.array(event, { minLength: 1, maxLength: 14 });
const RUNS = { numRuns: 1_000 };

test('the order of arrival changes nothing', () => {
  const shuffled = events.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      expect(JSON.stringify(foldFeed(other))).toBe(JSON.stringify(foldFeed(all)));
    }),
    RUNS,
  );
});

test('what comes again, with its members in another order, changes nothing', () => {
  const repeated = events.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)));
  const turned = ({ change: told, ...rest }: FeedEvent): FeedEvent => ({
    change: Object.fromEntries(Object.entries(told).reverse()) as unknown as FeedChange,
    ...rest,
  });
  fc.assert(
    fc.property(repeated, ([all, again]) => {
      const twice = foldFeed([...again.map(turned), ...all]);
      expect(JSON.stringify(twice)).toBe(JSON.stringify(foldFeed(all)));
    }),
    RUNS,
  );
});

test('a visit is with one team at a time, under references of its own, of somebody who stands for themselves', () => {
  fc.assert(
    fc.property(events, (all) => {
      const { memberships, patients } = foldFeed(all);
      const held = memberships.filter(({ state }) => state === 'OPEN' || state === 'ON_HOLD');
      const visits = held.map(({ reference }) => reference.split('/')[1]);
      expect(new Set(visits).size).toBe(visits.length);
      const references = memberships.map(({ reference }) => reference);
      expect(new Set(references).size).toBe(references.length);
      expect(held.filter((one) => one.patient.replacedByLocalId !== null)).toEqual([]);
      // Nothing follows from what has no beginning or no team.
      const unsure = memberships.filter((one) => one.teamReference === null || one.validFrom === null);
      expect(unsure.filter(({ complete, state }) => complete && state !== 'ENTERED_IN_ERROR')).toEqual([]);
      const successors = new Map(patients.map((one) => [one.localId, one.replacedByLocalId]));
      for (const successor of successors.values())
        if (successor !== null) expect(successors.get(successor)).toBeNull();
    }),
    RUNS,
  );
});
