/** What was kept is read once in effect wherever its reader dies; another goes on within five seconds; a message of which readers die is parked. */
import { once } from 'node:events';
import type { MessageOrder } from '../../support/message-child.js';
import { MessageChildren } from '../../support/message-children.js';
import { layDown, saying } from '../../support/message-readers.js';
import { MessageWorld } from '../../support/message-world.js';

let world: MessageWorld;
let children: MessageChildren;
beforeAll(async () => {
  children = new MessageChildren(3);
  world = await MessageWorld.open();
  await layDown(world);
});
afterEach(async () => {
  await world.clear();
  await world.sql('delete from fed');
});
afterAll(async () => {
  await children.end();
  await world.close();
});

const order = (change: Partial<MessageOrder>): MessageOrder => ({
  ownerUrl: world.db.ownerUrl,
  superuserUrl: world.superuserUrl,
  system: world.system,
  role: 'reads',
  variant: 'sound',
  killAt: null,
  nth: 1,
  ...change,
});
const waiting = async (): Promise<number> =>
  (await world.sql(`select 1 from inbound_messages where state = 'KEPT'`)).length;

async function keep(many: number): Promise<void> {
  const intake = world.intake();
  await Promise.all(
    Array.from({ length: many }, (_, n) => intake.keep(saying(`${n}`, { kind: 'feed', of: [`p${n % 7}`] }))),
  );
}

/** A reader that is killed so; resolves when it is dead. */
async function killed(change: Partial<MessageOrder>): Promise<void> {
  const { child } = await children.start(order(change));
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
}

/** How often each message was taken: `not` once. */
async function wrong(): Promise<string[]> {
  const rows = await world.sql<{ line: string }>(
    `select m.control_id || ' ' || count(f.n) as line from inbound_messages m left join fed f on f.message_id = m.id
     group by m.id having count(f.n) <> 1`,
  );
  return rows.map(({ line }) => line);
}

test('a reader that is killed before its commits, at the beginning and in full course, has taken nothing twice', async () => {
  await keep(150);
  // As many as a batch are read one by one first.
  await killed({ killAt: 'beforeReadCommit', nth: 5 });
  await killed({ killAt: 'beforeReadCommit', nth: 23 });
  const { child } = await children.start(order({}));
  await world.eventually(async () => (await waiting()) === 0);
  child.kill('SIGKILL');
  expect(await wrong()).toEqual([]);
});

test('the same count shows a sink that takes beside the transaction', async () => {
  await keep(30);
  await killed({ killAt: 'beforeReadCommit', nth: 5, variant: 'takes beside' });
  const { child } = await children.start(order({ variant: 'takes beside' }));
  await world.eventually(async () => (await waiting()) === 0);
  child.kill('SIGKILL');
  expect(await wrong()).not.toEqual([]);
});

test('another reader that stands by goes on long before anybody looks', async () => {
  const { child: first } = await children.start(order({}));
  await keep(5);
  await world.eventually(async () => (await waiting()) === 0);
  const { child: second } = await children.start(order({}));
  first.kill('SIGKILL');
  const killedAt = performance.now();
  await keep(0);
  await world.intake().keep(saying('after', { kind: 'feed', of: ['p'] }));
  await world.eventually(async () => (await waiting()) === 0);
  expect(performance.now() - killedAt).toBeLessThan(20_000);
  second.kill('SIGKILL');
});

test('a message of which readers die is parked without being read, and the rest is read', async () => {
  const intake = world.intake();
  await intake.keep(saying('before', { kind: 'feed', of: ['p'] }));
  await intake.keep(saying('kills', { kind: 'feed', of: ['kills'] }));
  await intake.keep(saying('behind', { kind: 'feed', of: ['p'] }));
  for (let n = 0; n < 3; n++) await killed({ killAt: 'inReading' });
  const { child } = await children.start(order({ killAt: 'inReading' }));
  await world.eventually(async () => (await waiting()) === 0);
  expect(child.signalCode).toBeNull();
  child.kill('SIGKILL');
  expect(await world.stored()).toEqual([
    'before READ - 0',
    'kills NOT_UNDERSTOOD HUB_MESSAGE_READING_FAILED 0',
    'behind READ - 0',
  ]);
  expect(await world.sql(`select what from inbound_message_events`)).toEqual([{ what: 'FAILED' }]);
});
