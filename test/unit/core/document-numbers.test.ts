/** Numbers of documents and messages: the same for ever, short, and never shared. */
import { createHash } from 'node:crypto';
import { isBatch } from 'node-hl7-client';
import {
  base32,
  controlIdOf,
  documentNumber,
  messageNumber,
  newNumber,
  numberIn,
} from '../../../src/core/document-numbers.js';

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
  expect(messageNumber(VERSION, 'northmoor', 'FILE')).toBe('BMGJPB2N44VIZ');
  expect(messageNumber(VERSION, 'northmoor', 'WITHDRAW')).toBe('UWRCF3ZZ6PDI2');
});

it('no two of version, destination and operation share one', () => {
  const numbers = [VERSION, VERSION.replace(/c$/, 'd')].flatMap((version) =>
    ['northmoor', 'southmoor'].flatMap((destination) =>
      (['FILE', 'WITHDRAW'] as const).map((operation) => messageNumber(version, destination, operation)),
    ),
  );
  expect(new Set(numbers).size).toBe(8);
  for (const number of numbers) expect(number).toMatch(/^[A-Z2-7]{13}$/);
});

it('a document has one number in all its versions', () => {
  expect(documentNumber(VERSION)).toBe('AGMX2PDNFZ5DDHCRBJFV6PRNDQ');
  expect(documentNumber(VERSION)).toMatch(/^[A-Z2-7]{26}$/);
});

it('a message is known by what it does, and by what it says', () => {
  const number = messageNumber(VERSION, 'northmoor', 'FILE');
  const one = controlIdOf(number, 'PID|1||7');
  expect(one).toBe(controlIdOf(number, 'PID|1||7'));
  expect(one).toMatch(/^BMGJPB2N44VIZ[A-Z2-7]{7}$/);
  expect(controlIdOf(number, 'PID|1||8')).not.toBe(one);
  expect(numberIn(one)).toBe(number);
  expect(numberIn('QRY-ABCDEFGHIJKLMNOP')).toBe('QRY-ABCDEFGHIJKLMNOP');
});

describe('no number ends in what an engine takes for the header of another message', () => {
  const number = messageNumber(VERSION, 'northmoor', 'FILE');

  it.each([
    ['MSH', 20_138],
    ['BHS', 20_156],
    ['FHS', 30_476],
    ['BTS', 41_062],
    ['FTS', 5_449],
  ])('%s, where the content would bring it about', (name, nth) => {
    const content = `Note ${nth}`;
    const plain = base32(createHash('sha256').update(content).digest()).slice(0, 7);
    expect(plain.slice(-3)).toBe(name);
    const controlId = controlIdOf(number, content);
    expect(controlId).toMatch(/^BMGJPB2N44VIZ[A-Z2-7]{7}$/);
    expect(controlId.slice(-3)).not.toBe(name);
    expect(numberIn(controlId)).toBe(number);
  });

  it('such an engine reads one message, and would read two', () => {
    const plain = base32(createHash('sha256').update('Note 20138').digest()).slice(0, 7);
    const message = (controlId: string): string =>
      `MSH|^~\\&|A|B|C|D|2026||MDM^T02^MDM_T02|${controlId}|P|2.4\rEVN|T02|2026`;
    expect(isBatch(message(number + plain))).toBe(true);
    expect(isBatch(message(controlIdOf(number, 'Note 20138')))).toBe(false);
  });

  it('nor any random one', () => {
    const numbers = Array.from({ length: 200_000 }, () => newNumber(4));
    expect(numbers.filter((each) => /(MSH|[BF]HS|[BF]TS)$/.test(each))).toEqual([]);
    expect(new Set(numbers.map((each) => each.slice(-1))).size).toBe(32);
  });
});
