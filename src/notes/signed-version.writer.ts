/** Writes a signed version under the note's lock and lets it go: to its lane, or to whoever has to countersign it. */
import { authorIdentity } from '../clinical/author-identity.service.js';
import type { DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import { type LocalDate, londonDate } from '../core/calendar.js';
import { type Caller, Role } from '../core/caller.js';
import { HubError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { addWorkingDays } from '../core/working-days.js';
import { enqueueDelivery } from '../delivery/enqueue.service.js';
import { type DocumentVisibility, keepSignedDocument } from '../delivery/signed-document.service.js';
import { openWorkItem, WorkItemKind } from '../delivery/work-item.service.js';
import type { Transaction } from '../platform/database/database.js';
import { endOfLondonDay } from './note-dates.rules.js';
import type { CountersignRole, NotePolicy } from './note-policy.rules.js';
import { mustFitDestination } from './note-text.rules.js';
import { type DestinationAtWork, destinationOf } from './note-work.reader.js';
import type { Placement } from './placement.service.js';
import { textHash } from './signed-text.rules.js';

const MINUTE_MS = 60_000;

/** The note that a version is of. */
export interface NoteToSign {
  readonly id: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly kind: DocumentKind;
  readonly latestVersion: number;
}

/** A version in all that its author answers for. */
export interface VersionToSign {
  readonly note: NoteToSign;
  /** Null when it stays in the service. */
  readonly systemId: string | null;
  readonly placement: Placement;
  readonly reason: string | null;
  readonly title: string;
  /** Headings and words, normalised. */
  readonly text: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly isLateEntry: boolean;
  readonly writtenAt: Date;
  readonly signedAt: Date;
  readonly visibility: DocumentVisibility;
  readonly labels: readonly DocumentLabel[];
  readonly urgent: boolean;
  /** By when it has to be filed, where an earlier version said so; else the policy's time from signing. */
  readonly urgentDueAt?: Date | null;
}

/** A version that is written and has not been let go. */
export interface WrittenVersion {
  readonly documentVersionId: string;
  readonly note: NoteToSign;
  readonly systemId: string | null;
  readonly destination: DestinationAtWork | null;
  /** By when an urgent one must be filed. */
  readonly urgentDueAt: Date | null;
  readonly signedAt: Date;
}

const ROLE_WORDING: Partial<Readonly<Record<Role, string>>> = {
  EMPLOYMENT_SPECIALIST: 'Employment specialist',
  TEAM_MANAGER: 'Team manager',
};

interface SigningAuthor {
  readonly reference: string | null;
  readonly name: string;
  readonly employer: string;
  readonly role: string;
}

/**
 * Who signs, as the destination knows them that day; in the service alone, as the directory does.
 * Throws `HUB_NOTE_AUTHOR_UNMAPPED`, saying that the administrator acts and for which record system.
 */
async function signingAuthor(
  tx: Transaction,
  caller: Caller,
  systemId: string | null,
  destination: DestinationAtWork | null,
  on: LocalDate,
): Promise<SigningAuthor> {
  const staffId = caller.scope.staffId as string;
  const [row] = await tx.query<{ name: string; organisation: string }>(
    'select s.display_name as name, o.name as organisation from staff s join organisations o on o.id = s.organisation_id where s.id = $1',
    [staffId],
  );
  const { name, organisation } = row as { name: string; organisation: string };
  if (systemId === null)
    return { reference: null, name, employer: organisation, role: ROLE_WORDING[caller.role] as string };
  const identity = await authorIdentity(tx, staffId, systemId, on);
  if (!identity) {
    throw new HubError('HUB_NOTE_AUTHOR_UNMAPPED', {
      details: { whoActs: Role.ADMINISTRATOR, systemCode: destination?.systemCode ?? null, on },
    });
  }
  return { reference: identity.reference, name, employer: identity.employer, role: identity.roleTitle };
}

/**
 * Inserts the version and brings the note up to it. Role `write`, under the note's lock.
 * Throws `HUB_NOTE_NO_DESTINATION`, `HUB_NOTE_AUTHOR_UNMAPPED`, `HUB_NOTE_TEXT` (too large for the destination).
 */
export async function writeVersion(
  tx: Transaction,
  caller: Caller,
  version: VersionToSign,
  policy: NotePolicy,
): Promise<WrittenVersion> {
  const { note, systemId, placement, signedAt, text } = version;
  const destination = systemId === null ? null : await destinationOf(tx, systemId);
  if (version.visibility !== 'SERVICE_ONLY' && destination === null)
    throw new HubError('HUB_NOTE_NO_DESTINATION');
  const author = await signingAuthor(tx, caller, systemId, destination, londonDate(signedAt));
  if (destination) mustFitDestination(text, destination.maxTextBytes);
  const documentVersionId = newId();
  await keepSignedDocument(tx, {
    id: documentVersionId,
    documentId: note.id,
    version: note.latestVersion + 1,
    organisationId: note.organisationId,
    teamId: note.teamId,
    personId: note.personId,
    systemId,
    action: placement.action,
    predecessorId: placement.predecessorId,
    reason: version.reason,
    kind: note.kind,
    title: version.title,
    text,
    textHash: textHash(text),
    authorStaffId: caller.scope.staffId as string,
    authorReference: author.reference,
    authorName: author.name,
    authorEmployer: author.employer,
    authorRole: author.role,
    contactOn: version.contactOn,
    contactStartedAt: version.contactStartedAt,
    isLateEntry: version.isLateEntry,
    writtenAt: version.writtenAt,
    signedAt,
    visibility: version.visibility,
    labels: version.labels,
    urgent: version.urgent,
  });
  await tx.query(
    'update notes set latest_version = $2, contact_on = $3, updated_at = clock_timestamp() where id = $1',
    [note.id, note.latestVersion + 1, version.contactOn],
  );
  const urgentDueAt = version.urgent
    ? (version.urgentDueAt ?? new Date(signedAt.getTime() + policy.urgentWithinMinutes * MINUTE_MS))
    : null;
  return { documentVersionId, note, systemId, destination, urgentDueAt, signedAt };
}

async function keepCountersignature(
  tx: Transaction,
  written: WrittenVersion,
  policy: NotePolicy,
  role: CountersignRole,
  approvedBy: string | null,
): Promise<LocalDate> {
  const { note, documentVersionId, signedAt } = written;
  const dueOn = addWorkingDays(londonDate(signedAt), policy.chaseAfterWorkingDays);
  await tx.query(
    `insert into countersignatures (id, organisation_id, team_id, person_id, note_id, document_version_id, role, clause, asked_at, due_on,
       urgent_due_at, state, decided_by, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      newId(),
      note.organisationId,
      note.teamId,
      note.personId,
      note.id,
      documentVersionId,
      role,
      policy.clause,
      signedAt,
      dueOn,
      written.urgentDueAt,
      approvedBy === null ? 'PENDING' : 'APPROVED',
      approvedBy,
      approvedBy === null ? null : signedAt,
    ],
  );
  return dueOn;
}

/** Keeps on record that a version was countersigned as it was signed: by whoever refiled it. Let it go after that. */
export async function keepApproval(
  tx: Transaction,
  written: WrittenVersion,
  policy: NotePolicy,
  role: CountersignRole,
  approvedBy: string,
): Promise<void> {
  await keepCountersignature(tx, written, policy, role, approvedBy);
}

/** Asks somebody else for their signature; the version goes nowhere until it is given. Opens a work item for it. */
async function askCountersignature(
  tx: Transaction,
  written: WrittenVersion,
  policy: NotePolicy,
  role: CountersignRole,
): Promise<void> {
  const { note, documentVersionId } = written;
  const dueOn = await keepCountersignature(tx, written, policy, role, null);
  await openWorkItem(tx, {
    kind: WorkItemKind.COUNTERSIGN,
    organisationId: note.organisationId,
    teamId: note.teamId,
    subjectId: documentVersionId,
    personId: note.personId,
    documentId: note.id,
    dueAt: endOfLondonDay(dueOn),
  });
}

/** Lets a version go to its lane, or to whoever countersigns; takes the lane's lock, so it comes late. Answers the delivery, if there is one. */
export async function letGo(
  tx: Transaction,
  written: WrittenVersion,
  policy: NotePolicy,
  role: CountersignRole | null,
): Promise<string | null> {
  const { note } = written;
  await tx.query('update notes set state = $2 where id = $1', [
    note.id,
    role === null ? 'SIGNED' : 'AWAITING_COUNTERSIGNATURE',
  ]);
  if (role !== null) {
    await askCountersignature(tx, written, policy, role);
    return null;
  }
  if (written.systemId === null) return null;
  const { deliveryId } = await enqueueDelivery(tx, {
    documentVersionId: written.documentVersionId,
    documentId: note.id,
    organisationId: note.organisationId,
    teamId: note.teamId,
    personId: note.personId,
    systemId: written.systemId,
    operation: 'FILE',
    urgentDueAt: written.urgentDueAt,
  });
  return deliveryId;
}
