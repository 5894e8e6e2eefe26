/** A production start: the operator's database, issuer and record system; nothing of the demonstration. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { DemonstrationIssuer } from '../../../src/access/tokens/demonstration-issuer.js';
import { seedSpecifications } from '../../../src/contracts/specification.service.js';
import { NO_SCOPE, Role } from '../../../src/core/caller.js';
import { systemClock } from '../../../src/core/clock.js';
import type { RunningHub } from '../../../src/main/start-hub.js';
import { DEMONSTRATION_AUDIENCE } from '../../../src/main/token-keys.js';
import { openDatabase } from '../../../src/platform/database/pg-database.js';
import { eventually } from '../../support/eventually.js';
import { Production, strangersToken, tokenOf } from '../../support/production.js';

describe('a production start', () => {
  let production: Production;
  let hub: RunningHub;
  beforeAll(async () => {
    production = await new Production().build();
    hub = await production.start();
  });
  afterAll(() => production?.close());

  const ask = (token: string | null, query: string, variables?: object) =>
    production.ask(hub, token, query, variables);

  describe('nothing of the demonstration', () => {
    it('is in the banner', () => {
      expect(hub.banner).toMatch(/IPS Hub \d+\.\d+\.\d+ {2}- {2}ready/);
      expect(hub.banner).toContain(`${hub.url}/graphql`);
      expect(hub.banner).toContain(`${hub.url}/health/ready`);
      expect(hub.banner).toContain('hub doctor');
      expect(hub.banner).not.toMatch(/explorer|demonstration|token|Records/i);
    });

    it('is on disk: no database server, no record system, no keys', () => {
      expect(existsSync(production.env().HUB_DATA_DIR!)).toBe(false);
    });

    it('is in the database: no organisation, person or system but the operator’s', async () => {
      expect(await production.sql('select ods_code from organisations order by 1')).toEqual([
        { ods_code: 'COM' },
        { ods_code: 'RXX' },
      ]);
      expect(await production.sql('select code from clinical_record_systems')).toEqual([{ code: 'record' }]);
      expect(await production.sql('select id from persons')).toEqual([]);
      expect(await production.sql('select id from service_specifications')).toEqual([]);
    });

    it.each(['/explorer', '/explorer/', '/explorer/boot.js', '/explorer/examples.json'])(
      '%s is not there',
      async (path) => {
        expect((await fetch(`${hub.url}${path}`)).status).toBe(404);
      },
    );
  });

  describe('tokens', () => {
    it('of the configured issuer are taken for people in the directory', async () => {
      const { data, status } = await ask(tokenOf(), '{ me { subject role purpose teamIds } }');
      expect(status).toBe(200);
      const [team] = await production.sql<{ id: string }>(`select id from teams where code = 'CMHT'`);
      expect(data).toEqual({
        me: { subject: 'kit', role: 'EMPLOYMENT_SPECIALIST', purpose: 'DIRECT_CARE', teamIds: [team!.id] },
      });
    });

    it.each([
      ['max', 'TEAM_MANAGER', 'RXX'],
      ['cas', 'CARE_COORDINATOR', 'RXX'],
      ['ann', 'ANALYST', 'COM'],
    ])('%s is a %s', async (sub, role, org) => {
      expect((await ask(tokenOf({ sub, roles: [role], org }), '{ me { role } }')).data).toEqual({
        me: { role },
      });
    });

    it('of the demonstration’s issuer are refused, with its real keys', async () => {
      const issuer = await DemonstrationIssuer.open(production.folder, DEMONSTRATION_AUDIENCE, systemClock);
      for (const org of ['RXX', 'DEMO1']) {
        const token = await issuer.issue({
          subject: 'kit',
          roles: [Role.EMPLOYMENT_SPECIALIST],
          org,
          ttlSeconds: 600,
        });
        expect(await ask(token, '{ me { subject } }')).toMatchObject({
          status: 401,
          codes: ['HUB_ACCESS_TOKEN'],
        });
      }
    });

    it.each<[string, string]>([
      ['of another key', strangersToken()],
      ['of another issuer', tokenOf({ iss: 'https://elsewhere.example' })],
      ['for another hub', tokenOf({ aud: 'another-hub' })],
      ['that has expired', tokenOf({ iat: 1_000_000_000, exp: 1_000_000_600 })],
      ['that never expires', tokenOf({ exp: undefined })],
      ['for nobody', tokenOf({ sub: undefined })],
      ['cut short', tokenOf().slice(0, -4)],
      ['that is none', 'kit'],
    ])('%s are refused', async (_what, token) => {
      const answer = await ask(token, '{ me { subject } }');
      expect(answer).toMatchObject({ status: 401, codes: ['HUB_ACCESS_TOKEN'] });
      expect(answer.data ?? null).toBeNull();
    });

    it.each([
      ['somebody whom the directory does not know', { sub: 'ned' }, 'HUB_ACCESS_NO_STAFF'],
      ['somebody of another organisation', { org: 'COM' }, 'HUB_ACCESS_NO_STAFF'],
      ['a role that the directory does not give', { roles: ['TEAM_MANAGER'] }, 'HUB_ACCESS_REFUSED'],
    ])('of %s are refused', async (_what, change, code) => {
      expect((await ask(tokenOf(change), '{ me { subject } }')).codes).toEqual([code]);
    });

    it('are not needed to learn that the hub is there, and nothing else goes without', async () => {
      expect(await ask(null, '{ __typename }')).toMatchObject({ status: 200, data: { __typename: 'Query' } });
      expect(await ask(null, '{ teams { totalCount } }')).toMatchObject({
        codes: ['HUB_ACCESS_UNAUTHENTICATED'],
      });
      expect(await ask(null, '{ __schema { types { name } } }')).toMatchObject({
        codes: ['HUB_ACCESS_UNAUTHENTICATED'],
      });
    });
  });

  it('answers health: alive, ready, and how its record system is', async () => {
    expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${hub.url}/health/ready`);
    expect(ready.status).toBe(200);
    const body = JSON.stringify(await ready.json());
    expect(body).toContain('"database"');
    expect(body).not.toContain(new URL(production.ownerUrl).password);
  });

  it('asks its record system in the background how it fits its site, and shows the word', async () => {
    const profileOf = async (): Promise<string | undefined> => {
      const ready = await fetch(`${hub.url}/health/ready`);
      const { systems } = (await ready.json()) as { systems: { system: string; profile: string }[] };
      return systems.find(({ system }) => system === 'record')?.profile;
    };
    await eventually(async () => (await profileOf()) !== 'NOT_ASKED');
    // The test's server states nothing but its version.
    expect(await profileOf()).toBe('NOT_STATED');
  });

  it('has the site of its file in the graph', async () => {
    const { data } = await ask(
      tokenOf(),
      '{ clinicalRecordSystems { nodes { code name adapter caseloads { teamReference team { code } } } } }',
    );
    expect(data).toEqual({
      clinicalRecordSystems: {
        nodes: [
          {
            code: 'record',
            name: 'Record system',
            adapter: 'fhir-r4',
            caseloads: [
              { teamReference: 'Organization/cmht', team: { code: 'CMHT' } },
              { teamReference: 'Organization/eip', team: { code: 'EIP' } },
            ],
          },
        ],
      },
    });
  });

  it('works without a specification until one is seeded: a referral names what is missing', async () => {
    const [team] = await production.sql<{ id: string }>(`select id from teams where code = 'CMHT'`);
    const record = (idempotencyKey: string) =>
      ask(
        tokenOf(),
        'mutation ($input: RecordReferralInput!) { recordReferral(input: $input) { ... on ReferralChanged { referral { state } } ... on Refusal { code field } } }',
        {
          input: {
            idempotencyKey,
            specificationCode: 'QVV/0294',
            teamId: team!.id,
            route: 'SELF',
            receivedOn: '2026-03-02',
            person: { givenName: 'Jory', familyName: 'Penhallam' },
          },
        },
      );
    expect((await ask(tokenOf(), '{ serviceSpecifications { totalCount } }')).data).toEqual({
      serviceSpecifications: { totalCount: 0 },
    });
    expect((await record('without-specification')).data).toEqual({
      recordReferral: { code: 'HUB_NOT_FOUND', field: 'specificationCode' },
    });
    const database = await openDatabase({ ownerUrl: production.ownerUrl, entities: [] });
    await database.transaction('write', NO_SCOPE, (tx) => seedSpecifications(tx, ALL_SPECIFICATIONS));
    await database.close();
    expect((await record('with-specification')).data).toEqual({
      recordReferral: { referral: { state: 'RECEIVED' } },
    });
  });
});

describe('roles of a process', () => {
  let production: Production;
  beforeAll(async () => {
    production = await new Production().build();
  });
  afterEach(() => production.stopHubs());
  afterAll(() => production?.close());

  it('http alone serves and keeps no schedule', async () => {
    const hub = await production.start({ HUB_ROLES: 'http' });
    expect((await production.ask(hub, tokenOf(), '{ me { subject } }')).data).toEqual({
      me: { subject: 'kit' },
    });
    expect(await production.sql(`select nspname from pg_namespace where nspname = 'pgboss'`)).toEqual([]);
  });

  it('worker alone keeps schedules and serves nobody', async () => {
    const hub = await production.start({
      HUB_ROLES: 'worker',
      HUB_REFRESH_MINUTES: '7',
      HUB_SWEEP_HOURS: '3',
    });
    expect(hub.url).toBeNull();
    expect(hub.banner).toContain('this process serves no requests');
    const [system] = await production.sql<{ id: string; organisation_id: string }>(
      'select id, organisation_id from clinical_record_systems',
    );
    const schedules = await production.sql<{ name: string; key: string; cron: string }>(
      'select name, key, cron from pgboss.schedule order by name, key',
    );
    expect(schedules.map(({ name, key }) => `${name} ${key}`)).toEqual([
      `caseload-refresh increment-${system!.id}`,
      `caseload-refresh sweep-${system!.id}`,
      `eligibility-review ${system!.organisation_id}`,
      `message-retention ${system!.organisation_id}`,
      `note-chase ${system!.organisation_id}`,
    ]);
    expect(schedules.map(({ cron }) => Number(/INTERVAL=(\d+)/.exec(cron)?.[1]))).toEqual([
      7, 180, 30, 60, 5,
    ]);
  });

  it('a system taken out of the file loses its schedules, not its history', async () => {
    await production.start({ HUB_ROLES: 'worker' });
    await production.stopHubs();
    await production.start({ HUB_ROLES: 'worker', HUB_SITES_FILE: undefined });
    expect(await production.sql('select name from pgboss.schedule')).toEqual([]);
    expect(await production.sql('select code from clinical_record_systems')).toEqual([{ code: 'record' }]);
  });

  it('two hubs on one database both serve, and a cursor of one is a cursor of the other', async () => {
    const [one, two] = await Promise.all([production.start(), production.start()]);
    expect(one!.url).not.toBe(two!.url);
    const page = (hub: RunningHub, after: string | null) =>
      production.ask(
        hub,
        tokenOf(),
        'query ($after: String) { teams(first: 1, after: $after) { nodes { code } pageInfo { endCursor } } }',
        { after },
      );
    const first = (await page(one!, null)).data as { teams: { pageInfo: { endCursor: string } } };
    expect((await page(two!, first.teams.pageInfo.endCursor)).data).toMatchObject({
      teams: { nodes: [{ code: 'EIP' }] },
    });
  });

  it('of two hubs asked to refresh at once one does it, and the other says that it is being done', async () => {
    const [one, two] = await Promise.all([production.start(), production.start()]);
    const manager = tokenOf({ sub: 'max', roles: ['TEAM_MANAGER'] });
    const refresh = (hub: RunningHub) =>
      production.ask(
        hub,
        manager,
        'mutation { refreshCaseload(systemCode: "record", kind: SWEEP) { __typename ... on Refusal { code } } }',
      );
    const seen = production.fhir.seen.length;
    const answers = await Promise.all([refresh(one!), refresh(two!), refresh(one!), refresh(two!)]);
    const results = answers.map(
      ({ data }) => (data as { refreshCaseload: { __typename: string; code?: string } }).refreshCaseload,
    );
    const done = results.filter(({ __typename }) => __typename === 'CaseloadRefreshed');
    expect(done.length).toBeGreaterThan(0);
    expect(results.filter((result) => !done.includes(result)).every(({ code }) => code === 'HUB_BUSY')).toBe(
      true,
    );
    expect(production.fhir.seen.length).toBeGreaterThan(seen);
    const [overlaps] = await production.sql<{ n: number }>(
      `select count(*)::integer as n from caseload_pulls a join caseload_pulls b on a.system_id = b.system_id and a.fence < b.fence
       where tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at)`,
    );
    expect(overlaps!.n).toBe(0);
  });

  it('a hint to a process that only serves is kept for one that works, which asks for what has changed', async () => {
    const secret = 'a-hint-secret-of-at-least-32-characters';
    const settings = {
      baseUrl: production.fhir.baseUrl,
      bearerToken: { env: 'HUB_SECRET_RECORD' },
      hintSecret: { env: 'HUB_SECRET_HINTS' },
    };
    const changes = {
      HUB_SITES_FILE: production.sites({ settings }),
      HUB_SECRET_HINTS: secret,
      HUB_HINT_SECONDS: '1',
    };
    const serving = await production.start({ ...changes, HUB_ROLES: 'http' });
    const hint = async (given: string) => {
      const headers = { authorization: `Bearer ${given}`, 'content-type': 'application/fhir+json' };
      const init = { method: 'POST', headers, body: '{"resourceType":"EpisodeOfCare"}' };
      return (await fetch(`${serving.url}/hints/fhir/record`, init)).status;
    };
    expect(await Promise.all([hint(secret), hint(secret), hint(`${secret}x`)])).toEqual([202, 202, 401]);
    const metrics = await (await fetch(`${serving.url}/metrics`)).text();
    for (const outcome of ['accepted', 'coalesced', 'refused'])
      expect(metrics).toContain(`hub_hints_total{system="record",outcome="${outcome}"} 1`);
    const waiting = 'select from caseload_hints where asked > answered';
    expect(await production.sql(waiting)).toHaveLength(1);
    const since = new Date();
    await production.start({ ...changes, HUB_ROLES: 'worker' });
    while ((await production.sql(waiting)).length > 0) await sleep(50);
    const pulls = await production.sql<{ state: string }>(
      'select distinct state from caseload_pulls where started_at >= $1',
      [since],
    );
    expect(pulls).toEqual([{ state: 'COMPLETE' }]);
  });
});
