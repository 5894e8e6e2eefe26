/** Bytes of a message as lines that a person can look at; nothing of the protocol is understood for it. Pure. */
import { codePointOf, REFUSED_CHARACTERS } from '../../core/plain-line.js';

/** Text of a message. */
export interface ShownLines {
  /** As which the bytes were taken: UTF-8 where they are that. */
  readonly encoding: 'UTF-8' | 'WINDOWS-1252';
  /** Without line ends. What would not be seen, or would be obeyed by a terminal, stands as `<U+001B>`. */
  readonly lines: readonly string[];
}

const UNSEEN = new RegExp(REFUSED_CHARACTERS.source, 'gu');

/** The lines; any byte gives a character, so that nothing is left out. */
export function shownLines(bytes: Uint8Array): ShownLines {
  const { encoding, text } = decoded(bytes);
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(UNSEEN, (character) => `<${codePointOf(character)}>`));
  if (lines.at(-1) === '') lines.pop();
  return { encoding, lines };
}

function decoded(bytes: Uint8Array): { encoding: ShownLines['encoding']; text: string } {
  try {
    return {
      encoding: 'UTF-8',
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch {
    return { encoding: 'WINDOWS-1252', text: new TextDecoder('windows-1252').decode(bytes) };
  }
}
