/** Writes a note's current versions again under another person's episode: the same texts, ids of their own. */
import { londonDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import { HubError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { readIdentities } from '../people/identity.reader.js';
import type { Transaction } from '../platform/database/database.js';
import { insertDraft } from './draft.writer.js';
import * as rules from './note.rules.js';
import { mustNotBeAfterDeath } from './note-dates.rules.js';
import { type CountersignRole, countersignRoleFor, type NotePolicy } from './note-policy.rules.js';
import { policyFor } from './note-policy.service.js';
import { currentVersions, type NoteVersion } from './note-versions.rules.js';
import type { EpisodeOfNote, NoteAtWork } from './note-work.reader.js';
import { keepApproval, letGo, type WrittenVersion, writeVersion } from './signed-version.writer.js';

/** A note that is written again. */
export interface Refiled {
  readonly noteId: string;
  /** Sends it on its way; takes the lane's lock. */
  letGo(): Promise<void>;
}

/** What is written again, and where. */
export interface ToRefile {
  readonly note: NoteAtWork;
  readonly right: EpisodeOfNote;
  /** All of the note's, newest first. */
  readonly versions: readonly NoteVersion[];
  readonly at: Date;
}

interface Waiting {
  readonly written: WrittenVersion;
  readonly policy: NotePolicy;
  readonly role: CountersignRole | null;
}

/** What stands and what waits for a countersignature, oldest first: the entry, then its addenda. */
function sourcesOf(versions: readonly NoteVersion[]): NoteVersion[] {
  const judged = versions.map((version) =>
    version.countersigned === 'PENDING' ? { ...version, countersigned: null } : version,
  );
  const current = new Set(currentVersions(judged).map(({ id }) => id));
  return versions.filter(({ id }) => current.has(id)).sort((a, b) => a.version - b.version);
}

/**
 * The caller signs. What was approved is not asked about again; what was not is, where the right episode's policy asks for it,
 * unless the caller is who would be asked and has not written it: that counts as their countersignature. What hangs on an entry
 * that is asked about is asked about with it. Whether it was a late entry, and the headings that say so, stay as they were signed. Role `write`.
 * Throws `HUB_NOTE_DATE` (after the right person's death), `HUB_NOTE_NO_DESTINATION`, `HUB_NOTE_AUTHOR_UNMAPPED`, `HUB_NOTE_TEXT`.
 */
export async function refileVersions(tx: Transaction, caller: Caller, toRefile: ToRefile): Promise<Refiled> {
  const { note, right, at } = toRefile;
  const sources = sourcesOf(toRefile.versions);
  const noteId = newId();
  const { organisationId, teamId, personId, episodeId } = right;
  await tx.query(
    `insert into notes (id, organisation_id, team_id, person_id, episode_id, kind, state, author_id) values ($1, $2, $3, $4, $5, $6, 'DRAFT', $7)`,
    [noteId, organisationId, teamId, personId, episodeId, note.kind, caller.scope.staffId],
  );
  const [identity] = await readIdentities(tx, [personId]);
  const waiting: Waiting[] = [];
  let firstId: string | null = null;
  let isHeld = false;
  for (const [index, source] of sources.entries()) {
    mustNotBeAfterDeath(source.contactOn, identity?.deceasedOn ?? null);
    const fresh = { id: noteId, organisationId, teamId, personId, kind: note.kind, latestVersion: index };
    const { written, policy } = await writeAgain(tx, caller, { source, fresh, right, firstId, at });
    const isAsked: boolean = isHeld || source.countersigned !== 'APPROVED';
    let role: CountersignRole | null = isAsked
      ? countersignRoleFor(policy, note.kind, source.visibility)
      : null;
    const { authorId } = source;
    if (role !== null && !isHeld && rules.countersignsByRefiling(caller, { role, authorId })) {
      await keepApproval(tx, written, policy, role, caller.scope.staffId as string);
      role = null;
    }
    isHeld ||= role !== null;
    waiting.push({ written, policy, role });
    firstId ??= written.documentVersionId;
  }
  return {
    noteId,
    async letGo() {
      for (const { written, policy, role } of waiting) await letGo(tx, written, policy, role);
    },
  };
}

interface Again {
  readonly source: NoteVersion;
  readonly fresh: Parameters<typeof writeVersion>[2]['note'];
  readonly right: EpisodeOfNote;
  /** The entry that an addendum is added to; null for the entry itself. */
  readonly firstId: string | null;
  readonly at: Date;
}

async function writeAgain(
  tx: Transaction,
  caller: Caller,
  { source, fresh, right, firstId, at }: Again,
): Promise<{ written: WrittenVersion; policy: NotePolicy }> {
  const systemId = source.visibility === 'SERVICE_ONLY' ? null : right.episodeSystemId;
  if (source.visibility !== 'SERVICE_ONLY' && systemId === null)
    throw new HubError('HUB_NOTE_NO_DESTINATION');
  const { specificationId } = right;
  const question = { specificationId, systemId, on: londonDate(at) };
  const policy = await policyFor(tx, fresh.organisationId, question);
  const action = firstId === null ? 'CREATE' : 'APPEND';
  const written = await writeVersion(
    tx,
    caller,
    {
      ...source,
      note: fresh,
      systemId,
      placement: { action, predecessorId: firstId },
      reason: null,
      signedAt: at,
    },
    policy,
  );
  await insertDraft(
    tx,
    fresh,
    { ...source, text: source.body, reason: null },
    {
      purpose: firstId === null ? 'NEW' : 'ADD',
      authorId: caller.scope.staffId as string,
      baseVersion: fresh.latestVersion,
      aboutVersionId: firstId,
      writtenAt: source.writtenAt,
      signedVersionId: written.documentVersionId,
    },
  );
  return { written, policy };
}
