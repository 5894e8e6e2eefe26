/**
 * Carries out every case of the list in a process of its own, so that its memory can be read: `<addresses> <adapter | trusting>
 * <more settings> [<case> …]`. Tells what came of each operation, line by line.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isHubError } from '../../../src/core/errors.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import { everythingIn } from '../../contract/contract-case.js';
import { HOSTILE_CASES, type HostileCase, OPERATIONS, type Operation } from './hostile-cases.js';
import { byAdapter, byTrustingClient, LIMITS } from './hostile-operations.js';
import type { HostileAddresses } from './hostile-server.js';

/** Characters of one thing that are told: a client that takes all it is given hands on a hundred megabytes, on a quick machine in time. */
const MOST_TOLD = 1_000_000;

/** What came of one operation. */
export interface OperationEnd {
  readonly operation: Operation;
  /** `HUB_…` with its reason, `ANSWERED`, `HANGS`, or `UNCODED`. */
  readonly end: string;
  /** The answer as JSON, as far as it is told; null when there was none. */
  readonly value: string | null;
  /** Everything that its error shows, and everything that was logged. */
  readonly told: string;
  readonly tookMs: number;
}

/** What came of one case. */
export interface CaseEnd {
  readonly id: string;
  readonly ends: readonly OperationEnd[];
  /** Megabytes at the most above what the process has when idle. */
  readonly peakMb: number;
  /** Where connections were asked for, as `scheme://host:port`. */
  readonly reached: readonly string[];
}

const [addressed, who, settings, ...wanted] = process.argv.slice(2) as [string, string, string, ...string[]];
const addresses = JSON.parse(addressed) as HostileAddresses;
const more = JSON.parse(settings) as Record<string, unknown>;
const carry = who === 'trusting' ? byTrustingClient : byAdapter;

const reached = new Set<string>();
subscribe('undici:client:beforeConnect', (message) => {
  const { protocol, hostname, port } = (message as { connectParams: URL }).connectParams;
  reached.add(`${protocol}//${hostname}:${port}`);
});

/** The most that the process has had of memory since it was last asked to forget, in megabytes; Linux keeps the mark. */
const memory = {
  forget: async () => {
    await sleep(2);
    globalThis.gc?.();
    memory.restart();
  },
  restart: () => writeFileSync('/proc/self/clear_refs', '5'),
  peakMb: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024,
};

/** Whoever has not ended by then hangs: the limit of the operation, and room for a busy machine. */
const SLACK_MS = 25_000;

function reasonOf({ fault, reason, circuit, status }: Readonly<Record<string, unknown>>): string {
  const known = fault ?? reason ?? circuit ?? status;
  return known === undefined || known === null ? '' : `/${String(known)}`;
}

async function run(operation: Operation, base: string, one: HostileCase | null): Promise<OperationEnd> {
  const limits = one?.waits ? LIMITS.short : LIMITS.long;
  const logged: unknown[] = [];
  const say = (message: string, fields?: LogFields) => void logged.push([message, fields]);
  const logger: Logger = { error: say, warn: say, info: say, debug: say };
  const ca = one?.answer[0] === 'tls' ? { certificateAuthority: addresses.authority } : {};
  const began = performance.now();
  const ended = (end: string, value: unknown, error: unknown): OperationEnd => ({
    operation,
    end,
    value: value === undefined ? null : JSON.stringify(value).slice(0, MOST_TOLD),
    told: (everythingIn(error) + JSON.stringify(logged)).slice(0, MOST_TOLD),
    tookMs: Math.round(performance.now() - began),
  });
  const patience = who === 'trusting' ? 2_500 : limits.totalTimeoutMs + SLACK_MS;
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<OperationEnd>((resolve) => {
    timer = setTimeout(() => resolve(ended('HANGS', undefined, null)), patience);
  });
  const work = carry(operation, { base, limits, logger, more: { ...ca, ...more } }).then(
    (value) => ended('ANSWERED', value, null),
    (error: unknown) =>
      ended(isHubError(error) ? error.code + reasonOf(error.details) : 'UNCODED', undefined, error),
  );
  return Promise.race([work, hangs]).finally(() => clearTimeout(timer));
}

const originOf = (one: HostileCase): string =>
  one.answer[0] === 'tls' ? addresses.tls[String(one.answer[1])]! : addresses.origin;

let peakMb = 0;
let idleMb = 0;
/** Megabytes above idle from which on what one operation left behind is collected before the next. */
const COLLECT_MB = 12;

async function runCase(
  id: string,
  operations: readonly Operation[],
  origin: string,
  one: HostileCase | null,
) {
  const start = (operation: Operation) => run(operation, `${origin}/${id}/${operation}/fhir/`, one);
  if (!one?.heavy) return Promise.all(operations.map(start));
  const ends: OperationEnd[] = [];
  for (const operation of operations) {
    ends.push(await start(operation));
    peakMb = Math.max(peakMb, memory.peakMb());
    if (memory.peakMb() - idleMb > COLLECT_MB) await memory.forget();
  }
  return ends;
}

const tell = (end: CaseEnd) => process.stdout.write(`${JSON.stringify(end)}\n`);

// A well-behaved server first, several times: what the code itself takes is no harm that a server did.
const RIGHT = 'RIGHT';
let warm: readonly OperationEnd[] = [];
for (let n = 0; n < 20; n++) warm = await runCase(RIGHT, OPERATIONS, addresses.origin, null);
await run('health', `${addresses.tls.right}/${RIGHT}/health/fhir/`, {
  answer: ['tls', 'right'],
} as unknown as HostileCase);
await memory.forget();
idleMb = memory.peakMb();
tell({ id: RIGHT, ends: warm, peakMb: 0, reached: [...reached] });

let told = 0;
for (const one of HOSTILE_CASES) {
  if (wanted.length > 0 && !wanted.includes(one.id)) continue;
  reached.clear();
  // Collected before what is large, and now and then: collecting takes longer than most cases do.
  if (one.heavy || told++ % 10 === 0) await memory.forget();
  else memory.restart();
  peakMb = 0;
  const ends = await runCase(one.id, [...one.expect.keys()], originOf(one), one);
  peakMb = Math.max(peakMb, memory.peakMb()) - idleMb;
  tell({ id: one.id, ends, peakMb: Math.round(peakMb), reached: [...reached] });
}
// What is still on its way to whoever reads would be cut.
process.stdout.write('', () => process.exit(0));
