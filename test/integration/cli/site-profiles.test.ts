/** The site profiles that come with the hub: each is accepted as it stands, and checked against a server that says what its product says. */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hl7v2 } from '../../../adapters/hl7v2/index.js';
import type { Hl7v2Settings } from '../../../adapters/hl7v2/settings.js';
import { demonstrationSite } from '../../../seeds/demonstration/hub-world.js';
import type { ConformanceFinding } from '../../../src/clinical/conformance.port.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { partsOf } from '../../../src/main/site-adapter.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';
import { documentOf, hub } from '../../support/command-line.js';
import { DoctorWorld, type Site } from '../../support/doctor-world.js';
import {
  hapiStatement,
  medplumStatement,
  oracleStatement,
  ukCoreAccessStatement,
  ukCoreStatement,
} from '../../support/server-statements.js';
import { type StatedServer, startStatedServer, type TestStatement } from '../../support/stated-server.js';

const FOLDER = new URL('../../../docs/site-profiles/', import.meta.url);
const PAGE = new URL('../../../docs/site-profiles.md', import.meta.url);
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const SECRETS = { HUB_SECRET_NORTHMOOR: 's3cret', HUB_SECRET_NORTHMOOR_KEY: privateKey };
const textOf = (name: string): string => readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');

test('the demonstration’s is the one that the demonstration uses (HUB_WRITE_DOCS=1 writes it)', () => {
  const site = `${JSON.stringify([demonstrationSite('http://127.0.0.1:8103/fhir')], null, 2)}\n`;
  if (process.env.HUB_WRITE_DOCS === '1') writeFileSync(new URL('demonstration.json', FOLDER), site);
  expect(textOf('demonstration')).toBe(site);
});

test('the page tells of each, with its sources, and of no other', () => {
  const page = readFileSync(PAGE, 'utf8');
  const told = [...page.matchAll(/^## .*\(site-profiles\/([a-z0-9-]+)\.json\)$/gm)].map(([, name]) => name);
  expect(told.sort()).toEqual([...NAMES].sort());
  for (const section of page.split(/^## /m).slice(1)) {
    if (!section.includes('(site-profiles/')) continue;
    expect(section).toMatch(/^\*\*Limits\*\*$/m);
    expect(section).toMatch(/^\*\*Sources\*\*: .*(https:\/\/|seeds\/)/m);
  }
});

describe.each(NAMES)('%s', (name) => {
  test('is accepted by the reader of profiles and by its adapter, secrets from the environment', () => {
    const sites = parseSiteProfiles(textOf(name), SECRETS);
    expect(sites.length).toBeGreaterThan(0);
    for (const site of sites) expect(() => partsOf(site)).not.toThrow();
  });

  test('holds no secret and no address of anybody', () => {
    expect(textOf(name)).not.toMatch(/-----BEGIN|"bearerToken": "/);
    const hosts = [...textOf(name).matchAll(/"https?:\/\/([^/":]+)/g)].map(([, host]) => host!);
    const named = hosts.filter((host) => !/(\.example|^127\.0\.0\.1)$/.test(host));
    expect(named.filter((host) => host !== 'fhir.nhs.uk')).toEqual([]);
  });
});

test.each([
  ['hl7v2-documents', 'T02 T10 T06 T11', 'TX', 'RECEIPT', false],
  ['hl7v2-shared-record', 'T02 T02 T02 T03', 'ED_PDF', 'RECEIPT', false],
  ['hl7v2-personal-record', 'T02 T02 T02 T11', 'ED_PDF', 'NONE', true],
  ['hl7v2-correction', 'T02 T10 T06 T04', 'ED', 'NONE', false],
])('%s sends documents, and no caseload comes that way', (name, events, form, proof, isForPerson) => {
  const [site] = parseSiteProfiles(textOf(name), SECRETS);
  const part = partsOf(site!).find(({ serves }) => serves.has('DOCUMENTS'))!;
  expect(part.module).toBe(hl7v2);
  expect(part.serves.has('CASELOAD')).toBe(false);
  const { sending, listening, feed } = part.settings as Hl7v2Settings;
  const { triggers, documentText, documentProof, documentsShareableOnly } = sending!.writing;
  const steps = ['CREATE', 'REPLACE', 'APPEND', 'WITHDRAW'] as const;
  expect(steps.map((step) => triggers[step]?.event).join(' ')).toBe(events);
  expect([documentText, documentProof, documentsShareableOnly]).toEqual([form, proof, isForPerson]);
  // What proves by receipts needs somebody who listens.
  expect(part.serves.has('INBOUND') && listening.listenPort !== null).toBe(proof === 'RECEIPT');
  if (proof === 'RECEIPT') expect(feed.caseloadFeed).toBe(false);
  expect(sending!.to.sendTls).toBe(true);
});

describe('hub systems check', () => {
  const world = new DoctorWorld();
  let server: StatedServer;
  beforeAll(async () => {
    await world.build();
    server = await startStatedServer();
    server.answers.set('token', { access_token: 't', token_type: 'bearer', expires_in: 300 });
  });
  afterAll(async () => {
    await server.close();
    await world.close();
  });

  interface Check {
    readonly profile: string;
    readonly state: string;
    readonly findings: readonly ConformanceFinding[];
  }

  /** The shipped profile at the test's server, checked; findings as words, those that are there left out. */
  async function check(name: string, stated: TestStatement, changes: object = {}) {
    server.answers.set('metadata', stated);
    const [shipped] = JSON.parse(textOf(name)) as (Site & { authors?: unknown })[];
    const { settings } = shipped!;
    const addresses = {
      baseUrl: server.baseUrl,
      ...('tokenUrl' in settings ? { tokenUrl: `${server.baseUrl}token` } : {}),
    };
    const site: Site = {
      ...shipped!,
      organisation: 'RAA',
      teams: [],
      authors: [],
      notePolicies: [],
      settings: { ...settings, ...addresses, ...changes },
    };
    const said = await hub(['systems', 'check', '--json'], { ...world.env([site]), ...SECRETS });
    const [found] = documentOf<Check[]>(said);
    const words = found!.findings
      .filter(({ state }) => state !== 'PRESENT')
      .map(({ state, path, needed }) => `${state} ${path}${needed ? '' : ' (can be done without)'}`);
    return { code: said.code, state: found!.state, profile: found!.profile, words: [...new Set(words)] };
  }

  const SIGNING = [
    'NOT_STATED .well-known/smart-configuration token_endpoint_auth_methods_supported[private_key_jwt]',
    'NOT_STATED .well-known/smart-configuration grant_types_supported[client_credentials]',
    'NOT_STATED .well-known/smart-configuration token_endpoint_auth_signing_alg_values_supported[RS384]',
  ];

  test('Medplum: nothing missing; it says nothing of what searches bring along', async () => {
    expect(await check('medplum', medplumStatement(`${server.baseUrl}token`))).toEqual({
      code: 0,
      state: 'UP',
      profile: 'NOT_STATED',
      words: [
        ...SIGNING,
        'NOT_STATED rest.resource[EpisodeOfCare].searchInclude[EpisodeOfCare:patient] (can be done without)',
        'NOT_STATED rest.resource[EpisodeOfCare].searchInclude[EpisodeOfCare:care-manager] (can be done without)',
        'NOT_STATED rest.resource[Patient].searchInclude[Patient:general-practitioner]',
        'NOT_STATED rest.resource[CareTeam].searchInclude[CareTeam:participant]',
        'NOT_STATED rest.resource[EpisodeOfCare].searchInclude[EpisodeOfCare:organization]',
        'NOT_STATED rest.resource[EpisodeOfCare].searchInclude[EpisodeOfCare:care-manager]',
        'NOT_STATED rest.resource[Encounter].searchInclude[Encounter:service-provider]',
        'NOT_STATED rest.resource[Appointment].searchInclude[Appointment:actor]',
      ],
    });
  });

  test('Medplum, with ids of the hub’s instead: it says that it does not take them', async () => {
    const found = await check('medplum', medplumStatement(`${server.baseUrl}token`), {
      createMode: 'CLIENT_ID',
    });
    expect(found).toMatchObject({ code: 1, profile: 'LACKING' });
    expect(found.words).toContain('MISSING rest.resource[DocumentReference].updateCreate');
  });

  test('HAPI FHIR: everything there but a word on signing in', async () => {
    expect(await check('hapi-fhir', hapiStatement())).toEqual({
      code: 0,
      state: 'UP',
      profile: 'NOT_STATED',
      words: ['NOT_STATED rest.security.service'],
    });
  });

  test('HAPI FHIR, bulk export instead, which is off there by default', async () => {
    const found = await check('hapi-fhir', hapiStatement(), {
      caseloadStrategy: 'BULK_EXPORT',
      exportGroups: 'Group/1',
    });
    expect(found.words).toContain('NOT_STATED rest.resource[Group].operation[export]');
  });

  test('a UK Core server: what is asked of it is there', async () => {
    const found = await check('uk-core', ukCoreStatement(`${server.baseUrl}token`));
    expect(found).toEqual({ code: 0, state: 'UP', profile: 'NOT_STATED', words: SIGNING });
  });

  test('a UK Core server that signs in elsewhere: the token endpoint is told', async () => {
    const found = await check('uk-core', ukCoreStatement('https://elsewhere.example/token'));
    expect(found).toMatchObject({ code: 1, profile: 'LACKING' });
    expect(found.words[0]).toBe('MISSING .well-known/smart-configuration token_endpoint');
  });

  test('a server of UK Core Access alone has no caseload and signs in by certificate', async () => {
    const found = await check('uk-core', ukCoreAccessStatement());
    expect(found).toMatchObject({ code: 1, profile: 'LACKING' });
    expect(found.words.filter((word) => word.startsWith('MISSING'))).toEqual([
      'MISSING rest.security.service',
      'MISSING rest.resource[EpisodeOfCare]',
      'MISSING rest.resource[EpisodeOfCare] (can be done without)',
      'MISSING rest.resource[Organization]',
    ]);
  });

  test('Oracle Health as its sandbox states it: a caseload is not to be had, everything else of the profile is', async () => {
    const found = await check('oracle-health', oracleStatement(`${server.baseUrl}token`));
    expect(found).toEqual({
      code: 1,
      state: 'UP',
      profile: 'LACKING',
      words: [...SIGNING, 'MISSING rest.resource[EpisodeOfCare]'],
    });
  });

  test('Oracle Health, documents switched on: what is filed could not be found again by its identifier', async () => {
    const found = await check('oracle-health', oracleStatement(`${server.baseUrl}token`), {
      documentsEnabled: true,
    });
    expect(found.words.slice(SIGNING.length)).toEqual([
      'MISSING rest.resource[EpisodeOfCare]',
      'MISSING rest.resource[DocumentReference].searchParam[identifier]',
      'NOT_STATED rest.resource[DocumentReference].versioning (can be done without)',
    ]);
    const conditional = { documentsEnabled: true, createMode: 'IF_NONE_EXIST' };
    // It does not say that it cannot: silence is no answer.
    expect(
      (await check('oracle-health', oracleStatement(`${server.baseUrl}token`), conditional)).words,
    ).toContain('NOT_STATED rest.resource[DocumentReference].conditionalCreate');
  });

  test('as lines: place, consequence and setting of each', async () => {
    server.answers.set('metadata', hapiStatement());
    const [shipped] = JSON.parse(textOf('hapi-fhir')) as Site[];
    const settings = {
      ...shipped!.settings,
      baseUrl: server.baseUrl,
      caseloadStrategy: 'CARE_TEAM',
      careTeamBy: 'MANAGING_ORGANIZATION',
    };
    const site: Site = { ...shipped!, organisation: 'RAA', teams: [], authors: [], settings };
    const said = await hub(['systems', 'check'], { ...world.env([site]), ...SECRETS });
    expect(said).toMatchObject({ code: 1, err: '' });
    expect(said.out).toMatch(/^northmoor +UP +\d+ ms +LACKING$/m);
    expect(said.out).toMatch(
      /^MISSING {5}northmoor {2}rest\.resource\[CareTeam\]\.searchParam\[managing-organization\]\n {12}The server refuses.*\n {12}setting: caseloadStrategy: another than CARE_TEAM; or careTeamBy: another element$/m,
    );
  });

  test('a site of an organisation that the directory does not have yet is asked all the same', async () => {
    server.answers.set('metadata', hapiStatement());
    const [shipped] = JSON.parse(textOf('hapi-fhir')) as Site[];
    const site: Site = { ...shipped!, settings: { ...shipped!.settings, baseUrl: server.baseUrl } };
    const env = { ...world.env([site]), ...SECRETS };
    expect(documentOf<Check[]>(await hub(['systems', 'check', '--json'], env))).toMatchObject([
      { system: 'northmoor', state: 'UP' },
    ]);
    expect(await hub(['systems', 'keys'], env)).toMatchObject({ code: 0 });
    const refused = await hub(['systems', 'list'], env);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/is not in the directory[\s\S]*hub directory load/);
  });

  test('one that only listens, with files that are not there: which, by the setting', async () => {
    const settings = { listenPort: 0, listenCertificateFile: '/absent.crt', listenKeyFile: '/absent.key' };
    const site = world.site({ code: 'pas', adapter: 'hl7v2', settings, teams: [] });
    const said = await hub(['systems', 'check'], world.env([site]));
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/^pas +DOWN +\d+ ms +HUB_SETTINGS_INVALID$/m);
    expect(said.out).toContain(
      'FAULT       pas  sites.pas.settings.listenCertificateFile, sites.pas.settings.listenKeyFile: the file cannot be read',
    );
  });

  test('one that states nothing where it is asked: why, what to do, and no list of what it does not say', async () => {
    server.answers.delete('metadata');
    const [shipped] = JSON.parse(textOf('hapi-fhir')) as Site[];
    const site: Site = { ...shipped!, settings: { ...shipped!.settings, baseUrl: `${server.baseUrl}wrong` } };
    const said = await hub(['systems', 'check'], { ...world.env([site]), ...SECRETS });
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/^northmoor +DOWN +\d+ ms +HUB_UPSTREAM_NOT_FOUND$/m);
    const { meaning, solve } = ERROR_CODES.HUB_UPSTREAM_NOT_FOUND;
    expect(said.out).toContain(
      `DOWN        northmoor  HUB_UPSTREAM_NOT_FOUND\n            ${meaning}\n            ${solve}`,
    );
    expect(said.out).not.toContain('NOT_STATED');
  });
});
