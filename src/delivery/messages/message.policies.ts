/** Who may do what with the messages of record systems. */
import { type Caller, Role } from '../../core/caller.js';
import { HubError } from '../../core/errors.js';

/** Those who see that messages came, how they stand and why; nothing of whom they concern. */
export const MESSAGE_WATCHERS: readonly Role[] = [
  Role.ADMINISTRATOR,
  Role.INTEGRATION,
  Role.IDENTITY_STEWARD,
];
/** Those who replay messages and set them aside. */
export const MESSAGE_OPERATORS: readonly Role[] = [Role.ADMINISTRATOR];
/** Those who may ask for the messages of a person, and for what a message says: it says who somebody is, and they settle that. */
export const MESSAGE_READERS: readonly Role[] = [Role.IDENTITY_STEWARD];

/** @throws HUB_ACCESS_REFUSED */
export function mayOnly(caller: Caller, roles: readonly Role[]): void {
  if (roles.includes(caller.role)) return;
  throw new HubError('HUB_ACCESS_REFUSED', { details: { role: caller.role, accepted: roles } });
}
