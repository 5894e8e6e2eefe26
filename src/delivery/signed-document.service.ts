/** Keeps what was signed: inserted once, never changed. */

import type { DocumentAction, DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import type { Transaction } from '../platform/database/database.js';

/** Who may see a document: the clinical record, only the service, or the person and whom they choose as well. */
export type DocumentVisibility = 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';

/** A version at the moment of signing. Ids are uuids. */
export interface NewSignedDocument {
  /** uuidv7: the identity of the send for ever. */
  readonly id: string;
  /** Shared by all versions. */
  readonly documentId: string;
  /** From 1. */
  readonly version: number;
  readonly organisationId: string;
  readonly teamId: string;
  /** The person as known at signing; merges are followed at sending. */
  readonly personId: string;
  /** Where it is filed; null when it stays in the service. */
  readonly systemId: string | null;
  readonly action: DocumentAction;
  readonly predecessorId: string | null;
  /** Why it replaces its predecessor. */
  readonly reason: string | null;
  readonly kind: DocumentKind;
  readonly title: string;
  /** Normalised: NFC, LF, no control characters but LF. */
  readonly text: string;
  /** SHA-256 of the text in UTF-8, lower-case hexadecimal. */
  readonly textHash: string;
  readonly authorStaffId: string;
  /** The author's own identifier in the destination; null when it stays in the service. */
  readonly authorReference: string | null;
  readonly authorName: string;
  readonly authorEmployer: string;
  readonly authorRole: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly isLateEntry: boolean;
  readonly writtenAt: Date;
  readonly signedAt: Date;
  readonly visibility: DocumentVisibility;
  readonly labels: readonly DocumentLabel[];
  readonly urgent: boolean;
}

/** Keeps a version in the signing transaction. Role `write`. Throws `HUB_STATE_CONFLICT` when that version of the document exists. */
export async function keepSignedDocument(tx: Transaction, document: NewSignedDocument): Promise<void> {
  await tx.query(
    `insert into signed_documents (id, document_id, version, organisation_id, team_id, person_id, system_id, action,
       predecessor_id, reason, kind, title, text, text_hash, author_staff_id, author_reference, author_name, author_employer,
       author_role, contact_on, contact_started_at, is_late_entry, written_at, signed_at, visibility, labels, urgent)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
       $25, $26::text[], $27)`,
    [
      document.id,
      document.documentId,
      document.version,
      document.organisationId,
      document.teamId,
      document.personId,
      document.systemId,
      document.action,
      document.predecessorId,
      document.reason,
      document.kind,
      document.title,
      document.text,
      document.textHash,
      document.authorStaffId,
      document.authorReference,
      document.authorName,
      document.authorEmployer,
      document.authorRole,
      document.contactOn,
      document.contactStartedAt,
      document.isLateEntry,
      document.writtenAt,
      document.signedAt,
      document.visibility,
      document.labels,
      document.urgent,
    ],
  );
}
