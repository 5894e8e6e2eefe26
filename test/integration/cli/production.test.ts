/** The commands on a hub with real data: migration of an empty database, a directory from a file, no demonstration, wrong settings told at once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrations } from '../../../ormconfig.js';
import { readDirectoryFile } from '../../../src/cli/directory-file.js';
import type { MigrateReport } from '../../../src/platform/database/migrate.js';
import type { Environment } from '../../../src/platform/settings/settings.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import { DoctorWorld, execute } from '../../support/doctor-world.js';
import { cloneDatabase } from '../../support/test-database.js';

const world = new DoctorWorld();
beforeAll(() => world.build());
afterAll(() => world.close());
afterEach(() => world.heal());

async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Runs work on a database of its own and drops it. Dropping fails when a command left a connection open. */
async function onCopy(
  work: (urls: { ownerUrl: string; superuserUrl: string }) => Promise<void>,
  template?: string,
): Promise<void> {
  const copy = template === undefined ? await world.copy() : await cloneDatabase(template);
  try {
    await work(copy);
  } finally {
    await copy.drop();
  }
}

describe('hub migrate', () => {
  const tablesOf = async (url: string): Promise<number> =>
    (await rowsOf(url, `select from pg_tables where schemaname = 'public'`)).length;

  test('a dry run shows every statement and makes nothing; the run makes all; again makes nothing more', () =>
    onCopy(async ({ ownerUrl, superuserUrl }) => {
      const env = { ...world.env(), DATABASE_URL: ownerUrl };
      const dry = await hub(['migrate', '--dry-run'], env);
      expect(dry).toMatchObject({ code: 0, err: '' });
      expect(dry.out).toMatch(/^create table leases \(/m);
      expect(dry.out).toMatch(new RegExp(`^${migrations.length} pending\n$`, 'm'));
      expect(await tablesOf(superuserUrl)).toBe(0);

      const report = documentOf<MigrateReport>(await hub(['migrate', '--json'], env));
      expect(report).toMatchObject({ pending: [], altered: [], unknown: [] });
      expect(report.applied).toHaveLength(migrations.length);
      const made = await tablesOf(superuserUrl);
      expect(made).toBeGreaterThan(25);

      const again = await hub(['migrate'], env);
      expect(again.out).toBe(`up to date: ${migrations.length} migrations\n`);
      expect(await tablesOf(superuserUrl)).toBe(made);
    }, 'template1'));

  test('a database of a newer hub is refused with exit 1', () =>
    onCopy(async ({ ownerUrl, superuserUrl }) => {
      await execute(
        superuserUrl,
        `insert into migration_digests (name, digest) values ('Notes1999999999999', 'x')`,
      );
      const said = await hub(['migrate', '--json'], { ...world.env(), DATABASE_URL: ownerUrl });
      expect(said.code).toBe(1);
      expect(documentOf(said)).toMatchObject({ error: { code: 'HUB_DATABASE_MIGRATIONS' } });
    }));

  test('a database that does not answer: exit 1, by code, without the password', async () => {
    const url = new URL(world.urls.ownerUrl);
    url.port = '9';
    const said = await hub(['migrate'], { ...world.env(), DATABASE_URL: url.href });
    expect(said).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^HUB_DATABASE_UNAVAILABLE: /),
    });
    expect(said.err).not.toContain(url.password);
  });
});

const DIRECTORY = {
  organisations: [
    { odsCode: 'RXX', name: 'Another trust', kind: 'TRUST' },
    { odsCode: 'COM', name: 'Commissioner', kind: 'COMMISSIONER' },
  ],
  teams: [
    { organisation: 'RXX', code: 'EIP', name: 'Early intervention', kind: 'EIP', validFrom: '2024-04-01' },
  ],
  staff: [
    {
      organisation: 'RXX',
      subject: 'kit',
      displayName: 'Kit M',
      roles: ['EMPLOYMENT_SPECIALIST'],
      teams: ['EIP'],
    },
  ],
  agreements: [{ recipient: 'COM', covered: 'RXX', reference: 'DSA-1', validFrom: '2024-04-01' }],
};

describe('hub directory load', () => {
  test('comes first: the sites of the new directory are not yet known to it', () =>
    onCopy(async ({ ownerUrl, superuserUrl }) => {
      const site = world.site({
        code: 'other',
        organisation: 'RXX',
        teams: [{ reference: 'Organization/e', team: 'EIP' }],
      });
      const env = { ...world.env([site]), DATABASE_URL: ownerUrl };
      expect((await hub(['systems', 'list'], env)).err).toMatch(/RXX is not in the directory/);
      const file = world.file(JSON.stringify(DIRECTORY));
      const said = await hub(['directory', 'load', file, '--valid-from', '2025-01-01'], env);
      expect(said).toMatchObject({ code: 0, err: '', out: '2 organisations, 1 teams, 1 staff\n' });
      expect(await rowsOf(superuserUrl, `select valid_from::text from staff_roles`)).toEqual([
        { valid_from: '2025-01-01' },
      ]);
      expect((await hub(['systems', 'list'], env)).out).toMatch(/^other +fhir-r4 +RXX +1 +0 /m);
    }));

  test('a second time changes what differs and doubles nothing', () =>
    onCopy(async ({ ownerUrl, superuserUrl }) => {
      const env = { ...world.env(), DATABASE_URL: ownerUrl };
      const load = (data: object): Promise<Said> =>
        hub(['directory', 'load', world.file(JSON.stringify(data)), '--json'], env);
      expect(documentOf(await load(DIRECTORY))).toEqual({ organisations: 2, teams: 1, staff: 1 });
      const renamed = {
        ...DIRECTORY,
        teams: [{ ...DIRECTORY.teams[0], name: 'Early intervention in psychosis' }],
      };
      expect((await load(renamed)).code).toBe(0);
      expect(await rowsOf(superuserUrl, `select name from teams where code = 'EIP'`)).toEqual([
        { name: 'Early intervention in psychosis' },
      ]);
    }));

  test('a faulty file: every fault at once, by its place, and nothing is opened', async () => {
    const faulty = {
      organisations: [{ odsCode: 'rxx', name: '', kind: 'HOSPITAL' }],
      teams: [
        { organisation: 'RXX', code: 'EIP', name: 'E', kind: 'EIP', validFrom: '2024-02-30', colour: 'red' },
      ],
      staff: [{ organisation: 'RXX', subject: 'kit', displayName: 'Kit M', roles: [], teams: ['CMHT'] }],
      agreements: null,
    };
    const said = await hub(['directory', 'load', world.file(JSON.stringify(faulty)), '--json'], {
      HUB_PORT: 'many',
    });
    expect(said.code).toBe(2);
    const { error } = documentOf<{ error: { code: string; details: { faults: string[] } } }>(said);
    expect(error.code).toBe('HUB_INPUT_INVALID');
    for (const place of [
      'organisations.0.odsCode',
      'organisations.0.name',
      'organisations.0.kind',
      'teams.0.validFrom',
      'teams.0: ',
      'teams.0.organisation: is not among',
      'staff.0.roles',
      'staff.0.teams.0: is not among',
      'agreements',
    ])
      expect(error.details.faults).toContainEqual(expect.stringContaining(place));
    expect(said.err + said.out).not.toContain('Kit M');
  });

  test.each([
    ['no such file', () => '/absent.json', /file: cannot be read as JSON/],
    ['no JSON', () => world.file('{'), /file: cannot be read as JSON/],
  ])('%s', async (_what, file, words) => {
    expect(await hub(['directory', 'load', file()], world.env())).toMatchObject({
      code: 2,
      err: expect.stringMatching(words),
    });
  });

  test('a date that is none', async () => {
    const file = world.file(JSON.stringify(DIRECTORY));
    const said = await hub(['directory', 'load', file, '--valid-from', 'today'], world.env());
    expect(said).toMatchObject({ code: 2, err: expect.stringMatching(/--valid-from: not a calendar date/) });
  });
});

describe('codes that tie a directory file together', () => {
  const faultsOf = (change: object): readonly string[] => {
    try {
      readDirectoryFile(world.file(JSON.stringify({ ...DIRECTORY, ...change })));
      return [];
    } catch (error) {
      return (error as { details: { faults: string[] } }).details.faults;
    }
  };

  test('a good file has no fault', () => {
    expect(faultsOf({})).toEqual([]);
  });

  test('a list that is left out is an empty one', () => {
    expect(faultsOf({ teams: undefined, staff: undefined, agreements: undefined })).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    [
      'an organisation twice',
      { organisations: [...DIRECTORY.organisations, DIRECTORY.organisations[0]] },
      ['organisations.2.odsCode: is given twice'],
    ],
    ['a team twice', { teams: [DIRECTORY.teams[0], DIRECTORY.teams[0]] }, ['teams.1.code: is given twice']],
    [
      'a subject twice',
      { staff: [DIRECTORY.staff[0], DIRECTORY.staff[0]] },
      ['staff.1.subject: is given twice'],
    ],
    [
      'an agreement of strangers',
      { agreements: [{ ...DIRECTORY.agreements[0], recipient: 'ABC', covered: 'DEF' }] },
      [
        'agreements.0.recipient: is not among the organisations of this file',
        'agreements.0.covered: is not among the organisations of this file',
      ],
    ],
    [
      'a team of another organisation',
      { staff: [{ ...DIRECTORY.staff[0], organisation: 'COM' }] },
      ['staff.0.teams.0: is not among the teams of its organisation in this file'],
    ],
  ])('%s', (_what, change, faults) => {
    expect(faultsOf(change)).toEqual(faults);
  });

  test.each([null, 7, [], { organisations: 'none', teams: [null, 3], staff: [{ teams: 'x' }] }])(
    'what is no directory at all is refused, not stumbled over: %j',
    (value) => {
      expect(() => readDirectoryFile(world.file(JSON.stringify(value)))).toThrow(
        /The directory has (a fault|\d+ faults)/,
      );
    },
  );
});

describe('no demonstration', () => {
  test('a token is refused, whoever asks', async () => {
    for (const role of ['specialist', 'nobody'])
      expect(await hub(['token', role], world.env())).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/^HUB_ACCESS_REFUSED: .*ask your identity provider/),
      });
  });

  test('seed writes specifications only, also while a record system is out of reach', () =>
    onCopy(async ({ ownerUrl, superuserUrl }) => {
      await execute(superuserUrl, 'truncate service_specifications cascade');
      const env = { ...world.env([world.site({ organisation: 'RZZ' })]), DATABASE_URL: ownerUrl };
      const said = await hub(['seed'], env);
      expect(said.code).toBe(0);
      expect(said.out).toMatch(
        /^specifications: 5 new, 6 new versions, \d+ new rules\ndemonstration world: not asked for\n$/,
      );
      expect(await rowsOf(superuserUrl, `select from organisations where ods_code like 'DEMO%'`)).toEqual([]);
    }));

  test('a record system that is down: exit 1 and its code in the table', () =>
    onCopy(async ({ ownerUrl }) => {
      world.answer('/fhir/metadata', 401, '');
      const said = await hub(['systems', 'check'], { ...world.env(), DATABASE_URL: ownerUrl });
      expect(said).toMatchObject({ code: 1, err: '' });
      expect(said.out).toMatch(/^home +DOWN +\d+ ms +HUB_UPSTREAM_REFUSED$/m);
    }));
});

describe('wrong settings', () => {
  const wrong: Environment = {
    HUB_DEMONSTRATION: 'off',
    HUB_PORT: 'many',
    HUB_LOG_LEVEL: 'loud',
    HUB_CURSOR_SECRET: 'guess-me',
  };
  const commands = [
    ['migrate'],
    ['seed'],
    ['config', 'print'],
    ['token', 'analyst'],
    ['systems', 'list'],
    ['caseload', 'refresh'],
    ['start'],
  ];

  test.each(commands.map((argv) => [argv.join(' '), argv] as const))(
    'hub %s: exit 2, every fault at once',
    async (_words, argv) => {
      const said = await hub(argv, wrong);
      expect(said).toMatchObject({ code: 2, out: '' });
      for (const name of [
        'HUB_PORT',
        'HUB_LOG_LEVEL',
        'HUB_CURSOR_SECRET',
        'DATABASE_URL',
        'HUB_TOKEN_ISSUER',
      ])
        expect(said.err).toMatch(new RegExp(`^(HUB_SETTINGS_INVALID: )?${name}: .*; accepted: `, 'm'));
      expect(said.err).not.toContain('guess-me');
    },
  );

  test('in JSON too', async () => {
    const said = await hub(['config', 'print', '--json'], wrong);
    expect(said.code).toBe(2);
    expect(documentOf(said)).toMatchObject({
      error: {
        code: 'HUB_SETTINGS_INVALID',
        solve: expect.any(String),
        details: { faults: expect.any(Array) },
      },
    });
    expect(said.out).not.toContain('guess-me');
  });

  test('a site that its adapter refuses: exit 2 with every fault of it', () =>
    onCopy(async ({ ownerUrl }) => {
      const site = world.site({ settings: { baseUrl: 'ftp://x', pageSize: 0 } });
      const said = await hub(['systems', 'list'], { ...world.env([site]), DATABASE_URL: ownerUrl });
      expect(said).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^HUB_ADAPTER_SETTINGS: .*baseUrl: .*pageSize: /s),
      });
    }));

  test('a folder of data that is a file: exit 1, in words', async () => {
    const file = join(world.folder, 'not-a-folder');
    writeFileSync(file, '');
    const said = await hub(['migrate'], { HUB_DATA_DIR: file });
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/^HUB_/);
  });
});
