/** Seeding the demonstration through the hub's own use cases: complete, repeatable row for row, and resumed after a failure anywhere. */
import { demonstrationHub } from '../../../seeds/demonstration/hub-world.js';
import type { DemonstrationReferral } from '../../../seeds/demonstration/referral.type.js';
import { type SeedServices, seedDirectory, seedReferrals } from '../../../seeds/demonstration/seed-hub.js';
import { STAFF_VALID_FROM } from '../../../seeds/demonstration/staff.js';
import { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import { ReferralService } from '../../../src/casework/referrals/referral.service.js';
import { ROLES, type Role } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import type { LoadedDirectory } from '../../../src/directory/directory.service.js';
import { DirectoryScopeSource } from '../../../src/directory/scope.reader.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const TODAY = '2026-03-02';
const hub = demonstrationHub('http://127.0.0.1:4100/fhir', TODAY, 0);
/** Enough for every kind of referral of the cast and some of the other trust, few enough to seed often. */
const REFERRALS: readonly DemonstrationReferral[] = [
  ...hub.referrals.filter(({ key }) => key.startsWith('cast-')).slice(0, 10),
  ...hub.referrals.filter(({ key }) => key === 'cast-longDischarged' || key.startsWith('b-')).slice(0, 4),
];

let db: TestDatabase;
let directory: LoadedDirectory;
let services: SeedServices;

beforeAll(async () => {
  db = await createTestDatabase();
  const clock = new FixedClock(new Date(`${TODAY}T12:00:00.000Z`));
  services = {
    referrals: new ReferralService(db.database, clock),
    eligibility: new EligibilityService(db.database, clock),
  };
  directory = await seedDirectory(db.database, hub);
});
afterAll(() => db.close());
beforeEach(() => forgetCases());

const count = async (table: string, where = 'true'): Promise<number> =>
  Number((await db.owner.query(`select count(*) as n from ${table} where ${where}`)).rows[0].n);

/** Every table that seeding can write and every row in it, all columns. */
async function everything(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows: tables } = await db.owner.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const held = new Map<string, readonly string[]>();
  for (const { name } of tables) {
    const { rows } = await db.owner.query<{ row: string }>(
      `select to_jsonb(t)::text as row from ${name} t order by 1`,
    );
    held.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return held;
}

describe('the directory', () => {
  test('is there as the world says it', async () => {
    expect(await count('organisations')).toBe(hub.organisations.length);
    expect(await count('teams')).toBe(hub.teams.length);
    expect(await count('staff')).toBe(hub.staff.length);
    expect(await count('staff_teams')).toBe(hub.staff.flatMap(({ teams }) => teams).length);
    expect(await count('staff_roles')).toBe(hub.staff.flatMap(({ roles }) => roles).length);
    expect(await count('specification_versions')).toBe(6);
    expect([...directory.organisations.keys()]).toEqual(hub.organisations.map(({ odsCode }) => odsCode));
    expect([...directory.teams.keys()]).toEqual(
      hub.teams.map(({ organisation, code }) => `${organisation}/${code}`),
    );
  });

  test('seeded twice is not a row more, less or other', async () => {
    const before = await everything();
    const again = await seedDirectory(db.database, hub);
    expect(await everything()).toEqual(before);
    expect([...again.teams]).toEqual([...directory.teams]);
    expect([...again.organisations]).toEqual([...directory.organisations]);
  });

  test('lets somebody of each role in, from the first day on and not before', async () => {
    const source = new DirectoryScopeSource(db.database);
    const found = new Set<Role>();
    for (const { subject, organisation, roles, teams } of hub.staff) {
      const standing = await source.standingOf(subject, organisation, STAFF_VALID_FROM);
      expect(standing!.roles).toEqual(roles);
      expect([...standing!.teamIds].sort()).toEqual(
        teams.map((team) => directory.teams.get(`${organisation}/${team}`)).sort(),
      );
      for (const role of roles) found.add(role);
      expect(await source.standingOf(subject, organisation, '2020-12-31')).toMatchObject({
        roles: [],
        teamIds: [],
      });
    }
    expect(found).toEqual(new Set(ROLES));
  });

  test('lets the analysts see the first trust and no other', async () => {
    const standing = await new DirectoryScopeSource(db.database).standingOf('demo-analyst', 'DEMO9', TODAY);
    expect(standing!.agreementOrganisationIds).toEqual([directory.organisations.get('DEMO1')]);
  });
});

describe('the referrals', () => {
  test('are recorded as they were said, in the trust and team they belong to', async () => {
    expect(await seedReferrals(services, directory, REFERRALS)).toBe(REFERRALS.length);
    const { rows } = await db.owner.query(
      `select p.nhs_number as number, p.family_name as family, p.date_of_birth::text as born, o.ods_code as organisation, t.code as team,
         s.code as specification, r.route, r.state, r.received_on::text as received, r.accepted_on::text as accepted,
         r.word_on_work as word, r.employment_at_referral as employment, r.consent_to_contact_clinician as consent, r.residence
       from referrals r join persons p on p.id = r.person_id join teams t on t.id = r.team_id
       join organisations o on o.id = r.organisation_id join service_specifications s on s.id = r.specification_id`,
    );
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    expect(byNumber.size).toBe(REFERRALS.length);
    for (const referral of REFERRALS) {
      expect(byNumber.get(referral.person.nhsNumber)).toEqual({
        number: referral.person.nhsNumber,
        family: referral.person.familyName,
        born: referral.person.dateOfBirth,
        organisation: referral.organisation,
        team: referral.team,
        specification: referral.specification,
        route: referral.route,
        state: referral.acceptedOn ? 'ACCEPTED' : 'RECEIVED',
        received: referral.receivedOn,
        accepted: referral.acceptedOn,
        word: referral.wordOnWork,
        employment: referral.employment,
        consent: referral.consent,
        residence: referral.residence,
      });
    }
  });

  test('are each decided once, with all nine criteria, in their own organisation', async () => {
    await seedReferrals(services, directory, REFERRALS);
    const { rows } = await db.owner.query(
      `select r.id, count(distinct d.id)::int as decisions, count(c.*)::int as criteria, bool_and(d.organisation_id = r.organisation_id) as own,
         min(d.purpose) as purpose
       from referrals r left join eligibility_decisions d on d.referral_id = r.id
       left join eligibility_criteria c on c.decision_id = d.id group by r.id`,
    );
    expect(rows).toHaveLength(REFERRALS.length);
    for (const row of rows)
      expect(row).toMatchObject({ decisions: 1, criteria: 9, own: true, purpose: 'ENTRY' });
  });

  test('without a caseload nobody is refused for want of a team', async () => {
    await seedReferrals(services, directory, REFERRALS);
    const { rows } = await db.owner.query(
      `select d.verdict, d.reason, s.code from eligibility_decisions d join referrals r on r.id = d.referral_id
       join service_specifications s on s.id = r.specification_id`,
    );
    expect(rows.filter(({ reason }) => reason === 'NOT_ON_CASELOAD')).toEqual([]);
    expect(rows.some(({ verdict }) => verdict === 'CANNOT_TELL')).toBe(true);
  });

  test('progress is told once after each, and ends at the end', async () => {
    const told: (readonly [number, number])[] = [];
    await seedReferrals(services, directory, REFERRALS, (done, total) => told.push([done, total]));
    expect(told).toEqual(REFERRALS.map((_, index) => [index + 1, REFERRALS.length]));
  });

  test('none is none', async () => {
    const before = await everything();
    expect(await seedReferrals(services, directory, [])).toBe(0);
    expect(await everything()).toEqual(before);
  });

  test('seeded twice is not a row more, less or other', async () => {
    await seedReferrals(services, directory, REFERRALS);
    const before = await everything();
    expect(await seedReferrals(services, directory, REFERRALS)).toBe(REFERRALS.length);
    const after = await everything();
    for (const [table, rows] of before) expect([table, after.get(table)]).toEqual([table, rows]);
  });

  test('of two that seed at once, one does the work and nothing is there twice', async () => {
    await Promise.allSettled([
      seedReferrals(services, directory, REFERRALS),
      seedReferrals(services, directory, REFERRALS),
    ]);
    await seedReferrals(services, directory, REFERRALS);
    expect(await count('referrals')).toBe(REFERRALS.length);
    expect(await count('persons')).toBe(REFERRALS.length);
    expect(await count('eligibility_decisions')).toBe(REFERRALS.length);
  });
});

/** Services whose `n`-th call of all fails once, before it does anything or after it has done everything. */
function failing(at: number, when: 'before' | 'after'): SeedServices & { readonly calls: () => number } {
  let calls = 0;
  const once = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = calls++;
    if (mine === at && when === 'before') throw new Error('killed');
    const result = await work();
    if (mine === at) throw new Error('killed');
    return result;
  };
  const referrals = {
    record: (...args: Parameters<ReferralService['record']>) =>
      once(() => services.referrals.record(...args)),
    accept: (...args: Parameters<ReferralService['accept']>) =>
      once(() => services.referrals.accept(...args)),
  } as unknown as ReferralService;
  const eligibility = {
    check: (...args: Parameters<EligibilityService['check']>) =>
      once(() => services.eligibility.check(...args)),
  } as unknown as EligibilityService;
  return { referrals, eligibility, calls: () => calls };
}

/** Empties what seeding referrals writes, past the guard of tables that are only added to. */
async function forgetCases(): Promise<void> {
  await db.owner.query(
    `set session_replication_role = replica;
     truncate referrals, persons, eligibility_decisions, idempotency_keys, audit_events, identity_conflicts cascade;
     set session_replication_role = origin`,
  );
}

describe('resumed after a failure', () => {
  /** A record, an acceptance and the two questions at the end: every kind of call. */
  const few = [
    ...REFERRALS.filter(({ key }) => key === 'cast-straightforward' || key === 'cast-longDischarged'),
    ...REFERRALS.filter(({ key }) => key.startsWith('b-')).slice(0, 1),
  ];

  test.each(['before', 'after'] as const)(
    '%s each of its steps, it ends where an undisturbed one ends',
    async (when) => {
      const quiet = failing(-1, when);
      await seedReferrals(quiet, directory, few);
      const steps = quiet.calls();
      expect(steps).toBe(few.length + few.filter(({ acceptedOn }) => acceptedOn).length + 2);
      const tables = [
        'referrals',
        'persons',
        'eligibility_decisions',
        'eligibility_criteria',
        'audit_events',
        'idempotency_keys',
      ];
      const whole = await Promise.all(tables.map((table) => count(table)));
      for (let at = 0; at < steps; at++) {
        await forgetCases();
        await expect(seedReferrals(failing(at, when), directory, few)).rejects.toThrow('killed');
        await seedReferrals(services, directory, few);
        expect([at, ...(await Promise.all(tables.map((table) => count(table))))]).toEqual([at, ...whole]);
      }
    },
  );

  test('a referral that is refused stops the seeding and leaves those before it', async () => {
    const bad = { ...REFERRALS[3]!, receivedOn: '2099-01-01' };
    const told: number[] = [];
    const list = [...REFERRALS.slice(0, 3), bad, ...REFERRALS.slice(4)];
    await expect(seedReferrals(services, directory, list, (done) => told.push(done))).rejects.toMatchObject({
      code: 'HUB_INPUT_INVALID',
    });
    expect([told, await count('referrals'), await count('eligibility_decisions')]).toEqual([[1, 2, 3], 3, 0]);
  });

  test('the same name for another referral is refused, not swallowed', async () => {
    await seedReferrals(services, directory, REFERRALS.slice(0, 1));
    const other = { ...REFERRALS[0]!, wordOnWork: 'UNSURE' as const };
    await expect(seedReferrals(services, directory, [other])).rejects.toMatchObject({
      code: 'HUB_INPUT_REPEATED_KEY',
    });
  });
});
