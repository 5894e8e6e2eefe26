/** Why a message cannot be understood: inside the reading of meaning alone. */
import type { ErrorCode } from '../../../src/core/error-codes.js';

/** Names a place and never what stands there. */
export class MeaningFault extends Error {
  constructor(
    /** As `PID-3`. */
    readonly place: string,
    readonly code: ErrorCode = 'HUB_MESSAGE_PLACE',
  ) {
    super(code);
  }
}
