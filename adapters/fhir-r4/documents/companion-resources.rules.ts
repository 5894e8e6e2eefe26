/** What goes beside a document that the record took: a Task to read it (UK Core Task 1.2.0), a Provenance (UK Core Provenance 1.2.0). */
import { DocumentAction, type OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { type AuthorRules, authorElements } from './author.rules.js';
import { ODS_SYSTEM } from './document-resource.rules.js';

/** What of a site's settings decides it. */
export interface CompanionRules extends AuthorRules {
  readonly documentIdentifierSystem: string;
}

/** SNOMED CT: who the Task is for, where no person is known. */
const CARE_COORDINATOR = {
  coding: [{ system: 'http://snomed.info/sct', code: '768820003', display: 'Care coordinator' }],
};

/** FHIR R4 value set TaskStatus: what nobody has begun yet. */
const UNBEGUN = new Set(['draft', 'requested', 'received', 'accepted', 'ready']);

/** Task: read this document. `owner` is the care coordinator's reference; null when no single one is known. */
export function taskResource(
  document: OutgoingDocument,
  rules: CompanionRules,
  about: { readonly identifier: string; readonly reference: string; readonly owner: string | null },
) {
  const { who, contained } = authorElements(document.author, rules);
  return {
    resourceType: 'Task',
    ...contained,
    identifier: [{ system: rules.documentIdentifierSystem, value: about.identifier }],
    status: 'requested',
    intent: 'order',
    code: { text: 'Read a document of the employment service' },
    focus: { reference: about.reference },
    for: { reference: `Patient/${document.patient.localId}` },
    authoredOn: document.signedAt,
    requester: who,
    performerType: [CARE_COORDINATOR],
    ...(about.owner === null ? {} : { owner: { reference: about.owner } }),
  };
}

/** The Task as it is when its document was withdrawn; null when it is too late, or it is so already. */
export function cancelledTask(task: Json): object | null {
  if (!UNBEGUN.has(textOf(task, 'status') ?? '')) return null;
  return { ...task, status: 'cancelled', statusReason: { text: 'The document was withdrawn' } };
}

/** v3-DataOperation codes of what was done. */
const ACTIVITIES = {
  [DocumentAction.CREATE]: { code: 'CREATE', display: 'create' },
  [DocumentAction.REPLACE]: { code: 'UPDATE', display: 'revise' },
  [DocumentAction.APPEND]: { code: 'APPEND', display: 'append' },
} as const;

const agentType = (code: string, display: string) => ({
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code, display }],
});

/** Provenance: who wrote the document, for whom and when, and that the hub brought it; the version's identifier as its source. */
export function provenanceResource(document: OutgoingDocument, rules: CompanionRules, reference: string) {
  const { who, contained } = authorElements(document.author, rules);
  const { documentVersionId, signedAt, custodianOdsCode, action } = document;
  return {
    resourceType: 'Provenance',
    ...contained,
    target: [{ reference }],
    occurredDateTime: signedAt,
    recorded: signedAt,
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', ...ACTIVITIES[action] }],
    },
    agent: [
      {
        type: agentType('author', 'Author'),
        who,
        onBehalfOf: { identifier: { system: ODS_SYSTEM, value: custodianOdsCode } },
      },
      { type: agentType('assembler', 'Assembler'), who: { display: 'IPS Hub' } },
    ],
    entity: [
      {
        role: 'source',
        what: { identifier: { system: rules.documentIdentifierSystem, value: documentVersionId } },
      },
    ],
  };
}

/** Provenance.entity.what names the version: Provenance has no identifier of its own. */
export function isProvenanceOf(provenance: Json, system: string, documentVersionId: string): boolean {
  return objectsOf(provenance, 'entity').some((entity) => {
    const identifier = member(member(entity, 'what'), 'identifier');
    return textOf(identifier, 'system') === system && textOf(identifier, 'value') === documentVersionId;
  });
}
