/** The machine's facts, and processor time of processes from the kernel's own books. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const TICK_MS = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'random_page_cost',
  'shared_buffers',
  'wal_sync_method',
  'jit',
];

/** Prints what the figures depend on. */
export async function printMachine(client, dataDir) {
  const settings = [];
  for (const name of SETTINGS) settings.push(`${name}=${(await client.query(`show ${name}`)).rows[0][name]}`);
  const [, type] = execFileSync('df', ['-PT', dataDir], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1)
    .split(/\s+/);
  console.log(
    `machine: ${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  console.log(`node ${process.version}; PostgreSQL ${settings.join(', ')}; data on ${type}`);
}

/** Fields of /proc/pid/stat after the command's name; undefined when the process is gone. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Milliseconds of processor time that a process has used, in all its threads. */
export function cpuOf(pid) {
  const stat = statOf(pid);
  return stat ? (Number(stat[11]) + Number(stat[12])) * TICK_MS : 0;
}

/** The same of a PostgreSQL server: the postmaster, its living processes and those that it has reaped. */
export function cpuOfServer(postmaster) {
  const own = statOf(postmaster);
  let sum = cpuOf(postmaster) + (own ? (Number(own[13]) + Number(own[14])) * TICK_MS : 0);
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(entry);
    if (stat && Number(stat[1]) === postmaster) sum += (Number(stat[11]) + Number(stat[12])) * TICK_MS;
  }
  return sum;
}
