/** The fenced lease: one holder, takeover by the database's clock, and a zombie that can change nothing. */
import { NO_SCOPE } from '../../../src/core/caller.js';
import type { Transaction } from '../../../src/platform/database/database.js';
import { acquireLease, assertFence, type Lease } from '../../../src/platform/database/lease.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const MINUTE = 60_000;
let db: TestDatabase;
let serial = 0;
let name: string;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => {
  name = `lease ${++serial}`;
});

const take = (holder: string, ttlMs = MINUTE): Promise<Lease | null> =>
  acquireLease(db.database, name, holder, ttlMs);
const expire = (): Promise<unknown> =>
  db.owner.query(`update leases set expires_at = clock_timestamp() - interval '1 ms' where name = $1`, [
    name,
  ]);
const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.database.transaction('worker', NO_SCOPE, work);

test('one holder at a time; a lease given back can be taken at once, with a higher fence', async () => {
  const first = await take('a');
  expect(first!.fence).toBe(1);
  expect(await take('b')).toBeNull();
  expect(await take('a')).toBeNull();
  await first!.release();
  expect((await take('b'))!.fence).toBe(2);
});

test('many that ask at once: exactly one gets it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => take(`holder ${n}`)));
  expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
});

test('the term runs on the database clock and renewing extends it', async () => {
  const lease = await take('a', 5 * MINUTE);
  const left = async (): Promise<number> => {
    const { rows } = await db.owner.query<{ ms: number }>(
      `select (extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as ms from leases where name = $1`,
      [name],
    );
    return rows[0]!.ms;
  };
  expect(await left()).toBeGreaterThan(4 * MINUTE);
  await expire();
  await lease!.renew();
  expect(await left()).toBeGreaterThan(4 * MINUTE);
});

test('one that was overtaken can neither renew, nor release, nor act', async () => {
  const zombie = await take('zombie');
  await expire();
  const heir = await take('heir');
  expect(heir!.fence).toBe(zombie!.fence + 1);
  await expect(zombie!.renew()).rejects.toMatchObject({ code: 'HUB_LEASE_LOST' });
  await zombie!.release();
  expect(await take('third')).toBeNull();
  await heir!.renew();
  await expect(inTransaction((tx) => assertFence(tx, name, zombie!.fence))).rejects.toMatchObject({
    code: 'HUB_LEASE_LOST',
    retry: 'transient',
  });
  await inTransaction((tx) => assertFence(tx, name, heir!.fence));
});

test('a released lease lets nobody act, its last holder neither', async () => {
  const lease = await take('a');
  await lease!.release();
  await expect(inTransaction((tx) => assertFence(tx, name, lease!.fence))).rejects.toMatchObject({
    code: 'HUB_LEASE_LOST',
  });
  await expect(lease!.renew()).rejects.toMatchObject({ code: 'HUB_LEASE_LOST' });
});

test('nobody takes over between the check of the fence and the commit, nor waits for it; the holder may renew', async () => {
  const holder = await take('a');
  await inTransaction(async (tx) => {
    await assertFence(tx, name, holder!.fence);
    await expire();
    expect(await take('b')).toBeNull();
    await holder!.renew();
    await expire();
  });
  expect((await take('b'))!.fence).toBe(2);
});

describe('effect of a zombie', () => {
  /** Two holders write their name under one lease, the overtaken one last. Answers what stands in the end. */
  async function race(check: (tx: Transaction, fence: number) => Promise<void>): Promise<string> {
    const write = (holder: string, fence: number): Promise<unknown> =>
      inTransaction(async (tx) => {
        await check(tx, fence);
        await tx.query(
          `insert into leases (name, holder) values ($1, $2) on conflict (name) do update set holder = excluded.holder`,
          [`effect of ${name}`, holder],
        );
      });
    const zombie = await take('zombie');
    await expire();
    const heir = await take('heir');
    await write('heir', heir!.fence);
    await write('zombie', zombie!.fence).catch(() => {});
    const { rows } = await db.owner.query<{ holder: string }>('select holder from leases where name = $1', [
      `effect of ${name}`,
    ]);
    return rows[0]!.holder;
  }

  test('none, because the fence is checked', async () => {
    expect(await race((tx, fence) => assertFence(tx, name, fence))).toBe('heir');
  });

  test('negative control: without the check the zombie has the last word', async () => {
    expect(await race(async () => {})).toBe('zombie');
  });
});
