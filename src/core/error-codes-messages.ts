/** Error codes of messages that record systems send by themselves; a part of the one table. */
import { type ErrorCodeRow, row } from './error-code-row.js';

/** In the order in which the page of errors lists them. */
export const MESSAGE_ERROR_CODES = {
  HUB_MESSAGE_DUPLICATE_ID: row(
    'permanent',
    'Another message had that number before.',
    'The operator asks the sender why it uses a number twice; a message that was meant is sent again under a new one.',
  ),
  HUB_MESSAGE_READING_FAILED: row(
    'permanent',
    'The hub began to read the message several times and each time did not come to an end.',
    'The operator looks for the end of the process in the log, and replays the message once that is mended.',
  ),
  HUB_MESSAGE_BODY_GONE: row(
    'permanent',
    'The bytes of the message are no longer kept.',
    'Ask the sender to send it again; HUB_MESSAGE_BODY_DAYS says how long bytes are kept.',
  ),
} as const satisfies Record<string, ErrorCodeRow>;
