/** Authors of a record system in the real database: kept, changed by keeping them again, ended when no longer named, answered for a day. */
import {
  type AuthorToKeep,
  authorIdentity,
  keepAuthors,
} from '../../../src/clinical/author-identity.service.js';
import { keepSite } from '../../../src/clinical/site.service.js';
import { NO_SCOPE, Role, type Scope } from '../../../src/core/caller.js';
import { loadDirectory } from '../../../src/directory/directory.service.js';
import { failureOf } from '../../support/casework-world.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;
let system: { id: string; organisationId: string; code: string };
let other: typeof system;
let staff: ReadonlyMap<string, string>;
let scope: Scope;

const person = (organisation: string, subject: string) => ({
  organisation,
  subject,
  displayName: `Name of ${subject}`,
  roles: [Role.EMPLOYMENT_SPECIALIST],
  teams: [],
});
const KIT: AuthorToKeep = {
  subject: 'kit',
  reference: 'Practitioner/es-kit',
  employer: 'Alder trust',
  role: 'Employment specialist',
  validFrom: '2025-01-01',
};
const NERYS: AuthorToKeep = {
  ...KIT,
  subject: 'nerys',
  reference: 'PractitionerRole/n',
  employer: 'Charity',
};

beforeAll(async () => {
  db = await createTestDatabase();
  await db.database.transaction('write', NO_SCOPE, async (tx) => {
    await loadDirectory(
      tx,
      {
        organisations: [
          { odsCode: 'RAA', name: 'Alder', kind: 'TRUST' },
          { odsCode: 'RBB', name: 'Beech', kind: 'TRUST' },
        ],
        teams: [],
        staff: [person('RAA', 'kit'), person('RAA', 'nerys'), person('RBB', 'fran'), person('RBB', 'kit')],
        agreements: [],
      },
      '2024-01-01',
    );
    const site = { name: 'Record', adapter: 'fhir-r4', teams: [] };
    system = await keepSite(tx, { ...site, code: 'alder', organisation: 'RAA' });
    other = await keepSite(tx, { ...site, code: 'beech', organisation: 'RBB' });
  });
  const { rows } = await db.owner.query<{ id: string; key: string }>(
    `select s.id, o.ods_code || '/' || s.subject as key from staff s join organisations o on o.id = s.organisation_id`,
  );
  staff = new Map(rows.map(({ id, key }) => [key, id]));
  scope = { ...NO_SCOPE, organisationId: system.organisationId };
});
afterAll(() => db.close());
beforeEach(() => db.owner.query('delete from author_identities'));

const keep = (authors: readonly AuthorToKeep[], of = system, as: Scope = scope) =>
  db.database.transaction('write', as, (tx) =>
    keepAuthors(tx, { systemId: of.id, organisationId: of.organisationId, code: of.code }, authors),
  );
const identity = (subject: string, on: string, role: 'write' | 'worker' = 'write', as: Scope = scope) =>
  db.database.transaction(role, as, (tx) => authorIdentity(tx, staff.get(subject) as string, system.id, on));
const kept = async (): Promise<string[]> =>
  (
    await db.owner.query<{ line: string }>(
      `select concat_ws(' ', s.subject, a.reference, a.valid_from::text, coalesce(a.valid_to::text, '-')) as line
       from author_identities a join staff s on s.id = a.staff_id order by s.subject, a.valid_from`,
    )
  ).rows.map(({ line }) => line);
const today = async (): Promise<string> =>
  (await db.owner.query<{ d: string }>(`select ((now() at time zone 'Europe/London')::date)::text as d`))
    .rows[0]!.d;

describe('keeping authors', () => {
  it('writes each with identifier, employer, role and days', async () => {
    await keep([KIT, NERYS]);
    expect(await kept()).toEqual([
      'kit Practitioner/es-kit 2025-01-01 -',
      'nerys PractitionerRole/n 2025-01-01 -',
    ]);
    expect(await identity('RAA/kit', '2025-01-01')).toEqual({
      reference: 'Practitioner/es-kit',
      employer: 'Alder trust',
      roleTitle: 'Employment specialist',
    });
  });

  it('changes nothing when kept again, and what differs when it differs', async () => {
    await keep([KIT, NERYS]);
    const before = (await db.owner.query('select * from author_identities order by id')).rows;
    await keep([KIT, NERYS]);
    expect((await db.owner.query('select * from author_identities order by id')).rows).toEqual(before);
    await keep([{ ...KIT, employer: 'Charity', role: 'Senior specialist' }, NERYS]);
    expect(await identity('RAA/kit', '2025-01-01')).toMatchObject({
      employer: 'Charity',
      roleTitle: 'Senior specialist',
    });
    expect(await kept()).toHaveLength(2);
  });

  it('ends today who is no longer named, and keeps what they were', async () => {
    const later = { ...KIT, validFrom: '2090-01-01' };
    await keep([{ ...KIT, validTo: '2090-01-01' }, later, NERYS]);
    await keep([NERYS]);
    const now = await today();
    expect(await kept()).toEqual([
      `kit Practitioner/es-kit 2025-01-01 ${now}`,
      'kit Practitioner/es-kit 2090-01-01 2090-01-01',
      'nerys PractitionerRole/n 2025-01-01 -',
    ]);
    expect(await identity('RAA/kit', now)).toBeNull();
    expect(await identity('RAA/kit', '2095-01-01')).toBeNull();
    expect(await identity('RAA/kit', '2025-03-01')).toMatchObject({ reference: 'Practitioner/es-kit' });
    await keep([]);
    expect((await kept()).every((line) => !line.endsWith(' -'))).toBe(true);
  });

  it('takes somebody back who is named again', async () => {
    await keep([KIT]);
    await keep([]);
    await keep([KIT]);
    expect(await kept()).toEqual(['kit Practitioner/es-kit 2025-01-01 -']);
  });

  it('leaves an end that has passed as it was', async () => {
    await keep([{ ...KIT, validTo: '2025-06-01' }]);
    await keep([]);
    expect(await kept()).toEqual(['kit Practitioner/es-kit 2025-01-01 2025-06-01']);
  });

  it('leaves the authors of another system alone', async () => {
    await keep([{ ...KIT, subject: 'fran' }], other, { ...NO_SCOPE, organisationId: other.organisationId });
    await keep([NERYS]);
    expect(await kept()).toEqual([
      'fran Practitioner/es-kit 2025-01-01 -',
      'nerys PractitionerRole/n 2025-01-01 -',
    ]);
  });

  it.each(['unheard-of', 'fran', 'Name of kit'])(
    'names the place of %s, whom the organisation’s directory does not have, and keeps nothing',
    async (subject) => {
      expect(await failureOf(keep([KIT, { ...NERYS, subject }]))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'sites.alder.authors[1].subject',
      });
      await expect(keep([{ ...NERYS, subject }])).rejects.not.toThrow(subject);
      expect(await kept()).toEqual([]);
    },
  );

  it('takes the organisation’s own of two people with one subject', async () => {
    await keep([KIT]);
    expect(await identity('RAA/kit', '2025-03-01')).not.toBeNull();
    expect(await identity('RBB/kit', '2025-03-01')).toBeNull();
  });

  it('is nothing for another organisation’s scope', async () => {
    const foreign = { ...NO_SCOPE, organisationId: other.organisationId };
    expect(await failureOf(keep([KIT], system, foreign))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
    expect(await failureOf(keep([KIT], system, NO_SCOPE))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
  });
});

describe('who an author is on a day', () => {
  beforeEach(() =>
    keep([
      { ...KIT, validTo: '2025-06-01' },
      {
        ...KIT,
        reference: 'Practitioner/new',
        employer: 'Charity',
        validFrom: '2025-06-01',
        validTo: '2025-09-01',
      },
    ]),
  );

  it.each([
    ['2024-12-31', null],
    ['2025-01-01', 'Practitioner/es-kit'],
    ['2025-05-31', 'Practitioner/es-kit'],
    ['2025-06-01', 'Practitioner/new'],
    ['2025-08-31', 'Practitioner/new'],
    ['2025-09-01', null],
  ])('%s: %s', async (on, reference) => {
    expect((await identity('RAA/kit', on))?.reference ?? null).toBe(reference);
  });

  it('is the later of two that hold', async () => {
    await db.owner.query(
      `update author_identities set valid_to = null where reference = 'Practitioner/es-kit'`,
    );
    expect(await identity('RAA/kit', '2025-07-01')).toMatchObject({ reference: 'Practitioner/new' });
    expect(await identity('RAA/kit', '2025-10-01')).toMatchObject({ reference: 'Practitioner/es-kit' });
  });

  it('is told to the worker of the organisation, and to nobody of another', async () => {
    expect(await identity('RAA/kit', '2025-03-01', 'worker')).not.toBeNull();
    const foreign = { ...NO_SCOPE, organisationId: other.organisationId };
    for (const role of ['write', 'worker'] as const) {
      expect(await identity('RAA/kit', '2025-03-01', role, foreign)).toBeNull();
      expect(await identity('RAA/kit', '2025-03-01', role, NO_SCOPE)).toBeNull();
    }
  });

  it('is nobody in a system that does not know them', async () => {
    expect(await identity('RAA/nerys', '2025-03-01')).toBeNull();
  });
});
