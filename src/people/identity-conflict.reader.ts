/** Field maps of the identity work list: disputes with both their sides, as much of each as settles who is who. */
import { STEWARDS } from '../access/policies.js';
import { type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  date,
  flag,
  many,
  one,
  order,
  text,
  time,
  uuid,
} from '../platform/database/select/map-words.js';

/** The person that survives of the one in a column of `{t}`. */
const survivor = (column: string): string =>
  `(with recursive chain as (
      select p.id, p.merged_into_id from persons p where p.id = {t}.${column}
      union select p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
    ) select id from chain where merged_into_id is null)`;

/** Ids of a surviving person `{t}` and of all that were merged into them. */
const FAMILY = `array(with recursive family as (
      select {t}.id as id union select p.id from family f join persons p on p.merged_into_id = f.id
    ) select id from family)`;

const IS_RESTRICTED = `exists (select from persons p where p.id = any (${FAMILY}) and p.restricted)`;
const LOCAL_ID = 'case when {t}.restricted then null else {t}.local_id end';

/** The local id of what replaced a record, unless either of the two is restricted or the other is not known. */
const shownSuccessor = (record: string): string =>
  `case when not ${record}.restricted then (select other.local_id from record_links other
     where other.system_id = ${record}.system_id and other.local_id = ${record}.replaced_by_local_id and not other.restricted) end`;

/**
 * Which disputes are on the list: a number that nobody has verified asks for a steward only where a referral is concerned,
 * or slips of the pen between two systems would hide what matters. Row SQL over `identity_conflicts`.
 */
export const ON_THE_LIST = `({t}.kind <> 'UNVERIFIED_NUMBER' or exists (
  select from persons p where p.id in (${survivor('person_id')}, ${survivor('other_person_id')}) and p.family_name is not null))`;

/**
 * A digest of all that the list shows of both sides of a dispute: as long as it is the same, a steward who rules has
 * seen what is so. Row SQL over `identity_conflicts`.
 */
export const VERSION_OF_CONFLICT = `(
  with recursive family as (
    select s.id as root_id, s.id from unnest(array[${survivor('person_id')}, ${survivor('other_person_id')}]) as s(id)
    union select f.root_id, p.id from family f join persons p on p.merged_into_id = f.id
  ), shown as (
    select json_build_array(f.root_id, p.id, p.nhs_number, p.nhs_number_status, p.date_of_birth, p.restricted,
             p.family_name is not null,
             case when not bool_or(p.restricted) over (partition by f.root_id) then p.given_name end,
             case when not bool_or(p.restricted) over (partition by f.root_id) then p.family_name end)::text as line
    from family f join persons p on p.id = f.id
    union all
    select json_build_array(f.root_id, l.system_id, l.nhs_number, l.nhs_number_status, l.date_of_birth, l.active, l.restricted,
             case when not l.restricted then l.local_id end, ${shownSuccessor('l')})::text
    from family f join record_links l on l.person_id = f.id
  ) select encode(sha256(convert_to(coalesce(string_agg(line, '' order by line), ''), 'UTF8')), 'hex') from shown)`;

/** Records of one side. Of one that its system restricts it is told that there is one, and its identity; where to find it, the system tells whoever may open it. */
export const IDENTITY_RECORDS: TypeMap = typeMap({
  type: 'IdentityRecord',
  table: 'record_links',
  columns: {
    localId: text(LOCAL_ID, STEWARDS, { nullable: true, identifies: true }),
    nhsNumber: text('nhs_number', STEWARDS, { nullable: true, identifies: true }),
    nhsNumberStatus: text('nhs_number_status', STEWARDS, { nullable: true }),
    dateOfBirth: date('date_of_birth', STEWARDS, { nullable: true, identifies: true }),
    isActive: bool('active', STEWARDS),
    replacedByLocalId: text(shownSuccessor('{t}'), STEWARDS, { nullable: true, identifies: true }),
    isRestricted: bool('restricted', STEWARDS),
    observedAt: time('observed_at', STEWARDS),
  },
  orders: {
    SYSTEM: order(STEWARDS, asc('system_id', 'uuid'), asc('local_id', 'text'), asc('id', 'uuid')),
  },
  subject: { sql: 'person_id', always: true },
});

/** One side of a dispute: a surviving person with the records of everybody merged into them. Names are those of a referral. */
export const IDENTITY_SIDES: TypeMap = typeMap({
  type: 'IdentitySide',
  table: 'persons',
  columns: {
    id: uuid('id', STEWARDS),
    nhsNumber: text('nhs_number', STEWARDS, { nullable: true, identifies: true }),
    nhsNumberStatus: text('nhs_number_status', STEWARDS, { nullable: true }),
    dateOfBirth: date('date_of_birth', STEWARDS, { nullable: true, identifies: true }),
    givenName: text(`case when ${IS_RESTRICTED} then null else {t}.given_name end`, STEWARDS, {
      nullable: true,
      identifies: true,
    }),
    familyName: text(`case when ${IS_RESTRICTED} then null else {t}.family_name end`, STEWARDS, {
      nullable: true,
      identifies: true,
    }),
    isReferred: bool('({t}.family_name is not null)', STEWARDS),
    isRestricted: bool(IS_RESTRICTED, STEWARDS),
  },
  many: {
    records: many(() => IDENTITY_RECORDS, 'person_id', STEWARDS, {
      viaSql: `{to}.person_id = any (${FAMILY})`,
    }),
  },
  subject: { sql: 'id', always: true },
});

/** What stewards ruled, without the facts that it rested on. */
export const IDENTITY_RULINGS: TypeMap = typeMap({
  type: 'IdentityRuling',
  table: 'identity_rulings',
  columns: {
    resolution: text('resolution', STEWARDS),
    reason: text('reason', STEWARDS),
    ruledAt: time('ruled_at', STEWARDS),
    ruledBy: text('ruled_by', STEWARDS),
  },
});

/** The work list. Both persons of a dispute are on record whatever is asked of it. */
export const IDENTITY_CONFLICTS: TypeMap = typeMap({
  type: 'IdentityConflict',
  table: 'identity_conflicts',
  columns: {
    id: uuid('id', STEWARDS),
    kind: text('kind', STEWARDS),
    foundAt: time('found_at', STEWARDS),
    resolvedAt: time('resolved_at', STEWARDS, { nullable: true }),
    resolution: text('resolution', STEWARDS, { nullable: true }),
    version: text(VERSION_OF_CONFLICT, STEWARDS),
  },
  one: {
    person: one(() => IDENTITY_SIDES, 'person_id', STEWARDS, {
      viaSql: `{to}.id = ${survivor('person_id')}`,
      nullable: false,
    }),
    otherPerson: one(() => IDENTITY_SIDES, 'other_person_id', STEWARDS, {
      viaSql: `{t}.person_id <> {t}.other_person_id and {to}.id = ${survivor('other_person_id')}`,
    }),
    ruling: one(() => IDENTITY_RULINGS, 'ruling_id', STEWARDS),
  },
  filters: {
    kindIn: among('kind', 'text[]', STEWARDS),
    open: flag(STEWARDS, '{t}.resolved_at is null', '{t}.resolved_at is not null'),
  },
  orders: { OLDEST: order(STEWARDS, asc('found_at', 'timestamptz'), asc('id', 'uuid')) },
  page: { size: 25, max: 100 },
  subject: { sql: 'person_id', also: 'other_person_id', always: true },
});
