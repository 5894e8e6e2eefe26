/** Rulings of stewards in memory: what they settle, what never touches them, and what undoes them. */
import fc from 'fast-check';
import type { RecordIdentity } from '../../../src/people/identity.rules.js';
import { type Ruling, RulingResolution } from '../../../src/people/ruling.rules.js';
import { rulingOn } from '../../../src/people/ruling-plan.rules.js';
import { BIRTHS, IdentityHistory, NUMBERS, play, record } from '../../support/identity-history.js';

const [N, M] = NUMBERS;
const [BORN, SLIP, OTHER] = BIRTHS;
const { SAME_PERSON, DIFFERENT_PERSONS } = RulingResolution;
const unverified = (localId = '1'): RecordIdentity => record(localId, { nhsNumberStatus: '02' });
const stated = { nhsNumber: N, dateOfBirth: BORN };

let hub: IdentityHistory;
beforeEach(() => {
  hub = new IdentityHistory();
});
const kinds = (): string[] => hub.open.map(({ kind }) => kind).sort();
const states = (): string[] => [...hub.persons.values()].map(({ identityState }) => identityState);
const resolutions = (): (string | null)[] => [...hub.conflicts.values()].map(({ resolution }) => resolution);

describe('a referral beside an unverified record', () => {
  let person: string;
  beforeEach(() => {
    hub.arrive('A', [unverified()]);
    person = hub.refer(stated);
  });
  const owner = (): string => hub.graph.root(hub.links.get('A 1')!.personId);

  test('is on the list under a kind of its own, and leaves the record’s person in peace', () => {
    expect(kinds()).toEqual(['UNVERIFIED_NUMBER']);
    expect(hub.persons.get(person)!.identityState).toBe('CONFLICT');
    expect(hub.persons.get(owner())!.identityState).toBe('CLEAR');
    expect(hub.graph.root(person)).not.toBe(owner());
  });

  test('ruled one: the referral goes into the record, and a later pull changes nothing', () => {
    hub.rule(SAME_PERSON);
    expect([hub.graph.root(person), states(), kinds(), resolutions()]).toEqual([
      owner(),
      ['CLEAR', 'CLEAR'],
      [],
      [SAME_PERSON],
    ]);
    for (const more of [{ restricted: true }, { deceasedOn: '2026-02-01' }, { active: false }, {}]) {
      const plan = hub.arrive('A', [{ ...unverified(), ...more }]);
      expect([plan.opened, plan.settled, plan.merges]).toEqual([[], [], []]);
      expect([hub.graph.root(person), kinds()]).toEqual([owner(), []]);
    }
  });

  test.each<[string, Partial<RecordIdentity>, string[]]>([
    ['another number', { nhsNumber: M }, []],
    ['no number', { nhsNumber: null, nhsNumberStatus: null }, []],
    ['another date of birth', { dateOfBirth: SLIP }, []],
    [
      'another date of birth, verified',
      { dateOfBirth: SLIP, nhsNumberStatus: '01' },
      ['DATE_OF_BIRTH_MISMATCH'],
    ],
    ['no date of birth', { dateOfBirth: null }, ['UNVERIFIED_NUMBER']],
  ])(
    'ruled one, then corrected at the source: %s parts them; taken back, they are one again',
    (_what, more, open) => {
      hub.rule(SAME_PERSON);
      hub.arrive('A', [{ ...unverified(), ...more }]);
      expect(hub.graph.root(person)).toBe(person);
      expect(kinds()).toEqual(open);
      expect(resolutions()).not.toContain(SAME_PERSON);
      hub.arrive('A', [unverified()]);
      expect([hub.graph.root(person), kinds(), states()]).toEqual([owner(), [], ['CLEAR', 'CLEAR']]);
      expect(resolutions()).toContain(SAME_PERSON);
    },
  );

  test('ruled one, then verified at the source: they stay one', () => {
    hub.rule(SAME_PERSON);
    const plan = hub.arrive('A', [record('1')]);
    expect([plan.opened, plan.settled, hub.graph.root(person)]).toEqual([[], [], owner()]);
  });

  test('ruled two: both are clear, and a later pull does not ask again', () => {
    hub.rule(DIFFERENT_PERSONS);
    expect([states(), kinds(), resolutions()]).toEqual([['CLEAR', 'CLEAR'], [], [DIFFERENT_PERSONS]]);
    for (const more of [{ restricted: true }, { nhsNumberStatus: '03' }, { dateOfBirth: SLIP }, {}]) {
      hub.arrive('A', [{ ...unverified(), ...more }]);
      expect([kinds(), resolutions(), hub.graph.root(person)]).toEqual([[], [DIFFERENT_PERSONS], person]);
    }
  });

  test('ruled two, then verified at the source: it is asked again, and nothing joins them by itself', () => {
    hub.rule(DIFFERENT_PERSONS);
    const plan = hub.arrive('A', [record('1')]);
    expect([plan.merges, hub.graph.root(person), kinds()]).toEqual([[], person, ['SHARED_NHS_NUMBER']]);
    expect(hub.persons.get(person)!.identityState).toBe('CONFLICT');
    hub.rule(SAME_PERSON);
    expect([hub.graph.root(person), kinds()]).toEqual([owner(), []]);
  });

  test('ruled two: the next referral with number and date of birth of both is nobody’s until a steward says whose', () => {
    hub.arrive('A', [record('1')]);
    expect(hub.graph.root(person)).toBe(owner());
    hub = play([{ system: 'A', record: unverified() }, stated]);
    hub.rule(DIFFERENT_PERSONS);
    hub.arrive('A', [record('1')]);
    hub.rule(DIFFERENT_PERSONS);
    const [known] = [...hub.persons.keys()];
    const third = hub.refer(stated);
    expect(hub.graph.root(third)).toBe(third);
    expect(hub.persons.get(third)!.identityState).toBe('CONFLICT');
    expect(hub.persons.get(known!)!.identityState).toBe('CLEAR');
    expect(hub.refer(stated)).toBe(third);
  });
});

test('the record survives a referral that was made first, and the verified record an unverified one', () => {
  const person = hub.refer(stated);
  hub.arrive('A', [unverified()]);
  hub.rule(SAME_PERSON);
  expect(hub.persons.get(person)!.mergedIntoId).toBe(hub.links.get('A 1')!.personId);
  hub = play([
    { system: 'A', record: unverified() },
    { system: 'B', record: record('1') },
  ]);
  hub.rule(SAME_PERSON);
  expect(hub.graph.root(hub.links.get('A 1')!.personId)).toBe(hub.links.get('B 1')!.personId);
});

describe('two records', () => {
  test('of one system, ruled one: a later merge at the source and its undoing leave them one', () => {
    hub.arrive('A', [record('1'), record('2')]);
    hub.rule(SAME_PERSON);
    expect([hub.partition, states()]).toEqual([['A 1 + A 2'], ['CLEAR', 'CLEAR']]);
    hub.arrive('A', [record('1', { active: false, replacedByLocalId: '2' })]);
    hub.arrive('A', [record('1')]);
    expect([hub.partition, kinds()]).toEqual([['A 1 + A 2'], []]);
  });

  test('ruled two, then merged at their source: the source has the last word, and its undoing brings the ruling back', () => {
    hub.arrive('A', [record('1'), record('2')]);
    hub.rule(DIFFERENT_PERSONS);
    expect([hub.partition, states()]).toEqual([
      ['A 1', 'A 2'],
      ['CLEAR', 'CLEAR'],
    ]);
    hub.arrive('A', [record('1', { active: false, replacedByLocalId: '2' })]);
    expect([hub.partition, resolutions()]).toEqual([['A 1 + A 2'], ['MERGED']]);
    hub.arrive('A', [record('1')]);
    expect([hub.partition, kinds(), resolutions()]).toEqual([['A 1', 'A 2'], [], [DIFFERENT_PERSONS]]);
  });

  test('with two dates of birth, ruled one: both dates are known and no dispute; a third one is', () => {
    hub.arrive('A', [record('1')]);
    hub.arrive('B', [record('1', { dateOfBirth: SLIP })]);
    expect(kinds()).toEqual(['DATE_OF_BIRTH_MISMATCH']);
    hub.rule(SAME_PERSON);
    expect([hub.partition, kinds(), states()]).toEqual([['A 1 + B 1'], [], ['CLEAR', 'CLEAR']]);
    hub.arrive('B', [record('1', { dateOfBirth: SLIP, restricted: true })]);
    expect(kinds()).toEqual([]);
    hub.arrive('B', [record('1', { dateOfBirth: OTHER })]);
    expect([hub.partition, kinds()]).toEqual([['A 1', 'B 1'], ['DATE_OF_BIRTH_MISMATCH']]);
    hub.arrive('B', [record('1')]);
    expect([hub.partition, kinds()]).toEqual([['A 1 + B 1'], []]);
  });

  test('ruled two for their dates of birth, which then come to agree: it is asked again', () => {
    hub.arrive('A', [record('1')]);
    hub.arrive('B', [record('1', { dateOfBirth: SLIP })]);
    hub.rule(DIFFERENT_PERSONS);
    expect(kinds()).toEqual([]);
    hub.arrive('B', [record('1')]);
    expect([hub.partition, kinds()]).toEqual([['A 1', 'B 1'], ['SHARED_NHS_NUMBER']]);
  });

  test('ruled one, with a referral that could be either: it goes into the one', () => {
    const person = hub.refer(stated);
    hub.arrive('A', [record('1'), record('2')]);
    const [first] = [...hub.links.values()];
    expect(kinds()).toHaveLength(3);
    const at = hub.open.findIndex(
      ({ personId, otherPersonId }) => ![personId, otherPersonId].includes(person),
    );
    hub.rule(SAME_PERSON, at);
    expect([kinds(), hub.graph.root(person)]).toEqual([[], hub.graph.root(first!.personId)]);
  });

  test('within one person there is nothing to rule on', () => {
    hub.arrive('A', [record('1')]);
    hub.arrive('B', [record('1')]);
    hub.arrive('B', [record('1', { nhsNumber: M })]);
    const [dispute] = hub.open;
    const around = { ...everything(hub), rulings: [] };
    expect(rulingOn(around, [dispute!.personId, dispute!.otherPersonId], SAME_PERSON, 'r')).toBeNull();
    expect(rulingOn(around, [dispute!.personId, 'nobody'], SAME_PERSON, 'r')).toBeNull();
  });
});

function everything({ persons, links, conflicts }: IdentityHistory) {
  return { persons: [...persons.values()], links: [...links.values()], conflicts: [...conflicts.values()] };
}

describe('whatever is ruled and arrives, in whatever order', () => {
  const arrival = fc.record({
    system: fc.constantFrom('A', 'B'),
    record: fc.record({
      localId: fc.constantFrom('1', '2', '3'),
      nhsNumber: fc.constantFrom(N, N, N, N, M, null),
      nhsNumberStatus: fc.constantFrom('01', '01', '02'),
      dateOfBirth: fc.constantFrom(BORN, BORN, SLIP, null),
      deceasedOn: fc.constant(null),
      active: fc.constantFrom(true, true, false),
      replacedByLocalId: fc.constantFrom(null, null, null, null, '1', '2'),
      restricted: fc.boolean(),
    }),
  });
  const referral = fc.record({
    nhsNumber: fc.constantFrom(N, N, M),
    dateOfBirth: fc.constantFrom(BORN, BORN, SLIP, null),
  });
  const ruling = fc.record({ rule: fc.constantFrom(SAME_PERSON, DIFFERENT_PERSONS), at: fc.nat(3) });
  const step = fc.oneof(
    { weight: 4, arbitrary: arrival },
    { weight: 1, arbitrary: referral },
    { weight: 3, arbitrary: ruling },
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const act = (one: IdentityHistory, each: Step): void => {
    if ('rule' in each) one.rule(each.rule, each.at);
    else if ('system' in each) one.arrive(each.system, [each.record]);
    else one.refer(each);
  };
  let ruled = 0;

  test('no circle, every record with its person, states agree with disputes, and a repeat changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), (steps) => {
        const any = new IdentityHistory();
        const keeps = new Map<string, string>();
        for (const each of steps) {
          act(any, each);
          for (const [key, { personId }] of any.links) {
            expect(keeps.get(key) ?? personId).toBe(personId);
            keeps.set(key, personId);
          }
        }
        ruled += any.rulings.length;
        const { graph } = any;
        for (const { id } of any.persons.values())
          expect(any.persons.get(graph.root(id))!.mergedIntoId).toBeNull();
        const doubted = new Set(
          any.open.flatMap(({ personId, otherPersonId }) => {
            const pair = [graph.root(personId), graph.root(otherPersonId)];
            const onlyStated = pair.filter((id) => graph.identity(id).records.length === 0);
            return onlyStated.length === 1 ? onlyStated : pair;
          }),
        );
        for (const { id, identityState } of any.persons.values())
          expect([id, identityState]).toEqual([id, doubted.has(graph.root(id)) ? 'CONFLICT' : 'CLEAR']);
        const { partition, disputes } = any;
        for (const { systemId, personId: _person, ...said } of [...any.links.values()]) {
          const { madeIds, merges, opened, settled } = any.arrive(systemId, [said]);
          expect([madeIds.size, merges, opened, settled]).toEqual([0, [], [], []]);
        }
        expect([any.partition, any.disputes]).toEqual([partition, disputes]);
      }),
      { numRuns: 600, seed: 20_260_311 },
    );
    expect(ruled).toBeGreaterThan(420);
  });

  test('whoever is one is so by a verified number, by their record system, or by a ruling that holds', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), (steps) => {
        const any = new IdentityHistory();
        /** Pairs of records that joined by number at the moment when the later one arrived. */
        const joined: (readonly [string, string])[] = [];
        for (const each of steps) {
          const known = new Set(any.links.keys());
          act(any, each);
          for (const [key, { personId }] of any.links) {
            if (known.has(key)) continue;
            for (const other of known)
              if (any.links.get(other)!.personId === personId) joined.push([key, other]);
          }
        }
        const holding = any.rulings.filter((each) => any.graph.rulingsOfOne(true).includes(each));
        const apart = neighbours(any, joined, holding);
        for (const [key, link] of any.links) {
          for (const [otherKey, other] of any.links) {
            if (any.graph.root(link.personId) === any.graph.root(other.personId))
              expect([key, otherKey, apart.get(key) === apart.get(otherKey)]).toEqual([key, otherKey, true]);
          }
        }
      }),
      { numRuns: 700, seed: 41 },
    );
  });

  /** A name of each record's component: joined by number, replaced, or by persons in a ruling that holds. */
  function neighbours(
    any: IdentityHistory,
    joined: readonly (readonly [string, string])[],
    holding: readonly Ruling[],
  ): Map<string, string> {
    const names = new Map<string, string>([...any.links.keys()].map((key) => [key, key]));
    for (const id of any.persons.keys()) names.set(id, id);
    const join = (a: string, b: string): void => {
      const [from, to] = [names.get(a), names.get(b)];
      if (from === undefined || to === undefined) return;
      for (const [key, name] of names) if (name === from) names.set(key, to);
    };
    for (const [key, link] of any.links) {
      join(key, link.personId);
      if (link.replacedByLocalId) join(key, `${link.systemId} ${link.replacedByLocalId}`);
    }
    for (const pair of joined) join(...pair);
    for (const { sides } of holding) join(sides[0].personId, sides[1].personId);
    return names;
  }

  test('two that were told apart are never one again, unless their system or a later ruling says so', () => {
    const unmerged = arrival.map((one) => ({ ...one, record: { ...one.record, replacedByLocalId: null } }));
    const different = fc.record({ rule: fc.constant(DIFFERENT_PERSONS), at: fc.nat(3) });
    let told = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(unmerged, referral, different), { minLength: 4, maxLength: 14, size: 'max' }),
        (steps) => {
          const any = new IdentityHistory();
          const pairs: (readonly [string, string])[] = [];
          for (const each of steps) {
            act(any, each);
            for (const { sides } of any.rulings) pairs.push([sides[0].personId, sides[1].personId]);
            for (const [a, b] of pairs) expect(any.graph.root(a)).not.toBe(any.graph.root(b));
          }
          told += any.rulings.length;
        },
      ),
      { numRuns: 700, seed: 43 },
    );
    expect(told).toBeGreaterThan(500);
  });

  test('any slip at the source taken back leaves identities and disputes as the stewards left them', () => {
    // Of two records that replace each other, which survives depends on who said so first.
    const oneWay = arrival.map(({ system, record: said }) => ({
      system,
      record: (said.replacedByLocalId ?? '9') > said.localId ? said : { ...said, replacedByLocalId: null },
    }));
    fc.assert(
      fc.property(
        fc.array(oneWay, { minLength: 2, maxLength: 5 }),
        fc.array(ruling, { minLength: 1, maxLength: 4 }),
        fc.array(oneWay, { minLength: 1, maxLength: 5 }),
        (arrivals, rulings, slips) => {
          const any = new IdentityHistory();
          for (const each of [...arrivals, ...rulings]) act(any, each);
          const { partition, disputes } = any;
          const before = [...any.links.values()];
          for (const slip of slips)
            if (any.links.has(`${slip.system} ${slip.record.localId}`)) act(any, slip);
          for (const { systemId, personId: _person, ...said } of before) any.arrive(systemId, [said]);
          expect([any.partition, any.disputes]).toEqual([partition, disputes]);
        },
      ),
      { numRuns: 900, seed: 47 },
    );
  });
});
