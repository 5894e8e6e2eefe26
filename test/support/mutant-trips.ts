/** The ways of a resource into the hub: what is read of it by caseload and live reads, and what must hold of the answer. */

import { pullCaseload } from '../../adapters/fhir-r4/caseload/pull.js';
import type { PullContext } from '../../adapters/fhir-r4/caseload/strategy.js';
import { listTeams } from '../../adapters/fhir-r4/caseload/teams.js';
import { createDocuments } from '../../adapters/fhir-r4/documents/documents.js';
import { createRecord } from '../../adapters/fhir-r4/record/record.js';
import type { CaseloadItem, Observed } from '../../src/clinical/clinical-record.port.js';
import { isId } from '../../src/core/ids.js';
import { dayOf, each, expectIdentity, idIn, instantIn, own, stringsIn } from './mutant-oracle.js';
import type { Served } from './mutant-server.js';
import type { Value } from './mutated-json.js';
import {
  CARE_TEAM,
  DOCUMENT,
  DOCUMENT_ID,
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

/** One way: which resource is changed, what else the server holds, what is asked, and what must hold of what comes. */
export interface Trip {
  readonly type: string;
  readonly valid: Value;
  /** A member that the mapping reads and nothing before it. */
  readonly looked: string;
  readonly beside: readonly Served[];
  readonly settings: object;
  ask(context: PullContext): Promise<readonly Observed<unknown>[]>;
  check(answers: readonly Observed<unknown>[], resource: Value): void;
}

const never = (): AbortSignal => new AbortController().signal;
const TEAM = 'Organization/team-one';
const at = (resource: Value): Served => ({ type: String(own(resource, 'resourceType')), resource });
const PEOPLE = [at(PATIENT), at(OTHER_PATIENT)];
const WORKERS = [at(ROLE), at(PRACTITIONER)];

const pulling =
  (teamReference: string) =>
  async (context: PullContext): Promise<readonly Observed<CaseloadItem>[]> => {
    const items: Observed<CaseloadItem>[] = [];
    for await (const page of pullCaseload(context, { teamReference, since: null }, never()))
      items.push(...page.items);
    return items;
  };

const STATES: Readonly<Record<string, readonly string[]>> = {
  planned: ['PLANNED'],
  proposed: ['PLANNED'],
  waitlist: ['WAITING_LIST'],
  active: ['OPEN'],
  arrived: ['OPEN'],
  triaged: ['OPEN'],
  'in-progress': ['OPEN'],
  onhold: ['ON_HOLD'],
  suspended: ['ON_HOLD'],
  onleave: ['ON_HOLD'],
  finished: ['ENDED'],
  inactive: ['ENDED'],
  cancelled: ['ENDED', 'PLANNED'],
  'entered-in-error': ['ENTERED_IN_ERROR'],
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

const record = (context: PullContext) => createRecord(context)!;

/** A text is nothing, or has something in it, and each of its words stands in the resource. */
function expectText(text: unknown, resource: unknown): void {
  if (text === null) return;
  expect(text).toBe(String(text).trim());
  const words = String(text).split(/[\s,]+/);
  expect(words.some((word) => word !== '') || text === ',').toBe(true);
  const said = stringsIn(resource).join('\n');
  expect(words.filter((word) => !said.includes(word))).toEqual([]);
}

/** Every way, by name. */
export const TRIPS: Readonly<Record<string, Trip>> = {
  'Patient on a caseload': {
    type: 'Patient',
    valid: PATIENT,
    looked: 'birthDate',
    beside: [at(EPISODE), at(OTHER_PATIENT), ...WORKERS],
    settings: {},
    ask: pulling(TEAM),
    check(answers, patient) {
      expect(answers).toHaveLength(1);
      expectIdentity((answers[0]!.value as CaseloadItem).patient, 'p1', patient);
    },
  },
  'Patient, live': {
    type: 'Patient',
    valid: PATIENT,
    looked: 'birthDate',
    beside: [],
    settings: {},
    ask: async (context) =>
      (await record(context).demographics!(['p1'], never())).filter((one) => one !== null),
    check(answers, patient) {
      for (const { value } of answers) {
        const read = value as Record<string, unknown>;
        expectIdentity(read.identity as never, 'p1', patient);
        expect(read.dateOfBirth).toBe(dayOf(own(patient, 'birthDate')));
        expect(read.deceasedOn).toBe(dayOf(own(patient, 'deceasedDateTime')));
        expect([null, 'male', 'female', 'other', 'unknown']).toContain(read.gender);
        for (const key of ['name', 'telephone', 'address', 'postcode', 'generalPractitioner'])
          expectText(read[key], patient);
      }
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
  'EpisodeOfCare, live': {
    type: 'EpisodeOfCare',
    valid: EPISODE,
    looked: 'status',
    beside: [at(ORGANIZATION), ...WORKERS],
    settings: {},
    ask: async (context) => (await record(context).openEpisodes!(['p1'], '2026-02-01', never()))[0]!,
    check(answers, episode) {
      for (const { value } of answers) {
        const { startedOn, state } = value as { startedOn: unknown; state: string };
        const [start, end] = ['start', 'end'].map((name) => dayOf(own(episode, 'period', name)));
        expect(idIn(own(episode, 'patient'), 'Patient')).toBe('p1');
        expect(startedOn).toBe(start);
        expect(STATES[String(own(episode, 'status'))]).toContain(state);
        expect((start ?? '') <= '2026-02-01' && (end ?? '9999') > '2026-02-01').toBe(true);
      }
    },
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
  'CareTeam, live': {
    type: 'CareTeam',
    valid: CARE_TEAM,
    looked: 'name',
    beside: WORKERS,
    settings: {},
    ask: async (context) => (await record(context).careTeams!(['p1'], never()))[0]!,
    check(answers, team) {
      for (const { value } of answers) {
        const { members, name } = value as {
          members: { reference: string | null; name: string | null; role: string | null }[];
          name: string | null;
        };
        expect(idIn(own(team, 'subject'), 'Patient')).toBe('p1');
        expectText(name, team);
        for (const one of members) {
          expectText(one.role, team);
          expectText(one.name, [team, ...WORKERS]);
          if (one.reference !== null)
            expect(stringsIn(team).some((text) => text.includes(one.reference!))).toBe(true);
        }
      }
    },
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
    beside: [at(EPISODE), ...PEOPLE, at(ROLE)],
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
      at({ ...(EPISODE as object), careManager: { reference: 'Practitioner/w1' } }),
      ...PEOPLE,
      at(PRACTITIONER),
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
  'DocumentReference, live': {
    type: 'DocumentReference',
    valid: DOCUMENT,
    looked: 'description',
    beside: [],
    settings: {},
    ask: async (context) => (await record(context).documents!(['p1'], never()))[0]!,
    check(answers, document) {
      for (const { value } of answers) {
        const read = value as Record<string, string | null>;
        expect(idIn(own(document, 'subject'), 'Patient')).toBe('p1');
        expect(read.recordedAt).toBe(instantIn(own(document, 'date')));
        expect([null, 'current', 'superseded', 'entered-in-error']).toContain(read.status);
        for (const key of ['title', 'type', 'author']) expectText(read[key], document);
        if (read.documentVersionId === null) continue;
        expect(isId(read.documentVersionId!)).toBe(true);
        expect(JSON.stringify(document).toLowerCase()).toContain(read.documentVersionId);
      }
    },
  },
  'DocumentReference as it was filed': {
    type: 'DocumentReference',
    valid: DOCUMENT,
    looked: 'docStatus',
    beside: [],
    settings: {},
    ask: async (context) =>
      (
        await createDocuments(context).find(
          [{ documentVersionId: DOCUMENT_ID, patientLocalId: 'p1' }],
          never(),
        )
      ).filter((one) => one !== null),
    check(answers, document) {
      for (const { value, complete } of answers) {
        const read = value as Record<string, string | null>;
        expect(read.documentVersionId).toBe(DOCUMENT_ID);
        expect(read.patientLocalId).toBe(idIn(own(document, 'subject'), 'Patient') ?? '');
        if (read.patientLocalId === '' || read.textHash === null) expect(complete).toBe(false);
      }
    },
  },
};
