/** The record systems of the ground that send by themselves, by their adapters. */
import type { FeedPatience } from '../../clinical/inbound.port.js';
import { silentLogger } from '../../core/logger.js';
import { adapterFor } from '../site-adapter.js';
import type { Ground } from './ground.js';

/** A record system that sends by itself. */
export interface Sender {
  /** Null where what it sends is no feed of caseloads. */
  readonly feed: FeedPatience | null;
  /** Whether a sweep of its feed can come to anything: its caseloads are counted on another way, or read whole, or it has told of everybody. */
  readonly isCountable: boolean;
}

/** Senders by code; one whose adapter cannot be made is told of by the check of the adapters. */
export async function sendersOf(
  ground: Pick<Ground, 'profiles' | 'machine'>,
): Promise<ReadonlyMap<string, Sender>> {
  const senders = new Map<string, Sender>();
  for (const profile of ground.profiles) {
    try {
      const adapter = adapterFor(profile, { clock: ground.machine, logger: silentLogger });
      const { inbound, count, caseload } = adapter;
      if (inbound) {
        const isCountable = Boolean(caseload ?? count) || inbound.feed?.toldAll !== false;
        senders.set(profile.code, { feed: inbound.feed, isCountable });
      }
      await adapter.close();
    } catch {}
  }
  return senders;
}
