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
  HUB_MESSAGE_SENDER: row(
    'permanent',
    'The message names a sender that the site profile does not list.',
    'The operator compares the sending application and facility of the message with allowedSenders.',
  ),
  HUB_MESSAGE_PROCESSING: row(
    'permanent',
    'The message is not of the environment that this hub is: live, training or test.',
    'The sender sends it to the hub of its environment, or the operator corrects processingId.',
  ),
  HUB_MESSAGE_VERSION: row(
    'permanent',
    'The message is of a version of HL7 that the site profile does not list.',
    'The sender changes the version, or the operator adds it to versions.',
  ),
  HUB_MESSAGE_TYPE: row(
    'permanent',
    'The message is of a type or event that the site profile does not take.',
    'The sender leaves it out of the feed, or the operator adds it to messageTypes.',
  ),
  HUB_MESSAGE_HEADER: row(
    'permanent',
    'The header of the message lacks its type or its number.',
    'The sender puts the header right and sends it again.',
  ),
  HUB_MESSAGE_CHARACTERS: row(
    'permanent',
    'The message cannot be read in the character set that it states, or that its site declares.',
    'The sender states the set that it writes in, or the operator corrects characterSet.',
  ),
  HUB_MESSAGE_FORMAT: row(
    'permanent',
    'The message is not well formed: a line that is no segment, a second header, or too many segments.',
    'The sender escapes line breaks within fields and sends one message in each frame; then it sends it again.',
  ),
  HUB_MESSAGE_FILE: row(
    'permanent',
    'The file of messages is not whole, or holds something else.',
    'Have it written or copied again; docs/hl7v2.md says what each fault means.',
  ),
  HUB_MESSAGE_PLACE: row(
    'permanent',
    'The message lacks what its meaning depends on, or holds there what cannot be read.',
    'Look at the place named: correct the rules of the site, or have the sender correct the message, and replay it.',
  ),
  HUB_MESSAGE_EVENT: row(
    'permanent',
    'The message changes identities or visits in a way that the hub does not follow.',
    'Look at what it says: correct the identities by hand, or have the sender send a merge, and set the message aside.',
  ),
  HUB_MESSAGE_AHEAD: row(
    'permanent',
    'The message says that something was written down, or happened, later than the message came, by more than its site allows.',
    'Have the sender put its clock or the time right and send the change again, then set this message aside; or correct timeZone, offsets or aheadMinutes and replay it.',
  ),
  HUB_FEED_SILENT: row(
    'transient',
    'Nothing has been heard of the record system for longer than its site allows.',
    'The operator looks at the sending engine and the network; a count of the caseloads says meanwhile who is there.',
  ),
  HUB_FEED_BEHIND: row(
    'transient',
    'Messages of the record system have come that the hub has not read yet.',
    'Wait; the operator looks at the reader when it lasts.',
  ),
  HUB_FEED_NOT_UNDERSTOOD: row(
    'permanent',
    'Messages have come that could not be understood, and may concern anybody.',
    'Look at the messages: correct the rules of the site and replay them, or set them aside with the reason.',
  ),
  HUB_FEED_NOT_COUNTED: row(
    'permanent',
    'A feed tells of changes; nobody has counted who was on the caseload of the team when it began.',
    'Have the caseload counted, by an extract or a query, or state in the site profile that the feed has told of everybody.',
  ),
} as const satisfies Record<string, ErrorCodeRow>;
