/** A signed version as a DocumentReference (FHIR R4, UK Core DocumentReference 2.2.0, US Core 9 "Writing Clinical Notes"). */
import {
  DocumentAction,
  type DocumentKind,
  type DocumentLabel,
  KIND_WORDS,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import type { CodeTable, Coding } from '../coded-settings.js';
import type { DocumentContent } from './attachment.js';
import { type AuthorRules, authorElements } from './author.rules.js';

/** Identifier system of ODS codes, fixed by UK Core. */
export const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** DocumentReference.relatesTo.code (required binding DocumentRelationshipType) of each action. */
const RELATIONS = { [DocumentAction.REPLACE]: 'replaces', [DocumentAction.APPEND]: 'appends' } as const;

/** What of a site's settings decides how a document is written. */
export interface DocumentRules extends AuthorRules {
  readonly documentIdentifierSystem: string;
  readonly documentTypes: CodeTable<DocumentKind>;
  readonly documentCategories: CodeTable<DocumentKind>;
  readonly labelCodes: CodeTable<DocumentLabel>;
}

/** What a resource needs besides the document. */
export interface DocumentParts {
  readonly content: DocumentContent;
  /** `Encounter/<id>` in the destination, or null. */
  readonly encounter: string | null;
}

const codingOf = ({ system, code, display }: Coding) => ({
  system,
  code,
  ...(display === null ? {} : { display }),
});

/** The period of the contact: from its start where the time is known, else the whole day in London. */
export function periodOf({ contactOn, contactStartedAt }: OutgoingDocument) {
  return contactStartedAt === null ? { start: contactOn, end: contactOn } : { start: contactStartedAt };
}

/** relatesTo: the version that this one replaces or is added to; nothing for a first version. */
function relationOf({ action, predecessorReference }: OutgoingDocument) {
  if (action === DocumentAction.CREATE) return {};
  return { relatesTo: [{ code: RELATIONS[action], target: { reference: predecessorReference } }] };
}

/**
 * The resource to create: identifier and masterIdentifier of this version, status `current`, docStatus `final`, type and
 * category by the kind, subject and author by reference, custodian by ODS code, date of signing, one attachment with the
 * content and its hash, encounter and period of the contact, security labels, and its relation to the version before. The text
 * is as signed.
 */
export function documentResource(
  document: OutgoingDocument,
  rules: DocumentRules,
  { content, encounter }: DocumentParts,
) {
  const { documentVersionId, kind, title, labels } = document;
  const { who, contained } = authorElements(document.author, rules);
  const type = (rules.documentTypes.get(kind) ?? []).map(codingOf);
  const category = (rules.documentCategories.get(kind) ?? []).map((coding) => ({
    coding: [codingOf(coding)],
  }));
  const securityLabel = labels.map((label) => ({
    coding: (rules.labelCodes.get(label) ?? []).map(codingOf),
  }));
  return {
    resourceType: 'DocumentReference',
    ...contained,
    masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${documentVersionId}` },
    identifier: [{ system: rules.documentIdentifierSystem, value: documentVersionId }],
    status: 'current',
    docStatus: 'final',
    type: { ...(type.length === 0 ? {} : { coding: type }), text: KIND_WORDS[kind] },
    ...(category.length === 0 ? {} : { category }),
    subject: { reference: `Patient/${document.patient.localId}` },
    date: document.signedAt,
    author: [who],
    custodian: { identifier: { system: ODS_SYSTEM, value: document.custodianOdsCode } },
    ...relationOf(document),
    description: title,
    ...(securityLabel.length === 0 ? {} : { securityLabel }),
    content: [
      {
        attachment: {
          ...content,
          language: 'en-GB',
          title,
          creation: document.writtenAt,
        },
      },
    ],
    context: {
      ...(encounter === null ? {} : { encounter: [{ reference: encounter }] }),
      period: periodOf(document),
    },
  };
}
