/** The drop folder: files that wait in it, and where they go. Only this file moves anything, and nothing is ever deleted. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FilePattern } from '../settings/file-pattern.rules.js';

/** A file that waits. */
export interface WaitingFile {
  readonly name: string;
  /** Date text of its name; null where the pattern has none. */
  readonly asOfInName: string | null;
  /** Last write, in milliseconds of the file system's clock. */
  readonly writtenAt: number;
}

/** What tells whether a file is still the one that was read. */
export interface FileState {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** State of an open file, or of a path. */
export async function stateOf(file: FileHandle | string): Promise<FileState> {
  const { ino, size, mtimeMs } = typeof file === 'string' ? await lstat(file) : await file.stat();
  return { ino, size, mtimeMs };
}

/** True when both are the same file, unwritten since. */
export function sameState(one: FileState, other: FileState): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeMs === other.mtimeMs;
}

/** Name with the hash of the content before the extension: `caseload.csv` becomes `caseload.0123456789abcdef.csv`. */
export function hashedName(name: string, sha256: string): string {
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}.${sha256.slice(0, 16)}${extension}`;
}

/** Writes a file whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, path);
}

/** One drop folder. */
export class DropFolder {
  /** Files that were taken, each with what it said of itself. */
  readonly archive: string;
  /** Files that were refused, each with its report. */
  readonly refused: string;
  /** Rows of the file in force. */
  readonly working: string;

  constructor(
    private readonly path: string,
    private readonly pattern: FilePattern,
    private readonly controlSuffix: string | null,
  ) {
    this.archive = join(path, 'archive');
    this.refused = join(path, 'refused');
    this.working = join(path, 'working');
  }

  /** Files of the pattern, those first that were written first. Links and folders are none. */
  async waiting(): Promise<readonly WaitingFile[]> {
    const entries = await readdir(this.path, { withFileTypes: true });
    const files: WaitingFile[] = [];
    for (const entry of entries) {
      const match = this.pattern.match(entry.name);
      const isControl = this.controlSuffix !== null && entry.name.endsWith(this.controlSuffix);
      if (match === null || isControl || !entry.isFile()) continue;
      // Another process may have moved it meanwhile.
      const state = await lstat(join(this.path, entry.name)).catch(() => null);
      if (state !== null) files.push({ name: entry.name, asOfInName: match.asOf, writtenAt: state.mtimeMs });
    }
    return files.sort((a, b) => a.writtenAt - b.writtenAt || (a.name < b.name ? -1 : 1));
  }

  /** Opens a file that waits; never through a link. */
  open(name: string): Promise<FileHandle> {
    return open(join(this.path, name), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  }

  /** First line of a file's control file; null when there is none. */
  async control(name: string): Promise<string | null> {
    if (this.controlSuffix === null) return null;
    try {
      const text = await readFile(join(this.path, `${name}${this.controlSuffix}`), 'utf8');
      return text.slice(0, 200).split(/\r?\n/)[0]!.trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** True when what waits under the name is still what was read. */
  async isStill(name: string, state: FileState): Promise<boolean> {
    try {
      return sameState(state, await stateOf(join(this.path, name)));
    } catch {
      return false;
    }
  }

  /**
   * Writes what is said of a file, then moves it, with its control file. A name in `archive` or `refused` holds the
   * hash, so that what it replaces there, if anything, is the same bytes.
   */
  async move(name: string, sha256: string, to: 'archive' | 'refused', said: object): Promise<void> {
    const folder = this[to];
    const target = hashedName(name, sha256);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const note = to === 'archive' ? `${target}.json` : `${target}.report.json`;
    await writeWhole(join(folder, note), `${JSON.stringify(said, null, 2)}\n`);
    await rename(join(this.path, name), join(folder, target)).catch(ignoreGone);
    if (this.controlSuffix !== null)
      await rename(
        join(this.path, `${name}${this.controlSuffix}`),
        join(folder, `${target}${this.controlSuffix}`),
      ).catch(ignoreGone);
  }
}

/** Another process has moved it: the same file to the same place. */
function ignoreGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
