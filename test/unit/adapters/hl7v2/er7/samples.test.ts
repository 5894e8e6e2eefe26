/** Bar 4.1: every sample and every nasty message read, written back byte for byte, and read as others read it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hl7Message } from '@medplum/core';
import { decode, encode } from '../../../../../adapters/hl7v2/er7/charset.js';
import type { Charset } from '../../../../../adapters/hl7v2/er7/charset-names.js';
import { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';
import { fieldsByDictionary } from './by-dictionary.js';
import { NASTY, statedAt } from './nasty.js';

const FOLDER = join(import.meta.dirname, '../../../../fixtures/hl7v2/microsoft-fhir-converter');
const SAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.hl7'));
const sample = (name: string): Buffer => readFileSync(join(FOLDER, name));

/** Reads a message and checks that it is written back as it came. */
function read(bytes: Buffer, declared: Charset = 'UTF-8'): Er7Message {
  const decoded = decode(bytes, declared);
  if ('fault' in decoded) throw new Error(decoded.fault);
  const message = Er7Message.parse(decoded.text, { charset: decoded.charset });
  const written = encode(message.toString(), decoded.charset, decoded.hasMark);
  expect(written).toBeInstanceOf(Uint8Array);
  expect(Buffer.compare(bytes, written as Uint8Array)).toBe(0);
  return message;
}

/** Segments as name and fields, fields as repetitions of components, as they are written. */
type Parts = readonly (readonly [name: string, fields: readonly (readonly (readonly string[])[])[]])[];

function ours(message: Er7Message): Parts {
  return message.segments.map((segment) => {
    const first = segment.name === 'MSH' ? 2 : 1;
    const numbers = Array.from({ length: segment.fieldCount - first + 1 }, (_none, at) => at + first);
    return [
      segment.name,
      numbers.map((field) =>
        // An empty field or repetition is one empty component there, and none here.
        field === 2 && segment.name === 'MSH'
          ? [[segment.raw(2)]]
          : (segment.raw(field) === '' ? [''] : segment.repetitions(field)).map((raw, at) =>
              raw === '' ? [''] : segment.components(field, at + 1),
            ),
      ),
    ];
  });
}

function medplums(text: string): Parts {
  return (
    Hl7Message.parse(text)
      // A line end at the end of the text is a segment without a name there.
      .segments.filter((segment) => segment.name !== '')
      .map((segment) => [
        segment.name,
        segment.fields.slice(1).map((field, at) =>
          // Its own delimiters part MSH-2 there.
          segment.name === 'MSH' && at === 0 ? [[field.toString()]] : field.components,
        ),
      ])
  );
}

test('all the shared samples are here', () => {
  expect(SAMPLES).toHaveLength(139);
  expect(readFileSync(join(FOLDER, 'LICENSE'), 'utf8')).toContain('MIT License');
});

test.each(SAMPLES)('%s: written back byte for byte, and the fields of @medplum/core', (name) => {
  const message = read(sample(name));
  expect(ours(message)).toEqual(medplums(message.toString()));
});

/** Where @medplum/core reads something else, and why it is not right. */
const MEDPLUM_DIFFERS: Readonly<Record<string, string>> = {
  'blank lines before the header': 'refuses a header that is not the very first',
};

function medplumOf(text: string): Parts | 'REFUSED' {
  try {
    return medplums(text);
  } catch {
    return 'REFUSED';
  }
}

test('there are at least sixty nasty messages, each with a name of its own', () => {
  expect(NASTY.length).toBeGreaterThanOrEqual(60);
  expect(new Set(NASTY.map(({ name }) => name)).size).toBe(NASTY.length);
});

test.each(NASTY)('$name', ({ name, bytes, reads, declared }) => {
  const message = read(bytes, declared);
  for (const [place, value] of Object.entries(reads))
    expect([place, statedAt(message, place)]).toEqual([place, value]);
  const others = medplumOf(message.toString());
  if (name in MEDPLUM_DIFFERS) expect(others).not.toEqual(ours(message));
  else expect(others).toEqual(ours(message));
});

describe('a second opinion: the dictionary’s own reader, made to leave values as they are', () => {
  test.each(SAMPLES.filter((_name, at) => at % 6 === 0))('%s', async (name) => {
    const message = read(sample(name));
    const dictionary = await fieldsByDictionary(message.toString());
    const here = message.segments.map((segment) => [
      segment.name,
      Array.from({ length: segment.fieldCount }, (_none, at) => segment.raw(at + 1)),
    ]);
    expect(dictionary).toEqual(withoutEmptyEnds(here as [string, string[]][]));
  });
});

/** Fields without what is empty at the end of a field, a component or the segment, which that reader does not write. */
function withoutEmptyEnds(segments: readonly [string, string[]][]): unknown {
  const trimmed = (raw: string): string =>
    raw
      .split('~')
      .map((repetition) =>
        repetition
          .split('^')
          .map((component) => component.replace(/&+$/, ''))
          .join('^')
          .replace(/\^+$/, ''),
      )
      .join('~');
  return segments.map(([name, fields]) => {
    const kept = fields.map((raw, at) => (name === 'MSH' && at < 2 ? raw : trimmed(raw)));
    while (kept.at(-1) === '') kept.pop();
    return [name, kept];
  });
}
