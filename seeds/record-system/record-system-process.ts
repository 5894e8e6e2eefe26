/** Starts the demonstration record system as a child process that cannot outlive its parent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where the process keeps its file, and what an empty file is filled with. */
export interface RecordSystemProcessOptions {
  /** Path of the SQLite file. */
  readonly file: string;
  /** Port on 127.0.0.1; default 0, a free one. */
  readonly port?: number;
  /** What an empty file is seeded with; default the demonstration world. */
  readonly world?: 'demonstration' | 'empty';
  /** People in the demonstration world. */
  readonly people?: number;
  /** Day to which the world's dates are relative, `YYYY-MM-DD`; default today in London. */
  readonly today?: string;
  /** Whether it takes ids of clients; default it does not. */
  readonly clientIds?: boolean;
  /** Compiled entry; default the one beside this file. */
  readonly entry?: string;
  /** Further arguments of Node itself, before the entry. */
  readonly nodeArguments?: readonly string[];
  /** Milliseconds until the child must listen; default 60 000. */
  readonly startTimeoutMs?: number;
}

/** A running child that listens. */
export interface RecordSystemProcess {
  /** FHIR service base, without a slash at the end. */
  readonly baseUrl: string;
  /** Base of the control endpoint, without a slash at the end. */
  readonly controlUrl: string;
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Asks the process to end, and makes it after five seconds. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

function argumentsOf(options: RecordSystemProcessOptions): string[] {
  const { file, port = 0, world, people, today, clientIds } = options;
  return [
    ...['--file', file, '--port', String(port), '--lifeline-fd', '3'],
    ...(world ? ['--world', world] : []),
    ...(people === undefined ? [] : ['--people', String(people)]),
    ...(today ? ['--today', today] : []),
    ...(clientIds ? ['--client-ids'] : []),
  ];
}

/** The address in the child's line `listening <url>`; rejects when it ends, or stays silent for too long, before that. */
async function addressFrom(child: ChildProcess, timeoutMs: number): Promise<string> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout! });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Error(`the record system ${why}: ${said.join('').slice(0, 2_000)}`));
    const late = setTimeout(() => fail('did not listen in time'), timeoutMs);
    lines.on('line', (line) => {
      const url = /^listening (\S+)$/.exec(line)?.[1];
      if (url) resolve(url);
    });
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail('ended before it listened'));
    child.once('exit', () => clearTimeout(late));
    lines.once('line', () => clearTimeout(late));
  });
}

/** Starts the process on the Node that runs this one and waits until it listens. */
export async function startRecordSystemProcess(
  options: RecordSystemProcessOptions,
): Promise<RecordSystemProcess> {
  const entry = options.entry ?? fileURLToPath(new URL('./main.js', import.meta.url));
  // The fourth descriptor is the lifeline: the kernel closes our side of it however this process dies.
  const nodeArguments = ['--disable-warning=ExperimentalWarning', ...(options.nodeArguments ?? [])];
  const child = spawn(process.execPath, [...nodeArguments, entry, ...argumentsOf(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  try {
    const baseUrl = await addressFrom(child, options.startTimeoutMs ?? 60_000);
    const stop = async (): Promise<void> => {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await kill('SIGTERM');
      clearTimeout(late);
    };
    return { baseUrl, controlUrl: new URL('/control', baseUrl).href, pid: child.pid!, exited, kill, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
