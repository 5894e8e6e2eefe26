/** Specifications in the database: seeded once, never overwritten, read back as the same rules, gated by date and activation. */
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { dorset2018 } from '../../../seeds/specifications/dorset-2018.js';
import { ipsGrowLeaflet } from '../../../seeds/specifications/ips-grow-leaflet.js';
import { type SeedingResult, seedSpecifications } from '../../../src/contracts/specification.service.js';
import { specificationsInForce, versionFor } from '../../../src/contracts/specification-in-force.reader.js';
import { rulesOfSeed, type SpecificationSeed } from '../../../src/contracts/specification-rules.js';
import { NO_SCOPE } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { Transaction } from '../../../src/platform/database/database.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;

const asWriter = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.database.transaction('write', NO_SCOPE, work);
const asDecider = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
  db.database.transaction('decide', NO_SCOPE, work);
const seed = (seeds: readonly SpecificationSeed[]): Promise<SeedingResult> =>
  asWriter((tx) => seedSpecifications(tx, seeds));
const idOf = async (code: string): Promise<string> => {
  const { rows } = await db.owner.query<{ id: string }>(
    'select id from service_specifications where code = $1',
    [code],
  );
  return rows[0]!.id;
};

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

test('seeding writes every version and rule, and a second seeding nothing', async () => {
  const rules = ALL_SPECIFICATIONS.reduce((sum, one) => sum + one.rules.length, 0);
  expect(await seed(ALL_SPECIFICATIONS)).toEqual({ specifications: 5, versions: 6, rules });
  expect(await seed(ALL_SPECIFICATIONS)).toEqual({ specifications: 0, versions: 0, rules: 0 });
});

test('a version with placeholders is not activated; all others are', async () => {
  const { rows } = await db.owner.query<{ code: string; version: number }>(
    'select s.code, v.version from specification_versions v join service_specifications s on s.id = v.specification_id where v.activated_at is null',
  );
  expect(rows).toEqual([{ code: ipsGrowLeaflet.code, version: 1 }]);
});

test('rules read back are the rules seeded, for every specification in one statement', async () => {
  const ids = await Promise.all(ALL_SPECIFICATIONS.map(({ code }) => idOf(code)));
  const answers = await asDecider((tx) => specificationsInForce(tx, ids, '2021-03-01'));
  expect(answers.size).toBe(5);
  for (const one of ALL_SPECIFICATIONS.filter((seeded) => seeded !== ipsGrowLeaflet)) {
    const answer = answers.get(await idOf(one.code));
    expect(answer && 'inForce' in answer && answer.inForce).toMatchObject(rulesOfSeed(one));
  }
});

test('a date outside the period is refused, as is one with nothing but placeholders', async () => {
  const dorset = await idOf(dorset2018.code);
  await expect(asDecider((tx) => versionFor(tx, dorset, '2021-10-01'))).rejects.toMatchObject({
    code: 'HUB_ELIGIBILITY_NOT_IN_FORCE',
  });
  await expect(asDecider((tx) => versionFor(tx, dorset, '2018-09-30'))).rejects.toMatchObject({
    code: 'HUB_ELIGIBILITY_NOT_IN_FORCE',
  });
  expect((await asDecider((tx) => versionFor(tx, dorset, '2021-09-30'))).version).toBe(1);
  await seed([{ ...ipsGrowLeaflet, code: 'TEMPLATE-ALONE' }]);
  const template = await idOf('TEMPLATE-ALONE');
  await expect(asDecider((tx) => versionFor(tx, template, '2021-03-01'))).rejects.toMatchObject({
    code: 'HUB_ELIGIBILITY_NOT_ACTIVATED',
  });
});

test('of the template the filled version is read', async () => {
  const leaflet = await idOf(ipsGrowLeaflet.code);
  const { version, rules } = await asDecider((tx) => versionFor(tx, leaflet, '2021-03-01'));
  expect([version, rules.minimumAge.value]).toEqual([2, 18]);
});

test('an id that is not there has no entry, and asking for it alone is not found', async () => {
  const stranger = newId();
  expect((await asDecider((tx) => specificationsInForce(tx, [stranger], '2021-03-01'))).size).toBe(0);
  await expect(asDecider((tx) => versionFor(tx, stranger, '2021-03-01'))).rejects.toMatchObject({
    code: 'HUB_NOT_FOUND',
  });
});

test('an active version is never overwritten: neither a changed value nor a rule less', async () => {
  const changed = dorset2018.rules.map((rule) => (rule.key === 'minimumAge' ? { ...rule, value: 16 } : rule));
  const conflict = {
    code: 'HUB_STATE_CONFLICT',
    details: { code: dorset2018.code, version: 1, keys: ['minimumAge'] },
  };
  await expect(seed([{ ...dorset2018, rules: changed }])).rejects.toMatchObject(conflict);
  const fewer = dorset2018.rules.filter((rule) => rule.key !== 'minimumAge');
  await expect(seed([{ ...dorset2018, rules: fewer }])).rejects.toMatchObject(conflict);
  const { rules } = await asDecider(async (tx) => versionFor(tx, await idOf(dorset2018.code), '2021-03-01'));
  expect(rules.minimumAge.value).toBe(18);
});

test('placeholders may still be corrected while a version is not active', async () => {
  const corrected = ipsGrowLeaflet.rules.map((rule) =>
    rule.unfilled ? { ...rule, reading: 'to be agreed locally' } : rule,
  );
  expect(await seed([{ ...ipsGrowLeaflet, rules: corrected }])).toMatchObject({ versions: 0, rules: 2 });
  expect(await seed([{ ...ipsGrowLeaflet, rules: corrected }])).toMatchObject({ versions: 0, rules: 0 });
});

test('a rule outside the vocabulary leaves nothing behind', async () => {
  const bad: SpecificationSeed = {
    ...dorset2018,
    code: 'BAD',
    rules: [{ ...dorset2018.rules[0]!, key: 'diagnosis' }],
  };
  await expect(seed([bad])).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
  const { rows } = await db.owner.query("select from service_specifications where code = 'BAD'");
  expect(rows).toHaveLength(0);
});

test('a stored rule of the wrong type is a fault of the hub, not a verdict', async () => {
  await seed([{ ...dorset2018, code: 'SPOILT' }]);
  await db.owner.query(
    `update specification_rules r set value = '"eighteen"' from specification_versions v, service_specifications s
     where v.id = r.version_id and s.id = v.specification_id and s.code = 'SPOILT' and r.key = 'minimumAge'`,
  );
  const spoilt = await idOf('SPOILT');
  await expect(asDecider((tx) => versionFor(tx, spoilt, '2021-03-01'))).rejects.toMatchObject({
    code: 'HUB_INTERNAL',
    details: { code: 'SPOILT', version: 1 },
  });
});
