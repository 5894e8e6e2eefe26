/** Persons in the real database: records of two systems, merges, disputes, referrals, and who may see what is inherited. */
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { readIdentities } from '../../../src/people/identity.reader.js';
import {
  type FoundPerson,
  findIdentity,
  findOrMakePerson,
  resolvePerson,
  resolvePersons,
} from '../../../src/people/person.service.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

let world: CaseloadWorld;
let [systemA, systemB]: RefreshedSystem[] = [];
let [recordA, recordB]: ScriptedCaseload[] = [];
let serial = 0;
let number: string;

beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());

beforeEach(async () => {
  number = testNhsNumber(++serial);
  systemA = await world.system(`A${serial}`);
  systemB = await world.system(`B${serial}`);
  recordA = new ScriptedCaseload(systemA.code, world.clock);
  recordB = new ScriptedCaseload(systemB.code, world.clock);
  await world.sql('delete from identity_conflicts');
});

/** A patient of a system, on a team of their own. */
function put(record: ScriptedCaseload, local: string, more: Parameters<typeof patient>[2] = {}): void {
  record.put(`${record === recordA ? 'A' : 'B'}/${serial}`, `Episode/${local}`, {
    patient: patient(local, number, more),
  });
}

async function sweep(): Promise<void> {
  for (const [system, record] of [
    [systemA, recordA],
    [systemB, recordB],
  ] as const) {
    for (const result of await world.refresh.refreshSystem(system!, record!, 'SWEEP'))
      expect(result.state).toBe('COMPLETE');
  }
}

const refer = (
  teamId: string,
  more: Partial<Parameters<typeof findOrMakePerson>[1]> = {},
): Promise<FoundPerson> =>
  world.as('write', (tx) =>
    findOrMakePerson(
      tx,
      {
        organisationId: world.organisationId,
        nhsNumber: number,
        dateOfBirth: '1980-02-29',
        givenName: 'Ada',
        familyName: 'Made-Up',
        telephone: '01632 960000',
        postcode: null,
        teamId,
        ...more,
      },
      world.clock.now(),
    ),
  );

test('one person in two systems is one; memberships of both are theirs', async () => {
  put(recordA!, `a${serial}`);
  put(recordB!, `b${serial}`, { restricted: true, deceasedOn: '2026-02-01' });
  await sweep();
  const one = await world.personOf(`a${serial}`);
  expect((await world.personOf(`b${serial}`)).id).toBe(one.id);
  const rows = await world.sql(
    'select restricted from caseload_memberships where person_id = $1 order by 1',
    [one.id],
  );
  expect(rows).toEqual([{ restricted: false }, { restricted: true }]);
  const [identity] = await world.as('decide', (tx) => readIdentities(tx, [one.id]));
  expect(identity).toEqual({
    personId: one.id,
    survivorId: one.id,
    identityState: 'CLEAR',
    merged: false,
    dateOfBirth: '1980-02-29',
    deceasedOn: '2026-02-01',
    restricted: true,
  });
});

test('two living records with one number are two in dispute until the system merges them', async () => {
  put(recordA!, `a${serial}`);
  put(recordA!, `c${serial}`);
  await sweep();
  const [one, two] = [await world.personOf(`a${serial}`), await world.personOf(`c${serial}`)];
  expect([one.state, two.state, one.id === two.id]).toEqual(['CONFLICT', 'CONFLICT', false]);
  expect(await world.conflicts()).toEqual(['SHARED_NHS_NUMBER OPEN']);

  put(recordA!, `c${serial}`, { active: false, replacedByLocalId: `a${serial}` });
  await sweep();
  const merged = await world.personOf(`c${serial}`);
  expect(merged).toMatchObject({ id: one.id, own: two.id, state: 'CLEAR' });
  expect(await world.conflicts()).toEqual(['SHARED_NHS_NUMBER MERGED']);
  const history = await world.sql('select distinct person_id from caseload_memberships where local_id = $1', [
    `c${serial}`,
  ]);
  expect(history).toEqual([{ person_id: two.id }]);
  expect(await world.as('write', (tx) => resolvePerson(tx, two.id))).toBe(one.id);
  const known = await world.as('decide', (tx) => readIdentities(tx, [one.id, two.id]));
  expect(known.map(({ survivorId, merged: both }) => [survivorId, both])).toEqual([
    [one.id, true],
    [one.id, true],
  ]);

  put(recordA!, `c${serial}`);
  await sweep();
  expect(await world.conflicts()).toEqual(['SHARED_NHS_NUMBER OPEN']);
});

test('a merge takes names and visibility along to the survivor', async () => {
  const [teamOne, teamTwo] = [await world.team('EMPLOYMENT'), await world.team('EMPLOYMENT')];
  put(recordA!, `a${serial}`);
  await sweep();
  const found = await refer(teamOne);
  await refer(teamTwo);
  put(recordA!, `a${serial}`, { active: false, replacedByLocalId: `c${serial}` });
  recordA!.put(`A/${serial}`, `Episode/c${serial}`, { patient: patient(`c${serial}`, null) });
  await sweep();
  const survivor = await world.personOf(`a${serial}`);
  expect(survivor.id).not.toBe(found.personId);
  const [person] = await world.sql(
    'select given_name, family_name, telephone, visible_team_ids from persons where id = $1',
    [survivor.id],
  );
  expect(person).toMatchObject({ given_name: 'Ada', family_name: 'Made-Up', telephone: '01632 960000' });
  expect([...(person!.visible_team_ids as string[])].sort()).toEqual([teamOne, teamTwo].sort());
});

test('a referral finds its person, or makes one whom the record joins later', async () => {
  const team = await world.team('EMPLOYMENT');
  const made = await refer(team);
  expect(made).toMatchObject({ made: true, ambiguous: false });
  put(recordA!, `a${serial}`);
  await sweep();
  expect(await world.personOf(`a${serial}`)).toMatchObject({
    id: made.personId,
    state: 'CLEAR',
    family: 'Made-Up',
  });
  const again = await refer(team, { familyName: 'Renamed', telephone: null, postcode: 'ZZ99 3VZ' });
  expect(again).toEqual({ personId: made.personId, made: false, ambiguous: false });
  const [person] = await world.sql(
    'select family_name, telephone, postcode, visible_team_ids from persons where id = $1',
    [made.personId],
  );
  expect(person).toEqual({
    family_name: 'Renamed',
    telephone: '01632 960000',
    postcode: 'ZZ99 3VZ',
    visible_team_ids: [team],
  });
});

test('referrals of one person that arrive at once make one person', async () => {
  const team = await world.team('EMPLOYMENT');
  const all = await Promise.all(Array.from({ length: 8 }, () => refer(team)));
  expect(new Set(all.map((one) => one.personId)).size).toBe(1);
  expect(all.filter((one) => one.made)).toHaveLength(1);
});

test('where it is in dispute who is meant, the referral says so', async () => {
  const team = await world.team('EMPLOYMENT');
  put(recordA!, `a${serial}`);
  put(recordA!, `c${serial}`);
  await sweep();
  expect(await refer(team)).toMatchObject({ made: true, ambiguous: true });
  expect(await refer(team, { dateOfBirth: '1980-03-01' })).toMatchObject({ made: true, ambiguous: true });
  expect(await refer(team, { nhsNumber: null })).toMatchObject({ made: true, ambiguous: false });
});

test('a machine that asks by number and date of birth learns of exactly one undisputed identity, or of nobody', async () => {
  const ask = (dateOfBirth = '1980-02-29'): Promise<string | null> =>
    world.as('decide', (tx) => findIdentity(tx, world.organisationId, number, dateOfBirth));
  expect(await ask()).toBeNull();
  put(recordA!, `a${serial}`, { nhsNumberStatus: '02' });
  await sweep();
  expect(await ask()).toBeNull();
  put(recordA!, `a${serial}`);
  await sweep();
  expect(await ask()).toBe((await world.personOf(`a${serial}`)).id);
  expect(await ask('1980-03-01')).toBeNull();
  put(recordA!, `c${serial}`);
  await sweep();
  expect(await ask()).toBeNull();
});

test('a number never joins across organisations', async () => {
  const other = await CaseloadWorld.open();
  try {
    const system = await other.system('OTHER');
    const record = new ScriptedCaseload('OTHER', other.clock);
    record.put('T', 'Episode/1', { patient: patient('x', number) });
    await other.refresh.refreshSystem(system, record, 'SWEEP');
    put(recordA!, `a${serial}`);
    await sweep();
    expect((await other.personOf('x')).id).not.toBe((await world.personOf(`a${serial}`)).id);
  } finally {
    await other.close();
  }
});

test('persons of another organisation cannot be resolved or read', async () => {
  put(recordA!, `a${serial}`);
  await sweep();
  const { id } = await world.personOf(`a${serial}`);
  const foreign = { ...world.scope, organisationId: '00000000-0000-7000-8000-000000000000' };
  const seen = await world.db.database.transaction('write', foreign, (tx) => resolvePersons(tx, [id]));
  expect(seen.size).toBe(0);
  expect(await world.db.database.transaction('decide', foreign, (tx) => readIdentities(tx, [id]))).toEqual(
    [],
  );
});
