/** What a document is called at a destination that says nothing of its own. */
import { DocumentKind, KIND_WORDS } from '../../../src/clinical/documents.port.js';
import type { CodedElement } from './code-table.js';

const own = (code: string, kind: DocumentKind): CodedElement => [code, KIND_WORDS[kind], 'L'];

/** Codes of the hub's own (`L`) for each kind of document; a site maps them to what its receiver knows. */
export const DOCUMENT_TYPES: Readonly<Record<DocumentKind, CodedElement>> = {
  [DocumentKind.PROGRESS_NOTE]: own('IPSPN', DocumentKind.PROGRESS_NOTE),
  [DocumentKind.VOCATIONAL_PROFILE]: own('IPSVP', DocumentKind.VOCATIONAL_PROFILE),
  [DocumentKind.ACTION_PLAN]: own('IPSAP', DocumentKind.ACTION_PLAN),
  [DocumentKind.BENEFITS_ADVICE_SUMMARY]: own('IPSBA', DocumentKind.BENEFITS_ADVICE_SUMMARY),
  [DocumentKind.IN_WORK_SUPPORT_PLAN]: own('IPSWS', DocumentKind.IN_WORK_SUPPORT_PLAN),
  [DocumentKind.CLOSURE_SUMMARY]: own('IPSCS', DocumentKind.CLOSURE_SUMMARY),
};

/** Confidentiality (HL7 table 0272): usual, restricted, very restricted. The last of those that apply is the message's. */
export const CONFIDENTIALITY = ['U', 'R', 'V'] as const;
/** One of these. */
export type Confidentiality = (typeof CONFIDENTIALITY)[number];
