/** A feed from a sending engine to hubs that are killed one after the other, by a wire on which a good deal happens; then what is in the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../seeds/demonstration/random.js';
import { arrivalAt, eventsTold, numberAt, staysAfter } from './hl7-arrivals-messages.js';
import type { SendingPeerStart } from './hl7-arrivals-peers.js';
import { openFaultyPath } from './hl7-documents-faults.js';
import type { Hl7Variant } from './hl7-hub-variants.js';
import { type Death, faultsOf, type Hl7Hubs, listeningPort } from './hl7-hubs.js';
import { MessageWorld } from './message-world.js';

/** What is sent, and how bad it gets. */
export interface ArrivalsPlan {
  /** A multiple of 4. */
  readonly messages: number;
  /** Each with one message under way. */
  readonly connections: number;
  readonly answerTimeoutMs: number;
  /** Share of messages to which something happens. */
  readonly faults: number;
  /** Spread evenly over the course. */
  readonly deaths: readonly Death[];
  readonly seed: number;
  readonly variant: Hl7Variant;
}

/** Numbers of messages with which something is wrong; all lists are empty when all is well. */
export interface ArrivalsReport {
  /** Answered by AA, and not stored at that moment: looked at after each death and at the end. */
  readonly answeredNotStored: readonly string[];
  /** Not stored in the end. */
  readonly lost: readonly string[];
  /** Stored more than once. */
  readonly doubled: readonly string[];
  /** Stored with other bytes than were sent. */
  readonly unequal: readonly string[];
  /** Not read, or not taken up with just what they tell. */
  readonly untold: readonly string[];
  /** Stays that there should be and are not, and others. */
  readonly wrongStays: readonly string[];
}

/** What came of it. */
export interface ArrivalsResult {
  readonly report: ArrivalsReport;
  readonly attempts: number;
  /** Times that each fault happened. */
  readonly happened: Readonly<Record<string, number>>;
  /** Times that hubs died how. */
  readonly died: Readonly<Record<string, number>>;
  /** Answers to their own numbers, by code. */
  readonly answers: Readonly<Record<string, number>>;
  /** Repeats that the hub told as such. */
  readonly repeats: number;
  readonly sentInMs: number;
  readonly readInMs: number;
}

const LATER_MS = 30;
/** What has not moved for so long moves no more. */
const STILL_MS = 5_000;

interface Stored {
  number: string;
  bytes: Buffer;
  state: string;
  events: number;
}

const STORED = `
select m.control_id as number, b.bytes, m.state, (select count(*)::integer from feed_events e where e.source_id = m.id) as events
from inbound_messages m join inbound_bodies b on b.message_id = m.id order by m.seq`;

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

class Arrivals {
  readonly told = new Set<string>();
  readonly answers = new Map<string, number>();
  readonly answeredNotStored = new Set<string>();
  attempts = 0;

  constructor(
    readonly world: MessageWorld,
    private readonly plan: ArrivalsPlan,
  ) {}

  /** Every message until it is answered by AA, in an order of its own. */
  async sendAll(start: SendingPeerStart, port: number): Promise<void> {
    const { messages, connections, answerTimeoutMs, seed } = this.plan;
    const random = new Random(seed);
    const waiting = Array.from({ length: messages }, (_, index) => ({ index, at: random.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ index }) => index);
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const peer = start(port, answerTimeoutMs);
        for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
          const number = numberAt(index);
          while (!this.told.has(number)) {
            this.attempts++;
            const code = await peer.send(arrivalAt(index), number);
            if (code === null) continue;
            this.answers.set(code, (this.answers.get(code) ?? 0) + 1);
            if (code === 'AA') this.told.add(number);
            else await sleep(20);
          }
        }
        await peer.close();
      }),
    );
  }

  /** Whatever was told by now must be there by now. */
  async look(): Promise<void> {
    const told = [...this.told];
    const rows = await this.world.sql<{ number: string }>(
      `select control_id as number from inbound_messages join inbound_bodies on message_id = id where code is null`,
    );
    const stored = new Set(rows.map(({ number }) => number));
    for (const number of told) if (!stored.has(number)) this.answeredNotStored.add(number);
  }

  /** Waits until everything is read, or nothing moves any more. */
  async allRead(): Promise<void> {
    let [before, since] = [-1, performance.now()];
    for (;;) {
      const [row] = await this.world.sql<{ left: number }>(
        `select count(*)::integer as left from inbound_messages where state = 'KEPT'`,
      );
      if (row!.left === 0) return;
      if (row!.left !== before) [before, since] = [row!.left, performance.now()];
      if (performance.now() - since > STILL_MS) return;
      await sleep(50);
    }
  }

  async report(): Promise<ArrivalsReport> {
    const stored = Map.groupBy(await this.world.sql<Stored>(STORED), ({ number }) => number);
    const numbers = Array.from({ length: this.plan.messages }, (_, index) => numberAt(index));
    const where = (isSo: (rows: readonly Stored[], index: number) => boolean): readonly string[] =>
      numbers.filter((number, index) => isSo(stored.get(number) ?? [], index));
    const stays = await this.world.sql<{ line: string }>(
      `select reference || ' ' || (item ->> 'state') as line from feed_standings`,
    );
    const expected = staysAfter(this.plan.messages);
    const found = stays.map(({ line }) => line);
    return {
      answeredNotStored: [...this.answeredNotStored],
      lost: where((rows) => rows.length === 0),
      doubled: where((rows) => rows.length > 1),
      unequal: where((rows, index) =>
        rows.some(({ bytes }) => !bytes.equals(Buffer.from(arrivalAt(index), 'utf8'))),
      ),
      untold: where((rows, index) =>
        rows.some(({ state, events }) => state !== 'READ' || events !== eventsTold(index)),
      ),
      wrongStays: [...without(expected, found), ...without(found, expected)],
    };
  }

  async repeats(): Promise<number> {
    const [row] = await this.world.sql<{ n: number }>(
      'select coalesce(sum(repeats), 0)::integer as n from inbound_messages',
    );
    return row!.n;
  }
}

/** Sends them all and looks at what is there. */
export async function runArrivals(
  hubs: Hl7Hubs,
  start: SendingPeerStart,
  plan: ArrivalsPlan,
): Promise<ArrivalsResult> {
  const world = await MessageWorld.open();
  const listenPort = await listeningPort();
  const path = await openFaultyPath(
    listenPort,
    faultsOf(plan.faults, plan.seed),
    plan.answerTimeoutMs + LATER_MS,
  );
  try {
    const arrivals = new Arrivals(world, plan);
    const order = {
      ownerUrl: world.db.ownerUrl,
      system: world.system,
      settings: { listenPort, allowedSenders: ['PAS|RXX'] },
      variant: plan.variant,
    };
    const begun = performance.now();
    const [{ last, died }] = await Promise.all([
      hubs.relay(
        order,
        plan.deaths,
        () => arrivals.told.size / plan.messages,
        () => arrivals.look(),
      ),
      arrivals.sendAll(start, path.port),
    ]);
    const sent = performance.now();
    await arrivals.look();
    await arrivals.allRead();
    const read = performance.now();
    await hubs.kill(last, 'ANY');
    return {
      report: await arrivals.report(),
      attempts: arrivals.attempts,
      happened: Object.fromEntries(path.happened),
      died,
      answers: Object.fromEntries(arrivals.answers),
      repeats: await arrivals.repeats(),
      sentInMs: Math.round(sent - begun),
      readInMs: Math.round(read - sent),
    };
  } finally {
    await path.close();
    await hubs.clear();
    await world.close();
  }
}
