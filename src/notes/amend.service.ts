/** Amendments and addenda: drafts of another version of a note that stands signed. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import { parseLocalDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError } from '../core/errors.js';
import type { Database } from '../platform/database/database.js';
import type { DraftKept } from './draft.service.js';
import { type DraftToKeep, insertDraft } from './draft.writer.js';
import * as rules from './note.rules.js';
import { contactStart } from './note-dates.rules.js';
import { labelsOf, type NoteForm, reasonOf, titleOf, visibilityOf } from './note-form.rules.js';
import { draftText } from './note-text.rules.js';
import { type NoteVersion, versionAsked } from './note-versions.rules.js';
import { lockNote, type NoteAtWork, versionsOf } from './note-work.reader.js';

/** What is to be amended, and why. What is left out is taken from the version. */
export interface AmendForm extends NoteForm {
  readonly idempotencyKey: string;
  readonly noteId: string;
  /** 3 to 500 characters; stands in the text that is filed. */
  readonly reason: string;
  /** Which of the versions that are current; default the newest. The entry and each addendum are amended apart. */
  readonly documentVersionId?: string | null;
}

/** What is to be added. Title, visibility, labels and contact are the version's unless given. */
export interface AddForm extends NoteForm {
  readonly idempotencyKey: string;
  readonly noteId: string;
  readonly text: string;
}

/** Begins drafts about signed versions. */
export class AmendService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins an amendment: signed, it takes the place of the version, with the reason. The author, whoever carries the episode
   * and a manager of the team may, each under their own name.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOTE_TEXT`, `HUB_NOT_FOUND`, `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT`
   * (nothing stands signed, the caller has an open draft of it, or it would go to the record from the service alone or back),
   * `HUB_INPUT_REPEATED_KEY`.
   */
  async amend(caller: Caller, form: AmendForm): Promise<DraftKept> {
    const reason = reasonOf(form.reason);
    return this.begin(caller, 'amendNote', 'AMEND', form, reason, form.documentVersionId);
  }

  /** Begins an addendum: signed, it stands beside the version. Throws as `amend`. */
  async add(caller: Caller, form: AddForm): Promise<DraftKept> {
    return this.begin(caller, 'addToNote', 'ADD', form, null, null);
  }

  private begin(
    caller: Caller,
    operation: string,
    purpose: 'AMEND' | 'ADD',
    form: NoteForm & { readonly idempotencyKey: string; readonly noteId: string },
    reason: string | null,
    documentVersionId: string | null | undefined,
  ): Promise<DraftKept> {
    const staffId = rules.staffWith(caller, CASEWORK);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, operation, form.idempotencyKey, form, async () => {
        const note = await lockNote(tx, form.noteId);
        rules.mayContinue(caller, note);
        rules.mustBeSigned(note.state);
        const [open] = await tx.query<{ id: string }>(
          `select id from note_drafts where note_id = $1 and author_id = $2 and state = 'OPEN'`,
          [note.id, staffId],
        );
        if (open) {
          throw new HubError('HUB_STATE_CONFLICT', {
            message: 'You have an open draft of that note: sign or discard it first.',
            details: { draftId: open.id },
          });
        }
        const about = versionAsked(await versionsOf(tx, note.id), documentVersionId);
        const content = prefilled(note, about, form, reason);
        rules.mustStayFor(note, content.visibility);
        const draftId = await insertDraft(tx, note, content, {
          purpose,
          authorId: staffId,
          baseVersion: note.latestVersion,
          aboutVersionId: about.id,
          writtenAt: this.clock.now(),
        });
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation,
          personIds: [note.personId],
          details: { noteId: note.id, draftId, aboutVersionId: about.id },
        });
        return { draftId, noteId: note.id };
      }),
    );
  }
}

/** The version's content with what the form says otherwise; urgent when the form says so, and of an unfiled urgent one at signing. */
function prefilled(note: NoteAtWork, about: NoteVersion, form: NoteForm, reason: string | null): DraftToKeep {
  const contactOn = form.contactOn ? parseLocalDate('contactOn', form.contactOn) : about.contactOn;
  const sameDay = contactOn === about.contactOn ? about.contactStartedAt?.toISOString() : null;
  return {
    title: form.title ? titleOf(note.kind, form.title) : about.title,
    text: draftText('text', form.text ?? about.body),
    contactOn,
    contactStartedAt: contactStart(
      contactOn,
      form.contactStartedAt === undefined ? sameDay : form.contactStartedAt,
    ),
    visibility: form.visibility ? visibilityOf(form.visibility) : about.visibility,
    labels: form.labels ? labelsOf(form.labels) : about.labels,
    urgent: form.urgent ?? false,
    reason,
  };
}
