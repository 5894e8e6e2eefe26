/** Escape sequences of HL7 v2 (version 2.7, chapter 2, section 2.7): a field's text as plain text, and plain text as a field's. */

import { decodeHex } from './charset.js';
import type { Charset } from './charset-names.js';
import type { Delimiters } from './delimiters.js';

/** How a line break is written: as `\X0A\`, for any type; as `\.br\`, for formatted text (FT) and for TX where a partner takes it so. */
export type LineBreaks = 'HEX' | 'BR';

const COUNT = /^[+-]?[0-9]{1,2}$/;

/** Number behind a formatting command; the default without one, null where something else stands there. */
function countOf(text: string, otherwise: number): number | null {
  const number = text.trim();
  if (number === '') return otherwise;
  return COUNT.test(number) ? Math.max(0, Number(number)) : null;
}

/** What a formatting command comes to in plain text; null for none. Section 2.7.6. */
function formatted(body: string): string | null {
  const command = body.slice(1, 3).toLowerCase();
  const rest = body.slice(3);
  switch (command) {
    case 'br':
      return rest === '' ? '\n' : null;
    case 'ce':
      return rest === '' ? '\n' : null;
    case 'fi':
    case 'nf':
      return rest === '' ? '' : null;
    case 'sp': {
      const lines = countOf(rest, 1);
      return lines === null ? null : '\n'.repeat(lines);
    }
    case 'sk': {
      const spaces = countOf(rest, 1);
      return spaces === null ? null : ' '.repeat(spaces);
    }
    case 'in':
    case 'ti':
      return countOf(rest, 0) === null ? null : '';
    default:
      return null;
  }
}

/** What a sequence of delimiters, highlighting or formatting comes to; null for none. */
function meaningOf(body: string, delimiters: Delimiters): string | null {
  switch (body) {
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
      return body.startsWith('.') ? formatted(body) : null;
  }
}

function isHex(text: string): boolean {
  return text.length > 0 && text.length % 2 === 0 && !/[^0-9A-Fa-f]/.test(text);
}

/** A sequence that says something which plain text cannot: a change of the character set, or what partners agreed on. */
function isKept(body: string): boolean {
  const first = body[0];
  if (first === 'Z') return true;
  const isLong = body.length === 5 || (first === 'M' && body.length === 7);
  return (first === 'C' || first === 'M') && isLong && isHex(body.slice(1));
}

/**
 * `\X..\` that opens there, with those that follow it: some senders write each byte of a character by itself. `text` is null when the
 * bytes are no characters of the set. Null when it is no hexadecimal.
 */
function hexRun(
  raw: string,
  open: number,
  opener: string,
  charset: Charset,
): { readonly text: string | null; readonly end: number } | null {
  const bytes: string[] = [];
  let end = open;
  while (raw[end] === opener && raw[end + 1] === 'X') {
    const close = raw.indexOf(opener, end + 1);
    const body = close < 0 ? '' : raw.slice(end + 2, close);
    if (!isHex(body)) break;
    bytes.push(body);
    end = close + 1;
  }
  return end === open ? null : { text: decodeHex(bytes.join(''), charset), end };
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
  const parts: string[] = [];
  let done = 0;
  while (open >= 0) {
    const close = raw.indexOf(opener, open + 1);
    if (close < 0) break;
    const run = raw[open + 1] === 'X' ? hexRun(raw, open, opener, charset) : null;
    const body = raw.slice(open + 1, close);
    const meaning = run === null ? meaningOf(body, delimiters) : run.text;
    const end = run === null ? close + 1 : run.end;
    if (meaning !== null) {
      parts.push(raw.slice(done, open), meaning);
      done = end;
    }
    // What closes no sequence may open one.
    const isSequence = meaning !== null || run !== null || isKept(body);
    open = isSequence ? raw.indexOf(opener, end) : close;
  }
  if (done === 0) return raw;
  parts.push(raw.slice(done));
  return parts.join('');
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
