/** The text that is signed: headings, a blank line, the author's words; the same for the same, on either side of the clock change. */
import { createHash } from 'node:crypto';
import {
  composeSignedText,
  dateWording,
  londonWording,
  type SignedTextParts,
  textHash,
} from '../../../src/notes/signed-text.rules.js';

const at = (text: string): Date => new Date(text);
const entry: SignedTextParts = {
  purpose: 'NEW',
  body: 'First line\nsecond line',
  contactOn: '2026-03-01',
  signedAt: at('2026-03-04T09:05:00Z'),
  late: null,
};

describe('wording of times', () => {
  it.each([
    ['2026-03-04T09:05:00Z', '4 March 2026 at 09:05'],
    ['2026-07-04T09:05:00Z', '4 July 2026 at 10:05'],
    ['2026-03-29T00:59:59Z', '29 March 2026 at 00:59'],
    ['2026-03-29T01:00:00Z', '29 March 2026 at 02:00'],
    ['2026-06-30T23:00:00Z', '1 July 2026 at 00:00'],
    ['2025-12-31T23:59:59Z', '31 December 2025 at 23:59'],
  ])('%s is %s', (instant, wording) => {
    expect(londonWording(at(instant))).toBe(wording);
  });

  it.each([
    ['2026-03-01', '1 March 2026'],
    ['2026-07-31', '31 July 2026'],
    ['2024-02-29', '29 February 2024'],
  ])('%s is %s', (date, wording) => {
    expect(dateWording(date)).toBe(wording);
  });
});

describe('composeSignedText', () => {
  it('is the words alone for an entry in its time', () => {
    expect(composeSignedText(entry)).toBe('First line\nsecond line');
  });

  it('says first that an entry is late, with its three times', () => {
    const late = { writtenAt: at('2026-03-03T14:00:00Z'), signedAt: entry.signedAt };
    expect(composeSignedText({ ...entry, late })).toBe(
      'Late entry: contact on 1 March 2026, written on 3 March 2026 at 14:00, signed on 4 March 2026 at 09:05.\n\nFirst line\nsecond line',
    );
  });

  it('says that it amends, when, and why', () => {
    expect(composeSignedText({ ...entry, purpose: 'AMEND', reason: 'The employer was wrong.' })).toBe(
      'Amended on 4 March 2026 at 09:05. Reason: The employer was wrong.\n\nFirst line\nsecond line',
    );
  });

  it('keeps saying that the entry was late when it is amended', () => {
    const late = { writtenAt: at('2026-03-03T14:00:00Z'), signedAt: at('2026-03-03T15:00:00Z') };
    expect(
      composeSignedText({ ...entry, purpose: 'AMEND', reason: 'x y', late })
        .split('\n')
        .slice(0, 3),
    ).toEqual([
      'Amended on 4 March 2026 at 09:05. Reason: x y',
      'Late entry: contact on 1 March 2026, written on 3 March 2026 at 14:00, signed on 3 March 2026 at 15:00.',
      '',
    ]);
  });

  it('says to which entry it is added', () => {
    expect(composeSignedText({ ...entry, purpose: 'ADD', reason: null })).toBe(
      'Added on 4 March 2026 at 09:05 to the entry about 1 March 2026.\n\nFirst line\nsecond line',
    );
  });

  it('gives the same text for the same parts', () => {
    expect(composeSignedText({ ...entry })).toBe(composeSignedText({ ...entry, late: null, reason: null }));
  });

  it('is already normalised where its parts are', () => {
    const text = composeSignedText({ ...entry, purpose: 'AMEND', reason: 'caf\u00e9' });
    expect(text.normalize('NFC')).toBe(text);
    expect(text).not.toMatch(/[\r\t]/);
  });
});

describe('textHash', () => {
  it('is SHA-256 of the UTF-8, in lower-case hexadecimal', () => {
    expect(textHash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(textHash('é 👍')).toBe(createHash('sha256').update(Buffer.from('é 👍', 'utf8')).digest('hex'));
  });
});
