/** A FHIR server in memory that answers every search with what it was given, behind the adapter's own connection. */
import type { FhirResource } from 'fhir-kit-client';
import type { PullContext } from '../../adapters/fhir-r4/caseload/strategy.js';
import { UnmappedTally } from '../../adapters/fhir-r4/mapping/unmapped.js';
import { type FhirR4Settings, parseSettings } from '../../adapters/fhir-r4/settings.js';
import type { FhirConnection, Session } from '../../adapters/fhir-r4/transport/connection.js';
import { FixedClock } from '../../src/core/clock.js';
import { HubError } from '../../src/core/errors.js';
import { silentLogger } from '../../src/core/logger.js';
import { own } from './mutant-oracle.js';
import type { Value } from './mutated-json.js';
import { DOCUMENT_SYSTEM } from './uk-core-resources.js';

/** Instant of the hub's clock. */
export const NOW = '2026-03-01T09:00:00.000Z';
/** Base address of the server. */
export const BASE = 'https://record.example/fhir/';

/** A resource together with the type as which the server has it, whatever has become of its own. */
export interface Served {
  readonly type: string;
  readonly resource: Value;
}

/** The settings of a site whose server this is. */
export function settingsOf(settings: object): FhirR4Settings {
  return parseSettings({
    baseUrl: BASE,
    bearerToken: 'token',
    documentIdentifierSystem: DOCUMENT_SYSTEM,
    ...settings,
  });
}

/** A resource that tells when a member was asked for. */
function watched(resource: Value, name: string, onLook: () => void): Value {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return resource;
  return new Proxy(resource, {
    getOwnPropertyDescriptor(target, asked) {
      if (asked === name) onLook();
      return Reflect.getOwnPropertyDescriptor(target, asked);
    },
  });
}

/** What the adapter works with, over a server that holds the resources; `onLook` is told when `looked` of the first is read. */
export function contextOver(
  held: readonly Served[],
  settings: FhirR4Settings,
  looked: string,
  onLook: () => void,
): PullContext {
  const [first, ...others] = held;
  const shown = [{ type: first!.type, resource: watched(first!.resource, looked, onLook) }, ...others];
  const search = async (_session: Session, type: string): Promise<FhirResource> => {
    const entry = shown.map((one) => ({
      resource: one.resource,
      search: { mode: one.type === type ? 'match' : 'include' },
    }));
    const total = shown.filter((one) => one.type === type).length;
    return { resourceType: 'Bundle', type: 'searchset', total, entry } as unknown as FhirResource;
  };
  // Reads alone: nothing else of a connection is asked of it.
  const connection: Partial<FhirConnection> = {
    session: (signal) => ({ signal, correlationId: 'c' }) as unknown as Session,
    search,
    searchByForm: search,
    async read(_session, type) {
      const found = shown.find((one) => one.type === type);
      if (found === undefined) throw new HubError('HUB_UPSTREAM_NOT_FOUND');
      // What is no resource does not pass the connection.
      if (typeof own(found.resource, 'resourceType') !== 'string')
        throw new HubError('HUB_UPSTREAM_PROTOCOL');
      return found.resource as unknown as FhirResource;
    },
    dateOf: () => NOW,
  };
  return {
    connection: connection as FhirConnection,
    settings,
    system: 'MUTANTS',
    clock: new FixedClock(new Date(NOW)),
    logger: silentLogger,
    unmapped: new UnmappedTally().count,
  };
}
