/** What a document is called at a destination that says nothing of its own. */
import { DocumentKind } from '../../../src/clinical/documents.port.js';

/**
 * Identifier system of the hub's document versions: an OID made of a UUID (ITU-T X.667), which is nobody else's and needs
 * no registration. A site that gives the hub an address of its own sets it once, before the first document, and for good.
 */
export const DOCUMENT_IDENTIFIER_SYSTEM = 'urn:oid:2.25.208578794354289611487125984483270302321';

/** LOINC codes for each kind of document; 11506-3 and 34133-9 are among US Core's common clinical notes. */
export const DOCUMENT_TYPES: readonly string[] = [
  `${DocumentKind.PROGRESS_NOTE}=http://loinc.org|11506-3|Progress note`,
  `${DocumentKind.VOCATIONAL_PROFILE}=http://loinc.org|51848-0|Evaluation note`,
  `${DocumentKind.ACTION_PLAN}=http://loinc.org|18776-5|Plan of care note`,
  `${DocumentKind.BENEFITS_ADVICE_SUMMARY}=http://loinc.org|34109-9|Note`,
  `${DocumentKind.IN_WORK_SUPPORT_PLAN}=http://loinc.org|18776-5|Plan of care note`,
  `${DocumentKind.CLOSURE_SUMMARY}=http://loinc.org|34133-9|Summary of episode note`,
];

/** SNOMED CT's clinical note, which is also the category of the National Record Locator. */
export const DOCUMENT_CATEGORIES: readonly string[] = Object.values(DocumentKind).map(
  (kind) => `${kind}=http://snomed.info/sct|823651000000106|Clinical note`,
);
