/** Role sets that fields, root fields and mutations state as their policy, so that "who may" has one vocabulary. */
import { Role } from '../core/caller.js';

/** Every authenticated caller, machines included. Only for what says nothing of any person. */
export const ANYONE: readonly Role[] = Object.values(Role);
/** Those who work with the person: specialists, their managers, care coordinators. */
export const CARE: readonly Role[] = [Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER, Role.CARE_COORDINATOR];
/** Those who carry the employment case. */
export const CASEWORK: readonly Role[] = [Role.EMPLOYMENT_SPECIALIST, Role.TEAM_MANAGER];
/** Those who read reports of several organisations, in pseudonymised form. */
export const ANALYSTS: readonly Role[] = [Role.ANALYST];
/** Care, and analysts in pseudonymised form. */
export const CARE_AND_ANALYSTS: readonly Role[] = [...CARE, ...ANALYSTS];
/** People (not machines) who may look at the shape of the graph. */
export const PEOPLE: readonly Role[] = [...CARE_AND_ANALYSTS, Role.ADMINISTRATOR, Role.IDENTITY_STEWARD];
/** Those who answer for a team: reviews, overrides, escalations. */
export const MANAGERS: readonly Role[] = [Role.TEAM_MANAGER];
/** Those who may say for a clinical team whether somebody is on its caseload. */
export const TEAM_ANSWERERS: readonly Role[] = [Role.CARE_COORDINATOR, Role.TEAM_MANAGER];
/** Those who run the hub and see no person. */
export const ADMINISTRATORS: readonly Role[] = [Role.ADMINISTRATOR];
/** Those who settle who is who, for an organisation. */
export const STEWARDS: readonly Role[] = [Role.IDENTITY_STEWARD];
/** Partners' machine clients. */
export const MACHINES: readonly Role[] = [Role.INTEGRATION];
