/** Runs the list against a process that carries it out, and gathers what came of it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaseEnd } from './hostile-child.js';
import type { HostileAddresses } from './hostile-server.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How the list is run. */
export interface HostileRun {
  readonly addresses: HostileAddresses;
  /** The client that trusts everybody in place of the adapter. */
  readonly trusting?: boolean;
  /** Further settings of the adapter. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Only these cases. */
  readonly only?: readonly string[];
}

/** What came of each case, by id; `RIGHT` is what a well-behaved server is answered with. */
export async function runHostile({
  addresses,
  trusting = false,
  more = {},
  only = [],
}: HostileRun): Promise<ReadonlyMap<string, CaseEnd>> {
  const script = ['--import', here('../typescript-loader.js'), here('./hostile-child.ts')];
  const told = [JSON.stringify(addresses), trusting ? 'trusting' : 'adapter', JSON.stringify(more)];
  const child = spawn(process.execPath, ['--expose-gc', ...script, ...told, ...only], {
    // Whatever is freed goes back at once, so that what is read is what is in use.
    env: { ...process.env, MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '32768' },
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (piece: Buffer) => out.push(piece.toString()));
  child.stderr.on('data', (piece: Buffer) => err.push(piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the process ended with ${code}: ${err.join('').slice(0, 2_000)}`);
  const ends = out
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CaseEnd);
  return new Map(ends.map((end) => [end.id, end]));
}
