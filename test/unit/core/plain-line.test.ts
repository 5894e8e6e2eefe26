/** What people may write on one line: the same rule wherever a reason, a title or a resolution is typed. */
import { isHubError } from '../../../src/core/errors.js';
import { codePointOf, isBlank, isPlainCode, plainLine, plainReason } from '../../../src/core/plain-line.js';

/** Code and field of a refusal, which never holds what was typed. */
function refusal(action: () => unknown, typed: string): string {
  try {
    action();
  } catch (error) {
    if (!isHubError(error)) throw error;
    if (typed.length > 3) expect(JSON.stringify([error.message, error.details])).not.toContain(typed);
    return `${error.code} ${String(error.details.field)}`;
  }
  return 'accepted';
}

test.each([
  ['N-CMHT 2', true],
  ['Ŵ', true],
  ['a\tb', false],
  ['a\rb', false],
  ['a\nb', false],
  ['a\0b', false],
  ['a\u202eb', false],
])('%j as a code: %s', (text, isOne) => expect(isPlainCode(text)).toBe(isOne));

describe('a line', () => {
  it('is composed, trimmed, and has spaces for tabs', () => {
    expect(plainLine('title', ' Cafe\u0301\tbar ', 1, 200)).toBe('Caf\u00e9    bar');
  });

  it.each([
    ['a control character', 'bell\u0007rings'],
    ['a C1 control character', 'next\u0085line'],
    ['NUL', 'null\u0000null'],
    ['an override of direction', 'abc\u202edef'],
    ['an embedding', 'abc\u202adef'],
    ['an isolate', 'abc\u2066def'],
    ['the end of an isolate', 'abc\u2069def'],
    ['a lone surrogate', 'abc\ud800def'],
    ['a noncharacter', 'abc\uffffdef'],
    ['what stands for lost text', 'abc\ufffddef'],
    ['a line end', 'two\nlines'],
    ['a separator of lines', 'two\u2028lines'],
    ['nothing that can be seen', '\u200b\u200d\u200b'],
    ['too little', 'ab'],
    ['too much', 'x'.repeat(21)],
  ])('is refused with %s', (_name, typed) => {
    expect(refusal(() => plainLine('title', typed, 3, 20), typed)).toBe('HUB_INPUT_INVALID title');
  });

  it.each(['\u05d0\u200f\u05d1\u05d2', 'na\u200cme', '\ud83d\ude00 ok', 'O\u2019Brien'])(
    'lets %j through',
    (typed) => {
      expect(plainLine('title', typed, 3, 20)).toBe(typed);
    },
  );

  it('counts characters, not halves of them', () => {
    expect(plainLine('title', '\ud83d\ude00'.repeat(20), 1, 20)).toHaveLength(40);
  });
});

it('a reason may have been typed on several lines', () => {
  expect(plainReason('reason', ' wrong\r\n\n day\u2028here ')).toBe('wrong day here');
  for (const typed of ['', ' \n ', 'no', 'abc\u202edef', 'abc\u0007def', 'x'.repeat(501)])
    expect(refusal(() => plainReason('resolution', typed), typed)).toBe('HUB_INPUT_INVALID resolution');
  for (const none of [null, undefined])
    expect(refusal(() => plainReason('reason', none), '')).toBe('HUB_INPUT_INVALID reason');
});

it('names a character as people look it up', () => {
  expect(['\u0007', '\u202e', '\ud83d\ude00'].map(codePointOf)).toEqual(['U+0007', 'U+202E', 'U+1F600']);
  expect([isBlank(' \u200b\n'), isBlank('.')]).toEqual([true, false]);
});
