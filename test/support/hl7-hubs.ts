/** Hubs that speak HL7 v2, made ready ahead and killed one after the other as work goes on: making one ready takes far longer. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../seeds/demonstration/random.js';
import { PATH_FAULTS, type PathFault } from './hl7-documents-faults.js';
import type { DeathPoint, Hl7HubOrder } from './hl7-hub-child.js';
import { StandingChildren } from './standing-children.js';

/** What has not moved for so long moves no more. */
const STILL_MS = 20_000;
/** So long a hub may take to come to the moment at which it is to die. */
const PATIENCE_MS = 10_000;

/** Waits until it has come so far. */
async function comesTo(share: number, progress: () => number): Promise<void> {
  let [before, since] = [progress(), performance.now()];
  for (let now = before; now < share; now = progress()) {
    if (now !== before) [before, since] = [now, performance.now()];
    if (performance.now() - since > STILL_MS) throw new Error(`it came to ${now} and no further`);
    await sleep(10);
  }
}

/** How a hub ends: at a moment of its own work, or at any from outside. */
export type Death = DeathPoint | 'ANY';

export class Hl7Hubs {
  private readonly children = new StandingChildren('./hl7-hub-child.ts');
  private readonly atWork = new Set<ChildProcess>();

  /** One at work, with others made ready behind it. */
  async start(order: Hl7HubOrder): Promise<ChildProcess> {
    const child = await this.children.next();
    this.atWork.add(child);
    child.once('exit', () => this.atWork.delete(child));
    child.send(order);
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
    if (said !== 'working') throw new Error('a hub did not come to work');
    return child;
  }

  /** Kills it so, or from outside where it does not come to that for a while; resolves with how, when it is dead. */
  async kill(child: ChildProcess, death: Death): Promise<Death> {
    const gone = once(child, 'exit');
    let how = death;
    const kill = (): void => {
      how = 'ANY';
      child.kill('SIGKILL');
    };
    if (death === 'ANY') kill();
    else child.send({ dieAt: death });
    const late = setTimeout(kill, PATIENCE_MS);
    await gone;
    clearTimeout(late);
    if (child.signalCode !== 'SIGKILL') throw new Error('a hub ended by itself');
    return how;
  }

  /**
   * Runs hubs until there is nothing left to do: each time that `progress` has come as far again, the one at work is killed,
   * `afterDeath` looks at what it left, and the next takes over. Resolves with the last one when the deaths are through, and with
   * how often hubs died how.
   * @param progress from 0 to 1.
   */
  async relay(
    order: Hl7HubOrder,
    deaths: readonly Death[],
    progress: () => number,
    afterDeath: () => Promise<void>,
  ): Promise<{ last: ChildProcess; died: Readonly<Record<string, number>> }> {
    const died: Record<string, number> = {};
    let child = await this.start(order);
    for (const [index, death] of deaths.entries()) {
      await comesTo((index + 1) / (deaths.length + 1), progress);
      const how = await this.kill(child, death);
      died[how] = (died[how] ?? 0) + 1;
      await afterDeath();
      child = await this.start(order);
    }
    return { last: child, died };
  }

  /** Kills those at work. */
  async clear(): Promise<void> {
    await Promise.all([...this.atWork].map((child) => this.kill(child, 'ANY')));
  }

  /** Kills whatever lives. */
  end(): Promise<void> {
    return this.children.end();
  }
}

/** What happens to each message on a faulty path, drawn from a seed. */
export function faultsOf(share: number, seed: number): () => PathFault | null {
  const random = new Random(seed);
  return () => (random.chance(share) ? random.pick(PATH_FAULTS) : null);
}

/**
 * A port that is free, below those that systems give to connections that go out: whoever connects to one of these while nobody
 * listens may be connected to himself.
 */
export async function listeningPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
