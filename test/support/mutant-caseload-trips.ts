/** The ways of a resource onto a caseload, and what must hold of what comes of it. */
import { pullCaseload } from '../../adapters/fhir-r4/caseload/pull.js';
import type { PullContext } from '../../adapters/fhir-r4/caseload/strategy.js';
import { listTeams } from '../../adapters/fhir-r4/caseload/teams.js';
import type { CaseloadItem, Observed } from '../../src/clinical/clinical-record.port.js';
import { dayOf, each, expectIdentity, idIn, instantIn, own, stringsIn } from './mutant-oracle.js';
import { expectText, never, STATES, served, type Trip } from './mutant-trip.js';
import type { Value } from './mutated-json.js';
import {
  CARE_TEAM,
  ENCOUNTER,
  EPISODE,
  GROUP,
  LIST,
  ORGANIZATION,
  OTHER_PATIENT,
  PATIENT,
  PRACTITIONER,
  ROLE,
} from './uk-core-resources.js';

const TEAM = 'Organization/team-one';
const PEOPLE = [served(PATIENT), served(OTHER_PATIENT)];
const WORKERS = [served(ROLE), served(PRACTITIONER)];

const pulling =
  (teamReference: string) =>
  async (context: PullContext): Promise<readonly Observed<CaseloadItem>[]> => {
    const items: Observed<CaseloadItem>[] = [];
    for await (const page of pullCaseload(context, { teamReference, since: null }, never()))
      items.push(...page.items);
    return items;
  };

const patientsOf = new Map([PATIENT, OTHER_PATIENT].map((patient) => [String(own(patient, 'id')), patient]));

/** The person is the one whom the part names, the days stand in it in full, and nobody coordinates whom it does not name. */
function expectItem(
  item: CaseloadItem,
  part: unknown,
  person: unknown,
  dates: readonly [unknown, unknown],
): void {
  const id = idIn(person, 'Patient');
  expect(id).not.toBeNull();
  expectIdentity(item.patient, id!, patientsOf.get(id!)!);
  expect([item.validFrom, item.validTo]).toEqual(dates.map(dayOf));
  const coordinator = item.careCoordinator;
  if (coordinator === null) return;
  expect(coordinator.reference).toMatch(/^Practitioner(Role)?\/[A-Za-z0-9\-.]{1,64}$/);
  expect(stringsIn(part).some((text) => text.includes(coordinator.reference))).toBe(true);
  if (coordinator.name !== null) expect(coordinator.name.trim()).not.toBe('');
}

/** One membership in one resource: its patient under `person`. */
const membership =
  (person: string) =>
  (answers: readonly Observed<unknown>[], resource: Value): void => {
    for (const { value, asOf, complete } of answers as readonly Observed<CaseloadItem>[]) {
      const [start, end] = ['start', 'end'].map((name) => own(resource, 'period', name));
      expect(value.teamReference).toBe(TEAM);
      expectItem(value, resource, own(resource, person), [start, end]);
      const status = own(resource, 'status');
      if (status !== undefined) expect(STATES[String(status)]).toContain(value.state);
      expect(asOf).toBe(instantIn(own(resource, 'meta', 'lastUpdated')));
      // An end that is there and cannot be read leaves open when it was.
      if (end !== undefined && value.validTo === null) expect(complete).toBe(false);
    }
  };

/** Several in one resource, each a part of it. */
const parts =
  (list: string, person: string, datesOf: (part: unknown) => readonly [unknown, unknown], over: string) =>
  (answers: readonly Observed<unknown>[], resource: Value): void => {
    const held = each(own(resource, list));
    expect(answers).toHaveLength(held.length);
    for (const [n, { value }] of (answers as readonly Observed<CaseloadItem>[]).entries()) {
      expectItem(value, held[n], own(held[n], person), datesOf(held[n]));
      expect(value.state).toBe(own(held[n], over) === true ? 'ENDED' : 'OPEN');
    }
  };

/** Every way, by name. */
export const CASELOAD_TRIPS: Readonly<Record<string, Trip>> = {
  'Patient on a caseload': {
    type: 'Patient',
    valid: PATIENT,
    looked: 'birthDate',
    beside: [served(EPISODE), served(OTHER_PATIENT), ...WORKERS],
    settings: {},
    ask: pulling(TEAM),
    check(answers, patient) {
      expect(answers).toHaveLength(1);
      expectIdentity((answers[0]!.value as CaseloadItem).patient, 'p1', patient);
    },
  },
  'EpisodeOfCare on a caseload': {
    type: 'EpisodeOfCare',
    valid: EPISODE,
    looked: 'status',
    beside: [...PEOPLE, ...WORKERS],
    settings: {},
    ask: pulling(TEAM),
    check: membership('patient'),
  },
  'CareTeam on a caseload': {
    type: 'CareTeam',
    valid: CARE_TEAM,
    looked: 'status',
    beside: [...PEOPLE, ...WORKERS],
    settings: { caseloadStrategy: 'CARE_TEAM' },
    ask: pulling(TEAM),
    check: membership('subject'),
  },
  'Group on a caseload': {
    type: 'Group',
    valid: GROUP,
    looked: 'type',
    beside: PEOPLE,
    settings: { caseloadStrategy: 'GROUP' },
    ask: pulling('Group/g1'),
    check: parts(
      'member',
      'entity',
      (one) => [own(one, 'period', 'start'), own(one, 'period', 'end')],
      'inactive',
    ),
  },
  'List on a caseload': {
    type: 'List',
    valid: LIST,
    looked: 'status',
    beside: PEOPLE,
    settings: { caseloadStrategy: 'LIST' },
    ask: pulling('List/l1'),
    check: parts('entry', 'item', (one) => [own(one, 'date'), null], 'deleted'),
  },
  'Encounter on a caseload': {
    type: 'Encounter',
    valid: ENCOUNTER,
    looked: 'status',
    beside: [...PEOPLE, ...WORKERS],
    settings: { caseloadStrategy: 'ENCOUNTER' },
    ask: pulling(TEAM),
    check: membership('subject'),
  },
  'Practitioner behind an episode': {
    type: 'Practitioner',
    valid: PRACTITIONER,
    looked: 'name',
    beside: [served(EPISODE), ...PEOPLE, served(ROLE)],
    settings: {},
    ask: pulling(TEAM),
    check(answers, practitioner) {
      const { careCoordinator } = answers[0]!.value as CaseloadItem;
      expect(careCoordinator!.reference).toBe('PractitionerRole/r1');
      expectText(careCoordinator!.name, [practitioner, 'Ada Okafor']);
    },
  },
  'PractitionerRole of a team': {
    type: 'PractitionerRole',
    valid: ROLE,
    looked: 'practitioner',
    beside: [
      served({ ...(EPISODE as object), careManager: { reference: 'Practitioner/w1' } }),
      ...PEOPLE,
      served(PRACTITIONER),
    ],
    settings: { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER' },
    ask: pulling(TEAM),
    check(answers, role) {
      expect(idIn(own(role, 'practitioner'), 'Practitioner')).toBe('w1');
      const at = [own(role, 'organization'), ...each(own(role, 'organization'))];
      expect(at.map((one) => idIn(one, 'Organization'))).toContain('team-one');
      expect(own(role, 'active')).not.toBe(false);
      const end = dayOf(own(role, 'period', 'end'));
      expect(end === null || end >= '2026-03-01').toBe(true);
      expect((answers[0]!.value as CaseloadItem).patient.localId).toBe('p1');
    },
  },
  'Organization as a team': {
    type: 'Organization',
    valid: ORGANIZATION,
    looked: 'active',
    beside: [],
    settings: { teamCodeSystem: 'https://trust.example/team' },
    ask: (context) => listTeams(context, never()),
    check(answers, organization) {
      for (const { value } of answers) {
        const { teamReference, name, code } = value as Record<string, string | null>;
        expect(teamReference).toBe(`Organization/${String(own(organization, 'id'))}`);
        expectText(name, organization);
        const codes = each(own(organization, 'identifier'))
          .filter((one) => own(one, 'system') === 'https://trust.example/team')
          .map((one) => own(one, 'value'));
        if (code !== null) expect(codes).toContain(code);
        expect(own(organization, 'active')).not.toBe(false);
      }
    },
  },
};
