/** A caller's scope as the settings that row-level security reads. */
import type { Scope } from '../../core/caller.js';
import { HubError } from '../../core/errors.js';
import { isId } from '../../core/ids.js';

/** Sets the whole scope for the transaction in progress (third argument true), four values in one statement. */
export const SET_SCOPE = `select set_config('hub.org', $1, true), set_config('hub.teams', $2, true), set_config('hub.orgs', $3, true), set_config('hub.staff', $4, true)`;

const computed = new WeakMap<Scope, readonly string[]>();

const checked = (id: string): string => {
  // A list travels as text joined by commas: an id that is not one could widen the scope.
  if (!isId(id)) throw new HubError('HUB_INTERNAL', { message: 'a scope holds something that is not an id' });
  return id;
};

/** The four parameters of `SET_SCOPE`; the empty string stands for none, which the policies read as no rows. */
export function scopeValues(scope: Scope): readonly string[] {
  let values = computed.get(scope);
  if (!values) {
    values = [
      scope.organisationId === null ? '' : checked(scope.organisationId),
      scope.teamIds.map(checked).join(','),
      scope.organisationIds.map(checked).join(','),
      scope.staffId === null ? '' : checked(scope.staffId),
    ];
    computed.set(scope, values);
  }
  return values;
}
