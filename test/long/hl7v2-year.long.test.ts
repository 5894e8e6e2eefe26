/**
 * Bar 4.4: a year of 5,000 people and 8 teams, as their patient administration system tells of it, through the socket, the message
 * store, the reader and the pull into the database. Memberships and identities are what the generator knows to be true, in whatever
 * order the messages come.
 */

import {
  ARRIVALS,
  arriving,
  generateFeed,
  type TruePatient,
  type TrueStay,
} from '../support/feed-generator.js';
import { FeedHub, type HeldMembership, type HeldRecord } from '../support/feed-hub.js';
import { dial, framedText } from '../support/hl7-peer.js';

const PEOPLE = 5_000;
/** Records of whom somebody may take one for another's: a tenth turns out to be. */
const RECORDS = 5_700;
const TEAMS = Array.from({ length: 8 }, (_, index) => `TEAM${index + 1}`);

const seed = Number(process.env.HUB_TEST_SEED ?? 1 + (Date.now() % 1_000_000));
const feed = generateFeed({
  seed,
  people: RECORDS,
  teams: TEAMS.length,
  actions: 14,
  everyDays: 70,
  days: 365,
});
const patients = new Map(feed.patients.map((patient) => [patient.localId, patient]));

/** The number under which a message was sent. */
const numberOf = (text: string): string => text.split('|', 10)[9]!;

/** What comes a second time comes under the number that it had, or under another one: always where it takes something back. */
function underOtherNumbers(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  let repeats = 0;
  return texts.map((text) => {
    const number = numberOf(text);
    const isFirst = !seen.has(number);
    seen.add(number);
    if (isFirst) return text;
    repeats += 1;
    return repeats % 2 === 0 && !/\|ADT\^A1[123]\|/.test(text)
      ? text
      : text.replace(`|${number}|`, `|${number}.2|`);
  });
}

/** Sends them one behind the other on one connection, as fast as the listener takes them, and tells what was answered. */
async function send(address: string, texts: readonly string[]): Promise<readonly string[]> {
  const peer = await dial(address);
  for (const text of texts)
    if (!peer.socket.write(framedText(text)))
      await new Promise<void>((resolve) => peer.socket.once('drain', () => resolve()));
  const said = await peer.answered(texts.length, 600_000);
  peer.close();
  return said;
}

const lines = (values: readonly (readonly unknown[])[]): readonly string[] =>
  values.map((value) => value.map((one) => one ?? '-').join(' ')).sort();

const heldStays = (memberships: readonly HeldMembership[]): readonly string[] =>
  lines(
    memberships.map(({ localId, team, state, from, to, coordinator, complete }) => {
      return [localId, team, state, from, to, to === null ? coordinator : null, complete ? '' : 'INCOMPLETE'];
    }),
  );
const trueStays = (stays: readonly TrueStay[]): readonly string[] =>
  lines(
    stays.map(({ localId, team, state, from, to, coordinator }) => {
      return [localId, team, state, from, to, coordinator, ''];
    }),
  );

const identity = ({ localId, replacedBy, dateOfBirth, deceasedOn }: TruePatient): readonly unknown[] =>
  replacedBy === null ? [localId, dateOfBirth, deceasedOn] : [localId, 'is', replacedBy];

/** Records by who they are, each group in a line. */
function groups(records: readonly HeldRecord[], whoIs: (record: HeldRecord) => string): readonly string[] {
  const found = new Map<string, string[]>();
  for (const record of records) {
    const who = whoIs(record);
    found.set(who, [...(found.get(who) ?? []), record.localId]);
  }
  return lines([...found.values()].map((ids) => ids.sort()));
}

test.each(ARRIVALS)('a year that arrives %s', async (order) => {
  const texts = underOtherNumbers(arriving(feed.messages, order, seed));
  const numbers = new Set(texts.map(numberOf));
  const settings = { coordinatorFrom: ['ROL-4 where ROL-3=CC'] };
  const hub = await FeedHub.open({ teams: TEAMS, settings, restMs: 10_000 });
  try {
    // What was written in order is all kept before it is read, as when readers were away; the others are read as they come.
    const begun = performance.now();
    const seconds = (): number => Math.round((performance.now() - begun) / 100) / 10;
    if (order !== 'AS_WRITTEN') await hub.read();
    const said = await send(hub.address, texts);
    const keptAfter = seconds();
    if (order === 'AS_WRITTEN') await hub.read();
    await hub.isRead();
    const readAfter = seconds();
    const counts = await hub.counts();
    await hub.setAside(counts.notUnderstood);
    await hub.isRefreshed();
    const doneAfter = seconds();
    const memberships = await hub.memberships();
    const records = await hub.records();
    process.stdout.write(
      `${JSON.stringify({ bar: '4.4', order, seed, messages: texts.length, memberships: memberships.length, records: records.length, keptAfter, readAfter, doneAfter, readPerSecond: counts.perSecond })}\n`,
    );
    expect(said).toEqual(texts.map((text) => `AA ${numberOf(text)}`));
    expect(counts).toMatchObject({ kept: numbers.size, repeats: texts.length - numbers.size });
    expect(counts.read + counts.notUnderstood).toBe(numbers.size);
    expect(heldStays(memberships)).toEqual(trueStays(feed.stays));
    expect(lines(records.map(identity))).toEqual(
      lines(records.map(({ localId }) => identity(patients.get(localId)!))),
    );
    expect(groups(records, ({ person }) => person)).toEqual(
      groups(records, ({ localId }) => patients.get(localId)?.replacedBy ?? localId),
    );
    expect(new Set(await hub.doubts())).toEqual(
      new Set(feed.reversed.map((pair) => `MERGE_REVERSED ${pair}`)),
    );
    const swept = await hub.sweep();
    expect(swept.filter(({ failureCode, changed }) => failureCode !== null || changed > 0)).toEqual([]);
  } finally {
    await hub.close();
  }
});

test('it is a year of 5,000 people', () => {
  const inUse = feed.patients.filter(({ replacedBy }) => replacedBy === null);
  expect(inUse.length).toBeGreaterThanOrEqual(PEOPLE);
  const events = new Set(feed.messages.map((text) => /\|ADT\^(\w+)\|/.exec(text)?.[1]));
  expect([...events].sort()).toEqual(
    'A01 A02 A03 A04 A05 A08 A11 A12 A13 A21 A22 A28 A31 A37 A38 A40 A42 A45 A47'.split(' '),
  );
});
