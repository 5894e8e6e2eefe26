/** Starts the delivery of documents in this process: one loop per destination, one connection that hears of work and proves life. */
import type { Clock } from '../../core/clock.js';
import { inputError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import { startListener } from '../../platform/database/listener.js';
import { DatabaseRole } from '../../platform/database/policy.js';
import type { Listen } from '../../platform/database/shared-listener.js';
import { WAKE_CHANNEL } from '../enqueue.service.js';
import { DestinationLoop, type WorkerDestination } from './destination-loop.js';
import { DEFAULT_WORKER_SETTINGS, type WorkerSettings } from './settings.js';

/** What a worker works with. Leases and times to act run on the database's clock, never on `clock`. */
export interface WorkerOptions {
  readonly database: Database;
  /** For the connection that listens; it signs in as the worker role. */
  readonly ownerUrl: string;
  readonly destinations: readonly WorkerDestination[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings?: Partial<WorkerSettings>;
  /** Default: a connection of its own. One that is shared holds the lock of a living process too. */
  readonly listen?: Listen;
}

/** A worker at work. */
export interface DeliveryWorker {
  /** Claims nothing more, waits for sends under way up to the grace, settles them and disconnects. */
  stop(): Promise<void>;
}

/**
 * Any number of processes may run one. Destinations must have been kept (`keepDestination`); one that has not been is idle.
 * @throws HUB_DATABASE_UNAVAILABLE when the listening connection cannot be made, HUB_INPUT_INVALID for settings that cannot hold.
 */
export async function startDeliveryWorker(options: WorkerOptions): Promise<DeliveryWorker> {
  const { database, logger } = options;
  const settings = { ...DEFAULT_WORKER_SETTINGS, ...options.settings };
  if (settings.leaseMs <= 2 * settings.renewMs)
    throw inputError('leaseMs', 'too short', 'more than twice renewMs');
  const loops = new Map(
    options.destinations.map((destination) => [
      destination.systemId,
      new DestinationLoop(destination, { database, logger, settings }),
    ]),
  );
  const all = [...loops.values()];
  const { ownerUrl } = options;
  const own: Listen = (hearing) =>
    startListener({ ...hearing, ownerUrl, role: DatabaseRole.WORKER, logger, holdsLock: true });
  const { listen = own } = options;
  for (const loop of all) loop.start();
  try {
    const listener = await listen({
      channels: [WAKE_CHANNEL],
      onNotice: (_channel, systemId) => loops.get(systemId)?.ring(),
      onUp: (name) => {
        for (const loop of all) loop.up(name);
      },
      onDown: () => {
        for (const loop of all) loop.down();
      },
    });
    return {
      async stop() {
        await Promise.all(all.map((loop) => loop.stop()));
        await listener.close();
      },
    };
  } catch (error) {
    await Promise.all(all.map((loop) => loop.stop()));
    throw error;
  }
}
