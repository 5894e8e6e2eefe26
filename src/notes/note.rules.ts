/** Who may do what with a note, and in which state: pure decisions of the use cases. */
import type { DocumentLabel } from '../clinical/documents.port.js';
import { type Caller, Role } from '../core/caller.js';
import { HubError } from '../core/errors.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';

/** Where a note stands. */
export const NoteState = {
  /** Nothing is signed that stands: the author writes. */
  DRAFT: 'DRAFT',
  /** The newest version waits for somebody else's signature and goes nowhere until then. */
  AWAITING_COUNTERSIGNATURE: 'AWAITING_COUNTERSIGNATURE',
  SIGNED: 'SIGNED',
  /** Entered in error, or under the wrong person. */
  RETRACTED: 'RETRACTED',
  /** Never signed. */
  DISCARDED: 'DISCARDED',
} as const;
export type NoteState = (typeof NoteState)[keyof typeof NoteState];

/** What an author is told on signing, as codes. */
export const Prompt = {
  /** The note is urgent: tell somebody by telephone and record whom. */
  TELEPHONE_CALL: 'TELEPHONE_CALL',
  /** It says of itself that it is a late entry. */
  LATE_ENTRY: 'LATE_ENTRY',
  /** The person has no record in the destination; it is filed once they are linked. */
  UNLINKED: 'UNLINKED',
  /** The destination cannot carry a label, so it waits for somebody to file it by hand. */
  LABEL_NOT_CARRIED: 'LABEL_NOT_CARRIED',
  DESTINATION_PAUSED: 'DESTINATION_PAUSED',
  HELD_UP: 'HELD_UP',
  AWAITING_COUNTERSIGNATURE: 'AWAITING_COUNTERSIGNATURE',
} as const;
export type Prompt = (typeof Prompt)[keyof typeof Prompt];

/** The member of staff behind a caller with one of the roles. Throws `HUB_ACCESS_REFUSED`. */
export function staffWith(caller: Caller, roles: readonly Role[]): string {
  const { staffId } = caller.scope;
  if (staffId === null || !roles.includes(caller.role))
    throw new HubError('HUB_ACCESS_REFUSED', { details: { accepted: roles } });
  return staffId;
}

/** Throws `HUB_NOTE_NOT_AUTHOR`. */
export function mustBeAuthor(staffId: string, authorId: string): void {
  if (staffId !== authorId) throw new HubError('HUB_NOTE_NOT_AUTHOR');
}

/** Whom a note belongs to. */
export interface Belonging {
  readonly authorId: string;
  /** Who carries the episode today. */
  readonly specialistId: string;
}

/** Amendments and addenda: the author, whoever carries the episode today, a manager of the team. Throws `HUB_NOTE_NOT_AUTHOR`. */
export function mayContinue(caller: Caller, note: Belonging): void {
  const { staffId } = caller.scope;
  if (caller.role !== Role.TEAM_MANAGER && staffId !== note.authorId && staffId !== note.specialistId)
    throw new HubError('HUB_NOTE_NOT_AUTHOR');
}

/** Retraction and refiling: the author or a manager of the team. Throws `HUB_NOTE_NOT_AUTHOR`. */
export function mayTakeBack(caller: Caller, note: Pick<Belonging, 'authorId'>): void {
  if (caller.role !== Role.TEAM_MANAGER && caller.scope.staffId !== note.authorId)
    throw new HubError('HUB_NOTE_NOT_AUTHOR');
}

/** A draft is discarded by its author; by a manager once the author has left. Throws `HUB_NOTE_NOT_AUTHOR`. */
export function mayDiscard(caller: Caller, draft: { authorId: string; authorHasLeft: boolean }): void {
  if (caller.role === Role.TEAM_MANAGER && draft.authorHasLeft) return;
  mustBeAuthor(caller.scope.staffId as string, draft.authorId);
}

function conflict(message: string, details: Readonly<Record<string, string | number>>): HubError {
  return new HubError('HUB_STATE_CONFLICT', { message, details });
}

/** Throws `HUB_STATE_CONFLICT` with the draft's state. */
export function mustBeOpenDraft(state: string): void {
  if (state !== 'OPEN') throw conflict('That draft has been signed or discarded.', { state });
}

/** An edit is of what its author has seen last. Throws `HUB_STATE_CONFLICT` with the revision that it is at. */
export function mustBeRevision(expected: number, revision: number): void {
  if (expected !== revision)
    throw conflict('The draft has been changed since it was read.', { field: 'revision', revision });
}

/**
 * Whether a note is for the record or for the service alone is settled with its first signature, whatever became of that. So
 * nobody loses sight of a note of which earlier versions and deliveries stay in view, and nobody comes to see what was said
 * about it while it was not for them. Throws `HUB_STATE_CONFLICT` (`visibility`).
 */
export function mustStayFor(
  note: { readonly latestVersion: number; readonly visibility: DocumentVisibility },
  visibility: DocumentVisibility,
): void {
  if (note.latestVersion === 0) return;
  if ((note.visibility === 'SERVICE_ONLY') === (visibility === 'SERVICE_ONLY')) return;
  throw conflict(
    'Whether a note is for the record or for the service alone is settled with its first signature: retract it, or discard its draft, and write a new one.',
    { field: 'visibility', visibility: note.visibility },
  );
}

/** Only what stands signed can be amended, added to or refiled. Throws `HUB_STATE_CONFLICT` with the note's state. */
export function mustBeSigned(state: NoteState): void {
  if (state !== NoteState.SIGNED) throw conflict('The note is not one that stands signed.', { state });
}

/** What can be taken back: anything signed, waiting for a countersignature or not. Throws `HUB_STATE_CONFLICT` with the state. */
export function mustBeTakeable(state: NoteState): void {
  if (state !== NoteState.SIGNED && state !== NoteState.AWAITING_COUNTERSIGNATURE)
    throw conflict('The note has no signed version that could be taken back.', { state });
}

/** A first version is signed while the note is a draft, any other while it stands signed. Throws `HUB_STATE_CONFLICT`. */
export function mustBeSignable(
  note: { readonly state: NoteState; readonly latestVersion: number },
  draft: { readonly purpose: 'NEW' | 'AMEND' | 'ADD'; readonly baseVersion: number },
): void {
  const expected = draft.purpose === 'NEW' ? NoteState.DRAFT : NoteState.SIGNED;
  if (note.state !== expected) {
    throw conflict('The note is not in a state that takes another version.', { state: note.state });
  }
  if (note.latestVersion !== draft.baseVersion) {
    throw conflict('Somebody has signed another version since this draft was begun.', {
      latestVersion: note.latestVersion,
      baseVersion: draft.baseVersion,
    });
  }
}

/**
 * Whoever writes somebody else's signed note again has read it and answers for it: in the role that is asked to countersign,
 * that is the countersignature. Nobody countersigns what they wrote themselves.
 */
export function countersignsByRefiling(caller: Caller, asked: { role: string; authorId: string }): boolean {
  return caller.role === asked.role && caller.scope.staffId !== asked.authorId;
}

/** A countersignature is somebody else's, in the role that is asked for. Throws `HUB_ACCESS_REFUSED`, `HUB_STATE_CONFLICT`. */
export function mayCountersign(caller: Caller, asked: { role: string; authorId: string }): void {
  if (caller.role !== asked.role)
    throw new HubError('HUB_ACCESS_REFUSED', { details: { accepted: [asked.role] } });
  if (caller.scope.staffId === asked.authorId)
    throw conflict('Whoever signed a note does not countersign it.', { field: 'noteId' });
}

/** What the prompts follow from. */
export interface PromptFacts {
  readonly urgent: boolean;
  readonly late: boolean;
  /** Null for a note that goes nowhere. */
  readonly destination: {
    readonly isLinked: boolean;
    readonly labels: readonly DocumentLabel[];
    readonly isPaused: boolean;
    /** An earlier note for the person waits there for somebody. */
    readonly isHeldUp: boolean;
  } | null;
  readonly labels: readonly DocumentLabel[];
  readonly awaitsCountersignature: boolean;
}

/** What to tell the author, in the order of the vocabulary. */
export function promptsOf(facts: PromptFacts): Prompt[] {
  const { destination } = facts;
  const holds: Readonly<Record<Prompt, boolean>> = {
    TELEPHONE_CALL: facts.urgent,
    LATE_ENTRY: facts.late,
    UNLINKED: destination !== null && !destination.isLinked,
    LABEL_NOT_CARRIED:
      destination !== null && facts.labels.some((label) => !destination.labels.includes(label)),
    DESTINATION_PAUSED: destination?.isPaused ?? false,
    HELD_UP: destination?.isHeldUp ?? false,
    AWAITING_COUNTERSIGNATURE: facts.awaitsCountersignature,
  };
  return Object.values(Prompt).filter((prompt) => holds[prompt]);
}
