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

describe('sections about documents', () => {
  const author = {
    subject: 'kit',
    reference: 'Practitioner/es-kit',
    employer: 'North trust',
    role: 'Employment specialist',
    validFrom: '2025-01-01',
  };
  const policy = {
    validFrom: '2025-01-01',
    clause: 'Local agreement 4',
    lateAfterHours: 24,
    latestBackDays: 90,
    chaseAfterWorkingDays: 2,
    urgentWithinMinutes: 240,
  };
  const placesOf = (sections: object) =>
    faultsOf([{ ...site, ...sections }]).map((fault) => fault.split(':')[0]);

  it('come back as they are written, and may all be left out', () => {
    const sections = {
      authors: [
        author,
        { ...author, subject: 'nerys', reference: 'PractitionerRole/n.1-2', validTo: '2026-01-01' },
      ],
      destination: { maxInFlight: 8, sendTimeoutMs: 5_000 },
      notePolicies: [
        policy,
        {
          ...policy,
          specification: 'QVV/0294',
          validTo: '2027-01-01',
          countersignRole: 'TEAM_MANAGER',
          countersignKinds: ['CLOSURE_SUMMARY'],
          urgentEscalateTo: 'mo',
        },
      ],
    };
    expect(parseSiteProfiles(JSON.stringify([{ ...site, ...sections }]), env)[0]).toMatchObject(sections);
    const [plain] = parseSiteProfiles(JSON.stringify([site]), env);
    expect([plain?.authors, plain?.destination, plain?.notePolicies]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(faultsOf([{ ...site, authors: [], destination: {}, notePolicies: [] }])).toEqual([]);
  });

  it.each<[string, object]>([
    ['authors[0].subject', { authors: [{ ...author, subject: '' }] }],
    ['authors[0].reference', { authors: [{ ...author, reference: 'Patient/1' }] }],
    ['authors[0].reference', { authors: [{ ...author, reference: 'Practitioner/' }] }],
    ['authors[0].reference', { authors: [{ ...author, reference: 'https://a.example/Practitioner/1' }] }],
    ['authors[0].reference', { authors: [{ ...author, reference: `Practitioner/${'a'.repeat(65)}` }] }],
    ['authors[0].employer', { authors: [{ ...author, employer: ' ' }] }],
    ['authors[0].role', { authors: [{ ...author, role: undefined }] }],
    ['authors[0].validFrom', { authors: [{ ...author, validFrom: '2025-02-29' }] }],
    ['authors[0].validTo', { authors: [{ ...author, validTo: '2025-01-01' }] }],
    ['authors[0]', { authors: [{ ...author, name: 'Kit' }] }],
    ['destination.maxInFlight', { destination: { maxInFlight: 0 } }],
    ['destination.maxInFlight', { destination: { maxInFlight: 257 } }],
    ['destination.sendTimeoutMs', { destination: { sendTimeoutMs: 99 } }],
    ['destination.sendTimeoutMs', { destination: { sendTimeoutMs: 120_001 } }],
    ['destination', { destination: { paused: true } }],
    ['notePolicies[0].clause', { notePolicies: [{ ...policy, clause: '' }] }],
    ['notePolicies[0].lateAfterHours', { notePolicies: [{ ...policy, lateAfterHours: -1 }] }],
    ['notePolicies[0].latestBackDays', { notePolicies: [{ ...policy, latestBackDays: 1.5 }] }],
    ['notePolicies[0].countersignRole', { notePolicies: [{ ...policy, countersignRole: 'ANALYST' }] }],
    ['notePolicies[0].validTo', { notePolicies: [{ ...policy, validTo: '2024-12-31' }] }],
    ['notePolicies[1].validFrom', { notePolicies: [policy, policy] }],
  ])('tell a fault of %s by its place', (place, sections) => {
    expect(placesOf(sections)).toEqual([`sites[0].${place}`]);
  });

  it('refuse one person twice at a time, and one identifier for two people at a time', () => {
    const until = { ...author, validTo: '2025-06-01' };
    const after = { ...author, reference: 'Practitioner/new', validFrom: '2025-06-01' };
    expect(placesOf({ authors: [until, after] })).toEqual([]);
    expect(placesOf({ authors: [after, until] })).toEqual([]);
    expect(placesOf({ authors: [author, after] })).toEqual(['sites[0].authors[1].subject']);
    expect(placesOf({ authors: [after, author] })).toEqual(['sites[0].authors[1].subject']);
    const other = { ...author, subject: 'nerys' };
    expect(placesOf({ authors: [author, other] })).toEqual(['sites[0].authors[1].reference']);
    expect(placesOf({ authors: [until, { ...other, validFrom: '2025-06-01' }] })).toEqual([]);
    expect(placesOf({ authors: [{ ...other, validFrom: '2025-06-01' }, until] })).toEqual([]);
  });

  it('never quote whom they name', () => {
    const faults = faultsOf([{ ...site, authors: [author, { ...author, reference: 'Practitioner/other' }] }]);
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('kit');
  });
});

describe('readSiteProfiles', () => {
  it('has none without a file and says which file it cannot read', () => {
    expect(readSiteProfiles(null, {})).toEqual([]);
    expect(() => readSiteProfiles('/nowhere/sites.json', {})).toThrow(
      'HUB_SITES_FILE: /nowhere/sites.json cannot be read',
    );
  });
});
