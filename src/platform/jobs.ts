/** Unordered work on a schedule (refresh, escalation, clean-up): a thin layer over pg-boss, whose tables live in schema `pgboss`. */
import { type JobWithMetadata, PgBoss } from 'pg-boss';
import { inputError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';

/** Does one job. A rejected one is tried again up to six times, first after half a minute, each time after twice as long; the schedule goes on. */
export type JobHandler<Data extends object> = (
  data: Data,
  signal: AbortSignal,
  /** When it was queued; the same each time that it is tried. */
  queuedAt: Date,
) => Promise<void>;

/** How jobs reach the database and how often they look. */
export interface JobsSettings {
  /** Connects as the owner: pg-boss makes and upgrades its own schema. Jobs hold ids only, never anything personal. */
  readonly connectionString: string;
  readonly logger: Logger;
  /** Connections at most. Default 1. */
  readonly poolSize?: number;
  /** Seconds between looks for work; at least 0.5. Default 2. */
  readonly pollSeconds?: number;
}

/** One recurring job. */
export interface ScheduledJob<Data extends object> {
  /** Name of the queue, which several schedules may share: letters, digits, `-`, `_`, `.`. */
  readonly name: string;
  /** Tells schedules of one queue apart; the same name and key again replaces the schedule, in whichever process. */
  readonly key: string;
  /** Whole minutes between runs, counted from midnight UTC of 1 January 1970, so that every process agrees. */
  readonly everyMinutes: number;
  readonly data: Data;
}

/** Jobs of one process. Several processes share the queues; each job runs in one of them. */
export class Jobs {
  private readonly boss: PgBoss;
  private readonly queues = new Set<string>();

  constructor(private readonly settings: JobsSettings) {
    this.boss = new PgBoss({
      connectionString: settings.connectionString,
      schema: 'pgboss',
      max: settings.poolSize ?? 1,
      application_name: 'ips-hub jobs',
    });
    this.boss.on('error', (error) => settings.logger.error('job store failed', { code: codeOf(error) }));
  }

  /** Makes or upgrades the schema `pgboss` when needed and starts looking for work. */
  async start(): Promise<void> {
    await this.boss.start();
  }

  /** Takes no more work, waits up to `graceMs` for jobs under way (their signal is aborted at the end of it), and disconnects. Default 10 s. */
  async stop(graceMs = 10_000): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: graceMs, close: true });
  }

  /** Handles the jobs of a queue in this process, one at a time. */
  async work<Data extends object>(name: string, handler: JobHandler<Data>): Promise<void> {
    await this.queue(name);
    await this.boss.work(
      name,
      { pollingIntervalSeconds: this.settings.pollSeconds ?? 2, includeMetadata: true },
      async (jobs: JobWithMetadata<Data>[]) => {
        for (const job of jobs) await handler(job.data, job.signal, job.createdOn);
      },
    );
  }

  /** Runs a job again and again, in every process's absence too: what was missed while all were down runs once on return. */
  async schedule<Data extends object>(job: ScheduledJob<Data>): Promise<void> {
    if (!Number.isInteger(job.everyMinutes) || job.everyMinutes < 1) {
      throw inputError('everyMinutes', 'not a whole number of minutes', '1 or more');
    }
    await this.queue(job.name);
    await this.boss.schedule(job.name, `FREQ=MINUTELY;INTERVAL=${job.everyMinutes}`, job.data, {
      key: job.key,
      missed: 'once',
    });
  }

  /** Ends the schedules of a queue whose key is not among those given, such as those of systems no longer configured. */
  async keepSchedules(name: string, keys: ReadonlySet<string>): Promise<void> {
    for (const schedule of await this.boss.getSchedules(name)) {
      if (!keys.has(schedule.key)) await this.boss.unschedule(name, schedule.key);
    }
  }

  /** Adds a job to be done once, now. Answers its id. */
  async enqueue<Data extends object>(name: string, data: Data): Promise<string | null> {
    await this.queue(name);
    return this.boss.send(name, data);
  }

  private async queue(name: string): Promise<void> {
    if (this.queues.has(name)) return;
    await this.boss.createQueue(name, {
      policy: 'standard',
      retryLimit: 6,
      retryDelay: 30,
      retryBackoff: true,
    });
    this.queues.add(name);
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'HUB_DATABASE_UNAVAILABLE';
}
