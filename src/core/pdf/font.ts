/** The font of every PDF: DejaVu Sans (Bitstream Vera and public domain licences, embedding allowed), read when first needed. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { HasGlyph } from './characters.rules.js';

/** A font, and what it can show. */
export interface PdfFont {
  readonly bytes: Buffer;
  readonly hasGlyph: HasGlyph;
}

const FILE = 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf';

async function readFont(): Promise<PdfFont> {
  const [bytes, fontkit] = await Promise.all([
    readFile(createRequire(import.meta.url).resolve(FILE)),
    import('fontkit'),
  ]);
  const font = fontkit.create(bytes);
  if (!('hasGlyphForCodePoint' in font)) throw new RangeError('the font file holds several fonts');
  return { bytes, hasGlyph: (codePoint) => font.hasGlyphForCodePoint(codePoint) };
}

let reading: Promise<PdfFont> | undefined;

/** The font; read once in a process. */
export function pdfFont(): Promise<PdfFont> {
  reading ??= readFont();
  return reading;
}
