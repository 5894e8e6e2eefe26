/** Field maps of notes: the note as an interface of its two kinds, drafts, countersignatures, telephone calls, incidents. */
import { ANALYSTS, CARE, CARE_AND_ANALYSTS, CASEWORK } from '../access/policies.js';
import { EMPLOYMENT_EPISODES } from '../casework/episodes/episode.reader.js';
import { NOTE_DELIVERIES, NOTE_VERSIONS, WORK_ITEMS } from '../delivery/delivery.reader.js';
import { STAFF, TEAMS } from '../directory/directory.reader.js';
import { PERSONS } from '../people/person.reader.js';
import { addRelations, type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  byOrganisation,
  byTeam,
  date,
  desc,
  equals,
  from,
  having,
  int,
  latest,
  many,
  one,
  order,
  text,
  textArray,
  through,
  time,
  until,
  uuid,
} from '../platform/database/select/map-words.js';

/**
 * Notes of the caller's teams; to an analyst, of the agreement's organisations. Row-level security (`UNLESS_FOR_SERVICE_ALONE`) keeps
 * a note that is for the service alone, and its versions and work items, from everybody outside the service.
 */
export const NOTES: TypeMap = typeMap({
  type: 'Note',
  table: 'notes',
  variants: {
    by: `case when {t}.kind = 'PROGRESS_NOTE' then 'ProgressNote' else 'Assessment' end`,
    types: ['ProgressNote', 'Assessment'],
  },
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    kind: text('kind', CARE_AND_ANALYSTS),
    state: text('state', CARE_AND_ANALYSTS),
    versionCount: int('latest_version', CARE_AND_ANALYSTS),
    contactOn: date('contact_on', CARE_AND_ANALYSTS, { nullable: true }),
    retractedAt: time('retracted_at', CARE_AND_ANALYSTS, { nullable: true }),
    retractedBecause: text('retracted_because', CARE_AND_ANALYSTS, { nullable: true }),
    retractionReason: text('retraction_reason', CARE, { nullable: true }),
    createdAt: time('created_at', CARE_AND_ANALYSTS),
  },
  one: {
    author: one(() => STAFF, 'author_id', CARE_AND_ANALYSTS),
    person: one(() => PERSONS, 'person_id', CARE_AND_ANALYSTS),
    team: one(() => TEAMS, 'team_id', CARE_AND_ANALYSTS, { nullable: false }),
    episode: one(() => EMPLOYMENT_EPISODES, 'episode_id', CARE_AND_ANALYSTS),
    refiledAs: one(() => NOTES, 'refiled_as_id', CARE),
    latestVersion: latest(() => NOTE_VERSIONS, 'document_id', CARE_AND_ANALYSTS),
    delivery: latest(() => NOTE_DELIVERIES, 'document_id', CARE_AND_ANALYSTS),
    draft: latest(() => NOTE_DRAFTS, 'note_id', CASEWORK, { where: "{t}.state = 'OPEN'" }),
    countersignature: latest(() => COUNTERSIGNATURES, 'note_id', CARE),
  },
  many: {
    versions: many(() => NOTE_VERSIONS, 'document_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } }),
    deliveries: many(() => NOTE_DELIVERIES, 'document_id', CARE_AND_ANALYSTS, {
      page: { size: 10, max: 50 },
    }),
    telephoneCalls: many(() => TELEPHONE_CALLS, 'note_id', CARE),
    incidents: many(() => WRONG_PERSON_INCIDENTS, 'note_id', CARE),
  },
  filters: {
    kindIn: among('kind', 'text[]', CARE_AND_ANALYSTS),
    stateIn: among('state', 'text[]', CARE_AND_ANALYSTS),
    teamId: equals('team_id', 'uuid', CARE_AND_ANALYSTS),
    episodeId: equals('episode_id', 'uuid', CARE_AND_ANALYSTS),
    authorId: equals('author_id', 'uuid', CARE_AND_ANALYSTS),
    contactFrom: from('contact_on', 'date', CARE_AND_ANALYSTS),
    contactUntil: until('contact_on', 'date', CARE_AND_ANALYSTS),
    createdFrom: from('created_at', 'timestamptz', CARE_AND_ANALYSTS),
    createdUntil: until('created_at', 'timestamptz', CARE_AND_ANALYSTS),
    person: through(() => PERSONS, 'person_id', CARE),
    delivery: having(() => NOTE_DELIVERIES, 'document_id', CARE_AND_ANALYSTS),
  },
  orders: {
    NEWEST: order(CARE_AND_ANALYSTS, desc('created_at', 'timestamptz'), desc('id', 'uuid')),
    OLDEST: order(CARE_AND_ANALYSTS, asc('created_at', 'timestamptz'), asc('id', 'uuid')),
    CONTACT: order(CARE_AND_ANALYSTS, desc('contact_on', 'date', "'-infinity'"), desc('id', 'uuid')),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE), byOrganisation(ANALYSTS)],
});

/** What somebody has begun and not signed: row-level security shows it to its author alone. */
export const NOTE_DRAFTS: TypeMap = typeMap({
  type: 'NoteDraft',
  table: 'note_drafts',
  columns: {
    id: uuid('id', CASEWORK),
    purpose: text('purpose', CASEWORK),
    state: text('state', CASEWORK),
    title: text('title', CASEWORK),
    text: text('text', CASEWORK),
    contactOn: date('contact_on', CASEWORK),
    contactStartedAt: time('contact_started_at', CASEWORK, { nullable: true }),
    visibility: text('visibility', CASEWORK),
    labels: textArray('labels', CASEWORK),
    urgent: bool('urgent', CASEWORK),
    reason: text('reason', CASEWORK, { nullable: true }),
    rejectionReason: text('rejection_reason', CASEWORK, { nullable: true }),
    revision: int('revision', CASEWORK),
    writtenAt: time('written_at', CASEWORK),
  },
  one: {
    note: one(() => NOTES, 'note_id', CASEWORK),
    person: one(() => PERSONS, 'person_id', CASEWORK),
  },
  filters: {
    stateIn: among('state', 'text[]', CASEWORK),
    purpose: equals('purpose', 'text', CASEWORK),
  },
  orders: { NEWEST: order(CASEWORK, desc('written_at', 'timestamptz'), desc('id', 'uuid')) },
  // Drafts are long, and nobody has many.
  page: { size: 25, max: 25 },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Countersignatures that a policy asks for; reached through their note alone. */
export const COUNTERSIGNATURES: TypeMap = typeMap({
  type: 'Countersignature',
  table: 'countersignatures',
  columns: {
    id: uuid('id', CARE),
    role: text('role', CARE),
    clause: text('clause', CARE),
    state: text('state', CARE),
    askedAt: time('asked_at', CARE),
    dueOn: date('due_on', CARE),
    chasedAt: time('chased_at', CARE, { nullable: true }),
    decidedAt: time('decided_at', CARE, { nullable: true }),
    reason: text('reason', CARE, { nullable: true }),
  },
  one: {
    version: one(() => NOTE_VERSIONS, 'document_version_id', CARE),
    decidedBy: one(() => STAFF, 'decided_by', CARE),
  },
  orders: { NEWEST: order(CARE, desc('asked_at', 'timestamptz'), desc('id', 'uuid')) },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Telephone calls about an urgent note; reached through their note alone. */
export const TELEPHONE_CALLS: TypeMap = typeMap({
  type: 'TelephoneCall',
  table: 'telephone_calls',
  columns: {
    id: uuid('id', CARE),
    spokeTo: text('spoke_to', CARE),
    calledAt: time('called_at', CARE),
    recordedAt: time('recorded_at', CARE),
  },
  one: { recordedBy: one(() => STAFF, 'recorded_by', CARE) },
  orders: { NEWEST: order(CARE, desc('called_at', 'timestamptz'), desc('id', 'uuid')) },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Notes that were under the wrong person; reached through their note alone. Who had read them is for the casework alone. */
export const WRONG_PERSON_INCIDENTS: TypeMap = typeMap({
  type: 'WrongPersonIncident',
  table: 'wrong_person_incidents',
  columns: {
    id: uuid('id', CARE),
    incidentReference: text('incident_reference', CARE),
    reason: text('reason', CARE),
    readerCount: int('jsonb_array_length({t}.readers)', CARE),
    cancelledCount: int('jsonb_array_length({t}.cancelled)', CARE),
    reportedAt: time('reported_at', CARE),
  },
  one: {
    refiledAs: one(() => NOTES, 'refiled_as_id', CARE),
    reportedBy: one(() => STAFF, 'reported_by', CARE),
  },
  orders: { NEWEST: order(CARE, desc('reported_at', 'timestamptz'), desc('id', 'uuid')) },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Gives the maps of lower rooms their inverse names; called once, when the graph is assembled. */
export function addNoteRelations(): void {
  const notes = many(() => NOTES, 'person_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } });
  addRelations(PERSONS, { many: { notes } });
  addRelations(EMPLOYMENT_EPISODES, {
    many: { notes: many(() => NOTES, 'episode_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } }) },
  });
  addRelations(NOTE_VERSIONS, { one: { note: one(() => NOTES, 'document_id', CARE_AND_ANALYSTS) } });
  addRelations(NOTE_DELIVERIES, { one: { note: one(() => NOTES, 'document_id', CARE_AND_ANALYSTS) } });
  addRelations(WORK_ITEMS, { one: { note: one(() => NOTES, 'document_id', CARE) } });
}
