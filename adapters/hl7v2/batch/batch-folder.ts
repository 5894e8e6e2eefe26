/** The folder of files of messages: the last by name that is finished and good. What is refused is moved aside with its reason; nothing is deleted. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import type { BatchSettings } from './batch-settings.js';
import { type BatchReading, type CountedFile, readBatch } from './read-batch.js';
import { folderFailure, isRefusal, systemCode } from './refusal.js';

/** What a folder works with. */
export interface BatchFolderContext extends Pick<AdapterDependencies, 'system' | 'clock' | 'logger'> {
  readonly folder: string;
  readonly settings: BatchSettings;
  readonly reading: BatchReading;
}

/** What tells whether a file is still the one that was read. */
interface FileState {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

const isSame = (one: FileState, other: FileState): boolean =>
  one.ino === other.ino && one.size === other.size && one.mtimeMs === other.mtimeMs;

/** Names that a pattern means; `*` is anything. */
function namesOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

const HOUR_MS = 3_600_000;

/** Another process has moved it meanwhile. */
function goneElsewhere(error: unknown): HubError {
  if (systemCode(error) !== 'ENOENT') throw error;
  return new HubError('HUB_CASELOAD_FILE_WAITING');
}

/** One folder. The file in force is read once, however many teams are asked for. */
export class BatchFolder {
  private readonly names: RegExp;
  private inForce: { readonly name: string; readonly state: FileState; readonly file: CountedFile } | null =
    null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: BatchFolderContext) {
    this.names = namesOf(context.settings.batchFiles);
  }

  /**
   * The file in force.
   * @throws HUB_CASELOAD_FILE_MISSING, HUB_CASELOAD_FILE_WAITING, HUB_CASELOAD_FILE_STALE, a refusal where no file is good,
   * HUB_UPSTREAM_UNREACHABLE when the folder fails, HUB_UPSTREAM_STOPPED.
   */
  async current(signal: AbortSignal): Promise<CountedFile> {
    const mine = this.turn.then(() => this.newest(signal));
    this.turn = mine.catch(() => undefined);
    try {
      return await mine;
    } catch (error) {
      throw folderFailure(error);
    }
  }

  private async newest(signal: AbortSignal): Promise<CountedFile> {
    const { folder, settings, clock } = this.context;
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && this.names.test(entry.name));
    let fault: HubError | null = null;
    for (const { name } of names.sort((a, b) => (a.name < b.name ? 1 : -1))) {
      if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
      const found = await this.take(name, signal).catch(goneElsewhere);
      if (found instanceof HubError) {
        fault ??= found;
        continue;
      }
      if (clock.now().getTime() - Date.parse(found.asOf) > settings.batchAgeLimitHours * HOUR_MS)
        throw fault ?? new HubError('HUB_CASELOAD_FILE_STALE', { details: { asOf: found.asOf } });
      return found;
    }
    throw fault ?? new HubError('HUB_CASELOAD_FILE_MISSING');
  }

  /** What a file says, or why it does not count. */
  private async take(name: string, signal: AbortSignal): Promise<CountedFile | HubError> {
    const { folder, settings, clock } = this.context;
    const path = join(folder, name);
    const before: FileState = await lstat(path);
    if (this.inForce?.name === name && isSame(this.inForce.state, before)) return this.inForce.file;
    const rest = clock.now().getTime() - before.mtimeMs;
    if (rest < settings.batchSettleSeconds * 1_000) return new HubError('HUB_CASELOAD_FILE_WAITING');
    // Never through a link.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    let said: CountedFile | HubError;
    try {
      said = await this.read(handle, signal);
    } finally {
      await handle.close();
    }
    // Written to while it was read: what was read is not what is there.
    if (!isSame(before, await lstat(path))) return new HubError('HUB_CASELOAD_FILE_WAITING');
    if (said instanceof HubError) await this.refuse(name, said);
    else this.inForce = { name, state: before, file: said };
    return said;
  }

  private async read(handle: FileHandle, signal: AbortSignal): Promise<CountedFile | HubError> {
    try {
      const chunks = handle.createReadStream({ autoClose: false, signal });
      return await readBatch(chunks, this.context.reading, this.context.clock.now());
    } catch (error) {
      if (isRefusal(error)) return error;
      if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
      throw error;
    }
  }

  private async refuse(name: string, error: HubError): Promise<void> {
    const { folder, clock, logger, system } = this.context;
    const refusedAt = clock.now().toISOString();
    const aside = join(folder, 'refused');
    const extension = extname(name);
    const stem = name.slice(0, name.length - extension.length);
    const target = `${stem}.${refusedAt.replace(/\D/g, '')}${extension}`;
    const { meaning, solve } = ERROR_CODES[error.code];
    const report = { file: name, refusedAt, code: error.code, meaning, solve, ...error.details };
    await mkdir(aside, { recursive: true, mode: 0o700 });
    await writeFile(join(aside, `${target}.report.json`), `${JSON.stringify(report, null, 2)}\n`, {
      mode: 0o600,
    });
    await rename(join(folder, name), join(aside, target));
    logger.warn('a file of messages is refused', { system, code: error.code });
  }
}
