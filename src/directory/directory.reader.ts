/** Field maps of the directory: organisations, teams, staff. */
import { ADMINISTRATORS, ANYONE, CARE } from '../access/policies.js';
import { type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  date,
  equals,
  one,
  order,
  startsWith,
  text,
  uuid,
} from '../platform/database/select/map-words.js';

/** Organisations say nothing of any person: open to every authenticated caller. */
export const ORGANISATIONS: TypeMap = typeMap({
  type: 'Organisation',
  table: 'organisations',
  columns: {
    id: uuid('id', ANYONE),
    odsCode: text('ods_code', ANYONE),
    name: text('name', ANYONE),
    kind: text('kind', ANYONE),
  },
  orders: { ODS_CODE: order(ANYONE, asc('ods_code', 'text'), asc('id', 'uuid')) },
});

/** Teams, clinical and employment. */
export const TEAMS: TypeMap = typeMap({
  type: 'Team',
  table: 'teams',
  columns: {
    id: uuid('id', ANYONE),
    code: text('code', ANYONE),
    name: text('name', ANYONE),
    kind: text('kind', ANYONE),
    mhsdsTeamType: text('mhsds_team_type', ANYONE, { nullable: true }),
    area: text('area', ANYONE, { nullable: true }),
    dutyContact: text('duty_contact', CARE, { nullable: true }),
    validFrom: date('valid_from', ANYONE, { nullable: true }),
    validTo: date('valid_to', ANYONE, { nullable: true }),
  },
  one: { organisation: one(() => ORGANISATIONS, 'organisation_id', ANYONE, { nullable: false }) },
  filters: {
    kindIn: among('kind', 'text[]', ANYONE),
    code: equals('code', 'text', ANYONE),
    nameStartsWith: startsWith('name', 'text', ANYONE),
  },
  orders: {
    CODE: order(ANYONE, asc('code', 'text'), asc('id', 'uuid')),
    NAME: order(ANYONE, asc('name', 'text'), asc('id', 'uuid')),
  },
});

/** Staff: names only for those who work with them. */
export const STAFF: TypeMap = typeMap({
  type: 'StaffMember',
  table: 'staff',
  columns: {
    id: uuid('id', ANYONE),
    displayName: text('display_name', [...CARE, ...ADMINISTRATORS], { nullable: true }),
  },
  orders: { ID: order(ANYONE, asc('id', 'uuid')) },
});
