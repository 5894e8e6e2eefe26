/** Site profiles: secrets from their places, every fault at once, nothing quoted from the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubError } from '../../../src/core/errors.js';
import { parseSiteProfiles, readSiteProfiles } from '../../../src/platform/settings/site-profiles.js';

const site = {
  code: 'north',
  name: 'North record system',
  organisation: 'RX0',
  adapter: 'fhir-r4',
  settings: { baseUrl: 'https://fhir.example', auth: { secret: { env: 'HUB_SECRET_NORTH' } } },
  teams: [
    { reference: 'Organization/1', team: 'CMHT-N', validFrom: '2024-02-29' },
    { reference: 'Organization/2', team: null },
  ],
};
const env = { HUB_SECRET_NORTH: 'hunter2' };

function faultsOf(sites: unknown, environment = env): readonly string[] {
  try {
    parseSiteProfiles(typeof sites === 'string' ? sites : JSON.stringify(sites), environment);
  } catch (error) {
    expect(error).toMatchObject({ code: 'HUB_SETTINGS_INVALID' });
    return (error as HubError).details.faults as readonly string[];
  }
  return [];
}

describe('parseSiteProfiles', () => {
  it('puts secrets in place and keeps a form that may be shown', () => {
    const [profile] = parseSiteProfiles(JSON.stringify([site]), env);
    expect(profile?.settings).toEqual({ baseUrl: 'https://fhir.example', auth: { secret: 'hunter2' } });
    expect(profile?.shownSettings).toEqual(site.settings);
    expect(JSON.stringify(profile?.shownSettings)).not.toContain('hunter2');
    expect(profile?.teams).toEqual(site.teams);
  });

  it('reads secrets from files and inside lists', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-sites-'));
    writeFileSync(join(folder, 'key'), ' from-file\n');
    const settings = { keys: [{ file: join(folder, 'key') }, 'plain'], env: 'a setting of that name' };
    const [profile] = parseSiteProfiles(JSON.stringify([{ ...site, settings }]), env);
    rmSync(folder, { recursive: true });
    expect(profile?.settings).toEqual({ keys: ['from-file', 'plain'], env: 'a setting of that name' });
  });

  it('names every secret that is not there', () => {
    const settings = { a: { env: 'HUB_SECRET_NONE' }, b: [{ file: '/nowhere/key' }] };
    expect(faultsOf([{ ...site, settings }])).toEqual([
      'sites[0].settings.a: variable HUB_SECRET_NONE is unset, unreadable or empty; accepted: a secret that is there',
      'sites[0].settings.b[0]: file /nowhere/key is unset, unreadable or empty; accepted: a secret that is there',
    ]);
  });

  it('tells every fault of form at once, by its place', () => {
    const broken = {
      ...site,
      code: 'North 1',
      organisation: 'rx',
      absenceBudgetHours: 0,
      colour: 'red',
      teams: [{ reference: '', team: 'X', validFrom: '2023-02-29' }],
    };
    const places = faultsOf([site, broken]).map((fault) => fault.split(':')[0]);
    expect(places.sort()).toEqual([
      'sites[1]',
      'sites[1].absenceBudgetHours',
      'sites[1].code',
      'sites[1].organisation',
      'sites[1].teams[0].reference',
      'sites[1].teams[0].validFrom',
    ]);
  });

  it('refuses repeated codes and references and periods that end before they begin', () => {
    const teams = [
      { reference: 'A', team: 'X' },
      { reference: 'A', team: 'Y' },
      { reference: 'B', team: 'Z', validFrom: '2026-01-01', validTo: '2026-01-01' },
    ];
    const places = faultsOf([site, { ...site, teams }]).map((fault) => fault.split(':')[0]);
    expect(places).toEqual(['sites[1].code', 'sites[1].teams[1].reference', 'sites[1].teams[2].validTo']);
  });

  it.each(['', '{', '[{"settings": {"password": "hunter2" oops', 'null'])(
    'refuses %j without quoting it',
    (text) => {
      const faults = faultsOf(text);
      expect(faults).toHaveLength(1);
      expect(faults.join()).not.toContain('hunter2');
    },
  );
});

describe('readSiteProfiles', () => {
  it('has none without a file and says which file it cannot read', () => {
    expect(readSiteProfiles(null, {})).toEqual([]);
    expect(() => readSiteProfiles('/nowhere/sites.json', {})).toThrow(
      'HUB_SITES_FILE: /nowhere/sites.json cannot be read',
    );
  });
});
