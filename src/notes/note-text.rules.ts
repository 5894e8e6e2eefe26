/** What a note's text may hold: normalised once, at signing, so that what is signed is what every record must give back. */
import { HubError, type SafeDetails } from '../core/errors.js';
import { codePointOf, isBlank, REFUSED_CHARACTERS } from '../core/plain-line.js';

/** Characters (code points) that the text of a note may have by default, headings not counted. */
export const MAX_NOTE_CHARACTERS = 30_000;
/** Characters that a draft may have; what is too long to be signed can still be saved and shortened. */
export const MAX_DRAFT_CHARACTERS = 120_000;

/** What the database cannot hold; a draft may hold all else. */
const UNSTORABLE = /\0|\p{Cs}/u;
/** Line ends as they are typed and pasted; U+2028 and U+2029 are what word processors make of shift-return. */
const LINE_END = /\r\n|[\r\u2028\u2029]/g;
const LINE = /\r\n|[\n\r\u2028\u2029]/;

/** Where something is in a text as typed. */
export interface TextPosition {
  /** From 1; CRLF counts as one line end. */
  readonly line: number;
  /** From 1, in characters (code points). */
  readonly column: number;
  /** UTF-16 units before it, as an editor's selection counts. */
  readonly offset: number;
}

/** The position of a UTF-16 offset in a text. */
export function positionOf(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split(LINE);
  return { line: lines.length, column: [...lines[lines.length - 1]!].length + 1, offset };
}

function textError(message: string, details: SafeDetails): HubError {
  return new HubError('HUB_NOTE_TEXT', { message, details });
}

/** Throws `HUB_NOTE_TEXT` naming code point and position of the first character that matches; never the text. */
function refuse(field: string, typed: string, characters: RegExp): void {
  const found = characters.exec(typed);
  if (!found) return;
  const { line, column, offset } = positionOf(typed, found.index);
  const codePoint = codePointOf(found[0]);
  throw textError(
    `${field}: ${codePoint} at line ${line}, column ${column} (offset ${offset}) cannot be kept in a record`,
    { field, fault: 'CHARACTER', codePoint, line, column, offset },
  );
}

function mustNotExceed(field: string, text: string, most: number): void {
  const characters = [...text].length;
  if (characters <= most) return;
  throw textError(`${field}: ${characters} characters; at most ${most} are accepted`, {
    field,
    fault: 'TOO_LONG',
    characters,
    accepted: most,
  });
}

/** What a draft may hold: anything that can be saved. Throws `HUB_NOTE_TEXT` for NUL, lone surrogates and more than 120,000 characters. */
export function draftText(field: string, typed: string): string {
  mustNotExceed(field, typed, MAX_DRAFT_CHARACTERS);
  refuse(field, typed, UNSTORABLE);
  return typed;
}

/**
 * The text as it is signed: NFC, every line end LF, tab as four spaces. Normalising twice changes nothing.
 * Throws `HUB_NOTE_TEXT`: `CHARACTER` with `codePoint`, `line`, `column`, `offset` in the text as typed; `EMPTY`; `TOO_LONG`.
 */
export function normaliseNoteText(field: string, typed: string, most: number = MAX_NOTE_CHARACTERS): string {
  refuse(field, typed, REFUSED_CHARACTERS);
  const text = typed.replace(LINE_END, '\n').replaceAll('\t', '    ').normalize('NFC');
  if (isBlank(text)) {
    throw textError(`${field}: nothing is written`, { field, fault: 'EMPTY', accepted: 'some text' });
  }
  mustNotExceed(field, text, most);
  return text;
}

/** A signed text has to fit the destination. Throws `HUB_NOTE_TEXT` (`TOO_LARGE`) with the limit in bytes; null: no limit known. */
export function mustFitDestination(text: string, maxTextBytes: number | null): void {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (maxTextBytes === null || bytes <= maxTextBytes) return;
  throw textError(`text: ${bytes} bytes with its headings; the record system takes at most ${maxTextBytes}`, {
    field: 'text',
    fault: 'TOO_LARGE',
    bytes,
    accepted: maxTextBytes,
  });
}
