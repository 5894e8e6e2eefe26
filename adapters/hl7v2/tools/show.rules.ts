/** A message taken apart into the values that are in it, each with its place and the name that its version has for it. */
import type { Er7Message, Er7Segment } from '../er7/message.js';
import type { Names } from '../er7/names.js';

/** One value. */
export interface ShownValue {
  /** As `PID-3[2].1`; the number of a repetition only from the second on, of a part only where there are several. */
  readonly path: string;
  /** Names of the field, its component and its subcomponent; null where the version has none. */
  readonly name: string | null;
  /** Without escapes; null: `""`, which says that there is none. */
  readonly value: string | null;
}

/** One segment. */
export interface ShownSegment {
  readonly segment: string;
  readonly name: string | null;
  /** Groups that it lies in, from the outermost, as `PATIENT[2]`; none where the structure is unknown. */
  readonly groups: readonly string[];
  /** False for one that the structure of its message does not have there; null where the structure is unknown. */
  readonly isExpected: boolean | null;
  readonly values: readonly ShownValue[];
}

/** One message. */
export interface ShownMessage {
  /** As `ADT^A01`. */
  readonly type: string;
  readonly name: string | null;
  readonly version: string | null;
  /** Version whose names these are. */
  readonly namesOf: string;
  readonly segments: readonly ShownSegment[];
}

/** Types that are one text whatever stands in it. */
const WHOLE: readonly string[] = ['TX', 'FT', 'ST'];

/** Type of a field; of OBX-5 its segment says it. */
function typeOf(segment: Er7Segment, field: number, names: Names): string | null {
  if (segment.name === 'OBX' && field === 5) return segment.text(2)?.trim() ?? null;
  return names.field(segment.name, field)?.type ?? null;
}

/** Parts of a text between delimiters that hold something, with their numbers. */
function partsOf(raw: string, delimiter: string): readonly (readonly [number: number, raw: string])[] {
  if (raw === '""') return [[1, raw]];
  return raw.split(delimiter).flatMap((part, index) => (part === '' ? [] : [[index + 1, part] as const]));
}

const joined = (...titles: readonly (string | null | undefined)[]): string | null => {
  // Dictionaries call a component what its field is called already.
  const known = titles.filter((title, index) => title && titles.indexOf(title) === index);
  return known.length === 0 ? null : known.join(' / ');
};

/** Values of one field. */
function valuesOf(message: Er7Message, segment: Er7Segment, field: number, names: Names): ShownValue[] {
  const { delimiters } = message;
  const place = `${segment.name}-${field}`;
  const title = names.field(segment.name, field)?.title ?? null;
  const type = typeOf(segment, field, names);
  const isHeader = segment === message.header && field <= 2;
  if (isHeader || (type !== null && WHOLE.includes(type) && segment.raw(field) !== ''))
    return [{ path: place, name: title, value: segment.whole(field) }];
  return segment.repetitions(field).flatMap((raw, index) => {
    const repeated = index === 0 ? place : `${place}[${index + 1}]`;
    return partsOf(raw, delimiters.component).flatMap(([component, part]) => {
      const ofComponent = type === null ? null : names.part(type, component);
      const isAlone = !raw.includes(delimiters.component);
      return partsOf(part, delimiters.subcomponent).map(([subcomponent]) => {
        const isWhole = !part.includes(delimiters.subcomponent);
        const path = isAlone && isWhole ? repeated : `${repeated}.${component}`;
        const ofPart = isWhole ? null : names.part(ofComponent?.type ?? '', subcomponent);
        return {
          path: isWhole ? path : `${path}.${subcomponent}`,
          name: joined(title, isAlone && isWhole ? null : ofComponent?.title, ofPart?.title),
          value: segment.stated(field, component, subcomponent, index + 1) ?? null,
        };
      });
    });
  });
}

/** A message with its names. */
export function shownMessage(message: Er7Message, names: Names): ShownMessage {
  const places = names.places(message);
  const segments = message.segments.map((segment, index): ShownSegment => {
    const place = places?.[index] ?? null;
    const fields = Array.from({ length: segment.fieldCount }, (_, field) => field + 1);
    return {
      segment: segment.name,
      name: names.segment(segment.name),
      groups: place?.groups.map(({ name, number }) => (number === 1 ? name : `${name}[${number}]`)) ?? [],
      isExpected: place?.isExpected ?? null,
      values: fields.flatMap((field) => valuesOf(message, segment, field, names)),
    };
  });
  const { header } = message;
  const event = header.text(9, 2);
  return {
    type: [header.text(9, 1) ?? '', ...(event === null ? [] : [event])].join('^'),
    name: names.message(message),
    version: header.text(12),
    namesOf: names.version,
    segments,
  };
}
