/** The casework world with episodes, a destination and authors it knows, so that a test can write a note in one line. */
import { keepAuthors } from '../../src/clinical/author-identity.service.js';
import type { DocumentLabel } from '../../src/clinical/documents.port.js';
import { type Caller, PURPOSES_OF, type Role } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { keepDestination } from '../../src/delivery/destination.service.js';
import type { AmendForm } from '../../src/notes/amend.service.js';
import type { DraftForm } from '../../src/notes/draft.service.js';
import { NoteService } from '../../src/notes/note.service.js';
import { NoteChaseService } from '../../src/notes/note-chase.service.js';
import { keepNotePolicies, type NotePolicyToKeep } from '../../src/notes/note-policy.service.js';
import type { Signed } from '../../src/notes/sign.service.js';
import type { PersonBuilder } from './casework-people.js';
import { putReferral } from './casework-people.js';
import {
  type CaseworkWorld,
  createCaseworkWorld,
  type Document,
  type TeamName,
  TODAY,
} from './casework-world.js';
import type { TestDatabaseOptions } from './test-database.js';

/** What may be said of an episode; open since ten days, of a linked person of the CMHT, carried by its specialist, unless said. */
export interface EpisodeRowForm {
  readonly team?: TeamName;
  readonly document?: Document;
  /** Default: somebody new with a record in the home system. */
  readonly personId?: string;
  readonly specialist?: Caller;
  readonly openedOn?: string;
  readonly closedOn?: string | null;
  /** Null: no destination. */
  readonly systemId?: string | null;
}

/** An episode with whom it is about. */
export interface EpisodeOfWorld {
  readonly episodeId: string;
  readonly personId: string;
  readonly referralId: string;
}

/** A note that was drafted and signed. */
export type SignedNote = Signed & { readonly draftId: string; readonly text: string };

/** Labels that the world's destination carries; safeguarding is not among them. */
export const CARRIED: readonly DocumentLabel[] = ['THIRD_PARTY_INFORMATION', 'WITHHOLD_FROM_PERSON'];

/** A policy that differs from the hub's default in what is said. */
export function aPolicy(change: Partial<NotePolicyToKeep> = {}): NotePolicyToKeep {
  return {
    validFrom: '2025-01-01',
    clause: 'test 1.1',
    lateAfterHours: 24,
    latestBackDays: 90,
    chaseAfterWorkingDays: 2,
    urgentWithinMinutes: 240,
    ...change,
  };
}

/** Notes on the casework world. `key()`, `sql()`, `count()` and the clock are the world's. */
export class NoteWorld {
  readonly notes: NoteService;
  readonly chase: NoteChaseService;

  constructor(readonly world: CaseworkWorld) {
    this.notes = new NoteService(world.database, world.clock);
    this.chase = new NoteChaseService(world.database, world.clock);
  }

  get callers(): CaseworkWorld['callers'] {
    return this.world.callers;
  }

  /** Makes the home system a destination that knows the specialists and the manager. */
  async build(): Promise<void> {
    await this.destination();
    for (const caller of [this.callers.specialist, this.callers.eipSpecialist, this.callers.manager])
      await this.mapped(caller);
  }

  /** Keeps a system as a destination. */
  async destination(
    change: { systemId?: string; labels?: readonly DocumentLabel[]; maxTextBytes?: number | null } = {},
  ): Promise<void> {
    const { systemId = this.world.systemId, labels = CARRIED, maxTextBytes = null } = change;
    await this.write((tx) =>
      keepDestination(tx, { systemId, organisationId: this.world.organisations.home, labels, maxTextBytes }),
    );
  }

  /** Another record system of the home organisation, a destination as well; answers its id. */
  async anotherSystem(code: string): Promise<string> {
    const systemId = newId();
    await this.world.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, $3, 'fhir-r4')`,
      [systemId, this.world.organisations.home, code],
    );
    await this.destination({ systemId });
    return systemId;
  }

  /** Gives somebody an identifier of their own in a system, beside those that others have. */
  async mapped(
    caller: Caller,
    form: { systemId?: string; validFrom?: string; validTo?: string | null; reference?: string } = {},
  ): Promise<void> {
    await this.world.sql(
      `insert into author_identities (id, organisation_id, staff_id, system_id, reference, employer, role_title, valid_from, valid_to)
       values ($1, $2, $3, $4, $5, 'Home trust', 'Employment specialist', $6, $7)`,
      [
        newId(),
        this.world.organisations.home,
        caller.scope.staffId,
        form.systemId ?? this.world.systemId,
        form.reference ?? `PractitionerRole/${caller.subject}`,
        form.validFrom ?? '2025-01-01',
        form.validTo ?? null,
      ],
    );
  }

  /** Replaces every author of the home system, as a site profile would. */
  async keepAuthors(authors: Parameters<typeof keepAuthors>[2]): Promise<void> {
    await this.write((tx) =>
      keepAuthors(
        tx,
        { systemId: this.world.systemId, organisationId: this.world.organisations.home },
        authors,
      ),
    );
  }

  /** Keeps the home organisation's policies for every destination, or for one. */
  async policies(policies: readonly NotePolicyToKeep[], systemId: string | null = null): Promise<void> {
    await this.write((tx) => keepNotePolicies(tx, this.world.organisations.home, systemId, policies));
  }

  /** Somebody new in the directory, with a role and teams of the home organisation. */
  async colleague(subject: string, role: Role, teams: readonly TeamName[] = ['CMHT']): Promise<Caller> {
    const staffId = newId();
    const organisationId = this.world.organisations.home;
    await this.world.sql(
      'insert into staff (id, organisation_id, subject, display_name) values ($1, $2, $3, $3)',
      [staffId, organisationId, subject],
    );
    await this.world.sql(
      `insert into staff_roles (id, staff_id, role, valid_from) values ($1, $2, $3, '2025-01-01')`,
      [newId(), staffId, role],
    );
    const teamIds = teams.map((team) => this.world.teams[team]);
    for (const teamId of teamIds) {
      await this.world.sql(
        `insert into staff_teams (id, staff_id, team_id, valid_from) values ($1, $2, $3, '2025-01-01')`,
        [newId(), staffId, teamId],
      );
    }
    return {
      subject,
      role,
      purpose: PURPOSES_OF[role][0]!,
      scope: { organisationId, teamIds, organisationIds: [], staffId },
      correlationId: `corr-${subject}`,
    };
  }

  /** Somebody with a record in the home system, who may be said more of. */
  someone(): PersonBuilder {
    return this.world.someone().openTo('CMHT');
  }

  /** Writes an episode row with its person and referral. */
  async episode(form: EpisodeRowForm = {}): Promise<EpisodeOfWorld> {
    const { team = 'CMHT', document = '004', openedOn = '2026-03-01', closedOn = null } = form;
    const foreign = team === 'FOREIGN';
    const personId =
      form.personId ?? (await (foreign ? this.world.someone().ofOtherTrust() : this.someone()).known());
    const referralId = await putReferral(this.world, personId, document, { team, acceptedOn: openedOn });
    const episodeId = newId();
    const specialist =
      form.specialist ?? (foreign ? this.callers.foreignSpecialist : this.callers.specialist);
    await this.world.sql(
      `insert into employment_episodes (id, organisation_id, team_id, person_id, referral_id, specification_id, specialist_id, system_id, state,
         opened_on, closed_on, closing_reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        episodeId,
        foreign ? this.world.organisations.other : this.world.organisations.home,
        this.world.teams[team],
        personId,
        referralId,
        this.world.specifications[document],
        specialist.scope.staffId,
        form.systemId === undefined ? (foreign ? null : this.world.systemId) : form.systemId,
        closedOn === null ? 'OPEN' : 'CLOSED',
        openedOn,
        closedOn,
        closedOn === null ? null : 'OTHER',
      ],
    );
    return { episodeId, personId, referralId };
  }

  /** A form for a progress note about today. */
  form(episodeId: string, change: Partial<DraftForm> = {}): DraftForm {
    return {
      idempotencyKey: this.world.key(),
      episodeId,
      kind: 'PROGRESS_NOTE',
      text: 'Met at the library and looked at two vacancies.',
      contactOn: TODAY,
      ...change,
    };
  }

  /** Drafts a note. */
  async drafted(episodeId: string, change: Partial<DraftForm> = {}, by = this.callers.specialist) {
    return this.notes.draft(by, this.form(episodeId, change));
  }

  /** Signs a draft and answers what was signed. */
  async sign(draftId: string, by: Caller = this.callers.specialist): Promise<SignedNote> {
    const signed = await this.notes.sign(by, { idempotencyKey: this.world.key(), draftId });
    const { text } = await this.version(signed.documentVersionId);
    return { ...signed, draftId, text: text as string };
  }

  /** Drafts and signs a note, by default on an episode of its own. */
  async signed(
    episodeId: string | null = null,
    change: Partial<DraftForm> = {},
    by: Caller = this.callers.specialist,
  ): Promise<SignedNote> {
    const { draftId } = await this.drafted(episodeId ?? (await this.episode()).episodeId, change, by);
    return this.sign(draftId, by);
  }

  /** Amends a note and signs the amendment. */
  async amended(
    noteId: string,
    change: Partial<AmendForm> = {},
    by: Caller = this.callers.specialist,
  ): Promise<SignedNote> {
    const form = { idempotencyKey: this.world.key(), noteId, reason: 'the day was wrong', ...change };
    const { draftId } = await this.notes.amend(by, form);
    return this.sign(draftId, by);
  }

  /** A row of `notes`. */
  async note(noteId: string): Promise<Record<string, unknown>> {
    const [row] = await this.world.sql('select *, contact_on::text as contact_on from notes where id = $1', [
      noteId,
    ]);
    return row!;
  }

  /** A row of `signed_documents`. */
  async version(documentVersionId: string): Promise<Record<string, unknown>> {
    const [row] = await this.world.sql(
      'select *, contact_on::text as contact_on from signed_documents where id = $1',
      [documentVersionId],
    );
    return row!;
  }

  /** A row of `note_drafts`. */
  async draft(draftId: string): Promise<Record<string, unknown>> {
    const [row] = await this.world.sql(
      'select *, contact_on::text as contact_on from note_drafts where id = $1',
      [draftId],
    );
    return row!;
  }

  /** A note's deliveries in the order of their lane: operation, our state, version. */
  async deliveries(noteId: string): Promise<string[]> {
    const rows = await this.world.sql<{ line: string }>(
      `select d.operation || ' ' || d.ours || ' v' || s.version as line from deliveries d
       join signed_documents s on s.id = d.document_version_id where d.document_id = $1 order by d.system_id, d.seq`,
      [noteId],
    );
    return rows.map(({ line }) => line);
  }

  /** Makes it as if the record had taken a version; its lane goes on. */
  async settle(documentVersionId: string, theirs = 'FILED', operation = 'FILE'): Promise<void> {
    await this.world.sql(
      `with d as (update deliveries set ours = 'SETTLED', theirs = $2, accepted_at = now(),
         filed_at = case when $2 in ('FILED', 'SIGNED') then now() end, reference = 'DocumentReference/' || document_version_id
         where document_version_id = $1 and operation = $3 returning lane_id, seq)
       update delivery_lanes l set head_seq = d.seq + 1, state = case when l.last_seq > d.seq then 'READY' else 'IDLE' end
       from d where l.id = d.lane_id`,
      [documentVersionId, theirs, operation],
    );
  }

  /** Puts a version's delivery, the head of its lane, into a state of ours. */
  async put(documentVersionId: string, ours: 'SENDING' | 'PARKED', mayHaveArrived = false): Promise<void> {
    await this.world.sql(
      `with d as (update deliveries set ours = $2, may_have_arrived = $3 where document_version_id = $1 and operation = 'FILE' returning lane_id)
       update delivery_lanes l set state = case $2 when 'PARKED' then 'PARKED' else state end from d where l.id = d.lane_id`,
      [documentVersionId, ours, mayHaveArrived],
    );
  }

  /** Open work items about a note, or of a kind: kind and whom they are assigned to. */
  async items(
    noteId: string,
  ): Promise<{ kind: string; subject_id: string; assigned_staff_id: string | null }[]> {
    return this.world.sql(
      `select kind, subject_id, assigned_staff_id from work_items where document_id = $1 and resolved_at is null order by kind, opened_at`,
      [noteId],
    );
  }

  /** What is on record of an operation about a note. */
  async audited(operation: string, noteId: string): Promise<Record<string, unknown>[]> {
    return this.world.sql(
      `select kind, outcome, subject, person_ids, details from audit_events where operation = $1 and details ->> 'noteId' = $2 order by at`,
      [operation, noteId],
    );
  }

  async close(): Promise<void> {
    await this.world.close();
  }

  private write(work: Parameters<CaseworkWorld['database']['transaction']>[2]): Promise<unknown> {
    return this.world.database.transaction('write', this.callers.specialist.scope, work);
  }
}

/** A world with notes in a database of its own. */
export async function createNoteWorld(options: TestDatabaseOptions = {}): Promise<NoteWorld> {
  const notes = new NoteWorld(await createCaseworkWorld(options));
  await notes.build();
  return notes;
}
