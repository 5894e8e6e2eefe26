/** Why a file is not taken: a code, a fault and a line, and never a value of the file. */
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, isHubError, type SafeDetails } from '../../../src/core/errors.js';
import type { BatchFaultCode } from '../er7/batch.js';

/** A refusal. `fault` is a constant; `line` counts from 1. */
export function refusal(code: ErrorCode, fault: string, details: SafeDetails = {}): HubError {
  return new HubError(code, { details: { ...details, fault } });
}

/** True for a failure that says something of the file rather than of the way to it. */
export function isRefusal(error: unknown): error is HubError {
  return isHubError(error) && /^HUB_CASELOAD_FILE_(PARTIAL|FORMAT|ENCODING|VALUES|DATE)$/.test(error.code);
}

/** What is wrong with the frame of a file, as the hub's codes have it. */
export const OF_FRAMES: Readonly<Record<BatchFaultCode, ErrorCode>> = {
  EMPTY: 'HUB_CASELOAD_FILE_PARTIAL',
  UNFINISHED: 'HUB_CASELOAD_FILE_PARTIAL',
  BATCH_COUNT: 'HUB_CASELOAD_FILE_PARTIAL',
  FILE_COUNT: 'HUB_CASELOAD_FILE_PARTIAL',
  OUTSIDE: 'HUB_CASELOAD_FILE_FORMAT',
  ORDER: 'HUB_CASELOAD_FILE_FORMAT',
  DELIMITERS: 'HUB_CASELOAD_FILE_FORMAT',
  COUNT: 'HUB_CASELOAD_FILE_FORMAT',
  TOO_LONG: 'HUB_CASELOAD_FILE_FORMAT',
  CHARSET: 'HUB_CASELOAD_FILE_ENCODING',
};

/** The operating system's code of a failure; null for one that has none. */
export function systemCode(error: unknown): string | null {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' && /^E[A-Z0-9]{1,20}$/.test(code) ? code : null;
}

/** A failure of the folder itself, with the operating system's code and nothing else of what it said. */
export function folderFailure(error: unknown): unknown {
  const code = systemCode(error);
  if (isHubError(error) || code === null) return error;
  return new HubError('HUB_UPSTREAM_UNREACHABLE', { details: { folder: code } });
}
