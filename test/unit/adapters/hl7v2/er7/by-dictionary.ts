/** Fields of a message as the package `hl7v2` reads them, hardened so that it changes no value. */

import { HL7Message } from 'hl7v2';
import {
  dictionaries,
  type HL7DataTypeDefinition,
  type HL7Dictionary,
  type HL7Version,
} from 'hl7v2-dictionary';

const SENTINEL = '\ue000';

function withoutCodecs<T extends { encode?: unknown; decode?: unknown }>(definition: T): T {
  const { encode: _encode, decode: _decode, ...rest } = definition;
  return rest as T;
}

/** The dictionary without what turns texts into values and back: `19800101` stays itself. */
function hardened(dictionary: HL7Dictionary): HL7Dictionary {
  const raw = dictionary.extend({});
  for (const [name, type] of Object.entries(raw.types)) {
    const plain: HL7DataTypeDefinition = withoutCodecs(type);
    if (plain.fields)
      plain.fields = Object.fromEntries(
        Object.entries(plain.fields).map(([at, field]) => [at, withoutCodecs(field)]),
      );
    raw.types[name] = plain;
  }
  for (const segment of Object.values(raw.segments))
    segment.fields = Object.fromEntries(
      Object.entries(segment.fields).map(([at, field]) => [at, withoutCodecs(field)]),
    );
  return raw;
}

let all: Record<HL7Version, HL7Dictionary> | null = null;

/** Segments as names and fields as they are written. */
export async function fieldsByDictionary(text: string): Promise<[string, string[]][]> {
  all ??= Object.fromEntries(
    Object.entries(dictionaries).map(([version, dictionary]) => [version, hardened(dictionary)]),
  ) as Record<HL7Version, HL7Dictionary>;
  const [head, body] = [text.slice(0, 8), text.slice(8)];
  const message = HL7Message.parse(
    head +
      body
        .replaceAll('\\', SENTINEL)
        .replaceAll(/\r\n|\n/g, '\r')
        .replaceAll(/\r+/g, '\r'),
    { dictionaries: all },
  );
  const written = message.toHL7String({
    serializeSubComponent: (_subcomponent, serialized) => serialized,
  });
  return written
    .split('\r')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line
        .split('|')
        .slice(1)
        .map((field, at) => (line.startsWith('MSH') && at === 0 ? field : restored(field)));
      while (fields.at(-1) === '') fields.pop();
      return [line.slice(0, 3), line.startsWith('MSH') ? ['|', ...fields] : fields];
    });
}

function restored(field: string): string {
  return field
    .replaceAll('\\T\\', '&')
    .replaceAll(/\\X([0-9A-F]+)\\/g, (_all, hex: string) => Buffer.from(hex, 'hex').toString())
    .replaceAll(SENTINEL, '\\');
}
