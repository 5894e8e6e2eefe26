/** Writes the rows of a file by team, so that a team can be read without the rest. */
import type { FileHandle } from 'node:fs/promises';
import type { KeptItem } from '../reading/membership.rules.js';
import type { RowSink, RowTeam } from '../reading/read-extract.js';
import { refusal } from '../refusal.js';

/** Characters held back before they are written. */
const HELD_CHARACTERS = 1024 * 1024;
/** Teams past which the team column is taken to be something else. */
const MOST_TEAMS = 10_000;

/** Where a team's rows stand: pairs of offset and length in bytes, in the order in which they came. */
export interface KeptTeam extends RowTeam {
  readonly rows: number;
  readonly blocks: readonly (readonly [number, number])[];
}

/** What is kept of a file, and in how many bytes. */
export interface KeptRows {
  readonly bytes: number;
  readonly teams: readonly KeptTeam[];
}

interface OpenTeam {
  readonly team: RowTeam;
  rows: number;
  lines: string[];
  readonly blocks: [number, number][];
}

/** Rows as lines of JSON, grouped by team a megabyte at a time. */
export class WorkingWriter implements RowSink {
  private readonly teams = new Map<string, OpenTeam>();
  private held = 0;
  private offset = 0;

  constructor(private readonly file: FileHandle) {}

  async add(team: RowTeam, item: KeptItem | null): Promise<void> {
    let open = this.teams.get(team.reference);
    if (open === undefined) {
      if (this.teams.size >= MOST_TEAMS)
        throw refusal('HUB_CASELOAD_FILE_VALUES', 'TOO_MANY_TEAMS', { count: MOST_TEAMS });
      open = { team, rows: 0, lines: [], blocks: [] };
      this.teams.set(team.reference, open);
    }
    if (item === null) return;
    const line = JSON.stringify(item);
    open.rows += 1;
    open.lines.push(line);
    this.held += line.length;
    if (this.held >= HELD_CHARACTERS) await this.flush();
  }

  /** Writes what is held, and tells what there is. */
  async finish(): Promise<KeptRows> {
    await this.flush();
    await this.file.sync();
    const teams = [...this.teams.values()].map(({ team, rows, blocks }) => ({ ...team, rows, blocks }));
    return { bytes: this.offset, teams };
  }

  private async flush(): Promise<void> {
    const parts: Buffer[] = [];
    for (const open of this.teams.values()) {
      if (open.lines.length === 0) continue;
      const bytes = Buffer.from(`${open.lines.join('\n')}\n`);
      open.blocks.push([this.offset, bytes.length]);
      open.lines = [];
      parts.push(bytes);
      this.offset += bytes.length;
    }
    this.held = 0;
    // Each part by itself: a file handle may write less than it is given of many.
    for (const part of parts) await this.file.appendFile(part);
  }
}
