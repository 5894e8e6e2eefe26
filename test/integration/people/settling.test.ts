/** Disputes settled by stewards in the real database: what is written, who may, on what they saw, and what later pulls do to it. */
import { type Caller, Role } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { RecordIdentity } from '../../../src/people/identity.rules.js';
import { VERSION_OF_CONFLICT } from '../../../src/people/identity-conflict.reader.js';
import { IdentityConflictService } from '../../../src/people/identity-conflict.service.js';
import { linkRecords } from '../../../src/people/linking.service.js';
import { findOrMakePerson } from '../../../src/people/person.service.js';
import { rowSql } from '../../../src/platform/database/select/map-words.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';

const BORN = '1980-02-29';
const MAKE_EMPTY = `set session_replication_role = replica;
  truncate identity_rulings, record_links, identity_conflicts, persons, idempotency_keys, audit_events cascade;
  reset session_replication_role`;

let world: CaseloadWorld;
let service: IdentityConflictService;
let systems: Record<'A' | 'B', string>;
let foreign: { organisationId: string; systemId: string };
let team: string;
beforeAll(async () => {
  world = await CaseloadWorld.open();
  service = new IdentityConflictService(world.db.database, world.clock);
  systems = { A: (await world.system('A')).id, B: (await world.system('B')).id };
  team = await world.team('EMPLOYMENT');
  foreign = { organisationId: newId(), systemId: newId() };
  await world.sql(
    `insert into organisations (id, ods_code, name, kind) values ($1, 'RZZ', 'Other', 'TRUST')`,
    [foreign.organisationId],
  );
  await world.sql(
    `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'Z', 'Z', 'scripted')`,
    [foreign.systemId, foreign.organisationId],
  );
});
afterAll(() => world.close());
beforeEach(() => world.sql(MAKE_EMPTY));

const steward = (subject = 'stella', organisationId = world.organisationId): Caller => ({
  subject,
  role: Role.IDENTITY_STEWARD,
  purpose: 'ADMINISTRATION',
  scope: { organisationId, teamIds: [], organisationIds: [], staffId: newId() },
  correlationId: `settling-${subject}`,
});
const record = (localId: string, more: Partial<RecordIdentity> = {}): RecordIdentity => ({
  localId,
  nhsNumber: testNhsNumber(1),
  nhsNumberStatus: '01',
  dateOfBirth: BORN,
  deceasedOn: null,
  active: true,
  replacedByLocalId: null,
  restricted: false,
  ...more,
});
const unverified = (localId: string, more: Partial<RecordIdentity> = {}): RecordIdentity =>
  record(localId, { nhsNumberStatus: '02', ...more });
const arrive = (system: 'A' | 'B', ...records: RecordIdentity[]) =>
  world.as('worker', (tx) =>
    linkRecords(tx, {
      organisationId: world.organisationId,
      systemId: systems[system],
      records,
      at: world.clock.now(),
    }),
  );
const refer = (familyName = 'Made-Up') =>
  world.as('write', (tx) =>
    findOrMakePerson(
      tx,
      {
        organisationId: world.organisationId,
        nhsNumber: testNhsNumber(1),
        dateOfBirth: BORN,
        givenName: 'Ada',
        familyName,
        telephone: '01632 960000',
        postcode: null,
        teamId: team,
      },
      world.clock.now(),
    ),
  );

interface Shown {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly resolution: string | null;
  readonly ruling_id: string | null;
  readonly person_id: string;
  readonly other_person_id: string;
}
const shown = (): Promise<Shown[]> =>
  world.sql<Shown & Record<string, unknown>>(
    `select c.*, ${rowSql(VERSION_OF_CONFLICT, 'c')} as version from identity_conflicts c order by resolved_at is not null, found_at, id`,
  );
const settle = async (
  resolution: string,
  more: Partial<Parameters<IdentityConflictService['settle']>[1]> = {},
  by = steward(),
) => {
  const [conflict] = await shown();
  return service.settle(by, {
    idempotencyKey: `key-${newId()}`,
    conflictId: conflict!.id,
    version: conflict!.version,
    resolution,
    reason: 'asked the ward and the person',
    ...more,
  });
};
const seenOf = async (id: string): Promise<unknown> =>
  (
    await world.sql(
      `select family_name as family, telephone, array(select unnest(visible_team_ids) order by 1) as teams from persons where id = $1`,
      [id],
    )
  )[0];
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'DONE',
    (error: { code?: string }) => error.code ?? String(error),
  );
const resolutions = async (): Promise<(string | null)[]> =>
  (await shown()).map(({ resolution }) => resolution);

describe('one person', () => {
  test('the referral goes into the record with its names and its team, the ruling and both persons are on record', async () => {
    await arrive('A', unverified('1'));
    const { personId } = await refer();
    expect((await shown()).map(({ kind, resolution }) => [kind, resolution])).toEqual([
      ['UNVERIFIED_NUMBER', null],
    ]);
    await settle('SAME_PERSON');
    const owner = await world.personOf('1');
    expect(owner).toMatchObject({ state: 'CLEAR', family: 'Made-Up' });
    expect(await world.sql('select merged_into_id from persons where id = $1', [personId])).toEqual([
      { merged_into_id: owner.id },
    ]);
    const [conflict] = await shown();
    expect(conflict).toMatchObject({ resolution: 'SAME_PERSON', resolved_at: world.clock.now() });
    expect(
      await world.sql(
        'select id, resolution, reason, ruled_by, nhs_number, other_date_of_birth::text from identity_rulings',
      ),
    ).toEqual([
      {
        id: conflict!.ruling_id,
        resolution: 'SAME_PERSON',
        reason: 'asked the ward and the person',
        ruled_by: 'stella',
        nhs_number: testNhsNumber(1),
        other_date_of_birth: BORN,
      },
    ]);
    const [audit] = await world.sql(
      `select kind, subject, role, purpose, person_ids, details from audit_events where operation = 'settleIdentityConflict'`,
    );
    expect(audit).toMatchObject({
      kind: 'WRITE',
      subject: 'stella',
      role: 'IDENTITY_STEWARD',
      purpose: 'ADMINISTRATION',
      details: { conflictId: conflict!.id, kind: 'UNVERIFIED_NUMBER', resolution: 'SAME_PERSON', merged: 1 },
    });
    expect([...(audit!.person_ids as string[])].sort()).toEqual([owner.id, personId].sort());
    expect(JSON.stringify(audit)).not.toContain('Made-Up');
  });

  test('a later pull neither reopens nor undoes it; a correction at the source does, and its taking back brings it back', async () => {
    await arrive('A', unverified('1'));
    const { personId } = await refer();
    await settle('SAME_PERSON');
    const survivor = async (): Promise<string> =>
      (
        await world.sql<{ id: string | null }>('select merged_into_id as id from persons where id = $1', [
          personId,
        ])
      )[0]!.id ?? personId;
    const { id: owner } = await world.personOf('1');
    for (const more of [{ restricted: true }, { deceasedOn: '2026-02-01' }, { nhsNumberStatus: '01' }, {}]) {
      expect(await arrive('A', unverified('1', more))).toMatchObject({ merged: 0, conflictsOpened: 0 });
      expect([await survivor(), await resolutions()]).toEqual([owner, ['SAME_PERSON']]);
    }
    await arrive('A', unverified('1', { nhsNumber: testNhsNumber(2) }));
    expect([await survivor(), await resolutions()]).toEqual([personId, ['NO_LONGER_SO']]);
    // Nothing of somebody else stays with whom the record is about.
    expect([await seenOf(owner), await seenOf(personId)]).toEqual([
      { family: null, telephone: null, teams: [] },
      { family: 'Made-Up', telephone: '01632 960000', teams: [team] },
    ]);
    await arrive('A', unverified('1'));
    expect([await survivor(), await resolutions()]).toEqual([owner, ['SAME_PERSON']]);
    expect(await seenOf(owner)).toEqual({ family: 'Made-Up', telephone: '01632 960000', teams: [team] });
  });
});

describe('two persons', () => {
  test('both are clear and stay two, pull after pull; verified at the source it is asked again', async () => {
    await arrive('A', unverified('1'));
    const { personId } = await refer();
    await settle('DIFFERENT_PERSONS');
    const clear = `select count(*)::int as n from persons where identity_state = 'CLEAR' and merged_into_id is null`;
    for (const more of [{ restricted: true }, { nhsNumberStatus: '03' }, {}]) {
      expect(await arrive('A', unverified('1', more))).toMatchObject({ merged: 0, conflictsOpened: 0 });
      expect([await resolutions(), await world.sql(clear)]).toEqual([['DIFFERENT_PERSONS'], [{ n: 2 }]]);
    }
    expect(await arrive('A', record('1'))).toMatchObject({ merged: 0, conflictsOpened: 1 });
    expect((await shown()).map(({ kind, resolution }) => [kind, resolution])).toEqual([
      ['SHARED_NHS_NUMBER', null],
      ['UNVERIFIED_NUMBER', 'DIFFERENT_PERSONS'],
    ]);
    expect((await world.personOf('1')).id).not.toBe(personId);
    await settle('SAME_PERSON');
    expect(await world.sql('select merged_into_id as id from persons where id = $1', [personId])).toEqual([
      { id: (await world.personOf('1')).id },
    ]);
  });

  test('their record system has the last word: merged there they are one, and two by the ruling when that is undone', async () => {
    await arrive('A', record('1'), record('2'));
    await settle('DIFFERENT_PERSONS');
    await arrive('A', record('1', { active: false, replacedByLocalId: '2' }));
    expect([(await world.personOf('1')).id, await resolutions()]).toEqual([
      (await world.personOf('2')).id,
      ['MERGED'],
    ]);
    expect((await shown())[0]!.ruling_id).not.toBeNull();
    await arrive('A', record('1'));
    expect((await world.personOf('1')).id).not.toBe((await world.personOf('2')).id);
    expect(await resolutions()).toEqual(['DIFFERENT_PERSONS']);
  });

  test('a dispute that is open again names the ruling that was overtaken, and the next one takes its place', async () => {
    await arrive('A', record('1'));
    await arrive('B', record('1', { dateOfBirth: '1980-02-28' }));
    await settle('DIFFERENT_PERSONS');
    const [first] = await shown();
    await arrive('B', record('1'));
    const [shared, mismatch] = await shown();
    expect([shared!.kind, shared!.ruling_id, mismatch!.ruling_id]).toEqual([
      'SHARED_NHS_NUMBER',
      null,
      first!.ruling_id,
    ]);
    await settle('DIFFERENT_PERSONS');
    expect(await resolutions()).toEqual(['DIFFERENT_PERSONS', 'DIFFERENT_PERSONS']);
    expect(await arrive('B', record('1', { restricted: true }))).toMatchObject({ conflictsOpened: 0 });
  });
});

describe('on what the steward saw', () => {
  beforeEach(async () => {
    await arrive('A', unverified('1'), record('9', { nhsNumber: testNhsNumber(5) }));
    await refer();
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a status', () => arrive('A', unverified('1', { nhsNumberStatus: '03' }))],
    ['a record out of use', () => arrive('A', unverified('1', { active: false }))],
    ['a restriction', () => arrive('A', unverified('1', { restricted: true }))],
    [
      'a record of theirs replaced',
      () => arrive('A', record('8', { nhsNumber: null, active: false, replacedByLocalId: '1' })),
    ],
    ['the name on the referral', () => refer('Other-Name')],
    ['no date of birth', () => arrive('A', unverified('1', { dateOfBirth: null }))],
  ])('%s that has changed since refuses the ruling and changes nothing', async (_what, change) => {
    const [{ version } = { version: '' }] = await shown();
    await change();
    const before = await shown();
    expect(await codeOf(settle('SAME_PERSON', { version }))).toBe('HUB_STATE_CHANGED');
    expect(await shown()).toEqual(before);
    expect(await world.sql('select from identity_rulings')).toEqual([]);
    expect(await codeOf(settle('SAME_PERSON'))).toBe('DONE');
  });

  test('a repeated observation changes nothing that was seen', async () => {
    const [{ version } = { version: '' }] = await shown();
    world.clock.advance(60_000);
    await arrive('A', unverified('1', { deceasedOn: '2026-01-01' }));
    await arrive('A', unverified('1'));
    expect((await shown())[0]!.version).toBe(version);
  });
});

describe('refused', () => {
  test('to every other role, whatever the graph lets through', async () => {
    await arrive('A', record('1'), record('2'));
    for (const role of Object.values(Role).filter((one) => one !== Role.IDENTITY_STEWARD))
      expect(await codeOf(settle('SAME_PERSON', {}, { ...steward(), role }))).toBe('HUB_ACCESS_REFUSED');
    expect(await resolutions()).toEqual([null]);
  });

  test('to stewards of another organisation, as what is not there', async () => {
    await arrive('A', record('1'), record('2'));
    const theirs = settle('SAME_PERSON', {}, steward('stan', foreign.organisationId));
    expect(await codeOf(theirs)).toBe('HUB_NOT_FOUND');
    for (const conflictId of [newId(), 'no id'])
      expect(await codeOf(settle('SAME_PERSON', { conflictId }))).toBe('HUB_NOT_FOUND');
  });

  test('within the records of one person: the source puts that right', async () => {
    await arrive('A', record('1'));
    await arrive('B', record('1'));
    await arrive('B', record('1', { nhsNumber: testNhsNumber(2) }));
    expect(await codeOf(settle('DIFFERENT_PERSONS'))).toBe('HUB_STATE_AT_SOURCE');
    await arrive('B', record('1'));
    expect(await resolutions()).toEqual(['NO_LONGER_SO']);
  });

  test('without a ruling or a reason', async () => {
    await arrive('A', record('1'), record('2'));
    expect(await codeOf(settle('MERGED'))).toBe('HUB_INPUT_INVALID');
    expect(await codeOf(settle('SAME_PERSON', { reason: ' ' }))).toBe('HUB_INPUT_INVALID');
  });
});

describe('at once', () => {
  test('of two stewards one settles, the other is told; repeated under the key it is answered again', async () => {
    for (let round = 0; round < 4; round++) {
      await world.sql(MAKE_EMPTY);
      await arrive('A', record('1'), record('2'));
      const told = await Promise.all([
        codeOf(settle('SAME_PERSON', { idempotencyKey: 'same-key-1' }, steward('one'))),
        codeOf(settle('DIFFERENT_PERSONS', { idempotencyKey: 'same-key-1' }, steward('two'))),
      ]);
      expect([...told].sort()).toEqual(['DONE', 'HUB_STATE_CONFLICT']);
      const one = (await world.personOf('1')).id === (await world.personOf('2')).id;
      expect([one, await resolutions()]).toEqual(
        told[0] === 'DONE' ? [true, ['SAME_PERSON']] : [false, ['DIFFERENT_PERSONS']],
      );
      expect(await world.sql('select count(*)::int as n from identity_rulings')).toEqual([{ n: 1 }]);
    }
  });

  test('one steward twice under one key settles once; another input under it is refused', async () => {
    await arrive('A', record('1'), record('2'));
    const [{ version } = { version: '' }] = await shown();
    const once = () => settle('SAME_PERSON', { idempotencyKey: 'my-own-key', version });
    const [first, second] = await Promise.all([once(), once()]);
    expect(first).toEqual(second);
    expect(await world.sql('select count(*)::int as n from identity_rulings')).toEqual([{ n: 1 }]);
    expect(await codeOf(settle('DIFFERENT_PERSONS', { idempotencyKey: 'my-own-key', version }))).toBe(
      'HUB_INPUT_REPEATED_KEY',
    );
  });

  test('a ruling and a pull that corrects the record end as if one had come after the other', async () => {
    for (let round = 0; round < 6; round++) {
      await world.sql(MAKE_EMPTY);
      await arrive('A', unverified('1'));
      const { personId } = await refer();
      const [ruled] = await Promise.all([
        codeOf(settle('SAME_PERSON')),
        arrive('A', unverified('1', { nhsNumber: testNhsNumber(2) })),
      ]);
      expect(['DONE', 'HUB_STATE_CHANGED', 'HUB_STATE_CONFLICT']).toContain(ruled);
      expect((await world.personOf('1')).id).not.toBe(personId);
      expect(await resolutions()).toEqual(['NO_LONGER_SO']);
      expect(
        await world.sql('select merged_into_id, identity_state as state from persons where id = $1', [
          personId,
        ]),
      ).toEqual([{ merged_into_id: null, state: 'CLEAR' }]);
    }
  });
});

test('whatever two organisations do with the same numbers, nobody is ever one across them', async () => {
  let seed = 4711;
  const pick = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor(seed / 65536) % n;
  };
  const scope = { ...world.scope, organisationId: foreign.organisationId };
  let rulings = 0;
  for (let step = 0; step < 90; step++) {
    const home = pick(2) === 0;
    const said = record(String(pick(4)), {
      nhsNumber: testNhsNumber(1 + pick(2)),
      nhsNumberStatus: ['01', '01', '02'][pick(3)]!,
      dateOfBirth: [BORN, BORN, '1980-02-28'][pick(3)]!,
    });
    const organisationId = home ? world.organisationId : foreign.organisationId;
    if (pick(3) > 0) {
      const systemId = home ? systems.A : foreign.systemId;
      await world.db.database.transaction('worker', home ? world.scope : scope, (tx) =>
        linkRecords(tx, { organisationId, systemId, records: [said], at: world.clock.now() }),
      );
      continue;
    }
    const open = (await shown()).filter(({ resolution }) => resolution === null);
    const conflict = open[pick(Math.max(1, open.length))];
    if (!conflict) continue;
    const code = await codeOf(
      settle(
        ['SAME_PERSON', 'DIFFERENT_PERSONS'][pick(2)]!,
        { conflictId: conflict.id, version: conflict.version },
        steward('one', organisationId),
      ),
    );
    expect(['DONE', 'HUB_NOT_FOUND', 'HUB_STATE_AT_SOURCE']).toContain(code);
    rulings += Number(code === 'DONE');
  }
  expect(rulings).toBeGreaterThan(5);
  const across = await world.sql(`
    select 'merge' from persons p join persons m on m.id = p.merged_into_id where m.organisation_id <> p.organisation_id
    union all select 'record' from record_links l join persons p on p.id = l.person_id where l.organisation_id <> p.organisation_id
    union all select 'dispute' from identity_conflicts c join persons p on p.id in (c.person_id, c.other_person_id) where c.organisation_id <> p.organisation_id
    union all select 'ruling' from identity_rulings r join persons p on p.id in (r.person_id, r.other_person_id) where r.organisation_id <> p.organisation_id`);
  expect(across).toEqual([]);
});
