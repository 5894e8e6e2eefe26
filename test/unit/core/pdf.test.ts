/** A text as a PDF: all of it on the pages, all of it within, and not a byte of either may change unseen. */
import fc from 'fast-check';
import { isShown, unshownCharacters } from '../../../src/core/pdf/characters.rules.js';
import { pdfFont } from '../../../src/core/pdf/font.js';
import { renderPdf, type Sheet } from '../../../src/core/pdf/render.js';
import { sealed, sealedText, UNSEALED } from '../../../src/core/pdf/seal.rules.js';
import { UNSHOWN } from '../../support/fhir-document-sites.js';
import { shownOn } from '../../support/pdf-pages.js';

const { hasGlyph } = await pdfFont();
const sheet = (text: string, change: Partial<Sheet> = {}): Sheet => ({
  kind: 'IPS progress note',
  title: 'Progress note',
  head: ['Signed by Kit Marchbank'],
  text,
  at: new Date('2026-02-27T11:05:00.000Z'),
  ...change,
});
const without = (text: string): string => text.replace(/\s/g, '');

const EVERYDAY =
  'Met Zoë at the café – £9.50 an hour, “flexible”, 16½ hours… she’s fine. ŁÓDŹ, Žižek, Ångström, Þór, œuvre.\n' +
  'Ελληνικά, Кириллица, Հայերեն, ქართული. a ≤ b → c; ✓ ☎ ★ € ₤ ¶ § ° µ ½ ²\n\n    indented   and   spaced';

test('everything that was written is on the pages and within', async () => {
  const pdf = await renderPdf(sheet(EVERYDAY));
  expect(unshownCharacters([EVERYDAY], hasGlyph)).toEqual([]);
  expect(shownOn(pdf)).toBe(without(`Progress note Signed by Kit Marchbank ${EVERYDAY}`));
  expect(sealedText(pdf)).toBe(EVERYDAY);
});

test('thirty thousand characters run over many pages, and none is lost', async () => {
  const text = EVERYDAY.repeat(150).slice(0, 30_000);
  const pdf = await renderPdf(sheet(text));
  expect(shownOn(pdf)).toBe(without(`Progress note Signed by Kit Marchbank ${text}`));
  expect(sealedText(pdf)).toBe(text);
  expect(pdf.toString('latin1').match(/\/Type \/Page\n/g)!.length).toBeGreaterThan(5);
});

test.each(['\u034f', '\ufe0f', '\u200d', '\u00ad'])(
  '%j leaves no mark on a page, so it is named',
  (invisible) => {
    expect(unshownCharacters([`a${invisible}b`], hasGlyph)).toHaveLength(1);
  },
);

test('any text of characters that can be shown is shown in full', async () => {
  const characters = fc
    .integer({ min: 0x20, max: 0x2fff })
    .map((code) => String.fromCodePoint(code))
    .filter((one) => isShown(one, hasGlyph) && one.trim() !== '');
  await fc.assert(
    fc.asyncProperty(fc.array(characters, { minLength: 1, maxLength: 80 }), async (drawn) => {
      const text = drawn.join('').normalize('NFC');
      if (unshownCharacters([text], hasGlyph).length > 0) return;
      const pdf = await renderPdf(sheet(text, { head: [], title: 'T' }));
      // A ligature or a mark shows several characters in one glyph, in their order all the same.
      expect([...shownOn(pdf)].sort().join('')).toBe([...without(`T${text}`)].sort().join(''));
      expect(sealedText(pdf)).toBe(text);
    }),
    { numRuns: 30 },
  );
});

test('the same document is the same bytes, another one is not', async () => {
  const [one, again, other] = await Promise.all(['a', 'a', 'b'].map((text) => renderPdf(sheet(text))));
  expect(one!.equals(again!)).toBe(true);
  expect(one!.equals(other!)).toBe(false);
});

test('a byte that changed anywhere, or one more or less, breaks the seal', async () => {
  const pdf = await renderPdf(sheet('Signed.'));
  fc.assert(
    fc.property(fc.nat(pdf.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const copy = Buffer.from(pdf);
      copy[at] = copy[at]! ^ change;
      expect(sealedText(copy)).toBeNull();
    }),
    { numRuns: 300 },
  );
  expect(sealedText(Buffer.concat([pdf, Buffer.from('\n')]))).toBeNull();
  expect(sealedText(pdf.subarray(0, pdf.length - 1))).toBeNull();
});

test('what is no PDF of the hub has no text', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('%PDF-1.7 somebody else’s'), Buffer.from(UNSEALED)])
    expect(sealedText(bytes)).toBeNull();
  expect(() => sealed(Buffer.from('%PDF-1.7'))).toThrow(RangeError);
  const twice = `\n1 0 obj\n(${UNSEALED})\nendobj\n`;
  expect(() => sealed(Buffer.from(twice + twice))).toThrow(RangeError);
  // A seal that holds over bytes with no text in them.
  expect(sealedText(sealed(Buffer.from(twice)))).toBeNull();
});

test('a text that looks like the parts of a PDF is text', async () => {
  const text = `\n9 0 obj\n(${UNSEALED})\nendobj\n/Type /EmbeddedFile\n/Params <<\n>>\n/Subtype /text#2Fplain\n/Length 3\n`;
  const pdf = await renderPdf(sheet(text, { title: `(${UNSEALED}) & <x>` }));
  expect(sealedText(pdf)).toBe(text);
});

test.each(UNSHOWN)('of “$text” the characters $characters cannot be shown', ({ text, characters }) => {
  expect(unshownCharacters([text], hasGlyph)).toEqual(characters);
});

test('twenty characters are named at most', () => {
  const text = Array.from({ length: 60 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('');
  expect(unshownCharacters([text], hasGlyph)).toHaveLength(20);
});
