/** A refresh that somebody asks for: the hub's own work, in the asker's organisation, on the asker's record. */
import type { Caller } from '../core/caller.js';
import { HubError, inputError } from '../core/errors.js';
import type { Hub } from './open-hub.js';
import { reviewOrganisation } from './schedules.js';

/** The use case behind the mutation refreshCaseload. Throws `HUB_INPUT_INVALID` for a system outside the caller's organisation and `HUB_BUSY`. */
export function refreshByCaller(hub: Hub) {
  return async (
    caller: Caller,
    systemCode: string,
    kind: 'SWEEP' | 'INCREMENT',
  ): Promise<readonly string[]> => {
    const own = hub.systems.filter(({ system }) => system.organisationId === caller.scope.organisationId);
    const connected = own.find(({ profile }) => profile.code === systemCode);
    if (!connected) {
      throw inputError(
        'systemCode',
        'not a record system of your organisation',
        own.map(({ profile }) => profile.code).join(', ') || 'there is none',
      );
    }
    const teams = await hub.services.refresh.refreshSystem(connected.system, connected.adapter, kind);
    const failed = teams.filter((team) => team.state === 'INCOMPLETE');
    await hub.audit.record(caller, {
      kind: 'SYSTEM',
      operation: 'refreshCaseload',
      personIds: [],
      details: { system: connected.system.code, kind, teams: teams.length, failed: failed.length },
    });
    if (failed.length === teams.length && failed.length > 0)
      throw new HubError(failed[0]?.failureCode ?? 'HUB_CASELOAD_INCOMPLETE');
    await reviewOrganisation(hub, connected.system.organisationId);
    return teams.map((team) => team.pullId);
  };
}
