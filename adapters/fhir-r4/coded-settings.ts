/** Settings that give a code to each of the hub's own words: `WORD=system|code|display`, one entry for each coding. */
import { z } from 'zod';

/** A FHIR Coding as a site states it; `display` is null when it was left out. */
export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string | null;
}

/** Codings by word; a word may have several. */
export type CodeTable<Word extends string> = ReadonlyMap<Word, readonly Coding[]>;

/** Codes of FHIR R4 (datatype `code`): no white space at either end, none doubled. */
const CODE = /^[^\s]+( [^\s]+)*$/;

/** The entry's parts, or null when it is not of the form. A system is an absolute URI. */
function readEntry(entry: string): { readonly word: string; readonly coding: Coding } | null {
  const equals = entry.indexOf('=');
  if (equals < 0) return null;
  const [system = '', code = '', ...display] = entry
    .slice(equals + 1)
    .split('|')
    .map((part) => part.trim());
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(system) || !CODE.test(code) || display.length > 1) return null;
  const coding = { system, code, display: display[0] === undefined || display[0] === '' ? null : display[0] };
  return { word: entry.slice(0, equals).trim(), coding };
}

/** Entries as a table. Words that the entries leave out keep what `otherwise` gives them. Faults never repeat an entry. */
export function codeTable<Word extends string>(
  words: readonly Word[],
  otherwise: readonly string[],
): z.ZodType<CodeTable<Word>, unknown> {
  const list = z.union([z.string(), z.array(z.string())], 'must be a list, or text with commas between');
  return list.prefault([]).transform((value, context) => {
    const table = new Map<Word, Coding[]>();
    const stated = (typeof value === 'string' ? value.split(',') : value).filter(
      (text) => text.trim() !== '',
    );
    for (const [index, entry] of stated.entries()) {
      const read = readEntry(entry);
      const word = words.find((one) => one === read?.word);
      if (read === null || word === undefined) {
        context.addIssue({
          code: 'custom',
          message: `entry ${index + 1} is not <word>=<system>|<code>|<display> with a word of ${words.join(', ')}`,
        });
        return z.NEVER;
      }
      table.set(word, [...(table.get(word) ?? []), read.coding]);
    }
    for (const { word, coding } of otherwise.map(readEntry).filter((read) => read !== null)) {
      const known = words.find((one) => one === word);
      if (known !== undefined && !table.has(known)) table.set(known, [coding]);
    }
    return table;
  });
}
