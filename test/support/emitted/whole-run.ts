/** At the end of a test run: every resource that any of its processes emitted, judged. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emission } from './collect.js';
import { faultsOf } from './judge.js';

/** An emission, and the test file or process that it came from. */
export interface Line extends Emission {
  readonly from: string;
}

/** What was emitted in a run. */
export interface Report {
  readonly emitted: number;
  /** Those that differ in more than their uuids and their content. */
  readonly distinct: number;
  /** How many of each type. */
  readonly types: Readonly<Record<string, number>>;
  /** How many test files and kinds of process they came from. */
  readonly origins: number;
  /** Each with the origin where it was first seen. */
  readonly faults: readonly string[];
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** What two emissions that are alike for a validator have in common. */
function likeness({ method, resource }: Emission): string {
  const text = JSON.stringify(resource, (name, value: unknown) =>
    name === 'data' && typeof value === 'string' ? String(value === '') : value,
  );
  return `${method} ${text.replace(UUID, 'uuid').replace(/"(size|hash)":("[^"]*"|\d+)/g, '"$1":0')}`;
}

/** The lines of a run. */
export function linesIn(folder: string): Line[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Judges each emission, of those that are alike the first. */
export function judgeRun(lines: readonly Line[]): Report {
  const distinct = new Map<string, Line>();
  const types: Record<string, number> = {};
  for (const line of lines) {
    const type = String(line.resource.resourceType);
    types[type] = (types[type] ?? 0) + 1;
    const key = likeness(line);
    if (!distinct.has(key)) distinct.set(key, line);
  }
  const faults = [...distinct.values()].flatMap((line) =>
    faultsOf(line).map((fault) => `${fault} (${line.from})`),
  );
  const origins = new Set(lines.map(({ from }) => from)).size;
  return { emitted: lines.length, distinct: distinct.size, types, origins, faults: [...new Set(faults)] };
}

/** Tells what was emitted. Throws for what was wrong, and for a run of every test that emitted nothing. */
export function closeRun(lines: readonly Line[], isWhole: boolean, say: (text: string) => void): void {
  const { emitted, distinct, types, origins, faults } = judgeRun(lines);
  if (emitted > 0)
    say(
      `resources emitted: ${emitted} (${Object.entries(types)
        .map(([type, count]) => `${type} ${count}`)
        .join(', ')}) from ${origins} files and processes, ${distinct} distinct, ${faults.length} faults\n`,
    );
  if (faults.length > 0) throw new Error(`resources were emitted that are not valid:\n${faults.join('\n')}`);
  if (emitted === 0 && isWhole)
    throw new Error('no resource was emitted in a whole run: they are not collected');
}
