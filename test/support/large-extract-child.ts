/** Reads a large extract in a process of its own, whose heap a test has bounded: `<folder> <rows> <read | collect>`. */
import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { caseloadExtract } from '../../adapters/caseload-extract/index.js';
import { silentLogger } from '../../src/core/logger.js';
import { FILE_SETTINGS, fileOf } from './dropped-files.js';

const [folder, count, mode] = process.argv.slice(2) as [string, string, string];
const rows = Number(count);
const TEAMS = 100;

/** A row that differs in team, person and days; every tenth has a name over two lines. */
function line(n: number): string {
  const day = `20${String(10 + (n % 15)).padStart(2, '0')}-${String(1 + (n % 12)).padStart(2, '0')}-15`;
  const coordinator = n % 10 === 0 ? `"Worker\r\n""${n % 40}"""` : `Worker ${n % 40}`;
  return `Team-${n % TEAMS},Team,,person-${n},${day},,OPEN,w${n % 40},${coordinator},,,19${day.slice(2)},,Y,,N,café\r\n`;
}

function write(path: string): void {
  const empty = fileOf([]).toString().split('\r\n');
  const file = openSync(path, 'w');
  writeSync(file, `${empty[0]}\r\n`);
  for (let from = 0; from < rows; from += 5_000) {
    let text = '';
    for (let n = from; n < Math.min(rows, from + 5_000); n++) text += line(n);
    writeSync(file, text);
  }
  writeSync(file, `TRAILER,${rows}\r\n`);
  closeSync(file);
  utimesSync(path, new Date('2026-03-01T03:00:00Z'), new Date('2026-03-01T03:00:00Z'));
}

write(join(folder, 'caseload_202603010200_large.csv'));
const clock = { now: () => new Date('2026-03-01T09:00:00Z') };
const settings = caseloadExtract.parseSettings({ folder, ...FILE_SETTINGS });
const { caseload } = caseloadExtract.create(settings, { system: 'LARGE', clock, logger: silentLogger });
const { signal } = new AbortController();

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
const began = performance.now();
const teams = await caseload!.teams(signal);
const took = performance.now() - began;
let received = 0;
// What an adapter that holds a whole file would hold; the bound has to end it.
const collected: unknown[] = [];
for (const { value } of teams)
  for await (const { items } of caseload!.pull({ teamReference: value.teamReference, since: null }, signal)) {
    received += items.length;
    if (mode === 'collect') collected.push(...items);
  }
clearInterval(watch);
process.stdout.write(
  JSON.stringify({
    teams: teams.length,
    received,
    collected: collected.length,
    tookMs: Math.round(took),
    peakMb: Math.round(peak / 1e6),
  }),
);
