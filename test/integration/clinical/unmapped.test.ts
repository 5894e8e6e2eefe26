/** What is not understood, in the database: counted once over all processes, never in the way of a pull, seen by its organisation alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { readUnmapped } from '../../../src/clinical/unmapped.reader.js';
import { type UnmappedDependencies, withUnmappedKept } from '../../../src/clinical/unmapped.service.js';
import { HubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import { type LogFields, silentLogger } from '../../../src/core/logger.js';
import type { Database } from '../../../src/platform/database/database.js';
import { createMetrics } from '../../../src/platform/metrics.js';
import { CaseloadWorld } from '../../support/caseload-world.js';
import { eventually } from '../../support/eventually.js';

const EVERY_MS = 10;
let world: CaseloadWorld;
let system: RefreshedSystem;
let counts: Map<string, number>;
let warnings: LogFields[];
let kept: ClinicalRecordAdapter[];

beforeAll(async () => {
  world = await CaseloadWorld.open();
});
beforeEach(async () => {
  system = await world.system(`unmapped-${newId().slice(-8)}`);
  counts = new Map();
  warnings = [];
  kept = [];
});
afterEach(() => Promise.all(kept.map((adapter) => adapter.close())));
afterAll(() => world.close());

const adapterOf = (unmapped: ReadonlyMap<string, number> = counts): ClinicalRecordAdapter => ({
  unmapped,
  health: async () => ({ state: 'UP', code: null, tookMs: 0, product: null }),
  close: async () => undefined,
});

function keep(more: Partial<UnmappedDependencies> = {}, unmapped = counts): ClinicalRecordAdapter {
  const logger = {
    ...silentLogger,
    warn: (_message: string, fields?: LogFields) => void warnings.push(fields!),
  };
  const { database } = world.db;
  const given = { database, clock: world.clock, logger, everyMs: EVERY_MS, ...more };
  const adapter = withUnmappedKept(adapterOf(unmapped), system, given);
  kept.push(adapter);
  return adapter;
}

const written = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await readUnmapped(world.db.database, system)).elements.map(({ path, times }) => [path, times]),
  );

it('counts what comes while it runs and what is left when it closes, with the first and the last time', async () => {
  const first = world.clock.now();
  const adapter = keep({ everyMs: 60_000 });
  counts.set('Patient.birthDate', 2);
  await adapter.close();
  world.clock.advance(60_000);
  const again = keep({}, new Map([['Patient.birthDate', 3]]));
  await eventually(async () => (await written())['Patient.birthDate'] === 5);
  counts.set('Patient.active', 1);
  await again.close();
  const { elements } = await readUnmapped(world.db.database, system);
  expect(elements).toEqual([
    { path: 'Patient.birthDate', times: 5, firstSeen: first, lastSeen: world.clock.now() },
  ]);
});

it('loses nothing and doubles nothing when several processes count the same places', async () => {
  const paths = ['A.a', 'B.b', 'C.c', 'D.d'];
  const all = Array.from({ length: 6 }, () => new Map<string, number>());
  const adapters = all.map((one) => keep({}, one));
  for (let turn = 1; turn <= 20; turn++) {
    for (const one of all) for (const path of paths) one.set(path, turn);
    await sleep(5);
  }
  await Promise.all(adapters.map((adapter) => adapter.close()));
  expect(await written()).toEqual(Object.fromEntries(paths.map((path) => [path, 120])));
  expect(warnings).toEqual([]);
});

it('keeps what it could not write, warns once, and writes it when the database is back', async () => {
  let isDown = true;
  let tries = 0;
  const { database } = world.db;
  const failing = Object.create(database) as Database;
  failing.transaction = (...args) => {
    tries++;
    return isDown ? Promise.reject(new HubError('HUB_DATABASE_UNAVAILABLE')) : database.transaction(...args);
  };
  const adapter = keep({ database: failing });
  counts.set('Patient.birthDate', 4);
  await eventually(() => tries > 3);
  expect(warnings).toEqual([{ system: system.code, code: 'HUB_DATABASE_UNAVAILABLE' }]);
  expect(await written()).toEqual({});
  isDown = false;
  counts.set('Patient.birthDate', 6);
  await eventually(async () => (await written())['Patient.birthDate'] === 6);
  isDown = true;
  counts.set('Patient.birthDate', 7);
  await adapter.close();
  expect(await written()).toEqual({ 'Patient.birthDate': 6 });
});

it('is a metric by system and place', async () => {
  const metrics = createMetrics(false);
  const adapter = keep({ onCounted: (...counted) => metrics.unmapped(...counted) });
  counts.set('Patient.birthDate', 4);
  await adapter.close();
  expect(await metrics.render()).toContain(
    `hub_unmapped_total{system="${system.code}",path="Patient.birthDate"} 4`,
  );
});

it('leaves an adapter alone that counts nothing, and keeps everything else of one that does', async () => {
  const plain: ClinicalRecordAdapter = { health: adapterOf().health, close: async () => undefined };
  const given = { database: world.db.database, clock: world.clock, logger: silentLogger };
  expect(withUnmappedKept(plain, system, given)).toBe(plain);
  const adapter = keep();
  expect(adapter.unmapped).toBe(counts);
  expect(await adapter.health(new AbortController().signal)).toMatchObject({ state: 'UP' });
  expect('caseload' in adapter).toBe(false);
});

it('holds places only, never a value', async () => {
  const adapter = keep();
  counts.set('9434765919', 1).set("x'; drop table persons; --", 2);
  await adapter.close();
  expect(await written()).toEqual({ OTHER: 3 });
  await expect(
    world.sql(
      `insert into unmapped_elements (system_id, path, organisation_id, times, first_seen, last_seen) values ($1, '9434765919', $2, 1, now(), now())`,
      [system.id, system.organisationId],
    ),
  ).rejects.toThrow(/ck_unmapped_elements_path/);
});

it('tells of teams that nobody has mapped, with how many are on them, and of none that is over', async () => {
  await world.map(system, 'Organization/mapped', await world.team('CMHT'));
  await world.map(system, 'Organization/x1', null);
  await world.map(system, 'Organization/over', null);
  await world.sql(`update team_maps set valid_to = '2020-01-01' where team_reference = 'Organization/over'`);
  const { teams } = await readUnmapped(world.db.database, system);
  expect(teams).toEqual([{ reference: 'Organization/x1', foundAt: expect.any(Date), openMemberships: 0 }]);
});

it('shows another organisation nothing', async () => {
  const adapter = keep();
  counts.set('Patient.birthDate', 1);
  await adapter.close();
  const other = { ...system, organisationId: newId() };
  expect((await readUnmapped(world.db.database, other)).elements).toEqual([]);
});
