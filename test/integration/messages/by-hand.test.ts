/** What people do about messages: replay, set aside, look inside, look for; what is on record of it, and what time takes away. */
import { AuditTrail } from '../../../src/access/audit.service.js';
import type { MessageReading } from '../../../src/clinical/inbound.port.js';
import { type Caller, Purpose, ROLES, Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { messagesStand } from '../../../src/delivery/messages/feed-source.reader.js';
import { MessageReader } from '../../../src/delivery/messages/message.reader.js';
import { MessageService } from '../../../src/delivery/messages/message.service.js';
import { messageBody } from '../../../src/delivery/messages/message-body.service.js';
import type { MessageReaders } from '../../../src/delivery/messages/message-reader.worker.js';
import { forgetOldMessages } from '../../../src/delivery/messages/retention.service.js';
import { layDown, madeUp, NotedSinks, readersIn, type Said, saying } from '../../support/message-readers.js';
import { MessageWorld } from '../../support/message-world.js';

let world: MessageWorld;
let service: MessageService;
let reader: MessageReader;
let readers: MessageReaders;
/** What the adapter makes of messages now; a test may mend it. */
let inbound: typeof madeUp = madeUp;
let keys = 0;
const key = (): string => `key-${String(++keys).padStart(8, '0')}`;
const REASON = 'the table of teams was put right';

beforeAll(async () => {
  world = await MessageWorld.open();
  await layDown(world);
  service = new MessageService(world.db.database);
  reader = new MessageReader(world.db.database, new AuditTrail(world.db.database));
  readers = await readersIn(world, new NotedSinks(), {}, { read: (...told) => inbound.read(...told) });
});
afterEach(async () => {
  inbound = madeUp;
  await world.clear();
  await world.sql('delete from fed; delete from received');
  await world.sql(
    'set session_replication_role = replica; delete from audit_events; reset session_replication_role',
  );
});
afterAll(async () => {
  await readers.stop();
  await world.close();
});

async function keep(...all: [string, Said][]): Promise<string[]> {
  const intake = world.intake();
  for (const [controlId, said] of all) await intake.keep(saying(controlId, said));
  await allRead();
  return (await world.sql<{ id: string }>('select id from inbound_messages order by seq')).map(
    ({ id }) => id,
  );
}
const allRead = () =>
  world.eventually(async () => {
    const [row] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from inbound_messages where state = 'KEPT'`,
    );
    return row!.n === 0;
  });
const audited = async (): Promise<string[]> =>
  (
    await world.sql<{ line: string }>(
      `select concat_ws(' ', kind, operation, outcome, subject) as line from audit_events order by at, id`,
    )
  ).map(({ line }) => line);
const openItems = async (): Promise<number> =>
  (await world.sql('select 1 from work_items where resolved_at is null')).length;
const fedTimes = async (messageId: string): Promise<number> =>
  (await world.sql('select 1 from fed where message_id = $1 and local_id is not null', [messageId])).length;
const mended = { read: () => ({ kind: 'FEED' as const, localIds: ['p1'], events: [] }) };

describe('one message', () => {
  test('is read again as the rules are now; its item is closed, its story told, and the same request changes nothing more', async () => {
    const [id] = await keep(['1', { kind: 'odd', of: ['p1'] }]);
    expect(await openItems()).toBe(1);
    inbound = mended;
    const form = { idempotencyKey: key(), messageId: id!, reason: REASON };
    expect(await service.replay(world.administrator, form)).toEqual({ messageId: id });
    await allRead();
    expect(await service.replay(world.administrator, form)).toEqual({ messageId: id });
    expect(await world.stored()).toEqual(['1 READ - 0']);
    expect(await openItems()).toBe(0);
    expect(await audited()).toEqual(['WRITE replayMessage DONE administrator']);
    const timeline = await reader.timeline(world.administrator, id!);
    expect(timeline.map(({ what, code, by, reason }) => [what, code, by, reason])).toEqual([
      ['RECEIVED', null, null, null],
      ['ANSWERED', null, null, null],
      ['NOT_UNDERSTOOD', 'HUB_INPUT_INVALID', 'system:messages', null],
      ['REPLAYED', null, 'administrator', REASON],
      ['READ', null, 'system:messages', null],
    ]);
  });

  test('that was read is given to its sink again, empty when it says nothing any more; its first reading is still told', async () => {
    const [id] = await keep(['1', { kind: 'feed', of: ['p1'] }]);
    const replay = () =>
      service.replay(world.administrator, { idempotencyKey: key(), messageId: id!, reason: REASON });
    await replay();
    await allRead();
    expect(await fedTimes(id!)).toBe(2);
    inbound = { read: () => ({ kind: 'NOTHING' }) };
    await replay();
    await allRead();
    expect(await world.sql('select local_id from fed where message_id = $1 order by n', [id])).toEqual([
      { local_id: 'p1' },
      { local_id: 'p1' },
      { local_id: null },
    ]);
    expect((await reader.timeline(world.administrator, id!)).map(({ what }) => what)).toEqual([
      ...['RECEIVED', 'ANSWERED', 'READ', 'REPLAYED', 'READ', 'REPLAYED', 'NOTHING'],
    ]);
  });

  test('that is read again concerns whom it tells of now: others, or anybody, and not those of an earlier reading', async () => {
    const [id] = await keep(['1', { kind: 'feed', of: ['p1', 'p2'] }]);
    const replayAs = async (reading: MessageReading): Promise<unknown> => {
      inbound = { read: () => reading };
      await service.replay(world.administrator, { idempotencyKey: key(), messageId: id!, reason: REASON });
      await allRead();
      const rows = await world.sql('select local_id from inbound_message_patients order by 1');
      const { notUnderstood } = await world.as('worker', (tx) => messagesStand(tx, world.system.id));
      return { concerned: rows.map((row) => row.local_id), notUnderstood };
    };
    const odd = { kind: 'NOT_UNDERSTOOD', code: 'HUB_MESSAGE_PLACE', place: 'PID-3' } as const;
    expect(await replayAs({ kind: 'FEED', localIds: ['p2', 'p3'], events: [] })).toEqual({
      concerned: ['p2', 'p3'],
      notUnderstood: [],
    });
    expect(await replayAs({ ...odd, localIds: [] })).toEqual({ concerned: [], notUnderstood: [[]] });
    expect(await replayAs({ ...odd, localIds: ['p4'] })).toEqual({
      concerned: ['p4'],
      notUnderstood: [['p4']],
    });
  });

  test('is set aside with a reason, once, and may still be replayed', async () => {
    const [id, other] = await keep(['1', { kind: 'odd' }], ['2', { kind: 'feed', of: ['p'] }]);
    const setAside = (messageId: string) =>
      service.setAside(world.administrator, {
        idempotencyKey: key(),
        messageId,
        reason: 'meant for another hub',
      });
    await setAside(id!);
    await setAside(id!);
    expect(await world.stored()).toEqual(['1 SET_ASIDE HUB_INPUT_INVALID 0', '2 READ - 0']);
    expect(await openItems()).toBe(0);
    expect(
      (await reader.timeline(world.administrator, id!)).filter(({ what }) => what === 'SET_ASIDE'),
    ).toHaveLength(1);
    await expect(setAside(other!)).rejects.toMatchObject({ code: 'HUB_STATE_CONFLICT' });
    inbound = mended;
    await service.replay(world.administrator, { idempotencyKey: key(), messageId: id!, reason: REASON });
    await allRead();
    expect((await world.stored())[0]).toBe('1 READ - 0');
  });

  test('that was refused, is unknown, or whose bytes are gone is not replayed', async () => {
    const intake = world.intake();
    await intake.keep(saying('1', { kind: 'odd' }, { refusal: 'HUB_INPUT_LIMIT' }));
    const [refused] = await keep(['2', { kind: 'nothing' }]);
    const replay = (messageId: string) =>
      service.replay(world.administrator, { idempotencyKey: key(), messageId, reason: REASON });
    await expect(replay(refused!)).rejects.toMatchObject({ code: 'HUB_STATE_CONFLICT' });
    await expect(replay(newId())).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    await expect(replay('no id')).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    await world.sql('delete from inbound_bodies');
    const [{ id } = { id: '' }] = await world.sql<{ id: string }>(
      `select id from inbound_messages where control_id = '2'`,
    );
    await expect(replay(id)).rejects.toMatchObject({ code: 'HUB_MESSAGE_BODY_GONE' });
    expect(await audited()).toEqual([]);
  });

  test('is replayed or not with what is on record of it: both or neither', async () => {
    const [id] = await keep(['1', { kind: 'odd' }]);
    await world.sql(
      `alter table audit_events add constraint ck_planted check (operation <> 'replayMessage')`,
    );
    const replayed = service.replay(world.administrator, {
      idempotencyKey: key(),
      messageId: id!,
      reason: REASON,
    });
    await expect(replayed).rejects.toMatchObject({ code: 'HUB_AUDIT_UNAVAILABLE' });
    await world.sql('alter table audit_events drop constraint ck_planted');
    expect(await world.stored()).toEqual(['1 NOT_UNDERSTOOD HUB_INPUT_INVALID 0']);
    expect(await openItems()).toBe(1);
  });
});

describe('many messages', () => {
  const filter = () => ({ systemId: world.system.id, code: 'HUB_INPUT_INVALID' });

  test('are counted, then replayed as counted; a count that has changed does nothing; the same request is answered again', async () => {
    const ids = await keep(
      ['1', { kind: 'odd' }],
      ['2', { kind: 'odd', code: 'HUB_INPUT_LIMIT' }],
      ['3', { kind: 'odd' }],
      ['4', { kind: 'feed', of: ['p'] }],
    );
    expect(await service.count(world.administrator, 'REPLAY', filter())).toBe(2);
    inbound = mended;
    const form = { idempotencyKey: key(), filter: filter(), reason: REASON };
    const wrong = service.replayMany(world.administrator, { ...form, count: 3 });
    await expect(wrong).rejects.toMatchObject({ code: 'HUB_STATE_CONFLICT', details: { count: 2 } });
    expect((await world.stored())[0]).toBe('1 NOT_UNDERSTOOD HUB_INPUT_INVALID 0');
    expect(await service.replayMany(world.administrator, { ...form, count: 2 })).toEqual({ count: 2 });
    await allRead();
    expect(await service.replayMany(world.administrator, { ...form, count: 2 })).toEqual({ count: 2 });
    expect(await world.stored()).toEqual([
      '1 READ - 0',
      '2 NOT_UNDERSTOOD HUB_INPUT_LIMIT 0',
      '3 READ - 0',
      '4 READ - 0',
    ]);
    expect(await openItems()).toBe(1);
    expect(await audited()).toEqual(['WRITE replayMessages DONE administrator']);
    expect(ids).toHaveLength(4);
  });

  test('are set aside together', async () => {
    await keep(['1', { kind: 'odd' }], ['2', { kind: 'feed', of: ['p'] }], ['3', { kind: 'odd' }]);
    const all = { systemId: world.system.id };
    expect(await service.count(world.administrator, 'SET_ASIDE', all)).toBe(2);
    const form = { idempotencyKey: key(), filter: all, count: 2, reason: 'of a test of the sender' };
    await service.setAsideMany(world.administrator, form);
    expect((await world.stored()).map((line) => line.split(' ')[1])).toEqual([
      'SET_ASIDE',
      'READ',
      'SET_ASIDE',
    ]);
    expect(await openItems()).toBe(0);
  });
});

describe('what a message says', () => {
  test('is shown to those who settle who is who, for a reason, with persons and reason on record first', async () => {
    const [id] = await keep(['1', { kind: 'feed', of: ['p1'] }]);
    const personId = newId();
    await world.sql(`insert into persons (id, organisation_id) values ($1, $2)`, [
      personId,
      world.organisationId,
    ]);
    await world.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, 'p1', $4, now())`,
      [newId(), world.organisationId, world.system.id, personId],
    );
    const form = { messageId: id!, reason: 'two people under one number' };
    const body = await messageBody(world.db.database, world.steward, form);
    expect(Buffer.from(body.bytes).toString()).toBe('1|{"kind":"feed","of":["p1"]}');
    expect(Buffer.from(body.answer!).toString()).toBe('AA 1');
    const [row] = await world.sql(
      `select operation, person_ids, details->>'reason' as reason from audit_events`,
    );
    expect(row).toEqual({ operation: 'messageBody', person_ids: [personId], reason: form.reason });
    const of = await reader.list(world.steward, { systemId: world.system.id, personId });
    expect(of.messages.map((message) => message.id)).toEqual([id]);
    await world.sql('delete from record_links; delete from persons');
  });

  test('is shown to nobody else, not without a reason, and not when that cannot be put on record', async () => {
    const [id] = await keep(['1', { kind: 'feed', of: ['p1'] }]);
    const body = (caller: Caller, reason = 'a good reason') =>
      messageBody(world.db.database, caller, { messageId: id!, reason });
    for (const role of ROLES.filter((each) => each !== Role.IDENTITY_STEWARD))
      await expect(body(world.callerOf(role, Purpose.ADMINISTRATION))).rejects.toMatchObject({
        code: 'HUB_ACCESS_REFUSED',
      });
    await expect(body(world.steward, ' ')).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
    await world.sql(`alter table audit_events add constraint ck_planted check (operation <> 'messageBody')`);
    await expect(body(world.steward)).rejects.toMatchObject({ code: 'HUB_AUDIT_UNAVAILABLE' });
    await world.sql('alter table audit_events drop constraint ck_planted');
    const elsewhere = { ...world.steward, scope: { ...world.scope, organisationId: newId() } };
    await expect(body(elsewhere)).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    for (const pool of ['staff', 'steward'] as const)
      await expect(
        world.db.database.read(pool, world.scope, { text: 'select bytes from inbound_bodies', values: [] }),
      ).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
    await expect(
      world.db.database.read('staff', world.scope, {
        text: 'select local_id from inbound_message_patients',
        values: [],
      }),
    ).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
  });
});

describe('looking for messages', () => {
  test('finds them by what is known of them, page by page, the newest first, each once', async () => {
    const all = Array.from({ length: 23 }, (_, n): [string, Said] => [
      `${n}`,
      n % 4 === 0 ? { kind: 'odd' } : { kind: 'feed', of: [`p${n % 3}`] },
    ]);
    await keep(...all);
    const { administrator } = world;
    const systemId = world.system.id;
    const found: string[] = [];
    const times: string[] = [];
    for (let after: { receivedAt: string; id: string } | undefined; ; ) {
      const page = await reader.list(administrator, { systemId, size: 5, ...(after ? { after } : {}) });
      found.push(...page.messages.map(({ controlId }) => controlId!));
      times.push(...page.messages.map(({ receivedAt }) => receivedAt));
      if (page.next === null) break;
      after = page.next;
    }
    expect(times).toEqual([...times].sort().reverse());
    // Those of one millisecond have no order.
    expect([...found].sort()).toEqual(all.map(([n]) => n).sort());
    const numbers = async (question: Partial<Parameters<MessageReader['list']>[1]>, caller = administrator) =>
      (await reader.list(caller, { systemId, size: 250, ...question })).messages.map(
        ({ controlId }) => controlId,
      );
    expect(await numbers({ controlId: '7' })).toEqual(['7']);
    expect((await numbers({ states: ['NOT_UNDERSTOOD'] })).sort()).toEqual(['0', '12', '16', '20', '4', '8']);
    expect(await numbers({ states: ['READ'], code: 'HUB_INPUT_INVALID' })).toEqual([]);
    expect(await numbers({ type: 'ADT^A01' })).toEqual([]);
    expect(await numbers({ type: 'ADT^A08' })).toHaveLength(23);
    expect(await numbers({ receivedBefore: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await numbers({ receivedFrom: '2020-01-01T00:00:00Z' })).toHaveLength(23);
    expect((await numbers({ localId: 'p1' }, world.steward)).sort()).toEqual([
      '1',
      '10',
      '13',
      '19',
      '22',
      '7',
    ]);
    const [one] = (await reader.list(administrator, { systemId, controlId: '7' })).messages;
    expect(one).toMatchObject({
      state: 'READ',
      hasBody: true,
      isAnswered: true,
      repeats: 0,
      attempts: 1,
      place: null,
    });
    expect(await reader.standing(administrator, systemId)).toMatchObject({
      waiting: 0,
      parked: 6,
      waitingSince: null,
    });
  });

  test('by person is for those alone who may know it; what other organisations keep is not there', async () => {
    const [id] = await keep(['1', { kind: 'feed', of: ['p1'] }]);
    const systemId = world.system.id;
    await expect(reader.list(world.administrator, { systemId, localId: 'p1' })).rejects.toMatchObject({
      code: 'HUB_ACCESS_REFUSED',
    });
    const specialist = world.callerOf(Role.EMPLOYMENT_SPECIALIST, Purpose.DIRECT_CARE);
    await expect(reader.list(specialist, { systemId })).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
    const elsewhere = { ...world.administrator, scope: { ...world.scope, organisationId: newId() } };
    expect((await reader.list(elsewhere, { systemId })).messages).toEqual([]);
    await expect(reader.find(elsewhere, id!)).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
    await expect(reader.list(world.administrator, { systemId, size: 251 })).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
    });
  });

  test('tells of repeats', async () => {
    const [id] = await keep(
      ['1', { kind: 'nothing' }],
      ['1', { kind: 'nothing' }],
      ['1', { kind: 'nothing' }],
    );
    const repeats = (await reader.timeline(world.administrator, id!)).filter(
      ({ what }) => what === 'REPEATED',
    );
    expect(repeats).toMatchObject([{ times: 2, by: null }]);
  });
});

describe('what time takes away', () => {
  const DAY_MS = 86_400_000;
  const forget = (bodyDays: number, days: number, afterDays: number) =>
    forgetOldMessages(
      world.db.database,
      world.organisationId,
      { bodyDays, days },
      Date.now() + afterDays * DAY_MS,
    );

  test('is bytes first, then the rest, never what waits, and nothing for ever', async () => {
    await keep(['1', { kind: 'feed', of: ['p1'] }], ['2', { kind: 'odd' }], ['3', { kind: 'nothing' }]);
    expect(await forget(90, 2_922, 89)).toEqual({ bodies: 0, messages: 0 });
    expect(await forget(0, 0, 99_999)).toEqual({ bodies: 0, messages: 0 });
    expect(await forget(90, 2_922, 91)).toEqual({ bodies: 2, messages: 0 });
    expect(await world.stored()).toEqual([
      '1 READ - 0',
      '2 NOT_UNDERSTOOD HUB_INPUT_INVALID 0',
      '3 NOTHING - 0',
    ]);
    const [one] = (await reader.list(world.administrator, { systemId: world.system.id, controlId: '1' }))
      .messages;
    expect(one!.hasBody).toBe(false);
    expect(await forget(90, 2_922, 2_923)).toEqual({ bodies: 0, messages: 2 });
    expect(await world.stored()).toEqual(['2 NOT_UNDERSTOOD HUB_INPUT_INVALID 0']);
    expect(await world.sql('select 1 from inbound_message_patients')).toEqual([]);
  });

  test('is both at once where neither is kept for long', async () => {
    await keep(['1', { kind: 'nothing' }]);
    expect(await forget(0, 30, 31)).toEqual({ bodies: 0, messages: 1 });
    expect(await world.sql('select 1 from inbound_bodies')).toEqual([]);
  });

  test('gives the number free with the bytes, and holds it until then', async () => {
    await keep(['1', { kind: 'nothing' }]);
    const again = saying('1', { kind: 'feed', of: ['p1'] });
    expect(await world.intake().keep(again)).toEqual({ outcome: 'OTHER' });
    await forget(90, 0, 91);
    expect(await world.intake().keep(again)).toEqual({ outcome: 'KEPT' });
    expect(await world.intake().keep(again)).toMatchObject({ outcome: 'REPEATED' });
    await allRead();
  });

  test('is not another organisation’s', async () => {
    await keep(['1', { kind: 'nothing' }]);
    const gone = await forgetOldMessages(
      world.db.database,
      newId(),
      { bodyDays: 1, days: 1 },
      Date.now() + 9 * DAY_MS,
    );
    expect(gone).toEqual({ bodies: 0, messages: 0 });
  });
});
