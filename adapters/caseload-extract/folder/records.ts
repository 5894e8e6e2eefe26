/** What is known of files that were taken and refused, from the notes beside them. */
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/error-codes.js';

/** The note beside a file that was taken. */
export interface TakenNote {
  /** Name under which it was dropped. */
  readonly file: string;
  readonly sha256: string;
  /** Instant of the extract's own date. */
  readonly asOf: string;
  readonly takenAt: string;
  /** Rows of data. */
  readonly rows: number;
  readonly encoding: string;
  /** Values left out, by field. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** A taken file with the name that it has in the archive. */
export interface TakenFile extends TakenNote {
  readonly archived: string;
}

/** What the report beside a refused file is read for. */
export interface RefusedNote {
  readonly code: ErrorCode;
  readonly refusedAt: string;
}

/** Notes of one folder, each read once. */
class Notes<T> {
  private readonly known = new Map<string, T | null>();

  constructor(
    private readonly folder: string,
    private readonly suffix: string,
    private readonly accept: (value: Partial<T>) => T | null,
  ) {}

  /** Every note whose file is there too, by the file's name. A note that is none is passed over. */
  async all(): Promise<ReadonlyMap<string, T>> {
    const names = new Set(await readdir(this.folder).catch(noneIfGone));
    const found = new Map<string, T>();
    for (const name of names) {
      const file = name.slice(0, -this.suffix.length);
      if (!name.endsWith(this.suffix) || !names.has(file)) continue;
      if (!this.known.has(name)) this.known.set(name, await this.read(name));
      const note = this.known.get(name);
      if (note) found.set(file, note);
    }
    return found;
  }

  /** Forgets one, as it has been written anew. */
  forget(name: string): void {
    this.known.delete(`${name}${this.suffix}`);
  }

  private async read(name: string): Promise<T | null> {
    try {
      return this.accept(JSON.parse(await readFile(join(this.folder, name), 'utf8')) as Partial<T>);
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}

function noneIfGone(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
  throw error;
}

const isInstant = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/** Files that were taken and refused. */
export class FolderRecords {
  private readonly takenNotes: Notes<TakenNote>;
  private readonly refusedNotes: Notes<RefusedNote>;

  constructor(
    private readonly archive: string,
    refused: string,
  ) {
    this.takenNotes = new Notes<TakenNote>(archive, '.json', (note) =>
      isInstant(note.asOf) && isInstant(note.takenAt) && typeof note.rows === 'number' && note.sha256
        ? (note as TakenNote)
        : null,
    );
    this.refusedNotes = new Notes<RefusedNote>(refused, '.report.json', (note) =>
      note.code !== undefined && note.code in ERROR_CODES && isInstant(note.refusedAt)
        ? (note as RefusedNote)
        : null,
    );
  }

  /** Every file that was taken, the one in force first: by its own date, then by when it was taken. */
  async taken(): Promise<readonly TakenFile[]> {
    const files = [...(await this.takenNotes.all())].map(([archived, note]) => ({ ...note, archived }));
    const order = ({ asOf, takenAt }: TakenNote): number[] => [Date.parse(asOf), Date.parse(takenAt)];
    return files.sort((a, b) => order(b)[0]! - order(a)[0]! || order(b)[1]! - order(a)[1]!);
  }

  /** The latest refusal; null when there was none. A second copy of a file that was taken tells nothing and does not count. */
  async lastRefusal(): Promise<RefusedNote | null> {
    const all = [...(await this.refusedNotes.all()).values()];
    return all
      .filter(({ code }) => code !== 'HUB_CASELOAD_FILE_DUPLICATE')
      .reduce<RefusedNote | null>(
        (last, note) => (last === null || note.refusedAt > last.refusedAt ? note : last),
        null,
      );
  }

  /** To be called when a note has been written. */
  changed(name: string): void {
    this.takenNotes.forget(name);
    this.refusedNotes.forget(name);
  }

  /** Opens a file of the archive. */
  open(archived: string): ReturnType<typeof open> {
    return open(join(this.archive, archived), 'r');
  }
}
