/** What people do about deliveries and destinations: cancel, replay, pause, resume, resolve; on record, within their teams, the same when repeated. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCaller } from '../../../src/access/caller.service.js';
import { type Caller, Role } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { newId } from '../../../src/core/ids.js';
import { DeliveryService } from '../../../src/delivery/delivery.service.js';
import { openWorkItem, WorkItemKind, WorkItemService } from '../../../src/delivery/work-item.service.js';
import { LaneWorld, type SignedHere } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

const clock = new FixedClock(new Date('2026-03-02T12:00:00Z'));
let world: LaneWorld;
let record: ScriptedDocuments;
let service: DeliveryService;
let people = 0;
beforeAll(async () => {
  world = await LaneWorld.open();
  service = new DeliveryService(world.db.database, clock);
});
beforeEach(async () => {
  await world.clear();
  record = new ScriptedDocuments();
});
afterEach(() => world.stopWorkers());
afterAll(() => world.close());

const someone = (): Promise<string> => world.person(`p${++people}`);
const stranger = (): Caller => ({ ...world.caller, scope: { ...world.scope, teamIds: [newId()] } });
const form = (signed: SignedHere, reason = 'Seen to by hand') => ({
  idempotencyKey: world.key(),
  deliveryId: signed.deliveryId,
  reason,
});
const audited = (operation: string, field: string, id: string) =>
  world.sql(
    `select subject, kind, person_ids, details from audit_events where operation = $1 and details ->> '${field}' = $2`,
    [operation, id],
  );

/** A lane whose head was rejected, with one more behind it. */
async function parkedLane(): Promise<[SignedHere, SignedHere]> {
  const personId = await someone();
  const pair: [SignedHere, SignedHere] = [await world.sign(personId), await world.sign(personId)];
  record.script = (call) =>
    call.kind === 'send' && call.versionId === pair[0].versionId && call.nth === 1
      ? { code: 'HUB_UPSTREAM_REJECTED' }
      : undefined;
  await world.worker(record);
  await world.parked(pair[0].deliveryId);
  return pair;
}

describe('replaying', () => {
  it('sends a parked delivery again under its own identity and in its place, and closes the work', async () => {
    const [one, two] = await parkedLane();
    const asked = form(one, 'The profile has been corrected.');
    expect(await service.replay(world.caller, asked)).toEqual({ deliveryId: one.deliveryId });
    await world.filed(two.deliveryId);
    await world.filed(one.deliveryId);
    expect(record.held.map((each) => each.documentVersionId)).toEqual([one.versionId, two.versionId]);
    expect(await world.delivery(one.deliveryId)).toMatchObject({ attempts: 2, tries: 1 });
    expect(await world.items(one.deliveryId)).toEqual([]);
    expect(
      await world.sql('select resolved_by, resolution from work_items where subject_id = $1', [
        one.deliveryId,
      ]),
    ).toEqual([{ resolved_by: 'sam', resolution: 'The profile has been corrected.' }]);
    expect(await audited('replayDelivery', 'deliveryId', one.deliveryId)).toEqual([
      {
        subject: 'sam',
        kind: 'WRITE',
        person_ids: [one.personId],
        details: { deliveryId: one.deliveryId, systemId: world.systemId },
      },
    ]);
    // The same request again, after all that, is answered and does nothing.
    expect(await service.replay(world.caller, asked)).toEqual({ deliveryId: one.deliveryId });
    expect(record.count('send', one.versionId)).toBe(2);
    await expect(service.replay(world.caller, form(one))).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
  });

  it('twice at once is once', async () => {
    const [one] = await parkedLane();
    // The second may find that it has been taken already, and says so.
    const both = await Promise.allSettled([1, 2].map(() => service.replay(world.caller, form(one))));
    expect(both.map(({ status }) => status)).toContain('fulfilled');
    await world.filed(one.deliveryId);
    expect(record.versions(one.versionId)).toHaveLength(1);
  });

  it('does not wait for the back-off', async () => {
    const signed = await world.sign(await someone());
    record.script = (call) =>
      call.kind === 'send' && call.nth === 1
        ? { code: 'HUB_UPSTREAM_UNAVAILABLE', retryAfterMs: 3_600_000 }
        : undefined;
    await world.worker(record);
    await world.until(signed.deliveryId, (row) => row.next_at !== null);
    await service.replay(world.caller, form(signed));
    await world.filed(signed.deliveryId);
  });

  it('of one that waits behind another changes nothing of its place', async () => {
    const [one, two] = await parkedLane();
    await service.replay(world.caller, form(two));
    await sleep(100);
    expect(record.count('send', two.versionId)).toBe(0);
    expect(await world.lane(one.personId)).toMatchObject({ state: 'PARKED' });
  });
});

describe('cancelling', () => {
  it('a parked head: it never goes, its lane goes on', async () => {
    const [one, two] = await parkedLane();
    const asked = form(one, 'Filed by hand.');
    await service.cancel(world.caller, asked);
    await service.cancel(world.caller, asked);
    await service.cancel(world.caller, form(one));
    await world.filed(two.deliveryId);
    expect(await world.delivery(one.deliveryId)).toMatchObject({
      ours: 'CANCELLED',
      last_code: 'CANCELLED_BY_HAND',
    });
    expect(record.count('send', one.versionId)).toBe(1);
    expect(await world.items(one.deliveryId)).toEqual([]);
    expect(await audited('cancelDelivery', 'deliveryId', one.deliveryId)).toHaveLength(2);
    await expect(service.replay(world.caller, form(one))).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
  });

  it('the only one of a parked lane leaves it idle, and the next signature starts it again', async () => {
    const personId = await someone();
    const one = await world.sign(personId);
    record.script = (call) =>
      call.nth === 1 && call.versionId === one.versionId ? { code: 'HUB_UPSTREAM_REJECTED' } : undefined;
    await world.worker(record);
    await world.parked(one.deliveryId);
    await service.cancel(world.caller, form(one));
    expect(await world.lane(personId)).toMatchObject({ state: 'IDLE' });
    await world.filed((await world.sign(personId)).deliveryId);
  });

  it('is refused of what is under way or was taken', async () => {
    const signed = await world.sign(await someone());
    const held = Promise.withResolvers<void>();
    record.script = (call) => (call.kind === 'send' ? { heldUntil: held.promise } : undefined);
    await world.worker(record);
    await world.until(signed.deliveryId, (row) => row.ours === 'SENDING');
    await expect(service.cancel(world.caller, form(signed))).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
    held.resolve();
    await world.filed(signed.deliveryId);
    await expect(service.cancel(world.caller, form(signed))).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
  });

  it('holds against a claim at the same moment: either it is cancelled or it is sent', async () => {
    await world.worker(record);
    const outcomes: string[] = [];
    for (let n = 0; n < 15; n++) {
      const signed = await world.sign(await someone());
      const cancelled = await service.cancel(world.caller, form(signed)).then(
        () => true,
        () => false,
      );
      const row = await world.until(signed.deliveryId, (each) => each.ended_at !== null);
      expect(row.ours).toBe(cancelled ? 'CANCELLED' : 'SETTLED');
      expect(record.count('send', signed.versionId)).toBe(cancelled ? 0 : 1);
      outcomes.push(row.ours);
    }
    expect(outcomes).toContain('SETTLED');
  });
});

describe('what is not given up by hand', () => {
  /** One whose first attempt may have arrived, waiting for its next try or parked. */
  async function inDoubt(parked: boolean, personId?: string): Promise<SignedHere> {
    const signed = await world.sign(personId ?? (await someone()));
    record.script = ({ kind, versionId }) =>
      kind === 'send' && versionId === signed.versionId
        ? { code: 'HUB_UPSTREAM_AMBIGUOUS', late: true }
        : undefined;
    await world.worker(record, {
      ambiguousLimit: parked ? 1 : 9,
      backoffMs: 2_592_000_000,
      longestBackoffMs: 2_592_000_000,
    });
    await world.until(
      signed.deliveryId,
      (row) => row.ours === (parked ? 'PARKED' : 'QUEUED') && row.attempts > 0,
    );
    return signed;
  }
  const urgent = () => new Date('2026-03-02T16:00:00Z');
  const manager = (): Caller => ({ ...world.caller, subject: 'meg', role: Role.TEAM_MANAGER });

  it.each([true, false])(
    'what may have arrived (parked: %s): replay it or retract the note',
    async (parked) => {
      const signed = await inDoubt(parked);
      await expect(service.cancel(world.caller, form(signed))).rejects.toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        message: 'The document may have reached the record: replay the delivery, or retract the note.',
      });
      expect(await world.delivery(signed.deliveryId)).toMatchObject({
        ours: parked ? 'PARKED' : 'QUEUED',
        watch_due: null,
      });
      expect(await audited('cancelDelivery', 'deliveryId', signed.deliveryId)).toEqual([]);
    },
  );

  it('what was refused after an attempt that may have arrived', async () => {
    const signed = await world.sign(await someone());
    record.script = ({ kind, nth }) => {
      if (kind !== 'send') return undefined;
      return nth === 1 ? { code: 'HUB_UPSTREAM_AMBIGUOUS', late: true } : { code: 'HUB_UPSTREAM_REJECTED' };
    };
    await world.worker(record);
    expect(await world.parked(signed.deliveryId, 'HUB_UPSTREAM_REJECTED')).toMatchObject({
      theirs: 'REJECTED',
      may_have_arrived: true,
    });
    await expect(service.cancel(world.caller, form(signed))).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
  });

  it('unless its withdrawal waits behind it: that asks for it, and the record is watched', async () => {
    const signed = await inDoubt(true);
    const withdrawal = await world.withdraw(signed);
    record.land();
    await service.cancel(world.caller, form(signed));
    await world.until(withdrawal, (row) => row.theirs === 'WITHDRAWN');
    expect(record.held.map(({ status }) => status)).toEqual(['ENTERED_IN_ERROR']);
    await world.until(signed.deliveryId, (row) => row.ours === 'CANCELLED' && row.watch_due === null);
  });

  it('a withdrawal, by anybody, however it stands', async () => {
    const signed = await world.sign(await someone());
    record.script = ({ kind }) => (kind === 'withdraw' ? { code: 'HUB_UPSTREAM_REJECTED' } : undefined);
    await world.worker(record);
    await world.filed(signed.deliveryId);
    const withdrawal = await world.withdraw(signed);
    await world.parked(withdrawal);
    for (const caller of [world.caller, manager(), systemCaller('command-line', world.organisationId, 'c')])
      await expect(service.cancel(caller, { ...form(signed), deliveryId: withdrawal })).rejects.toMatchObject(
        { code: 'HUB_STATE_CONFLICT', message: expect.stringMatching(/^A withdrawal/) },
      );
    expect((await world.delivery(withdrawal)).ours).toBe('PARKED');
    // Marked by hand in the record, it is done when it is replayed.
    record.held[0]!.status = 'ENTERED_IN_ERROR';
    await service.replay(world.caller, { ...form(signed), deliveryId: withdrawal });
    await world.until(withdrawal, (row) => row.theirs === 'WITHDRAWN');
  });

  it('but a withdrawal of what the record no longer has, by a manager, so that the lane goes on', async () => {
    const signed = await world.sign(await someone());
    await world.worker(record);
    await world.filed(signed.deliveryId);
    record.script = ({ kind }) => (kind === 'withdraw' ? { code: 'HUB_UPSTREAM_REJECTED' } : undefined);
    const withdrawal = await world.withdraw(signed);
    await world.parked(withdrawal);
    await world.sql(`update deliveries set last_code = 'HUB_DELIVERY_PREDECESSOR' where id = $1`, [
      withdrawal,
    ]);
    const asked = { ...form(signed, 'Deleted there.'), deliveryId: withdrawal };
    await expect(service.cancel(world.caller, asked)).rejects.toMatchObject({ code: 'HUB_STATE_CONFLICT' });
    await service.cancel(manager(), { ...asked, idempotencyKey: `${asked.idempotencyKey}-m` });
    expect((await world.delivery(withdrawal)).ours).toBe('CANCELLED');
  });

  it('an urgent one is a manager’s to give up, and stays somebody’s work', async () => {
    const signed = await world.sign(await someone(), { urgentDueAt: urgent() });
    await expect(service.cancel(world.caller, form(signed))).rejects.toMatchObject({
      code: 'HUB_ACCESS_REFUSED',
    });
    expect((await world.delivery(signed.deliveryId)).ours).toBe('QUEUED');
    expect(await world.items(signed.deliveryId)).toEqual([]);
    const asked = form(signed, 'Told by telephone.');
    await service.cancel(manager(), asked);
    await service.cancel(manager(), asked);
    await service.cancel(manager(), form(signed));
    expect((await world.delivery(signed.deliveryId)).ours).toBe('CANCELLED');
    expect(
      await world.sql(
        `select kind, person_id, document_id, delivery_id, due_at, resolved_at from work_items where subject_id = $1`,
        [signed.deliveryId],
      ),
    ).toEqual([
      {
        kind: 'URGENT_NOT_FILED',
        person_id: signed.personId,
        document_id: signed.documentId,
        delivery_id: signed.deliveryId,
        due_at: urgent(),
        resolved_at: null,
      },
    ]);
  });

  it('an urgent one that was escalated before keeps the item that there is, whoever runs the hub', async () => {
    const signed = await world.sign(await someone(), { urgentDueAt: urgent() });
    await world.as('worker', (tx) =>
      openWorkItem(tx, {
        kind: WorkItemKind.URGENT_NOT_FILED,
        organisationId: world.organisationId,
        teamId: world.teamId,
        subjectId: signed.deliveryId,
        deliveryId: signed.deliveryId,
        assignedStaffId: world.staffId,
      }),
    );
    await service.cancel(systemCaller('command-line', world.organisationId, 'corr'), form(signed));
    expect(
      await world.sql('select assigned_staff_id, resolved_at from work_items where subject_id = $1', [
        signed.deliveryId,
      ]),
    ).toEqual([{ assigned_staff_id: world.staffId, resolved_at: null }]);
  });
});

describe('pausing and resuming a destination', () => {
  const pause = (until: string | null = null) => ({
    idempotencyKey: world.key(),
    systemCode: 'SYS',
    until,
    reason: 'The record system is being upgraded.',
  });
  const resume = () => service.resume(world.caller, { idempotencyKey: world.key(), systemCode: 'SYS' });

  it('what is under way ends, nothing more goes, the hub’s own pauses do not end it, and resuming does at once', async () => {
    const underWay = await world.sign(await someone());
    const held = Promise.withResolvers<void>();
    record.script = (call) => (call.kind === 'send' ? { heldUntil: held.promise } : undefined);
    await world.worker(record, { pollMs: 60_000 });
    await world.until(underWay.deliveryId, (row) => row.ours === 'SENDING');
    const asked = pause();
    expect(await service.pause(world.caller, asked)).toEqual({ systemId: world.systemId });
    expect(await service.pause(world.caller, asked)).toEqual({ systemId: world.systemId });
    held.resolve();
    await world.until(underWay.deliveryId, (row) => row.ours === 'SETTLED');
    const waiting = await world.sign(await someone());
    await sleep(150);
    expect((await world.delivery(waiting.deliveryId)).ours).toBe('QUEUED');
    const [row] = await world.sql(
      'select paused_until::text, paused_by, paused_because from destinations where system_id = $1',
      [world.systemId],
    );
    expect(row).toEqual({
      paused_until: 'infinity',
      paused_by: 'sam',
      paused_because: 'The record system is being upgraded.',
    });
    expect(await audited('pauseDestination', 'systemId', world.systemId)).toHaveLength(1);
    await resume();
    await world.until(waiting.deliveryId, (each) => each.accepted_at !== null);
    expect(await audited('resumeDestination', 'systemId', world.systemId)).toHaveLength(1);
  });

  it('for a time', async () => {
    clock.set(new Date());
    await service.pause(world.caller, pause(new Date(Date.now() + 4_000).toISOString()));
    const signed = await world.sign(await someone());
    await world.worker(record);
    await sleep(200);
    expect((await world.delivery(signed.deliveryId)).ours).toBe('QUEUED');
    await world.filed(signed.deliveryId);
    await resume();
  });

  it('a refusal while it is paused by hand leaves the pause as it is', async () => {
    const signed = await world.sign(await someone());
    const held = Promise.withResolvers<void>();
    record.script = (call) =>
      call.kind === 'send' && call.nth === 1
        ? { heldUntil: held.promise, code: 'HUB_UPSTREAM_REFUSED' }
        : undefined;
    await world.worker(record);
    await world.until(signed.deliveryId, (row) => row.ours === 'SENDING');
    await service.pause(world.caller, pause());
    held.resolve();
    await world.until(signed.deliveryId, (row) => row.ours === 'QUEUED');
    const [row] = await world.sql('select paused_by from destinations where system_id = $1', [
      world.systemId,
    ]);
    expect(row).toEqual({ paused_by: 'sam' });
    await resume();
    await world.filed(signed.deliveryId);
  });

  it.each([['yesterday'], ['2020-01-01T00:00:00Z']])('not until %s', async (until) => {
    await expect(service.pause(world.caller, pause(until))).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
    });
  });

  it('not of a system that is no destination', async () => {
    await expect(
      service.resume(world.caller, { idempotencyKey: world.key(), systemCode: 'NONE' }),
    ).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
  });
});

describe('whose deliveries', () => {
  it('only those of one’s own teams, or of whoever runs the hub', async () => {
    const signed = await world.sign(await someone());
    for (const deliveryId of [signed.deliveryId, newId(), 'x'])
      await expect(
        service.cancel(stranger(), { idempotencyKey: world.key(), deliveryId, reason: 'Because' }),
      ).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    expect((await world.delivery(signed.deliveryId)).ours).toBe('QUEUED');
    await service.cancel(systemCaller('command-line', world.organisationId, 'corr'), form(signed));
    expect((await world.delivery(signed.deliveryId)).ours).toBe('CANCELLED');
  });

  it('never those of another organisation, whatever the team', async () => {
    const signed = await world.sign(await someone());
    const foreign = { ...world.caller, scope: { ...world.scope, organisationId: newId() } };
    await expect(service.cancel(foreign, form(signed))).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
  });

  it.each([['no'], ['a\u0007bell'], ['turned \u202e round'], ['\u200b\u200b\u200b'], ['x'.repeat(501)]])(
    'a reason is needed, and one that can be read',
    async (reason) => {
      const signed = await world.sign(await someone());
      await expect(service.replay(world.caller, form(signed, reason))).rejects.toMatchObject({
        code: 'HUB_INPUT_INVALID',
        details: { field: 'reason' },
      });
      const items = new WorkItemService(world.db.database, clock);
      await expect(
        items.resolve(world.caller, { idempotencyKey: world.key(), workItemId: newId(), resolution: reason }),
      ).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID', details: { field: 'resolution' } });
    },
  );
});

describe('work items', () => {
  it('are closed by hand once, by a member of the team', async () => {
    const [one] = await parkedLane();
    const [item] = await world.sql<{ id: string }>('select id from work_items where subject_id = $1', [
      one.deliveryId,
    ]);
    const items = new WorkItemService(world.db.database, clock);
    const resolve = (caller: Caller, resolution = 'Looked at') =>
      items.resolve(caller, { idempotencyKey: world.key(), workItemId: item!.id, resolution });
    await expect(resolve(stranger())).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    await expect(resolve(world.caller, 'x')).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
    expect(await resolve(world.caller)).toEqual({ workItemId: item!.id });
    await expect(resolve(world.caller, 'Looked at again')).rejects.toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
    expect(
      await world.sql('select resolved_by, resolution from work_items where id = $1', [item!.id]),
    ).toEqual([{ resolved_by: 'sam', resolution: 'Looked at' }]);
    expect(await audited('resolveWorkItem', 'workItemId', item!.id)).toHaveLength(1);
  });
});
