/** Writing: values become a message in which nothing parts but what is meant to. */
import fc from 'fast-check';
import { type Delimiters, USUAL_DELIMITERS } from '../../../../../adapters/hl7v2/er7/delimiters.js';
import { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';
import {
  components,
  DELETED,
  type Er7Value,
  formatted,
  repetitions,
  segment,
  writeMessage,
  writeSegment,
  writeValue,
} from '../../../../../adapters/hl7v2/er7/write.js';

const OTHERS: Delimiters = {
  field: '$',
  component: '%',
  repetition: '*',
  escape: '!',
  subcomponent: '@',
  truncation: '#',
};

test('a message', () => {
  const text = writeMessage([
    segment('MSH', { 3: 'IPSHUB', 9: components('MDM', 'T02', 'MDM_T02'), 10: 'A1', 12: '2.4' }),
    segment('PID', {
      1: '1',
      3: repetitions(
        components('9434765919', null, null, 'NHS', 'NH'),
        components('77', null, null, ['RXX', '1.2', 'ISO'], 'MR'),
      ),
      5: components('O|Neil', 'Jo^', undefined),
      7: DELETED,
      8: null,
    }),
    segment('OBX', { 1: '1', 2: 'FT', 5: formatted('one\ntwo & three') }),
    segment('OBX', { 1: '2', 2: 'TX', 5: 'one\ntwo' }),
    segment('ZZZ', {}),
  ]);
  expect(text.split('\r')).toEqual([
    'MSH|^~\\&|IPSHUB||||||MDM^T02^MDM_T02|A1||2.4',
    'PID|1||9434765919^^^NHS^NH~77^^^RXX&1.2&ISO^MR||O\\F\\Neil^Jo\\S\\||""',
    'OBX|1|FT|||one\\.br\\two \\T\\ three',
    'OBX|2|TX|||one\\X0A\\two',
    'ZZZ',
    '',
  ]);
  const parsed = Er7Message.parse(text);
  expect(parsed.first('PID')!.text(5)).toBe('O|Neil');
  expect(parsed.first('PID')!.stated(7)).toBeNull();
});

test('other delimiters', () => {
  expect(
    writeMessage(
      [segment('MSH', { 3: 'A|$' }), segment('ZZZ', { 2: components('a%', ['b@', 'c']) })],
      OTHERS,
    ),
  ).toBe('MSH$%*!@#$A|!F!\rZZZ$$a!S!%b!T!@c\r');
});

test('headers of batches take their delimiters as the header of a message does; what is given for them is not written', () => {
  expect(writeSegment(segment('BHS', { 1: 'x', 2: 'y', 3: 'A' }))).toBe('BHS|^~\\&|A');
  expect(writeSegment(segment('FHS', { 3: 'A' }))).toBe('FHS|^~\\&|A');
  expect(writeSegment(segment('BTS', { 1: '2' }))).toBe('BTS|2');
});

test('what is empty at an end is not written, what is empty between is', () => {
  expect(writeValue(components(null, '', undefined))).toBe('');
  expect(writeValue(components('a', null, ['', null], null))).toBe('a');
  expect(writeValue(repetitions(null, 'a', null))).toBe('~a');
  expect(writeValue(components([null, 'b']))).toBe('&b');
  expect(writeSegment(segment('ZZZ', { 3: 'a', 5: '' }))).toBe('ZZZ|||a');
});

test('a text that is two quotes deletes nothing', () => {
  const parsed = Er7Message.parse(writeMessage([segment('MSH', { 3: '""' }), segment('ZZZ', { 1: '""' })]));
  expect([parsed.header.stated(3), parsed.first('ZZZ')!.stated(1)]).toEqual(['""', '""']);
});

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.constantFrom('|', '\\', '""', '\r', 'a^b', '~', '\\.br\\'),
);
const leaf = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.constant(DELETED) },
  {
    weight: 1,
    arbitrary: fc.constant(null),
  },
);

type Leaf = string | null | typeof DELETED;
type Nested = Leaf | readonly Nested[];

/** True for `""` and nothing behind it, on whatever level: all its parts are deleted. */
function isDeleted(value: Nested): boolean {
  if (!isNested(value)) return value === DELETED;
  return isDeleted(value[0]!) && value.slice(1).every(isEmpty);
}

function isEmpty(value: Nested): boolean {
  return isNested(value) ? value.every(isEmpty) : value === null;
}

function isNested(value: Nested): value is readonly Nested[] {
  return Array.isArray(value);
}

test('values come back from where they were put, for every value and both sets of delimiters; 1,000 messages', () => {
  const few = { minLength: 1, maxLength: 3 };
  const field = fc.array(fc.array(fc.array(leaf, few), few), few);
  const fields = fc.dictionary(fc.integer({ min: 1, max: 9 }).map(String), field, { maxKeys: 4 });
  fc.assert(
    fc.property(fields, fc.constantFrom(USUAL_DELIMITERS, OTHERS), (given, delimiters) => {
      const values: Record<number, Er7Value> = {};
      for (const [at, value] of Object.entries(given))
        values[Number(at)] = repetitions(...value.map((parts) => components(...parts)));
      const parsed = Er7Message.parse(
        writeMessage([segment('MSH', {}), segment('ZZZ', values), segment('END', {})], delimiters),
      );
      expect(parsed.segments.map(({ name }) => name)).toEqual(['MSH', 'ZZZ', 'END']);
      const written = parsed.first('ZZZ')!;
      for (const [at, value] of Object.entries(given))
        for (const [repetition, parts] of value.entries())
          for (const [component, leaves] of parts.entries())
            for (const [subcomponent, one] of leaves.entries()) {
              const isGone = one === DELETED || [value, parts, leaves].some(isDeleted);
              const place = [component + 1, subcomponent + 1, repetition + 1] as const;
              const expected = isGone ? null : (one ?? undefined);
              expect(written.stated(Number(at), ...place)).toBe(expected);
            }
    }),
    { numRuns: 1_000 },
  );
});
