/** The statements of the claim, one by one, and what each of them is there to prevent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Claim, claimHeads, type Head } from '../../../src/delivery/claim.service.js';
import { LANE_STATEMENTS, type LaneStatements } from '../../../src/delivery/lane-statements.js';
import { settleAnswers } from '../../../src/delivery/settle.service.js';
import type { Settlement } from '../../../src/delivery/settlement.js';
import { DEFAULT_WORKER_SETTINGS } from '../../../src/delivery/worker/settings.js';
import {
  CREATED_AT_START,
  EXISTS_ON_SNAPSHOT,
  NO_FENCE,
  ORDER_BY_CREATED,
} from '../../support/lane-mutants.js';
import { LaneWorld, type SignedHere } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

let world: LaneWorld;
let people = 0;
beforeAll(async () => {
  world = await LaneWorld.open({ pools: { write: 12, worker: 4 } });
});
beforeEach(() => world.clear());
afterEach(() => world.stopWorkers());
afterAll(() => world.close());

const someone = (): Promise<string> => world.person(`p${++people}`);
const claim = (
  holder: string,
  most = 10,
  leaseMs = 3_000,
  statements: LaneStatements = LANE_STATEMENTS,
): Promise<Claim> =>
  claimHeads(world.db.database, world.scope, statements, {
    systemId: world.systemId,
    organisationId: world.organisationId,
    holder,
    most,
    leaseMs,
  });
const settlement = (head: Head, change: Partial<Settlement> = {}): Settlement => ({
  laneId: head.laneId,
  fence: head.fence,
  seq: head.seq,
  deliveryId: head.deliveryId,
  attemptId: head.attemptId,
  lane: 'next',
  delayMs: 0,
  class: 'DONE',
  code: null,
  detail: null,
  theirs: 'ACCEPTED',
  reference: 'DocumentReference/1',
  referenceVersion: '1',
  patientLocalId: head.localIds?.[0] ?? null,
  mayHaveArrived: false,
  wasAskedFirst: false,
  watch: true,
  answered: true,
  tries: head.tries,
  ...change,
});
const settle = (settlements: Settlement[], statements: LaneStatements = LANE_STATEMENTS) =>
  settleAnswers(
    world.db.database,
    { ...DEFAULT_WORKER_SETTINGS, systemId: world.systemId, scope: world.scope, statements },
    { settlements, probing: false },
  );
const rows = (table: string) => world.sql(`select * from ${table} order by id`);

describe('a claim', () => {
  it('marks what it takes as perhaps arrived, before anything can have left', async () => {
    const { deliveryId } = await world.sign(await someone());
    const { heads } = await claim('one');
    expect(heads).toMatchObject([{ deliveryId, mayHaveArrived: false, tries: 1, waits: false }]);
    expect(await world.delivery(deliveryId)).toMatchObject({
      ours: 'SENDING',
      may_have_arrived: true,
      attempts: 1,
      patient_local_id: heads[0]!.localIds![0],
    });
  });

  it('takes each lane once, the one due longest first, and no more than asked for', async () => {
    for (let n = 0; n < 6; n++) await world.sign(await someone());
    const [a, b] = await Promise.all([claim('one', 3), claim('two', 3)]);
    const ids = [...a.heads, ...b.heads].map((head) => head.laneId);
    expect(new Set(ids).size).toBe(6);
    expect((await claim('three')).heads).toEqual([]);
  });

  it('does not wait for a process that was stopped in the middle of one', async () => {
    await world.sign(await someone());
    const locked = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    const stopped = world.as('worker', async (tx) => {
      await tx.query(LANE_STATEMENTS.destination, [world.systemId]);
      locked.resolve();
      await awake.promise;
      await tx.query('select 1');
    });
    const outcome = expect(stopped).rejects.toMatchObject({ code: 'HUB_DATABASE_UNAVAILABLE' });
    await locked.promise;
    expect((await claim('two')).heads).toHaveLength(1);
    awake.resolve();
    await outcome;
  });

  it('takes nothing of a system that is no destination', async () => {
    await world.sign(await someone());
    await world.sql('update delivery_lanes set due = now()');
    const nowhere = await claimHeads(world.db.database, world.scope, LANE_STATEMENTS, {
      systemId: world.organisationId,
      organisationId: world.organisationId,
      holder: 'one',
      most: 5,
      leaseMs: 1_000,
    });
    expect(nowhere.heads).toEqual([]);
  });

  it('is taken over when its lease has run out: asked first, and the attempt of the former holder is lost', async () => {
    const { deliveryId } = await world.sign(await someone());
    const [before] = (await claim('one', 1, 30)).heads;
    await sleep(60);
    const [after] = (await claim('two')).heads;
    expect(Number(after!.fence)).toBe(Number(before!.fence) + 1);
    expect(after!.mayHaveArrived).toBe(true);
    expect(await world.attempts(deliveryId)).toMatchObject([
      { number: 1, class: 'LOST' },
      { number: 2, class: null },
    ]);
  });

  it('the limit counts what everybody holds, also what is claimed at the same moment', async () => {
    await world.destination({ maxInFlight: 4 });
    for (let n = 0; n < 30; n++) await world.sign(await someone());
    for (let round = 0; round < 5; round++) {
      const claims = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => claim(holder, 3)));
      const heads = claims.flatMap((each) => each.heads);
      expect(heads).toHaveLength(4);
      await settle(heads.map((head) => settlement(head)));
    }
  });
});

describe('settling', () => {
  it('several at once, each by its own answer', async () => {
    const signed: SignedHere[] = [];
    for (let n = 0; n < 3; n++) signed.push(await world.sign(await someone()));
    const { heads } = await claim('one');
    const by = (n: number): Head => heads.find((head) => head.deliveryId === signed[n]!.deliveryId)!;
    const { lost } = await settle([
      settlement(by(0)),
      settlement(by(1), {
        lane: 'waits',
        class: 'TRANSIENT',
        code: 'HUB_UPSTREAM_UNAVAILABLE',
        theirs: null,
        delayMs: 60_000,
        watch: false,
      }),
      settlement(by(2), {
        lane: 'parked',
        class: 'PERMANENT',
        code: 'HUB_UPSTREAM_REJECTED',
        theirs: 'REJECTED',
        watch: false,
      }),
    ]);
    expect(lost).toEqual([]);
    const lanes = await Promise.all(signed.map((each) => world.lane(each.personId)));
    expect(lanes.map((lane) => [lane.state, lane.holder])).toEqual([
      ['IDLE', null],
      ['READY', null],
      ['PARKED', null],
    ]);
    const ours = await Promise.all(signed.map((each) => world.delivery(each.deliveryId)));
    expect(ours.map((row) => [row.ours, row.theirs])).toEqual([
      ['SETTLED', 'ACCEPTED'],
      ['QUEUED', 'NONE'],
      ['PARKED', 'REJECTED'],
    ]);
    expect((await claim('two')).heads).toEqual([]);
  });

  it.each<[string, Partial<Settlement>]>([
    ['done', {}],
    ['to be tried again', { lane: 'waits', class: 'TRANSIENT', theirs: null, watch: false }],
    [
      'refused',
      { lane: 'parked', class: 'PERMANENT', code: 'HUB_UPSTREAM_REJECTED', theirs: 'REJECTED', watch: false },
    ],
  ])(
    'under a fence that is no longer the newest changes nothing but the class of its attempt: %s',
    async (_name, change) => {
      const { deliveryId } = await world.sign(await someone());
      const [old] = (await claim('one', 1, 10)).heads;
      await sleep(30);
      const [current] = (await claim('two')).heads;
      const before = [await rows('delivery_lanes'), await rows('deliveries'), await rows('work_items')];
      expect((await settle([settlement(old!, change)])).lost).toHaveLength(1);
      expect([await rows('delivery_lanes'), await rows('deliveries'), await rows('work_items')]).toEqual(
        before,
      );
      expect(await world.attempts(deliveryId)).toMatchObject([{ class: 'LOST' }, { class: null }]);
      expect((await settle([settlement(current!)])).lost).toEqual([]);
      expect((await world.delivery(deliveryId)).theirs).toBe('ACCEPTED');
    },
  );

  it('twice is once', async () => {
    await world.sign(await someone());
    const [head] = (await claim('one')).heads;
    await settle([settlement(head!)]);
    const before = [await rows('delivery_lanes'), await rows('deliveries')];
    expect((await settle([settlement(head!)])).lost).toHaveLength(1);
    expect([await rows('delivery_lanes'), await rows('deliveries')]).toEqual(before);
  });

  it('beside a claim that was lost the others are settled', async () => {
    const one = await world.sign(await someone());
    const two = await world.sign(await someone());
    const heads = (await claim('one')).heads;
    await world.sql('update delivery_lanes set fence = fence + 1 where person_id = $1', [one.personId]);
    const { lost } = await settle(heads.map((head) => settlement(head)));
    expect(lost.map((each) => each.deliveryId)).toEqual([one.deliveryId]);
    expect((await world.delivery(two.deliveryId)).theirs).toBe('ACCEPTED');
  });
});

describe('leases', () => {
  const renew = (heads: readonly Head[], holder: string) =>
    world.as('worker', (tx) =>
      tx.query<{ id: string }>(LANE_STATEMENTS.renew, [
        heads.map((head) => head.laneId),
        heads.map((head) => head.fence),
        holder,
        60_000,
      ]),
    );

  it('are renewed for their holder alone, while nobody else has taken over', async () => {
    await world.sign(await someone());
    const { heads } = await claim('one', 1, 30);
    expect(await renew(heads, 'two')).toEqual([]);
    expect(await renew(heads, 'one')).toMatchObject([{ id: heads[0]!.laneId, isRenewed: true }]);
    await sleep(50);
    expect((await claim('two')).heads).toEqual([]);
    await world.sql('update delivery_lanes set fence = fence + 1');
    expect(await renew(heads, 'one')).toEqual([]);
  });

  it('of a lane that somebody has locked are kept, and renewed the next time', async () => {
    const personId = await someone();
    await world.sign(personId);
    const { heads } = await claim('one', 1, 60_000);
    await world.sign(
      personId,
      {},
      {
        after: async () =>
          expect(await renew(heads, 'one')).toMatchObject([{ id: heads[0]!.laneId, isRenewed: false }]),
      },
    );
    expect(await renew(heads, 'one')).toMatchObject([{ isRenewed: true }]);
  });

  it('keep a lane through a send that takes several times as long', async () => {
    const record = new ScriptedDocuments();
    const { deliveryId, versionId } = await world.sign(await someone());
    record.script = (call) => (call.kind === 'send' ? { beforeMs: 8_000 } : undefined);
    await world.worker(record, { leaseMs: 3_500, renewMs: 100 });
    await world.worker(record, { leaseMs: 3_500, renewMs: 100 });
    await world.filed(deliveryId);
    expect(record.count('send', versionId)).toBe(1);
    expect(await world.attempts(deliveryId)).toHaveLength(1);
  });

  it('not renewed in time end the send, and the one who took over asks first', async () => {
    const record = new ScriptedDocuments();
    const { deliveryId, versionId } = await world.sign(await someone());
    record.script = (call) => (call.kind === 'send' && call.nth === 1 ? { afterMs: 2_000 } : undefined);
    const statements = {
      ...LANE_STATEMENTS,
      renew:
        'select id, false as "isRenewed" from delivery_lanes where $1::uuid[] is not null or $2::bigint[] is null or $3 = $4::text',
    };
    await world.worker(record, { leaseMs: 400, renewMs: 100, statements });
    await world.until(deliveryId, () => record.versions(versionId).length === 1);
    await world.worker(record);
    await world.filed(deliveryId);
    expect(record.versions(versionId)).toHaveLength(1);
  });
});

describe('the dead', () => {
  const reap = (holder: string) =>
    world.as('worker', (tx) => tx.query<{ id: string }>(LANE_STATEMENTS.reap, [world.systemId, holder]));

  it('are told by their lock: whose lock can be got holds nothing any more', async () => {
    await world.sign(await someone());
    await world.sign(await someone());
    const dead = (await claim('dead', 1, 60_000)).heads;
    const living = (await claim('living', 1, 60_000)).heads;
    const client = await world.db.owner.connect();
    try {
      await client.query(`select pg_advisory_lock(hashtextextended('living', 7))`);
      expect(await reap('living')).toMatchObject([{ id: dead[0]!.laneId }]);
      expect(await reap('living')).toEqual([]);
      const after = await claim('living');
      expect(after.heads.map((head) => head.laneId)).toEqual([dead[0]!.laneId]);
      expect((await settle([settlement(dead[0]!)])).lost).toHaveLength(1);
      expect((await settle([settlement(living[0]!)])).lost).toEqual([]);
    } finally {
      await client.query('select pg_advisory_unlock_all()');
      client.release();
    }
  });

  it('do not include oneself', async () => {
    await world.sign(await someone());
    await claim('me', 1, 60_000);
    expect(await reap('me')).toEqual([]);
  });
});

/** Writers of one person overlap, with their transactions held open on either side of the enqueue. */
async function overlappingWriters(each: number, personIds: readonly string[]): Promise<void> {
  const pause = () => sleep(Math.random() * 25);
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      for (let n = 0; n < each; n++) {
        const personId = personIds[Math.floor(Math.random() * personIds.length)]!;
        await world.sign(personId, {}, { before: pause, after: pause });
      }
    }),
  );
}

/** What was sent of each person, against the order of their lanes. */
async function outOfOrder(record: ScriptedDocuments): Promise<number> {
  const lanes = await world.sql<{ versions: string[] }>(
    'select array_agg(document_version_id order by seq) as versions from deliveries group by lane_id',
  );
  const sent = record.held.map((each) => each.documentVersionId);
  return lanes.filter(({ versions }) => {
    const mine = sent.filter((id) => versions.includes(id));
    return mine.some((id, n) => n > 0 && versions.indexOf(mine[n - 1]!) > versions.indexOf(id));
  }).length;
}

describe('under overlapping writers', () => {
  it('nothing is lost, doubled, or out of order', async () => {
    const record = new ScriptedDocuments();
    record.script = (call) => (call.kind === 'send' ? { beforeMs: Math.random() * 10 } : undefined);
    const personIds = await Promise.all(Array.from({ length: 6 }, someone));
    await world.worker(record);
    await overlappingWriters(10, personIds);
    await world.allEnded();
    expect(record.held).toHaveLength(120);
    expect(new Set(record.held.map((each) => each.documentVersionId)).size).toBe(120);
    expect(await outOfOrder(record)).toBe(0);
    expect(record.overlaps).toEqual([]);
  });

  it('planted fault: order by the time at which a transaction began', async () => {
    const record = new ScriptedDocuments();
    await world.sql(CREATED_AT_START);
    const personIds = [await someone()];
    await overlappingWriters(2, personIds);
    await world.worker(record, { statements: ORDER_BY_CREATED, inFlight: 1 });
    await world.until(
      (await world.sql<{ id: string }>('select id from deliveries order by queued_at desc limit 1'))[0]!.id,
      (row) => row.attempts > 0,
    );
    expect(await outOfOrder(record)).toBe(1);
    await world.sql('alter table deliveries alter column queued_at set default clock_timestamp()');
  });
});

describe('a signature commits while the answer before it is being settled', () => {
  /** Settles the head of a lane while a signature holds the lane's lock; answers the lane's state once both are done. */
  async function together(statements: LaneStatements): Promise<string> {
    const personId = await someone();
    await world.sign(personId);
    const [head] = (await claim('one', 1, 60_000)).heads;
    let settled: Promise<unknown> = Promise.resolve();
    await world.sign(
      personId,
      {},
      {
        after: async () => {
          settled = settle([settlement(head!)], statements);
          for (;;) {
            const waiting = await world.sql(
              `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
            );
            if (waiting.length > 0) return;
            await sleep(5);
          }
        },
      },
    );
    await settled;
    return (await world.lane(personId)).state;
  }

  it('the lane goes on', async () => {
    expect(await together(LANE_STATEMENTS)).toBe('READY');
  });

  it('planted fault: deciding from the deliveries as they were leaves it idle with work on it', async () => {
    expect(await together(EXISTS_ON_SNAPSHOT)).toBe('IDLE');
  });
});

describe('an answer that comes after the claim was lost', () => {
  /** The former holder settles "try again" while the new one is at the next delivery; answers how many heads can be claimed then. */
  async function late(statements: LaneStatements): Promise<number> {
    const personId = await someone();
    await world.sign(personId);
    await world.sign(personId);
    const [old] = (await claim('one', 1, 10)).heads;
    await sleep(30);
    const [current] = (await claim('two', 1, 60_000)).heads;
    await settle([settlement(current!)]);
    await claim('two', 1, 60_000);
    await settle(
      [settlement(old!, { lane: 'waits', class: 'TRANSIENT', theirs: null, watch: false })],
      statements,
    );
    return (await claim('three')).heads.length;
  }

  it('opens nothing', async () => {
    expect(await late(LANE_STATEMENTS)).toBe(0);
  });

  it('planted fault: without the fence two are under way in one lane', async () => {
    expect(await late(NO_FENCE)).toBe(1);
  });
});
