/** The hub's own recurring work on real queues: reviews escalate, decide and find; refreshes pull; one process of several does each job. */
import { silentLogger } from '../../../src/core/logger.js';
import { type Hub, openHub } from '../../../src/main/open-hub.js';
import { reviewOrganisation, startSchedules } from '../../../src/main/schedules.js';
import { Jobs } from '../../../src/platform/jobs.js';
import type { HubLogger } from '../../../src/platform/logging.js';
import { readSettings } from '../../../src/platform/settings/settings.js';
import { nextNhsNumber, putMembership } from '../../support/casework-people.js';
import { type CaseworkWorld, createCaseworkWorld } from '../../support/casework-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

describe('schedules', () => {
  let world: CaseworkWorld;
  let record: ScriptedCaseload;
  let opened: { hub: Hub; stop: () => Promise<void> }[];
  beforeEach(async () => {
    opened = [];
    world = await createCaseworkWorld();
    record = new ScriptedCaseload('home', world.clock, 2);
  });
  afterEach(async () => {
    for (const { stop } of opened) await stop();
    for (const { hub } of opened) await hub.close();
    await world?.close();
  });

  /** A hub on the world's database and clock, whose record system is the scripted one. */
  async function open(): Promise<Hub> {
    const settings = readSettings({
      DATABASE_URL: world.db.ownerUrl,
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
    });
    const store = { ownerUrl: world.db.ownerUrl, embedded: false, stop: async () => {} };
    const logger = { ...silentLogger, with: () => logger } as HubLogger;
    const hub = await openHub(settings, store, logger, world.clock);
    hub.systems = [
      {
        profile: {
          code: 'home',
          name: 'Record',
          organisation: 'RAA',
          adapter: 'scripted',
          settings: {},
          shownSettings: {},
          teams: [],
        },
        system: { id: world.systemId, organisationId: world.organisations.home, code: 'home' },
        adapter: record,
      },
    ];
    opened.push({ hub, stop: async () => {} });
    return hub;
  }
  async function work(hub: Hub): Promise<void> {
    const stop = await startSchedules(hub);
    opened.find((one) => one.hub === hub)!.stop = stop;
  }
  /** Queues a job. Whoever begins to work after that takes it at once, whoever works already at the next look. */
  async function enqueue<Data extends object>(name: string, data: Data): Promise<void> {
    const jobs = new Jobs({ connectionString: world.db.ownerUrl, logger: silentLogger });
    await jobs.start();
    await jobs.enqueue(name, data);
    await jobs.stop();
  }
  /** Waits until a statement answers a row. */
  async function until(text: string, values: readonly unknown[] = []): Promise<void> {
    while ((await world.sql(text, values)).length === 0) await world.sql('select pg_sleep(0.05)');
  }

  /** One question overdue, one birthday that has come, one decision that the record has overtaken. */
  async function arrange(hub: Hub) {
    const manager = world.callers.manager;
    const overdue = await world.someone().openTo('CMHT', { state: 'WAITING_LIST' }).referredUnder('001');
    const birthday = await world.someone().born('2008-03-12').openTo('CMHT').referredUnder('001');
    const overtaken = await world.someone().referredUnder('001');
    const { outcomes } = await hub.services.eligibility.check(manager, {
      idempotencyKey: world.key(),
      referralIds: [overdue, birthday, overtaken].map(({ referralId }) => referralId),
      purpose: 'ENTRY',
    });
    const { requestId } = await hub.services.confirmations.request(manager, {
      idempotencyKey: world.key(),
      decisionId: outcomes[0]!.decisionId!,
    });
    world.later(13);
    await putMembership(world, overtaken.personId, 'CMHT', { observedFrom: world.clock.now() });
    await world.sql(`update confirmation_requests set due_on = '2026-03-11' where id = $1`, [requestId]);
    await world.sweep();
    return { requestId, birthday, overtaken: outcomes[2]!.decisionId! };
  }
  const outcome = async ({ requestId, birthday }: Awaited<ReturnType<typeof arrange>>) => ({
    question: (
      await world.sql('select state, escalated_to from confirmation_requests where id = $1', [requestId])
    )[0],
    verdicts: (
      await world.sql<{ verdict: string }>(
        'select verdict from eligibility_decisions where referral_id = $1 order by decided_at',
        [birthday.referralId],
      )
    ).map(({ verdict }) => verdict),
    differing: await world.sql('select decision_id, verdict_now from decision_reviews'),
    by: (
      await world.sql<{ subject: string }>(
        `select distinct subject from audit_events where subject like 'system:%'`,
      )
    ).map(({ subject }) => subject),
  });

  it('a review escalates what is overdue, decides for whom the day has come, and lists what differs', async () => {
    const hub = await open();
    const case_ = await arrange(hub);
    await reviewOrganisation(hub, world.organisations.home);
    const once = await outcome(case_);
    expect(once).toEqual({
      question: { state: 'ESCALATED', escalated_to: 'TEAM_MANAGER' },
      verdicts: ['NOT_YET', 'ELIGIBLE'],
      differing: [{ decision_id: case_.overtaken, verdict_now: 'ELIGIBLE' }],
      by: ['system:review'],
    });
    await reviewOrganisation(hub, world.organisations.home);
    expect(await outcome(case_)).toEqual(once);
  });

  it('a review of another organisation touches nothing here', async () => {
    const hub = await open();
    const case_ = await arrange(hub);
    await reviewOrganisation(hub, world.organisations.other);
    expect(await outcome(case_)).toEqual({
      question: { state: 'ASKED', escalated_to: null },
      verdicts: ['NOT_YET'],
      differing: [],
      by: [],
    });
  });

  it('a review comes off the queue', async () => {
    const hub = await open();
    const case_ = await arrange(hub);
    await enqueue('eligibility-review', { organisationId: world.organisations.home });
    await work(hub);
    await until('select from decision_reviews');
    expect(await outcome(case_)).toMatchObject({
      question: { state: 'ESCALATED' },
      verdicts: ['NOT_YET', 'ELIGIBLE'],
    });
  });

  it('a sweep comes off the queue and is on the caseload', async () => {
    record.put('Organization/cmht', 'Episode/1', { patient: patient('one', nextNhsNumber()) });
    await enqueue('caseload-refresh', { systemId: world.systemId, kind: 'SWEEP' });
    await work(await open());
    await until(`select from caseload_memberships where source_reference = 'Episode/1'`);
    expect(record.requests.map(({ since }) => since)).toContain(null);
  });

  it('a job of a system that is no longer configured is done with', async () => {
    await enqueue('caseload-refresh', { systemId: world.teams.CMHT, kind: 'SWEEP' });
    await work(await open());
    await until(`select from pgboss.job where name = 'caseload-refresh' and state = 'completed'`);
    expect(record.requests).toEqual([]);
  });

  it('of two processes one does a job', async () => {
    const [one, two] = [await open(), await open()];
    record.put('Organization/cmht', 'Episode/1', { patient: patient('one', nextNhsNumber()) });
    await enqueue('caseload-refresh', { systemId: world.systemId, kind: 'SWEEP' });
    await Promise.all([work(one), work(two)]);
    await until(
      `select from pgboss.job where name = 'caseload-refresh' and state = 'completed' and data->>'kind' = 'SWEEP'`,
    );
    const pulls = await world.sql<{ n: number }>(
      `select count(*)::integer as n from caseload_pulls where kind = 'SWEEP' and started_at = $1 group by fence, team_reference`,
      [world.clock.now()],
    );
    expect(pulls.every(({ n }) => n === 1)).toBe(true);
    expect(await world.sql('select name from pgboss.schedule')).toHaveLength(5);
  });

  it('stopping them leaves no connection of theirs', async () => {
    const hub = await open();
    await (await startSchedules(hub))();
    await until(
      `select 1 where not exists (select from pg_stat_activity where datname = current_database() and application_name = 'ips-hub jobs')`,
    );
  });
});
