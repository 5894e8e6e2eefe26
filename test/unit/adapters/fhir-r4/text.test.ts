/** Text in an attachment and out of it again: every character, and never a guess. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { encodeText, readText, textHash } from '../../../../adapters/fhir-r4/documents/text.rules.js';

const UTF8 = 'text/plain; charset=utf-8';
const attached = (data: unknown, contentType: unknown = UTF8) => ({
  content: [{ attachment: { data, contentType } }],
});
const base64 = (bytes: readonly number[] | string) =>
  Buffer.from(typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)).toString('base64');

/** Any text without lone surrogates, which no encoding can hold. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

test('every text comes back equal, with its size and its hash', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { data, size, hash } = encodeText(text);
      expect(readText(attached(data))).toBe(text);
      expect(size).toBe(Buffer.byteLength(text));
      expect(hash).toBe(createHash('sha1').update(text, 'utf8').digest('base64'));
    }),
    { numRuns: 500 },
  );
});

test('two texts that differ have different hashes, and a text the same one always', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, two) => {
      expect(textHash(one) === textHash(two)).toBe(one === two);
      expect(textHash(one)).toMatch(/^[0-9a-f]{64}$/);
    }),
  );
});

test('thirty thousand characters of many scripts, delimiters and emoji', () => {
  const sample = 'Ωμέγα | ^ & ~ \\ Привет 你好 שלום مرحبا नमस्ते 👩🏽‍⚕️ e\u0301 ﬁ\n\n';
  const text = sample.repeat(Math.ceil(30_000 / sample.length)).slice(0, 30_000);
  const whole = text.isWellFormed() ? text : text.slice(0, -1);
  expect(readText(attached(encodeText(whole).data))).toBe(whole);
});

test('a byte order mark at the beginning is a character like any other', () => {
  const text = '\ufeffSigned.';
  expect(readText(attached(encodeText(text).data))).toBe(text);
  expect(textHash(text)).not.toBe(textHash('Signed.'));
});

test.each([
  [UTF8, 'caf\u00e9'],
  ['text/plain;charset=UTF-8', 'caf\u00e9'],
  ['TEXT/PLAIN; format=flowed; Charset="utf-8"', 'caf\u00e9'],
])('%s is read as it says', (contentType, text) => {
  expect(readText(attached(base64(text), contentType))).toBe(text);
});

test.each([
  ['iso-8859-1', [0x63, 0x61, 0x66, 0xe9], 'café'],
  ['iso-8859-1', [0x80], '\u0080'],
  ['us-ascii', [0x63, 0x61], 'ca'],
  ['utf-16le', [0x63, 0x00, 0xe9, 0x00], 'cé'],
  ['utf-16be', [0x00, 0x63, 0x00, 0xe9], 'cé'],
])('bytes of %s are decoded by it', (charset, bytes, text) => {
  expect(readText(attached(base64(bytes), `text/plain; charset=${charset}`))).toBe(text);
});

test.each([
  ['no charset', 'text/plain'],
  ['another type', 'text/html; charset=utf-8'],
  ['rich text', 'application/rtf'],
  ['two charsets', 'text/plain; charset=utf-8; charset=iso-8859-1'],
  ['a charset that is read in more than one way', 'text/plain; charset=latin1'],
  ['an unknown charset', 'text/plain; charset=klingon'],
  ['no type at all', undefined],
  ['a type that is no text', 7],
])('with %s there is no text', (_what, contentType) => {
  const one = {
    content: [{ attachment: { data: base64('x'), ...(contentType === undefined ? {} : { contentType }) } }],
  };
  expect(readText(one)).toBeNull();
});

test.each([
  ['bytes that are not UTF-8', attached(base64([0xff, 0xfe, 0x41]))],
  ['bytes beyond ASCII', attached(base64([0xe9]), 'text/plain; charset=us-ascii')],
  ['half a UTF-16 character', attached(base64([0x63]), 'text/plain; charset=utf-16le')],
  ['base64 with a stray character', attached('QUJ*')],
  ['base64 of the address alphabet', attached('-_-_')],
  ['base64 cut short', attached('QUJ')],
  ['data that is no text', attached(7)],
  ['an address in place of the data', { content: [{ attachment: { contentType: UTF8, url: 'Binary/1' } }] }],
  ['nothing', {}],
  ['no content', { content: [] }],
  ['two contents', { content: [...attached(base64('a')).content, ...attached(base64('b')).content] }],
])('%s: no text', (_what, document) => {
  expect(readText(document)).toBeNull();
});

test('white space between the groups of base64 is allowed, and an empty text is a text', () => {
  expect(readText(attached('Q2Fm\r\n w6kK '))).toBe('Café\n');
  expect(readText(attached(''))).toBe('');
});
