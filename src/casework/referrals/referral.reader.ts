/** Field map of referrals. */
import { ANALYSTS, CARE, CARE_AND_ANALYSTS } from '../../access/policies.js';
import { SERVICE_SPECIFICATIONS } from '../../contracts/specification.reader.js';
import { STAFF, TEAMS } from '../../directory/directory.reader.js';
import { PERSONS } from '../../people/person.reader.js';
import { addRelations, type TypeMap, typeMap } from '../../platform/database/select/field-map.js';
import {
  among,
  asc,
  byOrganisation,
  byTeam,
  date,
  desc,
  equals,
  from,
  many,
  one,
  order,
  text,
  through,
  time,
  until,
  uuid,
} from '../../platform/database/select/map-words.js';

/** Referrals of the caller's teams; to an analyst, of the agreement's organisations. */
export const REFERRALS: TypeMap = typeMap({
  type: 'Referral',
  table: 'referrals',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    state: text('state', CARE_AND_ANALYSTS),
    route: text('route', CARE_AND_ANALYSTS),
    receivedOn: date('received_on', CARE_AND_ANALYSTS),
    acceptedOn: date('accepted_on', CARE_AND_ANALYSTS, { nullable: true }),
    closedOn: date('closed_on', CARE_AND_ANALYSTS, { nullable: true }),
    wordOnWork: text('word_on_work', CARE_AND_ANALYSTS),
    wordRecordedOn: date('word_recorded_on', CARE_AND_ANALYSTS, { nullable: true }),
    employmentAtReferral: text('employment_at_referral', CARE_AND_ANALYSTS),
    consentToContactClinician: text('consent_to_contact_clinician', CARE_AND_ANALYSTS),
    residence: text('residence', CARE_AND_ANALYSTS),
    ageBand: text('age_band', CARE_AND_ANALYSTS, { nullable: true }),
    firstContactDueOn: date('first_contact_due_on', CARE_AND_ANALYSTS, { nullable: true }),
    createdAt: time('created_at', CARE_AND_ANALYSTS),
  },
  one: {
    person: one(() => PERSONS, 'person_id', CARE_AND_ANALYSTS),
    team: one(() => TEAMS, 'team_id', CARE_AND_ANALYSTS, { nullable: false }),
    specification: one(() => SERVICE_SPECIFICATIONS, 'specification_id', CARE_AND_ANALYSTS, {
      nullable: false,
    }),
    specialist: one(() => STAFF, 'specialist_id', CARE_AND_ANALYSTS),
  },
  filters: {
    stateIn: among('state', 'text[]', CARE_AND_ANALYSTS),
    routeIn: among('route', 'text[]', CARE_AND_ANALYSTS),
    teamId: equals('team_id', 'uuid', CARE_AND_ANALYSTS),
    receivedFrom: from('received_on', 'date', CARE_AND_ANALYSTS),
    receivedUntil: until('received_on', 'date', CARE_AND_ANALYSTS),
    wordOnWorkIn: among('word_on_work', 'text[]', CARE_AND_ANALYSTS),
    person: through(() => PERSONS, 'person_id', CARE),
    specification: through(() => SERVICE_SPECIFICATIONS, 'specification_id', CARE_AND_ANALYSTS),
  },
  orders: {
    NEWEST: order(CARE_AND_ANALYSTS, desc('received_on', 'date'), desc('id', 'uuid')),
    OLDEST: order(CARE_AND_ANALYSTS, asc('received_on', 'date'), asc('id', 'uuid')),
    FIRST_CONTACT_DUE: order(CARE, asc('first_contact_due_on', 'date', "'infinity'"), asc('id', 'uuid')),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE), byOrganisation(ANALYSTS)],
});

/** Gives the maps of lower rooms their inverse names; called once, when the graph is assembled. */
export function addReferralRelations(): void {
  addRelations(PERSONS, {
    many: {
      referrals: many(() => REFERRALS, 'person_id', CARE_AND_ANALYSTS, { page: { size: 10, max: 50 } }),
    },
  });
}
