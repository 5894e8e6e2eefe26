/** Notes of the world for the graph: in each team every kind and state there is, each text and name in them a canary. */
import type { Caller } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { keepDestination } from '../../src/delivery/destination.service.js';
import { keepNotePolicies } from '../../src/notes/note-policy.service.js';
import { EPISODE_TEAMS } from './graph-episodes.js';
import type { GraphWorld, WhoName } from './graph-world.js';

/** Who writes in each team, and who manages it. */
const WRITERS = {
  CMHT: ['specialist', 'manager'],
  EIP: ['eipSpecialist', 'manager'],
  FOREIGN: ['foreignSpecialist', 'foreignManager'],
} as const satisfies Record<string, readonly [WhoName, WhoName]>;

/** What of a team can be asked about; ids of nothing where there is none. */
export interface NoteThings {
  /** Open, with a destination. */
  readonly sendingEpisodeId: string;
  /** An open draft: the asker's own, else somebody's of the team. */
  readonly draftId: string;
  readonly draftRevision: number;
  /** Signed, by the asker where they have one. */
  readonly noteId: string;
  /** Signed, on the record and never amended. */
  readonly wrongNoteId: string;
  /** Waits for a manager's signature. */
  readonly waitingNoteId: string;
  readonly parkedDeliveryId: string;
  readonly queuedDeliveryId: string;
  readonly workItemId: string;
}

let count = 0;

/** Writes notes by the real use cases, then what only time and a record system would bring. */
export async function putNotes(world: GraphWorld): Promise<void> {
  await world.sql(`update teams set duty_contact = 'Duty desk of ' || name`);
  for (const [organisationId, systemId] of [
    [world.organisations.home, world.systemId],
    [world.organisations.other, world.otherSystem],
  ] as const) {
    const scope = { organisationId, teamIds: [], organisationIds: [], staffId: null };
    await world.database.transaction('write', scope, async (tx) => {
      await keepDestination(tx, {
        systemId,
        organisationId,
        labels: ['THIRD_PARTY_INFORMATION'],
        maxTextBytes: 100_000,
      });
      await keepNotePolicies(tx, organisationId, null, [
        {
          validFrom: '2025-01-01',
          clause: 'test 1.1',
          lateAfterHours: 24,
          latestBackDays: 90,
          countersignRole: 'TEAM_MANAGER',
          countersignKinds: ['VOCATIONAL_PROFILE'],
          chaseAfterWorkingDays: 2,
          urgentWithinMinutes: 240,
        },
      ]);
    });
    await world.sql(
      `insert into author_identities (id, organisation_id, staff_id, system_id, reference, employer, role_title, valid_from)
       select gen_random_uuid(), $1, s.id, $2, 'PractitionerRole/Cnry' || replace(s.subject, '-', ''), 'An employer', 'Employment specialist', '2025-01-01'
       from staff s where s.organisation_id = $1`,
      [organisationId, systemId],
    );
  }
  for (const team of EPISODE_TEAMS) {
    const [writer, manager] = WRITERS[team];
    const episodes = await world.sql<{ id: string }>(
      `select id from employment_episodes where team_id = $1 and state = 'OPEN' and system_id is not null order by id`,
      [world.teams[team]],
    );
    const team_ = new TeamNotes(
      world,
      episodes.map(({ id }) => id),
    );
    await team_.write(await world.caller(writer), await world.caller(manager));
  }
  await fillIn(world);
}

class TeamNotes {
  constructor(
    private readonly world: GraphWorld,
    private readonly episodes: readonly string[],
  ) {}

  private get notes() {
    return this.world.server.runtime.services.notes;
  }

  private async draft(by: Caller, more: object = {}): Promise<string> {
    const n = ++count;
    const { draftId } = await this.notes.draft(by, {
      idempotencyKey: this.world.key(),
      episodeId: this.episodes[0]!,
      kind: 'PROGRESS_NOTE',
      title: `CnryTitle${n}`,
      text: `CnryText${n} met at the library`,
      contactOn: '2026-03-09',
      contactStartedAt: '2026-03-09T10:00:00.000Z',
      labels: ['THIRD_PARTY_INFORMATION'],
      ...more,
    });
    return draftId;
  }

  private async signed(by: Caller, more: object = {}): Promise<string> {
    return this.sign(by, await this.draft(by, more));
  }

  private async sign(by: Caller, draftId: string): Promise<string> {
    return (await this.notes.sign(by, { idempotencyKey: this.world.key(), draftId })).noteId;
  }

  /** As if the record had taken it: what is signed next takes its place. */
  private async settle(noteId: string): Promise<void> {
    await this.world.sql(
      `with d as (update deliveries set ours = 'SETTLED', theirs = 'FILED', accepted_at = now(), filed_at = now(),
         reference = 'DocumentReference/Cnry' || substr(replace(id::text, '-', ''), 1, 30) where document_id = $1 returning lane_id, seq)
       update delivery_lanes l set head_seq = d.seq + 1, state = case when l.last_seq > d.seq then 'READY' else 'IDLE' end from d where l.id = d.lane_id`,
      [noteId],
    );
  }

  async write(writer: Caller, manager: Caller): Promise<void> {
    const key = () => this.world.key();
    for (const by of [writer, manager]) {
      await this.draft(by);
      const noteId = await this.signed(by, { urgent: true });
      await this.settle(noteId);
      const spokeTo = `CnrySpoke${count} of the duty desk`;
      const { draftId } = await this.notes.amend(by, {
        idempotencyKey: key(),
        noteId,
        reason: `CnryAmended${count} the day was wrong`,
      });
      await this.sign(by, draftId);
      await this.notes.recordTelephoneCall(by, {
        idempotencyKey: key(),
        noteId,
        spokeTo,
        calledAt: this.world.clock.now().toISOString(),
      });
      // One more to be asked about, untouched.
      await this.signed(by);
    }
    await this.signed(writer, { visibility: 'SERVICE_ONLY' });
    await this.signed(writer, { kind: 'ACTION_PLAN', episodeId: this.episodes[1] });
    const waiting = await this.signed(writer, { kind: 'VOCATIONAL_PROFILE' });
    await this.signed(writer, { kind: 'VOCATIONAL_PROFILE' });
    const decided = { idempotencyKey: key(), noteId: waiting, decision: 'REJECTED' } as const;
    await this.notes.countersign(manager, { ...decided, reason: `CnryRejected${count} more is needed` });
    const wrong = await this.signed(writer);
    await this.notes.refileUnderRightPerson(manager, {
      idempotencyKey: key(),
      noteId: wrong,
      rightEpisodeId: this.episodes[1]!,
      incidentReference: `CnryIncident${count}`,
      reason: `CnryWrong${count} it was about somebody else`,
    });
  }
}

/** What a worker, the schedule and a record system would have brought, so that every field has something to show. */
async function fillIn(world: GraphWorld): Promise<void> {
  await world.sql(
    `update deliveries d set ours = 'PARKED', attempts = 2, last_code = 'HUB_DELIVERY_LABEL', last_detail = 'labels: SAFEGUARDING', last_at = now(), next_at = now(), accepted_at = now(),
       filed_at = now(), ended_at = now(), urgent_due_at = now(), reference = 'DocumentReference/Cnry' || substr(replace(d.id::text, '-', ''), 1, 30), reference_version = '1'
     where id in (select distinct on (d.team_id, s.author_staff_id) d.id from deliveries d join signed_documents s on s.id = d.document_version_id
       where s.action = 'REPLACE' order by d.team_id, s.author_staff_id, d.id)`,
  );
  await world.sql(
    `update delivery_lanes set state = 'PARKED' where id in (select lane_id from deliveries where ours = 'PARKED')`,
  );
  await world.sql(
    `insert into delivery_attempts (id, organisation_id, team_id, delivery_id, number, holder, fence, started_at, ended_at, class, code, was_asked_first)
     select gen_random_uuid(), organisation_id, team_id, id, n, 'holder', n, now(), now(), 'PERMANENT', 'HUB_DELIVERY_LABEL', true
     from deliveries, generate_series(1, 2) n where ours = 'PARKED'`,
  );
  await world.sql(
    `update destinations set paused_until = '2099-01-01', paused_at = now(), paused_by = 'system:delivery', paused_because = 'HUB_UPSTREAM_REFUSED'`,
  );
  await world.sql(
    `insert into work_items (id, organisation_id, team_id, kind, subject_id, person_id, document_id, delivery_id, assigned_staff_id, code, due_at,
       resolved_at, resolved_by, resolution)
     select gen_random_uuid(), d.organisation_id, d.team_id, k, d.id, d.person_id, d.document_id, d.id, s.author_staff_id, d.last_code, now(),
       case k when 'PARKED' then now() end, case k when 'PARKED' then 'somebody' end, case k when 'PARKED' then 'CnryDone' || s.version end
     from deliveries d join signed_documents s on s.id = d.document_version_id, unnest(array['PARKED', 'URGENT_NOT_FILED']) k where d.ours = 'PARKED'`,
  );
  await world.sql(`update countersignatures set chased_at = now() where state = 'REJECTED'`);
  await world.sql(
    `update note_drafts set reason = 'CnryDraftReason', rejection_reason = coalesce(rejection_reason, 'CnryDraftRejected') where state = 'OPEN'`,
  );
}

/** What of a team can be asked about by somebody. */
export async function noteThings(
  world: GraphWorld,
  teamId: string | null,
  staffId: string | null,
): Promise<NoteThings> {
  const [row] =
    teamId === null
      ? []
      : await world.sql<Record<keyof NoteThings, string | null> & { revision: number }>(
          `select
       (select id from employment_episodes where team_id = $1 and state = 'OPEN' and system_id is not null order by id desc limit 1) as "sendingEpisodeId",
       d.id as "draftId", d.revision,
       (select n.id from notes n where n.team_id = $1 and n.state = 'SIGNED' and n.visibility = 'CLINICAL_RECORD' and n.latest_version = 1
          and not exists (select from note_drafts o where o.note_id = n.id and o.state = 'OPEN')
          order by n.author_id = $2 desc, n.id limit 1) as "noteId",
       (select n.id from notes n join employment_episodes e on e.id = n.episode_id where n.team_id = $1 and n.state = 'SIGNED' and n.visibility = 'CLINICAL_RECORD'
          and n.latest_version = 1 and e.id <> (select id from employment_episodes where team_id = $1 and state = 'OPEN' and system_id is not null order by id desc limit 1)
          order by n.author_id = $2 desc, n.id desc limit 1) as "wrongNoteId",
       (select n.id from notes n where n.team_id = $1 and n.state = 'AWAITING_COUNTERSIGNATURE' order by n.author_id = $2, n.id limit 1) as "waitingNoteId",
       (select id from deliveries where team_id = $1 and ours = 'PARKED' order by id limit 1) as "parkedDeliveryId",
       (select id from deliveries where team_id = $1 and ours = 'QUEUED' order by id limit 1) as "queuedDeliveryId",
       (select id from work_items where team_id = $1 and resolved_at is null order by id limit 1) as "workItemId"
     from (select 1) one left join lateral (select id, revision from note_drafts where team_id = $1 and state = 'OPEN'
       order by author_id = $2 desc, purpose = 'NEW' desc, id limit 1) d on true`,
          [teamId, staffId],
        );
  const found = row ?? ({} as Partial<NonNullable<typeof row>>);
  return {
    sendingEpisodeId: found.sendingEpisodeId ?? newId(),
    draftId: found.draftId ?? newId(),
    draftRevision: found.revision ?? 1,
    noteId: found.noteId ?? newId(),
    wrongNoteId: found.wrongNoteId ?? newId(),
    waitingNoteId: found.waitingNoteId ?? newId(),
    parkedDeliveryId: found.parkedDeliveryId ?? newId(),
    queuedDeliveryId: found.queuedDeliveryId ?? newId(),
    workItemId: found.workItemId ?? newId(),
  };
}
