/** Escape sequences of HL7 v2 (version 2.7, chapter 2, section 2.7): a field's text as plain text, and plain text as a field's. */

import { decodeHex } from './charset.js';
import type { Charset } from './charset-names.js';
import type { Delimiters } from './delimiters.js';

/** How a line break is written: as `\X0A\`, for any type; as `\.br\`, for formatted text (FT) and for TX where a partner takes it so. */
export type LineBreaks = 'HEX' | 'BR';

/** Lines or spaces that a command skips at most: it is layout, and a short command must not make a long text. */
const MOST_SKIPPED = 9;
const SKIPPED_LINES = Array.from({ length: MOST_SKIPPED + 1 }, (_none, count) => '\n'.repeat(count));
const SKIPPED_SPACES = Array.from({ length: MOST_SKIPPED + 1 }, (_none, count) => ' '.repeat(count));

/** Number of a formatting command: one or two figures behind a sign or blank, 1 where there is none; null for anything else. */
function countOf(raw: string, from: number, to: number): number | null {
  let at = from;
  if (at < to && (raw[at] === '+' || raw[at] === '-' || raw[at] === ' ')) at += 1;
  if (at === to) return at === from ? 1 : null;
  if (to - at > 2) return null;
  let count = 0;
  for (; at < to; at++) {
    const figure = raw.charCodeAt(at) - 0x30;
    if (figure < 0 || figure > 9) return null;
    count = count * 10 + figure;
  }
  return raw[from] === '-' ? 0 : Math.min(MOST_SKIPPED, count);
}

const COMMANDS = ['br', 'ce', 'fi', 'nf', 'sp', 'sk', 'in', 'ti'] as const;
type Command = (typeof COMMANDS)[number];

/** The command behind a dot, in capitals or small letters. */
function commandOf(raw: string, dot: number): Command | undefined {
  const first = raw.charCodeAt(dot + 1) | 0x20;
  const second = raw.charCodeAt(dot + 2) | 0x20;
  return COMMANDS.find((command) => command.charCodeAt(0) === first && command.charCodeAt(1) === second);
}

/** What the formatting command that begins with the dot comes to in plain text; null for none. Section 2.7.6. */
function formatted(raw: string, dot: number, close: number): string | null {
  const count = countOf(raw, dot + 3, close);
  if (count === null) return null;
  const isAlone = close === dot + 3;
  switch (commandOf(raw, dot)) {
    case 'br':
    case 'ce':
      return isAlone ? '\n' : null;
    case 'fi':
    case 'nf':
      return isAlone ? '' : null;
    case 'sp':
      return SKIPPED_LINES[count]!;
    case 'sk':
      return SKIPPED_SPACES[count]!;
    case 'in':
    case 'ti':
      return '';
    default:
      return null;
  }
}

/** What a sequence of one letter comes to, a delimiter or a highlight; null for none. */
function ofLetter(letter: string, delimiters: Delimiters): string | null {
  switch (letter) {
    case 'F':
      return delimiters.field;
    case 'S':
      return delimiters.component;
    case 'T':
      return delimiters.subcomponent;
    case 'R':
      return delimiters.repetition;
    case 'E':
      return delimiters.escape;
    case 'P':
      return delimiters.truncation;
    case 'H':
    case 'N':
      return '';
    default:
      return null;
  }
}

function isHex(text: string): boolean {
  return text.length > 0 && text.length % 2 === 0 && !/[^0-9A-Fa-f]/.test(text);
}

/** A sequence that says something which plain text cannot: a change of the character set, or what partners agreed on. */
function isKept(raw: string, from: number, close: number): boolean {
  const first = raw[from];
  if (first === 'Z') return true;
  const length = close - from;
  const isLong = length === 5 || (first === 'M' && length === 7);
  return (first === 'C' || first === 'M') && isLong && isHex(raw.slice(from + 1, close));
}

/** What was found at an escape character: up to where, and what it comes to; a null text stays as it is. */
interface Sequence {
  readonly text: string | null;
  readonly end: number;
}

/** `\X..\` that opens there, with those that follow it: some senders write each byte of a character by itself. Null when it is no hexadecimal. */
function hexRun(raw: string, open: number, opener: string, charset: Charset): Sequence | null {
  const bytes: string[] = [];
  let end = open;
  while (raw[end] === opener && raw[end + 1] === 'X') {
    const close = raw.indexOf(opener, end + 1);
    const body = close - end < 4 ? '' : raw.slice(end + 2, close);
    if (!isHex(body)) break;
    bytes.push(body);
    end = close + 1;
  }
  return end === open ? null : { text: decodeHex(bytes.join(''), charset), end };
}

/** The sequence between two escape characters that are not side by side; null for none. */
function sequenceAt(
  raw: string,
  open: number,
  close: number,
  delimiters: Delimiters,
  charset: Charset,
): Sequence | null {
  const end = close + 1;
  const first = raw[open + 1]!;
  if (close - open === 2) {
    const text = ofLetter(first, delimiters);
    // A `Z` alone is a local sequence as well.
    return text === null && first !== 'Z' ? null : { text, end };
  }
  if (first === 'X') return hexRun(raw, open, delimiters.escape, charset);
  if (first !== '.') return isKept(raw, open + 1, close) ? { text: null, end } : null;
  const text = formatted(raw, open + 1, close);
  return text === null ? null : { text, end };
}

/**
 * Plain text of a field, component or subcomponent. `\.br\`, `\.sp\` and `\.ce\` are line breaks, other formatting and highlighting leave
 * nothing, `\X..\` is read in the character set. What is no sequence stays as it is, so that a Windows path comes whole; and so do a
 * change of the character set (`\C..\`, `\M..\`), what partners agree among themselves (`\Z..\`), and bytes that are no
 * characters of the set.
 */
export function plainText(raw: string, delimiters: Delimiters, charset: Charset = 'UTF-8'): string {
  const opener = delimiters.escape;
  let open = raw.indexOf(opener);
  if (open < 0) return raw;
  let text = '';
  let done = 0;
  while (open >= 0) {
    const close = raw.indexOf(opener, open + 1);
    if (close < 0) break;
    const sequence = close === open + 1 ? null : sequenceAt(raw, open, close, delimiters, charset);
    if (sequence === null) {
      // What closes no sequence may open one.
      open = close;
      continue;
    }
    if (sequence.text !== null) {
      text += open > done ? raw.slice(done, open) + sequence.text : sequence.text;
      done = sequence.end;
    }
    open = raw.indexOf(opener, sequence.end);
  }
  return done === 0 ? raw : text + raw.slice(done);
}

/** Escape sequences of a set of delimiters by character code, for the codes of ASCII; what needs none is undefined. */
type Sequences = readonly (string | undefined)[];

function sequencesOf(delimiters: Delimiters, lineBreaks: LineBreaks): Sequences {
  const { field, component, repetition, escape: opener, subcomponent, truncation } = delimiters;
  const sequences = new Array<string | undefined>(128).fill(undefined);
  const put = (character: string, body: string): void => {
    sequences[character.charCodeAt(0)] = `${opener}${body}${opener}`;
  };
  // Control characters would end a segment or a frame on the way; a tab is text.
  for (const code of [...Array(0x20).keys(), 0x7f])
    if (code !== 0x09) put(String.fromCharCode(code), `X${code.toString(16).toUpperCase().padStart(2, '0')}`);
  if (lineBreaks === 'BR') put('\n', '.br');
  put(field, 'F');
  put(component, 'S');
  put(subcomponent, 'T');
  put(repetition, 'R');
  put(opener, 'E');
  if (truncation !== null) put(truncation, 'P');
  return sequences;
}

const KNOWN: Readonly<Record<LineBreaks, WeakMap<Delimiters, Sequences>>> = {
  HEX: new WeakMap(),
  BR: new WeakMap(),
};

function sequencesFor(delimiters: Delimiters, lineBreaks: LineBreaks): Sequences {
  let sequences = KNOWN[lineBreaks].get(delimiters);
  if (sequences === undefined) {
    sequences = sequencesOf(delimiters, lineBreaks);
    KNOWN[lineBreaks].set(delimiters, sequences);
  }
  return sequences;
}

/**
 * Plain text as a part of a message that parts nothing: `plainText` gives it back exactly, whatever stood in it. A text that is `""`
 * is written so that it deletes nothing.
 */
export function escapeText(text: string, delimiters: Delimiters, lineBreaks: LineBreaks = 'HEX'): string {
  if (text === '""') return `${delimiters.escape}X22${delimiters.escape}"`;
  const sequences = sequencesFor(delimiters, lineBreaks);
  let written = '';
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const sequence = sequences[text.charCodeAt(at)];
    if (sequence === undefined) continue;
    written += text.slice(done, at) + sequence;
    done = at + 1;
  }
  return done === 0 ? text : written + text.slice(done);
}
