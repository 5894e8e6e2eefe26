/** Group commit of reads on record, against a store whose commits the test decides. */
import { type AuditEntry, AuditTrail } from '../../../src/access/audit.service.js';
import { type Caller, NO_SCOPE } from '../../../src/core/caller.js';
import { HubError } from '../../../src/core/errors.js';

const caller: Caller = {
  subject: 'sam',
  role: 'EMPLOYMENT_SPECIALIST',
  purpose: 'DIRECT_CARE',
  scope: NO_SCOPE,
  correlationId: 'corr',
};
const looked = (operation: string): AuditEntry => ({ kind: 'READ', operation, personIds: [] });
const OPERATION = 6;
const WIDTH = 11;

interface Statement {
  readonly operations: readonly string[];
  readonly name: string | undefined;
  readonly commit: () => void;
  readonly fail: (error: Error) => void;
}

/** Keeps every statement open until the test commits or fails it. */
class Store {
  readonly statements: Statement[] = [];

  audit(text: string, values: readonly unknown[], name?: string): Promise<void> {
    expect(text.match(/::uuid\[\]/g)).toHaveLength(values.length / WIDTH);
    const operations = values.filter((_, index) => index % WIDTH === OPERATION) as string[];
    return new Promise((commit, fail) => this.statements.push({ operations, name, commit, fail }));
  }
}

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

async function outcomeOf(work: Promise<void>): Promise<string> {
  return work.then(
    () => 'on record',
    (error: unknown) => (error as HubError).code,
  );
}

describe('AuditTrail', () => {
  it('answers nobody before the commit', async () => {
    const store = new Store();
    let answered = false;
    const recording = new AuditTrail(store).record(caller, looked('first')).then(() => {
      answered = true;
    });
    await settle();
    expect(answered).toBe(false);
    store.statements[0]!.commit();
    await recording;
    expect(answered).toBe(true);
  });

  it('carries what arrives meanwhile in the next statement, in order', async () => {
    const store = new Store();
    const trail = new AuditTrail(store);
    const all = ['a', 'b', 'c', 'd'].map((name) => trail.record(caller, looked(name)));
    await settle();
    expect(store.statements.map(({ operations }) => operations)).toEqual([['a']]);
    store.statements[0]!.commit();
    await settle();
    expect(store.statements[1]!.operations).toEqual(['b', 'c', 'd']);
    store.statements[1]!.commit();
    await Promise.all(all);
  });

  it('names the statement by its size, and leaves unusual sizes without a name', async () => {
    const store = new Store();
    const trail = new AuditTrail(store);
    const all: Promise<void>[] = [];
    for (const [round, arriving] of [1, 1, 16, 17].entries()) {
      for (let index = 0; index < arriving; index++) all.push(trail.record(caller, looked('any')));
      if (round > 0) store.statements[round - 1]!.commit();
      await settle();
    }
    store.statements[3]!.commit();
    await Promise.all(all);
    expect(store.statements.map(({ operations, name }) => [operations.length, name])).toEqual([
      [1, 'audit-1'],
      [1, 'audit-1'],
      [16, 'audit-16'],
      [17, undefined],
    ]);
  });

  it('takes at most 200 entries in one statement', async () => {
    const store = new Store();
    const trail = new AuditTrail(store);
    const all = Array.from({ length: 302 }, (_, index) => trail.record(caller, looked(`${index}`)));
    for (let round = 0; round < 3; round++) {
      await settle();
      store.statements[round]!.commit();
    }
    await Promise.all(all);
    expect(store.statements.map(({ operations }) => operations.length)).toEqual([1, 200, 101]);
  });

  it('refuses everybody in a failed statement and goes on with the next', async () => {
    const store = new Store();
    const trail = new AuditTrail(store);
    const lost = outcomeOf(trail.record(caller, looked('lost')));
    const next = outcomeOf(trail.record(caller, looked('next')));
    await settle();
    store.statements[0]!.fail(new HubError('HUB_DATABASE_UNAVAILABLE'));
    expect(await lost).toBe('HUB_AUDIT_UNAVAILABLE');
    await settle();
    store.statements[1]!.commit();
    expect(await next).toBe('on record');
  });

  it('does not let one entry that cannot be written refuse its neighbours', async () => {
    const store = new Store();
    const trail = new AuditTrail(store);
    const first = outcomeOf(trail.record(caller, looked('first')));
    const outcomes = ['good', 'bad', 'fine'].map((name) => outcomeOf(trail.record(caller, looked(name))));
    await settle();
    store.statements[0]!.commit();
    await settle();
    store.statements[1]!.fail(new HubError('HUB_INTERNAL'));
    for (let index = 2; index < 5; index++) {
      await settle();
      const { operations, commit, fail } = store.statements[index]!;
      if (operations[0] === 'bad') fail(new HubError('HUB_INTERNAL'));
      else commit();
    }
    expect(await first).toBe('on record');
    expect(await Promise.all(outcomes)).toEqual(['on record', 'HUB_AUDIT_UNAVAILABLE', 'on record']);
  });

  it('does not write what it has refused: nothing was answered, so nothing is put on record', async () => {
    const store = new Store();
    const trail = new AuditTrail(store, 20);
    expect(await outcomeOf(trail.record(caller, looked('hangs')))).toBe('HUB_AUDIT_UNAVAILABLE');
    expect(await outcomeOf(trail.record(caller, looked('waits behind it')))).toBe('HUB_AUDIT_UNAVAILABLE');
    const later = outcomeOf(trail.record(caller, looked('later')));
    store.statements[0]!.commit();
    await settle();
    expect(store.statements[1]!.operations).toEqual(['later']);
    store.statements[1]!.commit();
    expect(await later).toBe('on record');
  });

  it('refuses an entry that cannot be written down at all', async () => {
    const trail = new AuditTrail(new Store());
    const entry = { ...looked('odd'), details: { count: 1n as unknown as number } };
    expect(await outcomeOf(trail.record(caller, entry))).toBe('HUB_AUDIT_UNAVAILABLE');
  });
});
