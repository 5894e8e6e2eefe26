/** Any bytes through the reader of HL7 v2: they are read or refused, nothing else happens, and it takes little time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { BatchFault, splitBatch } from '../../adapters/hl7v2/er7/batch.js';
import { decode, encode } from '../../adapters/hl7v2/er7/charset.js';
import { CHARSETS, type Charset } from '../../adapters/hl7v2/er7/charset-names.js';
import { escapeText, plainText } from '../../adapters/hl7v2/er7/escapes.js';
import { Er7Fault, Er7Message, type Er7Segment } from '../../adapters/hl7v2/er7/message.js';
import { parseTime } from '../../adapters/hl7v2/er7/times.js';
import { NASTY } from '../unit/adapters/hl7v2/er7/nasty.js';

const FOLDER = join(import.meta.dirname, '../fixtures/hl7v2/microsoft-fhir-converter');
const SAMPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.hl7'))
  .map((name) => readFileSync(join(FOLDER, name)));
/** What mutations start from; the long ones left out, so that many are tried. */
const STARTS = [...SAMPLES, ...NASTY.map(({ bytes }) => bytes)].filter(({ length }) => length < 8_000);

/** Sets that are decoded, and of which only ASCII is encoded. */
const ONE_WAY: readonly Charset[] = ['GB 18030-2000', 'BIG-5', 'KS X 1001'];

/** How often bytes were read, and how often refused. */
export interface Tally {
  read: number;
  refused: number;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Reads everything of a segment in every way. */
function readSegment(segment: Er7Segment): void {
  const fields: string[] = [];
  for (let field = 1; field <= segment.fieldCount; field++) {
    fields.push(segment.raw(field));
    const whole = segment.whole(field);
    const repetitions = segment.repetitions(field);
    repetitions.forEach((raw, at) => {
      const components = segment.components(field, at + 1);
      check(raw === '' || components.length > 0, 'components');
    });
    for (const component of [1, 2, 5])
      for (const subcomponent of [1, 2])
        for (const repetition of [1, repetitions.length]) {
          const stated = segment.stated(field, component, subcomponent, repetition);
          const text = segment.text(field, component, subcomponent, repetition);
          check(text === (stated ?? null), 'text');
        }
    if (whole !== null && whole.length < 40) parseTime(whole);
  }
  check(segment.content.startsWith(segment.name), 'name');
}

/** Reads a text as a message; whatever it says, no value can be made to part another. */
function readMessage(text: string, charset: Charset): void {
  const message = Er7Message.parse(text, { charset });
  check(message.toString() === text, 'written');
  const { delimiters } = message;
  for (const segment of message.segments) {
    readSegment(segment);
    const isHeader = segment.name === 'MSH';
    const parts = Array.from({ length: segment.fieldCount }, (_none, at) => segment.raw(at + 1));
    const written = isHeader
      ? `MSH${parts[0]}${parts.slice(1).join(delimiters.field)}`
      : [segment.name, ...parts].join(delimiters.field);
    check(written === segment.content, 'fields');
    const value = segment.whole(segment.fieldCount) ?? '';
    check(plainText(escapeText(value, delimiters), delimiters, charset) === value, 'escapes');
  }
}

/** One input, in every way that bytes come into the adapter. Throws for anything but reading and refusing. */
export function readBytes(bytes: Buffer, declared: Charset, tally: Tally): void {
  const decoded = decode(bytes, declared);
  if ('fault' in decoded) {
    check(decoded.at === null || (decoded.at >= 0 && decoded.at < bytes.length), 'place');
    tally.refused += 1;
    return;
  }
  const again = encode(decoded.text, decoded.charset, decoded.hasMark);
  if (!ONE_WAY.includes(decoded.charset))
    check(again instanceof Uint8Array && bytes.equals(again), `bytes of ${decoded.charset}`);
  try {
    readMessage(decoded.text, decoded.charset);
    tally.read += 1;
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    check(/^[A-Z_]+ in segment [0-9]+$/.test(error.message), 'a fault that quotes');
    tally.refused += 1;
  }
}

/** The same bytes as a file of messages. What is split is together no more than there was. */
export async function readFile(bytes: Buffer, declared: Charset): Promise<void> {
  let total = 0;
  try {
    for await (const item of splitBatch([bytes.subarray(0, 700), bytes.subarray(700)], { declared })) {
      if (item.kind !== 'MESSAGE') continue;
      total += item.bytes.length;
      check(bytes.includes(item.bytes), 'a message that is not in the file');
    }
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
    check(/^[A-Z_]+ in line [0-9]+$/.test(error.message), 'a fault that quotes');
  }
  check(total <= bytes.length, 'more than there was');
}

const byte = fc.integer({ min: 0, max: 255 });
const piece = fc.oneof(
  byte.map((one) => Buffer.of(one)),
  fc
    .constantFrom(
      ...[
        '|',
        '^',
        '~',
        '\\',
        '&',
        '"',
        '""',
        '\r',
        '\n',
        '\r\n',
        '\\X',
        '\\.br\\',
        '\\.sp99\\',
        '\\E\\',
        '\\XC3A9\\',
      ],
      ...[
        'MSH|^~\\&|',
        '\rMSH|^~\\&|',
        '\rPID|',
        '\rBTS|1\r',
        'FHS|^~\\&|\r',
        'BHS|^~\\&|\r',
        '\ufeff',
        '\0',
        '\u2028',
      ],
    )
    .map((text) => Buffer.from(text)),
);
/** A change: where (a share of the length), how many bytes go, what comes, and how often. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(400)),
  put: piece,
  times: fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(300) }),
});

/** Samples and nasty messages, changed in up to six places; one in five joined with another. */
export const MUTATED = fc
  .record({
    start: fc.constantFrom(...STARTS),
    behind: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(...STARTS)),
    changes: fc.array(change, { maxLength: 6 }),
    declared: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Charset>('8859/1') },
      fc.constantFrom(...CHARSETS),
    ),
  })
  .map(({ start, behind, changes, declared }) => {
    let bytes: Buffer = behind === null ? start : Buffer.concat([start, behind]);
    for (const { at, gone, put, times } of changes) {
      const from = Math.floor(at * bytes.length);
      const filling = Array.from({ length: times }, () => put);
      bytes = Buffer.concat([bytes.subarray(0, from), ...filling, bytes.subarray(from + gone)]);
    }
    return { bytes, declared };
  });

const MIB = 1024 * 1024;
const HEAD = 'MSH|^~\\&|A|B|C|D|20260115||ADT^A01|1|P|2.4\r';

function flood(name: string, unit: string, before = `${HEAD}OBX|1|TX|N||`): readonly [string, Buffer] {
  const count = Math.floor((MIB - before.length) / Buffer.byteLength(unit));
  return [name, Buffer.from(before + unit.repeat(count))];
}

/** Inputs of 1 MiB that a careless reader takes long over. */
export const FLOODS: readonly (readonly [name: string, bytes: Buffer])[] = [
  flood('bars', '|'),
  flood('carets', '^'),
  flood('tildes', '~'),
  flood('ampersands', '&'),
  flood('backslashes', '\\'),
  flood('every delimiter', '|^~&'),
  flood('quotes', '""|'),
  flood('letters', 'x'),
  flood('two-byte letters', 'é'),
  flood('faces', '😀'),
  flood('line feeds of escapes', '\\X0A\\'),
  flood('bytes of letters', '\\XC3\\\\XA9\\'),
  flood('bytes that are none', '\\XC3\\'),
  flood('half a sequence', '\\X'),
  flood('one long sequence of hexadecimal', '41', `${HEAD}OBX|1|TX|N||\\X`),
  flood('a sequence that ends where hexadecimal does not', '41', `${HEAD}OBX|1|TX|N||\\XG\\X`),
  flood('line breaks', '\\.br\\'),
  flood('skipped lines', '\\.sp99\\'),
  flood('skipped spaces', '\\.sk99\\'),
  flood('highlighting', '\\H\\\\N\\'),
  flood('local sequences', '\\Zx\\'),
  flood('a bar and a backslash', '|\\'),
  flood('line ends', '\r'),
  flood('both line ends', '\r\n\n'),
  flood('segments', 'A01|\r', HEAD),
  flood('names', 'A01\r', HEAD),
  flood('headers', HEAD, ''),
  flood('a header without end', '|x', 'MSH|^~\\&'),
  flood('MSH-18 repeated', 'ASCII~', 'MSH|^~\\&||||||||||||||||'),
  flood('no header at all', 'M', ''),
  flood('noughts', '\0', ''),
  flood('digits as a time', '2', `${HEAD}EVN||`),
  flood('other delimiters', '$%*!@', 'MSH$%*!@$A\rOBX$1$'),
];

/** Milliseconds of this thread that a piece of work takes; where that is too many, the least of six runs, so that no rubbish of others is counted. */
export function cpuMs(work: () => void, most: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 6 && least >= most; run++) {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
