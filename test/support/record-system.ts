/** The demonstration record system for a test: the real process, on a free port, over a file in a folder of its own. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultInput } from '../../seeds/record-system/faults.js';
import type { HeldDocument } from '../../seeds/record-system/held-documents.js';
import {
  type RecordSystemProcess,
  type RecordSystemProcessOptions,
  startRecordSystemProcess,
} from '../../seeds/record-system/record-system-process.js';
import type { RequestCount } from '../../seeds/record-system/request-log.js';
import { scratchFolder } from './scratch-folder.js';

export interface RecordSystemTestOptions {
  /** Default `demonstration`. */
  readonly world?: 'demonstration' | 'empty';
  /** Day to which the world's dates are relative. Default 2026-03-02. */
  readonly today?: string;
  /** People in the demonstration world; default all 1,500. The cast is always there. */
  readonly people?: number;
  /** A file to begin with, left as it is: what another record system held. */
  readonly copyOf?: string;
  /** Whether it takes ids of clients. Default: it does not. */
  readonly clientIds?: boolean;
  /** Folder for the file, which outlives the record system. Default: one of its own, which does not. */
  readonly keepIn?: string;
}

export interface TestRecordSystem {
  /** FHIR service base, without a slash at the end. Changes when `restart` gets another port. */
  readonly baseUrl: string;
  readonly controlUrl: string;
  /** The SQLite file, for counting from outside. */
  readonly file: string;
  readonly pid: number;
  /** Plants faults in the order given; each is used up after its `times`. */
  faults(...faults: readonly FaultInput[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** What has been asked for since the start or the last `clearRequests`. */
  requests(): Promise<readonly RequestCount[]>;
  clearRequests(): Promise<void>;
  /** Every DocumentReference that it holds, in the order in which they came; by its own word. `heldDocuments(file)` looks without asking. */
  documents(): Promise<readonly HeldDocument[]>;
  /** Makes what is held for review final; gives how many there were. */
  release(): Promise<number>;
  /** Sends a signal and waits until the process has ended; the file stays. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the process again over the same file, on the port it had. */
  restart(): Promise<void>;
  /** Ends the process, if it runs, and removes the file. */
  stop(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function control(url: string, method: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`the control endpoint refused: ${JSON.stringify(answer)}`);
  return answer;
}

/** Starts the process; about a second with the whole demonstration world. Call `stop` in `afterAll`. */
export async function startRecordSystem(options: RecordSystemTestOptions = {}): Promise<TestRecordSystem> {
  const folder = options.keepIn ?? scratchFolder('record-system-');
  const file = join(folder, 'records.sqlite');
  if (options.copyOf !== undefined) copyFileSync(options.copyOf, file);
  const start = (port: number): Promise<RecordSystemProcess> => {
    const settings: RecordSystemProcessOptions = {
      file,
      port,
      world: options.world ?? 'demonstration',
      today: options.today ?? '2026-03-02',
      ...(options.people === undefined ? {} : { people: options.people }),
      ...(options.clientIds ? { clientIds: true } : {}),
      entry: here('../../seeds/record-system/main.ts'),
      nodeArguments: ['--import', new URL('./typescript-loader.js', import.meta.url).href],
    };
    return startRecordSystemProcess(settings);
  };
  let child = await start(0);
  return {
    get baseUrl() {
      return child.baseUrl;
    },
    get controlUrl() {
      return child.controlUrl;
    },
    get pid() {
      return child.pid;
    },
    file,
    async faults(...faults) {
      for (const fault of faults) await control(`${child.controlUrl}/faults`, 'POST', fault);
    },
    async clearFaults() {
      await control(`${child.controlUrl}/faults`, 'DELETE');
    },
    async requests() {
      const answer = (await control(`${child.controlUrl}/requests`, 'GET')) as { requests: RequestCount[] };
      return answer.requests;
    },
    async clearRequests() {
      await control(`${child.controlUrl}/requests`, 'DELETE');
    },
    async documents() {
      const answer = (await control(`${child.controlUrl}/documents`, 'GET')) as { documents: HeldDocument[] };
      return answer.documents;
    },
    async release() {
      const answer = (await control(`${child.controlUrl}/release`, 'POST', {})) as { released: number };
      return answer.released;
    },
    kill: (signal = 'SIGKILL') => child.kill(signal),
    async restart() {
      child = await start(Number(new URL(child.baseUrl).port));
    },
    async stop() {
      await child.stop();
      if (options.keepIn === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
