/** Signing: from a draft to a version that never changes, and from there to its lane, in one transaction. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import { londonDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError, isHubError } from '../core/errors.js';
import { closeWorkItems, openWorkItem, WorkItemKind } from '../delivery/work-item.service.js';
import { readIdentities } from '../people/identity.reader.js';
import type { Database, Transaction } from '../platform/database/database.js';
import * as rules from './note.rules.js';
import { isLateEntry, mustBeAcceptableContact } from './note-dates.rules.js';
import { countersignRoleFor, type NotePolicy } from './note-policy.rules.js';
import { policyFor } from './note-policy.service.js';
import { normaliseNoteText } from './note-text.rules.js';
import { firstTimes, type NoteVersion } from './note-versions.rules.js';
import {
  type DraftAtWork,
  isHeldUp,
  isLinked,
  lockDraft,
  type NoteAtWork,
  urgentUntil,
  versionsOf,
} from './note-work.reader.js';
import { placeVersion } from './placement.service.js';
import { composeSignedText } from './signed-text.rules.js';
import { letGo, type WrittenVersion, writeVersion } from './signed-version.writer.js';

/** What came of a signature. */
export type Signed = {
  readonly noteId: string;
  readonly documentVersionId: string;
  /** Null when it stays in the service, or waits for a countersignature. */
  readonly deliveryId: string | null;
  /** Codes of `Prompt`. */
  readonly prompts: readonly string[];
};

/** A draft, its note and what has been signed of it. */
interface AtSigning {
  readonly note: NoteAtWork;
  readonly draft: DraftAtWork;
  readonly versions: readonly NoteVersion[];
  readonly about: NoteVersion | null;
  readonly signedAt: Date;
}

/** Signs drafts. */
export class SignService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Signs a draft of the caller's own. The text is normalised, its headings are put on top, and what results is what is filed.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_NOT_FOUND`, `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT`, `HUB_NOTE_TEXT`, `HUB_NOTE_DATE`,
   * `HUB_NOTE_NO_DESTINATION`, `HUB_INPUT_REPEATED_KEY`, and `HUB_NOTE_AUTHOR_UNMAPPED`, which leaves a work item behind.
   */
  async sign(caller: Caller, input: { idempotencyKey: string; draftId: string }): Promise<Signed> {
    const staffId = rules.staffWith(caller, CASEWORK);
    try {
      return await this.database.transaction('write', caller.scope, (tx) =>
        once(tx, caller, 'signNote', input.idempotencyKey, input, async () => {
          const { note, draft } = await lockDraft(tx, input.draftId);
          rules.mustBeAuthor(staffId, draft.authorId);
          rules.mustBeOpenDraft(draft.state);
          rules.mustBeSignable(note, draft);
          rules.mustStayFor(note, draft.visibility);
          return signUnderLock(tx, caller, note, draft, this.clock.now());
        }),
      );
    } catch (error) {
      if (isHubError(error) && error.code === 'HUB_NOTE_AUTHOR_UNMAPPED')
        await this.askForMapping(caller, input.draftId);
      throw error;
    }
  }

  /** The refusal has undone everything, so whoever must act is told in a transaction of its own. */
  private async askForMapping(caller: Caller, draftId: string): Promise<void> {
    await this.database.transaction('write', caller.scope, async (tx) => {
      const { note } = await lockDraft(tx, draftId);
      await openWorkItem(tx, {
        kind: WorkItemKind.AUTHOR_UNMAPPED,
        organisationId: note.organisationId,
        teamId: note.teamId,
        subjectId: note.id,
        personId: note.personId,
        documentId: note.id,
        code: 'HUB_NOTE_AUTHOR_UNMAPPED',
      });
      await auditInTransaction(tx, caller, {
        kind: 'REFUSED',
        operation: 'signNote',
        outcome: 'REFUSED',
        personIds: [note.personId],
        details: { noteId: note.id, draftId, code: 'HUB_NOTE_AUTHOR_UNMAPPED' },
      });
    });
  }
}

async function signUnderLock(
  tx: Transaction,
  caller: Caller,
  note: NoteAtWork,
  draft: DraftAtWork,
  signedAt: Date,
): Promise<Signed> {
  const versions = await versionsOf(tx, note.id);
  const about = versions.find(({ id }) => id === draft.aboutVersionId) ?? null;
  const at = { note, draft, versions, about, signedAt };
  const systemId = destinationFor(at);
  const policy = await policyFor(tx, note.organisationId, {
    specificationId: note.specificationId,
    systemId,
    on: londonDate(signedAt),
  });
  const entry = await judgeEntry(tx, at, policy);
  const role = countersignRoleFor(policy, note.kind, draft.visibility);
  const { visibility, purpose } = draft;
  // What takes the place of an urgent version that is not filed has to be there by the same time.
  const urgentDueAt = about !== null && purpose === 'AMEND' ? await urgentUntil(tx, about.id) : null;
  const urgent = draft.urgent || urgentDueAt !== null;
  const placement = await placeVersion(tx, {
    purpose,
    about,
    versions,
    overtakes: role === null,
  });
  const { title, contactOn, contactStartedAt, writtenAt, labels, reason } = draft;
  const version = { note, systemId, placement, reason, title, ...entry, contactOn, contactStartedAt };
  const written = await writeVersion(
    tx,
    caller,
    { ...version, writtenAt, signedAt, visibility, labels, urgent, urgentDueAt },
    policy,
  );
  await tx.query(`update note_drafts set state = 'SIGNED', signed_version_id = $2 where id = $1`, [
    draft.id,
    written.documentVersionId,
  ]);
  await closeWorkItems(tx, WorkItemKind.AUTHOR_UNMAPPED, note.id, caller.subject, 'the note was signed');
  await closeWorkItems(tx, WorkItemKind.AUTHOR_HAS_LEFT, draft.id, caller.subject, 'its author signed it');
  const prompts = await promptsFor(tx, at, written, {
    urgent,
    late: entry.isLateEntry,
    awaits: role !== null,
  });
  const deliveryId = await letGo(tx, written, policy, role);
  const { documentVersionId } = written;
  await auditInTransaction(tx, caller, {
    kind: 'WRITE',
    operation: 'signNote',
    personIds: [note.personId],
    details: {
      noteId: note.id,
      documentVersionId,
      deliveryId,
      version: note.latestVersion + 1,
      action: placement.action,
      prompts,
    },
  });
  return { noteId: note.id, documentVersionId, deliveryId, prompts };
}

/** An entry stays in the record system in which it was first to be filed, wherever the episode's notes go now. */
function destinationFor({ note, draft, about }: AtSigning): string | null {
  if (draft.visibility === 'SERVICE_ONLY') return null;
  const systemId = about?.systemId ?? note.episodeSystemId;
  if (systemId === null) throw new HubError('HUB_NOTE_NO_DESTINATION');
  return systemId;
}

/** Holds the contact against the policy and the text against the rules; answers the text with its headings. */
async function judgeEntry(
  tx: Transaction,
  { note, draft, versions, signedAt }: AtSigning,
  policy: NotePolicy,
): Promise<{ text: string; isLateEntry: boolean }> {
  const { purpose, contactOn, contactStartedAt, reason } = draft;
  const contact = { contactOn, contactStartedAt };
  const earlier = purpose === 'NEW' ? null : firstTimes(versions);
  const times = earlier ?? { writtenAt: draft.writtenAt, signedAt };
  const [identity] = await readIdentities(tx, [note.personId]);
  mustBeAcceptableContact(contact, {
    now: signedAt,
    firstSignedAt: times.signedAt,
    latestBackDays: policy.latestBackDays,
    clause: policy.clause,
    deceasedOn: identity?.deceasedOn ?? null,
    closedOn: note.kind === 'CLOSURE_SUMMARY' ? null : note.closedOn,
  });
  const isLate = purpose !== 'ADD' && isLateEntry(contact, times.signedAt, policy.lateAfterHours);
  const body = normaliseNoteText('text', draft.text);
  const text = composeSignedText({
    purpose,
    body,
    contactOn,
    signedAt,
    reason,
    late: isLate ? times : null,
  });
  return { text, isLateEntry: isLate };
}

async function promptsFor(
  tx: Transaction,
  { note, draft }: AtSigning,
  { systemId, destination }: WrittenVersion,
  facts: { readonly urgent: boolean; readonly late: boolean; readonly awaits: boolean },
): Promise<rules.Prompt[]> {
  return rules.promptsOf({
    urgent: facts.urgent,
    late: facts.late,
    destination:
      systemId === null || destination === null
        ? null
        : {
            ...destination,
            isLinked: await isLinked(tx, note.personId, systemId),
            isHeldUp: await isHeldUp(tx, note.personId, systemId),
          },
    labels: draft.labels,
    awaitsCountersignature: facts.awaits,
  });
}
