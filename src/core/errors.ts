/** Errors with a stable code: the only kind that may cross a room's border as a failure. */
import { ERROR_CODES, type ErrorCode, type RetryClass } from './error-codes.js';

/** Facts safe to show: never a name, number, date of birth, free text, body or header of an upstream answer. */
export type SafeDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** What may be said of a failure beyond its code. */
export interface HubErrorOptions {
  /** Overrides the message of the code's table row; must hold no personal data. */
  message?: string;
  details?: SafeDetails;
  /** Milliseconds the far end asked us to wait. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** A failure with a code of `ERROR_CODES`. `message` is safe to show to the caller; `cause` never leaves the process. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly retry: RetryClass;
  readonly details: SafeDetails;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: HubErrorOptions = {}) {
    super(
      options.message ?? ERROR_CODES[code].meaning,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'HubError';
    this.code = code;
    this.retry = ERROR_CODES[code].retry;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for a failure that carries a code of ours. */
export function isHubError(error: unknown): error is HubError {
  return error instanceof HubError;
}

/** Bad input: names the field, the fault and what is accepted. */
export function inputError(field: string, fault: string, accepted: string): HubError {
  return new HubError('HUB_INPUT_INVALID', {
    message: `${field}: ${fault}; accepted: ${accepted}`,
    details: { field, fault, accepted },
  });
}
