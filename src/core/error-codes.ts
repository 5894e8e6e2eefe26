/** The one table of error codes: meaning, who acts and how, retry class. `docs/errors.md` is written from it. */

import { type ErrorCodeRow, row } from './error-code-row.js';
import { MESSAGE_ERROR_CODES } from './error-codes-messages.js';
import { RECORD_ERROR_CODES } from './error-codes-records.js';

export type { ErrorCodeRow, RetryClass } from './error-code-row.js';

/** Every code that the hub can answer with. Codes are never reused for another meaning. */
export const ERROR_CODES = {
  HUB_INTERNAL: row(
    'permanent',
    'The hub failed.',
    'Give the correlation id to the operator; the log line with that id has the cause.',
  ),
  HUB_INPUT_INVALID: row(
    'permanent',
    'An input is not acceptable.',
    'Correct the named field; the error says what is accepted.',
  ),
  HUB_INPUT_LIMIT: row(
    'permanent',
    'The request is larger or deeper than the hub accepts.',
    'Ask for less at once: fewer fields, smaller pages, less nesting.',
  ),
  HUB_INPUT_CURSOR: row(
    'permanent',
    'The cursor is not one of this hub, or belongs to another caller or order.',
    'Start again from the first page.',
  ),
  HUB_INPUT_REPEATED_KEY: row(
    'permanent',
    'The idempotency key was used before with another input.',
    'Use a new key for a new request.',
  ),
  HUB_ACCESS_UNAUTHENTICATED: row(
    'permanent',
    'A valid token is required.',
    'Send Authorization: Bearer with a token from the configured issuer.',
  ),
  HUB_ACCESS_TOKEN: row(
    'permanent',
    'The token was refused.',
    'Get a new token; the reason names the claim or signature fault.',
  ),
  HUB_ACCESS_FIELD: row(
    'permanent',
    'Your role may not read or call this field.',
    'Leave the field out, or ask with a role that may read it.',
  ),
  HUB_ACCESS_REFUSED: row(
    'permanent',
    'Your role or purpose does not allow this.',
    'Ask with a role and purpose that allow it.',
  ),
  HUB_ACCESS_PURPOSE: row(
    'permanent',
    'The stated purpose is not open to your role.',
    'Send one of the purposes named in the error in the hub-purpose header.',
  ),
  HUB_ACCESS_KEYS_UNAVAILABLE: row(
    'transient',
    'The token issuer’s keys cannot be fetched, so no token can be checked.',
    'Try again; the operator checks the JWKS address and anything between it and the hub.',
  ),
  HUB_ACCESS_RATE: row('transient', 'Too many requests.', 'Wait for the time given and send again.'),
  HUB_ACCESS_NO_STAFF: row(
    'permanent',
    'The token is valid but names nobody in the directory of that organisation.',
    'The administrator adds the person to the directory.',
  ),
  HUB_AUDIT_UNAVAILABLE: row(
    'transient',
    'The access could not be put on record, so there is no answer.',
    'Try again; the operator looks at the audit store.',
  ),
  HUB_NOT_FOUND: row('permanent', 'There is no such thing within your scope.', 'Check the id.'),
  HUB_STATE_CONFLICT: row(
    'permanent',
    'The thing is not in a state that allows this.',
    'Read it again and decide anew.',
  ),
  HUB_STATE_CHANGED: row('permanent', 'What was shown has changed since.', 'Read it again and decide anew.'),
  HUB_STATE_AT_SOURCE: row(
    'permanent',
    'One person’s own records contradict each other; they cannot be parted here.',
    'Correct the wrong record in its record system; the next refresh settles it.',
  ),
  HUB_BUSY: row('transient', 'Another process is doing this now.', 'Wait until it has finished.'),
  HUB_LEASE_LOST: row(
    'transient',
    'The lease was taken over while the work was under way; nothing was changed.',
    'The new holder finishes the work.',
  ),
  HUB_SETTINGS_INVALID: row(
    'permanent',
    'One or more settings are wrong.',
    'Correct every setting named; run hub config print.',
  ),
  HUB_DATABASE_UNAVAILABLE: row(
    'transient',
    'The database cannot be reached or refuses work.',
    'The operator runs hub doctor.',
  ),
  HUB_DATABASE_MIGRATIONS: row(
    'permanent',
    'The database schema is not the one this version needs.',
    'Run hub migrate.',
  ),
  HUB_DATABASE_EMBEDDED: row(
    'permanent',
    'The PostgreSQL server that the hub runs by itself cannot be started.',
    'The operator removes the cause named, or sets DATABASE_URL to a PostgreSQL server of their own.',
  ),
  HUB_DATABASE_TIMEOUT: row(
    'transient',
    'The database did not finish the statement in time.',
    'Ask for less at once, or try again; the operator looks for slow statements.',
  ),
  HUB_DATABASE_OUTCOME_UNKNOWN: row(
    'ambiguous',
    'The connection was lost while the change was being committed.',
    'Send the same request again with the same idempotency key.',
  ),
  HUB_ADAPTER_UNKNOWN: row('permanent', 'No adapter has that id.', 'Run hub systems describe for the list.'),
  HUB_ADAPTER_SETTINGS: row(
    'permanent',
    'The site profile is not acceptable to its adapter.',
    'Correct the settings named.',
  ),
  ...RECORD_ERROR_CODES,
  ...MESSAGE_ERROR_CODES,
  HUB_NOTE_TEXT: row(
    'permanent',
    'The text holds a character that no record may hold, is empty or is too long.',
    'Remove the character at the position named, or shorten the text.',
  ),
  HUB_NOTE_DATE: row(
    'permanent',
    'The day of the contact is in the future, after the person’s death, after the episode was closed or further back than the policy allows.',
    'Correct the day of the contact; the policy named says how far back it may lie.',
  ),
  HUB_NOTE_AUTHOR_UNMAPPED: row(
    'permanent',
    'The author has no identifier of their own in the destination, so the draft cannot be signed.',
    'The administrator adds the author to the site profile of the record system; then sign again.',
  ),
  HUB_NOTE_NO_DESTINATION: row(
    'permanent',
    'The episode has no clinical record system to file in.',
    'The administrator maps the host team to a record system, and the manager sets the episode’s destination.',
  ),
  HUB_NOTE_NOT_AUTHOR: row(
    'permanent',
    'Only the author may do this.',
    'The author does it; a team manager may retract, or write a note of their own.',
  ),
  HUB_DELIVERY_UNLINKED: row(
    'permanent',
    'The person is not linked to a record in the destination; the document waits.',
    'Link the person; the document is sent by itself once they are.',
  ),
  HUB_DELIVERY_IDENTITY: row(
    'permanent',
    'It is in dispute who the person is, so nothing is sent under their name.',
    'The identity conflict is resolved; then replay the delivery.',
  ),
  HUB_DELIVERY_LABEL: row(
    'permanent',
    'The destination cannot carry a label of the document; it is never sent without it.',
    'File the document by hand, or the operator configures how the destination carries the label; then replay.',
  ),
  HUB_DELIVERY_NOT_SHAREABLE: row(
    'permanent',
    'The destination shows the person what it holds, and the document is not marked as one that they may see.',
    'Amend the note so that it may be shown to the person, or file it by hand; then replay.',
  ),
  HUB_DELIVERY_CHARACTERS: row(
    'permanent',
    'The form in which the destination takes documents cannot show some characters; the document is never sent without them.',
    'Amend the note without the characters named or file it by hand, or the operator chooses another form; then replay.',
  ),
  HUB_DELIVERY_UNSUPPORTED: row(
    'permanent',
    'The destination takes no message for what is to be done: an amendment, an addendum or a withdrawal.',
    'Do it in the record by hand and cancel the delivery, or the operator states which message the destination takes; then replay.',
  ),
  HUB_DELIVERY_ENCOUNTER: row(
    'permanent',
    'The destination wants an encounter for the document, and no single one for the contact is known or could be made there.',
    'Record the contact in the destination or put its encounters right, then replay; or the operator no longer requires one.',
  ),
  HUB_DELIVERY_DECEASED: row(
    'permanent',
    'The contact is after the day on which the record says that the person died.',
    'Check the person and the day; retract the note, or replay the delivery when the record is wrong.',
  ),
  HUB_DELIVERY_PREDECESSOR: row(
    'permanent',
    'The version that this one replaces or withdraws is not on the record.',
    'See what became of the earlier version; replay or cancel this one.',
  ),
  HUB_DELIVERY_UNPROVEN: row(
    'permanent',
    'It is not known whether the document arrived, the destination cannot be asked, and sending it again could file it twice.',
    'Look for the document in the record: replay the delivery where it is not there, and cancel it where it is.',
  ),
  HUB_DELIVERY_MISMATCH: row(
    'permanent',
    'What the record holds is not what was signed: another person, another text or another state.',
    'Look at the document in the record at once; correct it there or retract the note.',
  ),
  HUB_DELIVERY_LATE: row(
    'permanent',
    'A document whose delivery was cancelled reached the record all the same.',
    'Look at the note and the record: close the item where the document belongs there, else mark it there as entered in error, or retract the note.',
  ),
  HUB_DELIVERY_EXHAUSTED: row(
    'permanent',
    'The destination refused too many times.',
    'The operator looks at the destination; then replay the delivery.',
  ),
  HUB_CASELOAD_INCOMPLETE: row(
    'transient',
    'The caseload pull did not reach its end; nothing was replaced.',
    'The next pull tries again.',
  ),
  HUB_CASELOAD_FILE_MISSING: row(
    'transient',
    'No caseload extract has been taken yet.',
    'The trust checks that the nightly file reaches the drop folder under a name of the pattern.',
  ),
  HUB_CASELOAD_FILE_WAITING: row(
    'transient',
    'A caseload extract lies in the drop folder and is not read yet: it is still being written, or its control file is missing.',
    'The next pull takes it; if this lasts, the trust checks the job that writes it.',
  ),
  HUB_CASELOAD_FILE_STALE: row(
    'transient',
    'The newest caseload extract is older than the site profile allows.',
    'The trust checks why no newer file comes, and the refused folder.',
  ),
  HUB_CASELOAD_FILE_DUPLICATE: row(
    'permanent',
    'The caseload extract is the same, byte for byte, as one that was taken before.',
    'The trust checks whether the nightly job made a new file.',
  ),
  HUB_CASELOAD_FILE_SHRUNKEN: row(
    'permanent',
    'The caseload extract has far fewer rows than the one before.',
    'The trust checks the query; where the loss is right, the operator raises maxShrinkPercent and puts the file back.',
  ),
  HUB_CASELOAD_FILE_PARTIAL: row(
    'permanent',
    'The caseload extract is not whole: empty, cut short, without its trailer, or of another row count than announced.',
    'The trust sends the whole file again.',
  ),
  HUB_CASELOAD_FILE_HEADER: row(
    'permanent',
    'The caseload extract does not have the headings that the site profile names.',
    'The operator compares the columns setting with the first line of the file.',
  ),
  HUB_CASELOAD_FILE_ENCODING: row(
    'permanent',
    'The caseload extract cannot be read in the declared or detected encoding.',
    'The operator sets the encoding, or the trust writes the file in UTF-8.',
  ),
  HUB_CASELOAD_FILE_FORMAT: row(
    'permanent',
    'The caseload extract is not well formed: quotes, cells in a row, or JSON.',
    'The trust corrects the lines named in the report beside the refused file.',
  ),
  HUB_CASELOAD_FILE_VALUES: row(
    'permanent',
    'The caseload extract holds values that the hub can neither use nor leave out.',
    'The trust corrects the lines and columns named in the report, or the operator the date formats and state codes.',
  ),
  HUB_CASELOAD_FILE_DATE: row(
    'permanent',
    'The date of the caseload extract is missing, contradicts itself, lies in the future or before the one in force.',
    'The operator checks where the site profile says that the date stands.',
  ),
  HUB_ELIGIBILITY_NOT_IN_FORCE: row(
    'permanent',
    'The service specification is not in force on that date.',
    'Ask with a date in its period, or move the referral to the specification in force.',
  ),
  HUB_ELIGIBILITY_NOT_ACTIVATED: row(
    'permanent',
    'The service specification still has placeholders to fill.',
    'The administrator fills them before it is activated.',
  ),
  HUB_ELIGIBILITY_NO_RELATIONSHIP: row(
    'permanent',
    'You have no relationship with that referral.',
    'A member of the receiving team asks.',
  ),
} as const satisfies Record<string, ErrorCodeRow>;

/** A code of the table. */
export type ErrorCode = keyof typeof ERROR_CODES;
