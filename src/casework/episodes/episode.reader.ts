/** Field maps of employment episodes and of who carried them. */
import { ANALYSTS, CARE, CARE_AND_ANALYSTS } from '../../access/policies.js';
import { CLINICAL_RECORD_SYSTEMS } from '../../clinical/clinical.reader.js';
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
  latest,
  many,
  one,
  order,
  text,
  through,
  time,
  until,
  uuid,
} from '../../platform/database/select/map-words.js';
import { REFERRALS } from '../referrals/referral.reader.js';

/** Who carried an episode from when to when, the present one first. */
export const EPISODE_SPECIALISTS: TypeMap = typeMap({
  type: 'EpisodeSpecialist',
  table: 'episode_specialists',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    validFrom: date('valid_from', CARE_AND_ANALYSTS),
    validTo: date('valid_to', CARE_AND_ANALYSTS, { nullable: true }),
  },
  one: { specialist: one(() => STAFF, 'staff_id', CARE_AND_ANALYSTS, { nullable: false }) },
  orders: { NEWEST: order(CARE_AND_ANALYSTS, desc('valid_from', 'date'), desc('id', 'uuid')) },
});

/** Episodes of the caller's teams; to an analyst, of the agreement's organisations. */
export const EMPLOYMENT_EPISODES: TypeMap = typeMap({
  type: 'EmploymentEpisode',
  table: 'employment_episodes',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    state: text('state', CARE_AND_ANALYSTS),
    openedOn: date('opened_on', CARE_AND_ANALYSTS),
    closedOn: date('closed_on', CARE_AND_ANALYSTS, { nullable: true }),
    closingReason: text('closing_reason', CARE_AND_ANALYSTS, { nullable: true }),
    createdAt: time('created_at', CARE_AND_ANALYSTS),
  },
  one: {
    person: one(() => PERSONS, 'person_id', CARE_AND_ANALYSTS),
    team: one(() => TEAMS, 'team_id', CARE_AND_ANALYSTS, { nullable: false }),
    specialist: one(() => STAFF, 'specialist_id', CARE_AND_ANALYSTS, { nullable: false }),
    referral: one(() => REFERRALS, 'referral_id', CARE_AND_ANALYSTS, { nullable: false }),
    specification: one(() => SERVICE_SPECIFICATIONS, 'specification_id', CARE_AND_ANALYSTS, {
      nullable: false,
    }),
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', CARE_AND_ANALYSTS),
  },
  many: { specialists: many(() => EPISODE_SPECIALISTS, 'episode_id', CARE_AND_ANALYSTS) },
  filters: {
    stateIn: among('state', 'text[]', CARE_AND_ANALYSTS),
    teamId: equals('team_id', 'uuid', CARE_AND_ANALYSTS),
    specialistId: equals('specialist_id', 'uuid', CARE_AND_ANALYSTS),
    openedFrom: from('opened_on', 'date', CARE_AND_ANALYSTS),
    openedUntil: until('opened_on', 'date', CARE_AND_ANALYSTS),
    person: through(() => PERSONS, 'person_id', CARE),
    referral: through(() => REFERRALS, 'referral_id', CARE_AND_ANALYSTS),
  },
  orders: {
    NEWEST: order(CARE_AND_ANALYSTS, desc('opened_on', 'date'), desc('id', 'uuid')),
    OLDEST: order(CARE_AND_ANALYSTS, asc('opened_on', 'date'), asc('id', 'uuid')),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE), byOrganisation(ANALYSTS)],
});

/** Gives the maps of lower rooms, and referrals, their inverse names; called once, when the graph is assembled. */
export function addEpisodeRelations(): void {
  addRelations(PERSONS, {
    many: {
      episodes: many(() => EMPLOYMENT_EPISODES, 'person_id', CARE_AND_ANALYSTS, {
        page: { size: 10, max: 50 },
      }),
    },
  });
  addRelations(REFERRALS, {
    one: { episode: latest(() => EMPLOYMENT_EPISODES, 'referral_id', CARE_AND_ANALYSTS) },
  });
}
