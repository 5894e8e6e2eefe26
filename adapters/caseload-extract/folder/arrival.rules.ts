/** Whether a file may be read yet, and whether it may take the place of the one before. */
import type { HubError } from '../../../src/core/errors.js';
import type { ReadExtract } from '../reading/read-extract.js';
import { refusal } from '../refusal.js';
import type { TakenNote } from './records.js';

/** How long a file waits for its control file, in milliseconds since its last write; then it is read, and refused without one. */
export const CONTROL_WAIT_MS = 3_600_000;
/** How far ahead of the hub's clock the date of a file may be. */
export const CLOCK_TOLERANCE_MS = 3_600_000;

/** Milliseconds since an ISO instant. */
export function ageMs(asOf: string, now: Date): number {
  return now.getTime() - Date.parse(asOf);
}

/** True while a file is to be left alone: written to a moment ago, or without its control file for less than an hour. */
export function notYet(writtenAt: number, needsControl: boolean, settleSeconds: number, now: Date): boolean {
  const rest = now.getTime() - writtenAt;
  return (settleSeconds > 0 && rest < settleSeconds * 1000) || (needsControl && rest < CONTROL_WAIT_MS);
}

/**
 * Why a file that is whole in itself may not follow the one in force; null when it may. One of the same date may: it
 * corrects it.
 */
export function arrivalFault(
  { asOf, rows }: Pick<ReadExtract, 'asOf' | 'rows'>,
  before: Pick<TakenNote, 'asOf' | 'rows'> | null,
  maxShrinkPercent: number,
  now: Date,
): HubError | null {
  if (asOf.getTime() > now.getTime() + CLOCK_TOLERANCE_MS) return refusal('HUB_CASELOAD_FILE_DATE', 'FUTURE');
  if (before === null) return null;
  if (asOf.getTime() < Date.parse(before.asOf))
    return refusal('HUB_CASELOAD_FILE_DATE', 'BEFORE_THE_ONE_IN_FORCE');
  const least = before.rows * (1 - maxShrinkPercent / 100);
  return rows < least
    ? refusal('HUB_CASELOAD_FILE_SHRUNKEN', 'FEWER_ROWS', { rows, before: before.rows, maxShrinkPercent })
    : null;
}
