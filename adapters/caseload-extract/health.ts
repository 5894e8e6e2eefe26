/** How the drop folder is, without taking anything out of it. */
import type { AdapterHealth } from '../../src/clinical/clinical-record.port.js';
import type { Clock } from '../../src/core/clock.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import { ageMs } from './folder/arrival.rules.js';
import type { Intake } from './folder/intake.js';
import { folderFailure } from './refusal.js';
import { type Stop, stopped } from './stop.js';

const HOUR_MS = 3_600_000;

/** The code that the state of the folder comes to; null with the age of the file in force when there is nothing to say against it. */
async function judge(
  intake: Intake,
  ageLimitHours: number,
  now: Date,
): Promise<{ readonly code: ErrorCode | null; readonly hours: number }> {
  const waiting = await intake.waiting();
  const refused = await intake.records.lastRefusal();
  const [file] = await intake.records.taken();
  if (file === undefined) {
    const unread = waiting.length > 0 ? 'HUB_CASELOAD_FILE_WAITING' : 'HUB_CASELOAD_FILE_MISSING';
    return { code: refused?.code ?? unread, hours: 0 };
  }
  const age = ageMs(file.asOf, now);
  const hours = Math.max(0, Math.floor(age / HOUR_MS));
  if (refused !== null && refused.refusedAt > file.takenAt) return { code: refused.code, hours };
  return { code: age > ageLimitHours * HOUR_MS ? 'HUB_CASELOAD_FILE_STALE' : null, hours };
}

/** Up with the age of the newest file; down when there is none, it is too old, or a later one was refused. Never throws. */
export async function probe(
  intake: Intake,
  ageLimitHours: number,
  clock: Clock,
  stop: Stop,
): Promise<AdapterHealth> {
  const started = performance.now();
  const took = (): number => Math.max(0, Math.round(performance.now() - started));
  try {
    if (stop.aborted) throw stopped();
    const { code, hours } = await judge(intake, ageLimitHours, clock.now());
    return code === null
      ? { state: 'UP', code, tookMs: took(), product: `extract ${hours} h old` }
      : { state: 'DOWN', code, tookMs: took(), product: null };
  } catch (error) {
    return { state: 'DOWN', code: folderFailure(error).code, tookMs: took(), product: null };
  }
}
