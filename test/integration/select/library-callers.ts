/** Who may read the library. */
import { Role } from '../../../src/core/caller.js';

export const STAFF = [Role.EMPLOYMENT_SPECIALIST] as const;
export const ALL = [Role.EMPLOYMENT_SPECIALIST, Role.ANALYST] as const;
