/** What is run by the schedule: urgent notes that are not filed, countersignatures that do not come, drafts whose author has left. */
import { auditInTransaction } from '../access/audit.service.js';
import { londonDate } from '../core/calendar.js';
import type { Caller } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { openWorkItem, WorkItemKind } from '../delivery/work-item.service.js';
import type { Database, Transaction } from '../platform/database/database.js';
import { choosePolicy } from './note-policy.rules.js';
import { policiesOn } from './note-policy.service.js';

interface Late {
  readonly subjectId: string;
  readonly deliveryId: string | null;
  readonly noteId: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly specificationId: string;
  readonly systemId: string | null;
  readonly dueAt: Date;
}

/** Deliveries in the lane, and versions that wait for a countersignature and so have none yet. Each is escalated once. */
const URGENT = `
select d.id as "subjectId", d.id as "deliveryId", n.id as "noteId", d.organisation_id as "organisationId", d.team_id as "teamId",
  d.person_id as "personId", e.specification_id as "specificationId", d.system_id as "systemId", d.urgent_due_at as "dueAt"
from deliveries d join notes n on n.id = d.document_id join employment_episodes e on e.id = n.episode_id
where d.urgent_due_at < $1 and d.filed_at is null and d.operation = 'FILE' and d.ours <> 'CANCELLED' and d.theirs not in ('FILED', 'SIGNED')
  and not exists (select from work_items w where w.kind = 'URGENT_NOT_FILED' and w.subject_id = d.id)
union all
select c.document_version_id, null, n.id, c.organisation_id, c.team_id, c.person_id, e.specification_id, s.system_id, c.urgent_due_at
from countersignatures c join signed_documents s on s.id = c.document_version_id
  join notes n on n.id = c.note_id join employment_episodes e on e.id = n.episode_id
where c.state = 'PENDING' and c.urgent_due_at < $1
  and not exists (select from work_items w where w.kind = 'URGENT_NOT_FILED' and w.subject_id = c.document_version_id)`;

/** The manager who has been with the team longest. */
const MANAGER = `
select s.id from staff s join staff_teams t on t.staff_id = s.id join staff_roles r on r.staff_id = s.id
where s.active and t.team_id = $1 and r.role = 'TEAM_MANAGER' and t.valid_from <= $2 and (t.valid_to is null or t.valid_to > $2)
  and r.valid_from <= $2 and (r.valid_to is null or r.valid_to > $2)
order by t.valid_from, s.id limit 1`;

const OVERDUE = `
update countersignatures set chased_at = $1 where state = 'PENDING' and due_on < $2 and chased_at is null
returning document_version_id as "subjectId", organisation_id as "organisationId", team_id as "teamId", person_id as "personId",
  note_id as "documentId"`;

const LEFT = `
select d.id as "subjectId", d.organisation_id as "organisationId", d.team_id as "teamId", d.person_id as "personId", d.note_id as "documentId"
from note_drafts d join staff s on s.id = d.author_id
where d.state = 'OPEN'
  and (not s.active or not exists (select from staff_teams t where t.staff_id = s.id and t.team_id = d.team_id
    and t.valid_from <= $1 and (t.valid_to is null or t.valid_to > $1)))
  and not exists (select from work_items w where w.kind = 'AUTHOR_HAS_LEFT' and w.subject_id = d.id)`;

interface Found {
  readonly subjectId: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly documentId: string;
}

/** Makes work items of what time has brought about; nothing is decided by time. Role `worker`, in one organisation. */
export class NoteChaseService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Names somebody to every urgent note that is not filed in its time, once: whom the policy names, else a manager of the
   * team. Answers how many were new.
   */
  async escalateUrgent(caller: Caller): Promise<number> {
    const now = this.clock.now();
    return this.run(caller, 'escalateUrgentNotes', async (tx) => {
      const late = await tx.query<Late>(URGENT, [now]);
      for (const item of late) {
        await openWorkItem(tx, {
          ...item,
          kind: WorkItemKind.URGENT_NOT_FILED,
          documentId: item.noteId,
          assignedStaffId: await whomToTell(tx, item, londonDate(now)),
        });
      }
      return late;
    });
  }

  /** Puts every countersignature whose last day has passed on the list, once; answers how many. */
  async chaseCountersignatures(caller: Caller): Promise<number> {
    const now = this.clock.now();
    return this.run(caller, 'chaseCountersignatures', async (tx) => {
      const overdue = await tx.query<Found>(OVERDUE, [now, londonDate(now)]);
      for (const item of overdue) await openWorkItem(tx, { ...item, kind: WorkItemKind.COUNTERSIGN_OVERDUE });
      return overdue;
    });
  }

  /** Puts every open draft on the list whose author is no longer active or no longer of the team; answers how many were new. */
  async noteLeavers(caller: Caller): Promise<number> {
    const today = londonDate(this.clock.now());
    return this.run(caller, 'noteLeavers', async (tx) => {
      const left = await tx.query<Found>(LEFT, [today]);
      for (const item of left) {
        await openWorkItem(tx, {
          ...item,
          kind: WorkItemKind.AUTHOR_HAS_LEFT,
          assignedStaffId: await managerOf(tx, item.teamId, today),
        });
      }
      return left;
    });
  }

  private run(
    caller: Caller,
    operation: string,
    work: (tx: Transaction) => Promise<readonly { readonly personId: string }[]>,
  ): Promise<number> {
    return this.database.transaction('worker', caller.scope, async (tx) => {
      const found = await work(tx);
      if (found.length > 0) {
        await auditInTransaction(tx, caller, {
          kind: 'SYSTEM',
          operation,
          personIds: [...new Set(found.map(({ personId }) => personId))],
          details: { opened: found.length },
        });
      }
      return found.length;
    });
  }
}

async function managerOf(tx: Transaction, teamId: string, on: string): Promise<string | null> {
  const [manager] = await tx.query<{ id: string }>(MANAGER, [teamId, on]);
  return manager?.id ?? null;
}

async function whomToTell(tx: Transaction, late: Late, on: string): Promise<string | null> {
  const { specificationId, systemId } = late;
  const policies = await policiesOn(tx, late.organisationId, on);
  const named = choosePolicy(policies, { specificationId, systemId, on }).urgentEscalateTo;
  return named ?? managerOf(tx, late.teamId, on);
}
