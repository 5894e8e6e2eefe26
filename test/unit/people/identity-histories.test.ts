/** Whole histories of records, in many orders: whoever is one is one for a reason, and what is settled does not depend on the order of arrival. */
import fc from 'fast-check';
import type { LinkedRecord, RecordIdentity } from '../../../src/people/identity.rules.js';
import { BIRTHS, IdentityHistory, NUMBERS, play, record } from '../../support/identity-history.js';

/** A record that its own system never merges with another. */
const unmerged = fc.record({
  localId: fc.constantFrom('1', '2', '3', '4'),
  nhsNumber: fc.constantFrom(...NUMBERS, null),
  nhsNumberStatus: fc.constantFrom('01', '01', '02', '03', null),
  dateOfBirth: fc.constantFrom(...BIRTHS, null),
  deceasedOn: fc.constantFrom(null, null, '2026-01-05'),
  active: fc.constantFrom(true, true, true, false),
  replacedByLocalId: fc.constant(null),
  restricted: fc.constantFrom(false, false, true),
});
const system = fc.constantFrom('A', 'B', 'C');
const arrival = fc.record({ system, record: unmerged });
const referral = fc.record({
  nhsNumber: fc.constantFrom(...NUMBERS, null),
  dateOfBirth: fc.constantFrom(...BIRTHS, null),
});
describe('nobody is taken for somebody else', () => {
  /** Why two records may be one at the moment of joining: a verified number on both, one date of birth, two systems or a dead record. */
  const joinable = (a: LinkedRecord, b: LinkedRecord): boolean =>
    a.nhsNumber !== null &&
    a.nhsNumber === b.nhsNumber &&
    a.nhsNumberStatus === '01' &&
    b.nhsNumberStatus === '01' &&
    a.dateOfBirth !== null &&
    a.dateOfBirth === b.dateOfBirth;

  test('records that arrive once join only by a verified number and the same date of birth', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(arrival, { selector: (one) => `${one.system} ${one.record.localId}`, maxLength: 8 }),
        fc.array(referral, { maxLength: 3 }),
        (arrivals, referrals) => {
          const hub = play([...referrals, ...arrivals]);
          const graph = hub.graph;
          const links = [...hub.links.values()];
          for (const [at, a] of links.entries()) {
            for (const b of links.slice(at + 1)) {
              if (graph.root(a.personId) !== graph.root(b.personId)) continue;
              expect([a, b, joinable(a, b)]).toEqual([a, b, true]);
              if (a.systemId === b.systemId) expect(a.active && b.active).toBe(false);
            }
          }
        },
      ),
      { numRuns: 1500, seed: 20_260_302 },
    );
  });

  test('a person whom a referral made only ever goes into a record with what was said, verified', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(referral, arrival), { maxLength: 10 }), (steps) => {
        const hub = new IdentityHistory();
        for (const step of steps) {
          const before = hub.plans.length;
          play([step], hub);
          for (const { merges } of hub.plans.slice(before)) {
            for (const { personId, intoId } of merges) {
              const stated = hub.stated.get(personId);
              // No record in these histories replaces another, so every merge is of a referral's person.
              expect(stated).toBeDefined();
              const records = hub.graph.recordsOf(intoId);
              expect(
                records.some((one) => joinable(one, { ...one, ...stated!, nhsNumberStatus: '01' })),
              ).toBe(true);
            }
          }
        }
      }),
      { numRuns: 1500, seed: 7 },
    );
  });

  test.each<[string, Partial<RecordIdentity>]>([
    ['is not traced', { nhsNumberStatus: '02' }],
    ['must be traced', { nhsNumberStatus: '03' }],
    ['is being resolved', { nhsNumberStatus: '06' }],
    ['says nothing of its verification', { nhsNumberStatus: null }],
    ['is verified for another date of birth', { dateOfBirth: BIRTHS[1] }],
    ['is verified without a date of birth', { dateOfBirth: null }],
  ])('whatever else arrives, a number that %s never joins the verified one', (_what, more) => {
    for (const [first, second] of [
      [record('1'), record('2', more)],
      [record('1', more), record('2')],
    ] as const) {
      const hub = play([
        { system: 'A', record: first },
        { system: 'B', record: second },
        { system: 'A', record: { ...first, restricted: true } },
        { system: 'B', record: { ...second, restricted: true } },
      ]);
      expect(hub.partition).toEqual(['A 1', 'B 2']);
    }
  });

  test('identities of two numbers never meet through a third', () => {
    const hub = play([
      { system: 'A', record: record('1') },
      { system: 'B', record: record('1', { nhsNumber: NUMBERS[1] }) },
      { system: 'C', record: record('1') },
      { system: 'C', record: record('1', { nhsNumber: NUMBERS[1] }) },
    ]);
    expect(hub.partition).toEqual(['A 1 + C 1', 'B 1']);
    expect(hub.disputes.length).toBeGreaterThan(0);
    for (const id of hub.persons.keys())
      if (hub.graph.recordsOf(id).some(({ systemId }) => systemId === 'C'))
        expect(hub.persons.get(id)!.identityState).toBe('CONFLICT');
  });
});

describe('the order of arrival', () => {
  /** Each record once, no two living ones of one system with one number: nothing that only the order could settle. */
  const plainWorld = fc
    .uniqueArray(arrival, {
      selector: ({ system: of, record: one }) => `${of} ${one.localId}`,
      minLength: 2,
      maxLength: 7,
    })
    .map((arrivals) => {
      const seen = new Set<string>();
      return arrivals.filter(({ system: of, record: { nhsNumber } }) => {
        const key = `${of} ${nhsNumber}`;
        const fresh = nhsNumber === null || !seen.has(key);
        seen.add(key);
        return fresh;
      });
    });

  /** One date of birth and status for each number: no dispute whatever the order. */
  const agreed = plainWorld.map((arrivals) =>
    arrivals.map((one) => ({
      ...one,
      record: {
        ...one.record,
        active: true,
        nhsNumberStatus: '01',
        dateOfBirth: BIRTHS[NUMBERS.indexOf(one.record.nhsNumber as never)] ?? null,
      },
    })),
  );

  test('does not matter where the systems agree: who is one is who has one number', () => {
    fc.assert(
      fc.property(
        agreed.chain((arrivals) =>
          fc.tuple(fc.constant(arrivals), fc.shuffledSubarray(arrivals, { minLength: arrivals.length })),
        ),
        ([arrivals, shuffled]) => {
          const expected = new Map<string, string[]>();
          for (const { system: of, record: one } of arrivals) {
            const identity = one.nhsNumber ?? `${of} ${one.localId}`;
            expected.set(identity, [...(expected.get(identity) ?? []), `${of} ${one.localId}`]);
          }
          const hub = play(shuffled);
          expect(hub.partition).toEqual([...expected.values()].map((keys) => keys.sort().join(' + ')).sort());
          expect(hub.open).toEqual([]);
        },
      ),
      { numRuns: 500, seed: 11 },
    );
  });

  test('of a page does not matter: one pull answers the same however its records are sorted', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            system,
            records: fc.uniqueArray(unmerged, { selector: ({ localId }) => localId, maxLength: 4 }),
          }),
          { maxLength: 4 },
        ),
        (pulls) => {
          const [straight, reversed] = [new IdentityHistory(), new IdentityHistory()];
          for (const { system: of, records } of pulls) {
            straight.arrive(of, [...records]);
            reversed.arrive(of, [...records].reverse());
          }
          expect(reversed.partition).toEqual(straight.partition);
          expect(reversed.disputes).toEqual(straight.disputes);
        },
      ),
      { numRuns: 800, seed: 13 },
    );
  });

  test('of a referral and its record does not matter: one person either way', () => {
    fc.assert(
      fc.property(agreed, fc.nat(), (arrivals, at) => {
        const { nhsNumber, dateOfBirth } = arrivals[at % arrivals.length]!.record;
        fc.pre(nhsNumber !== null);
        const stated = { nhsNumber, dateOfBirth };
        const [early, late] = [play([stated, ...arrivals]), play([...arrivals, stated])];
        expect(early.partition).toEqual(late.partition);
        for (const hub of [early, late]) {
          const known = [...hub.persons.values()].filter(
            (one) => one.nhsNumber === nhsNumber && one.mergedIntoId === null,
          );
          expect(known).toHaveLength(1);
          expect(hub.refer(stated)).toBe(known[0]!.id);
        }
      }),
      { numRuns: 400, seed: 17 },
    );
  });
});

describe('what a record says and takes back', () => {
  const keys = ['A 1', 'A 2', 'B 1', 'C 1'];
  const town = (): IdentityHistory =>
    play([
      { system: 'A', record: record('1') },
      { system: 'A', record: record('2', { nhsNumber: NUMBERS[1], dateOfBirth: BIRTHS[2] }) },
      { system: 'B', record: record('1') },
      { system: 'C', record: record('1', { nhsNumber: NUMBERS[1], dateOfBirth: BIRTHS[2] }) },
    ]);

  test('the town before anything happens', () => {
    expect(town().partition).toEqual(['A 1 + B 1', 'A 2 + C 1']);
  });

  test.each<[string, RecordIdentity]>([
    ['a wrong number', record('1', { nhsNumber: NUMBERS[1] })],
    ['a wrong date of birth', record('1', { dateOfBirth: BIRTHS[1] })],
    ['no number', record('1', { nhsNumber: null, nhsNumberStatus: null })],
    ['an unverified number', record('1', { nhsNumberStatus: '02' })],
    ['a death', record('1', { deceasedOn: '2026-02-01' })],
    ['being out of use', record('1', { active: false })],
    ['a merge into another', record('1', { active: false, replacedByLocalId: '2' })],
    ['a merge into somebody not yet known', record('1', { active: false, replacedByLocalId: '9' })],
    ['being restricted', record('1', { restricted: true })],
  ])('%s, taken back, leaves identities and disputes as they were', (_what, slip) => {
    const hub = town();
    const { partition, disputes } = hub;
    hub.arrive('A', [slip]);
    hub.arrive('A', [record('1')]);
    expect([hub.partition, hub.disputes]).toEqual([partition, disputes]);
    for (const { identityState } of hub.persons.values()) expect(identityState).toBe('CLEAR');
    expect([...hub.links.keys()].sort()).toEqual(keys);
  });

  test('any slip taken back, in any system, with others between', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 5 }), (slips) => {
        const hub = town();
        const expected = hub.partition;
        const before = [...hub.links.values()];
        const known = new Set(hub.links.keys());
        const own = slips.filter(({ system: of, record: one }) => known.has(`${of} ${one.localId}`));
        play(own, hub);
        for (const { systemId, personId: _person, ...said } of before) hub.arrive(systemId, [said]);
        expect(hub.partition).toEqual(expected);
        expect(hub.open).toEqual([]);
      }),
      { numRuns: 800, seed: 19 },
    );
  });

  test('a death is the identity’s, whichever record says so, and is taken back with it', () => {
    const hub = town();
    const personOf = (key: string) => hub.persons.get(hub.links.get(key)!.personId)!;
    hub.arrive('B', [record('1', { deceasedOn: '2026-02-01' })]);
    expect(personOf('A 1')).toMatchObject({ deceasedOn: '2026-02-01', identityState: 'CLEAR' });
    hub.arrive('A', [record('1', { restricted: true })]);
    expect(personOf('A 1')).toMatchObject({ deceasedOn: '2026-02-01', restricted: true });
    hub.arrive('B', [record('1')]);
    hub.arrive('A', [record('1')]);
    expect(personOf('A 1')).toMatchObject({ deceasedOn: null, restricted: false });
  });

  test('merges in a chain and their undoing, in any order, end at the same identities', () => {
    const merges = [
      record('1', { active: false, replacedByLocalId: '2' }),
      record('2', { nhsNumber: NUMBERS[1], dateOfBirth: BIRTHS[2], active: false, replacedByLocalId: '3' }),
      record('3', { nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2] }),
    ];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(merges, { minLength: 3 }),
        fc.shuffledSubarray([0, 1], { minLength: 2 }),
        (order, undo) => {
          const hub = town();
          for (const one of order) hub.arrive('A', [one]);
          expect(hub.partition).toEqual(['A 1 + A 2 + A 3 + B 1 + C 1']);
          const kept = [record('1'), record('2', { nhsNumber: NUMBERS[1], dateOfBirth: BIRTHS[2] })];
          for (const at of undo) hub.arrive('A', [kept[at]!]);
          expect(hub.partition).toEqual(['A 1 + B 1', 'A 2 + C 1', 'A 3']);
        },
      ),
      { numRuns: 60, seed: 23 },
    );
  });

  /** Groups of `keys` that `edges` connect, in the form of `partition`. */
  function components(keys: readonly string[], edges: readonly (readonly [string, string])[]): string[] {
    const groups = new Map(keys.map((key) => [key, [key]]));
    for (const [a, b] of edges) {
      const [left, right] = [groups.get(a), groups.get(b)];
      if (!left || !right || left === right) continue;
      left.push(...right);
      for (const key of right) groups.set(key, left);
    }
    return [...new Set(groups.values())].map((group) => group.sort().join(' + ')).sort();
  }

  test('whatever was merged, moved and undone on the way, only what the records say now holds', () => {
    const LOCAL = ['1', '2', '3', '4', '5'] as const;
    const change = fc.record({
      localId: fc.constantFrom(...LOCAL),
      replacedByLocalId: fc.constantFrom(null, null, ...LOCAL),
      partner: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 14 }), (changes) => {
        const hub = new IdentityHistory();
        const says = new Map<string, string | null>();
        const partners = new Set<string>();
        for (const { localId, replacedByLocalId, partner } of changes) {
          const own = { nhsNumber: `999000${localId.padStart(4, '0')}`, dateOfBirth: BIRTHS[0] };
          const replaced = replacedByLocalId === localId ? null : replacedByLocalId;
          // Of the second system comes the same person, verified, before or after whatever happens to them in the first.
          if (partner && !says.has(localId)) {
            hub.arrive('B', [record(localId, own)]);
            partners.add(localId);
          }
          hub.arrive('A', [
            record(localId, { ...own, active: replaced === null, replacedByLocalId: replaced }),
          ]);
          says.set(localId, replaced);
        }
        const keys = [...[...says.keys()].map((id) => `A ${id}`), ...[...partners].map((id) => `B ${id}`)];
        const edges = [...says].flatMap(([id, to]) => [
          [`A ${id}`, `B ${id}`] as const,
          ...(to === null ? [] : [[`A ${id}`, `A ${to}`] as const]),
        ]);
        expect(hub.partition).toEqual(components(keys, edges));
      }),
      { numRuns: 1500, seed: 29 },
    );
  });

  test('a referral stays with whom it was taken to be about, through merges and their undoing', () => {
    const hub = town();
    const stated = { nhsNumber: NUMBERS[0], dateOfBirth: BIRTHS[0] };
    const found = hub.refer(stated);
    const early = hub.refer({ nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2] });
    hub.arrive('A', [record('3', { nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2], nhsNumberStatus: '02' })]);
    hub.arrive('A', [record('3', { nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2] })]);
    const own = (key: string): string => hub.graph.root(hub.links.get(key)!.personId);
    expect([hub.graph.root(found), hub.graph.root(early)]).toEqual([own('A 1'), own('A 3')]);
    hub.arrive('A', [
      record('3', { nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2], active: false, replacedByLocalId: '1' }),
    ]);
    expect(new Set([found, early, own('A 3')].map((id) => hub.graph.root(id)))).toEqual(
      new Set([own('A 1')]),
    );
    hub.arrive('A', [record('3', { nhsNumber: NUMBERS[2], dateOfBirth: BIRTHS[2] })]);
    expect([hub.graph.root(found), hub.graph.root(early)]).toEqual([own('A 1'), own('A 3')]);
    expect(own('A 1')).not.toBe(own('A 3'));
  });
});
