/** Drafts: begun on an episode, edited and discarded by their author; never signed by anybody else. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import type { DocumentKind } from '../clinical/documents.port.js';
import { londonDate, parseLocalDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { closeWorkItems, WorkItemKind } from '../delivery/work-item.service.js';
import type { Database } from '../platform/database/database.js';
import { type DraftToKeep, insertDraft } from './draft.writer.js';
import * as rules from './note.rules.js';
import { contactStart } from './note-dates.rules.js';
import { kindOf, labelsOf, type NoteForm, reasonOf, titleOf, visibilityOf } from './note-form.rules.js';
import { draftText } from './note-text.rules.js';
import { type DraftAtWork, episodeFor, hasLeft, lockDraft, type NoteAtWork } from './note-work.reader.js';

/** A new note. */
export interface DraftForm extends NoteForm {
  readonly idempotencyKey: string;
  readonly episodeId: string;
  readonly kind: DocumentKind;
  readonly text: string;
  readonly contactOn: string;
}

/** What an edit changes; what is left out stays as it was. */
export interface EditForm extends NoteForm {
  readonly idempotencyKey: string;
  readonly draftId: string;
  /** As read; another edit in between refuses this one. */
  readonly revision: number;
  /** Only while nothing of the note has been signed. */
  readonly kind?: DocumentKind | null;
  /** Why it is amended; only of an amendment. */
  readonly reason?: string | null;
}

/** What a use case about a draft answers. */
export type DraftKept = { readonly draftId: string; readonly noteId: string };

/** Changes drafts; every use case is one transaction with its audit row and idempotent under the client's key. */
export class DraftService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins a note on an episode of one of the caller's teams, open or closed: what happened before the closing may be
   * written after it, and a closure summary is. The text is kept as typed and judged when it is signed.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOTE_TEXT` (what cannot be saved), `HUB_NOT_FOUND`, `HUB_INPUT_REPEATED_KEY`.
   */
  async draft(caller: Caller, form: DraftForm): Promise<DraftKept> {
    const staffId = rules.staffWith(caller, CASEWORK);
    const kind = kindOf(form.kind);
    const contactOn = parseLocalDate('contactOn', form.contactOn);
    const content: DraftToKeep = {
      title: titleOf(kind, form.title),
      text: draftText('text', form.text),
      contactOn,
      contactStartedAt: contactStart(contactOn, form.contactStartedAt),
      visibility: visibilityOf(form.visibility),
      labels: labelsOf(form.labels),
      urgent: form.urgent ?? false,
      reason: null,
    };
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'draftNote', form.idempotencyKey, form, async () => {
        const episode = await episodeFor(tx, 'episodeId', form.episodeId);
        const note = { id: newId(), ...episode };
        await tx.query(
          `insert into notes (id, organisation_id, team_id, person_id, episode_id, kind, state, author_id)
           values ($1, $2, $3, $4, $5, $6, 'DRAFT', $7)`,
          [note.id, note.organisationId, note.teamId, note.personId, note.episodeId, kind, staffId],
        );
        const about = { purpose: 'NEW', baseVersion: 0, aboutVersionId: null } as const;
        const writtenAt = this.clock.now();
        const draftId = await insertDraft(tx, note, content, { ...about, authorId: staffId, writtenAt });
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'draftNote',
          personIds: [note.personId],
          details: { noteId: note.id, draftId },
        });
        return { draftId, noteId: note.id };
      }),
    );
  }

  /**
   * Changes a draft of the caller's own. Throws as `draft`, and `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT` (it is signed or
   * discarded, was changed since it was read, or would take what is signed to the record from the service alone or back).
   */
  async edit(caller: Caller, form: EditForm): Promise<DraftKept> {
    const staffId = rules.staffWith(caller, CASEWORK);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'editDraft', form.idempotencyKey, form, async () => {
        const { note, draft } = await lockDraft(tx, form.draftId);
        rules.mustBeAuthor(staffId, draft.authorId);
        rules.mustBeOpenDraft(draft.state);
        rules.mustBeRevision(form.revision, draft.revision);
        const kind = changedKind(note, form.kind);
        const content = changed(kind, draft, form);
        rules.mustStayFor(note, content.visibility);
        await tx.query(
          `update note_drafts set title = $2, text = $3, contact_on = $4, contact_started_at = $5, visibility = $6, labels = $7::text[],
             urgent = $8, reason = $9, written_at = $10, revision = revision + 1 where id = $1`,
          [
            draft.id,
            content.title,
            content.text,
            content.contactOn,
            content.contactStartedAt,
            content.visibility,
            content.labels,
            content.urgent,
            content.reason,
            this.clock.now(),
          ],
        );
        await tx.query('update notes set kind = $2, updated_at = clock_timestamp() where id = $1', [
          note.id,
          kind,
        ]);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'editDraft',
          personIds: [note.personId],
          details: { noteId: note.id, draftId: draft.id, revision: draft.revision + 1 },
        });
        return { draftId: draft.id, noteId: note.id };
      }),
    );
  }

  /**
   * Discards a draft: its author does, and a manager where the author has left; a note of which nothing stands signed goes
   * with it. Discarding it again changes nothing.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_NOT_FOUND`, `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT`, `HUB_INPUT_REPEATED_KEY`.
   */
  async discard(caller: Caller, input: { idempotencyKey: string; draftId: string }): Promise<DraftKept> {
    rules.staffWith(caller, CASEWORK);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'discardDraft', input.idempotencyKey, input, async () => {
        const { note, draft } = await lockDraft(tx, input.draftId);
        const today = londonDate(this.clock.now());
        const authorHasLeft = await hasLeft(tx, draft.authorId, note.teamId, today);
        rules.mayDiscard(caller, { authorId: draft.authorId, authorHasLeft });
        const kept = { draftId: draft.id, noteId: note.id };
        if (draft.state === 'DISCARDED') return kept;
        rules.mustBeOpenDraft(draft.state);
        await tx.query(`update note_drafts set state = 'DISCARDED' where id = $1`, [draft.id]);
        await tx.query(
          `update notes set state = case state when 'DRAFT' then 'DISCARDED' else state end, updated_at = clock_timestamp() where id = $1`,
          [note.id],
        );
        const { subject } = caller;
        await closeWorkItems(tx, WorkItemKind.AUTHOR_HAS_LEFT, draft.id, subject, 'the draft was discarded');
        await closeWorkItems(tx, WorkItemKind.AUTHOR_UNMAPPED, note.id, subject, 'the draft was discarded');
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'discardDraft',
          personIds: [note.personId],
          details: kept,
        });
        return kept;
      }),
    );
  }
}

/** The kind is the note's, so it can change only while nothing has been signed. Throws `HUB_INPUT_INVALID` (`kind`). */
function changedKind(note: NoteAtWork, kind: DocumentKind | null | undefined): DocumentKind {
  if (kind === null || kind === undefined || kind === note.kind) return note.kind;
  if (note.latestVersion > 0) throw inputError('kind', 'a version is signed already', note.kind);
  return kindOf(kind);
}

function changed(kind: DocumentKind, draft: DraftAtWork, form: EditForm): DraftToKeep {
  const contactOn = form.contactOn ? parseLocalDate('contactOn', form.contactOn) : draft.contactOn;
  const startedAt =
    form.contactStartedAt === undefined ? draft.contactStartedAt?.toISOString() : form.contactStartedAt;
  if (form.reason && draft.purpose !== 'AMEND')
    throw inputError('reason', 'only an amendment has one', 'none');
  return {
    title: form.title ? titleOf(kind, form.title) : draft.title,
    text: draftText('text', form.text ?? draft.text),
    contactOn,
    contactStartedAt: contactStart(contactOn, startedAt),
    visibility: visibilityOf(form.visibility ?? draft.visibility),
    labels: labelsOf(form.labels ?? draft.labels),
    urgent: form.urgent ?? draft.urgent,
    reason: form.reason ? reasonOf(form.reason) : draft.reason,
  };
}
