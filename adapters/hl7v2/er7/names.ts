/** Names of segments, fields and parts by version, from the dictionaries of `hl7v2-dictionary`; for people to read, on no message's way. */
import type { HL7Dictionary, HL7FieldDefinition } from 'hl7v2-dictionary';
import type { Er7Message } from './message.js';
import { type Place, placesOf } from './structure.rules.js';

/** What a field or component is. */
export interface PartName {
  readonly title: string;
  /** Data type, as `CX`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly repeats: boolean;
}

/** The names of a version. */
export interface Names {
  /** Version whose names these are. */
  readonly version: string;
  /** False when the message's own version has no dictionary: these are the names of the nearest before it, or of the newest. */
  readonly isKnownVersion: boolean;
  /** Name of a segment; null for one that the version does not have, as those of Z are. */
  segment(name: string): string | null;
  field(segment: string, field: number): PartName | null;
  /** Part of a type: a component of a field's type, or a subcomponent of a component's. */
  part(type: string, part: number): PartName | null;
  /** Name of a message by its event (MSH-9.1 and 9.2), else by its type alone, as of ACK; never by MSH-9.3, which events share. Null when unknown. */
  message(message: Er7Message): string | null;
  /** Groups that each segment lies in by the structure of the message, in the order of its segments; null when its structure is unknown. */
  places(message: Er7Message): readonly Place[] | null;
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | null {
  return record !== undefined && Object.hasOwn(record, key) ? record[key]! : null;
}

function partName(definition: HL7FieldDefinition | null): PartName | null {
  if (definition === null) return null;
  const { type, desc, opt, rep } = definition;
  return { title: desc ?? '', type, isRequired: opt === 'R', repeats: rep !== undefined && rep !== 1 };
}

/** By which keys dictionaries may have a message: its type, its event, and the structure that it states. */
function keysOf({ header }: Er7Message): Readonly<Record<'type' | 'event' | 'structure', string | null>> {
  const [type, event] = [header.text(9, 1), header.text(9, 2)];
  return { type, event: event === null ? type : `${type}_${event}`, structure: header.text(9, 3) };
}

function namesIn(dictionary: HL7Dictionary, isKnownVersion: boolean): Names {
  const { segments, types, messages, version } = dictionary;
  /** The first of some keys that the version has. */
  const definitionOf = (...keys: readonly (string | null)[]) =>
    keys.map((key) => (key === null ? null : own(messages, key))).find((found) => found !== null) ?? null;
  return {
    version,
    isKnownVersion,
    segment: (name) => own(segments, name)?.desc ?? null,
    field: (segment, field) => partName(own(own(segments, segment)?.fields, String(field))),
    part: (type, part) => partName(own(own(types, type)?.fields, String(part))),
    message: (message) => {
      const { event, type } = keysOf(message);
      return definitionOf(event, type)?.desc ?? null;
    },
    places: (message) => {
      const keys = keysOf(message);
      const structure = definitionOf(keys.structure, keys.event)?.segments;
      if (structure === undefined) return null;
      return placesOf(
        structure,
        message.segments.map(({ name }) => name),
      );
    },
  };
}

/** `2.3.1` as a number that compares with others; null for what is no version. */
function versionNumber(version: string): number | null {
  const match = /^([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{1,2}))?$/.exec(version);
  if (match === null) return null;
  return Number(match[1]) * 10_000 + Number(match[2]) * 100 + Number(match[3] ?? 0);
}

/** Names of a message's version (MSH-12.1). The first call loads the dictionaries, which takes a second. */
export async function namesOf(version: string | null): Promise<Names> {
  const { dictionaries } = await import('hl7v2-dictionary');
  const all = Object.values(dictionaries).sort(
    (one, other) => versionNumber(one.version)! - versionNumber(other.version)!,
  );
  const exact = all.find((dictionary) => dictionary.version === version);
  if (exact !== undefined) return namesIn(exact, true);
  const number = versionNumber(version ?? '');
  const before =
    number === null ? undefined : all.findLast((dictionary) => versionNumber(dictionary.version)! <= number);
  return namesIn(before ?? (number === null ? all.at(-1)! : all[0]!), false);
}
