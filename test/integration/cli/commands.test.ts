/** The commands on a demonstration, in this process: what they do, print and answer, with good and with bad arguments. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { adapterModules } from '../../../adapters/registry.js';
import { DemonstrationIssuer } from '../../../src/access/tokens/demonstration-issuer.js';
import { DEMONSTRATION_ISSUER } from '../../../src/access/tokens/token.rules.js';
import { TokenVerifier } from '../../../src/access/tokens/token-verifier.js';
import type { ConformanceFinding } from '../../../src/clinical/conformance.port.js';
import { systemClock } from '../../../src/core/clock.js';
import { newId } from '../../../src/core/ids.js';
import type { Finding } from '../../../src/main/doctor/verdict.js';
import { DEMONSTRATION_AUDIENCE, TOKEN_ROLES } from '../../../src/main/token-keys.js';
import { documentOf, hub, type Said } from '../../support/command-line.js';
import { type DemonstrationStore, demonstrationStore } from '../../support/demonstration-store.js';

let store: DemonstrationStore;
let rows: pg.Pool;
const run = (...argv: string[]): Promise<Said> => hub(argv, store.env);
const count = async (table: string): Promise<number> =>
  Number((await rows.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]!.n);

beforeAll(async () => {
  store = await demonstrationStore();
  rows = new pg.Pool({ connectionString: store.urls.superuserUrl, max: 2 });
}, 120_000);
afterAll(async () => {
  await rows.end();
  await store.close();
});
afterEach(() => store.recordSystem.clearFaults());

describe('hub seed', () => {
  test('writes the world once, with progress on standard error and one document on standard output', () => {
    const { seeded } = store;
    expect(seeded.code).toBe(0);
    expect(documentOf(seeded)).toMatchObject({ demonstrationWorld: true });
    expect(seeded.err).toMatch(/^referrals 100 %$/m);
    expect(seeded.err).toMatch(/^caseload of Organization\/team-eip \d+ %$/m);
  });

  test('a second time changes nothing', async () => {
    const tables = [
      'persons',
      'caseload_memberships',
      'referrals',
      'eligibility_decisions',
      'specification_rules',
      'staff',
    ];
    const before = await Promise.all(tables.map(count));
    expect(Math.min(...before)).toBeGreaterThan(0);
    const again = await run('seed');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(
      /^specifications: 0 new, 0 new versions, 0 new rules\ndemonstration world: was there\n$/,
    );
    expect(await Promise.all(tables.map(count))).toEqual(before);
  });
});

describe('hub token', () => {
  test.each(TOKEN_ROLES)('%s', async (role) => {
    const said = await run('token', role);
    expect(said).toMatchObject({ code: 0, err: '' });
    const { keys } = await DemonstrationIssuer.open(store.dataDir, DEMONSTRATION_AUDIENCE, systemClock);
    const verifier = new TokenVerifier({
      issuer: DEMONSTRATION_ISSUER,
      audience: DEMONSTRATION_AUDIENCE,
      keys,
      clock: systemClock,
      demonstration: true,
    });
    const token = await verifier.verify(said.out.trim());
    expect(token.subject).toBe(`demo-${role}`);
    const minutes = (token.expiresAt.getTime() - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(60);
  });

  test('as JSON, and good for as long as asked', async () => {
    const { token, roles } = documentOf<{ token: string; roles: string[] }>(
      await run('token', 'analyst', '--minutes', '5', '--json'),
    );
    expect(roles).toEqual(['ANALYST']);
    const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<
      string,
      number
    >;
    expect(exp! - iat!).toBe(300);
  });

  test.each([
    [
      'a role that nobody has',
      ['token', 'chaplain'],
      /role: chaplain is nobody here; accepted: specialist, /,
    ],
    ['no minutes', ['token', 'analyst', '--minutes', '0'], /--minutes: .*accepted: 1 to 1440/],
    ['part of a minute', ['token', 'analyst', '--minutes', '1.5'], /--minutes: /],
    ['more than a day', ['token', 'analyst', '--minutes', '1441'], /--minutes: /],
    ['minutes that are no number', ['token', 'analyst', '--minutes', 'long'], /--minutes: /],
  ])('%s', async (_what, argv, words) => {
    expect(await run(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(words) });
  });
});

describe('hub systems', () => {
  test('list: code, adapter and what is not mapped', async () => {
    const said = await run('systems', 'list');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(
      /^CODE +ADAPTER +ORGANISATION +TEAMS +UNMAPPED +NAME\ndemo-a +fhir-r4 +DEMO1 +8 +1 +Demonstration clinical record system\n$/,
    );
  });

  test('describe: every setting of every adapter, without a database', async () => {
    const said = await hub(['systems', 'describe'], {});
    expect(said.code).toBe(0);
    for (const { manifest } of adapterModules.values()) {
      expect(said.out).toContain(`${manifest.id}: ${manifest.name}`);
      for (const { key, help } of manifest.settings)
        expect(said.out).toMatch(new RegExp(`^ +${key} .*${help.slice(0, 20).replace(/[^\w ]/g, '.')}`, 'm'));
    }
    expect(documentOf(await hub(['systems', 'describe', 'fhir-r4', '--json'], {}))).toMatchObject([
      { id: 'fhir-r4' },
    ]);
  });

  test('describe: an adapter that is none', async () => {
    const said = await run('systems', 'describe', 'pigeon');
    expect(said).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/pigeon is no adapter; accepted: .*fhir-r4/),
    });
  });

  test('check: up, then down with its code and exit 1', async () => {
    const found = await run('systems', 'check', '--json');
    expect(found.code).toBe(0);
    const [check] = documentOf<{ findings: ConformanceFinding[] }[]>(found);
    expect(check).toMatchObject({ system: 'demo-a', state: 'UP', failure: null, profile: 'FITS' });
    expect(check!.findings.length).toBeGreaterThan(30);
    expect(check!.findings.filter(({ state }) => state !== 'PRESENT')).toEqual([]);
    await store.recordSystem.faults({ kind: 'status', status: 401, times: 2 });
    const said = await run('systems', 'check', 'demo-a');
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(said.out).toMatch(/^demo-a +DOWN +\d+ ms +HUB_UPSTREAM_REFUSED +FITS$/m);
  });

  test('unmapped: places with counts and times, and the team that nobody has mapped', async () => {
    const refreshed = await run('caseload', 'refresh', '--kind', 'sweep', '--quiet');
    expect(refreshed.code).toBe(0);
    const said = await run('systems', 'unmapped');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^SYSTEM +PATH +TIMES +FIRST SEEN +LAST SEEN$/m);
    expect(said.out).toMatch(
      /^demo-a +EpisodeOfCare\.period\.start +[1-9]\d* +20\d\d-.* UTC +20\d\d-.* UTC$/m,
    );
    expect(said.out).toMatch(
      /^team not mapped: demo-a {2}Organization\/\S+ {2}since .* UTC, [1-9]\d* on its caseload$/m,
    );
    const [report] = documentOf<{ system: string; elements: object[]; teams: object[] }[]>(
      await run('systems', 'unmapped', 'demo-a', '--json'),
    );
    expect([report!.system, report!.teams.length]).toEqual(['demo-a', 1]);
    expect(report!.elements).toContainEqual({
      path: 'EpisodeOfCare.period.start',
      times: expect.any(Number),
      firstSeen: expect.any(String),
      lastSeen: expect.any(String),
    });
  });

  test('unmapped: a system that is none', async () => {
    expect(await run('systems', 'unmapped', 'demo-z')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/demo-z .*accepted: demo-a/),
    });
  });

  test('subscription: what to install, and that nobody is let in yet', async () => {
    const said = await run('systems', 'subscription', 'demo-a');
    expect(said.code).toBe(0);
    expect(documentOf(said)).toEqual({
      resourceType: 'Subscription',
      status: 'requested',
      reason: expect.any(String),
      criteria: expect.stringMatching(
        /^EpisodeOfCare\?organization=Organization\/team-[^,]+(,Organization\/[^,]+)+$/,
      ),
      channel: {
        type: 'rest-hook',
        endpoint: 'http://127.0.0.1:4000/hints/fhir/demo-a',
        header: ['Authorization: Bearer <hintSecret>'],
      },
    });
    expect(said.err).toMatch(/^The site has no hintSecret: /);
  });

  test('subscription: of a site beside real data, for teams of today, at the public address, without the secret', async () => {
    const [{ ods }] = (await rows.query<{ ods: string }>('select ods_code as ods from organisations limit 1'))
      .rows as [{ ods: string }];
    const secret = 'hints-of-a-trust-with-a-long-secret';
    const settings = {
      baseUrl: 'http://127.0.0.1:9/fhir',
      bearerToken: 'x',
      hintSecret: { env: 'HUB_SECRET_HINTS' },
    };
    const team = (reference: string, more: object) => ({ reference, team: null, ...more });
    const teams = [
      team('Organization/now', { validFrom: '2020-01-01' }),
      team('Organization/over', { validTo: '2020-01-01' }),
      team('Organization/later', { validFrom: '2999-01-01' }),
    ];
    const site = { name: 'Trust', organisation: ods, adapter: 'fhir-r4', settings, teams };
    const file = join(store.dataDir, 'hinted-sites.json');
    writeFileSync(file, JSON.stringify([{ ...site, code: 'hinted' }]));
    const env = {
      DATABASE_URL: store.env.DATABASE_URL,
      HUB_SITES_FILE: file,
      HUB_SECRET_HINTS: secret,
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
    };
    const unsaid = await hub(['systems', 'subscription', 'hinted'], env);
    expect(unsaid).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('HUB_PUBLIC_URL: required'),
    });
    const said = await hub(['systems', 'subscription', 'hinted', '--json'], {
      ...env,
      HUB_PUBLIC_URL: 'https://hub.trust.example/ips/',
    });
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(documentOf(said)).toMatchObject({
      criteria: 'EpisodeOfCare?organization=Organization/now',
      channel: { endpoint: 'https://hub.trust.example/ips/hints/fhir/hinted' },
    });
    expect(said.out).not.toContain(secret);
  });

  test('check: a system that is none', async () => {
    expect(await run('systems', 'check', 'demo-z')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/demo-z .*accepted: demo-a/),
    });
  });
});

describe('hub caseload refresh', () => {
  interface Pull {
    system: string;
    teamReference: string;
    kind: string;
    state: string;
    received: number;
    changed: number;
    failureCode: string | null;
  }

  test('a sweep reads every team whole and finds nothing new', async () => {
    const said = await run('caseload', 'refresh', '--kind', 'sweep', '--system', 'demo-a', '--json');
    const pulls = documentOf<Pull[]>(said);
    expect(said.code).toBe(0);
    expect(pulls).toHaveLength(8);
    for (const pull of pulls)
      expect(pull).toMatchObject({ kind: 'SWEEP', state: 'COMPLETE', changed: 0, failureCode: null });
    const received = pulls.reduce((sum, pull) => sum + pull.received, 0);
    expect(received).toBe(await count('caseload_memberships where observed_to is null'));
    expect(said.err).toMatch(/^demo-a Organization\/team-eip 100 %$/m);
  });

  test('what is logged goes to standard error, and standard output stays one document', async () => {
    const said = await hub(['caseload', 'refresh', '--json', '--quiet'], {
      ...store.env,
      HUB_LOG_LEVEL: 'debug',
    });
    expect(documentOf(said)).toHaveLength(8);
    expect(said.err).toMatch(/^\{"level":"info",.*"decisions looked at again"\}$/m);
  });

  test('an increment is the default, and quiet says nothing', async () => {
    const said = await run('caseload', 'refresh', '--quiet');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^SYSTEM +TEAM +KIND +STATE +RECEIVED +CHANGED +FAILURE\n/);
    expect(said.out.match(/INCREMENT +COMPLETE/g)).toHaveLength(8);
  });

  test('is on the audit record, once per system, with counts only', async () => {
    const { rows: events } = await rows.query<{ details: object; person_ids: string[] }>(
      `select details, person_ids from audit_events where operation = 'caseload refresh' order by at`,
    );
    expect(events[0]).toEqual({
      details: { system: 'demo-a', kind: 'SWEEP', teams: 8, failed: 0 },
      person_ids: [],
    });
  });

  test('a team that could not be read whole: exit 1, its failure by code, and nothing is lost', async () => {
    const before = await count('caseload_memberships where observed_to is null');
    const ofOneTeam = { type: 'EpisodeOfCare', query: 'team-eip' };
    await store.recordSystem.faults({ kind: 'json-null', match: ofOneTeam, times: 5 });
    const said = await run('caseload', 'refresh', '--kind', 'sweep', '--quiet', '--json');
    expect(said.code).toBe(1);
    const failed = documentOf<Pull[]>(said).filter(({ state }) => state === 'INCOMPLETE');
    expect(failed).toMatchObject([
      {
        teamReference: 'Organization/team-eip',
        failureCode: expect.stringMatching(/^HUB_(UPSTREAM|CASELOAD)_/),
      },
    ]);
    expect(await count('caseload_memberships where observed_to is null')).toBe(before);
  });

  test.each([
    [
      ['caseload', 'refresh', '--kind', 'some'],
      /--kind: some is no kind of pull; accepted: sweep or increment/,
    ],
    [
      ['caseload', 'refresh', '--system', 'demo-z'],
      /demo-z is not a record system of this hub; accepted: demo-a/,
    ],
  ])('%j', async (argv, words) => {
    expect(await run(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(words) });
  });
});

describe('hub eligibility check', () => {
  const someReferrals = async (): Promise<string[]> => {
    const { rows: found } = await rows.query<{ id: string }>(
      `(select r.id from referrals r join organisations o on o.id = r.organisation_id and o.ods_code = 'DEMO1' order by r.id limit 3)
       union all (select r.id from referrals r join organisations o on o.id = r.organisation_id and o.ods_code = 'DEMO2' order by r.id limit 1)`,
    );
    return found.map(({ id }) => id);
  };

  test('decides in every organisation and prints verdicts, criteria and clauses', async () => {
    const ids = await someReferrals();
    const before = await count('eligibility_decisions');
    const said = await run('eligibility', 'check', ...ids);
    expect(said).toMatchObject({ code: 0, err: '' });
    for (const id of ids)
      expect(said.out).toMatch(
        new RegExp(
          `^${id}  (ELIGIBLE|NOT_YET|NEEDS_CONFIRMATION|CANNOT_TELL|NOT_ELIGIBLE)  [A-Z_]+.*may proceed: `,
          'm',
        ),
      );
    expect(said.out).toMatch(/^ {4}(PASS|FAIL|UNKNOWN|CONFIRM|LATER|NOT_SPECIFIED) +\w+ +.*\(\d{3}:\d+/m);
    expect(await count('eligibility_decisions')).toBe(before + ids.length);
  });

  test('says nothing of the person', async () => {
    const ids = await someReferrals();
    const said = await run('eligibility', 'check', ...ids, '--json', '--purpose', 'CONTINUE');
    expect(documentOf(said)).toMatchObject({ decisions: expect.any(Array), refused: [] });
    const { rows: people } = await rows.query<Record<string, string | null>>(
      `select p.nhs_number, p.family_name, p.telephone, p.id::text from persons p join referrals r on r.person_id = p.id where r.id = any ($1)`,
      [ids],
    );
    for (const value of people.flatMap((person) => Object.values(person)))
      if (value) expect(said.out).not.toContain(value);
  });

  test('an id of nothing is refused by code beside the others’ answers', async () => {
    const [id] = await someReferrals();
    const absent = newId();
    const said = await run('eligibility', 'check', id!, absent, '--json');
    expect(said.code).toBe(1);
    expect(documentOf(said)).toMatchObject({
      decisions: [{ referralId: id }],
      refused: [{ referralId: absent, refusal: 'HUB_NOT_FOUND' }],
    });
  });

  test.each([
    [['not-an-id'], /referralId: not an id/],
    [[newId(), '--purpose', 'LEAVE'], /--purpose: LEAVE is no purpose; accepted: ENTRY, CONTINUE, RE_ENTRY/],
    [[newId(), '--as-of', '2026-02-30'], /--as-of: not a calendar date; accepted: YYYY-MM-DD/],
  ])('%j is refused before anything is opened', async (args, words) => {
    // With settings that would fail: the argument is looked at first.
    const said = await hub(['eligibility', 'check', ...args], { HUB_PORT: 'many' });
    expect(said).toMatchObject({ code: 2, out: '', err: expect.stringMatching(words) });
  });
});

describe('without a database', () => {
  test('schema print is the published schema', async () => {
    const said = await hub(['schema', 'print'], {});
    expect(said.out).toBe(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));
    expect(documentOf<{ sdl: string }>(await hub(['schema', 'print', '--json'], {})).sdl.trimEnd()).toBe(
      said.out.trimEnd(),
    );
  });

  test('config print shows what is in force and no secret', async () => {
    const secret = 'x'.repeat(20) + 'Y7'.repeat(10);
    const env = { ...store.env, HUB_CURSOR_SECRET: secret, HUB_PORT: '4321' };
    const said = await hub(['config', 'print'], env);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/^HUB_PORT +environment +4321$/m);
    expect(said.out).toMatch(/^HUB_CURSOR_SECRET +environment +\*{8}$/m);
    expect(said.out).toMatch(/^DATABASE_URL +environment +\*{8}$/m);
    expect(said.out).toMatch(/^HUB_SWEEP_HOURS +default +24$/m);
    const json = await hub(['config', 'print', '--json'], env);
    for (const text of [said.out, json.out]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(new URL(store.urls.ownerUrl).password);
    }
    expect(documentOf<{ name: string }[]>(json).map(({ name }) => name)).toContain('HUB_POOL_AUDIT');
  });
});

test('hub doctor finds the demonstration in working order, and the code that it leaves unmapped', async () => {
  const said = await run('doctor', '--json');
  const findings = documentOf<Finding[]>(said);
  expect(findings.filter(({ state }) => state === 'FAULT')).toEqual([]);
  expect(findings.find(({ check }) => check === 'team-map')).toMatchObject({
    state: 'WARNING',
    found: expect.stringMatching(/nobody has mapped/),
  });
  expect(findings.find(({ check }) => check === 'record-systems')!.state).toBe('OK');
  expect(said.code).toBe(0);
});

test('what was loaded into the directory stays, whatever commands follow', async () => {
  const file = join(store.dataDir, 'directory.json');
  const organisation = 'DEMO1';
  const directory = {
    organisations: [{ odsCode: organisation, name: 'Northwick', kind: 'TRUST' }],
    teams: [{ organisation, code: 'HL7', name: 'A further team', kind: 'CMHT' }],
    staff: [
      {
        organisation,
        subject: 'demo-specialist',
        displayName: 'Kit Marchbank',
        roles: ['EMPLOYMENT_SPECIALIST'],
        teams: ['HL7'],
      },
    ],
  };
  writeFileSync(file, JSON.stringify(directory));
  expect(await run('directory', 'load', file, '--valid-from', '2026-04-01')).toMatchObject({ code: 0 });
  expect(await run('destination', 'list')).toMatchObject({ code: 0 });
  const teams = await rows.query<{ code: string }>(
    `select t.code from staff_teams a join teams t on t.id = a.team_id join staff s on s.id = a.staff_id
     where s.subject = 'demo-specialist' and a.valid_to is null`,
  );
  expect(teams.rows).toEqual([{ code: 'HL7' }]);
});
