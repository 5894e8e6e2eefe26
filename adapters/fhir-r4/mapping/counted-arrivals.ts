/** A connection whose answers are looked through as they arrive, so that nothing that is read is passed over in silence. */
import { member, objectsOf, textOf } from '../json.js';
import type { FhirConnection } from '../transport/connection.js';
import { countShapes } from './shapes.js';
import type { Unmapped } from './unmapped.js';

/** Bundles within Bundles, as the answer to a batch has them, go this deep and no deeper. */
const DEEPEST = 2;

/** Counts what cannot be read of a resource or of each in a Bundle, entries that cannot be told apart, and warnings of the server. */
export function countArrival(resource: unknown, unmapped: Unmapped, depth = 0): void {
  const type = textOf(resource, 'resourceType');
  if (type === 'OperationOutcome') {
    if (objectsOf(resource, 'issue').some((issue) => textOf(issue, 'severity') === 'warning'))
      unmapped('OperationOutcome.issue[warning]');
  } else if (type === 'Bundle' && depth < DEEPEST) {
    for (const entry of objectsOf(resource, 'entry')) {
      const held = member(entry, 'resource');
      const kind = textOf(held, 'resourceType');
      if (!['OperationOutcome', 'Bundle', null].includes(kind) && textOf(held, 'id') === null)
        unmapped('Bundle.entry.resource.id');
      countArrival(held, unmapped, depth + 1);
    }
  } else countShapes(resource, unmapped);
}

/** The connection, with everything that it reads counted. What it writes and what it discovers is not. */
export function countedArrivals(connection: FhirConnection, unmapped: Unmapped): FhirConnection {
  const counted = async <T>(reading: Promise<T>): Promise<T> => {
    const resource = await reading;
    countArrival(resource, unmapped);
    return resource;
  };
  return {
    ...connection,
    search: (...asked) => counted(connection.search(...asked)),
    searchByForm: (...asked) => counted(connection.searchByForm(...asked)),
    searchBatch: (...asked) => counted(connection.searchBatch(...asked)),
    read: (...asked) => counted(connection.read(...asked)),
    follow: (...asked) => counted(connection.follow(...asked)),
    async *lines(...asked) {
      for await (const resource of connection.lines(...asked)) {
        countArrival(resource, unmapped);
        yield resource;
      }
    },
  };
}
