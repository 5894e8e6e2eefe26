/** Settings of the FHIR R4 adapter: every fault at once, no value repeated, the manifest telling the truth. */
import { DEFAULTS, manifest, RECORD_TYPES } from '../../../../adapters/fhir-r4/manifest.js';
import { RECORD_INCLUDES } from '../../../../adapters/fhir-r4/record/record-settings.js';
import { type FhirR4Settings, parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import { DocumentKind } from '../../../../src/clinical/documents.port.js';
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
    tokenUrl: null,
    clientId: null,
    scopes: [],
    privateKey: null,
    keyId: null,
    previousPrivateKey: null,
    previousKeyId: null,
    signingAlgorithm: null,
    clockSkewSeconds: 10,
    clientCertificate: null,
    clientKey: null,
    certificateAuthority: null,
    proxyUrl: null,
    odsCode: null,
    pageSize: 100,
    maxPages: 1000,
    callTimeoutMs: 10_000,
    totalTimeoutMs: 300_000,
    maxAttempts: 4,
    maxConcurrent: 4,
    maxBodyBytes: 8_388_608,
    nhsNumberStatusSystems: [],
    restrictedCodes: ['R', 'V', 'Restricted'],
    teamsPartOf: null,
    teamType: null,
    teamCodeSystem: null,
    caseloadStrategy: 'EPISODE_BY_ORGANIZATION',
    careManagersOf: 'Organization',
    careManagerType: 'Practitioner',
    careTeamBy: 'PARTICIPANT',
    coordinatorRoles: ['768820003'],
    exportGroups: new Map(),
    exportTypes: ['EpisodeOfCare', 'Patient', 'PractitionerRole', 'Practitioner'],
    exportFileOrigins: [],
    documentsEnabled: true,
    documentIdentifierSystem: 'urn:oid:2.25.208578794354289611487125984483270302321',
    documentTypes: expect.any(Map) as Map<string, unknown>,
    documentCategories: expect.any(Map) as Map<string, unknown>,
    labelCodes: new Map(),
    createMode: 'IF_NONE_EXIST',
    clientIdCondition: true,
    contentForm: 'TEXT',
    authorStyle: 'REFERENCE',
    authorIdentifierSystem: null,
    encounterMode: 'NONE',
    encounterClass: 'AMB',
    encounterRequired: false,
    coordinatorTask: false,
    provenance: false,
    maxTextBytes: null,
    searchByPost: true,
    recordTypes: [...RECORD_TYPES],
    recordPageSize: 1000,
    recordBatch: 'SEARCH',
    recordIncludes: [...RECORD_INCLUDES],
    recordSearchByDate: true,
    permittedTypes: [],
    maxDocumentBytes: 262_144,
    hintSecret: null,
  });
});

describe('codes of the hub’s own words', () => {
  const clinicalNote = {
    system: 'http://snomed.info/sct',
    code: '823651000000106',
    display: 'Clinical note',
  };

  test('every kind of document has a type and a category unless the site says otherwise', () => {
    const { documentTypes, documentCategories } = parseSettings(LEAST);
    for (const kind of Object.values(DocumentKind)) {
      expect(documentTypes.get(kind)).toHaveLength(1);
      expect(documentTypes.get(kind)![0]).toMatchObject({ system: 'http://loinc.org' });
      expect(documentCategories.get(kind)).toEqual([clinicalNote]);
    }
    expect(documentTypes.get('PROGRESS_NOTE')).toEqual([
      { system: 'http://loinc.org', code: '11506-3', display: 'Progress note' },
    ]);
  });

  test('a site states some, twice one, and keeps the rest', () => {
    const { documentTypes } = parseSettings({
      ...LEAST,
      documentTypes:
        'PROGRESS_NOTE=https://trust.example/type|PN, PROGRESS_NOTE = http://loinc.org | 11506-3 | Note',
    });
    expect(documentTypes.get('PROGRESS_NOTE')).toEqual([
      { system: 'https://trust.example/type', code: 'PN', display: null },
      { system: 'http://loinc.org', code: '11506-3', display: 'Note' },
    ]);
    expect(documentTypes.get('ACTION_PLAN')).toHaveLength(1);
  });

  test('as a list an entry may hold a comma', () => {
    const { labelCodes } = parseSettings({
      ...LEAST,
      labelCodes: ['SAFEGUARDING=urn:oid:1.2.3|SG|Safeguarding, in part'],
    });
    expect(labelCodes.get('SAFEGUARDING')).toEqual([
      { system: 'urn:oid:1.2.3', code: 'SG', display: 'Safeguarding, in part' },
    ]);
    expect([...labelCodes.keys()]).toEqual(['SAFEGUARDING']);
  });

  test.each([
    ['no word of the hub', 'NOTE=http://loinc.org|11506-3'],
    ['no equals sign', 'http://loinc.org|11506-3'],
    ['no system', 'PROGRESS_NOTE=|11506-3'],
    ['a system that is no URI', 'PROGRESS_NOTE=loinc|11506-3'],
    ['no code', 'PROGRESS_NOTE=http://loinc.org'],
    ['an empty code', 'PROGRESS_NOTE=http://loinc.org|'],
    ['a code with doubled white space', 'PROGRESS_NOTE=http://loinc.org|a  b'],
    ['too many parts', 'PROGRESS_NOTE=http://loinc.org|a|b|c'],
  ])('%s is a fault that tells which entry, not what it says', (_what, entry) => {
    const [fault, ...more] = faultsOf({
      ...LEAST,
      documentTypes: ['ACTION_PLAN=http://loinc.org|18776-5', entry],
    });
    expect(more).toEqual([]);
    expect(fault).toMatch(/^documentTypes: entry 2 is not /);
    expect(fault).not.toContain(entry);
  });
});

test.each([
  [{ documentsEnabled: 'false' }, 'documentsEnabled', false],
  [{ createMode: 'CLIENT_ID' }, 'createMode', 'CLIENT_ID'],
  [{ contentForm: 'PDF' }, 'contentForm', 'PDF'],
  [{ provenance: 'true' }, 'provenance', true],
  [{ searchByPost: 'true' }, 'searchByPost', true],
  [{ maxTextBytes: '5242880' }, 'maxTextBytes', 5_242_880],
  [{ recordTypes: '' }, 'recordTypes', []],
  [{ recordTypes: ['Patient'] }, 'recordTypes', ['Patient']],
  [{ permittedTypes: 'Flag, Condition' }, 'permittedTypes', ['Flag', 'Condition']],
  [{ recordIncludes: '' }, 'recordIncludes', []],
  [{ recordBatch: 'BATCH_BUNDLE' }, 'recordBatch', 'BATCH_BUNDLE'],
  [{ recordSearchByDate: 'false' }, 'recordSearchByDate', false],
  [
    { documentIdentifierSystem: 'https://hub.example/Id/x' },
    'documentIdentifierSystem',
    'https://hub.example/Id/x',
  ],
] as const)('%j is taken', (stated, key, expected) => {
  expect(parseSettings({ ...LEAST, ...stated })[key]).toEqual(expected);
});

test.each([
  { documentsEnabled: 'yes' },
  { createMode: 'PUT' },
  { contentForm: 'RTF' },
  { authorStyle: 'BY_NAME' },
  { encounterMode: 'MADE' },
  { encounterClass: 'IMP' },
  { clientIdCondition: 1 },
  { authorIdentifierSystem: 'sds' },
  { maxTextBytes: 0 },
  { recordTypes: 'Patient, Observation' },
  { recordPageSize: 5_000 },
  { recordBatch: 'ONE_BY_ONE' },
  { recordIncludes: 'Patient:organization' },
  { permittedTypes: 'Patient' },
  { maxDocumentBytes: 20_000_000 },
  { documentIdentifierSystem: 'progress-note' },
  { documentIdentifierSystem: 'https://hub.example/a|b' },
  { documentIdentifierSystem: 'https://hub.example/a,b' },
])('%j is refused', (stated) => {
  expect(faultsOf({ ...LEAST, ...stated }).map((fault) => fault.split(/[.:]/)[0])).toEqual(
    Object.keys(stated),
  );
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
