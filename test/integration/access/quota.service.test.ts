/** Quotas: counted together by all processes, per caller and organisation, and refusals are on record. */

import { forgetOldKeys } from '../../../src/access/idempotency.service.js';
import { spendQuota } from '../../../src/access/quota.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { type CaseworkWorld, createCaseworkWorld } from '../../support/casework-world.js';

const QUOTA = { name: 'test', most: 3, windowMs: 60_000 };

let world: CaseworkWorld;
let machine: Caller;

beforeAll(async () => {
  world = await createCaseworkWorld();
  machine = world.callers.machine;
});
afterAll(() => world.close());
beforeEach(() => world.sql('delete from quotas'));

const spend = (caller: Caller = machine): Promise<void> =>
  spendQuota(world.database, caller, QUOTA, world.clock.now());

test('so many times, then refused until the window ends, with the time to wait', async () => {
  for (let time = 0; time < QUOTA.most; time++) await spend();
  world.clock.advance(20_000);
  await expect(spend()).rejects.toMatchObject({ code: 'HUB_ACCESS_RATE', retryAfterMs: 40_000 });
  world.clock.advance(40_000);
  await expect(spend()).resolves.toBeUndefined();
});

test('many at once are counted one by one', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => spend()));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(QUOTA.most);
});

test('another caller has a quota of their own', async () => {
  for (let time = 0; time < QUOTA.most; time++) await spend();
  await expect(spend({ ...machine, subject: 'another' })).resolves.toBeUndefined();
});

test('a refusal is on record, without a person', async () => {
  const before = await world.count('audit_events', `operation = 'test' and kind = 'REFUSED'`);
  for (let time = 0; time < QUOTA.most; time++) await spend();
  await spend().catch(() => {});
  expect(
    await world.count('audit_events', `operation = 'test' and kind = 'REFUSED' and person_ids = '{}'`),
  ).toBe(before + 1);
});

test('keys are forgotten after thirty days, in the scope alone', async () => {
  const put = (key: string, days: number, organisationId: string | null) =>
    world.sql(
      `insert into idempotency_keys (organisation_id, subject, mutation, key, input_hash, outcome, made_at)
       values ($1, 's', 'm', $2, 'h', 'null', now() - make_interval(days => $3))`,
      [organisationId, key, days],
    );
  const own = machine.scope.organisationId;
  const foreign = world.callers.foreignSpecialist.scope.organisationId;
  await put('old-key', 31, own);
  await put('young-key', 29, own);
  await put('foreign-key', 31, foreign);
  const gone = await world.database.transaction('worker', machine.scope, forgetOldKeys);
  expect(gone).toBe(1);
  expect(await world.count('idempotency_keys', `key in ('young-key', 'foreign-key')`)).toBe(2);
});
