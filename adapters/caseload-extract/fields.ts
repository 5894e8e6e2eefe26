/** What a column of an extract can mean. */

/** Every field that a column may be mapped to, in the order in which a row's values are handed on. */
export const FIELDS = [
  /** The site's own reference of the team. */
  'team',
  'teamName',
  'teamCode',
  /** The record system's own id of the person. */
  'localId',
  /** The record system's own id of the membership. */
  'membership',
  /** First day on the caseload. */
  'validFrom',
  /** First day no longer on it: the day of the discharge. */
  'validTo',
  'state',
  'coordinator',
  'coordinatorName',
  'nhsNumber',
  'nhsNumberStatus',
  'dateOfBirth',
  'deceasedOn',
  'active',
  'replacedBy',
  'restricted',
  /** The extract's own date, the same in each row. */
  'asOf',
] as const;
/** A field of a row. */
export type Field = (typeof FIELDS)[number];

/** Fields without which there is no membership. */
export const REQUIRED_FIELDS: readonly Field[] = ['team', 'localId'];
/** Fields that tell of the team alone; a row with no other is a team without members. */
export const TEAM_FIELDS: ReadonlySet<Field> = new Set(['team', 'teamName', 'teamCode', 'asOf']);

/** The values of one row by field, trimmed; empty where the column is not mapped or holds nothing. */
export type FieldValues = Readonly<Record<Field, string>>;
