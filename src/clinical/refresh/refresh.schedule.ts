/** When caseloads are refreshed: increments every some minutes, sweeps every some hours, each system by itself. */
import { HubError, isHubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Jobs } from '../../platform/jobs.js';
import type { ClinicalRecordAdapter } from '../clinical-record.port.js';
import type { PullKind, RefreshedSystem } from './pull.service.js';
import type { RefreshService } from './refresh.service.js';

/** Name of the queue. */
export const REFRESH_QUEUE = 'caseload-refresh';

/** A system with the adapter that serves its caseload. */
export interface ScheduledSystem {
  readonly system: RefreshedSystem;
  readonly adapter: ClinicalRecordAdapter;
}

/** How often, for every system alike. */
export interface RefreshSchedule {
  /** Minutes between increments (`HUB_REFRESH_MINUTES`). */
  readonly refreshMinutes: number;
  /** Hours between sweeps (`HUB_SWEEP_HOURS`); below the absence budget, or absence is never known for long. */
  readonly sweepHours: number;
}

interface RefreshJob {
  readonly systemId: string;
  readonly kind: PullKind;
}

/** Part of `Jobs` that the schedule uses. */
export type RefreshJobs = Pick<Jobs, 'work' | 'schedule' | 'keepSchedules'>;

/**
 * Schedules both kinds for every system given, ends schedules of systems no longer given, and does the jobs that fall to
 * this process. An increment that finds the system held by another process is done with, because the next one is near. A
 * sweep is tried again, then and when a team's pull failed: it is the only proof of absence until tomorrow's. Whoever tries
 * again leaves out the teams that have been brought since the job was queued.
 */
export async function scheduleRefresh(
  jobs: RefreshJobs,
  refresh: Pick<RefreshService, 'refreshSystem'>,
  systems: readonly ScheduledSystem[],
  schedule: RefreshSchedule,
  logger: Logger,
): Promise<void> {
  const byId = new Map(systems.map((scheduled) => [scheduled.system.id, scheduled]));
  await jobs.work<RefreshJob>(REFRESH_QUEUE, async ({ systemId, kind }, signal, queuedAt) => {
    const scheduled = byId.get(systemId);
    if (!scheduled) return;
    try {
      const options = { signal, unlessSince: queuedAt, handsOver: true };
      const teams = await refresh.refreshSystem(scheduled.system, scheduled.adapter, kind, options);
      const failed = teams.filter((team) => team.state === 'INCOMPLETE').length;
      if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
      if (kind === 'SWEEP' && failed > 0)
        throw new HubError('HUB_CASELOAD_INCOMPLETE', { details: { failed } });
    } catch (error) {
      const elsewhere = isHubError(error) && (error.code === 'HUB_BUSY' || error.code === 'HUB_LEASE_LOST');
      if (kind === 'SWEEP' || !elsewhere) throw error;
      logger.info('caseload refresh left to another process', { system: scheduled.system.code, kind });
    }
  });
  const keys = new Set<string>();
  for (const { system } of systems) {
    for (const [kind, everyMinutes] of [
      ['INCREMENT', schedule.refreshMinutes],
      ['SWEEP', schedule.sweepHours * 60],
    ] as const) {
      const key = `${kind.toLowerCase()}-${system.id}`;
      keys.add(key);
      await jobs.schedule<RefreshJob>({
        name: REFRESH_QUEUE,
        key,
        everyMinutes,
        data: { systemId: system.id, kind },
      });
    }
  }
  await jobs.keepSchedules(REFRESH_QUEUE, keys);
}
