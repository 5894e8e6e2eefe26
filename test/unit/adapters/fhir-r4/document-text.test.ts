/** Text of a document: which attachment is taken, where its bytes may come from, and that half a text is none. */
import { createHash } from 'node:crypto';
import { isRestricted } from '../../../../adapters/fhir-r4/mapping/restricted.rules.js';
import { contentOf, plainCharset, textIn } from '../../../../adapters/fhir-r4/record/document-text.rules.js';
import { isHubError } from '../../../../src/core/errors.js';

const BASE = 'https://record.example/fhir/';
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

/** The rule by which it is refused; null when it is not. */
function ruleOf(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    if (!isHubError(error)) throw error;
    expect(error.code).toBe('HUB_RECORD_DOCUMENT');
    return error.details.rule;
  }
}

test.each([
  ['text/plain', 'utf-8'],
  ['Text/Plain; charset=UTF-8', 'utf-8'],
  ['text/plain;charset="utf8"', 'utf-8'],
  ['text/plain; format=flowed; charset=windows-1252', 'windows-1252'],
  ['text/plain; charset=utf-7', null],
  ['text/plainer', null],
  ['text/html', null],
  ['application/pdf', null],
  [null, null],
] as const)('%s is read as %s', (type, charset) => {
  expect(plainCharset(type)).toBe(charset);
});

describe('which attachment', () => {
  const of = (...attachments: object[]) =>
    contentOf({ content: attachments.map((attachment) => ({ attachment })) }, BASE);
  const PDF = { contentType: 'application/pdf', url: 'Binary/pdf' };

  test('the first that is plain text, here or beside the document', () => {
    expect(of(PDF, { contentType: 'text/plain', data: 'QQ==' })).toMatchObject({ at: 'HERE', data: 'QQ==' });
    expect(of(PDF, { contentType: 'text/plain', url: 'Binary/b1' })).toMatchObject({
      at: 'BINARY',
      id: 'b1',
    });
    expect(of({ contentType: 'text/plain', url: `${BASE}Binary/b1/_history/2` })).toMatchObject({ id: 'b1' });
  });

  test.each<[string, object[]]>([
    ['none', []],
    ['a PDF', [PDF]],
    ['no type', [{ data: 'QQ==' }]],
  ])('%s is no text', (_name, attachments) => {
    expect(ruleOf(() => of(...attachments))).toBe('NOT_TEXT');
  });

  test.each([
    'https://elsewhere.example/fhir/Binary/b1',
    'https://record.example.evil/fhir/Binary/b1',
    'https://record.example/other/Binary/b1',
    'Binary/../Patient/p1',
    '../Binary/b1',
    'Patient/p1',
    'file:///etc/passwd',
    '#contained',
    undefined,
  ])('at %s is elsewhere, and never fetched', (url) => {
    expect(ruleOf(() => of({ contentType: 'text/plain', url }))).toBe('ELSEWHERE');
  });
});

describe('the text', () => {
  const text = 'Naïve – and whole.\r\n';
  const of = (data: string, attachment: object = {}, charset = 'utf-8', max = 1_000) =>
    textIn(data, charset, { ...attachment }, max);
  const sha1 = createHash('sha1').update(text).digest('base64');

  test('as it was, with its size and checksum', () => {
    expect(of(base64(text))).toBe(text);
    expect(of(base64(text), { size: Buffer.byteLength(text), hash: sha1 })).toBe(text);
    expect(of(`${base64(text).slice(0, 8)}\n${base64(text).slice(8)}`)).toBe(text);
    expect(of(base64(Buffer.from([0x93, 0x41, 0x94])), {}, 'windows-1252')).toBe('“A”');
    expect(of('')).toBe('');
  });

  test.each<[string, string, object]>([
    ['another size', base64(text), { size: 3 }],
    ['a size that is none', base64(text), { size: '21' }],
    ['another checksum', base64(text), { hash: sha1.replace(/^./, '_') }],
    ['no base64', '*', {}],
    ['base64 cut short', base64(text).slice(0, -1), {}],
    ['bytes that are no characters', base64(Buffer.from([0x41, 0xff])), {}],
  ])('with %s is damaged', (_name, data, attachment) => {
    expect(ruleOf(() => of(data, attachment))).toBe('DAMAGED');
  });

  test('up to the limit, and not a byte more', () => {
    expect(of(base64('a'.repeat(1_000)))).toHaveLength(1_000);
    expect(ruleOf(() => of(base64('a'.repeat(1_001))))).toBe('TOO_LARGE');
    expect(ruleOf(() => of('*'.repeat(5_000)))).toBe('TOO_LARGE');
  });
});

test.each<[object, boolean]>([
  [{}, false],
  [{ meta: { security: [{ code: 'N' }] } }, false],
  [{ meta: { security: [{ code: 'R' }] } }, true],
  [{ securityLabel: [{ coding: [{ system: 'urn:own', code: 'V' }] }] }, true],
])('%j restricted: %s', (document, restricted) => {
  expect(isRestricted({ ...document }, ['R', 'V'])).toBe(restricted);
});
