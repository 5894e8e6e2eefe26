/** Who is asking, for what purpose, and how far their rows reach. */

/** Roles of the hub. A person holds them in the directory; a token only claims them. */
export const Role = {
  EMPLOYMENT_SPECIALIST: 'EMPLOYMENT_SPECIALIST',
  TEAM_MANAGER: 'TEAM_MANAGER',
  CARE_COORDINATOR: 'CARE_COORDINATOR',
  ANALYST: 'ANALYST',
  /** A machine client of a partner organisation. */
  INTEGRATION: 'INTEGRATION',
  /** Runs the hub: directory, systems, specifications. Sees no person. */
  ADMINISTRATOR: 'ADMINISTRATOR',
  /** Settles who is who, for the whole organisation. Sees of persons what settles that, and nothing else. */
  IDENTITY_STEWARD: 'IDENTITY_STEWARD',
} as const;
export type Role = (typeof Role)[keyof typeof Role];
/** Every role. */
export const ROLES: readonly Role[] = Object.values(Role);

/** Why the caller asks; sent in the header `hub-purpose`, with a default per role. */
export const Purpose = {
  DIRECT_CARE: 'DIRECT_CARE',
  SERVICE_MANAGEMENT: 'SERVICE_MANAGEMENT',
  REPORTING: 'REPORTING',
  ADMINISTRATION: 'ADMINISTRATION',
} as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** Purposes open to each role; the first is the default. */
export const PURPOSES_OF: Readonly<Record<Role, readonly Purpose[]>> = {
  EMPLOYMENT_SPECIALIST: [Purpose.DIRECT_CARE],
  TEAM_MANAGER: [Purpose.DIRECT_CARE, Purpose.SERVICE_MANAGEMENT],
  CARE_COORDINATOR: [Purpose.DIRECT_CARE],
  ANALYST: [Purpose.REPORTING],
  INTEGRATION: [Purpose.DIRECT_CARE],
  ADMINISTRATOR: [Purpose.ADMINISTRATION],
  IDENTITY_STEWARD: [Purpose.ADMINISTRATION],
};

/**
 * The rows a caller may reach, resolved once per request from the directory and set on the connection
 * in the same Sync as the statement. Row-level security reads nothing else.
 */
export interface Scope {
  /** The organisation (data controller) the caller acts in; uuid. */
  readonly organisationId: string | null;
  /** Teams the caller is assigned to today; uuids. */
  readonly teamIds: readonly string[];
  /** Organisations of the reporting agreement; uuids; only for analysts. */
  readonly organisationIds: readonly string[];
  /** The caller's own row in the directory; uuid. */
  readonly staffId: string | null;
}

/** The scope that reaches no row, for work on tables without people. */
export const NO_SCOPE: Scope = { organisationId: null, teamIds: [], organisationIds: [], staffId: null };

/** An authenticated caller. One role is active in a request. */
export interface Caller {
  /** `sub` of the token, or `system:<name>` for the hub's own work and the command line. */
  readonly subject: string;
  readonly role: Role;
  readonly purpose: Purpose;
  readonly scope: Scope;
  readonly correlationId: string;
}
