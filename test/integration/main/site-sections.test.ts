/** What a site profile says about documents reaches the database with the site: authors, destination, policies of notes. */
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { loadDirectory } from '../../../src/directory/directory.service.js';
import { connectSystems } from '../../../src/main/systems.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';
import { failureOf } from '../../support/casework-world.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const SITE = {
  code: 'alder',
  name: 'Alder record system',
  organisation: 'RAA',
  adapter: 'fhir-r4',
  settings: {
    baseUrl: 'http://127.0.0.1:9/fhir',
    auth: 'NONE',
    maxTextBytes: 100_000,
    labelCodes: 'SAFEGUARDING=https://codes.example/labels|SG|Safeguarding',
  },
  teams: [{ reference: 'Organization/n', team: 'NORTH' }],
};
const AUTHOR = {
  subject: 'kit',
  reference: 'Practitioner/es-kit',
  employer: 'Alder trust',
  role: 'Employment specialist',
  validFrom: '2025-01-01',
};
const POLICY = {
  validFrom: '2025-01-01',
  clause: 'Local agreement 4',
  lateAfterHours: 12,
  latestBackDays: 30,
  countersignRole: 'TEAM_MANAGER',
  countersignKinds: ['CLOSURE_SUMMARY'],
  chaseAfterWorkingDays: 3,
  urgentWithinMinutes: 60,
  urgentEscalateTo: 'mo',
};

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const staff = (subject: string, role: Role) => ({
    organisation: 'RAA',
    subject,
    displayName: subject,
    roles: [role],
    teams: ['NORTH'],
  });
  await db.database.transaction('write', NO_SCOPE, (tx) =>
    loadDirectory(
      tx,
      {
        organisations: [{ odsCode: 'RAA', name: 'Alder', kind: 'TRUST' }],
        teams: [{ organisation: 'RAA', code: 'NORTH', name: 'North', kind: 'CMHT' }],
        staff: [staff('kit', Role.EMPLOYMENT_SPECIALIST), staff('mo', Role.TEAM_MANAGER)],
        agreements: [],
      },
      '2024-01-01',
    ),
  );
});
afterAll(() => db.close());
beforeEach(async () => {
  for (const table of [
    'note_policies',
    'destinations',
    'author_identities',
    'team_maps',
    'clinical_record_systems',
  ])
    await db.owner.query(`delete from ${table}`);
});

async function connect(change: object): Promise<void> {
  const profiles = parseSiteProfiles(JSON.stringify([{ ...SITE, ...change }]), {});
  const clock = new FixedClock(new Date('2026-03-11T12:00:00Z'));
  const systems = await connectSystems(profiles, db.database, clock, silentLogger);
  await Promise.all(systems.map(({ adapter }) => adapter.close()));
}
const rows = async (sql: string) => (await db.owner.query(sql)).rows;
const authors = () =>
  rows(
    `select s.subject, a.reference, a.valid_to is null as open from author_identities a join staff s on s.id = a.staff_id`,
  );
const destinations = () =>
  rows('select max_in_flight, send_timeout_ms, labels, max_text_bytes from destinations');
const policies = () =>
  rows(
    `select p.clause, p.late_after_hours, p.countersign_role, p.countersign_kinds, s.subject as escalate_to, c.code, valid_to is null as open
     from note_policies p left join staff s on s.id = p.urgent_escalate_to left join clinical_record_systems c on c.id = p.system_id`,
  );

it('keeps authors, the destination with what its adapter can carry, and policies for that destination', async () => {
  await connect({ authors: [AUTHOR], destination: { maxInFlight: 4 }, notePolicies: [POLICY] });
  expect(await authors()).toEqual([{ subject: 'kit', reference: 'Practitioner/es-kit', open: true }]);
  expect(await destinations()).toEqual([
    { max_in_flight: 4, send_timeout_ms: 10_000, labels: ['SAFEGUARDING'], max_text_bytes: 100_000 },
  ]);
  expect(await policies()).toEqual([
    {
      clause: 'Local agreement 4',
      late_after_hours: 12,
      countersign_role: 'TEAM_MANAGER',
      countersign_kinds: ['CLOSURE_SUMMARY'],
      escalate_to: 'mo',
      code: 'alder',
      open: true,
    },
  ]);
});

it('keeps a destination by its defaults where the profile says nothing, and nobody as an author', async () => {
  await connect({});
  expect(await authors()).toEqual([]);
  expect(await policies()).toEqual([]);
  expect(await destinations()).toMatchObject([{ max_in_flight: 32, send_timeout_ms: 10_000 }]);
});

it('keeps no destination for a system that takes no documents', async () => {
  await connect({ authors: [AUTHOR], settings: { ...SITE.settings, documentsEnabled: false } });
  expect(await destinations()).toEqual([]);
  expect(await authors()).toHaveLength(1);
});

it('changes with the profile: a limit, and who and what is no longer given', async () => {
  await connect({ authors: [AUTHOR], destination: { maxInFlight: 4 }, notePolicies: [POLICY] });
  await connect({ destination: { sendTimeoutMs: 500 } });
  expect(await authors()).toMatchObject([{ open: false }]);
  expect(await policies()).toMatchObject([{ open: false }]);
  expect(await destinations()).toMatchObject([{ max_in_flight: 32, send_timeout_ms: 500 }]);
});

it.each<[string, object, string]>([
  ['an author', { authors: [{ ...AUTHOR, subject: 'nobody' }] }, 'sites.alder.authors[0].subject'],
  [
    'whom to turn to',
    { notePolicies: [{ ...POLICY, urgentEscalateTo: 'nobody' }] },
    'notePolicies[0].urgentEscalateTo',
  ],
  [
    'a specification',
    { notePolicies: [{ ...POLICY, specification: 'NONE' }] },
    'notePolicies[0].specification',
  ],
  [
    'a kind of document',
    { notePolicies: [{ ...POLICY, countersignKinds: ['POSTCARD'] }] },
    'notePolicies[0].countersignKinds',
  ],
])(
  'names the place of %s that is not known, and keeps nothing of the sections',
  async (_what, change, field) => {
    expect(await failureOf(connect({ authors: [AUTHOR], ...change }))).toEqual({
      code: 'HUB_INPUT_INVALID',
      field,
    });
    expect([await authors(), await destinations(), await policies()]).toEqual([[], [], []]);
  },
);
