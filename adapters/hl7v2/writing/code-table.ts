/** Settings that give a code to each of the hub's own words: `WORD=code|text|system`, an alternative in another system behind it. */
import { z } from 'zod';
import { list } from '../../../src/core/setting-kinds.js';
import { components, type Er7Components } from '../er7/write.js';

/** A coded element (CE): code, text, name of the coding system, and the same in another system. */
export type CodedElement = readonly string[];

/** Coded elements by word. */
export type CodeTable<Word extends string> = ReadonlyMap<Word, CodedElement>;

/** What can stand in any message: printable ASCII. */
export const PRINTABLE = /^[\x20-\x7e]+$/;

/** The coded element of an entry, or null when it is not of the form. */
function readElement(stated: string): CodedElement | null {
  const parts = stated.split('|').map((part) => part.trim());
  const isWhole = parts.length === 3 || parts.length === 6;
  return isWhole && parts.every((part) => PRINTABLE.test(part)) ? parts : null;
}

/** Entries as a table. Words that they leave out keep what `otherwise` gives them. Faults never repeat an entry. */
export function codeTable<Word extends string>(
  words: readonly Word[],
  otherwise: Readonly<Partial<Record<Word, CodedElement>>>,
): z.ZodType<CodeTable<Word>, unknown> {
  return list.prefault([]).transform((entries, context) => {
    const table = new Map<Word, CodedElement>();
    for (const word of words) {
      const element = otherwise[word];
      if (element !== undefined) table.set(word, element);
    }
    for (const [index, entry] of entries.entries()) {
      const equals = entry.indexOf('=');
      const word = words.find((one) => one === entry.slice(0, equals).trim());
      const element = equals < 0 ? null : readElement(entry.slice(equals + 1));
      if (word === undefined || element === null)
        context.addIssue({
          code: 'custom',
          message: `entry ${index + 1} is not <word>=<code>|<text>|<system>, with or without an alternative of three more, with a word of ${words.join(', ')}`,
        });
      else table.set(word, element);
    }
    return table;
  });
}

/** A coded element as a field. */
export const coded = (element: CodedElement): Er7Components => components(...element);
