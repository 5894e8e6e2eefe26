/** Nothing is answered that was not stored, and nothing is stored twice, wherever the process dies and whatever the database's connection does. */

import { once } from 'node:events';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import type { MessageKept } from '../../../src/clinical/inbound.port.js';
import type { IntakeFaultPoint, StoreIntake } from '../../../src/delivery/messages/intake.service.js';
import type { MessageOrder } from '../../support/message-child.js';
import { LineSender, MessageChildren } from '../../support/message-children.js';
import { arrived, MessageWorld } from '../../support/message-world.js';

const SENDERS = 6;
let world: MessageWorld;
let children: MessageChildren;
beforeAll(async () => {
  children = new MessageChildren();
  world = await MessageWorld.open();
});
afterEach(() => world.clear());
afterAll(async () => {
  await children.end();
  await world.close();
});

const order = (change: Partial<MessageOrder>): MessageOrder => ({
  ownerUrl: world.db.ownerUrl,
  superuserUrl: world.superuserUrl,
  system: world.system,
  role: 'keeps',
  variant: 'sound',
  killAt: null,
  nth: 1,
  ...change,
});

/** Numbers of messages that were answered and are not stored, and of those that are stored more than once. */
async function wrong(answered: readonly string[]): Promise<{ notStored: string[]; twice: string[] }> {
  const rows = await world.sql<{ control_id: string; n: number }>(
    `select control_id, count(*)::integer as n from inbound_messages m join inbound_bodies b on b.message_id = m.id group by 1`,
  );
  const stored = new Set(rows.map((row) => row.control_id));
  return {
    notStored: answered.filter((number) => !stored.has(number)),
    twice: rows.filter(({ n }) => n > 1).map((row) => row.control_id),
  };
}

/** Several senders at once, until the process dies or each has sent so many; what was not answered is sent again by the caller. */
async function sendAll(port: number, numbers: string[]): Promise<{ answered: string[]; outcomes: string[] }> {
  const answered: string[] = [];
  const outcomes: string[] = [];
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      const sender = await LineSender.open(port);
      if (sender === null) return;
      for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
        const told = await sender.send(number, 'text');
        if (told === null) {
          numbers.push(number);
          break;
        }
        answered.push(number);
        outcomes.push(told);
      }
      sender.close();
    }),
  );
  return { answered, outcomes };
}

/** Connections of hubs to the database. */
const connections = async (): Promise<number[]> =>
  (
    await world.sql<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and application_name like 'hub %'`,
    )
  ).map(({ pid }) => pid);

async function killed(variant: MessageOrder['variant'], points: readonly IntakeFaultPoint[]) {
  const numbers = Array.from({ length: 120 }, (_, n) => `${n}`);
  const answered: string[] = [];
  const own = new Set(await connections());
  // What a process has sent before its death may come to be after it.
  const settled = () => world.eventually(async () => (await connections()).every((pid) => own.has(pid)));
  for (const killAt of points) {
    const { child, port } = await children.start(order({ variant, killAt, nth: 3 }));
    const gone = once(child, 'exit');
    answered.push(...(await sendAll(port, numbers)).answered);
    await gone;
    await settled();
    expect(child.signalCode).toBe('SIGKILL');
  }
  const early = await wrong(answered);
  const { child, port } = await children.start(order({ variant }));
  const last = await sendAll(port, numbers);
  child.kill('SIGKILL');
  await settled();
  return { early, ...(await wrong([...answered, ...last.answered])), outcomes: last.outcomes, numbers };
}

test('a process that is killed before or after a commit has answered nothing that is not stored; what is sent again is there once', async () => {
  const { early, notStored, twice, outcomes, numbers } = await killed('sound', [
    'beforeCommit',
    'afterCommit',
    'afterCommit',
  ]);
  expect({ early: early.notStored, notStored, twice }).toEqual({ early: [], notStored: [], twice: [] });
  // What was committed and not answered is told so now.
  expect(outcomes).toContain('REPEATED');
  expect(new Set(outcomes)).toEqual(new Set(['KEPT', 'REPEATED']));
  expect(numbers).toEqual([]);
});

test('the same count shows an answer that comes before the commit', async () => {
  const { early } = await killed('answers first', ['beforeCommit']);
  expect(early.notStored.length).toBeGreaterThan(0);
});

describe('a connection to the database', () => {
  /** Stands between; when told to, lets the next statement that keeps messages through and nothing of its answer back. */
  async function openProxy() {
    const target = new URL(world.db.ownerUrl);
    const sockets = new Set<Socket>();
    let swallows = 0;
    const server = createServer((near) => {
      const far = connectTo({ port: Number(target.port), host: target.hostname });
      let isCut = false;
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          near.destroy();
          // What was sent has to reach the server.
          far.end();
        });
      }
      near.on('data', (chunk) => {
        far.write(chunk);
        if (swallows === 0 || !chunk.includes('keep-messages')) return;
        swallows -= 1;
        isCut = true;
        setTimeout(() => near.destroy(), 300);
      });
      far.on('data', (chunk) => isCut || near.write(chunk));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(world.db.ownerUrl);
    url.port = String((server.address() as { port: number }).port);
    return {
      ownerUrl: url.href,
      swallow: (times: number) => {
        swallows = times;
      },
      async close() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  const told = (settled: readonly PromiseSettledResult<MessageKept>[]): string[] =>
    settled.map((each) => (each.status === 'fulfilled' ? each.value.outcome : each.reason.code));

  /** Works by way of a proxy, and leaves nothing open however it goes. */
  async function byProxy(
    work: (intake: StoreIntake, proxy: Awaited<ReturnType<typeof openProxy>>) => Promise<void>,
  ): Promise<void> {
    const proxy = await openProxy();
    const other = await MessageWorld.reopened(world, proxy.ownerUrl);
    try {
      const intake = other.intake();
      await intake.keep(arrived('warm'));
      await work(intake, proxy);
    } finally {
      await proxy.close();
      await other.close();
    }
  }

  test('that is lost after the commit and before its answer leaves one message, told as kept', () =>
    byProxy(async (intake, proxy) => {
      proxy.swallow(1);
      const nameless = arrived('none', 'text', { identity: null });
      const settled = await Promise.allSettled(
        [arrived('1'), nameless, arrived('2')].map((each) => intake.keep(each)),
      );
      expect(told(settled)).toEqual(['KEPT', 'KEPT', 'KEPT']);
      expect((await world.stored()).sort()).toEqual([
        '- KEPT - 0',
        '1 KEPT - 0',
        '2 KEPT - 0',
        'warm KEPT - 0',
      ]);
    }));

  test('that is lost twice so leaves the sender to send again, and then it is a repeat', () =>
    byProxy(async (intake, proxy) => {
      proxy.swallow(2);
      expect(told(await Promise.allSettled([intake.keep(arrived('1'))]))).toEqual([
        'HUB_DATABASE_UNAVAILABLE',
      ]);
      expect((await intake.keep(arrived('1'))).outcome).toBe('REPEATED');
    }));

  test('that is ended again and again while messages come loses and doubles none', async () => {
    const intake = world.intake();
    let going = true;
    const ending = (async (): Promise<void> => {
      while (going) {
        await world.sql(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'hub worker'`,
        );
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    })();
    const answered: string[] = [];
    const failures = new Set<string>();
    await Promise.all(
      Array.from({ length: 8 }, async (_, sender) => {
        for (let n = 0; n < 25; n++) {
          const message = arrived(`${sender}-${n}`);
          for (;;) {
            const [outcome] = told(await Promise.allSettled([intake.keep(message)]));
            if (outcome!.startsWith('HUB_')) failures.add(outcome!);
            else break;
          }
          answered.push(`${sender}-${n}`);
        }
      }),
    );
    going = false;
    await ending;
    expect([...failures].filter((code) => code !== 'HUB_DATABASE_UNAVAILABLE')).toEqual([]);
    expect(await wrong(answered)).toEqual({ notStored: [], twice: [] });
    expect((await world.stored()).length).toBe(200);
  });

  test('that cannot be had fails what waits within its time', () =>
    byProxy(async (intake, proxy) => {
      await proxy.close();
      const settled = await Promise.allSettled(['2', '3'].map((number) => intake.keep(arrived(number))));
      expect(new Set(told(settled))).toEqual(new Set(['HUB_DATABASE_UNAVAILABLE']));
      expect(await world.stored()).toEqual(['warm KEPT - 0']);
    }));
});
