/** Numbers of documents and messages: the same for ever, short, and never shared. */
import { base32, documentNumber, messageNumber } from '../../../src/core/document-numbers.js';

const VERSION = '01997d3c-6d2e-7a31-9c51-0a4b5f3e2d1c';

it.each([
  // RFC 4648, section 10.
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base 32 of %p', (text, expected) => {
  expect(base32(Buffer.from(text))).toBe(expected);
});

it('a message has the number it always had', () => {
  expect(messageNumber(VERSION, 'northmoor', 'FILE')).toBe('BMGJPB2N44VIZ7YWPLFV');
  expect(messageNumber(VERSION, 'northmoor', 'WITHDRAW')).toBe('UWRCF3ZZ6PDI233T7GUX');
});

it('no two of version, destination and operation share one', () => {
  const numbers = [VERSION, VERSION.replace(/c$/, 'd')].flatMap((version) =>
    ['northmoor', 'southmoor'].flatMap((destination) =>
      (['FILE', 'WITHDRAW'] as const).map((operation) => messageNumber(version, destination, operation)),
    ),
  );
  expect(new Set(numbers).size).toBe(8);
  for (const number of numbers) expect(number).toMatch(/^[A-Z2-7]{20}$/);
});

it('a document has one number in all its versions', () => {
  expect(documentNumber(VERSION)).toBe('AGMX2PDNFZ5DDHCRBJFV6PRNDQ');
  expect(documentNumber(VERSION)).toMatch(/^[A-Z2-7]{26}$/);
});
