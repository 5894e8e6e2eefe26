/** One call to a record system: its deadline, what it is left alone for, and that nothing but a coded error comes of it. */
import type { RecordRead } from '../../../src/clinical/record-read.rules.js';
import { LEAVE_ALONE, readSource, SourceBreakers } from '../../../src/clinical/record-source.js';
import { HubError } from '../../../src/core/errors.js';
import { ScriptedRecord } from '../../support/scripted-record.js';

const TERMS = { on: '2026-03-02', deadlineMs: 60 };
const breakers = new SourceBreakers();
let record: ScriptedRecord;
beforeEach(() => {
  record = new ScriptedRecord({ system: 'home' });
});
const read = (kind: RecordRead = 'demographics', ids: readonly string[] = ['a', 'b']) =>
  readSource(record.capability, breakers.of(record.capability), kind, ids, TERMS);

test('each kind of read is answered as a list for each patient, in their order', async () => {
  const kinds = [
    'demographics',
    'careTeams',
    'openEpisodes',
    'documents',
    'encounters',
    'appointments',
    'problems',
    'riskFlags',
    'consents',
  ] as const;
  for (const kind of kinds) {
    const lists = await read(kind);
    expect(lists).toHaveLength(2);
    expect(JSON.stringify(lists[1])).toContain('Patient b');
  }
  expect(record.calls.map(({ read, on }) => [read, on])).toEqual(
    kinds.map((kind) => [
      kind,
      { openEpisodes: '2026-03-02', encounters: '2025-12-02', appointments: '2025-12-02' }[kind as string],
    ]),
  );
});

test('a patient whom the record does not hold is an empty list', async () => {
  record = new ScriptedRecord({ system: 'home', nameOf: (id) => (id === 'a' ? undefined : 'B') });
  const [none, one] = await read();
  expect([none!.length, one!.length]).toEqual([0, 1]);
});

test('past the deadline it is given up, even by an adapter that does not heed its signal', async () => {
  record.misbehave('HANGS');
  const before = performance.now();
  await expect(read()).rejects.toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT', details: { deadlineMs: 60 } });
  expect(performance.now() - before).toBeLessThan(15_000);
  expect(record.signals[0]!.aborted).toBe(true);
});

test.each([
  ['TOO_FEW', 'HUB_UPSTREAM_PROTOCOL'],
  ['THROWS', 'HUB_INTERNAL'],
  ['REFUSED', 'HUB_UPSTREAM_REFUSED'],
] as const)('%s is %s, and never opens the breaker', async (how, code) => {
  record.misbehave(how);
  for (let n = 0; n < LEAVE_ALONE.failures + 2; n++) {
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HubError);
    expect(failure).toMatchObject({ code });
  }
  expect(record.calls).toHaveLength(LEAVE_ALONE.failures + 2);
});

describe('a system in trouble', () => {
  const fail = async () => {
    record.misbehave('UNREACHABLE');
    for (let n = 0; n < LEAVE_ALONE.failures; n++)
      await expect(read()).rejects.toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE' });
  };

  test('is left alone, and the answer says for how long', async () => {
    await fail();
    await expect(read()).rejects.toMatchObject({
      code: 'HUB_UPSTREAM_UNAVAILABLE',
      retryAfterMs: LEAVE_ALONE.ms,
      details: { circuit: 'OPEN' },
    });
    expect(record.calls).toHaveLength(LEAVE_ALONE.failures);
  });

  test('is asked again after that time, and is well when it answers', async () => {
    const { now } = Date;
    try {
      await fail();
      Date.now = () => now() + LEAVE_ALONE.ms + 1;
      record.misbehave(null);
      expect(await read()).toHaveLength(2);
      expect(await read()).toHaveLength(2);
    } finally {
      Date.now = now;
    }
  });

  test('is another when it is connected anew', async () => {
    await fail();
    record.reset();
    expect(await read()).toHaveLength(2);
  });

  test('does not touch the others', async () => {
    await fail();
    const other = new ScriptedRecord({ system: 'other' });
    expect(
      await readSource(other.capability, breakers.of(other.capability), 'documents', ['a'], TERMS),
    ).toHaveLength(1);
  });
});
