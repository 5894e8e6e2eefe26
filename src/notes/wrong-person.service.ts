/** A note under the wrong person, put right in one linked act: taken off one record, filed on the other, with all that hung on it. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { CASEWORK } from '../access/policies.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { inputError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { plainLine } from '../core/plain-line.js';
import { openWorkItem, WorkItemKind } from '../delivery/work-item.service.js';
import { resolvePersons } from '../people/person.service.js';
import type { Database, Transaction } from '../platform/database/database.js';
import * as rules from './note.rules.js';
import { reasonOf } from './note-form.rules.js';
import type { NoteVersion } from './note-versions.rules.js';
import { type EpisodeOfNote, episodeFor, lockNote, type NoteAtWork, versionsOf } from './note-work.reader.js';
import { readersSince } from './readers.reader.js';
import { type Refiled, refileVersions } from './refile.writer.js';
import { type Cancelled, cancelDerived } from './take-back.service.js';
import { type TakenOff, takeOffRecord } from './withdraw.service.js';

/** What is put right. */
export interface WrongPersonForm {
  readonly idempotencyKey: string;
  readonly noteId: string;
  /** An episode of the right person in one of the caller's teams. */
  readonly rightEpisodeId: string;
  /** Of the organisation's incident system: 3 to 100 characters on one line. */
  readonly incidentReference: string;
  /** 3 to 500 characters. */
  readonly reason: string;
}

/** Puts notes under the right person. */
export class WrongPersonService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Withdraws the note from the wrong person's record and files the same text, to the letter, as a new note with ids of its own
   * under the right episode, signed by whoever acts; ends what was derived from the old one, says who has seen data of the
   * wrong person since it was signed, and opens a work item. The author may, and a manager, who both reach both episodes.
   * What was approved before is not countersigned again; what was not is, where the right episode's policy asks for it, and a
   * manager who would be asked countersigns somebody else's note by refiling it.
   * Throws `HUB_ACCESS_REFUSED`, `HUB_INPUT_INVALID`, `HUB_NOT_FOUND`, `HUB_NOTE_NOT_AUTHOR`, `HUB_STATE_CONFLICT`, `HUB_NOTE_DATE`
   * (after the right person's death), `HUB_NOTE_NO_DESTINATION`, `HUB_NOTE_AUTHOR_UNMAPPED`, `HUB_INPUT_REPEATED_KEY`.
   */
  async refileUnderRightPerson(
    caller: Caller,
    form: WrongPersonForm,
  ): Promise<{ noteId: string; refiledAsId: string; incidentId: string }> {
    rules.staffWith(caller, CASEWORK);
    const incidentReference = plainLine('incidentReference', form.incidentReference, 3, 100);
    const reason = reasonOf(form.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'refileUnderRightPerson', form.idempotencyKey, form, async () => {
        const note = await lockNote(tx, form.noteId);
        rules.mayTakeBack(caller, note);
        rules.mustBeTakeable(note.state);
        const right = await episodeFor(tx, 'rightEpisodeId', form.rightEpisodeId);
        const act = new Act(tx, caller, note, right, this.clock.now());
        const { since, refiled, takenOff, derived } = await act.exchange();
        await tx.query(
          `update notes set state = 'RETRACTED', retracted_at = $2, retracted_because = 'WRONG_PERSON', retraction_reason = $3,
             refiled_as_id = $4, updated_at = clock_timestamp() where id = $1`,
          [note.id, this.clock.now(), reason, refiled.noteId],
        );
        const cancelled: Cancelled[] = [
          ...derived,
          ...takenOff.cancelled.map((id) => ({ what: 'DELIVERY' as const, id })),
        ];
        const incidentId = await act.report({ refiled, since, incidentReference, reason, cancelled });
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: 'refileUnderRightPerson',
          personIds: [note.personId, right.personId],
          details: {
            noteId: note.id,
            refiledAsId: refiled.noteId,
            incidentId,
            withdrawn: takenOff.withdrawn,
            cancelled: cancelled.map(({ id }) => id),
          },
        });
        return { noteId: note.id, refiledAsId: refiled.noteId, incidentId };
      }),
    );
  }
}

/** One act under the old note's lock. */
class Act {
  constructor(
    private readonly tx: Transaction,
    private readonly caller: Caller,
    private readonly note: NoteAtWork,
    private readonly right: EpisodeOfNote,
    private readonly at: Date,
  ) {}

  /** Takes the old note off and lets the new one go; lanes always in the order of their persons, so that two acts never wait for each other. */
  async exchange(): Promise<{ since: Date; refiled: Refiled; takenOff: TakenOff; derived: Cancelled[] }> {
    const { tx, caller, note, right } = this;
    const survivors = await resolvePersons(tx, [note.personId, right.personId]);
    const [wrongId, rightId] = [survivors.get(note.personId) ?? '', survivors.get(right.personId) ?? ''];
    if (wrongId === rightId)
      throw inputError('rightEpisodeId', 'an episode of the same person', 'an episode of somebody else');
    const versions = await versionsOf(tx, note.id);
    const refiled = await refileVersions(tx, caller, { note, right, versions, at: this.at });
    const derived = await cancelDerived(tx, note.id, caller.subject, 'the note was under the wrong person');
    if (rightId < wrongId) await refiled.letGo();
    const takenOff = await takeOffRecord(tx, note, versions, 'WRONG_PERSON');
    if (rightId > wrongId) await refiled.letGo();
    const first = versions[versions.length - 1] as NoteVersion;
    return { since: first.signedAt, refiled, takenOff, derived };
  }

  /** The incident with who has read, and somebody to see to it. Answers the incident's id. */
  async report(found: {
    readonly refiled: Refiled;
    /** When the first version was signed, whatever became of it: the team could read it from then on. */
    readonly since: Date;
    readonly incidentReference: string;
    readonly reason: string;
    readonly cancelled: readonly Cancelled[];
  }): Promise<string> {
    const { tx, caller, note, right } = this;
    const incidentId = newId();
    const readers = await readersSince(tx, note.personId, found.since);
    await tx.query(
      `insert into wrong_person_incidents (id, organisation_id, team_id, person_id, right_person_id, note_id, refiled_as_id,
         incident_reference, reason, readers, cancelled, reported_by, reported_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, $13)`,
      [
        incidentId,
        note.organisationId,
        note.teamId,
        note.personId,
        right.personId,
        note.id,
        found.refiled.noteId,
        found.incidentReference,
        found.reason,
        JSON.stringify(readers),
        JSON.stringify(found.cancelled),
        caller.scope.staffId,
        this.at,
      ],
    );
    await openWorkItem(tx, {
      kind: WorkItemKind.WRONG_PERSON,
      organisationId: note.organisationId,
      teamId: note.teamId,
      subjectId: incidentId,
      personId: note.personId,
      documentId: note.id,
    });
    return incidentId;
  }
}
