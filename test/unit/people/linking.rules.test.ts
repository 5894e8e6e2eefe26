/** Whole arrivals, decided in memory: who joins whom, what merges, what stays in dispute, and that it all settles. */
import fc from 'fast-check';
import type { RecordIdentity } from '../../../src/people/identity.rules.js';
import { IdentityGraph, type KnownConflict } from '../../../src/people/identity-graph.rules.js';
import { type IdentityPlan, type Neighbourhood, planLinks } from '../../../src/people/linking.rules.js';
import {
  matchPerson,
  type PersonMatch,
  type StatedIdentity,
} from '../../../src/people/person-match.rules.js';

const N = '9990000018';
const M = '9990000026';
const BORN = '1980-02-29';

/** A record; by default verified and living. */
function record(localId: string, more: Partial<RecordIdentity> = {}): RecordIdentity {
  return {
    localId,
    nhsNumber: N,
    nhsNumberStatus: '01',
    dateOfBirth: BORN,
    deceasedOn: null,
    active: true,
    replacedByLocalId: null,
    restricted: false,
    ...more,
  };
}

/** All that is known, as the database would keep it between arrivals. */
class Town {
  persons = new Map<string, Neighbourhood['persons'][number]>();
  links = new Map<string, Neighbourhood['links'][number]>();
  conflicts = new Map<string, KnownConflict>();
  private ids = 0;

  arrive(systemId: string, ...records: RecordIdentity[]): IdentityPlan {
    const plan = planLinks(systemId, records, this.everything, this.newId);
    this.write(plan);
    return plan;
  }

  refer(stated: StatedIdentity = { nhsNumber: N, dateOfBirth: BORN }): PersonMatch {
    const match = matchPerson(stated, this.everything, this.newId);
    this.write(match.plan);
    return match;
  }

  survivor(systemId: string, localId: string): string {
    const { persons, links } = this.everything;
    return new IdentityGraph(persons, links).root(this.links.get(`${systemId} ${localId}`)!.personId);
  }

  root(personId: string): string {
    return new IdentityGraph(this.everything.persons, this.everything.links).root(personId);
  }

  state(personId: string): string {
    return this.persons.get(personId)!.identityState;
  }

  get open(): string[] {
    return [...this.conflicts.values()]
      .filter((conflict) => conflict.open)
      .map((conflict) => conflict.kind)
      .sort();
  }

  get survivors(): string[] {
    return [...this.persons.values()]
      .filter((person) => person.mergedIntoId === null)
      .map((person) => person.id);
  }

  get everything(): Neighbourhood {
    return {
      persons: [...this.persons.values()],
      links: [...this.links.values()],
      conflicts: [...this.conflicts.values()],
      rulings: [],
    };
  }

  private readonly newId = (): string => `person-${String(++this.ids).padStart(3, '0')}`;

  private write(plan: IdentityPlan): void {
    for (const person of plan.persons) this.persons.set(person.id, person);
    for (const link of plan.links) this.links.set(`${link.systemId} ${link.localId}`, link);
    for (const { id, resolution } of plan.settled) {
      this.conflicts.set(id, { ...this.conflicts.get(id)!, open: false, resolution });
    }
    for (const opened of plan.opened) {
      const id = `${opened.kind} ${opened.personId} ${opened.otherPersonId}`;
      this.conflicts.set(id, { ...opened, id, open: true, resolution: null });
    }
  }
}

let town: Town;
beforeEach(() => {
  town = new Town();
});

test('a known record keeps its person and brings what it now says', () => {
  town.arrive('A', record('1', { nhsNumber: null, nhsNumberStatus: null }));
  const before = town.survivor('A', '1');
  town.arrive('A', record('1', { deceasedOn: '2026-02-01', restricted: true }));
  expect(town.survivor('A', '1')).toBe(before);
  expect(town.persons.get(before)).toMatchObject({
    nhsNumber: N,
    nhsNumberStatus: '01',
    deceasedOn: '2026-02-01',
    restricted: true,
  });
});

test.each<[string, Partial<RecordIdentity>, boolean, string[]]>([
  ['the same, verified', {}, true, []],
  ['an unverified number', { nhsNumberStatus: '02' }, false, ['UNVERIFIED_NUMBER']],
  ['another date of birth', { dateOfBirth: '1980-02-28' }, false, ['DATE_OF_BIRTH_MISMATCH']],
  ['no date of birth', { dateOfBirth: null }, false, ['SHARED_NHS_NUMBER']],
  ['another number', { nhsNumber: M }, false, []],
  ['no number', { nhsNumber: null, nhsNumberStatus: null }, false, []],
])('a record of a second system with %s', (_what, more, joins, conflicts) => {
  town.arrive('A', record('1'));
  town.arrive('B', record('2', more));
  expect(town.survivor('B', '2') === town.survivor('A', '1')).toBe(joins);
  expect(town.open).toEqual(conflicts);
  for (const person of town.persons.values())
    expect(person.identityState).toBe(conflicts.length ? 'CONFLICT' : 'CLEAR');
});

test.each([
  ['one after another', false],
  ['together', true],
])('two living records of one system, %s, are two in dispute', (_what, together) => {
  const [one, two] = [record('1'), record('2')];
  if (together) town.arrive('A', one, two);
  else for (const each of [one, two]) town.arrive('A', each);
  expect(town.survivors).toHaveLength(2);
  expect(town.survivors.map((id) => town.state(id))).toEqual(['CONFLICT', 'CONFLICT']);
  expect(town.open).toEqual(['SHARED_NHS_NUMBER']);
});

test('two that arrive together for one referral: neither takes it, all three are in dispute', () => {
  const { personId } = town.refer();
  town.arrive('A', record('1'), record('2'));
  expect(town.survivors).toHaveLength(3);
  expect(town.state(personId)).toBe('CONFLICT');
});

test('a third system does not choose between two in dispute', () => {
  town.arrive('A', record('1'), record('2'));
  town.arrive('B', record('3'));
  expect(town.survivors).toHaveLength(3);
  expect(town.open).toHaveLength(3);
});

describe('merges at the source', () => {
  test('the replaced record goes into the other; the dispute between the two ends', () => {
    town.arrive('A', record('1'), record('2'));
    const plan = town.arrive('A', record('1', { active: false, replacedByLocalId: '2' }));
    expect(town.survivor('A', '1')).toBe(town.survivor('A', '2'));
    expect(plan.settled).toMatchObject([{ resolution: 'MERGED' }]);
    expect(town.survivors.map((id) => town.state(id))).toEqual(['CLEAR']);
    expect(town.links.get('A 1')!.personId).not.toBe(town.links.get('A 2')!.personId);
  });

  test('a dispute with a third stays', () => {
    town.arrive('A', record('1'), record('2'), record('3'));
    town.arrive('A', record('1', { active: false, replacedByLocalId: '2' }));
    expect(town.open).toContain('SHARED_NHS_NUMBER');
    expect(town.survivors.map((id) => town.state(id))).toEqual(['CONFLICT', 'CONFLICT']);
  });

  test('the replacement may come later, and a chain is followed to its end', () => {
    town.arrive('A', record('1', { nhsNumber: null, active: false, replacedByLocalId: '2' }));
    expect(town.survivors).toHaveLength(1);
    town.arrive('A', record('2', { nhsNumber: null, active: false, replacedByLocalId: '3' }));
    town.arrive('A', record('3', { nhsNumber: null }));
    expect(new Set(['1', '2', '3'].map((localId) => town.survivor('A', localId))).size).toBe(1);
    expect(town.survivor('A', '1')).toBe(town.links.get('A 3')!.personId);
  });

  test('two that replace each other are one, without a circle', () => {
    town.arrive('A', record('1', { replacedByLocalId: '2' }), record('2', { replacedByLocalId: '1' }));
    expect(town.survivors).toHaveLength(1);
    expect(town.survivor('A', '1')).toBe(town.survivor('A', '2'));
  });

  test('undone at the source, undone here, and back in dispute', () => {
    town.arrive('A', record('1', { active: false, replacedByLocalId: '2', nhsNumber: M }), record('2'));
    expect(town.survivor('A', '1')).toBe(town.survivor('A', '2'));
    town.arrive('A', record('1'));
    expect(town.survivors).toHaveLength(2);
    expect(town.open).toEqual(['SHARED_NHS_NUMBER']);
  });
});

describe('corrections at the source', () => {
  test('a number put right ends the dispute', () => {
    town.arrive('A', record('1'), record('2'));
    const plan = town.arrive('A', record('2', { nhsNumber: M }));
    expect(plan.settled).toMatchObject([{ resolution: 'NO_LONGER_SO' }]);
    expect(town.survivors.map((id) => town.state(id))).toEqual(['CLEAR', 'CLEAR']);
    town.arrive('A', record('2'));
    expect(town.open).toEqual(['SHARED_NHS_NUMBER']);
  });

  test('records of one person that come to disagree put that person in dispute', () => {
    town.arrive('A', record('1'));
    town.arrive('B', record('2'));
    town.arrive('B', record('2', { nhsNumber: M, dateOfBirth: '1980-02-28' }));
    expect(town.open).toEqual(['DATE_OF_BIRTH_MISMATCH', 'SHARED_NHS_NUMBER']);
    expect(town.state(town.survivor('A', '1'))).toBe('CONFLICT');
    town.arrive('B', record('2'));
    expect(town.open).toEqual([]);
  });
});

describe('referrals', () => {
  test('find the one with number and date of birth; else make somebody', () => {
    town.arrive('A', record('1'));
    expect(town.refer()).toMatchObject({ personId: town.survivor('A', '1'), made: false, ambiguous: false });
    expect(town.refer({ nhsNumber: null, dateOfBirth: BORN })).toMatchObject({
      made: true,
      ambiguous: false,
    });
    expect(town.refer({ nhsNumber: M, dateOfBirth: BORN })).toMatchObject({ made: true, ambiguous: false });
  });

  test.each<[string, Partial<RecordIdentity>, StatedIdentity]>([
    ['an unverified record', { nhsNumberStatus: '02' }, { nhsNumber: N, dateOfBirth: BORN }],
    ['another date of birth', {}, { nhsNumber: N, dateOfBirth: '1980-02-28' }],
    ['no date of birth', {}, { nhsNumber: N, dateOfBirth: null }],
  ])(
    '%s: a new person, in dispute, so that no verdict rests on the want of a record',
    (_what, more, stated) => {
      town.arrive('A', record('1', more));
      expect(town.refer(stated)).toMatchObject({ made: true, ambiguous: true });
      // What a form says of a number stops nobody whom the record knows.
      expect(town.state(town.survivor('A', '1'))).toBe('CLEAR');
    },
  );

  test('two living records: one new person in dispute, and the same one the next time', () => {
    town.arrive('A', record('1'), record('2'));
    const first = town.refer();
    expect(first).toMatchObject({ made: true, ambiguous: true });
    expect(town.refer()).toMatchObject({ personId: first.personId, made: false, ambiguous: true });
  });

  test('the same person twice is one, and the record that arrives later joins them', () => {
    const { personId } = town.refer();
    expect(town.refer()).toMatchObject({ personId, made: false });
    town.arrive('A', record('1'));
    expect(town.survivor('A', '1')).toBe(personId);
    expect(town.state(personId)).toBe('CLEAR');
  });

  test('a record that is verified later takes the referral in', () => {
    town.arrive('A', record('1', { nhsNumberStatus: '02' }));
    const { personId } = town.refer();
    town.arrive('A', record('1'));
    expect(town.root(personId)).toBe(town.survivor('A', '1'));
    expect(town.state(town.survivor('A', '1'))).toBe('CLEAR');
  });

  test('after a clean merge the referral finds its way to the survivor', () => {
    town.arrive('A', record('1'));
    const { personId } = town.refer();
    town.arrive('A', record('1', { active: false, replacedByLocalId: '2' }), record('2'));
    expect(town.root(personId)).toBe(town.survivor('A', '2'));
    expect(town.refer().personId).toBe(town.survivor('A', '2'));
  });
});

test('a dummy number held by many costs one dispute each, not one per pair', () => {
  town.arrive('A', ...Array.from({ length: 60 }, (_, n) => record(`dummy ${n}`)));
  expect(town.open).toHaveLength(59);
  expect(town.survivors.every((id) => town.state(id) === 'CONFLICT')).toBe(true);
});

const anyRecord = fc.record({
  localId: fc.constantFrom('1', '2', '3', '4'),
  nhsNumber: fc.constantFrom(N, M, null),
  nhsNumberStatus: fc.constantFrom('01', '01', '02'),
  dateOfBirth: fc.constantFrom(BORN, BORN, '1980-02-28', null),
  deceasedOn: fc.constant(null),
  active: fc.constantFrom(true, true, false),
  replacedByLocalId: fc.constantFrom(null, null, null, '1', '2', '3'),
  restricted: fc.constant(false),
});
const step = fc.oneof(
  fc.record({
    system: fc.constantFrom('A', 'B'),
    records: fc.uniqueArray(anyRecord, { selector: (r) => r.localId, maxLength: 4 }),
  }),
  fc.record({
    nhsNumber: fc.constantFrom(N, M, null),
    dateOfBirth: fc.constantFrom(BORN, '1980-02-28', null),
  }),
);

test('whatever arrives in whatever order: no circle, no lost record, states agree with disputes, and a repeat changes nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const any = new Town();
      const keeps = new Map<string, string>();
      for (const each of steps) {
        if ('system' in each) any.arrive(each.system, ...each.records);
        else any.refer(each);
        for (const [key, link] of any.links) {
          expect(keeps.get(key) ?? link.personId).toBe(link.personId);
          keeps.set(key, link.personId);
        }
      }
      for (const person of any.persons.values()) {
        expect(any.persons.get(any.root(person.id))!.mergedIntoId).toBeNull();
      }
      const inDispute = new Set(
        [...any.conflicts.values()]
          .filter((one) => one.open)
          .map((one) => [any.root(one.personId), any.root(one.otherPersonId)])
          .flatMap((pair) => {
            const recorded = new Set([...any.links.values()].map((link) => any.root(link.personId)));
            const stated = pair.filter((id) => !recorded.has(id));
            return stated.length === 1 ? stated : pair;
          }),
      );
      for (const person of any.persons.values()) {
        expect([person.id, person.identityState]).toEqual([
          person.id,
          inDispute.has(any.root(person.id)) ? 'CONFLICT' : 'CLEAR',
        ]);
      }
      for (const system of ['A', 'B']) {
        const again = [...any.links.values()].filter((link) => link.systemId === system);
        const { madeIds, merges, opened, settled } = any.arrive(
          system,
          ...again.map(({ systemId: _s, personId: _p, ...rest }) => rest),
        );
        expect({ made: madeIds.size, merges, opened, settled }).toEqual({
          made: 0,
          merges: [],
          opened: [],
          settled: [],
        });
      }
    }),
    { numRuns: 1000, seed: 20_260_302 },
  );
});
