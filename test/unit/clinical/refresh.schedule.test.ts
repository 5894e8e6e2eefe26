/** The refresh schedule: one of each kind per system, nothing left of systems that went, and who tries again. */
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { PullKind } from '../../../src/clinical/refresh/pull.service.js';
import {
  REFRESH_QUEUE,
  type RefreshJobs,
  scheduleRefresh,
} from '../../../src/clinical/refresh/refresh.schedule.js';
import type { RefreshOptions, TeamRefresh } from '../../../src/clinical/refresh/refresh.service.js';
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { JobHandler, ScheduledJob } from '../../../src/platform/jobs.js';

const QUEUED_AT = new Date('2026-03-02T09:00:00Z');

class FakeJobs implements RefreshJobs {
  readonly schedules: ScheduledJob<object>[] = [];
  kept: ReadonlySet<string> = new Set();
  private handler: JobHandler<object> = async () => {};

  async work<Data extends object>(_name: string, handler: JobHandler<Data>): Promise<void> {
    this.handler = handler as JobHandler<object>;
  }

  async schedule<Data extends object>(job: ScheduledJob<Data>): Promise<void> {
    this.schedules.push(job);
  }

  async keepSchedules(_name: string, keys: ReadonlySet<string>): Promise<void> {
    this.kept = keys;
  }

  run(systemId: string, kind: PullKind, signal = new AbortController().signal): Promise<void> {
    return this.handler({ systemId, kind }, signal, QUEUED_AT);
  }
}

const adapter: ClinicalRecordAdapter = {
  health: async () => ({ state: 'UP', code: null, tookMs: 0, product: null }),
  close: async () => {},
};
const systems = ['one', 'two'].map((id) => ({ system: { id, organisationId: 'org', code: id }, adapter }));

let jobs: FakeJobs;
let done: [string, PullKind][];
let asked: RefreshOptions | undefined;
let fails: ErrorCode | null;
let state: TeamRefresh['state'];

beforeEach(async () => {
  jobs = new FakeJobs();
  done = [];
  fails = null;
  state = 'COMPLETE';
  const refresh = {
    refreshSystem: async (
      system: { id: string },
      _adapter: ClinicalRecordAdapter,
      kind: PullKind,
      options?: RefreshOptions,
    ) => {
      asked = options;
      if (fails) throw new HubError(fails);
      done.push([system.id, kind]);
      return [{ state } as TeamRefresh];
    },
  };
  await scheduleRefresh(jobs, refresh, systems, { refreshMinutes: 15, sweepHours: 12 }, silentLogger);
});

test('each system has an increment and a sweep of its own', () => {
  expect(jobs.schedules.map(({ name, key, everyMinutes, data }) => [name, key, everyMinutes, data])).toEqual(
    ['one', 'two'].flatMap((systemId) => [
      [REFRESH_QUEUE, `increment-${systemId}`, 15, { systemId, kind: 'INCREMENT' }],
      [REFRESH_QUEUE, `sweep-${systemId}`, 720, { systemId, kind: 'SWEEP' }],
    ]),
  );
  expect([...jobs.kept].sort()).toEqual(jobs.schedules.map((job) => job.key).sort());
});

test('a job refreshes its system; one for a system that is gone does nothing', async () => {
  await jobs.run('two', 'SWEEP');
  await jobs.run('gone', 'SWEEP');
  expect(done).toEqual([['two', 'SWEEP']]);
});

test.each<[PullKind, ErrorCode, boolean]>([
  ['INCREMENT', 'HUB_BUSY', false],
  ['INCREMENT', 'HUB_LEASE_LOST', false],
  ['INCREMENT', 'HUB_DATABASE_UNAVAILABLE', true],
  ['SWEEP', 'HUB_BUSY', true],
  ['SWEEP', 'HUB_LEASE_LOST', true],
])('%s that ends with %s is tried again: %s', async (kind, code, again) => {
  fails = code;
  if (again) await expect(jobs.run('one', kind)).rejects.toMatchObject({ code });
  else await jobs.run('one', kind);
});

test('a sweep with a team that failed is tried again, an increment is not', async () => {
  state = 'INCOMPLETE';
  await jobs.run('one', 'INCREMENT');
  await expect(jobs.run('one', 'SWEEP')).rejects.toMatchObject({ code: 'HUB_CASELOAD_INCOMPLETE' });
});

test('whoever tries again leaves out what came since the job was queued, and another goes on when this process stops', async () => {
  await jobs.run('one', 'SWEEP');
  expect(asked).toMatchObject({ unlessSince: QUEUED_AT, handsOver: true });
});

test('a refresh that was stopped half-way is tried again', async () => {
  await expect(jobs.run('one', 'SWEEP', AbortSignal.abort())).rejects.toMatchObject({
    code: 'HUB_UPSTREAM_STOPPED',
  });
});
