/** Numbers of documents at a destination (TXA-12, OBR-3): the same for ever, whoever computes them. */
import { DocumentAction, type DocumentToRefer } from '../../../src/clinical/documents.port.js';
import { documentNumber } from '../../../src/core/document-numbers.js';
import type { Triggers } from './trigger.rules.js';

/** True where a version that replaces another goes under that one's number. */
export function keepsNumbers({ REPLACE }: Triggers): boolean {
  return REPLACE?.keepsNumber === true;
}

/**
 * Number under which a version is filed: that of the document with the version behind it. Where what replaces a version keeps its
 * number, a first version is the document as such, and only an addendum has its version. Null when it cannot be told: how the
 * version stands to others is not said.
 */
export function referenceOf(document: DocumentToRefer, triggers: Triggers): string | null {
  const { documentId, version, action, predecessorReference = null } = document;
  const number = documentNumber(documentId);
  if (!keepsNumbers(triggers) || action === DocumentAction.APPEND) return `${number}.${version}`;
  if (action === DocumentAction.REPLACE) return predecessorReference;
  return action === DocumentAction.CREATE || version === 1 ? number : null;
}
