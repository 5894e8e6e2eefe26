/** Processes that keep and read messages, made ready ahead: making one ready takes far longer than killing it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { MessageOrder } from './message-child.js';
import { StandingChildren } from './standing-children.js';

export class MessageChildren {
  private readonly children: StandingChildren;

  constructor(ahead = 2) {
    this.children = new StandingChildren('./message-child.ts', ahead);
  }

  /** One at work, and the port at which it takes messages. */
  async start(order: MessageOrder): Promise<{ child: ChildProcess; port: number }> {
    const child = await this.children.next();
    child.send(order);
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [{ port?: number }];
    return { child, port: said?.port ?? 0 };
  }

  end(): Promise<void> {
    return this.children.end();
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
