/** Which of a note's versions stand: signed, countersigned where asked for, not replaced by a later one. */
import type { DocumentAction, DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import type { LocalDate } from '../core/calendar.js';
import { HubError } from '../core/errors.js';
import type { DocumentVisibility } from '../delivery/signed-document.service.js';
import { notFound } from './note-form.rules.js';

/** A signed version with what it came from. */
export interface NoteVersion {
  readonly id: string;
  readonly version: number;
  readonly personId: string;
  /** Null when it stays in the service. */
  readonly systemId: string | null;
  readonly action: DocumentAction;
  readonly predecessorId: string | null;
  readonly kind: DocumentKind;
  readonly title: string;
  /** As signed, headings included. */
  readonly text: string;
  readonly textHash: string;
  /** The author's own words, as typed. */
  readonly body: string;
  readonly authorId: string;
  readonly contactOn: LocalDate;
  readonly contactStartedAt: Date | null;
  readonly isLateEntry: boolean;
  readonly writtenAt: Date;
  readonly signedAt: Date;
  readonly visibility: DocumentVisibility;
  readonly labels: readonly DocumentLabel[];
  readonly urgent: boolean;
  /** Of the draft that it came from; null for what was refiled. */
  readonly purpose: 'NEW' | 'AMEND' | 'ADD' | null;
  /** The version that its draft was about. */
  readonly aboutVersionId: string | null;
  /** Of its countersignature; null when none was asked for. */
  readonly countersigned: 'PENDING' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | null;
}

/** Versions that were never refused or withdrawn and wait for nobody, in the order given. */
export function standingVersions(versions: readonly NoteVersion[]): NoteVersion[] {
  return versions.filter(({ countersigned }) => countersigned === null || countersigned === 'APPROVED');
}

/** Versions that stand and have not been replaced: the last text of the entry and of each addendum, in the order given. */
export function currentVersions(versions: readonly NoteVersion[]): NoteVersion[] {
  const standing = standingVersions(versions);
  const replaced = new Set(
    standing.filter(({ purpose }) => purpose === 'AMEND').map(({ aboutVersionId }) => aboutVersionId),
  );
  return standing.filter(({ id }) => !replaced.has(id));
}

/**
 * The version that an amendment or addendum is about: the one asked for, else the newest that is current.
 * Throws `HUB_NOT_FOUND` (`documentVersionId`) for another note's and `HUB_STATE_CONFLICT` for one that is not current.
 * @param versions all of the note's, newest first.
 */
export function versionAsked(
  versions: readonly NoteVersion[],
  documentVersionId: string | null | undefined,
): NoteVersion {
  const current = currentVersions(versions);
  if (documentVersionId === null || documentVersionId === undefined) return current[0] as NoteVersion;
  const asked = versions.find(({ id }) => id === documentVersionId);
  if (!asked) throw notFound('documentVersionId');
  if (!current.includes(asked)) {
    throw new HubError('HUB_STATE_CONFLICT', {
      message: 'That version has been replaced or does not stand.',
      details: { field: 'documentVersionId', version: asked.version },
    });
  }
  return asked;
}

/** When the entry was first written and signed: the times of its first version that stands; null where none does. */
export function firstTimes(versions: readonly NoteVersion[]): { writtenAt: Date; signedAt: Date } | null {
  const [first] = standingVersions(versions).sort((a, b) => a.version - b.version);
  return first ? { writtenAt: first.writtenAt, signedAt: first.signedAt } : null;
}
