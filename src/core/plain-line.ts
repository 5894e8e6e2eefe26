/** What may stand in text that people type and others read: one rule for notes, titles and reasons. */
import { inputError } from './errors.js';

/**
 * Refused wherever they stand, since no two systems agree on them or since they make a text read as what it is not:
 * - control characters (C0, DEL, C1) other than tab and line ends;
 * - lone surrogates and noncharacters, which UTF-8 or XML cannot hold;
 * - U+FEFF, which decoders drop, and U+FFFD, which stands for text that was lost before it came here;
 * - embeddings, overrides and isolates of direction (U+202A–202E, U+2066–2069), which show words in another order.
 * The marks that right-to-left scripts are typed with (U+200E, U+200F, U+061C) and joiners (U+200C, U+200D) are let through.
 */
export const REFUSED_CHARACTERS =
  /[^\P{Cc}\t\n\r]|\p{Cs}|\p{Noncharacter_Code_Point}|[\ufeff\ufffd\u202a-\u202e\u2066-\u2069]/u;
/** True for text of which nothing is refused, on one line and without tabs, as an id or a code is. */
export function isPlainCode(text: string): boolean {
  return !REFUSED_CHARACTERS.test(text) && !/[\t\n\r]/.test(text);
}

/** Line ends as they are typed and pasted; U+2028 and U+2029 are what word processors make of shift-return. */
const LINE_END = /\r\n|[\n\r\u2028\u2029]/;
/** True for a text of white space and what cannot be seen. */
const NOTHING_TO_SEE = /^[\s\p{Cf}]*$/u;

/** True when nothing in a text can be seen. */
export function isBlank(text: string): boolean {
  return NOTHING_TO_SEE.test(text);
}

/** A character as it is named to people: `U+202E`. */
export function codePointOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** One line of text: NFC, tab as four spaces, trimmed. Throws `HUB_INPUT_INVALID` naming the field, never the text. */
export function plainLine(field: string, typed: string, least: number, most: number): string {
  const accepted = `${least} to ${most} characters on one line`;
  const refused = REFUSED_CHARACTERS.exec(typed);
  if (refused) throw inputError(field, `holds ${codePointOf(refused[0])}`, accepted);
  const text = typed.replaceAll('\t', '    ').normalize('NFC').trim();
  if (isBlank(text) || [...text].length > most) throw inputError(field, 'empty or too long', accepted);
  if (LINE_END.test(text)) throw inputError(field, 'has several lines', accepted);
  if ([...text].length < least) throw inputError(field, 'too short', accepted);
  return text;
}

/** A reason in free text: white space and line ends become single spaces, 3 to 500 characters. Throws as `plainLine` does. */
export function plainReason(field: string, typed: string | null | undefined): string {
  return plainLine(field, (typed ?? '').trim().replace(/\s+/gu, ' '), 3, 500);
}
