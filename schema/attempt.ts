/** Turns what a use case refuses into a member of the mutation's union; everything else stays an error. */
import type { Caller } from '../src/core/caller.js';
import { ERROR_CODES, type ErrorCode } from '../src/core/error-codes.js';
import { isHubError } from '../src/core/errors.js';
import type { GraphContext } from './graph-context.js';

/** A refusal as the graph answers it. */
export interface RefusalAnswer {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | null;
  readonly accepted: string | null;
  readonly rule: string | null;
  readonly clause: string | null;
}

const REFUSED = /^HUB_(INPUT|NOT_FOUND|STATE|ELIGIBILITY|NOTE|DELIVERY|RECORD|MESSAGE_BODY|BUSY)/;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The refusal that a code stands for, when nothing more is known. */
export function refusalOf(code: ErrorCode): RefusalAnswer {
  return { code, message: ERROR_CODES[code].meaning, field: null, accepted: null, rule: null, clause: null };
}

/**
 * Runs a use case for the caller. Refusals that the caller can do something about (input, state, absence, eligibility
 * gates) are answered; access, audit and failures are thrown.
 */
export async function attempt<Success extends object>(
  context: GraphContext,
  work: (caller: Caller) => Promise<Success>,
): Promise<Success | RefusalAnswer> {
  const { caller } = context;
  try {
    return await work(caller);
  } catch (error) {
    if (!isHubError(error) || !REFUSED.test(error.code)) throw error;
    return {
      code: error.code,
      message: error.message,
      field: textOrNull(error.details.field),
      accepted: textOrNull(error.details.accepted),
      rule: textOrNull(error.details.rule),
      clause: textOrNull(error.details.clause),
    };
  }
}
