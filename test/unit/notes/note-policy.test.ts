/** Which policy applies: the most specific in force, the hub's default last. */
import fc from 'fast-check';
import { DocumentKind } from '../../../src/clinical/documents.port.js';
import {
  choosePolicy,
  countersignRoleFor,
  HUB_DEFAULT_POLICY,
  type NotePolicyRow,
} from '../../../src/notes/note-policy.rules.js';

const row = (id: string, change: Partial<NotePolicyRow> = {}): NotePolicyRow => ({
  ...HUB_DEFAULT_POLICY,
  id,
  clause: `clause ${id}`,
  specificationId: null,
  systemId: null,
  validFrom: '2025-01-01',
  validTo: null,
  ...change,
});
const question = { specificationId: 'spec', systemId: 'system', on: '2026-03-11' };
const chosen = (rows: readonly NotePolicyRow[], change: Partial<typeof question> = {}): string =>
  choosePolicy(rows, { ...question, ...change }).clause;

describe('choosePolicy', () => {
  const neither = row('neither');
  const destination = row('destination', { systemId: 'system' });
  const specification = row('specification', { specificationId: 'spec' });
  const both = row('both', { specificationId: 'spec', systemId: 'system' });
  const ranked = [both, specification, destination, neither];

  it.each([0, 1, 2, 3])('takes the most specific of what is left after %d', (taken) => {
    const left = ranked.slice(taken);
    expect(chosen(left)).toBe(left[0]!.clause);
    expect(chosen([...left].reverse())).toBe(left[0]!.clause);
  });

  it('is the hub’s default where nothing is kept', () => {
    expect(choosePolicy([], question)).toBe(HUB_DEFAULT_POLICY);
  });

  it('states the hub’s default', () => {
    expect(HUB_DEFAULT_POLICY).toEqual({
      clause: 'hub default',
      lateAfterHours: 24,
      latestBackDays: 90,
      countersignRole: null,
      countersignKinds: [],
      chaseAfterWorkingDays: 2,
      urgentWithinMinutes: 240,
      urgentEscalateTo: null,
    });
  });

  it.each([
    ['another specification', { specificationId: 'other' }],
    ['another destination', { systemId: 'other' }],
    ['not yet', { validFrom: '2026-03-12' }],
    ['no longer, from its first day on', { validTo: '2026-03-11' }],
  ])('passes over one for %s', (_what, change) => {
    expect(chosen([row('it', change)])).toBe('hub default');
  });

  it.each([
    ['on its first day', { validFrom: '2026-03-11' }],
    ['on its last day', { validTo: '2026-03-12' }],
  ])('takes one %s', (_what, change) => {
    expect(chosen([row('it', change)])).toBe('clause it');
  });

  it('takes the one that began last of two as specific', () => {
    const older = row('older');
    const newer = row('newer', { validFrom: '2026-01-01' });
    expect(chosen([older, newer])).toBe('clause newer');
    expect(chosen([newer, older])).toBe('clause newer');
  });

  it('never takes a destination’s for a note that goes nowhere', () => {
    expect(choosePolicy(ranked, { ...question, systemId: null }).clause).toBe('clause specification');
  });

  it('does not depend on the order in which rows come', () => {
    const maybe = (value: string): fc.Arbitrary<string | null> => fc.constantFrom(value, 'other', null);
    const rows = fc.uniqueArray(
      fc.record({
        specificationId: maybe('spec'),
        systemId: maybe('system'),
        validFrom: fc.constantFrom('2025-01-01', '2026-01-01', '2026-03-11', '2026-05-01'),
        validTo: fc.constantFrom(null, '2026-02-01', '2026-03-11', '2027-01-01'),
      }),
      { maxLength: 12, selector: (one) => `${one.specificationId} ${one.systemId} ${one.validFrom}` },
    );
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (forms, seeds) => {
        const all = forms.map((form, index) => row(String(index), form));
        const keys = new Map(all.map((one) => [one, seeds.next().value as number]));
        const shuffled = [...all].sort((a, b) => keys.get(a)! - keys.get(b)!);
        expect(chosen(shuffled)).toBe(chosen(all));
      }),
    );
  });
});

describe('countersignRoleFor', () => {
  const policy = (role: 'TEAM_MANAGER' | 'CARE_COORDINATOR' | null, kinds: readonly DocumentKind[]) => ({
    ...HUB_DEFAULT_POLICY,
    countersignRole: role,
    countersignKinds: kinds,
  });

  it('is nobody by default, for any kind', () => {
    for (const kind of Object.values(DocumentKind))
      expect(countersignRoleFor(HUB_DEFAULT_POLICY, kind, 'CLINICAL_RECORD')).toBeNull();
  });

  it.each([
    ['a kind that is named', 'TEAM_MANAGER', 'CLINICAL_RECORD', 'TEAM_MANAGER'],
    ['what may be shared', 'CARE_COORDINATOR', 'SHAREABLE', 'CARE_COORDINATOR'],
    ['the service alone, by its manager', 'TEAM_MANAGER', 'SERVICE_ONLY', 'TEAM_MANAGER'],
    ['the service alone, which a coordinator may not see', 'CARE_COORDINATOR', 'SERVICE_ONLY', null],
    ['no role', null, 'CLINICAL_RECORD', null],
  ] as const)('%s', (_what, role, visibility, expected) => {
    expect(countersignRoleFor(policy(role, ['ACTION_PLAN']), 'ACTION_PLAN', visibility)).toBe(expected);
    expect(countersignRoleFor(policy(role, ['ACTION_PLAN']), 'PROGRESS_NOTE', visibility)).toBeNull();
  });
});
