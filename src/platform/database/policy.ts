/** Words for row-level security, so that each room's migration states who sees what in one line per role. */

/** Database roles of the data-access matrix. `hub_owner` owns and migrates; every other role is refused what is not granted. */
export const DatabaseRole = {
  OWNER: 'hub_owner',
  WRITE: 'hub_write',
  READ_STAFF: 'hub_read_staff',
  READ_ANALYST: 'hub_read_analyst',
  READ_STEWARD: 'hub_read_steward',
  DECIDE: 'hub_decide',
  WORKER: 'hub_worker',
  AUDIT: 'hub_audit',
} as const;
export type DatabaseRole = (typeof DatabaseRole)[keyof typeof DatabaseRole];

/** The caller's organisation. Wrapped in a select so that it is evaluated once per statement; null when no scope is set. */
export const SCOPE_ORG = `(select nullif(current_setting('hub.org', true), '')::uuid)`;
/** The caller's teams. */
export const SCOPE_TEAMS = `(select string_to_array(nullif(current_setting('hub.teams', true), ''), ',')::uuid[])`;
/** The organisations of an analyst's agreement. */
export const SCOPE_ORGS = `(select string_to_array(nullif(current_setting('hub.orgs', true), ''), ',')::uuid[])`;

/** The caller's own row in the directory. */
export const SCOPE_STAFF = `(select nullif(current_setting('hub.staff', true), '')::uuid)`;

/** A row of the caller's organisation. */
export const IN_ORG = `organisation_id = ${SCOPE_ORG}`;
/** A row of one of the caller's teams. */
export const IN_TEAMS = `team_id = any (${SCOPE_TEAMS}::uuid[])`;
/** A row that several teams may see, at least one of them the caller's. */
export const SHARED_WITH_TEAMS = `visible_team_ids && ${SCOPE_TEAMS}`;
/** A row of an organisation in the analyst's agreement. */
export const IN_AGREEMENT = `organisation_id = any (${SCOPE_ORGS}::uuid[])`;

/** What one role may do with which rows of a table. */
export interface RowRule {
  readonly role: DatabaseRole;
  /** What the role may do: `select`, or `all` for select, insert and update (never delete unless granted apart). */
  readonly may: 'select' | 'all' | 'insert';
  /** Which rows; one of the constants above or an expression over them. */
  readonly rows: string;
  /** Columns granted, for a role that may not read them all. Default: all. */
  readonly columns?: readonly string[];
}

/** Statements that force row-level security on a table and let in exactly the rules given. */
export function secureTable(table: string, rules: readonly RowRule[]): string[] {
  const statements = [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
  ];
  for (const { role, may, rows, columns } of rules) {
    const list = columns ? ` (${columns.join(', ')})` : '';
    const grant = may === 'select' ? `select${list}` : may === 'insert' ? 'insert' : 'select, insert, update';
    const clause =
      may === 'select'
        ? `for select to ${role} using (${rows})`
        : may === 'insert'
          ? `for insert to ${role} with check (${rows})`
          : `for all to ${role} using (${rows}) with check (${rows})`;
    statements.push(
      `grant ${grant} on ${table} to ${role}`,
      `create policy ${table}_${role} on ${table} ${clause}`,
    );
  }
  return statements;
}

/** Statements that let every reading role see a table without personal data, and the given roles change it. */
export function openTable(table: string, writers: readonly DatabaseRole[] = [DatabaseRole.WRITE]): string[] {
  const readers = [
    DatabaseRole.READ_STAFF,
    DatabaseRole.READ_ANALYST,
    DatabaseRole.DECIDE,
    DatabaseRole.WORKER,
    DatabaseRole.WRITE,
  ];
  return [
    `grant select on ${table} to ${readers.join(', ')}`,
    ...writers.map((role) => `grant insert, update on ${table} to ${role}`),
  ];
}
