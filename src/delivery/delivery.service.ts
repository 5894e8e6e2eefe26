/** What people do about deliveries: cancel one, replay one, pause and resume a destination. Each under its lock, on record, the same when repeated. */
import { auditInTransaction } from '../access/audit.service.js';
import { once } from '../access/idempotency.service.js';
import { type Caller, Role } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError, inputError } from '../core/errors.js';
import { isId } from '../core/ids.js';
import { plainReason } from '../core/plain-line.js';
import type { Database, Transaction } from '../platform/database/database.js';
import { CHANGED_CHANNEL, WAKE_CHANNEL } from './enqueue.service.js';
import { cancelLocked, lockDelivery } from './unsent.service.js';
import { closeDeliveryItems, mayTouch, openWorkItem, WorkItemKind } from './work-item.service.js';

/** One delivery, and why. */
export interface DeliveryForm {
  readonly idempotencyKey: string;
  readonly deliveryId: string;
  /** 3 to 500 characters; kept as the resolution of the work items that it closes. */
  readonly reason: string;
}

/** One destination. */
export interface DestinationForm {
  readonly idempotencyKey: string;
  /** Code of the record system. */
  readonly systemCode: string;
}

/** A pause. */
export interface PauseForm extends DestinationForm {
  /** ISO instant; null: until somebody resumes it. */
  readonly until: string | null;
  /** 3 to 500 characters, without personal data. */
  readonly reason: string;
}

interface Found {
  id: string;
  lane_id: string;
  system_id: string;
  organisation_id: string;
  document_id: string;
  document_version_id: string;
  team_id: string;
  person_id: string;
}

/** Deliveries and destinations, in the hands of people. */
export class DeliveryService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Cancels a delivery of one of the caller's teams that is not under way and has not been accepted. Its lane goes on.
   * Never a withdrawal, which would undo what was decided about the note, unless the record no longer has what it withdraws and
   * a manager or the administrator says so; nor what may have arrived, unless its withdrawal
   * follows, or the record cannot be asked and the caller has seen it there (`HUB_DELIVERY_UNPROVEN`). An urgent one is a manager's to cancel, or the administrator's, and stays somebody's work.
   * Throws `HUB_STATE_CONFLICT` otherwise, `HUB_ACCESS_REFUSED`, `HUB_NOT_FOUND`, `HUB_INPUT_INVALID`, `HUB_INPUT_REPEATED_KEY`.
   */
  async cancel(caller: Caller, form: DeliveryForm): Promise<{ deliveryId: string }> {
    return this.change(caller, 'cancelDelivery', form, async (tx, found, reason) => {
      const delivery = await lockDelivery(tx, found.id, found.lane_id);
      const { ours, seq, operation, urgent_due_at: urgentDueAt } = delivery;
      if (ours === 'CANCELLED') return;
      if (ours !== 'QUEUED' && ours !== 'PARKED') throw stateConflict(ours);
      if (operation === 'WITHDRAW' && !(isGoneThere(delivery) && answersForTeam(caller)))
        throw notToCancel(
          ours,
          'A withdrawal is not cancelled: what was taken back would stay on the record. Replay it.',
        );
      const isInDoubt = delivery.may_have_arrived && !isForSomebodyToFind(delivery);
      if (isInDoubt && !(await isBeingWithdrawn(tx, found.document_version_id)))
        throw notToCancel(
          ours,
          'The document may have reached the record: replay the delivery, or retract the note.',
        );
      if (urgentDueAt !== null) mayGiveUpUrgent(caller);
      await cancelLocked(tx, { ...found, seq }, 'CANCELLED_BY_HAND', {
        by: caller.subject,
        resolution: reason,
        kinds: [WorkItemKind.UNLINKED, WorkItemKind.PARKED],
      });
      if (urgentDueAt !== null)
        await openWorkItem(tx, {
          kind: WorkItemKind.URGENT_NOT_FILED,
          organisationId: found.organisation_id,
          teamId: found.team_id,
          subjectId: found.id,
          personId: found.person_id,
          documentId: found.document_id,
          deliveryId: found.id,
          dueAt: urgentDueAt,
        });
    });
  }

  /**
   * Sends a parked delivery again, or one that waits for its next try at once: same identity, same place in its lane.
   * Throws as `cancel` does.
   */
  async replay(caller: Caller, form: DeliveryForm): Promise<{ deliveryId: string }> {
    return this.change(caller, 'replayDelivery', form, async (tx, found, reason) => {
      const { ours, seq } = await lockDelivery(tx, found.id, found.lane_id);
      if (ours === 'SENDING') return;
      if (ours !== 'QUEUED' && ours !== 'PARKED') throw stateConflict(ours);
      await tx.query(
        `update deliveries set ours = 'QUEUED', tries = 0, conflicts = 0, next_at = null,
           theirs = case theirs when 'REJECTED' then 'NONE' else theirs end
         where id = $1`,
        [found.id],
      );
      await tx.query(
        `update delivery_lanes set state = 'READY', due = clock_timestamp()
         where id = $1 and head_seq = $2 and state in ('READY', 'PARKED') and holder is null`,
        [found.lane_id, seq],
      );
      await tx.query(`select pg_notify('${WAKE_CHANNEL}', $1), pg_notify('${CHANGED_CHANNEL}', $2)`, [
        found.system_id,
        found.document_id,
      ]);
      await closeDeliveryItems(
        tx,
        [WorkItemKind.UNLINKED, WorkItemKind.PARKED],
        [found.id],
        caller.subject,
        reason,
      );
    });
  }

  /**
   * Takes nothing more to a destination; what is under way ends. A pause by hand outlasts one that the hub makes.
   * Throws `HUB_NOT_FOUND`, `HUB_INPUT_INVALID`, `HUB_INPUT_REPEATED_KEY`.
   */
  async pause(caller: Caller, form: PauseForm): Promise<{ systemId: string }> {
    const reason = plainReason('reason', form.reason);
    const until = form.until === null ? null : new Date(form.until);
    if (until !== null && !(until.getTime() > this.clock.now().getTime()))
      throw inputError('until', 'not an instant that lies ahead', 'an ISO instant in the future, or none');
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'pauseDestination', form.idempotencyKey, form, async () => {
        const systemId = await lockDestination(tx, form.systemCode);
        await tx.query(
          `update destinations set paused_until = coalesce($2::timestamptz, 'infinity'), paused_at = clock_timestamp(),
             paused_by = $3, paused_because = $4, updated_at = clock_timestamp() where system_id = $1`,
          [systemId, until, caller.subject, reason],
        );
        return this.recorded(tx, caller, 'pauseDestination', systemId);
      }),
    );
  }

  /** Ends a pause, whoever made it. Throws `HUB_NOT_FOUND`, `HUB_INPUT_REPEATED_KEY`. */
  async resume(caller: Caller, form: DestinationForm): Promise<{ systemId: string }> {
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, 'resumeDestination', form.idempotencyKey, form, async () => {
        const systemId = await lockDestination(tx, form.systemCode);
        await tx.query(
          `update destinations set paused_until = null, paused_at = null, paused_by = null, paused_because = null,
             updated_at = clock_timestamp() where system_id = $1`,
          [systemId],
        );
        await tx.query(`select pg_notify('${WAKE_CHANNEL}', $1)`, [systemId]);
        return this.recorded(tx, caller, 'resumeDestination', systemId);
      }),
    );
  }

  private async recorded(
    tx: Transaction,
    caller: Caller,
    operation: string,
    systemId: string,
  ): Promise<{ systemId: string }> {
    await auditInTransaction(tx, caller, { kind: 'WRITE', operation, personIds: [], details: { systemId } });
    return { systemId };
  }

  private async change(
    caller: Caller,
    mutation: 'cancelDelivery' | 'replayDelivery',
    form: DeliveryForm,
    work: (tx: Transaction, found: Found, reason: string) => Promise<void>,
  ): Promise<{ deliveryId: string }> {
    const reason = plainReason('reason', form.reason);
    return this.database.transaction('write', caller.scope, (tx) =>
      once(tx, caller, mutation, form.idempotencyKey, form, async () => {
        const [found] = isId(form.deliveryId)
          ? await tx.query<Found>(
              `select id, lane_id, system_id, organisation_id, document_id, document_version_id, team_id, person_id
               from deliveries where id = $1`,
              [form.deliveryId],
            )
          : [];
        if (!found || !mayTouch(caller, found.team_id))
          throw new HubError('HUB_NOT_FOUND', { details: { field: 'deliveryId' } });
        await work(tx, found, reason);
        await auditInTransaction(tx, caller, {
          kind: 'WRITE',
          operation: mutation,
          personIds: [found.person_id],
          details: { deliveryId: found.id, systemId: found.system_id },
        });
        return { deliveryId: found.id };
      }),
    );
  }
}

function stateConflict(ours: string): HubError {
  return new HubError('HUB_STATE_CONFLICT', {
    message: `The delivery is ${ours}; only one that is QUEUED or PARKED is replayed or cancelled.`,
    details: { ours, accepted: 'QUEUED, PARKED' },
  });
}

function notToCancel(ours: string, message: string): HubError {
  return new HubError('HUB_STATE_CONFLICT', { message, details: { ours } });
}

/** Throws `HUB_ACCESS_REFUSED`. */
/** Parked because the record does not have, or no longer has, what is to be withdrawn. */
function isGoneThere(delivery: { ours: string; last_code: string | null }): boolean {
  return delivery.ours === 'PARKED' && delivery.last_code === 'HUB_DELIVERY_PREDECESSOR';
}

/** Parked because nobody can tell but whoever looks at the record: they cancel what they see there, and replay what they do not. */
function isForSomebodyToFind(delivery: { ours: string; last_code: string | null }): boolean {
  return delivery.ours === 'PARKED' && delivery.last_code === 'HUB_DELIVERY_UNPROVEN';
}

function answersForTeam(caller: Caller): boolean {
  return caller.role === Role.TEAM_MANAGER || caller.role === Role.ADMINISTRATOR;
}

function mayGiveUpUrgent(caller: Caller): void {
  if (answersForTeam(caller)) return;
  throw new HubError('HUB_ACCESS_REFUSED', {
    message: 'A team manager cancels the delivery of an urgent note.',
    details: { role: caller.role, accepted: 'TEAM_MANAGER, ADMINISTRATOR' },
  });
}

/** True when the withdrawal of a version waits in the lane: it asks for what may have arrived. */
async function isBeingWithdrawn(tx: Transaction, documentVersionId: string): Promise<boolean> {
  const rows = await tx.query(
    `select id from deliveries
     where document_version_id = $1 and operation = 'WITHDRAW' and ours in ('QUEUED', 'SENDING', 'PARKED')`,
    [documentVersionId],
  );
  return rows.length > 0;
}

async function lockDestination(tx: Transaction, systemCode: string): Promise<string> {
  const [found] = await tx.query<{ id: string }>(
    `select d.system_id as id from destinations d join clinical_record_systems s on s.id = d.system_id
     where s.code = $1 for no key update of d`,
    [systemCode],
  );
  if (!found) throw new HubError('HUB_NOT_FOUND', { details: { field: 'systemCode' } });
  return found.id;
}
