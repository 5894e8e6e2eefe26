/** A start that fails half-way: told by code and by what to correct, everything that had been started is stopped, and the next start works. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Environment } from '../../../src/platform/settings/settings.js';
import { Production, SITE_SECRET, tokenOf } from '../../support/production.js';
import { cloneDatabase } from '../../support/test-database.js';

interface Failure {
  readonly code: string;
  readonly message: string;
}

describe('a start that fails', () => {
  let production: Production;
  beforeAll(async () => {
    production = await new Production().build();
  });
  const taken: Server[] = [];
  afterEach(async () => {
    for (const one of taken.splice(0)) one.close();
    await production.stopHubs();
  });
  afterAll(() => production?.close());

  const failure = async (changes: Environment): Promise<Failure> => {
    try {
      await production.start(changes);
    } catch (error) {
      return error as Failure;
    }
    throw new Error('it started');
  };
  /** What is left of a start: connections to the database; jobs would keep some. */
  const leftovers = () => production.connections();
  const file = (text: string): string => {
    const path = join(production.folder, `spoilt-${Math.random()}.json`);
    writeFileSync(path, text);
    return path;
  };

  it('on a port that is taken names the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, message } = await failure({ HUB_PORT: String(port) });
    expect(code).toBe('HUB_SETTINGS_INVALID');
    expect(message).toBe(
      `HUB_PORT: ${port} is in use by another process; accepted: a free port, or 0 for any`,
    );
    expect(await leftovers()).toEqual([]);
    await new Promise((done) => other.close(done));
  });

  it('on an address that is not this machine’s names the host', async () => {
    const { code, message } = await failure({ HUB_HOST: '192.0.2.1' });
    expect(code).toBe('HUB_SETTINGS_INVALID');
    expect(message).toMatch(/^HUB_HOST: 192\.0\.2\.1 is no address of this machine/);
    expect(await leftovers()).toEqual([]);
  });

  it.each<[string, () => Environment, string, RegExp]>([
    [
      'an adapter that there is not',
      () => ({ HUB_SITES_FILE: production.sites({ adapter: 'telex' }) }),
      'HUB_ADAPTER_UNKNOWN',
      /telex.*fhir-r4/,
    ],
    [
      'settings that the adapter refuses',
      () => ({ HUB_SITES_FILE: production.sites({ settings: { baseUrl: 'ftp://x', auth: 'NONE' } }) }),
      'HUB_ADAPTER_SETTINGS',
      /baseUrl/,
    ],
    [
      'a secret that is not there',
      () => ({ HUB_SECRET_RECORD: undefined }),
      'HUB_SETTINGS_INVALID',
      /variable HUB_SECRET_RECORD is unset/,
    ],
    [
      'an organisation that the directory does not know',
      () => ({ HUB_SITES_FILE: production.sites({ organisation: 'RZZ' }) }),
      'HUB_INPUT_INVALID',
      /RZZ is not in the directory/,
    ],
    [
      'a team that the directory does not know',
      () => ({
        HUB_SITES_FILE: production.sites({ teams: [{ reference: 'Organization/x', team: 'NOPE' }] }),
      }),
      'HUB_INPUT_INVALID',
      /NOPE is not a team of RXX/,
    ],
    [
      'a field too many',
      () => ({ HUB_SITES_FILE: production.sites({ colour: 'red' }) }),
      'HUB_SETTINGS_INVALID',
      /colour/,
    ],
    [
      'a file that is no JSON',
      () => ({ HUB_SITES_FILE: file('{ "sites": ') }),
      'HUB_SETTINGS_INVALID',
      /HUB_SITES_FILE/,
    ],
    [
      'no such file',
      () => ({ HUB_SITES_FILE: '/no/such/file.json' }),
      'HUB_SETTINGS_INVALID',
      /HUB_SITES_FILE/,
    ],
  ])('on a site with %s', async (_what, changes, code, words) => {
    const failed = await failure(changes());
    expect(failed).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(failed.message).not.toContain(SITE_SECRET);
    expect(await leftovers()).toEqual([]);
  });

  it.each<[string, Partial<Record<'port' | 'password' | 'pathname', string>>]>([
    ['is not there', { port: '9' }],
    ['does not take the password', { password: 'mistaken-for-another' }],
    ['has no such database', { pathname: '/no_such_database' }],
  ])('on a server that %s: by code, without the password', async (_what, spoilt) => {
    const url = Object.assign(new URL(production.ownerUrl), spoilt);
    const failed = await failure({ DATABASE_URL: url.href });
    expect(failed.code).toBe('HUB_DATABASE_UNAVAILABLE');
    expect(JSON.stringify([failed, failed.message, (failed as { stack?: string }).stack])).not.toContain(
      url.password,
    );
  });

  it('on a database of a newer hub, which it leaves as it is', async () => {
    const copy = await cloneDatabase(new URL(production.ownerUrl).pathname.slice(1));
    const newer = new Production();
    try {
      Object.assign(newer, { superuserUrl: copy.superuserUrl });
      await newer.sql(`insert into migration_digests (name, digest) values ('Notes1999999999999', 'x')`);
      expect(await failure({ DATABASE_URL: copy.ownerUrl })).toMatchObject({
        code: 'HUB_DATABASE_MIGRATIONS',
      });
      expect(await copy.left()).toEqual([]);
      expect(await newer.sql('select code from clinical_record_systems')).toEqual(
        await production.sql('select code from clinical_record_systems'),
      );
    } finally {
      await copy.drop();
    }
  });

  it('leaves the way free: the same hub starts as soon as the fault is mended', async () => {
    const sites = production.sites({ adapter: 'telex' });
    await failure({ HUB_SITES_FILE: sites });
    const hub = await production.start();
    expect((await production.ask(hub, tokenOf(), '{ me { subject } }')).data).toEqual({
      me: { subject: 'kit' },
    });
  });

  it('is not one where the issuer does not answer: the hub is there, says why it takes no token, and keeps its record system', async () => {
    const hub = await production.start({ HUB_TOKEN_JWKS_URL: 'http://127.0.0.1:9/keys' });
    expect(await production.ask(hub, null, '{ __typename }')).toMatchObject({
      status: 200,
      data: { __typename: 'Query' },
    });
    expect(await production.ask(hub, tokenOf(), '{ me { subject } }')).toMatchObject({
      status: 503,
      codes: ['HUB_ACCESS_KEYS_UNAVAILABLE'],
    });
    expect((await fetch(`${hub.url}/health/live`)).status).toBe(200);
  });

  it('is not one where the record system does not answer: that is for its page to show', async () => {
    const hub = await production.start({
      HUB_SITES_FILE: production.sites({
        settings: { baseUrl: 'http://127.0.0.1:9/fhir', auth: 'NONE', maxAttempts: 1 },
      }),
    });
    const manager = tokenOf({ sub: 'max', roles: ['TEAM_MANAGER'] });
    const refresh = await production.ask(
      hub,
      manager,
      'mutation { refreshCaseload(systemCode: "record", kind: SWEEP) { __typename } }',
    );
    expect(refresh.codes).toEqual(['HUB_UPSTREAM_UNREACHABLE']);
    const systems = await production.ask(
      hub,
      manager,
      '{ clinicalRecordSystems { nodes { lastFailureCode } } }',
    );
    expect(systems.data).toEqual({
      clinicalRecordSystems: { nodes: [{ lastFailureCode: 'HUB_UPSTREAM_UNREACHABLE' }] },
    });
  });

  it('on a port of a listener that is taken names the site, its setting, the address and why', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    taken.push(other);
    const { port: listenPort } = other.address() as { port: number };
    const site = { code: 'pas', adapter: 'hl7v2', teams: [] };
    const of = (settings: object) => ({ HUB_SITES_FILE: production.sites({ ...site, settings }) });
    expect(await failure(of({ listenPort }))).toMatchObject({
      code: 'HUB_SETTINGS_INVALID',
      message: `sites.pas.settings.listenPort: 127.0.0.1:${listenPort} is in use by another process`,
    });
    expect(await failure(of({ listenPort: 0, listenHost: '192.0.2.1' }))).toMatchObject({
      code: 'HUB_SETTINGS_INVALID',
      message: 'sites.pas.settings.listenHost: 192.0.2.1:0 is no address of this machine',
    });
    // Nothing went wrong on the wire: what is counted there is to be looked at by somebody.
    expect(await production.sql('select path from unmapped_elements')).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });
});
