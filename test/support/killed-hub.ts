/**
 * kill -9 of the hub at every moment that matters, a hub that is stopped and wakes up later, and twenty writers meanwhile. What came
 * of it is counted by opening the record system's own store: every signed version exactly once and in the order of its lane.
 * Planted faults must each go red here, by the same scenario and the same count.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkDeliveries, type DeliveryReport, readHeld, readTold } from './delivery-checker.js';
import type { HubOrder, KillPoint, Variant } from './killed-hub-child.js';
import { CREATED_AT_START } from './lane-mutants.js';
import { LaneWorld, type SignedHere } from './lane-world.js';
import { startRecordSystem, type TestRecordSystem } from './record-system.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const KILL_POINTS: readonly KillPoint[] = ['afterCommit', 'afterClaim', 'afterSend', 'afterAnswer'];
const PEOPLE = 60;
const WRITERS = 20;
const STANDING = 2;
/** What has not moved for so long, in looks 200 ms apart, moves no more. */
const STILL = 30;

let record: TestRecordSystem;
const standing: Promise<ChildProcess>[] = [];
const living = new Set<ChildProcess>();

/** Starts a hub that stands by; making one ready takes far longer than killing it. */
async function standBy(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', here('./typescript-loader.js'), here('./killed-hub-child.ts')],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  living.add(child);
  child.once('exit', () => living.delete(child));
  const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
  if (said !== 'standing by') throw new Error('a hub did not come to stand by');
  return child;
}

/** One that stands by, with others made ready behind it. */
function nextHub(): Promise<ChildProcess> {
  while (standing.length < STANDING) standing.push(standBy());
  return standing.shift()!;
}

/** Makes hubs and the record system ready. */
export async function makeReady(): Promise<void> {
  while (standing.length < STANDING) standing.push(standBy());
  record = await startRecordSystem({ world: 'empty' });
}

/** Ends them. */
export async function clearAway(): Promise<void> {
  await Promise.allSettled(standing);
  for (const child of living) child.kill('SIGKILL');
  await record.stop();
}

/** One run of the scenario in a database of its own. */
class Scenario {
  private people: string[] = [];
  private readonly signed: { documentVersionId: string; text: string }[] = [];
  private writing = true;
  private readonly hubs: ChildProcess[] = [];

  private constructor(
    readonly world: LaneWorld,
    private readonly variant: Variant,
  ) {}

  static async open(variant: Variant): Promise<Scenario> {
    const scenario = new Scenario(await LaneWorld.open({ pools: { write: WRITERS } }), variant);
    const { world } = scenario;
    await world.destination({ sendTimeoutMs: 5_000 });
    for (let n = 0; n < PEOPLE; n++)
      scenario.people.push(await world.person(`${world.organisationId.slice(-6)}-${n}`));
    if (variant === 'order by created_on') await world.sql(CREATED_AT_START);
    return scenario;
  }

  /** A hub at work. */
  async hub(order: Partial<HubOrder> = {}): Promise<ChildProcess> {
    const child = await nextHub();
    this.hubs.push(child);
    const { world } = this;
    const whole: HubOrder = {
      ownerUrl: world.db.ownerUrl,
      organisationId: world.organisationId,
      systemId: world.systemId,
      baseUrl: record.baseUrl,
      variant: this.variant,
      killAt: null,
      nth: 1,
      stopsBeforeSettling: false,
      // The record takes every create as a new one: what a killed hub had sent must have come to rest before it is sent again.
      ambiguousWaitMs: this.variant === 'sound' ? 4_000 : 500,
      toSign: [],
      ...order,
    };
    child.send(whole);
    return child;
  }

  /** A hub that kills itself at the point; resolves when it is dead. */
  async killed(point: KillPoint): Promise<void> {
    const document = this.world.version(this.person());
    const nth = 1 + Math.floor(Math.random() * 2);
    const child = await this.hub({
      killAt: point,
      nth: point === 'afterCommit' ? 1 : nth,
      toSign: point === 'afterCommit' ? [document] : [],
    });
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    if (point === 'afterCommit') this.signed.push({ documentVersionId: document.id, text: '' });
  }

  /** Ends a hub in its own way. */
  async end(child: ChildProcess): Promise<void> {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }

  /** Twenty writers, their transactions held open on either side of the enqueue; the answer stops them. */
  private write(): () => Promise<void> {
    const pause = () => sleep(Math.random() * 40);
    const writers = Array.from({ length: WRITERS }, async () => {
      while (this.writing) {
        this.keep(await this.world.sign(this.person(), {}, { before: pause, after: pause }));
        await sleep(200 + Math.random() * 400);
      }
    });
    return async () => {
      this.writing = false;
      await Promise.all(writers);
    };
  }

  /** Kills hubs while all write. */
  async killedWhileWriting(kills: readonly KillPoint[]): Promise<void> {
    const stop = this.write();
    // Two hubs at a time, so that one takes over from the other.
    const orders = [...kills];
    const slot = async (): Promise<void> => {
      for (let point = orders.shift(); point; point = orders.shift()) await this.killed(point);
    };
    if (kills.length === 0) await sleep(1_500);
    await Promise.all([slot(), slot()]);
    await stop();
  }

  /** The last of some lanes: the one before it is answered while its transaction holds the lane. */
  async lastBurst(): Promise<void> {
    await record.faults({
      kind: 'delay',
      delayMs: 300,
      times: 10,
      match: { method: 'POST', path: 'DocumentReference$' },
    });
    await Promise.all(
      this.people.slice(0, 10).map(async (personId) => {
        this.keep(await this.world.sign(personId));
        this.keep(await this.world.sign(personId, {}, { after: () => sleep(2_000) }));
      }),
    );
  }

  /** A hub that was told "later" is stopped before it writes that down, and wakes up when another has long done the work. */
  async sleeper(): Promise<void> {
    const personId = this.person();
    await record.faults({ kind: 'unavailable', match: { method: 'POST', path: 'DocumentReference$' } });
    const first = await this.world.sign(personId);
    const zombie = await this.hub({ stopsBeforeSettling: true });
    await this.world.until(first.deliveryId, (row) => row.ours === 'SENDING');
    const second = await this.world.sign(personId);
    const other = await this.hub();
    await this.world.until(first.deliveryId, (row) => row.accepted_at !== null);
    await this.world.until(second.deliveryId, (row) => row.accepted_at !== null);
    zombie.kill('SIGCONT');
    await sleep(1_500);
    for (const each of [first, second]) this.keep(each);
    await Promise.all([zombie, other].map((child) => this.end(child)));
  }

  /** Waits until nothing is to be sent or read back, or nothing has moved for a while. */
  async rest(): Promise<void> {
    let before = '';
    for (let still = 0; still < STILL; ) {
      const [row] = await this.world.sql<{ left: number; state: string }>(
        `select count(*) filter (where ended_at is null)::integer as left,
                concat(sum(attempts), ' ', sum(watch_attempts), ' ', count(ended_at)) as state from deliveries`,
      );
      if (row!.left === 0) return;
      still = row!.state === before ? still + 1 : 0;
      before = row!.state;
      await sleep(200);
    }
  }

  /** What the store holds against what was signed. */
  async report(): Promise<DeliveryReport> {
    const told = await readTold(this.world.db.owner);
    const mine = new Set(told.map((delivery) => delivery.documentVersionId));
    const held = readHeld(record.file).filter(({ versionIds }) => versionIds.some((id) => mine.has(id)));
    return checkDeliveries(told, held, { signed: this.signed, retracted: [] });
  }

  /** Leaves nothing behind, however it went. */
  async close(): Promise<void> {
    this.writing = false;
    for (const child of this.hubs) child.kill('SIGKILL');
    await record.clearFaults();
    await this.world.close();
  }

  private person(): string {
    return this.people[Math.floor(Math.random() * this.people.length)]!;
  }

  private keep({ versionId }: SignedHere): void {
    this.signed.push({ documentVersionId: versionId, text: '' });
  }
}

/** What one run is made of. */
export interface Course {
  /** Where hubs are killed, one after the other, while all write. */
  readonly kills: readonly KillPoint[];
  readonly withSleeper: boolean;
  /** True: one hub in the end instead of two, no last burst, and nobody writes but while hubs are killed. Default false. */
  readonly isBrief?: boolean;
}

/** The whole of it: the sleeper, the kills while all write, two hubs that are left in peace, and the last burst. */
export async function run(
  variant: Variant,
  { kills, withSleeper, isBrief }: Course,
): Promise<DeliveryReport> {
  const scenario = await Scenario.open(variant);
  try {
    if (withSleeper) await scenario.sleeper();
    if (kills.length > 0 || !isBrief) await scenario.killedWhileWriting(kills);
    const peaceful = await Promise.all(Array.from({ length: isBrief ? 1 : 2 }, () => scenario.hub()));
    await scenario.rest();
    if (!isBrief) {
      await scenario.lastBurst();
      await scenario.rest();
    }
    await Promise.all(peaceful.map((child) => scenario.end(child)));
    return await scenario.report();
  } finally {
    await scenario.close();
  }
}

/** Asserts that a fault goes red in that way. What it does depends on who comes when: it has to show within six runs. */
export async function expectRed(variant: Variant, course: Course, what: keyof DeliveryReport): Promise<void> {
  const seen: string[] = [];
  for (let round = 0; round < 6 && !seen.includes(what); round++)
    seen.push(...wrong(await run(variant, course)));
  expect(seen).toContain(what);
}

const wrong = (report: DeliveryReport): string[] =>
  Object.entries(report)
    .filter(([, lines]) => lines.length > 0)
    .map(([what]) => what);

/** The report of a run in which all was well. */
export const NOTHING_WRONG: DeliveryReport = {
  lost: [],
  doubled: [],
  disordered: [],
  falselyFiled: [],
  unequal: [],
  unfinished: [],
};
