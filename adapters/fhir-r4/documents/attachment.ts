/** The content of a document in the form that the site takes. */
import { KIND_WORDS, type OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { HubError } from '../../../src/core/errors.js';
import { documentPage } from '../../../src/core/pdf/document-page.js';
import { type EncodedBytes, encodeBytes } from './content.rules.js';
import { encodeText, PDF_TYPE, TEXT_TYPE } from './text.rules.js';
import type { WriteSettings } from './write-settings.js';

/** Members of DocumentReference.content.attachment that hold the content. */
export interface DocumentContent extends EncodedBytes {
  readonly contentType: string;
}

/** What of a site's settings decides the form. */
export interface ContentRules extends Pick<WriteSettings, 'contentForm'> {
  /** Null when no limit is known. */
  readonly maxTextBytes: number | null;
}

/** The text as plain text. */
export function plainContent({ text }: Pick<OutgoingDocument, 'text'>): DocumentContent {
  return { contentType: TEXT_TYPE, ...encodeText(text) };
}

async function pdfContent(document: OutgoingDocument, maxBytes: number | null): Promise<DocumentContent> {
  const bytes = await documentPage(KIND_WORDS[document.kind], document);
  if (maxBytes !== null && bytes.length > maxBytes)
    throw new HubError('HUB_UPSTREAM_TOO_LARGE', {
      details: { bytes: bytes.length, maxTextBytes: maxBytes },
    });
  return { contentType: PDF_TYPE, ...encodeBytes(bytes) };
}

/**
 * The content: plain text, or a PDF. `HUB_DELIVERY_CHARACTERS` with the characters (as `U+0645`, twenty at most) that a PDF cannot
 * show; `HUB_UPSTREAM_TOO_LARGE` for a PDF above the site's limit.
 */
export async function contentOf(
  document: OutgoingDocument,
  { contentForm, maxTextBytes }: ContentRules,
): Promise<DocumentContent> {
  return contentForm === 'PDF' ? pdfContent(document, maxTextBytes) : plainContent(document);
}
