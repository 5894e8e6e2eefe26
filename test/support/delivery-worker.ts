/** A process of its own that delivers to one FHIR server until it is told to end; its argument is `WorkerArguments` as JSON. */
import { createFhirR4 } from '../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../adapters/fhir-r4/settings.js';
import { entities } from '../../ormconfig.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import type { WorkerSettings } from '../../src/delivery/worker/settings.js';
import { startDeliveryWorker } from '../../src/delivery/worker/start-worker.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';

/** What the process is told. */
export interface WorkerArguments {
  readonly ownerUrl: string;
  readonly systemId: string;
  readonly organisationId: string;
  /** Settings of the FHIR adapter. */
  readonly site: Readonly<Record<string, unknown>>;
  readonly settings: Partial<WorkerSettings>;
}

const { ownerUrl, systemId, organisationId, site, settings } = JSON.parse(
  process.argv[2]!,
) as WorkerArguments;
const database = await openDatabase({ ownerUrl, entities, pools: { worker: 4 } });
const adapter = createFhirR4(parseSettings(site), {
  system: 'home',
  clock: systemClock,
  logger: silentLogger,
});
const worker = await startDeliveryWorker({
  database,
  ownerUrl,
  destinations: [
    {
      systemId,
      systemCode: 'home',
      organisationId,
      custodianOdsCode: 'RAA',
      documents: adapter.documents!,
    },
  ],
  clock: systemClock,
  logger: silentLogger,
  settings,
});
// The channel closes when the parent asks for the end, and also when it dies.
process.once('disconnect', async () => {
  await worker.stop();
  await adapter.close();
  await database.close();
  process.exit(0);
});
process.send?.('ready');
