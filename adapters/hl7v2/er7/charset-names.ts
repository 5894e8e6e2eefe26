/** Character sets by the names of HL7 table 0211, and by what senders write instead. */
import type { Delimiters } from './delimiters.js';

/** Character sets that are read. Of the last three only ASCII is written. */
export const CHARSETS = [
  'ASCII',
  '8859/1',
  '8859/2',
  '8859/3',
  '8859/4',
  '8859/5',
  '8859/6',
  '8859/7',
  '8859/8',
  '8859/9',
  '8859/10',
  '8859/11',
  '8859/13',
  '8859/14',
  '8859/15',
  'WINDOWS-1252',
  'UTF-8',
  'UTF-16LE',
  'UTF-16BE',
  'UTF-32LE',
  'UTF-32BE',
  'GB 18030-2000',
  'BIG-5',
  'KS X 1001',
] as const;

/** A character set. */
export type Charset = (typeof CHARSETS)[number];

/** What MSH-18 asks for: a set, or one of several by the order of its bytes, which only the bytes tell. */
export type CharsetName = Charset | 'UTF-16' | 'UTF-32' | 'UNICODE';

/** Names beside those of table 0211 and `8859/n`. `ISO IR6` is table 0211's second name of ASCII. */
const NAMES: Readonly<Record<string, CharsetName>> = {
  ASCII: 'ASCII',
  'US-ASCII': 'ASCII',
  'ISO IR6': 'ASCII',
  'WINDOWS-1252': 'WINDOWS-1252',
  // HL7 UK ITK messages say UNICODE and are UTF-8.
  UNICODE: 'UNICODE',
  'UNICODE UTF-8': 'UTF-8',
  'UTF-8': 'UTF-8',
  UTF8: 'UTF-8',
  'UNICODE UTF-16': 'UTF-16',
  'UTF-16': 'UTF-16',
  'UNICODE UTF-32': 'UTF-32',
  'UTF-32': 'UTF-32',
  'GB 18030-2000': 'GB 18030-2000',
  'BIG-5': 'BIG-5',
  'KS X 1001': 'KS X 1001',
};

/** The set of a name as MSH-18 states it; null for a name that is unknown. */
export function charsetNamed(name: string): CharsetName | null {
  const known = name.trim().toUpperCase();
  if (Object.hasOwn(NAMES, known)) return NAMES[known]!;
  const part = /^(?:ISO[ -]?)?8859[/-]([0-9]{1,2})$/.exec(known)?.[1];
  return CHARSETS.find((charset) => charset === `8859/${part}`) ?? null;
}

/** MSH-18 as a header states it, '' when it does not. `header` may be decoded or one character for each byte. */
export function statedName(header: string, delimiters: Delimiters): string {
  let start = 0;
  for (let field = 1; field < 18; field++) {
    start = header.indexOf(delimiters.field, start) + 1;
    if (start === 0) return '';
  }
  const end = header.indexOf(delimiters.field, start);
  return end < 0 ? header.slice(start) : header.slice(start, end);
}

/** The set that a decoded header states first; null when it states none, or one that is unknown or known by its bytes alone. */
export function charsetStated(header: string, delimiters: Delimiters): Charset | null {
  const first = statedName(header, delimiters).split(delimiters.repetition, 1)[0]!;
  const named = charsetNamed(first);
  return CHARSETS.find((charset) => charset === named) ?? null;
}
