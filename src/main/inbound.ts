/** What record systems send by themselves, as a hub runs it: listeners that keep it, readers that take it up. */
import type { InboundCapability, Listening } from '../clinical/inbound.port.js';
import { StoreIntake } from '../delivery/messages/intake.service.js';
import { startMessageReaders } from '../delivery/messages/message-reader.worker.js';
import { receiptSink } from '../delivery/receipts/receipt.service.js';
import { feedSink } from './feed.js';
import type { Hub } from './open-hub.js';

/** Systems that send by themselves. */
const sendersOf = ({ systems }: Pick<Hub, 'systems'>) =>
  systems.flatMap(({ system, adapter }) =>
    adapter.inbound ? [{ ...system, inbound: adapter.inbound as InboundCapability }] : [],
  );

/** Open listeners. */
export interface OpenListeners {
  readonly addresses: readonly { readonly system: string; readonly address: string }[];
  /** Lets what has arrived be kept and answered. */
  close(): Promise<void>;
}

/** Opens every listener, or none. @throws HUB_SETTINGS_INVALID when an address cannot be had. */
export async function startListening(hub: Hub): Promise<OpenListeners> {
  const { database, logger } = hub;
  const open: { system: string; listening: Listening; intake: StoreIntake }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map(({ listening }) => listening.close()));
    await Promise.all(open.map(({ intake }) => intake.drained()));
  };
  try {
    for (const { inbound, ...system } of sendersOf(hub)) {
      const silentAfterMs = inbound.feed?.silentAfterMs ?? null;
      const intake = new StoreIntake({ database, system, logger, silentAfterMs });
      await intake.begin();
      open.push({ system: system.code, listening: await inbound.listen(intake), intake });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: open.map(({ system, listening }) => ({ system, address: listening.address })),
    close,
  };
}

/** Starts reading what was kept; the answer stops it. Does nothing where no record system sends by itself. */
export async function startReading(hub: Hub): Promise<() => Promise<void>> {
  const systems = sendersOf(hub);
  if (systems.length === 0) return async () => {};
  const { database, ownerUrl, logger, listen } = hub;
  const options = { database, ownerUrl, systems, logger, listen, feed: feedSink, receipts: receiptSink };
  const readers = await startMessageReaders(options);
  return () => readers.stop();
}
