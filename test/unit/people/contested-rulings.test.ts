/** Rulings of stewards that contradict each other through a third person: none is overrun, and whoever is concerned is in dispute. */
import fc from 'fast-check';
import type { KnownPerson } from '../../../src/people/identity.rules.js';
import { holdsAsOne, holdsAsTwo, RulingResolution } from '../../../src/people/ruling.rules.js';
import { BIRTHS, IdentityHistory, NUMBERS, record } from '../../support/identity-history.js';

const [N, M] = NUMBERS;
const [BORN, SLIP, OTHER] = BIRTHS;
const { SAME_PERSON, DIFFERENT_PERSONS } = RulingResolution;

let hub: IdentityHistory;
beforeEach(() => {
  hub = new IdentityHistory();
});
const kinds = (): string[] => hub.open.map(({ kind }) => kind).sort();
const states = (): string[] => [...hub.persons.values()].map(({ identityState }) => identityState);

describe('three persons of whom stewards ruled that two are one, two are two, and two are one', () => {
  const LATER = '1970-01-01';
  const root = (system: string): string => hub.graph.root(hub.links.get(`${system} 1`)!.personId);
  const stateOf = (system: string): string => hub.persons.get(root(system))!.identityState;
  beforeEach(() => {
    hub.arrive('A', [record('1')]);
    hub.arrive('B', [record('1', { dateOfBirth: SLIP })]);
    hub.rule(SAME_PERSON);
    hub.arrive('A', [record('1', { nhsNumber: M })]);
    hub.arrive('C', [record('1', { dateOfBirth: OTHER })]);
    hub.arrive('A', [record('1', { dateOfBirth: LATER })]);
    const dispute = (...systems: string[]): number =>
      hub.open.findIndex(({ personId, otherPersonId }) =>
        systems.every((system) => [personId, otherPersonId].includes(root(system))),
      );
    hub.rule(DIFFERENT_PERSONS, dispute('A', 'C'));
    hub.rule(SAME_PERSON, dispute('B', 'C'));
    hub.arrive('A', [record('1')]);
  });

  test('an older ruling that comes back does not overrun a later one: both are in dispute', () => {
    expect(hub.partition).toEqual(['A 1', 'B 1 + C 1']);
    expect([kinds(), stateOf('A'), stateOf('B')]).toEqual([
      ['DATE_OF_BIRTH_MISMATCH'],
      'CONFLICT',
      'CONFLICT',
    ]);
  });

  test.each([
    [SAME_PERSON, ['A 1 + B 1 + C 1']],
    [DIFFERENT_PERSONS, ['A 1', 'B 1 + C 1']],
  ] as const)('ruled again, %s has the last word', (resolution, partition) => {
    hub.rule(resolution);
    expect([hub.partition, kinds(), new Set(states())]).toEqual([partition, [], new Set(['CLEAR'])]);
    hub.arrive('A', [record('1')]);
    expect([hub.partition, kinds()]).toEqual([partition, []]);
  });

  test('whichever is away for a while, the newest rulings are the ones that join', () => {
    for (const [system, own] of [
      ['A', BORN],
      ['B', SLIP],
      ['C', OTHER],
    ] as const) {
      hub.arrive(system, [record('1', { nhsNumber: M, dateOfBirth: own })]);
      hub.arrive(system, [record('1', { dateOfBirth: own })]);
      expect([hub.partition, kinds()]).toEqual([['A 1', 'B 1 + C 1'], ['DATE_OF_BIRTH_MISMATCH']]);
    }
  });
});

describe('whatever is ruled of three and arrives, in whatever order', () => {
  const referral = fc.record({
    nhsNumber: fc.constantFrom(N, N, M),
    dateOfBirth: fc.constantFrom(BORN, BORN, SLIP, null),
  });
  const ruling = fc.record({ rule: fc.constantFrom(SAME_PERSON, DIFFERENT_PERSONS), at: fc.nat(3) });

  /** A name of what record systems alone make one, by person. */
  function bySystems(any: IdentityHistory): Map<string, string> {
    const names = new Map([...any.persons.keys()].map((id) => [id, id]));
    for (const { systemId, personId, replacedByLocalId } of any.links.values()) {
      const successor = any.links.get(`${systemId} ${replacedByLocalId}`);
      if (!successor) continue;
      const [from, to] = [names.get(personId)!, names.get(successor.personId)!];
      for (const [id, name] of names) if (name === from) names.set(id, to);
    }
    return names;
  }

  test('two between whom a ruling stands that they are two are never made one but by their system', () => {
    const threeSystems = fc.record({
      system: fc.constantFrom('A', 'B', 'C'),
      record: fc.record({
        localId: fc.constantFrom('1', '1', '1', '2'),
        nhsNumber: fc.constantFrom(N, N, N, N, M),
        nhsNumberStatus: fc.constantFrom('01', '01', '01', '02'),
        dateOfBirth: fc.constantFrom(...BIRTHS),
        deceasedOn: fc.constant(null),
        active: fc.constant(true),
        replacedByLocalId: fc.constantFrom(null, null, null, null, null, '2'),
        restricted: fc.constant(false),
      }),
    });
    let stood = 0;
    let contested = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 5, arbitrary: threeSystems },
            { weight: 1, arbitrary: referral },
            { weight: 4, arbitrary: ruling },
          ),
          { minLength: 10, maxLength: 24, size: 'max' },
        ),
        (steps) => {
          const any = new IdentityHistory();
          for (const each of steps) {
            if ('rule' in each) any.rule(each.rule, each.at);
            else if ('system' in each) any.arrive(each.system, [each.record]);
            else any.refer(each);
            const bySource = bySystems(any);
            const { graph } = any;
            for (const { resolution, sides, ...rest } of any.rulings) {
              const [one, other] = sides.map(({ personId }) => any.persons.get(personId)!) as [
                KnownPerson,
                KnownPerson,
              ];
              const told = { resolution, sides, ...rest };
              const isOne = graph.root(one.id) === graph.root(other.id);
              if (resolution === SAME_PERSON && !isOne && holdsAsOne(told, one, other)) {
                const [a, b] = [graph.root(one.id), graph.root(other.id)];
                if (graph.person(a)!.nhsNumber !== graph.person(b)!.nhsNumber) continue;
                contested += 1;
                for (const id of [a, b])
                  if (
                    graph.identity(id).records.length > 0 &&
                    graph.identity(a === id ? b : a).records.length > 0
                  )
                    expect([id, graph.person(id)!.identityState]).toEqual([id, 'CONFLICT']);
              }
              if (resolution !== DIFFERENT_PERSONS || !holdsAsTwo(told, one, other)) continue;
              stood += 1;
              if (bySource.get(one.id) !== bySource.get(other.id))
                expect([one.id, other.id, isOne]).toEqual([one.id, other.id, false]);
            }
          }
        },
      ),
      { numRuns: 1500, seed: 53 },
    );
    expect(stood).toBeGreaterThan(500);
    expect(contested).toBeGreaterThan(0);
  });
});
