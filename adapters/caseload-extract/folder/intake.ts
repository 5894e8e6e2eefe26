/** Takes what waits in the drop folder, and hands out the newest file that was good. */
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../../src/core/clock.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { HubError } from '../../../src/core/errors.js';
import type { Logger } from '../../../src/core/logger.js';
import { asOfInstant } from '../reading/as-of.rules.js';
import { fingerprintOf } from '../reading/fingerprint.js';
import { type ReadContext, readExtract } from '../reading/read-extract.js';
import { rowCount } from '../reading/row-source.js';
import { folderFailure, isRefusal, refusal } from '../refusal.js';
import type { CaseloadExtractSettings } from '../settings.js';
import { type Stop, stopped } from '../stop.js';
import { WorkingCopies, type WorkingCopy } from '../working/working-copy.js';
import { ageMs, arrivalFault, notYet } from './arrival.rules.js';
import { DropFolder, hashedName, stateOf, type WaitingFile } from './drop-folder.js';
import { FolderRecords, type TakenFile, type TakenNote } from './records.js';

/** The file in force, with its rows. */
export interface CurrentExtract {
  readonly file: TakenFile;
  readonly rows: WorkingCopy;
}

/** What an intake works with. */
export interface IntakeDependencies {
  readonly settings: CaseloadExtractSettings;
  readonly system: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What became of a file that waits. */
type Taking = 'TAKEN' | 'REFUSED' | 'WAITING';

/** One drop folder's intake. Any number of processes may have one: files are moved by rename, to names that their content gives. */
export class Intake {
  readonly records: FolderRecords;
  /** Values left out of the files taken here, as `row.<field>`. */
  readonly leftOut = new Map<string, number>();
  private readonly folder: DropFolder;
  private readonly copies: WorkingCopies;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly deps: IntakeDependencies) {
    const { settings } = deps;
    const suffix = settings.completeness === 'CONTROL_FILE' ? settings.controlSuffix : null;
    this.folder = new DropFolder(settings.folder, settings.filePattern, suffix);
    this.records = new FolderRecords(this.folder.archive, this.folder.refused);
    this.copies = new WorkingCopies(this.folder.working, settings.fingerprint);
  }

  /** Files that wait now. */
  waiting(): Promise<readonly WaitingFile[]> {
    return this.folder.waiting();
  }

  /**
   * Takes or refuses every file that waits and is finished, oldest first, then answers with the newest good one.
   * @throws HUB_CASELOAD_FILE_MISSING, HUB_CASELOAD_FILE_WAITING, HUB_CASELOAD_FILE_STALE, a refusal where no file was ever
   * good, HUB_UPSTREAM_UNREACHABLE when the folder fails, HUB_UPSTREAM_STOPPED.
   */
  async current(stop: Stop): Promise<CurrentExtract> {
    const mine = this.turn.then(() => {
      if (stop.aborted) throw stopped();
      return this.takeAll(stop);
    });
    this.turn = mine.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await stop.race(mine);
    } catch (error) {
      throw folderFailure(error);
    }
  }

  private async takeAll(stop: Stop): Promise<CurrentExtract> {
    const { settings, clock } = this.deps;
    let isWaiting = false;
    for (const waiting of await this.folder.waiting()) {
      const taking = await this.take(waiting, stop);
      isWaiting ||= taking === 'WAITING';
    }
    const [file] = await this.records.taken();
    if (file === undefined) throw await this.nothingGood(isWaiting);
    if (ageMs(file.asOf, clock.now()) > settings.ageLimitHours * 3_600_000)
      throw new HubError('HUB_CASELOAD_FILE_STALE', { details: { asOf: file.asOf } });
    return { file, rows: await this.rowsOf(file, stop) };
  }

  private async nothingGood(isWaiting: boolean): Promise<HubError> {
    if (isWaiting) return new HubError('HUB_CASELOAD_FILE_WAITING');
    const refused = await this.records.lastRefusal();
    return new HubError(refused?.code ?? 'HUB_CASELOAD_FILE_MISSING');
  }

  private async take(waiting: WaitingFile, stop: Stop): Promise<Taking> {
    const { settings, clock } = this.deps;
    const { name } = waiting;
    const control = settings.completeness === 'CONTROL_FILE' ? await this.folder.control(name) : null;
    const needsControl = settings.completeness === 'CONTROL_FILE' && control === null;
    if (notYet(waiting.writtenAt, needsControl, settings.settleSeconds, clock.now())) return 'WAITING';
    const file = await this.folder.open(name).catch(goneElsewhere);
    if (file === null) return 'TAKEN';
    try {
      const state = await stateOf(file);
      const { sha256 } = await fingerprintOf(file, stop);
      const announced = control === null ? null : rowCount(control.replace(/^rows\s*[=:]\s*/i, ''));
      const context = { settings, stop, asOfInName: waiting.asOfInName, announced };
      const said = await this.judge(file, sha256, name, context).catch((error: unknown) => {
        if (isRefusal(error)) return error;
        throw error;
      });
      // Written to while it was read: what was read is not what is there, and it waits for its turn again.
      if (!(await this.folder.isStill(name, state))) return 'WAITING';
      return await this.settle(name, sha256, said);
    } finally {
      await file.close();
    }
  }

  /** The note of a file that can be taken. Throws a refusal. */
  private async judge(
    file: FileHandle,
    sha256: string,
    name: string,
    context: ReadContext,
  ): Promise<TakenNote> {
    const taken = await this.records.taken();
    const { settings, clock } = this.deps;
    // A caseload that did not change overnight is the same bytes under a later date: another extract, not a second copy.
    const dated =
      settings.asOfFrom === 'FILE_NAME'
        ? (asOfInstant(context.asOfInName ?? '', settings.asOfFormat)?.toISOString() ?? null)
        : null;
    if (taken.some((one) => one.sha256 === sha256 && (dated === null || one.asOf === dated)))
      throw refusal('HUB_CASELOAD_FILE_DUPLICATE', 'SAME_BYTES');
    const now = clock.now();
    const read = await this.copies.make(sha256, async (sink) => {
      const whole = await readExtract(file, context, sink);
      const fault = arrivalFault(whole, taken[0] ?? null, settings.maxShrinkPercent, now);
      if (fault !== null) throw fault;
      return whole;
    });
    const { rows, encoding, leftOut } = read;
    return {
      file: name,
      sha256,
      asOf: read.asOf.toISOString(),
      takenAt: now.toISOString(),
      rows,
      encoding,
      leftOut,
    };
  }

  private async settle(name: string, sha256: string, said: TakenNote | HubError): Promise<Taking> {
    const { clock, logger, system } = this.deps;
    const target = hashedName(name, sha256);
    if (said instanceof HubError) {
      const { meaning, solve } = ERROR_CODES[said.code];
      const report = {
        file: name,
        sha256,
        refusedAt: clock.now().toISOString(),
        code: said.code,
        meaning,
        solve,
      };
      await this.folder.move(name, sha256, 'refused', { ...report, ...said.details });
      logger.warn('caseload extract refused', { system, code: said.code });
    } else {
      await this.folder.move(name, sha256, 'archive', said);
      await this.copies.keepOnly(sha256, clock.now().getTime());
      for (const [field, times] of Object.entries(said.leftOut))
        this.leftOut.set(`row.${field}`, (this.leftOut.get(`row.${field}`) ?? 0) + times);
      logger.info('caseload extract taken', { system, count: said.rows });
    }
    this.records.changed(target);
    return said instanceof HubError ? 'REFUSED' : 'TAKEN';
  }

  /** The rows of a file that was taken; read once more where they have gone, or the settings are not those they were read under. */
  private async rowsOf(file: TakenFile, stop: Stop): Promise<WorkingCopy> {
    const { settings } = this.deps;
    const found = await this.copies.find(file.sha256);
    if (found !== null) return found;
    const archived = await this.records.open(file.archived);
    try {
      const asOfInName = settings.filePattern.match(file.file)?.asOf ?? null;
      const context = { settings, stop, asOfInName, announced: file.rows };
      await this.copies.make(file.sha256, (sink) => readExtract(archived, context, sink));
    } finally {
      await archived.close();
    }
    const made = await this.copies.find(file.sha256);
    if (made === null) throw new HubError('HUB_CASELOAD_FILE_WAITING');
    return made;
  }
}

/** Another process has taken it meanwhile. */
function goneElsewhere(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
