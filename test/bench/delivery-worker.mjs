/** A process that delivers as the hub does, with every setting as shipped; its argument says to where, as JSON. */
import { hubModule } from './built-hub.mjs';

const { ownerUrl, organisationId, destinations } = JSON.parse(process.argv[2]);
const { openDatabase } = await hubModule('src/platform/database/pg-database.js');
const { startDeliveryWorker } = await hubModule('src/delivery/worker/start-worker.js');
const { fhirR4 } = await hubModule('adapters/fhir-r4/index.js');
const { systemClock: clock } = await hubModule('src/core/clock.js');
const { silentLogger: logger } = await hubModule('src/core/logger.js');
const { entities } = await hubModule('ormconfig.js');

const database = await openDatabase({ ownerUrl, entities });
const worker = await startDeliveryWorker({
  database,
  ownerUrl,
  clock,
  logger,
  destinations: destinations.map(({ systemId, code, baseUrl }) => ({
    systemId,
    systemCode: code,
    organisationId,
    custodianOdsCode: 'BEN01',
    documents: fhirR4.create(fhirR4.parseSettings({ baseUrl, auth: 'NONE' }), { system: code, clock, logger })
      .documents,
  })),
});
process.on('disconnect', async () => {
  await worker.stop();
  await database.close();
  process.exit(0);
});
process.send('ready');
