/** Live reads as the service makes them: whom it asks for, from which systems, and what is left when one of them fails. */
import type { PatientIdentity } from '../../../src/clinical/clinical-record.port.js';
import { RecordReadService } from '../../../src/clinical/record-read.service.js';
import { NO_SCOPE, Purpose, type Scope } from '../../../src/core/caller.js';
import { HubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import type { BatchAnswer, BatchReader } from '../../../src/platform/database/select/live-batch.js';
import { type CaseworkWorld, createCaseworkWorld } from '../../support/casework-world.js';
import { ScriptedRecord } from '../../support/scripted-record.js';

let world: CaseworkWorld;
const second = newId();
const mine = new ScriptedRecord({
  system: 'home',
  nameOf: (id) => (id === 'gone' ? undefined : `home ${id}`),
});
const other = new ScriptedRecord({
  system: 'second',
  offers: ['demographics', 'documents'],
  nameOf: (id) => `second ${id}`,
});
const unseen = new ScriptedRecord({ system: 'foreign' });
let service: RecordReadService;

beforeAll(async () => {
  world = await createCaseworkWorld();
  await world.sql(
    `insert into clinical_record_systems (id, organisation_id, code, name, adapter, last_answer_at) values ($1, $2, 'second', 'Second', 'fhir-r4', '2026-03-01T07:08:09.010Z')`,
    [second, world.organisations.home],
  );
});
afterAll(() => world.close());
beforeEach(() => {
  for (const record of [mine, other, unseen]) record.reset();
  service = new RecordReadService({
    database: world.database,
    clock: world.clock,
    audit: { record: async () => undefined },
    deadlineMs: 150,
    systems: () => [
      // In no particular order.
      { id: second, organisationId: world.organisations.home, code: 'second', record: other.capability },
      { id: world.systemId, organisationId: world.organisations.home, code: 'home', record: mine.capability },
      { id: newId(), organisationId: world.organisations.home, code: 'mute', record: undefined },
      { id: newId(), organisationId: world.organisations.other, code: 'foreign', record: unseen.capability },
    ],
  });
});

const caller = () => world.callers.specialist;
const ALL = ['demographics', 'careTeams', 'careCoordinator', 'openEpisodes', 'documents', 'sources'];
const among = new Set(ALL);
const wanting = (keys: readonly string[], fields: readonly string[] = ALL) =>
  new Map(fields.map((field) => [field, keys]));
const names = (answer: BatchAnswer, key: string) =>
  (answer.value('demographics', key, among) as { name: string }[] | null)?.map(({ name }) => name) ?? null;
const states = (answer: BatchAnswer, key: string, fields: ReadonlySet<string> = among) =>
  (answer.value('sources', key, fields) as { system: string; state: string }[]).map(
    ({ system, state }) => `${system} ${state}`,
  );

async function person(
  links: readonly (readonly [string, string])[],
  team: string = world.teams.CMHT,
): Promise<string> {
  const id = newId();
  await world.sql(
    'insert into persons (id, organisation_id, family_name, visible_team_ids) values ($1, $2, $3, array[$4::uuid])',
    [id, world.organisations.home, 'Somebody', team],
  );
  for (const [systemId, localId] of links)
    await world.sql(
      'insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, $4, $5, now())',
      [newId(), world.organisations.home, systemId, localId, id],
    );
  return id;
}

test('two systems and two records in one: every item with its system, in the order of codes and ids', async () => {
  const id = await person([
    [second, 's1'],
    [world.systemId, 'h2'],
    [world.systemId, 'h1'],
  ]);
  const answer = await service.reader(caller())(wanting([id]));
  expect(names(answer, id)).toEqual(['home h1', 'home h2', 'second s1']);
  expect((answer.value('documents', id, among) as { system: string }[]).map(({ system }) => system)).toEqual([
    'home',
    'home',
    'second',
  ]);
  expect(answer.value('careTeams', id, among)).toHaveLength(2);
  expect(states(answer, id)).toEqual(['home CURRENT', 'mute NOT_LINKED', 'second CURRENT']);
  expect(states(answer, id, new Set(['careTeams', 'sources']))).toEqual([
    'home CURRENT',
    'mute NOT_LINKED',
    'second NOT_OFFERED',
  ]);
  expect(answer.faults).toEqual([]);
  expect([mine.counts(), other.counts(), unseen.counts()]).toEqual([
    { demographics: 1, careTeams: 1, openEpisodes: 1, documents: 1 },
    { demographics: 1, documents: 1 },
    {},
  ]);
});

test('a record that the system does not hold is no record, not a failure', async () => {
  const id = await person([[world.systemId, 'gone']]);
  const answer = await service.reader(caller())(wanting([id]));
  expect(answer.value('demographics', id, among)).toBeNull();
  expect(answer.value('careCoordinator', id, among)).toBeNull();
  expect(states(answer, id)[0]).toBe('home NOT_LINKED');
  expect(answer.faults).toEqual([]);
});

describe('what a record says just now', () => {
  const FIELDS = ALL.slice(0, 5);
  const shown = (answer: BatchAnswer, key: string) =>
    FIELDS.filter((field) => answer.value(field, key, among) !== null);

  test.each<[string, Partial<PatientIdentity> | null, string]>([
    ['restricted', { restricted: true }, 'RESTRICTED'],
    ['out of use', { active: false }, 'IDENTITY_CONFLICT'],
    ['replaced', { replacedByLocalId: 'x' }, 'IDENTITY_CONFLICT'],
    ['of another day of birth', { dateOfBirth: '1980-01-02' }, 'IDENTITY_CONFLICT'],
    ['of another number', { nhsNumber: '9990000026' }, 'IDENTITY_CONFLICT'],
    ['of another id', { localId: 'x' }, 'IDENTITY_CONFLICT'],
    ['gone, with what was theirs still there', null, 'IDENTITY_CONFLICT'],
  ])('%s: nothing of it is shown, whichever field is asked for', async (name, change, state) => {
    const localId = `now ${name}`;
    const [id, fine] = [
      await person([[world.systemId, localId]]),
      await person([[world.systemId, `beside ${name}`]]),
    ];
    await world.sql(
      `update persons set nhs_number = '9990000018', date_of_birth = '1980-01-01' where id = $1`,
      [id],
    );
    mine.changed.set(localId, change);
    for (const fields of [ALL, ...FIELDS.map((field) => [field, 'sources'])]) {
      const answer = await service.reader(caller())(wanting([id, fine], fields));
      expect([fields, shown(answer, id)]).toEqual([fields, []]);
      expect(answer.value('sources', id, new Set(fields))).toMatchObject([
        // With the patient alone asked for, one who is gone leaves nothing that could contradict it.
        {
          system: 'home',
          state:
            change === null && fields[0] === 'demographics' && fields.length === 2 ? 'NOT_LINKED' : state,
          fetchedAt: null,
          code: null,
        },
        {},
        {},
      ]);
      expect(shown(answer, fine).length).toBeGreaterThan(0);
      expect(answer.faults).toEqual([]);
    }
  });

  test('restricted in one system: shown from none, as when a pull had found it', async () => {
    const id = await person([
      [world.systemId, 'h21'],
      [second, 's21'],
    ]);
    other.changed.set('s21', { restricted: true });
    const answer = await service.reader(caller())(wanting([id], ['careTeams', 'sources']));
    expect(shown(answer, id)).toEqual([]);
    expect(states(answer, id, new Set(['careTeams', 'sources']))).toEqual([
      'home RESTRICTED',
      'mute NOT_LINKED',
      'second RESTRICTED',
    ]);
  });

  test('another’s in one system: the other system’s is shown', async () => {
    const id = await person([
      [world.systemId, 'h22'],
      [second, 's22'],
    ]);
    other.changed.set('s22', { active: false });
    const answer = await service.reader(caller())(wanting([id]));
    expect(names(answer, id)).toEqual(['home h22']);
    expect(states(answer, id)).toEqual(['home CURRENT', 'mute NOT_LINKED', 'second IDENTITY_CONFLICT']);
  });

  test('cannot be read: nothing of that source is shown, with its one error for each field', async () => {
    const id = await person([
      [world.systemId, 'h23'],
      [second, 's23'],
    ]);
    mine.misbehave('REFUSED', 'demographics');
    const answer = await service.reader(caller())(wanting([id]));
    expect(answer.value('careTeams', id, among)).toBeNull();
    expect(answer.value('careCoordinator', id, among)).toBeNull();
    expect(names(answer, id)).toEqual(['second s23']);
    expect(answer.value('documents', id, among)).toHaveLength(1);
    expect(answer.faults.map(({ source, field, error }) => [source, field, error.code]).sort()).toEqual(
      [...FIELDS].sort().map((field) => ['home', field, 'HUB_UPSTREAM_REFUSED']),
    );
    expect(answer.value('sources', id, among)).toMatchObject([
      { system: 'home', state: 'FAILED', code: 'HUB_UPSTREAM_REFUSED', fetchedAt: null },
      { system: 'mute' },
      { system: 'second', state: 'CURRENT' },
    ]);
  });

  test('is asked for beside what is wanted, once, and not for the sources alone', async () => {
    const id = await person([[world.systemId, 'h24']]);
    const reader = service.reader(caller());
    await reader(wanting([id], ['sources']));
    expect(mine.calls).toEqual([]);
    await Promise.all([reader(wanting([id], ['careTeams'])), reader(wanting([id], ['documents']))]);
    expect(mine.counts()).toEqual({ demographics: 1, careTeams: 1, documents: 1 });
  });

  test('a system without demographics is shown by what the last pull said', async () => {
    const blind = new ScriptedRecord({ system: 'home', offers: ['careTeams'] });
    const reads = new RecordReadService({
      database: world.database,
      clock: world.clock,
      audit: { record: async () => undefined },
      systems: () => [
        {
          id: world.systemId,
          organisationId: world.organisations.home,
          code: 'home',
          record: blind.capability,
        },
      ],
    });
    const id = await person([[world.systemId, 'h25']]);
    const answer = await reads.reader(caller())(wanting([id], ['careTeams', 'sources']));
    expect(answer.value('careTeams', id, among)).toHaveLength(1);
    await world.sql('update record_links set restricted = true where person_id = $1', [id]);
    const after = await reads.reader(caller())(wanting([id], ['careTeams', 'sources']));
    expect(after.value('careTeams', id, among)).toBeNull();
    expect(states(after, id)).toEqual(['home RESTRICTED']);
  });

  test('is held to what is known of anybody merged with the person', async () => {
    const [a, b] = [await person([[world.systemId, 'h26']]), await person([])];
    await world.sql(`update persons set date_of_birth = '1980-01-01' where id = $1`, [a]);
    await world.sql(`update persons set date_of_birth = '1990-01-01' where id = $1`, [b]);
    await world.sql('update persons set merged_into_id = $2 where id = $1', [a, b]);
    const answer = await service.reader(caller())(wanting([b]));
    expect(names(answer, b)).toEqual(['home h26']);
    mine.changed.set('h26', { dateOfBirth: '1999-09-09' });
    expect(names(await service.reader(caller())(wanting([b])), b)).toBeNull();
  });
});

test('one of two systems fails: what the other says is there, with one fault per field', async () => {
  const both = await person([
    [second, 's3'],
    [world.systemId, 'h3'],
  ]);
  const one = await person([[second, 's4']]);
  other.misbehave('UNREACHABLE');
  const answer = await service.reader(caller())(wanting([both, one]));
  expect(names(answer, both)).toEqual(['home h3']);
  expect(names(answer, one)).toBeNull();
  expect(states(answer, both)).toEqual(['home CURRENT', 'mute NOT_LINKED', 'second FAILED']);
  expect(
    answer.faults.map(({ source, field, keys, error, asOf }) => [source, field, [...keys], error.code, asOf]),
  ).toEqual([
    ['second', 'demographics', [both, one], 'HUB_UPSTREAM_UNREACHABLE', '2026-03-01T07:08:09.010Z'],
    ['second', 'documents', [both, one], 'HUB_UPSTREAM_UNREACHABLE', '2026-03-01T07:08:09.010Z'],
  ]);
});

test('a system that hangs costs its deadline and no more', async () => {
  const id = await person([
    [world.systemId, 'h5'],
    [second, 's5'],
  ]);
  mine.misbehave('HANGS', 'documents');
  const before = performance.now();
  const answer = await service.reader(caller())(wanting([id]));
  expect(performance.now() - before).toBeLessThan(15_000);
  expect(answer.faults.map(({ field, error }) => [field, error.code])).toEqual([
    ['documents', 'HUB_UPSTREAM_TIMEOUT'],
  ]);
  expect((answer.value('documents', id, among) as unknown[]).length).toBe(1);
  expect(names(answer, id)).toEqual(['home h5', 'second s5']);
});

describe('within one request', () => {
  test('what has been read is not read again; what is new is', async () => {
    const [a, b] = [await person([[world.systemId, 'h6']]), await person([[world.systemId, 'h7']])];
    const reader = service.reader(caller());
    await reader(wanting([a], ['demographics', 'openEpisodes']));
    await reader(wanting([a, b], ['demographics', 'careCoordinator']));
    expect(mine.calls.map(({ read, localIds }) => [read, localIds])).toEqual([
      ['demographics', ['h6']],
      ['openEpisodes', ['h6']],
      ['demographics', ['h7']],
      ['openEpisodes', ['h7']],
    ]);
  });

  test('two at once wait for one call', async () => {
    const id = await person([[world.systemId, 'h8']]);
    const reader: BatchReader = service.reader(caller());
    const [left, right] = await Promise.all([reader(wanting([id])), reader(wanting([id]))]);
    expect(mine.counts().demographics).toBe(1);
    expect(names(left, id)).toEqual(names(right, id));
  });

  test('another request reads anew: nothing is kept', async () => {
    const id = await person([[world.systemId, 'h9']]);
    await service.reader(caller())(wanting([id], ['documents']));
    await service.reader(caller())(wanting([id], ['documents']));
    expect(mine.counts()).toEqual({ demographics: 2, documents: 2 });
  });
});

describe('persons out of reach', () => {
  test.each<[string, () => Scope]>([
    ['of another team', () => ({ ...caller().scope, teamIds: [world.teams.EIP] })],
    ['of another organisation', () => world.callers.foreignSpecialist.scope],
    ['without a scope', () => NO_SCOPE],
  ])('%s are never asked about', async (_name, of) => {
    const id = await person([[world.systemId, `far ${_name}`]]);
    const answer = await service.reader({ scope: of(), purpose: Purpose.DIRECT_CARE })(wanting([id]));
    expect(ALL.slice(0, 5).map((field) => answer.value(field, id, among))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(states(answer, id).every((state) => state.endsWith('NOT_LINKED'))).toBe(true);
    expect([...mine.calls, ...unseen.calls]).toEqual([]);
  });

  test('nor is somebody who does not exist, beside somebody who does', async () => {
    const id = await person([[world.systemId, 'h10']]);
    const answer = await service.reader(caller())(wanting([newId(), id], ['demographics']));
    expect(mine.calls.map(({ localIds }) => localIds)).toEqual([['h10']]);
    expect(names(answer, id)).toEqual(['home h10']);
  });

  test('a circle of merges has no survivor, and nothing is read', async () => {
    const [a, b] = [await person([[world.systemId, 'h11']]), await person([[world.systemId, 'h12']])];
    await world.sql(
      'update persons set merged_into_id = case when id = $1 then $2::uuid else $1::uuid end where id = any (array[$1::uuid, $2::uuid])',
      [a, b],
    );
    const answer = await service.reader(caller())(wanting([a]));
    expect(states(answer, a)[0]).toBe('home NOT_LINKED');
    expect(mine.calls).toEqual([]);
  });

  test('a chain of merges is followed both ways, however long', async () => {
    const chain = [];
    for (let n = 0; n < 5; n++)
      chain.push(
        await person([[world.systemId, `chain-${n}`]], n === 2 ? world.teams.CMHT : world.teams.EIP),
      );
    for (let n = 0; n < 4; n++)
      await world.sql('update persons set merged_into_id = $2 where id = $1', [chain[n], chain[n + 1]]);
    const answer = await service.reader(caller())(wanting([chain[2]!], ['demographics']));
    expect(names(answer, chain[2]!)).toEqual([0, 1, 2, 3, 4].map((n) => `home chain-${n}`));
  });
});

test('a database that does not answer is the one thing that rejects', async () => {
  const failing = {
    ...world.database,
    read: () => Promise.reject(new HubError('HUB_DATABASE_UNAVAILABLE')),
    transaction: world.database.transaction,
    audit: world.database.audit,
    close: world.database.close,
  };
  const broken = new RecordReadService({
    database: failing,
    clock: world.clock,
    audit: { record: async () => undefined },
    systems: () => [],
  });
  await expect(broken.reader(caller())(wanting([newId()]))).rejects.toMatchObject({
    code: 'HUB_DATABASE_UNAVAILABLE',
  });
});
