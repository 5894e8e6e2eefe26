/** The header map: which column is which field, and which words mean which state. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { FIELDS, type Field, REQUIRED_FIELDS } from '../fields.js';

/** Heading by field, as the site states them. */
export type HeaderMap = ReadonlyMap<Field, string>;
/** State by its word in the file, in capitals. */
export type StateWords = ReadonlyMap<string, MembershipState>;

/** What a list of entries came to, with every fault; faults name entries by position, never by content. */
export interface ReadEntries<T> {
  readonly table: T;
  readonly faults: readonly string[];
}

/** Headings are compared without regard to case, to spaces around them and to how accents are composed. */
export function headingKey(heading: string): string {
  return heading.normalize('NFC').trim().toLowerCase();
}

function parts(entry: string): readonly [string, string] | null {
  const equals = entry.indexOf('=');
  return equals < 0 ? null : [entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()];
}

/** Entries `field=heading` as a table. A field or a heading that comes twice, or a required field that does not come, is a fault. */
export function readColumns(entries: readonly string[]): ReadEntries<HeaderMap> {
  const table = new Map<Field, string>();
  const headings = new Set<string>();
  const faults: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const [name, heading] = parts(entry) ?? ['', ''];
    const field = FIELDS.find((one) => one === name);
    if (field === undefined || heading === '') {
      faults.push(`entry ${index + 1} is not <field>=<heading> with a field of ${FIELDS.join(', ')}`);
    } else if (table.has(field)) {
      faults.push(`entry ${index + 1} states ${field} a second time`);
    } else if (headings.has(headingKey(heading))) {
      faults.push(`entry ${index + 1} uses a heading a second time`);
    } else {
      table.set(field, heading);
      headings.add(headingKey(heading));
    }
  }
  for (const field of REQUIRED_FIELDS) if (!table.has(field)) faults.push(`${field} is required`);
  return { table, faults };
}

/** Entries `STATE=word` as a table; without any, the hub's own words. `STATE=` gives a meaning to an empty cell. */
export function readStateWords(entries: readonly string[]): ReadEntries<StateWords> {
  const states = Object.values(MembershipState);
  if (entries.length === 0) return { table: new Map(states.map((state) => [state, state])), faults: [] };
  const table = new Map<string, MembershipState>();
  const faults: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const [name, word] = parts(entry) ?? ['', ''];
    const state = states.find((one) => one === name);
    if (state === undefined)
      faults.push(`entry ${index + 1} is not <STATE>=<word> with a state of ${states.join(', ')}`);
    else if (table.has(word.toUpperCase())) faults.push(`entry ${index + 1} gives a word a second meaning`);
    else table.set(word.toUpperCase(), state);
  }
  return { table, faults };
}
