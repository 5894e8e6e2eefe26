/** Settings of the FHIR R4 adapter: every fault at once, no value repeated, the manifest telling the truth. */
import { DEFAULTS, manifest } from '../../../../adapters/fhir-r4/manifest.js';
import { type FhirR4Settings, parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import { isHubError } from '../../../../src/core/errors.js';

const LEAST = { baseUrl: 'https://record.example/fhir', bearerToken: 's3cret' };

function faultsOf(raw: unknown): readonly string[] {
  try {
    parseSettings(raw);
  } catch (error) {
    if (!isHubError(error)) throw error;
    expect(error.code).toBe('HUB_ADAPTER_SETTINGS');
    return error.details.faults as readonly string[];
  }
  return [];
}

test('the least that a site states gets every default of the manifest', () => {
  const settings = parseSettings(LEAST);
  expect(settings).toEqual({
    baseUrl: 'https://record.example/fhir/',
    auth: 'BEARER',
    bearerToken: 's3cret',
    odsCode: null,
    pageSize: 100,
    maxPages: 1000,
    callTimeoutMs: 10_000,
    totalTimeoutMs: 300_000,
    maxAttempts: 4,
    maxConcurrent: 4,
    maxBodyBytes: 20_971_520,
    nhsNumberStatusSystems: [],
    restrictedCodes: ['R', 'V', 'Restricted'],
    teamsPartOf: null,
    teamType: null,
    teamCodeSystem: null,
  });
});

test('manifest and parser know the same settings, defaults and necessities', () => {
  const settings = parseSettings(LEAST);
  expect(manifest.settings.map(({ key }) => key).sort()).toEqual(Object.keys(settings).sort());
  for (const { key, required, default: stated } of manifest.settings) {
    const value = settings[key as keyof FhirR4Settings];
    if (stated !== undefined)
      expect([key, Array.isArray(value) ? value.join(', ') : value]).toEqual([key, stated]);
    expect([key, required]).toEqual([
      key,
      faultsOf({ ...LEAST, [key]: undefined }).includes(`${key}: is required`),
    ]);
  }
  expect(Object.keys(DEFAULTS).every((key) => manifest.settings.some((setting) => setting.key === key))).toBe(
    true,
  );
});

test('all faults are told at once, by setting, with what is accepted', () => {
  const faults = faultsOf({
    baseUrl: 'http://record.example/fhir',
    bearerToken: 'two words',
    odsCode: 'a b',
    pageSize: 0,
    maxPages: 'many',
    callTimeoutMs: 1.5,
    totalTimeoutMs: '12x',
    maxAttempts: 99,
    restrictedCodes: 7,
    teamsPartOf: 'Patient/1',
    tokn: 'x',
  });
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(
    [
      'baseUrl',
      'bearerToken',
      'odsCode',
      'pageSize',
      'maxPages',
      'callTimeoutMs',
      'totalTimeoutMs',
      'maxAttempts',
      'restrictedCodes',
      'teamsPartOf',
      'tokn',
    ].sort(),
  );
  expect(faults).toContain('pageSize: must be a whole number from 1 to 1000');
  expect(faults).toContain('tokn: is not a setting of this adapter');
});

test('no fault repeats a value', () => {
  const raw = {
    baseUrl: 'ftp://canary1.example',
    bearerToken: 'canary2 é',
    odsCode: 'canary3-',
    auth: 'canary4',
    pageSize: 'canary5',
  };
  expect(JSON.stringify(faultsOf(raw))).not.toContain('canary');
});

test.each([null, undefined, 'text', 7, []])('settings that are %p are refused', (raw) => {
  expect(faultsOf(raw)).toEqual(['settings: must be an object']);
});

test.each([
  'https://record.example/fhir/',
  'http://127.0.0.1:8080/fhir',
  'http://127.9.9.9/',
  'http://localhost:1/r4',
  'http://[::1]:5/fhir/',
])('base address %s is accepted', (baseUrl) => {
  expect(parseSettings({ ...LEAST, baseUrl }).baseUrl.endsWith('/')).toBe(true);
});

test.each([
  ['http://record.example/fhir', 'must be https'],
  ['http://127.0.0.1.evil.example/', 'must be https'],
  ['http://localhost.evil.example/', 'must be https'],
  ['http://10.0.0.1/', 'must be https'],
  ['ftp://127.0.0.1/', 'must be https'],
  ['file:///etc/passwd', 'must be https'],
  ['https://user:secret@record.example/', 'user name'],
  ['https://record.example/fhir?x=1', 'query'],
  ['https://record.example/fhir#x', 'query'],
  ['record.example', 'absolute'],
  ['', 'empty'],
])('base address %p is refused: %s', (baseUrl, fault) => {
  expect(faultsOf({ ...LEAST, baseUrl })).toEqual([expect.stringContaining(fault)]);
});

test('a token is required unless the server is this machine and told to need none', () => {
  expect(faultsOf({ baseUrl: LEAST.baseUrl })).toEqual(['bearerToken: is required when auth is BEARER']);
  expect(faultsOf({ baseUrl: LEAST.baseUrl, auth: 'NONE' })).toEqual([
    'auth: NONE is only for a loopback host',
  ]);
  expect(
    parseSettings({ baseUrl: 'http://127.0.0.1/', auth: 'NONE', bearerToken: 'left-over' }).bearerToken,
  ).toBeNull();
});

test('a token cannot carry a further header', () => {
  expect(faultsOf({ ...LEAST, bearerToken: 'a\r\nX-Evil: 1' })).toEqual([
    expect.stringContaining('bearerToken'),
  ]);
});

test('numbers and lists may come as text', () => {
  const settings = parseSettings({
    ...LEAST,
    pageSize: '50',
    restrictedCodes: 'A, B,,',
    nhsNumberStatusSystems: ['x '],
  });
  expect(settings).toMatchObject({
    pageSize: 50,
    restrictedCodes: ['A', 'B'],
    nhsNumberStatusSystems: ['x'],
  });
});
