/** What a document is called at a destination that says nothing of its own. */
import { DocumentKind } from '../../../src/clinical/documents.port.js';
import type { CodedElement } from './code-table.js';

/** Codes of the hub's own (`L`) for each kind of document; a site maps them to what its receiver knows. */
export const DOCUMENT_TYPES: Readonly<Record<DocumentKind, CodedElement>> = {
  [DocumentKind.PROGRESS_NOTE]: ['IPSPN', 'IPS progress note', 'L'],
  [DocumentKind.VOCATIONAL_PROFILE]: ['IPSVP', 'IPS vocational profile', 'L'],
  [DocumentKind.ACTION_PLAN]: ['IPSAP', 'IPS action plan', 'L'],
  [DocumentKind.BENEFITS_ADVICE_SUMMARY]: ['IPSBA', 'IPS benefits advice summary', 'L'],
  [DocumentKind.IN_WORK_SUPPORT_PLAN]: ['IPSWS', 'IPS in-work support plan', 'L'],
  [DocumentKind.CLOSURE_SUMMARY]: ['IPSCS', 'IPS closure summary', 'L'],
};

/** Confidentiality (HL7 table 0272): usual, restricted, very restricted. The last of those that apply is the message's. */
export const CONFIDENTIALITY = ['U', 'R', 'V'] as const;
/** One of these. */
export type Confidentiality = (typeof CONFIDENTIALITY)[number];
