/** What the use cases of notes read: a note under its lock, its draft, its versions, its destination. Role `write`. */
import type { DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';
import { resolvePerson } from '../people/person.service.js';
import type { Transaction } from '../platform/database/database.js';
import type { NoteState } from './note.rules.js';
import { idOf, notFound } from './note-form.rules.js';
import type { NoteVersion } from './note-versions.rules.js';

/** An episode as a note needs it. */
export interface EpisodeOfNote {
  readonly episodeId: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly specificationId: string;
  readonly specialistId: string;
  /** Where its notes go; null while nobody has said. */
  readonly episodeSystemId: string | null;
  /** First day on which it was no longer open. */
  readonly closedOn: LocalDate | null;
}

/** A note with its episode. */
export interface NoteAtWork extends EpisodeOfNote {
  readonly id: string;
  readonly kind: DocumentKind;
  readonly state: NoteState;
  readonly authorId: string;
  readonly latestVersion: number;
  /** The latest version's; the service's alone until there is one. */
  readonly visibility: DocumentVisibility;
}

/** A draft as its author left it. */
export interface DraftAtWork {
  readonly id: string;
  readonly noteId: string;
  readonly authorId: string;
  readonly purpose: 'NEW' | 'AMEND' | 'ADD';
  readonly state: 'OPEN' | 'SIGNED' | 'DISCARDED';
  readonly title: string;
  readonly text: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly visibility: DocumentVisibility;
  readonly labels: readonly DocumentLabel[];
  readonly urgent: boolean;
  readonly reason: string | null;
  readonly baseVersion: number;
  readonly aboutVersionId: string | null;
  readonly revision: number;
  readonly writtenAt: Date;
}

const EPISODE_COLUMNS = `e.id as "episodeId", e.organisation_id as "organisationId", e.team_id as "teamId", e.person_id as "personId",
  e.specification_id as "specificationId", e.specialist_id as "specialistId", e.system_id as "episodeSystemId",
  e.closed_on::text as "closedOn"`;

/** An episode of one of the caller's teams. Throws `HUB_NOT_FOUND` naming the field. */
export async function episodeFor(tx: Transaction, field: string, episodeId: string): Promise<EpisodeOfNote> {
  const [episode] = await tx.query<EpisodeOfNote>(
    `select ${EPISODE_COLUMNS} from employment_episodes e where e.id = $1`,
    [idOf(field, episodeId)],
  );
  if (!episode) throw notFound(field);
  return episode;
}

/**
 * A note of one of the caller's teams, locked until the transaction ends: whatever changes a note, its drafts or its
 * countersignatures takes this lock first, and reads in a later statement what another may have changed meanwhile.
 * Throws `HUB_NOT_FOUND` (`noteId`).
 */
export async function lockNote(tx: Transaction, noteId: string): Promise<NoteAtWork> {
  await tx.query('select id from notes where id = $1 for update', [idOf('noteId', noteId)]);
  const [note] = await tx.query<NoteAtWork>(
    `select n.id, n.kind, n.state, n.author_id as "authorId", n.latest_version as "latestVersion", n.visibility,
       ${EPISODE_COLUMNS}
     from notes n join employment_episodes e on e.id = n.episode_id where n.id = $1`,
    [noteId],
  );
  if (!note) throw notFound('noteId');
  return note;
}

/** A draft of one of the caller's teams under its note's lock. Throws `HUB_NOT_FOUND` (`draftId`). */
export async function lockDraft(
  tx: Transaction,
  draftId: string,
): Promise<{ note: NoteAtWork; draft: DraftAtWork }> {
  const [found] = await tx.query<{ noteId: string }>(
    'select note_id as "noteId" from note_drafts where id = $1',
    [idOf('draftId', draftId)],
  );
  if (!found) throw notFound('draftId');
  const note = await lockNote(tx, found.noteId);
  const [draft] = await tx.query<DraftAtWork>(
    `select id, note_id as "noteId", author_id as "authorId", purpose, state, title, text, contact_on::text as "contactOn",
       contact_started_at as "contactStartedAt", visibility, labels, urgent, reason, base_version as "baseVersion",
       about_version_id as "aboutVersionId", revision, written_at as "writtenAt"
     from note_drafts where id = $1`,
    [draftId],
  );
  return { note, draft: draft as DraftAtWork };
}

/** Every version of a note, newest first. */
export async function versionsOf(tx: Transaction, noteId: string): Promise<NoteVersion[]> {
  return tx.query<NoteVersion>(
    `select s.id, s.version, s.person_id as "personId", s.system_id as "systemId", s.action, s.predecessor_id as "predecessorId", s.kind,
       s.title, s.text, s.text_hash as "textHash", coalesce(d.text, s.text) as body, s.author_staff_id as "authorId",
       s.contact_on::text as "contactOn", s.contact_started_at as "contactStartedAt", s.is_late_entry as "isLateEntry",
       s.written_at as "writtenAt", s.signed_at as "signedAt", s.visibility, s.labels, s.urgent, d.purpose,
       d.about_version_id as "aboutVersionId", c.state as countersigned
     from signed_documents s
     left join note_drafts d on d.note_id = s.document_id and d.signed_version_id = s.id
     left join countersignatures c on c.document_version_id = s.id
     where s.document_id = $1 order by s.version desc`,
    [noteId],
  );
}

/** True when somebody is no longer active, or no longer assigned to the team, so that they cannot reach what they began. */
export async function hasLeft(
  tx: Transaction,
  staffId: string,
  teamId: string,
  today: LocalDate,
): Promise<boolean> {
  const rows = await tx.query(
    `select s.id from staff s join staff_teams t on t.staff_id = s.id
     where s.id = $1 and s.active and t.team_id = $2 and t.valid_from <= $3 and (t.valid_to is null or t.valid_to > $3)`,
    [staffId, teamId, today],
  );
  return rows.length === 0;
}

/** What a destination can take at present. */
export interface DestinationAtWork {
  readonly systemCode: string;
  readonly labels: readonly DocumentLabel[];
  readonly maxTextBytes: number | null;
  readonly isPaused: boolean;
}

/** A record system as a destination; null when it takes no documents. */
export async function destinationOf(tx: Transaction, systemId: string): Promise<DestinationAtWork | null> {
  const [row] = await tx.query<DestinationAtWork>(
    `select r.code as "systemCode", d.labels, d.max_text_bytes as "maxTextBytes",
       coalesce(d.paused_until > clock_timestamp(), false) as "isPaused"
     from destinations d join clinical_record_systems r on r.id = d.system_id where d.system_id = $1`,
    [systemId],
  );
  return row ?? null;
}

/** True when an earlier delivery for the person, or for whoever they turned out to be, waits in the system for somebody. */
export async function isHeldUp(tx: Transaction, personId: string, systemId: string): Promise<boolean> {
  const survivorId = await resolvePerson(tx, personId);
  const rows = await tx.query(
    `select id from delivery_lanes where system_id = $2 and person_id = $1 and state = 'PARKED'`,
    [survivorId, systemId],
  );
  return rows.length > 0;
}

/** True when a record in the system is linked to the person, or to anybody who turned out to be the same. */
export async function isLinked(tx: Transaction, personId: string, systemId: string): Promise<boolean> {
  const rows = await tx.query(
    `with recursive chain as (
       select id, merged_into_id from persons where id = $1
       union select p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
     ), everybody as (
       select id from chain where merged_into_id is null
       union select p.id from everybody e join persons p on p.merged_into_id = e.id
     )
     select l.id from record_links l join everybody e on e.id = l.person_id
     where l.system_id = $2 and l.active and l.replaced_by_local_id is null limit 1`,
    [personId, systemId],
  );
  return rows.length > 0;
}

/** True when a version is, or may be, on a record: delivered, on its way, waiting to go, or cancelled too late to be sure. */
export async function mayBeOnRecord(tx: Transaction, documentVersionId: string): Promise<boolean> {
  const rows = await tx.query(
    `select id from deliveries where document_version_id = $1 and operation = 'FILE' and (ours <> 'CANCELLED' or may_have_arrived)`,
    [documentVersionId],
  );
  return rows.length > 0;
}

/** By when an urgent version has to be on the record, as long as it is not; null for any other. */
export async function urgentUntil(tx: Transaction, documentVersionId: string): Promise<Date | null> {
  const [row] = await tx.query<{ urgentDueAt: Date }>(
    `select urgent_due_at as "urgentDueAt" from deliveries where document_version_id = $1 and operation = 'FILE'
       and urgent_due_at is not null and filed_at is null and theirs not in ('FILED', 'SIGNED')`,
    [documentVersionId],
  );
  return row?.urgentDueAt ?? null;
}
