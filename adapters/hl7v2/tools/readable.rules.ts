/** Text of messages as a terminal may be shown it: nothing in it moves the cursor, and nothing reads as what it is not. Pure. */
import { REFUSED_CHARACTERS } from '../../../src/core/plain-line.js';

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const EACH = new RegExp(`${REFUSED_CHARACTERS.source}|[\\n\\r\\t]`, 'gu');

/** Control characters as `\n` or `\u{1b}`. */
export function readable(text: string): string {
  return text.replaceAll(EACH, (character) => {
    return NAMED[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** Readable, and no longer than so many characters: what is left out is counted. */
export function shortened(text: string, most: number): string {
  const whole = readable(text);
  return whole.length <= most ? whole : `${whole.slice(0, most)}… (${whole.length} characters)`;
}
