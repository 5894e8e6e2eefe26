/** Why a file is not taken: a code, and places by line and column that never hold a value of the file. */
import type { ErrorCode } from '../../src/core/error-codes.js';
import { HubError, isHubError, type SafeDetails } from '../../src/core/errors.js';

/** Codes with which a file is refused whole and moved out of the way. Other failures leave it where it is. */
export const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'HUB_CASELOAD_FILE_DUPLICATE',
  'HUB_CASELOAD_FILE_SHRUNKEN',
  'HUB_CASELOAD_FILE_PARTIAL',
  'HUB_CASELOAD_FILE_HEADER',
  'HUB_CASELOAD_FILE_ENCODING',
  'HUB_CASELOAD_FILE_FORMAT',
  'HUB_CASELOAD_FILE_VALUES',
  'HUB_CASELOAD_FILE_DATE',
]);

/** A refusal. `fault` is a constant of the code; `line` counts from 1. */
export function refusal(code: ErrorCode, fault: string, details: SafeDetails = {}): HubError {
  return new HubError(code, { details: { ...details, fault } });
}

/** True for a failure that says something of the file rather than of the way to it. */
export function isRefusal(error: unknown): error is HubError {
  return isHubError(error) && REFUSALS.has(error.code);
}

/** A failure of the folder itself, with the operating system's code and nothing else of what it said. */
export function folderFailure(error: unknown): HubError {
  if (isHubError(error)) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const known = typeof code === 'string' && /^E[A-Z0-9]{1,20}$/.test(code);
  if (!known) return new HubError('HUB_INTERNAL', { cause: error });
  return new HubError('HUB_UPSTREAM_UNREACHABLE', { details: { folder: code } });
}
