/** The store and the lock before it: versions, snapshots, transactions that wait, templates that are valid. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { validateResource } from '@medplum/core';
import type { Organization, Resource } from '@medplum/fhirtypes';
import { demonstrationRecords } from '../../../../seeds/demonstration/clinical-world.js';
import { loadDefinitions } from '../../../../seeds/record-system/definitions.js';
import { indexRows } from '../../../../seeds/record-system/index-rows.js';
import { ResourceStore } from '../../../../seeds/record-system/resource-store.js';
import { WriteLock } from '../../../../seeds/record-system/write-lock.js';
import { scratchFolder } from '../../../support/scratch-folder.js';

const definitions = loadDefinitions();
const folder = scratchFolder('resource-store-');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const open: ResourceStore[] = [];
const newStore = (
  file = join(folder, `${++files}.sqlite`),
): { store: ResourceStore; reader: () => ResourceStore } => {
  const store = ResourceStore.open(file, definitions);
  open.push(store);
  const reader = (): ResourceStore => {
    const made = ResourceStore.openReader(file, definitions);
    open.push(made);
    return made;
  };
  return { store, reader };
};
afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

const organisation = (id: string, name = id): Organization & { id: string } => ({
  resourceType: 'Organization',
  id,
  name,
});
const nextTask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('versions', () => {
  test('are numbered from 1, dated ever later, and never change', () => {
    const { store } = newStore();
    const versions = ['first', 'second', 'third'].map((name, index) =>
      store.put(organisation('a', name), index === 0 ? 'create' : 'update'),
    );
    expect(versions.map(({ meta }) => meta?.versionId)).toEqual(['1', '2', '3']);
    const times = versions.map(({ meta }) => meta!.lastUpdated!);
    expect([...new Set(times)].sort()).toEqual(times);
    expect([1, 2, 3].map((vid) => JSON.parse(store.version('Organization', 'a', vid)!.body!).name)).toEqual([
      'first',
      'second',
      'third',
    ]);
    store.remove('Organization', 'a');
    expect(store.latest('Organization', 'a')).toMatchObject({ op: 'delete', vid: 4, body: null });
    expect(store.history('Organization', 'a', 10, 0).map(({ vid }) => vid)).toEqual([4, 3, 2, 1]);
    expect(store.versionCount('Organization', 'a')).toBe(4);
  });

  test('time goes on from the file, also when the machine’s clock is behind it', () => {
    const file = join(folder, 'ahead.sqlite');
    const { store } = newStore(file);
    store.load([{ ...organisation('a'), meta: { lastUpdated: '2999-01-01T00:00:00.000Z' } }]);
    const again = newStore(file).store;
    expect(again.put(organisation('b'), 'create').meta!.lastUpdated).toBe('2999-01-01T00:00:00.001Z');
  });

  test('load keeps the times it is given and makes equal ones differ', () => {
    const { store } = newStore();
    const at = '2026-01-01T00:00:00.000Z';
    expect(
      store.load(
        [organisation('a'), organisation('b')].map((each) => ({ ...each, meta: { lastUpdated: at } })),
      ),
    ).toBe(2);
    expect(['a', 'b'].map((id) => store.latest('Organization', id)!.updated)).toEqual([
      at,
      '2026-01-01T00:00:00.001Z',
    ]);
  });
});

describe('transactions', () => {
  test('a reader sees nothing until everything is committed', async () => {
    const { store, reader } = newStore();
    const beside = reader();
    await store.transaction(async () => {
      store.put(organisation('a'), 'create');
      await nextTask();
      expect(beside.latest('Organization', 'a')).toBeUndefined();
      expect(store.latest('Organization', 'a')).toBeDefined();
    });
    expect(beside.latest('Organization', 'a')).toBeDefined();
  });

  test('a failure takes everything back, index and all', async () => {
    const { store } = newStore();
    const failing = store.transaction(async () => {
      store.put(organisation('a'), 'create');
      await nextTask();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(store.latestSeq()).toBe(0);
    expect(store.query('select * from idx')).toEqual([]);
  });

  test('one inside another is part of it', async () => {
    const { store } = newStore();
    const failing = store.transaction(async () => {
      await store.transaction(async () => store.put(organisation('a'), 'create'));
      throw new Error('after all');
    });
    await expect(failing).rejects.toThrow('after all');
    expect(store.latestSeq()).toBe(0);
  });

  test('under the lock, a single write waits for a transaction that waits', async () => {
    const { store } = newStore();
    const lock = new WriteLock();
    const failing = lock.run(() =>
      store.transaction(async () => {
        store.put(organisation('lost'), 'create');
        await nextTask();
        throw new Error('no');
      }),
    );
    const single = lock.run(async () => store.put(organisation('kept'), 'create'));
    await expect(failing).rejects.toThrow('no');
    await single;
    expect([store.latest('Organization', 'lost'), store.latest('Organization', 'kept')?.vid]).toEqual([
      undefined,
      1,
    ]);
  });

  test('the lock keeps the order, whatever fails', async () => {
    const lock = new WriteLock();
    const order: number[] = [];
    const work = [0, 1, 2, 3].map((index) =>
      lock.run(async () => {
        await nextTask();
        order.push(index);
        if (index % 2 === 0) throw new Error('even');
      }),
    );
    const settled = await Promise.allSettled(work);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
  });

  test('a store that fails says so without saying why', () => {
    const { store } = newStore();
    expect(() => store.query('select nonsense')).toThrow('the store failed');
  });
});

describe('index', () => {
  const found = (resource: Resource, code: string) =>
    indexRows(definitions, resource).filter((row) => row.code === code);

  test('identifiers with and without a system, each once', () => {
    const identifier = [
      { system: 'urn:a', value: '1' },
      { value: '2' },
      { system: 'urn:a', value: '1' },
      { system: 'urn:b' },
    ];
    expect(
      found({ resourceType: 'Organization', identifier }, 'identifier').map(({ system, value }) => [
        system,
        value,
      ]),
    ).toEqual([
      ['urn:a', '1'],
      ['', '2'],
    ]);
  });

  test('names without accents or capitals', () => {
    expect(
      found({ resourceType: 'Patient', name: [{ family: 'Łódź-Évrard', given: ['Zoë'] }] }, 'name').map(
        ({ value }) => value,
      ),
    ).toEqual(['łodz-evrard', 'zoe']);
  });

  test('a period that is open at its end', () => {
    const rows = found(
      { resourceType: 'EpisodeOfCare', status: 'active', patient: {}, period: { start: '2026-01-01' } },
      'date',
    );
    expect(rows.map(({ value, hi }) => [value, hi])).toEqual([['2026-01-01T00:00:00.000Z', '9999']]);
  });

  test('a reference by id and by identifier', () => {
    const patient = { reference: 'Patient/1', identifier: { system: 'urn:n', value: '9' } };
    const episode: Resource = { resourceType: 'EpisodeOfCare', status: 'active', patient };
    expect(found(episode, 'patient').map(({ value }) => value)).toEqual(['Patient/1']);
    expect(found(episode, 'patient:identifier').map(({ system, value }) => [system, value])).toEqual([
      ['urn:n', '9'],
    ]);
  });

  test('nothing of a type that is not held', () => {
    expect(indexRows(definitions, { resourceType: 'Basic', code: {} })).toEqual([]);
  });
});

test('everything that the demonstration world generates is valid, since seeding does not look', () => {
  for (const resource of demonstrationRecords('2026-03-02')) {
    expect(() => validateResource(resource as unknown as Resource)).not.toThrow();
  }
});
