/** The characters that part a message, as its header names them (HL7 v2.7 chapter 2, sections 2.5.4 and 2.14.9). */

/** Delimiters of a message, each one character. */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
  /** From version 2.7, where the header has a fifth encoding character; null in other messages. */
  readonly truncation: string | null;
}

/** The delimiters that HL7 recommends, and that the hub writes. */
export const USUAL_DELIMITERS: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
  truncation: null,
};

/**
 * True for punctuation of ASCII that can part values. `"` and `.` cannot: `""` deletes a value and `.` begins a formatting command.
 */
function canPart(character: string): boolean {
  const code = character.charCodeAt(0);
  const isPunctuation = code > 0x20 && code < 0x7f && !/[A-Za-z0-9]/.test(character);
  return isPunctuation && character !== '"' && character !== '.';
}

/**
 * Delimiters named by a header, `MSH`, `FHS` or `BHS`, that begins at the position. Null when it names fewer than five or more
 * than six, the same one twice, or a character that can part nothing.
 */
export function readDelimiters(text: string, at: number): Delimiters | null {
  const field = text.charAt(at + 3);
  let end = at + 4;
  while (end < text.length && end < at + 10 && !isEnd(text.charCodeAt(end), field)) end += 1;
  const all = text.slice(at + 3, end);
  if (last.all === all) return last.delimiters;
  const delimiters = delimitersOf(all);
  last = { all, delimiters };
  return delimiters;
}

/** What was read last: those of one feed are always the same. */
let last: { readonly all: string; readonly delimiters: Delimiters | null } = { all: '', delimiters: null };

/** The delimiters in the order in which a header names them. */
function delimitersOf(all: string): Delimiters | null {
  if (all.length < 5 || all.length > 6) return null;
  if (new Set(all).size !== all.length || ![...all].every(canPart)) return null;
  return {
    field: all.charAt(0),
    component: all.charAt(1),
    repetition: all.charAt(2),
    escape: all.charAt(3),
    subcomponent: all.charAt(4),
    truncation: all.length === 6 ? all.charAt(5) : null,
  };
}

function isEnd(code: number, field: string): boolean {
  return code === 0x0d || code === 0x0a || code === field.charCodeAt(0);
}

/** Encoding characters as the second field of a header. */
export function encodingCharacters(delimiters: Delimiters): string {
  const { component, repetition, subcomponent, truncation } = delimiters;
  return `${component}${repetition}${delimiters.escape}${subcomponent}${truncation ?? ''}`;
}
