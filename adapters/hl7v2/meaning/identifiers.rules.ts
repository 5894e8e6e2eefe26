/** Identifiers of a patient in a field of type CX, as UK systems send them. */
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { isPlainCode } from '../../../src/core/plain-line.js';
import type { Er7Segment } from '../er7/message.js';
import { MeaningFault } from './fault.js';
import type { MeaningRules } from './meaning-settings.js';

/** One repetition of a CX field. */
export interface Identifier {
  /** Null: `""`, there is none of this kind. */
  readonly value: string | null;
  /** CX.4.1, else the facility CX.6.1; null when neither is stated. */
  readonly authority: string | null;
  /** CX.5; null when it is not stated. */
  readonly type: string | null;
}

/** Characters of an id at most. */
const MOST_ID = 100;

/** Every repetition of the field that holds something. */
export function identifiersIn(segment: Er7Segment, field: number): readonly Identifier[] {
  return segment.repetitions(field).flatMap((_, index) => {
    const at = (component: number): string | null =>
      segment.text(field, component, 1, index + 1)?.trim() || null;
    const stated = segment.stated(field, 1, 1, index + 1);
    if (stated === undefined || stated?.trim() === '') return [];
    return [{ value: stated?.trim() ?? null, authority: at(4) ?? at(6), type: at(5) }];
  });
}

/** `<number>^^^NHS^NH` (HL7 UK A.3), and what is seen in its stead: authority alone, type alone, type `NHS`. */
export function isNhsNumber({ authority, type }: Identifier): boolean {
  return authority === 'NHS' || type === 'NH' || type === 'NHS';
}

/** True for a text that can be kept as an id. */
export function isUsableId(text: string): boolean {
  return text.length <= MOST_ID && isPlainCode(text);
}

/** The text as an id that can be kept. @throws MeaningFault */
export function usableId(text: string, place: string): string {
  if (!isUsableId(text)) throw new MeaningFault(place);
  return text;
}

/** The record system's own id among them: by the site's authority, or the only one of the site's types. */
export function ownIds(identifiers: readonly Identifier[], rules: MeaningRules): readonly string[] {
  const own = identifiers.filter((one) => {
    if (one.value === null || isNhsNumber(one)) return false;
    if (rules.idAuthority !== null && one.authority !== rules.idAuthority) return false;
    return one.type === null ? rules.idAuthority !== null : rules.idTypes.includes(one.type);
  });
  return [...new Set(own.map(({ value }) => value!))];
}

/** The record system's own id in a field. @throws MeaningFault when there is none, or more than one. */
export function ownId(segment: Er7Segment, field: number, rules: MeaningRules): string {
  const place = `${segment.name}-${field}`;
  const ids = ownIds(identifiersIn(segment, field), rules);
  if (ids.length !== 1) throw new MeaningFault(place);
  return usableId(ids[0]!, place);
}

/**
 * What the identifiers say of the NHS number: undefined: nothing; null: that there is none, or none that can be believed,
 * as two different ones or one whose check digit is wrong.
 */
export function nhsNumberIn(identifiers: readonly Identifier[]): string | null | undefined {
  const numbers = identifiers.filter(isNhsNumber);
  if (numbers.length === 0) return undefined;
  const valid = new Set(
    numbers.flatMap(({ value }) => (value === null ? [] : (parseNhsNumber(value) ?? []))),
  );
  return valid.size === 1 ? [...valid][0]! : null;
}
