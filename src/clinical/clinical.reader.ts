/** Field maps of the clinical side: systems and their freshness, caseload pulls, memberships with `asOf` and `knownAt`. */
import { ANYONE, CARE, CARE_AND_ANALYSTS, STEWARDS } from '../access/policies.js';
import { TEAMS } from '../directory/directory.reader.js';
import { IDENTITY_RECORDS } from '../people/identity-conflict.reader.js';
import { PERSONS } from '../people/person.reader.js';
import { addRelations, type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  byTeam,
  date,
  desc,
  edge,
  equals,
  flag,
  freeArg,
  int,
  latest,
  many,
  one,
  order,
  text,
  time,
  uuid,
} from '../platform/database/select/map-words.js';

/** Pulls of a team's caseload, newest first. Ids, counts and codes only. */
export const CASELOAD_PULLS: TypeMap = typeMap({
  type: 'CaseloadPull',
  table: 'caseload_pulls',
  columns: {
    id: uuid('id', ANYONE),
    kind: text('kind', ANYONE),
    state: text('state', ANYONE),
    startedAt: time('started_at', ANYONE),
    finishedAt: time('finished_at', ANYONE, { nullable: true }),
    pages: int('pages', ANYONE),
    received: int('received', ANYONE),
    expected: int('expected', ANYONE, { nullable: true }),
    changed: int('changed', ANYONE),
    failureCode: text('failure_code', ANYONE, { nullable: true }),
  },
  orders: { NEWEST: order(ANYONE, desc('finished_at', 'timestamptz', "'-infinity'"), desc('id', 'uuid')) },
});

const TEAM_KEY = { system_id: 'system_id', team_reference: 'team_reference' } as const;

/** Teams as a record system calls them. */
export const TEAM_CASELOADS: TypeMap = typeMap({
  type: 'TeamCaseload',
  table: 'team_maps',
  columns: {
    id: uuid('id', ANYONE),
    teamReference: text('team_reference', ANYONE),
    label: text('label', ANYONE, { nullable: true }),
  },
  one: {
    team: one(() => TEAMS, 'team_id', ANYONE),
    lastSweep: latest(() => CASELOAD_PULLS, TEAM_KEY, ANYONE, {
      where: "{t}.kind = 'SWEEP' and {t}.state = 'COMPLETE'",
    }),
    lastIncrement: latest(() => CASELOAD_PULLS, TEAM_KEY, ANYONE, {
      where: "{t}.kind = 'INCREMENT' and {t}.state = 'COMPLETE'",
    }),
  },
  orders: { REFERENCE: order(ANYONE, asc('team_reference', 'text'), asc('id', 'uuid')) },
});

/** Clinical record systems with what they last answered. */
export const CLINICAL_RECORD_SYSTEMS: TypeMap = typeMap({
  type: 'ClinicalRecordSystem',
  table: 'clinical_record_systems',
  columns: {
    id: uuid('id', ANYONE),
    code: text('code', ANYONE),
    name: text('name', ANYONE),
    adapter: text('adapter', ANYONE),
    presenceBudgetHours: int('presence_budget_hours', ANYONE),
    absenceBudgetHours: int('absence_budget_hours', ANYONE),
    lastAnswerAt: time('last_answer_at', ANYONE, { nullable: true }),
    lastFailureAt: time('last_failure_at', ANYONE, { nullable: true }),
    lastFailureCode: text('last_failure_code', ANYONE, { nullable: true }),
  },
  many: { caseloads: many(() => TEAM_CASELOADS, 'system_id', ANYONE) },
  orders: { CODE: order(ANYONE, asc('code', 'text'), asc('id', 'uuid')) },
});

/**
 * Memberships. `knownAt` (default now) says what the hub knew; `asOf` keeps those whose period holds that day and that
 * were not entered in error. Half-open: a discharge on D is closed on D, as NHS England counts it.
 */
export const MEMBERSHIPS: TypeMap = typeMap({
  type: 'Membership',
  table: 'caseload_memberships',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    state: text('state', CARE_AND_ANALYSTS),
    validFrom: date('valid_from', CARE_AND_ANALYSTS, { nullable: true }),
    validTo: date('valid_to', CARE_AND_ANALYSTS, { nullable: true }),
    complete: bool('complete', CARE_AND_ANALYSTS),
    observedFrom: time('observed_from', CARE_AND_ANALYSTS),
    observedTo: time('observed_to', CARE_AND_ANALYSTS, { nullable: true }),
    sourceReference: text('source_reference', CARE, { nullable: true }),
    sourceVersion: text('source_version', CARE, { nullable: true }),
    careCoordinatorName: text('care_coordinator_name', CARE, { nullable: true }),
  },
  one: {
    team: one(() => TEAMS, 'team_id', CARE_AND_ANALYSTS),
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', CARE_AND_ANALYSTS, { nullable: false }),
    person: one(() => PERSONS, 'person_id', CARE_AND_ANALYSTS),
  },
  filters: {
    stateIn: among('state', 'text[]', CARE_AND_ANALYSTS),
    teamId: equals('team_id', 'uuid', CARE_AND_ANALYSTS),
    ended: flag(CARE_AND_ANALYSTS, '{t}.valid_to is not null', '{t}.valid_to is null'),
  },
  orders: { NEWEST: order(CARE_AND_ANALYSTS, desc('observed_from', 'timestamptz'), desc('id', 'uuid')) },
  args: {
    asOf: freeArg(
      'date',
      (row, value) =>
        `((${row}.valid_from is null or ${row}.valid_from <= ${value}) and (${row}.valid_to is null or ${row}.valid_to > ${value}) and ${row}.state <> 'ENTERED_IN_ERROR')`,
    ),
    knownAt: freeArg(
      'timestamptz',
      (row, value) =>
        `(${row}.observed_from <= ${value} and (${row}.observed_to is null or ${row}.observed_to > ${value}))`,
      (row) => `${row}.observed_to is null`,
    ),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE)],
});

/** Gives the maps of lower rooms their inverse names; called once, when the graph is assembled. */
export function addClinicalRelations(): void {
  addRelations(IDENTITY_RECORDS, {
    one: { system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', STEWARDS, { nullable: false }) },
  });
  addRelations(PERSONS, {
    many: {
      memberships: many(() => MEMBERSHIPS, 'person_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } }),
    },
    edges: { clinical: edge('clinical', CARE) },
  });
}
