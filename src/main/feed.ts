/** Puts together what a feed needs of several rooms: messages on one side, memberships on the other, receipts for the adapter. */

import type { ClinicalRecordAdapter } from '../clinical/clinical-record.port.js';
import { type CountContext, countTeams } from '../clinical/feed/count.service.js';
import { takeEvents } from '../clinical/feed/feed.service.js';
import { feedCaseload } from '../clinical/feed/feed-caseload.js';
import { hintIn } from '../clinical/hints/hint.service.js';
import type { InboundCapability, MessageIntake, ReceivedReceipts } from '../clinical/inbound.port.js';
import { organisationScope, type RefreshedSystem } from '../clinical/refresh/pull.service.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { messagesStand } from '../delivery/messages/feed-source.reader.js';
import { StoreIntake } from '../delivery/messages/intake.service.js';
import type { FeedSink } from '../delivery/messages/sinks.js';
import { receivedReceipts } from '../delivery/receipts/receipt.service.js';
import type { Database } from '../platform/database/database.js';

/** Takes what messages say of caseloads into the feed, and has the caseloads refreshed where anybody stands otherwise. */
export const feedSink: FeedSink = {
  async apply(tx, system, messages) {
    const inputs = messages.map(({ messageId, events }) => ({ sourceId: messageId, events }));
    const { changed } = await takeEvents(tx, system, inputs);
    if (changed > 0) await hintIn(tx, system);
  },
};

/** What an adapter is given of a system that is kept only once the adapter is there. */
export interface LateStore {
  readonly receipts: ReceivedReceipts;
  readonly intake: MessageIntake;
  begin(system: RefreshedSystem, inbound: InboundCapability | undefined): void;
}

/** Until `begin` no receipt has come, and nothing can be kept. */
export function lateStore(database: Database, logger: Logger): LateStore {
  let begun: { readonly receipts: ReceivedReceipts; readonly intake: MessageIntake } | null = null;
  return {
    begin(system, inbound) {
      begun = {
        receipts: receivedReceipts(database, system),
        intake: new StoreIntake({
          database,
          system,
          logger,
          silentAfterMs: inbound?.feed?.silentAfterMs ?? null,
        }),
      };
    },
    receipts: {
      lookUp: async (numbers, signal) => begun?.receipts.lookUp(numbers, signal) ?? numbers.map(() => null),
    },
    intake: {
      async keep(message) {
        if (begun === null) throw new HubError('HUB_DATABASE_UNAVAILABLE');
        return begun.intake.keep(message);
      },
    },
  };
}

/** The adapter with the caseload that its feed comes to; one without a feed, or with a caseload of its own, stays as it is. */
export function withFeed(
  adapter: ClinicalRecordAdapter,
  system: RefreshedSystem,
  given: Pick<CountContext, 'database' | 'clock' | 'logger'>,
): ClinicalRecordAdapter {
  const patience = adapter.inbound?.feed ?? null;
  if (patience === null || adapter.caseload) return adapter;
  const { database, logger } = given;
  const scope = organisationScope(system.organisationId);
  const { count } = adapter;
  const caseload = feedCaseload({
    database,
    system,
    patience,
    source: () => database.transaction('worker', scope, (tx) => messagesStand(tx, system.id)),
    // A count that fails leaves what the feed itself knows; whether that is enough is seen team by team.
    count:
      count &&
      ((signal) =>
        countTeams({ ...given, system, by: count }, signal).catch((error: unknown) => {
          const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
          logger.warn('the caseloads of a feed could not be counted', { system: system.code, code });
        })),
  });
  return Object.assign(Object.create(adapter) as ClinicalRecordAdapter, { caseload });
}
