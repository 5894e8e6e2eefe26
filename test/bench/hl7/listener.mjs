/** A process that listens as the hub does and keeps what comes; its argument says for which system, and whether it reads too. */
import { hubModule } from '../built-hub.mjs';

const { ownerUrl, organisationId, systemId, reads } = JSON.parse(process.argv[2]);
const { openDatabase } = await hubModule('src/platform/database/pg-database.js');
const { StoreIntake } = await hubModule('src/delivery/messages/intake.service.js');
const { startMessageReaders } = await hubModule('src/delivery/messages/message-reader.worker.js');
const { createListener } = await hubModule('adapters/hl7v2/listening/listen.js');
const { listeningFields } = await hubModule('adapters/hl7v2/listening/listening-settings.js');
const { systemClock: clock } = await hubModule('src/core/clock.js');
const { silentLogger: logger } = await hubModule('src/core/logger.js');
const { entities } = await hubModule('ormconfig.js');
const { z } = await import('zod');

const database = await openDatabase({ ownerUrl, entities });
const system = { id: systemId, code: 'pas', organisationId };
const settings = z.object(listeningFields).parse({ listenPort: 0 });
const intake = new StoreIntake({ database, system, logger });
const listening = await createListener(settings, { system: 'pas', clock, logger }).listen(intake);
const readers = reads
  ? await startMessageReaders({
      database,
      ownerUrl,
      systems: [{ ...system, inbound: { read: () => ({ kind: 'NOTHING' }) } }],
      feed: { apply: async () => {} },
      receipts: { apply: async () => {} },
      logger,
    })
  : null;

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ rss, heapUsed, external });
});
process.once('disconnect', async () => {
  await listening.close();
  await intake.drained();
  await readers?.stop();
  await database.close();
  process.exit(0);
});
process.send({ address: listening.address });
