/** Writes a draft's row. */
import type { DocumentLabel } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import { newId } from '../core/ids.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';
import type { Transaction } from '../platform/database/database.js';

/** What a draft says, checked. */
export interface DraftToKeep {
  readonly title: string;
  /** As typed. */
  readonly text: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly visibility: DocumentVisibility;
  readonly labels: readonly DocumentLabel[];
  readonly urgent: boolean;
  readonly reason: string | null;
}

/** What a draft is for. */
export interface DraftStanding {
  readonly purpose: 'NEW' | 'AMEND' | 'ADD';
  readonly authorId: string;
  /** The note's latest version when it is begun. */
  readonly baseVersion: number;
  readonly aboutVersionId: string | null;
  readonly writtenAt: Date;
  /** Why a countersignature was refused, when it comes back for that. */
  readonly rejectionReason?: string | null;
  /** Set where it is kept as the words of a version that is signed already. */
  readonly signedVersionId?: string | null;
}

/**
 * Inserts a draft of a note and answers its id. Role `write`, under the note's lock.
 * Throws `HUB_STATE_CONFLICT` where the author has an open draft of that note already.
 */
export async function insertDraft(
  tx: Transaction,
  note: {
    readonly id: string;
    readonly organisationId: string;
    readonly teamId: string;
    readonly personId: string;
  },
  content: DraftToKeep,
  standing: DraftStanding,
): Promise<string> {
  const draftId = newId();
  const signedVersionId = standing.signedVersionId ?? null;
  await tx.query(
    `insert into note_drafts (id, note_id, organisation_id, team_id, person_id, author_id, purpose, state, title, text, contact_on,
       contact_started_at, visibility, labels, urgent, reason, rejection_reason, base_version, about_version_id, signed_version_id, written_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text[], $15, $16, $17, $18, $19, $20, $21)`,
    [
      draftId,
      note.id,
      note.organisationId,
      note.teamId,
      note.personId,
      standing.authorId,
      standing.purpose,
      signedVersionId === null ? 'OPEN' : 'SIGNED',
      content.title,
      content.text,
      content.contactOn,
      content.contactStartedAt,
      content.visibility,
      content.labels,
      content.urgent,
      content.reason,
      standing.rejectionReason ?? null,
      standing.baseVersion,
      standing.aboutVersionId,
      signedVersionId,
      standing.writtenAt,
    ],
  );
  return draftId;
}
