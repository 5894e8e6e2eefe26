/** The demonstration clinical record system as a process of its own: `node dist/seeds/record-system/main.js --file … [--port …]`. */
import { mkdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isLocalDate, londonDate } from '../../src/core/calendar.js';
import { DEMONSTRATION_PEOPLE, demonstrationRecords } from '../demonstration/clinical-world.js';
import { startRecordSystemServer } from './record-system-server.js';
import type { HeldResource } from './resource-store.js';

const HELP = `usage: main.js --file <path> [options]
  --file <path>         SQLite file; made and seeded when absent
  --port <number>       port on 127.0.0.1, 0 for a free one (default 0)
  --world <name>        what an empty file is seeded with: demonstration or empty (default demonstration)
  --people <number>     people in the demonstration world (default ${DEMONSTRATION_PEOPLE})
  --today <YYYY-MM-DD>  day to which the world's dates are relative (default: today in London)
  --client-ids          make what is PUT under an id that was never held; otherwise that is refused
  --lifeline-fd <fd>    file descriptor of a pipe; the process ends when its other side is closed`;

/** Prints what is wrong and ends with 2, the exit code for wrong arguments. */
function refuseArguments(faults: readonly string[]): never {
  process.stderr.write(`${faults.join('\n')}\n${HELP}\n`);
  process.exit(2);
}

interface Arguments {
  readonly file: string;
  readonly port: number;
  readonly world: 'demonstration' | 'empty';
  readonly people: number;
  readonly today: string;
  readonly lifelineFd: number | null;
  readonly clientIds: boolean;
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const;
  const options = {
    ...{ file: text, port: text, world: text, people: text, today: text, 'lifeline-fd': text },
    'client-ids': { type: 'boolean' },
  } as const;
  const parse = () => parseArgs({ options, strict: true, allowPositionals: false }).values;
  let values: ReturnType<typeof parse> = {};
  try {
    values = parse();
  } catch (error) {
    refuseArguments([(error as Error).message]);
  }
  const faults: string[] = [];
  const whole = (name: 'port' | 'people' | 'lifeline-fd', fallback: number, most: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 0 || value > most)
      faults.push(`--${name}: not a whole number from 0 to ${most}`);
    return value;
  };
  const world = values.world ?? 'demonstration';
  if (world !== 'demonstration' && world !== 'empty') faults.push('--world: neither demonstration nor empty');
  const today = values.today ?? londonDate(new Date());
  if (!isLocalDate(today)) faults.push('--today: not a date as YYYY-MM-DD');
  if (!values.file) faults.push('--file: required');
  const read = { port: whole('port', 0, 65_535), people: whole('people', DEMONSTRATION_PEOPLE, 100_000) };
  const lifelineFd = values['lifeline-fd'] === undefined ? null : whole('lifeline-fd', 0, 1_024);
  if (faults.length > 0) refuseArguments(faults);
  const clientIds = values['client-ids'] ?? false;
  return {
    file: resolve(values.file!),
    world: world as Arguments['world'],
    today,
    lifelineFd,
    clientIds,
    ...read,
  };
}

/** Calls `ended` when the other side of the pipe is closed, which is also what happens when its process dies. */
function watchLifeline(fd: number, ended: () => void): void {
  const pipe = new Socket({ fd, readable: true, writable: false });
  pipe.on('error', ended).on('end', ended).on('close', ended).resume();
}

async function main(): Promise<void> {
  const { file, port, world, people, today, lifelineFd, clientIds } = readArguments();
  mkdirSync(dirname(file), { recursive: true });
  const seed = (): Iterable<HeldResource> =>
    world === 'empty' ? [] : (demonstrationRecords(today, people) as unknown as readonly HeldResource[]);
  const system = await startRecordSystemServer({ file, port, seed, clientIds });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    system.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  if (lifelineFd !== null) watchLifeline(lifelineFd, stop);
  process.stdout.write(`listening ${system.baseUrl}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`record system: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exit(1);
});
