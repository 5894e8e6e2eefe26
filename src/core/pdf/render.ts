/** A text as a PDF: set on A4 pages in an embedded font, with the text itself, to the byte, as a file within it. */
import { once } from 'node:events';
import { pdfFont } from './font.js';
import { sealed, UNSEALED } from './seal.rules.js';

/** What is on the pages. */
export interface Sheet {
  /** What sort of document it is, in words of the hub's own: its name in the reader's window, written without escaping. */
  readonly kind: string;
  readonly title: string;
  /** Lines below the title: what it is, who wrote it, when. */
  readonly head: readonly string[];
  readonly text: string;
  /** Date of the document; the same sheet is the same bytes for ever within one version of the hub. */
  readonly at: Date;
}

/** Points, 1/72 inch. */
const MARGIN = 56;
const SIZES = { title: 14, head: 9, text: 10.5 } as const;

/**
 * The PDF. Its characters must be among those that the font shows: see `unshownCharacters`. It bears a seal over all of its
 * bytes.
 */
export async function renderPdf({ kind, title, head, text, at }: Sheet): Promise<Buffer> {
  const [{ default: Document }, { bytes: font }] = await Promise.all([import('pdfkit'), pdfFont()]);
  const document = new Document({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    lang: 'en-GB',
    displayTitle: true,
    // No font of the reader's own: what is shown is what is in the file.
    font: null as unknown as string,
    info: {
      Title: kind,
      Producer: 'IPS Hub',
      Creator: 'IPS Hub',
      Keywords: UNSEALED,
      CreationDate: at,
      ModDate: at,
    },
  });
  const pieces: Buffer[] = [];
  document.on('data', (piece: Buffer) => pieces.push(piece));
  const ended = once(document, 'end');
  document.file(Buffer.from(text, 'utf8'), {
    name: 'text.txt',
    type: 'text/plain',
    description: 'The text as it was signed',
    creationDate: at,
    modifiedDate: at,
  });
  document.registerFont('text', font).font('text');
  document.fontSize(SIZES.title).text(title).moveDown(0.3);
  document.fontSize(SIZES.head).text(head.join('\n')).moveDown(1);
  document.fontSize(SIZES.text).text(text, { lineGap: 2 });
  document.end();
  await ended;
  return sealed(Buffer.concat(pieces));
}
