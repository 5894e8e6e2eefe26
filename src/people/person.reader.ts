/** Field map of persons: identifiable columns for those who give care, a pseudonym for analysts. */
import { CARE, CARE_AND_ANALYSTS } from '../access/policies.js';
import { type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  asc,
  date,
  desc,
  equals,
  order,
  startsWith,
  text,
  uuid,
} from '../platform/database/select/map-words.js';

const identifying = { nullable: true, identifies: true } as const;

/** A detail that a referral to a further team must not bring to light when the record is restricted. */
const unlessRestricted = (column: string): string =>
  `case when {t}.restricted then null else {t}.${column} end`;

/** Persons who have been referred, within the caller's teams; analysts see `pseudonym` as id and nothing that identifies. */
export const PERSONS: TypeMap = typeMap({
  type: 'Person',
  table: 'persons',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS, { per: { ANALYST: 'pseudonym' } }),
    nhsNumber: text('nhs_number', CARE, identifying),
    nhsNumberStatus: text('nhs_number_status', CARE, { nullable: true }),
    dateOfBirth: date('date_of_birth', CARE, identifying),
    deceasedOn: date(unlessRestricted('deceased_on'), CARE, identifying),
    givenName: text('given_name', CARE, identifying),
    familyName: text('family_name', CARE, identifying),
    telephone: text(unlessRestricted('telephone'), CARE, identifying),
    postcode: text(unlessRestricted('postcode'), CARE, identifying),
    identityState: text('identity_state', CARE_AND_ANALYSTS),
  },
  filters: {
    nhsNumber: equals('nhs_number', 'text', CARE),
    familyNameStartsWith: startsWith('family_name', 'text', CARE),
    dateOfBirth: equals('date_of_birth', 'date', CARE),
    identityState: equals('identity_state', 'text', CARE_AND_ANALYSTS),
  },
  orders: {
    NEWEST: order(CARE_AND_ANALYSTS, desc('created_at', 'timestamptz'), {
      sql: 'pseudonym',
      type: 'uuid',
      desc: true,
    }),
    FAMILY_NAME: order(
      CARE,
      asc('family_name', 'text', "''"),
      asc('given_name', 'text', "''"),
      asc('id', 'uuid'),
    ),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'id', always: true, roles: CARE },
});
