/** A process of its own that sweeps a team by bulk export and tells its parent how it goes; it waits for the lease of one that died. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fhirR4 } from '../../adapters/fhir-r4/index.js';
import { entities } from '../../ormconfig.js';
import { RefreshService, type TeamRefresh } from '../../src/clinical/refresh/refresh.service.js';
import { systemClock } from '../../src/core/clock.js';
import { isHubError } from '../../src/core/errors.js';
import { silentLogger } from '../../src/core/logger.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';

/** What the parent says, as JSON. */
export interface ExportOrder {
  readonly ownerUrl: string;
  readonly organisationId: string;
  readonly systemId: string;
  readonly teamReference: string;
  readonly baseUrl: string;
}

/** What it tells: how far it is, or how it ended. */
export interface ExportWord {
  readonly received: number;
  /** The most resident memory so far, in MB. */
  readonly peakMb: number;
  readonly ended?: TeamRefresh;
}

const order = JSON.parse(process.argv[2]!) as ExportOrder;
const { ownerUrl, organisationId, systemId, teamReference, baseUrl } = order;
const database = await openDatabase({ ownerUrl, entities });
const settings = {
  baseUrl,
  bearerToken: 'long-test-token',
  caseloadStrategy: 'BULK_EXPORT',
  exportGroups: 'Group/all',
};
const adapter = fhirR4.create(fhirR4.parseSettings(settings), {
  system: 'SYS',
  clock: systemClock,
  logger: silentLogger,
});
const refresh = new RefreshService({ database, clock: systemClock, logger: silentLogger });

let peakMb = 0;
const watch = setInterval(() => {
  peakMb = Math.max(peakMb, Math.round(process.memoryUsage.rss() / 1e6));
}, 20);
const tell = (word: Omit<ExportWord, 'peakMb'>): void => void process.send?.({ ...word, peakMb });

for (let ended: TeamRefresh | undefined; ended === undefined; ) {
  try {
    ended = await refresh.refreshTeam(
      { id: systemId, organisationId, code: 'SYS' },
      adapter,
      { teamReference, teamId: null },
      'SWEEP',
      { onProgress: ({ received }) => tell({ received }) },
    );
    tell({ received: ended.received, ended });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'HUB_BUSY') throw error;
    await sleep(100);
  }
}
clearInterval(watch);
await adapter.close();
await database.close();
process.disconnect?.();
