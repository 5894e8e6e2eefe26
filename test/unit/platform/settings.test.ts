/** Settings: defaults, every fault at once, groups, what a hub with real data needs, masking, and the generated pages. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubError } from '../../../src/core/errors.js';
import { cursorSecret } from '../../../src/platform/settings/cursor-secret.js';
import {
  printSettings,
  renderConfigurationPage,
  renderEnvExample,
} from '../../../src/platform/settings/setting-docs.js';
import { SETTINGS } from '../../../src/platform/settings/setting-table.js';
import { type Environment, readSettings } from '../../../src/platform/settings/settings.js';

const SECRET = 's'.repeat(32);
const real: Environment = {
  DATABASE_URL: 'postgres://hub_owner:hunter2@db.example:5432/hub',
  HUB_TOKEN_ISSUER: 'https://id.example',
  HUB_TOKEN_AUDIENCE: 'ips-hub',
  HUB_TOKEN_JWKS_URL: 'https://id.example/keys',
  HUB_CURSOR_SECRET: SECRET,
};

function faultsOf(env: Environment): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    expect(error).toMatchObject({ code: 'HUB_SETTINGS_INVALID' });
    return (error as HubError).details.faults as readonly string[];
  }
  return [];
}

describe('readSettings', () => {
  it('needs nothing: an empty environment is a demonstration', () => {
    expect(readSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.data',
      roles: ['http', 'worker', 'delivery', 'listener'],
      databaseUrl: null,
      sitesFile: null,
      isDemonstration: true,
      poolStaff: 2,
      refreshMinutes: 15,
      sweepHours: 24,
      unknownNames: [],
    });
  });

  it('reads every kind and takes blanks for unset', () => {
    const settings = readSettings({
      ...real,
      HUB_PORT: ' 0 ',
      HUB_ROLES: 'worker, worker',
      HUB_LOG_LEVEL: 'debug',
      HUB_HOST: '  ',
    });
    expect(settings).toMatchObject({
      port: 0,
      roles: ['worker'],
      logLevel: 'debug',
      host: '127.0.0.1',
      tokenAudience: 'ips-hub',
      isDemonstration: false,
    });
  });

  it('tells every fault at once, by name, fault and what is accepted', () => {
    const faults = faultsOf({
      ...real,
      HUB_PORT: '80800',
      HUB_ROLES: 'http,cleaner',
      HUB_LOG_LEVEL: 'loud',
      HUB_REFRESH_MINUTES: '1.5',
      HUB_TOKEN_ISSUER: 'id.example',
    });
    expect(faults).toEqual([
      'HUB_PORT: "80800" is not acceptable; accepted: a whole number from 0 to 65535',
      'HUB_ROLES: "http,cleaner" is not acceptable; accepted: one or more of http, worker, delivery, listener, separated by commas',
      'HUB_LOG_LEVEL: "loud" is not acceptable; accepted: error | warn | info | debug',
      'HUB_TOKEN_ISSUER: "id.example" is not acceptable; accepted: an absolute URL (https, http)',
      'HUB_REFRESH_MINUTES: "1.5" is not acceptable; accepted: a whole number from 1 to 1440',
    ]);
  });

  it('never shows a secret in a fault', () => {
    const faults = faultsOf({ ...real, DATABASE_URL: 'mysql://a:hunter2@b/c', HUB_CURSOR_SECRET: 'hunter2' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('refuses a database URL without a password', () => {
    expect(faultsOf({ ...real, DATABASE_URL: 'postgres://hub_owner@db.example/hub' })).toEqual([
      'DATABASE_URL: not acceptable (its value is not shown); accepted: postgres://owner:password@host:port/database, with a password',
    ]);
  });

  it('refuses a group that is half set', () => {
    expect(faultsOf({ HUB_TOKEN_ISSUER: 'https://id.example' })).toEqual([
      'HUB_TOKEN_AUDIENCE: missing beside HUB_TOKEN_ISSUER; accepted: a text',
      'HUB_TOKEN_JWKS_URL: missing beside HUB_TOKEN_ISSUER; accepted: an absolute URL (https, http)',
    ]);
  });

  it('refuses real data without an issuer or a cursor secret, and no database without a demonstration', () => {
    const named = (env: Environment) => faultsOf(env).map((fault) => fault.split(':')[0]);
    expect(named({ DATABASE_URL: real.DATABASE_URL })).toEqual(['HUB_TOKEN_ISSUER', 'HUB_CURSOR_SECRET']);
    expect(named({ ...real, DATABASE_URL: undefined, HUB_DEMONSTRATION: 'off' })).toEqual(['DATABASE_URL']);
    expect(readSettings({ DATABASE_URL: real.DATABASE_URL, HUB_DEMONSTRATION: 'on' }).isDemonstration).toBe(
      true,
    );
  });

  it('names what looks like a misspelt setting', () => {
    expect(
      readSettings({ HUB_PROT: '1', HUB_SECRET_NORTH: 'x', HUB_TEST_LONG: '1', PATH: '/' }).unknownNames,
    ).toEqual(['HUB_PROT']);
  });
});

describe('printSettings', () => {
  it('masks what is secret and tells where each value comes from', () => {
    const printed = printSettings(readSettings(real), real);
    const of = (name: string) => printed.find((line) => line.name === name);
    expect(of('DATABASE_URL')).toEqual({ name: 'DATABASE_URL', value: '********', source: 'environment' });
    expect(of('HUB_PORT')).toEqual({ name: 'HUB_PORT', value: '4000', source: 'default' });
    expect(of('HUB_ROLES')?.value).toBe('http,worker,delivery,listener');
    expect(JSON.stringify(printed)).not.toMatch(/hunter2|ssss/);
  });

  it('shows an unset secret as unset', () => {
    expect(printSettings(readSettings({}), {}).find((line) => line.name === 'HUB_CURSOR_SECRET')?.value).toBe(
      '',
    );
  });
});

describe('cursorSecret', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hub-settings-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('is made once beside a demonstration’s data, for its owner’s eyes', () => {
    const made = cursorSecret({ cursorSecret: null, dataDir });
    expect(made.length).toBeGreaterThanOrEqual(32);
    expect(cursorSecret({ cursorSecret: null, dataDir })).toBe(made);
    expect(statSync(join(dataDir, 'cursor.secret')).mode & 0o777).toBe(0o600);
  });

  it('is the setting when there is one', () => {
    expect(cursorSecret({ cursorSecret: SECRET, dataDir })).toBe(SECRET);
  });
});

describe('generated pages', () => {
  it.each([
    ['.env.example', renderEnvExample],
    ['docs/configuration.md', renderConfigurationPage],
  ])('%s is what the table says (HUB_TEST_WRITE=1 writes it)', (path, render) => {
    if (process.env.HUB_TEST_WRITE) writeFileSync(path, render());
    expect(readFileSync(path, 'utf8')).toBe(render());
  });

  it('name every setting', () => {
    for (const { name } of Object.values(SETTINGS)) {
      expect(renderEnvExample()).toContain(`#${name}=`);
      expect(renderConfigurationPage()).toContain(`\`${name}\``);
    }
  });
});
