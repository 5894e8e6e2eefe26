/** Bytes of a message as lines to look at: none is lost, and none obeys or hides. */
import { shownLines } from '../../../../src/delivery/messages/shown-lines.rules.js';

const lines = (text: string | Uint8Array) =>
  shownLines(typeof text === 'string' ? Buffer.from(text) : text).lines;

test.each([
  ['a\rb\rc\r', ['a', 'b', 'c']],
  ['a\nb\r\nc', ['a', 'b', 'c']],
  ['a\r\rb\r', ['a', '', 'b']],
  ['', []],
  ['\r', ['']],
])('%j', (text, expected) => {
  expect(lines(text)).toEqual(expected);
});

test('what steers a terminal or cannot be seen stands as its code', () => {
  expect(lines('\ufeffMSH|\u001b[2J\u000b\u0000\u009b\u202e\ufffd\tx')).toEqual([
    '<U+FEFF>MSH|<U+001B>[2J<U+000B><U+0000><U+009B><U+202E><U+FFFD>\tx',
  ]);
});

test('bytes that are no UTF-8 are taken as Windows-1252, so that each gives a character', () => {
  expect(shownLines(Buffer.from('Zoë ’s €', 'utf8')).encoding).toBe('UTF-8');
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at).filter((at) => at !== 10 && at !== 13);
  const shown = shownLines(bytes);
  expect(shown.encoding).toBe('WINDOWS-1252');
  expect(shown.lines[0]!.replaceAll(/<U\+[0-9A-F]{4}>/g, '?')).toHaveLength(254);
  expect(shown.lines[0]).toContain('€<U+0081>‚');
});
