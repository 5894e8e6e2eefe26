/** Bar 4.5: a signed text is at a receiver what it was, whatever its form, or it does not leave and what is in the way is named. */
import fc from 'fast-check';
import { bytesOf } from '../../../../../adapters/hl7v2/writing/bytes.rules.js';
import { numbered } from '../../../../../adapters/hl7v2/writing/document-message.rules.js';
import { SENT_CHARSETS } from '../../../../../adapters/hl7v2/writing/writing-settings.js';
import { isHubError } from '../../../../../src/core/errors.js';
import { normaliseNoteText } from '../../../../../src/notes/note-text.rules.js';
import { readMessage, writingSettings } from '../../../../support/hl7-documents.js';
import { NOTE_SCRIPTS, noteOfEveryScript } from '../../../../support/note-scripts.js';
import { anOutgoingDocument } from '../../../../support/outgoing-documents.js';

const FORMS = ['TX', 'FT', 'ED'] as const;

/** The message of a note with that text. */
function sent(text: string, change: Record<string, unknown>): Uint8Array {
  const settings = writingSettings({ sendMaxBytes: 104_857_600, ...change });
  const message = {
    document: anOutgoingDocument({ text }),
    reference: 'A'.repeat(26),
    trigger: settings.triggers.CREATE!,
    number: 'B'.repeat(13),
    withdrawnAt: null,
    page: null,
  };
  return bytesOf(numbered(message, settings).segments, settings);
}

/** The text as the receiver has it, or why it did not leave. */
function arrives(text: string, change: Record<string, unknown>): unknown {
  try {
    return readMessage(sent(text, change)).text;
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { code: error.code, ...error.details };
  }
}

/** What does not fit a set, by a rule that is not the hub's. */
const beyond: Readonly<Record<(typeof SENT_CHARSETS)[number], (code: number) => boolean>> = {
  ASCII: (code) => code > 0x7f,
  '8859/1': (code) => code > 0xff,
  'UNICODE UTF-8': () => false,
};

/** What must come of a text: itself, or the first twenty characters that the set has not, with the set. */
function expected(text: string, form: string, charset: (typeof SENT_CHARSETS)[number]): unknown {
  const characters = [...new Set(text)].filter((one) => beyond[charset](one.codePointAt(0)!));
  if (form === 'ED' || characters.length === 0) return text;
  const names = characters.map(
    (one) => `U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return { code: 'HUB_DELIVERY_CHARACTERS', characters: names.slice(0, 20), characterSet: charset };
}

describe.each(FORMS)('%s', (form) => {
  describe.each(SENT_CHARSETS)('in %s', (charset) => {
    const through = (text: string): unknown =>
      arrives(text, { documentText: form, sendCharacterSet: charset });

    test.each(Object.entries(NOTE_SCRIPTS))('%s', (_script, text) => {
      expect(through(text)).toEqual(expected(text, form, charset));
    });

    test('30,000 characters of every script, delimiters and emoji', () => {
      const note = noteOfEveryScript(30_000);
      expect(through(note)).toEqual(expected(note, form, charset));
    });

    test('any signed text', () => {
      const pieces = fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.constantFrom(
          '\n',
          '\n\n',
          '""',
          '|',
          '^~\\&',
          '\\.br\\',
          '\\F\\',
          '\\X0A\\',
          '\\',
          ' ',
          'OBX|1|TX',
          '\r',
        ),
      );
      const texts = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
      fc.assert(
        fc.property(texts, (typed) => {
          let text: string;
          try {
            text = normaliseNoteText('text', typed);
          } catch {
            return;
          }
          expect(through(text)).toEqual(expected(text, form, charset));
        }),
        { numRuns: 150 },
      );
    });
  });

  test.each([
    ['one empty line', 'a\n\nb'],
    ['several', 'a\n\n\n\nb'],
    ['at the ends', '\n\na\n\n'],
    ['white space alone', 'a\n   \nb'],
    ['spaces before and behind', '  a  \n    b'],
    ['what would delete', '""\n""'],
    ['what would begin a segment', 'MSH|^~\\&|X\rOBX|1'.replace('\r', '\n')],
    ['what would be a sequence', '\\.br\\ \\H\\bold\\N\\ \\X41\\ C:\\notes\\1.txt'],
  ])('%s', (_what, text) => {
    expect(arrives(text, { documentText: form })).toBe(text);
  });
});

describe('limits', () => {
  test('a field of text before version 2.7, as it is written', () => {
    const fits = 'x'.repeat(65_534);
    expect(arrives(`${fits}\n`, { documentText: 'FT', sendVersion: '2.7' })).toBe(`${fits}\n`);
    for (const documentText of ['TX', 'FT']) {
      expect(arrives(`${fits}xx`, { documentText })).toBe(`${fits}xx`);
      expect(arrives(`${fits}|`, { documentText })).toMatchObject({
        code: 'HUB_UPSTREAM_TOO_LARGE',
        characters: 65_537,
        mostCharacters: 65_536,
        documentText,
      });
    }
    expect(arrives(`${fits}|`, { documentText: 'ED' })).toBe(`${fits}|`);
  });

  test('a line of TX that is longer than the receiver takes: named by its number, and never broken', () => {
    const line = 'x'.repeat(80);
    const change = { documentLineLength: 80 };
    expect(arrives(`a\n${line}`, change)).toBe(`a\n${line}`);
    expect(arrives(`a\n${line}y`, change)).toEqual({
      code: 'HUB_UPSTREAM_TOO_LARGE',
      characters: 81,
      mostCharacters: 80,
      documentText: 'TX',
      line: 2,
    });
  });

  test('a message that is longer than the receiver takes', () => {
    for (const documentText of FORMS) {
      const whole = sent('x'.repeat(3_000), { documentText }).length;
      expect(arrives('x'.repeat(3_000), { documentText, sendMaxBytes: whole })).toBe('x'.repeat(3_000));
      expect(arrives('x'.repeat(3_000), { documentText, sendMaxBytes: whole - 1 })).toEqual({
        code: 'HUB_UPSTREAM_TOO_LARGE',
        bytes: whole,
        sendMaxBytes: whole - 1,
      });
    }
  });
});
