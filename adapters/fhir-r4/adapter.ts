/** A running connection to one FHIR R4 server, as the hub's port wants it. */
import type { AdapterDependencies, ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import { pullCaseload } from './caseload/pull.js';
import type { PullContext } from './caseload/strategy.js';
import { listTeams } from './caseload/teams.js';
import { checkConformance } from './conformance/conformance.js';
import { createDocuments } from './documents/documents.js';
import { probe } from './health.js';
import { countedArrivals } from './mapping/counted-arrivals.js';
import { UnmappedTally } from './mapping/unmapped.js';
import { createRecord } from './record/record.js';
import type { FhirR4Settings } from './settings.js';
import { createConnection } from './transport/connection.js';
import { realTiming, type Timing } from './transport/retry.js';

/** An adapter that tells how it fits its server, and what it could not use, by FHIR path. */
export type FhirR4Adapter = ClinicalRecordAdapter &
  Required<Pick<ClinicalRecordAdapter, 'conformance' | 'unmapped'>>;

/** Connects nothing yet: the first request does. `timing` is chance and waiting between repeats, real by default. */
export function createFhirR4(
  settings: FhirR4Settings,
  dependencies: AdapterDependencies,
  timing: Timing = realTiming,
): FhirR4Adapter {
  const tally = new UnmappedTally();
  const connection = countedArrivals(createConnection(settings, dependencies, timing), tally.count);
  const context: PullContext = { ...dependencies, connection, settings, unmapped: tally.count };
  const record = createRecord(context);
  return {
    unmapped: tally.byPath,
    caseload: {
      pull: (request, signal) => pullCaseload(context, request, signal),
      teams: (signal) => listTeams(context, signal),
    },
    ...(settings.documentsEnabled ? { documents: createDocuments(context) } : {}),
    ...(record === undefined ? {} : { record }),
    health: (signal) => probe(connection, signal),
    conformance: (signal) => checkConformance(context, signal),
    close: async () => connection.close(),
  };
}
