/** The text of a note: normalised once, each refused character named by code point and position, nothing else refused. */
import fc from 'fast-check';
import type { HubError } from '../../../src/core/errors.js';
import {
  draftText,
  MAX_DRAFT_CHARACTERS,
  MAX_NOTE_CHARACTERS,
  mustFitDestination,
  normaliseNoteText,
  positionOf,
} from '../../../src/notes/note-text.rules.js';
import { NOTE_SCRIPTS, noteOfEveryScript } from '../../support/note-scripts.js';

const normalise = (typed: string, most?: number): string => normaliseNoteText('text', typed, most);

/** Details of the refusal, with its code; null when it was let through. */
function refusal(work: () => unknown): Record<string, unknown> | null {
  try {
    work();
    return null;
  } catch (error) {
    const { code, details } = error as HubError;
    return { code, ...details };
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const name = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;

/** Every control character of Unicode but tab, LF and CR. */
const CONTROLS = [...range(0x00, 0x1f), ...range(0x7f, 0x9f)].filter((code) => ![9, 10, 13].includes(code));
const DIRECTIONS = [...range(0x202a, 0x202e), ...range(0x2066, 0x2069)];
const NONCHARACTERS = [
  ...range(0xfdd0, 0xfdef),
  ...range(0, 16).flatMap((plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]),
];
const SURROGATES = [0xd800, 0xdbff, 0xdc00, 0xdfff];
const LOST = [0xfeff, 0xfffd];

describe('what is let through', () => {
  it.each(Object.entries(NOTE_SCRIPTS))('%s, unchanged', (_script, text) => {
    expect(normalise(text)).toBe(text);
    expect(normalise(`${text}\n\n${text}`)).toBe(`${text}\n\n${text}`);
  });

  it('30,000 characters of every script at once', () => {
    const text = noteOfEveryScript(MAX_NOTE_CHARACTERS);
    expect(normalise(text)).toBe(text);
  });

  it('white space at the ends and between lines, as typed', () => {
    expect(normalise('  a \n\n\n b  \n')).toBe('  a \n\n\n b  \n');
  });
});

describe('what is made one', () => {
  it.each([
    ['LF', 'a\nb', 'a\nb'],
    ['CRLF', 'a\r\nb', 'a\nb'],
    ['CR', 'a\rb', 'a\nb'],
    ['LF CR', 'a\n\rb', 'a\n\nb'],
    ['CR CRLF', 'a\r\r\nb', 'a\n\nb'],
    ['line separator', 'a\u2028b', 'a\nb'],
    ['paragraph separator', 'a\u2029b', 'a\nb'],
    ['at the end', 'a\r\n', 'a\n'],
    ['tab', 'a\tb\t', 'a    b    '],
    ['decomposed letters', 'cafe\u0301 \u1112\u1161\u11ab', 'caf\u00e9 \ud55c'],
    ['signs that are letters', '\u212b \u2126', '\u00c5 \u03a9'],
    ['compatibility forms stay', 'ﬁ ① ２', 'ﬁ ① ２'],
    ['a mark after a tab', '\t\u0301', '    \u0301'],
  ])('%s', (_what, typed, signed) => {
    expect(normalise(typed)).toBe(signed);
  });
});

describe('what is refused', () => {
  it.each([...CONTROLS, ...DIRECTIONS, ...NONCHARACTERS, ...LOST].map((code) => [name(code), code]))(
    '%s, with its place and never the text',
    (codePoint, code) => {
      const typed = `Ada 👍\r\nab${String.fromCodePoint(code as number)}c`;
      const work = (): string => normalise(typed);
      expect(refusal(work)).toEqual({
        code: 'HUB_NOTE_TEXT',
        field: 'text',
        fault: 'CHARACTER',
        codePoint,
        line: 2,
        column: 3,
        offset: 10,
      });
      expect(work).toThrow(`text: ${codePoint} at line 2, column 3 (offset 10) cannot be kept in a record`);
      expect(work).not.toThrow(/Ada/);
    },
  );

  it.each(SURROGATES.map((code) => [name(code), code]))('a lone %s', (codePoint, code) => {
    const typed = `ab${String.fromCharCode(code as number)}`;
    expect(refusal(() => normalise(typed))).toMatchObject({ codePoint, line: 1, column: 3, offset: 2 });
  });

  it('the first of several', () => {
    expect(refusal(() => normalise('a\u0007b\u0000'))).toMatchObject({ codePoint: 'U+0007', offset: 1 });
  });

  it.each(['', ' ', '\n\t \r\n', '\u200b\u200d', '\u00a0'])(
    'a text in which nothing is written: %j',
    (typed) => {
      expect(refusal(() => normalise(typed))).toMatchObject({ code: 'HUB_NOTE_TEXT', fault: 'EMPTY' });
    },
  );

  it.each([
    ['letters', 'a'],
    ['emoji', '👍'],
  ])('one character more than the limit, in %s', (_what, character) => {
    expect(normalise(character.repeat(MAX_NOTE_CHARACTERS))).toHaveLength(
      character.length * MAX_NOTE_CHARACTERS,
    );
    expect(refusal(() => normalise(character.repeat(MAX_NOTE_CHARACTERS + 1)))).toMatchObject({
      fault: 'TOO_LONG',
      characters: MAX_NOTE_CHARACTERS + 1,
      accepted: MAX_NOTE_CHARACTERS,
    });
  });

  it('counts what is signed, not what was typed', () => {
    expect(normalise('\r\n\r\nab', 4)).toBe('\n\nab');
    expect(refusal(() => normalise('\tab', 4))).toMatchObject({ fault: 'TOO_LONG', characters: 6 });
    expect(normalise('e\u0301'.repeat(4), 4)).toHaveLength(4);
  });

  it('another limit, where one is given', () => {
    expect(refusal(() => normalise('abc', 2))).toMatchObject({ accepted: 2 });
  });
});

describe('positionOf', () => {
  it.each([
    ['', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 3, 2, 1],
    ['a\rb\u2028c\u2029d', 6, 4, 1],
    ['👍👍x', 4, 1, 3],
    ['a\n\nb', 3, 3, 1],
  ])('%j at %d', (text, offset, line, column) => {
    expect(positionOf(text, offset)).toEqual({ line, column, offset });
  });
});

describe('draftText', () => {
  it('keeps what a signature would refuse, as typed', () => {
    for (const typed of ['', 'a\u0007b\r\n\tc', '\u202e', 'e\u0301'])
      expect(draftText('text', typed)).toBe(typed);
  });

  it.each([0, ...SURROGATES].map((code) => [name(code), code] as const))(
    'refuses %s, which cannot be saved',
    (codePoint, code) => {
      const typed = `a${String.fromCharCode(code)}`;
      expect(refusal(() => draftText('text', typed))).toMatchObject({ code: 'HUB_NOTE_TEXT', codePoint });
    },
  );

  it('refuses what is too long to be saved', () => {
    expect(draftText('text', 'a'.repeat(MAX_DRAFT_CHARACTERS))).toHaveLength(MAX_DRAFT_CHARACTERS);
    expect(refusal(() => draftText('text', 'a'.repeat(MAX_DRAFT_CHARACTERS + 1)))).toMatchObject({
      fault: 'TOO_LONG',
    });
  });
});

describe('mustFitDestination', () => {
  it('counts bytes of UTF-8', () => {
    expect(refusal(() => mustFitDestination('é', 2))).toBeNull();
    expect(refusal(() => mustFitDestination('é', 1))).toEqual({
      code: 'HUB_NOTE_TEXT',
      field: 'text',
      fault: 'TOO_LARGE',
      bytes: 2,
      accepted: 1,
    });
    expect(refusal(() => mustFitDestination('é', null))).toBeNull();
  });
});

describe('properties', () => {
  const allowed = fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom(...Object.values(NOTE_SCRIPTS).flatMap((text) => [...text])) },
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\t', '\u2028', '\u2029', ' ') },
    )
    .filter((part) => refusal(() => normalise(`x${part}`)) === null);
  const texts = fc.array(allowed, { maxLength: 60 }).map((parts) => `x${parts.join('')}`);

  it('normalising twice changes nothing', () => {
    fc.assert(
      fc.property(texts, (typed) => {
        const once = normalise(typed);
        expect(normalise(once)).toBe(once);
      }),
    );
  });

  it('nothing is left but NFC, with LF for the only control character', () => {
    fc.assert(
      fc.property(texts, (typed) => {
        const signed = normalise(typed);
        expect(signed).toBe(signed.normalize('NFC'));
        expect(signed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(signed.isWellFormed()).toBe(true);
      }),
    );
  });

  it('a text survives UTF-8, JSON and XML as it is', () => {
    fc.assert(
      fc.property(texts, (typed) => {
        const signed = normalise(typed);
        expect(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(signed, 'utf8'))).toBe(signed);
        expect(JSON.parse(JSON.stringify({ signed })).signed).toBe(signed);
        expect(signed).not.toMatch(/[^\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      }),
    );
  });

  it('a refused character is found wherever it stands, at the offset where it stands', () => {
    const refused = fc.constantFrom(...[...CONTROLS, ...DIRECTIONS, ...NONCHARACTERS, ...LOST]);
    fc.assert(
      fc.property(texts, refused, texts, (before, code, after) => {
        const typed = `${before}${String.fromCodePoint(code)}${after}`;
        const line = before.replaceAll('\r\n', '\n').split(/[\n\r\u2028\u2029]/);
        expect(refusal(() => normalise(typed))).toMatchObject({
          codePoint: name(code),
          offset: before.length,
          line: line.length,
          column: [...line[line.length - 1]!].length + 1,
        });
      }),
    );
  });

  it('any text at all is either normalised or refused with a code', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (typed) => {
        const found = refusal(() => normalise(typed));
        if (found !== null) expect(found.code).toBe('HUB_NOTE_TEXT');
      }),
    );
  });
});
