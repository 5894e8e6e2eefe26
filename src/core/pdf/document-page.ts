/** A signed document as a PDF: who wrote and signed it and when, above its text. */
import { HubError } from '../errors.js';
import { unshownCharacters } from './characters.rules.js';
import { pdfFont } from './font.js';
import { renderPdf } from './render.js';

/** What of a document stands on its page. */
export interface PagedDocument {
  readonly documentVersionId: string;
  /** From 1. */
  readonly version: number;
  readonly title: string;
  readonly text: string;
  readonly author: { readonly name: string; readonly role: string; readonly employer: string };
  /** Day of the contact, ISO. */
  readonly contactOn: string;
  /** ISO instant. */
  readonly signedAt: string;
}

/** Day and time of an ISO instant, in UTC, as a page shows it. */
const momentOf = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

/**
 * The page: the same bytes for the same document, with its text to the byte within it.
 * @param kind what sort of document it is, in words.
 * @throws HUB_DELIVERY_CHARACTERS with the characters, as `U+0645`, that it cannot show; twenty at most.
 */
export async function documentPage(kind: string, document: PagedDocument): Promise<Buffer> {
  const { title, text, author, contactOn, signedAt, documentVersionId, version } = document;
  const head = [
    `${kind}, version ${version}. Contact on ${contactOn}.`,
    `Signed by ${[author.name, author.role, author.employer].join(', ')}, ${momentOf(signedAt)}.`,
    `Document ${documentVersionId}`,
  ];
  const { hasGlyph } = await pdfFont();
  const characters = unshownCharacters([title, ...head, text], hasGlyph);
  if (characters.length > 0) throw new HubError('HUB_DELIVERY_CHARACTERS', { details: { characters } });
  return renderPdf({ kind, title, head, text, at: new Date(signedAt) });
}
