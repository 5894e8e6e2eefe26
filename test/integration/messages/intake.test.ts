/** What a record system sends is on disk before its sender is told so, once whatever is repeated, and never in another's place. */
import pg from 'pg';
import type { MessageKept } from '../../../src/clinical/inbound.port.js';
import { MESSAGES_CHANNEL } from '../../../src/delivery/messages/message-state.js';
import { arrived, MessageWorld, sha256 } from '../../support/message-world.js';

let world: MessageWorld;
beforeAll(async () => {
  world = await MessageWorld.open();
});
afterEach(() => world.clear());
afterAll(() => world.close());

const answered = (kept: MessageKept): string =>
  kept.outcome === 'REPEATED' ? `REPEATED ${Buffer.from(kept.answer ?? []).toString()}` : kept.outcome;

test('bytes, hashes, answer and what the message says of itself are there when it is answered', async () => {
  const message = arrived('1', 'héllo\r\0', { sentAt: null });
  expect(await world.intake().keep(message)).toEqual({ outcome: 'KEPT' });
  const [row] = await world.sql(
    `select m.*, b.bytes from inbound_messages m join inbound_bodies b on b.message_id = m.id`,
  );
  expect(row).toMatchObject({
    organisation_id: world.organisationId,
    system_id: world.system.id,
    application: 'PAS',
    facility: 'RAA',
    control_id: '1',
    content_hash: message.contentHash,
    bytes_hash: sha256(message.bytes),
    type: 'ADT^A08',
    sent_at: null,
    remote_address: '10.0.0.7',
    state: 'KEPT',
    code: null,
  });
  expect(row!.bytes).toEqual(message.bytes);
  expect(row!.answer).toEqual(message.answer);
});

test('of many that wait together each is kept with its own bytes and answer', async () => {
  const intake = world.intake();
  const all = Array.from({ length: 300 }, (_, n) =>
    arrived(`${n}`, `text ${'x'.repeat(n)}`, n % 3 === 0 ? { answer: null } : {}),
  );
  const kept = await Promise.all(all.map((message) => intake.keep(message)));
  expect(new Set(kept.map(answered))).toEqual(new Set(['KEPT']));
  const rows = await world.sql<{ control_id: string; bytes: Buffer; answer: Buffer | null }>(
    `select control_id, bytes, answer from inbound_messages m join inbound_bodies b on b.message_id = m.id
     order by control_id::integer`,
  );
  expect(rows.map((row) => row.control_id)).toEqual(all.map(({ identity }) => identity!.controlId));
  expect(rows.map((row) => row.bytes)).toEqual(all.map(({ bytes }) => bytes));
  expect(rows.map((row) => row.answer)).toEqual(all.map(({ answer }) => answer));
});

test('a repeat is answered as the first time and counted; its other answer is not looked at', async () => {
  const intake = world.intake();
  await intake.keep(arrived('7'));
  const again = await intake.keep(arrived('7', 'text', { answer: Buffer.from('AA of another time') }));
  expect(answered(again)).toBe('REPEATED AA 7');
  expect(await world.stored()).toEqual(['7 KEPT - 1']);
});

test('another message under that number is kept as refused, once however often it comes', async () => {
  const intake = world.intake();
  await intake.keep(arrived('7', 'first'));
  for (let round = 0; round < 3; round++)
    expect(answered(await intake.keep(arrived('7', 'second')))).toBe('OTHER');
  expect(answered(await intake.keep(arrived('7', 'third')))).toBe('OTHER');
  expect(answered(await intake.keep(arrived('7', 'first')))).toBe('REPEATED AA 7');
  expect(await world.stored()).toEqual([
    '7 KEPT - 1',
    '7 REFUSED HUB_MESSAGE_DUPLICATE_ID 2',
    '7 REFUSED HUB_MESSAGE_DUPLICATE_ID 0',
  ]);
});

test('another message under that number whose sender wants no answer is kept to be read, once however often it comes', async () => {
  const intake = world.intake();
  const untold = (text: string) => arrived('7', text, { answer: null, answerToOther: null });
  await intake.keep(untold('first'));
  const outcomes = [];
  for (const text of ['second', 'third', 'second', 'first'])
    outcomes.push(answered(await intake.keep(untold(text))));
  expect(outcomes).toEqual(['KEPT', 'KEPT', 'REPEATED ', 'REPEATED ']);
  expect(await world.stored()).toEqual(['7 KEPT - 1', '7 KEPT - 1', '7 KEPT - 0']);
});

test('the same number of another application, facility or system is another number', async () => {
  const intake = world.intake();
  const of = (application: string, facility: string) =>
    arrived('7', `${application} ${facility}`, { identity: { application, facility, controlId: '7' } });
  const outcomes = [];
  for (const message of [of('PAS', 'RAA'), of('PAS', ''), of('', 'RAA'), of('', '')])
    outcomes.push(answered(await intake.keep(message)));
  expect(outcomes).toEqual(['KEPT', 'KEPT', 'KEPT', 'KEPT']);
});

test('what is refused is kept, counted when it comes again, and taken once it is no longer refused', async () => {
  const intake = world.intake();
  const refused = arrived('9', 'text', { refusal: 'HUB_INPUT_LIMIT', answer: Buffer.from('AR 9') });
  expect(answered(await intake.keep(refused))).toBe('KEPT');
  expect(answered(await intake.keep(refused))).toBe('REPEATED AR 9');
  expect(answered(await intake.keep(arrived('9')))).toBe('KEPT');
  expect(answered(await intake.keep(refused))).toBe('REPEATED AA 9');
  expect(await world.stored()).toEqual(['9 REFUSED HUB_INPUT_LIMIT 1', '9 KEPT - 1']);
});

test('of what has no number none is a repeat of another', async () => {
  const intake = world.intake();
  const nameless = arrived('x', 'text', { identity: null });
  for (let round = 0; round < 2; round++) expect(answered(await intake.keep(nameless))).toBe('KEPT');
  expect(await world.stored()).toEqual(['- KEPT - 0', '- KEPT - 0']);
});

test('of a hundred that bring the same at once, by four ways, one is kept and all get its answer', async () => {
  const ways = Array.from({ length: 4 }, () =>
    world.intake({
      limits: { items: 3, bytes: 1e6, waitingItems: 1e4, waitingBytes: 1e8 },
    }),
  );
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => ways[n % 4]!.keep(arrived(`${n % 5}`, 'same'))),
  );
  const told = outcomes.map(answered);
  expect(told.filter((each) => each === 'KEPT')).toHaveLength(5);
  expect(told.filter((each) => each.startsWith('REPEATED AA '))).toHaveLength(95);
  expect((await world.stored()).sort()).toEqual(['0', '1', '2', '3', '4'].map((n) => `${n} KEPT - 19`));
});

test('of two that bring different messages under one number at once, one has it and the other is told so', async () => {
  const ways = [world.intake(), world.intake()];
  for (let round = 0; round < 20; round++) {
    const outcomes = await Promise.all(ways.map((way, n) => way.keep(arrived(`r${round}`, `text of ${n}`))));
    expect(outcomes.map(answered).sort()).toEqual(['KEPT', 'OTHER']);
  }
});

test('a message that the database refuses fails alone', async () => {
  const intake = world.intake();
  await world.sql(`alter table inbound_messages add constraint ck_planted check (control_id <> 'poison')`);
  const outcomes = await Promise.allSettled(
    ['1', 'poison', '2'].map((controlId) => intake.keep(arrived(controlId))),
  );
  await world.sql('alter table inbound_messages drop constraint ck_planted');
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await world.stored()).toEqual(['1 KEPT - 0', '2 KEPT - 0']);
});

test('nothing that a sender writes in a header is more than the database takes', async () => {
  const intake = world.intake();
  const long = (end: string) => ({
    application: '\0'.repeat(5_000),
    facility: '€'.repeat(200_000),
    controlId: `\u{10ffff}${'€'.repeat(9_000)}${end}`,
  });
  const odd = (end: string) =>
    arrived('x', end, {
      identity: long(end),
      type: 'no type at all',
      sentAt: 'no time',
      remoteAddress: 'z'.repeat(9_999),
    });
  expect(answered(await intake.keep(odd('a')))).toBe('KEPT');
  expect(answered(await intake.keep(odd('b')))).toBe('KEPT');
  for (const [n, sentAt] of ['+010000-01-01T13:59:59.000Z', '0000-12-31T23:00:00.000Z', '7'].entries())
    expect(answered(await intake.keep(arrived(`time ${n}`, 'text', { sentAt })))).toBe('KEPT');
  expect(answered(await intake.keep(odd('a')))).toMatch(/^REPEATED/);
  const refused = arrived('x', 'c', { identity: long('c'), refusal: 'HUB_INPUT_LIMIT' });
  expect(answered(await intake.keep(refused))).toBe('KEPT');
});

test('a commit is on disk before it is answered, whatever the server was told', async () => {
  await world.sql(`
    create table seen (value text);
    grant insert on seen to hub_worker;
    create function note_it() returns trigger language plpgsql as
      'begin insert into seen values (current_setting(''synchronous_commit'')); return null; end';
    create constraint trigger planted after insert or update on inbound_messages deferrable initially deferred
      for each row execute function note_it()`);
  await world.sql(
    `alter role hub_worker in database ${(await world.sql<{ d: string }>('select quote_ident(current_database()) as d'))[0]!.d} set synchronous_commit = off`,
  );
  const other = await MessageWorld.reopened(world);
  const intake = other.intake();
  await intake.keep(arrived('1'));
  await intake.keep(arrived('1'));
  await intake.keep(arrived('1', 'other'));
  await intake.keep(arrived('2', 'text', { refusal: 'HUB_INPUT_LIMIT' }));
  await other.close();
  expect((await world.sql<{ value: string }>('select value from seen')).map(({ value }) => value)).toEqual([
    'on',
    'on',
    'on',
    'on',
  ]);
  await world.sql('drop trigger planted on inbound_messages; drop function note_it(); drop table seen');
});

test('what waits is bounded: more is refused, and what waited is kept', async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const intake = world.intake({
    limits: { items: 2, bytes: 1e6, waitingItems: 4, waitingBytes: 1e6 },
    faultPoint: (name) => (name === 'beforeCommit' ? gate : undefined),
  });
  const first = intake.keep(arrived('0'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const rest = Array.from({ length: 10 }, (_, n) => intake.keep(arrived(`${n + 1}`)));
  const outcomes = Promise.allSettled([first, ...rest]);
  open();
  const refused = (await outcomes).filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused).toHaveLength(6);
  expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['HUB_BUSY']));
  expect(await world.stored()).toHaveLength(5);
});

test.each([
  ['without a feed is heard of by whatever is kept', null, 1],
  ['with a feed is heard of by what is of the feed', 60_000, 0],
])('a system %s, and never by what is refused or comes again', async (_, silentAfterMs, otherwise) => {
  const heard = async () => (await world.sql('select heard_at from inbound_sources')).length;
  const intake = world.intake({}, world.db.database, silentAfterMs);
  await intake.keep(arrived('1', 'text', { refusal: 'HUB_INPUT_LIMIT' }));
  expect(await heard()).toBe(0);
  await intake.keep(arrived('2'));
  await intake.drained();
  expect(await heard()).toBe(1);
  await world.sql('delete from inbound_sources');
  const again = world.intake({}, world.db.database, silentAfterMs);
  await again.keep(arrived('2'));
  await again.drained();
  expect(await heard()).toBe(0);
  await world.clear();
  const other = world.intake({}, world.db.database, silentAfterMs);
  await other.keep(arrived('3', 'text', { isOfFeed: false }));
  await other.drained();
  expect(await heard()).toBe(otherwise);
});

test('batches that repeat the same messages in any order do not wait for each other', async () => {
  const intakes = Array.from({ length: 4 }, () => world.intake());
  const numbers = Array.from({ length: 24 }, (_none, n) => `${n}`);
  const keep = () =>
    Promise.all(
      intakes.flatMap((intake, n) =>
        (n % 2 === 0 ? numbers : numbers.toReversed()).map((number) => intake.keep(arrived(number))),
      ),
    );
  await keep();
  for (let round = 0; round < 20; round++)
    expect(new Set((await keep()).map(({ outcome }) => outcome))).toEqual(new Set(['REPEATED']));
  const [{ deadlocks }] = (await world.sql<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )) as [{ deadlocks: string }];
  expect(Number(deadlocks)).toBe(0);
});

test('readers are told of what comes right after a batch of nothing but repeats', async () => {
  const client = new pg.Client({ connectionString: world.superuserUrl });
  await client.connect();
  let notices = 0;
  client.on('notification', () => {
    notices += 1;
  });
  await client.query(`listen ${MESSAGES_CHANNEL}`);
  const intake = world.intake();
  await intake.keep(arrived('1'));
  // Notices are sent once in so long: the repeat would be due one.
  await new Promise((resolve) => setTimeout(resolve, 150));
  await client.query('select 1');
  const before = notices;
  await intake.keep(arrived('1'));
  await intake.keep(arrived('2'));
  await client.query('select 1');
  await client.end();
  expect([before, notices]).toEqual([1, 2]);
});

test.each([
  ['state', 'DONE'],
  ['type', 'ADT^A08 OF A PERSON'],
  ['type', 'adt^a08'],
  ['type', ''],
  ['type', 'A'.repeat(21)],
])('a row holds no other word: %s %p', async (column, value) => {
  await world.intake().keep(arrived('1'));
  const written = world.sql(`update inbound_messages set ${column} = $1`, [value]);
  await expect(written).rejects.toMatchObject({ code: '23514' });
});
