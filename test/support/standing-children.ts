/** Processes made ready ahead, since making one ready takes far longer than killing it. Each says `standing by` before it is given work. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export class StandingChildren {
  private readonly standing: Promise<ChildProcess>[] = [];
  private readonly living = new Set<ChildProcess>();

  /** @param file what they run, beside this one. @param ahead how many stand by. */
  constructor(
    private readonly file: string,
    private readonly ahead = 2,
  ) {}

  /** One that stands by, with others made ready behind it. */
  async next(): Promise<ChildProcess> {
    while (this.standing.length < this.ahead) this.standing.push(this.standBy());
    return this.standing.shift()!;
  }

  /** Kills whatever lives. */
  async end(): Promise<void> {
    await Promise.allSettled(this.standing);
    const gone = [...this.living].map((child) => once(child, 'exit'));
    for (const child of this.living) child.kill('SIGKILL');
    await Promise.all(gone);
  }

  private async standBy(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', here('./typescript-loader.js'), here(this.file)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.living.add(child);
    child.on('error', () => {});
    child.once('exit', () => this.living.delete(child));
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
    if (said !== 'standing by') throw new Error(`a process did not come to stand by: ${this.file}`);
    return child;
  }
}
