/** Processes that keep and read messages, made ready ahead: making one ready takes far longer than killing it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MessageOrder } from './message-child.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export class MessageChildren {
  private readonly standing: Promise<ChildProcess>[] = [];
  private readonly living = new Set<ChildProcess>();

  constructor(private readonly ahead = 2) {}

  /** One at work, and the port at which it takes messages. */
  async start(order: MessageOrder): Promise<{ child: ChildProcess; port: number }> {
    while (this.standing.length < this.ahead) this.standing.push(this.standBy());
    const child = await this.standing.shift()!;
    child.send(order);
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [{ port?: number }];
    return { child, port: said?.port ?? 0 };
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.standing);
    const gone = [...this.living].map((child) => once(child, 'exit'));
    for (const child of this.living) child.kill('SIGKILL');
    await Promise.all(gone);
  }

  private async standBy(): Promise<ChildProcess> {
    const child = spawn(
      process.execPath,
      ['--import', here('./typescript-loader.js'), here('./message-child.ts')],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.living.add(child);
    child.once('exit', () => this.living.delete(child));
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
    if (said !== 'standing by') throw new Error('a process did not come to stand by');
    return child;
  }
}

/** A sender: waits for the answer to each message before it sends the next. */
export class LineSender {
  private constructor(
    private readonly socket: Socket,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async open(port: number): Promise<LineSender | null> {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
    } catch {
      return null;
    }
    socket.on('error', () => {});
    return new LineSender(socket, createInterface({ input: socket })[Symbol.asyncIterator]());
  }

  /** What it was told; null when the connection ended first. */
  async send(number: string, text: string): Promise<string | null> {
    this.socket.write(`${number}|${text}\n`);
    try {
      const { done, value } = await this.lines.next();
      return done ? null : (value as string).slice(number.length + 1);
    } catch {
      return null;
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
