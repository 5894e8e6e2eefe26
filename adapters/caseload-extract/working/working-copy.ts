/** The rows of the newest file, ready to be read by team: made when the file is taken, and again when it has gone. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../../../src/core/errors.js';
import type { KeptItem } from '../reading/membership.rules.js';
import { type ReadExtract, type RowSink } from '../reading/read-extract.js';
import { type Stop, stopped } from '../stop.js';
import { type KeptRows, type KeptTeam, WorkingWriter } from './working-writer.js';

/** A half-written copy older than this was left by a process that died, in milliseconds. */
const LEFT_BEHIND_MS = 24 * 3_600_000;

/** Rows of one file. */
export interface WorkingCopy {
  readonly teams: ReadonlyMap<string, KeptTeam>;
  /** A team's rows, in pages; the last page may be empty where the team has none. Memory holds one block and one page. */
  pages(team: KeptTeam, size: number, stop: Stop): AsyncGenerator<readonly KeptItem[]>;
}

/** Working copies of one drop folder, by hash of the file and fingerprint of the settings they were read under. */
export class WorkingCopies {
  private opened: { readonly key: string; readonly bytes: number; readonly copy: WorkingCopy } | null = null;

  constructor(
    private readonly folder: string,
    private readonly fingerprint: string,
  ) {}

  /** The copy of a file that has been read; null when there is none, or not the whole of it. */
  async find(sha256: string): Promise<WorkingCopy | null> {
    const key = this.keyOf(sha256);
    try {
      const path = join(this.folder, `${key}.rows`);
      const { size } = await stat(path);
      if (this.opened?.key === key && this.opened.bytes === size) return this.opened.copy;
      const kept = JSON.parse(await readFile(join(this.folder, `${key}.teams.json`), 'utf8')) as KeptRows;
      // Not all there: as good as gone.
      if (kept.bytes !== size) return null;
      const copy = copyOf(path, kept.teams);
      this.opened = { key, bytes: size, copy };
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Reads a file through `read` into a copy. Nothing is left of it when that fails. */
  async make(sha256: string, read: (sink: RowSink) => Promise<ReadExtract>): Promise<ReadExtract> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const key = this.keyOf(sha256);
    const draft = join(this.folder, `${key}.${randomUUID()}.draft`);
    try {
      const file = await open(draft, 'wx', 0o600);
      let result: ReadExtract;
      try {
        const writer = new WorkingWriter(file);
        result = await read(writer);
        await writeFile(`${draft}.teams`, JSON.stringify(await writer.finish()), { mode: 0o600 });
      } finally {
        await file.close();
      }
      await rename(`${draft}.teams`, join(this.folder, `${key}.teams.json`));
      await rename(draft, join(this.folder, `${key}.rows`));
      this.opened = null;
      return result;
    } catch (error) {
      await rm(draft, { force: true });
      await rm(`${draft}.teams`, { force: true });
      throw error;
    }
  }

  /** Removes every copy but that of the file in force, and drafts of processes that died. */
  async keepOnly(sha256: string, now: number): Promise<void> {
    const key = this.keyOf(sha256);
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      const isDraft = name.includes('.draft');
      if (name.startsWith(`${key}.`) && !isDraft) continue;
      const age = isDraft
        ? now - ((await stat(path).catch(() => null))?.mtimeMs ?? now)
        : Number.POSITIVE_INFINITY;
      if (age > LEFT_BEHIND_MS) await rm(path, { force: true });
    }
  }

  private keyOf(sha256: string): string {
    return `${sha256.slice(0, 32)}-${this.fingerprint}`;
  }
}

function copyOf(path: string, teams: readonly KeptTeam[]): WorkingCopy {
  return {
    teams: new Map(teams.map((team) => [team.reference, team])),
    async *pages(team, size, stop) {
      const file = await open(path, 'r');
      try {
        let page: KeptItem[] = [];
        let given = 0;
        for (const [offset, length] of team.blocks) {
          const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
          for (const line of buffer.toString('utf8').split('\n')) {
            if (stop.aborted) throw stopped();
            if (line === '') continue;
            if (page.length === size) {
              yield page;
              page = [];
            }
            page.push(JSON.parse(line) as KeptItem);
            given += 1;
          }
        }
        if (given !== team.rows)
          throw new HubError('HUB_CASELOAD_INCOMPLETE', { details: { reason: 'ROWS_MISSING' } });
        yield page;
      } finally {
        await file.close();
      }
    },
  };
}
