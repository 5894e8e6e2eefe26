/** A drop folder of a test's own, with the adapter that watches it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseloadExtract } from '../../adapters/caseload-extract/index.js';
import type { ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../src/core/clock.js';
import { type Logger, silentLogger } from '../../src/core/logger.js';
import { FILE_SETTINGS } from './dropped-files.js';
import { scratchFolder } from './scratch-folder.js';

/** What lies in a folder, by name. */
const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

export class DropFolderWorld {
  readonly folder = scratchFolder('hub-extract-');
  readonly clock = new FixedClock(new Date('2026-03-01T09:00:01.000Z'));
  private serial = 0;

  /** An adapter of this folder; `settings` are laid over those of the files. */
  adapter(settings: object = {}, logger: Logger = silentLogger): ClinicalRecordAdapter {
    const parsed = caseloadExtract.parseSettings({ folder: this.folder, ...FILE_SETTINGS, ...settings });
    return caseloadExtract.create(parsed, { system: 'EXTRACT', clock: this.clock, logger });
  }

  /** Drops a file that was written an hour ago; later ones are dated a minute later. Answers with its name. */
  drop(bytes: Buffer | string, { name = this.nextName(), writtenAgoMs = 3_600_000 } = {}): string {
    const path = join(this.folder, name);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(path, bytes);
    const at = new Date(this.clock.now().getTime() - writtenAgoMs);
    utimesSync(path, at, at);
    return name;
  }

  /** A name dated at two in the morning of a day, and a minute later each time. */
  nextName(day = '20260301'): string {
    this.serial += 1;
    const minutes = 120 + this.serial;
    const time = [Math.floor(minutes / 60), minutes % 60]
      .map((part) => String(part).padStart(2, '0'))
      .join('');
    return `caseload_${day}${time}_n${this.serial}.csv`;
  }

  /** Takes away what waits. */
  clear(): void {
    for (const name of this.waiting()) rmSync(join(this.folder, name));
  }

  /** Files that wait. */
  waiting(): string[] {
    return namesIn(this.folder).filter((name) => name.includes('.'));
  }

  /** Names in `archive`, `refused` or `working`. */
  in(part: 'archive' | 'refused' | 'working'): string[] {
    return namesIn(join(this.folder, part));
  }

  /** Files that were taken or refused, without the notes beside them. */
  settled(): string[] {
    return [...this.in('archive'), ...this.in('refused')].filter((name) => !name.endsWith('.json'));
  }

  /** Reports of refused files. */
  reports(): Record<string, unknown>[] {
    return this.in('refused')
      .filter((name) => name.endsWith('.report.json'))
      .map((name) => JSON.parse(this.read('refused', name)) as Record<string, unknown>);
  }

  read(part: string, name: string): string {
    return readFileSync(join(this.folder, part, name), 'utf8');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
