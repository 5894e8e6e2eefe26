/** Small parts of the composition: the banner, adapters of sites, who may refresh what, which tokens are taken. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterModules } from '../../../adapters/registry.js';
import type { Caller } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { banner } from '../../../src/main/banner.js';
import { embeddedFolder, findDataStore } from '../../../src/main/data-store.js';
import type { Hub } from '../../../src/main/open-hub.js';
import { refreshByCaller } from '../../../src/main/refresh-by-caller.js';
import { adapterFor } from '../../../src/main/site-adapter.js';
import { hubVersion } from '../../../src/main/start-hub.js';
import { type ConnectedSystem, publishedKeys, systemByCode } from '../../../src/main/systems.js';
import { TOKEN_ROLES, tokenVerifierFor } from '../../../src/main/token-keys.js';
import { readSettings, type Settings } from '../../../src/platform/settings/settings.js';
import type { SiteProfile } from '../../../src/platform/settings/site-profiles.js';

const clock = new FixedClock(new Date('2026-03-11T12:00:00.000Z'));
const GIVEN = { clock, logger: silentLogger };

describe('banner', () => {
  const facts = {
    version: '1.2.3',
    url: 'http://127.0.0.1:4000',
    isDemonstration: true,
    recordSystem: 'http://127.0.0.1:9/fhir',
    startedInMs: 2_345,
  };

  it('of a demonstration has every address, how to sign in and what to try', () => {
    const text = banner(facts);
    for (const words of [
      'IPS Hub 1.2.3',
      'http://127.0.0.1:4000/graphql',
      'http://127.0.0.1:4000/explorer',
      'http://127.0.0.1:4000/health/ready',
      'http://127.0.0.1:9/fhir',
      'not for real patients',
      'hub -- token specialist',
      'hub -- systems check',
      'hub -- doctor',
      'Started in 2.3 s.',
    ])
      expect(text).toContain(words);
    for (const role of TOKEN_ROLES) expect(text).toContain(role);
  });

  it('of a hub with real data offers nothing of the demonstration', () => {
    const text = banner({ ...facts, isDemonstration: false, recordSystem: null });
    expect(text).toContain('http://127.0.0.1:4000/graphql');
    expect(text).not.toMatch(/explorer|token|Records|demonstration/i);
  });

  it('names a record system only where there is one', () => {
    expect(banner({ ...facts, recordSystem: null })).not.toContain('Records');
  });

  it('is lines indented alike, none at its end with a blank, with room around', () => {
    const lines = banner(facts).split('\n');
    expect(lines.at(0)).toBe('');
    expect(lines.slice(-2)).toEqual(['', '']);
    for (const line of lines.filter(Boolean)) expect(line).toMatch(/^ {2}( {12})?\S.*\S$/);
  });
});

test('the version is the package’s', () => {
  expect(hubVersion()).toMatch(/^\d+\.\d+\.\d+/);
});

describe('adapters of sites', () => {
  const profile = (change: Partial<SiteProfile> = {}): SiteProfile => ({
    code: 'home',
    name: 'Record',
    organisation: 'RXX',
    adapter: 'fhir-r4',
    settings: { baseUrl: 'http://127.0.0.1:9/fhir', auth: 'NONE' },
    shownSettings: {},
    teams: [],
    ...change,
  });

  it('are made by the module of their name', async () => {
    const adapter = adapterFor(profile(), GIVEN);
    expect(adapter.caseload).toBeDefined();
    await adapter.close();
  });

  it('of an unknown name are refused with the names there are', () => {
    expect(() => adapterFor(profile({ adapter: 'telex' }), GIVEN)).toThrow(
      expect.objectContaining({
        code: 'HUB_ADAPTER_UNKNOWN',
        message: expect.stringContaining([...adapterModules.keys()].join(', ')),
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString'])('are never found by a name of Object: %s', (adapter) => {
    expect(() => adapterFor(profile({ adapter }), GIVEN)).toThrow(
      expect.objectContaining({ code: 'HUB_ADAPTER_UNKNOWN' }),
    );
  });

  it('of wrong settings are refused with every fault', () => {
    expect(() => adapterFor(profile({ settings: { baseUrl: 'ftp://x', pageSize: 0 } }), GIVEN)).toThrow(
      expect.objectContaining({
        code: 'HUB_ADAPTER_SETTINGS',
        message: expect.stringMatching(/baseUrl.*pageSize/s),
      }),
    );
  });

  it('publish their public keys, each once, and nothing of the private ones', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const settings = {
      baseUrl: 'https://fhir.example/r4',
      auth: 'SMART_BACKEND',
      tokenUrl: 'https://auth.example/token',
      clientId: 'hub',
      scopes: 'system/Patient.rs',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    const keys = publishedKeys([profile({ settings }), profile({ code: 'b', settings }), profile({})]);
    expect(keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig' })]);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('are found by the code of their site', () => {
    const systems = ['a', 'b'].map((code) => ({
      profile: profile({ code }),
    })) as unknown as ConnectedSystem[];
    expect(systemByCode(systems, 'b')).toBe(systems[1]);
    expect(() => systemByCode(systems, 'c')).toThrow(
      expect.objectContaining({ code: 'HUB_INPUT_INVALID', message: expect.stringContaining('a, b') }),
    );
    expect(() => systemByCode([], 'c')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('none is configured') }),
    );
  });
});

describe('a refresh that somebody asks for', () => {
  type Team = { pullId: string; state: 'COMPLETE' | 'INCOMPLETE'; failureCode: string | null };
  const system = (code: string, organisationId: string) => ({
    profile: { code },
    system: { id: code, organisationId, code },
    adapter: {},
  });
  const caller = { subject: 'mo', scope: { organisationId: 'home' } } as unknown as Caller;

  /** A hub that notes what is done, in order. */
  function hubWith(teams: Team[] | Error) {
    const done: string[] = [];
    const note = (what: string) => async () => {
      done.push(what);
      return 0;
    };
    const hub = {
      logger: silentLogger,
      database: { transaction: note('forget') },
      systems: [system('record', 'home'), system('theirs', 'other')],
      audit: {
        record: async (_caller: Caller, event: { details: object }) =>
          void done.push(`audit ${JSON.stringify(event.details)}`),
      },
      services: {
        refresh: {
          refreshSystem: async ({ code }: { code: string }, _adapter: object, kind: string) => {
            done.push(`refresh ${code} ${kind}`);
            if (teams instanceof Error) throw teams;
            return teams;
          },
        },
        confirmations: { escalateOverdue: note('escalate') },
        reviews: { decideThoseDue: note('decide'), findDifferences: note('find') },
      },
    } as unknown as Hub;
    return { refresh: refreshByCaller(hub), done };
  }
  const complete = (pullId: string): Team => ({ pullId, state: 'COMPLETE', failureCode: null });
  const failed = (pullId: string, failureCode = 'HUB_UPSTREAM_TIMEOUT'): Team => ({
    pullId,
    state: 'INCOMPLETE',
    failureCode,
  });

  it('pulls, puts on record, then looks again', async () => {
    const { refresh, done } = hubWith([complete('1'), complete('2')]);
    expect(await refresh(caller, 'record', 'SWEEP')).toEqual(['1', '2']);
    expect(done).toEqual([
      'refresh record SWEEP',
      'audit {"system":"record","kind":"SWEEP","teams":2,"failed":0}',
      'escalate',
      'decide',
      'find',
      'forget',
    ]);
  });

  it('in part is an answer with every pull', async () => {
    const { refresh, done } = hubWith([failed('1'), complete('2')]);
    expect(await refresh(caller, 'record', 'INCREMENT')).toEqual(['1', '2']);
    expect(done).toContain('find');
  });

  it('of which nothing came is a failure with the first one’s code, on record, and nothing is looked at', async () => {
    const { refresh, done } = hubWith([failed('1'), failed('2', 'HUB_CASELOAD_INCOMPLETE')]);
    await expect(refresh(caller, 'record', 'SWEEP')).rejects.toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
    expect(done).toEqual(['refresh record SWEEP', expect.stringMatching(/^audit .*"failed":2/)]);
  });

  it('of a system without a team is an answer without a pull', async () => {
    expect(await hubWith([]).refresh(caller, 'record', 'SWEEP')).toEqual([]);
  });

  it.each(['theirs', 'nowhere', ''])(
    'of %j, which is not the caller’s, is refused and nothing is done',
    async (code) => {
      const { refresh, done } = hubWith([complete('1')]);
      await expect(refresh(caller, code, 'SWEEP')).rejects.toMatchObject({
        code: 'HUB_INPUT_INVALID',
        details: { field: 'systemCode', accepted: 'record' },
      });
      expect(done).toEqual([]);
    },
  );

  it('that another process holds stays as it is told', async () => {
    const { refresh, done } = hubWith(new HubError('HUB_BUSY'));
    await expect(refresh(caller, 'record', 'SWEEP')).rejects.toMatchObject({ code: 'HUB_BUSY' });
    expect(done).toEqual(['refresh record SWEEP']);
  });
});

describe('the data store and tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-main-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const production = (): Settings =>
    readSettings({
      DATABASE_URL: 'postgres://owner:secret@127.0.0.1:9/hub',
      HUB_TOKEN_ISSUER: 'https://issuer.example',
      HUB_TOKEN_AUDIENCE: 'hub',
      HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
      HUB_CURSOR_SECRET: 'kT3xPq9vW2mZ7rB4nY6sL1dF8hJ5gC0a',
      HUB_DATA_DIR: join(folder, 'unused'),
    });

  it('a server that is named is used, not started, and not stopped', async () => {
    const store = await findDataStore(production());
    expect(store).toMatchObject({ ownerUrl: 'postgres://owner:secret@127.0.0.1:9/hub', embedded: false });
    await store.stop();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('the embedded one is kept in a folder of its own below the data', () => {
    expect(embeddedFolder({ dataDir: '/srv/hub' })).toBe('/srv/hub/postgres');
  });

  it('an issuer that is configured is the only one, and no keys are made', async () => {
    const verifier = await tokenVerifierFor(production(), clock);
    await expect(verifier.verify('a.b.c')).rejects.toMatchObject({ code: 'HUB_ACCESS_TOKEN' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('without one a demonstration makes its own keys', async () => {
    await tokenVerifierFor(readSettings({ HUB_DATA_DIR: join(folder, 'demo') }), clock);
    expect(readdirSync(join(folder, 'demo')).length).toBeGreaterThan(0);
  });

  it('every role has somebody to sign in as, named once', () => {
    expect(new Set(TOKEN_ROLES).size).toBe(TOKEN_ROLES.length);
    expect(TOKEN_ROLES).toEqual(
      expect.arrayContaining([
        'specialist',
        'manager',
        'coordinator',
        'analyst',
        'integration',
        'administrator',
      ]),
    );
  });
});
