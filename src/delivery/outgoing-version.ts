/** A signed version as the port takes it, for whom and from whom it goes this time. */
import type { OutgoingDocument } from '../clinical/documents.port.js';
import type { Head } from './claim.service.js';

/** Where it goes, and whose it is. */
export interface Addressee {
  /** The patient's id in the destination. */
  readonly localId: string;
  /** ODS code of the organisation whose document it is. */
  readonly custodianOdsCode: string;
}

/**
 * The version. Of a head that may go its author is known at the destination.
 * @param predecessorReference the far end's reference of the version that it replaces or is added to.
 */
export function outgoing(
  head: Head,
  { localId, custodianOdsCode }: Addressee,
  action: OutgoingDocument['action'],
  predecessorReference: string | null,
): OutgoingDocument {
  const { nhsNumber, familyName, givenName, dateOfBirth } = head;
  return {
    documentVersionId: head.documentVersionId,
    documentId: head.documentId,
    version: head.version,
    action,
    predecessorReference,
    patient: { localId, nhsNumber, familyName, givenName, dateOfBirth },
    kind: head.kind,
    title: head.title,
    text: head.text,
    textHash: head.textHash,
    author: {
      reference: head.authorReference!,
      name: head.authorName,
      employer: head.authorEmployer,
      role: head.authorRole,
    },
    custodianOdsCode,
    contactOn: head.contactOn,
    contactStartedAt: head.contactStartedAt?.toISOString() ?? null,
    writtenAt: head.writtenAt.toISOString(),
    signedAt: head.signedAt.toISOString(),
    labels: head.labels,
    isShareable: head.visibility === 'SHAREABLE',
  };
}
