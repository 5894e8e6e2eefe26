/** What a site needs, held against what its server says: each need of each choice found, missed when taken out, and not made up from silence. */
import fc from 'fast-check';
import { CASELOAD_STRATEGIES } from '../../../../adapters/fhir-r4/caseload/caseload-settings.js';
import { needsOf } from '../../../../adapters/fhir-r4/conformance/conformance.js';
import { generalFindings } from '../../../../adapters/fhir-r4/conformance/general.rules.js';
import { judge } from '../../../../adapters/fhir-r4/conformance/judge.rules.js';
import { type Need, pathOf } from '../../../../adapters/fhir-r4/conformance/need.js';
import { readStatement } from '../../../../adapters/fhir-r4/conformance/statement.rules.js';
import { CREATE_MODES, ENCOUNTER_MODES } from '../../../../adapters/fhir-r4/documents/write-settings.js';
import { manifest, RECORD_TYPES } from '../../../../adapters/fhir-r4/manifest.js';
import { type FhirR4Settings, parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import { changed, type Value } from '../../../support/mutated-json.js';
import { statementFor, type TestStatement, without } from '../../../support/stated-server.js';

const LEAST = { baseUrl: 'https://record.example/fhir', bearerToken: 's3cret' };
const site = (more: object = {}): FhirR4Settings => parseSettings({ ...LEAST, ...more });

/** Sites that between them use everything. */
const SITES: readonly (readonly [string, object])[] = [
  ...CASELOAD_STRATEGIES.map(
    (caseloadStrategy) =>
      [caseloadStrategy, { caseloadStrategy, exportGroups: 'Group/1', teamType: 'T' }] as const,
  ),
  ['teams part of one', { teamsPartOf: 'Organization/1' }],
  [
    'care managers of services',
    { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER', careManagersOf: 'HealthcareService' },
  ],
  ['care teams by manager', { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'MANAGING_ORGANIZATION' }],
  ...CREATE_MODES.map((createMode) => [createMode, { createMode }] as const),
  ...ENCOUNTER_MODES.map(
    (encounterMode) => [`Encounter ${encounterMode}`, { encounterMode, encounterRequired: true }] as const,
  ),
  ['Task and Provenance', { coordinatorTask: true, provenance: true }],
  ['batch and texts', { recordBatch: 'BATCH_BUNDLE', permittedTypes: 'DocumentReference' }],
];

const judged = (statement: unknown, needs: readonly Need[]) => judge(readStatement(statement), needs);
const statesOf = (statement: unknown, needs: readonly Need[]) =>
  new Set(judged(statement, needs).map(({ state }) => state));

describe.each(SITES)('%s', (_name, more) => {
  const needs = needsOf(site(more));
  const whole = statementFor(needs);

  test('a server that says that it has everything has everything', () => {
    expect(needs.length).toBeGreaterThan(10);
    expect(statesOf(whole, needs)).toEqual(new Set(['PRESENT']));
  });

  test('whatever is taken out is missing, under its path, and nothing else is', () => {
    for (const { place } of needs) {
      const missing = judged(without(whole, place), needs).filter(({ state }) => state !== 'PRESENT');
      expect(new Set(missing.map(({ path, state }) => `${state} ${path}`))).toEqual(
        new Set([`MISSING ${pathOf(place)}`]),
      );
      for (const { consequence } of missing) expect(consequence).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('a type that is not there is missing as a whole, once for each consequence', () => {
    for (const type of new Set(needs.flatMap(({ place }) => ('type' in place ? [place.type] : [])))) {
      const findings = judged(without(whole, { code: 'RESOURCE', type }), needs);
      const missing = findings.filter(({ state }) => state === 'MISSING');
      expect(new Set(missing.map(({ path }) => path))).toEqual(new Set([`rest.resource[${type}]`]));
      expect(new Set(missing.map(({ consequence }) => consequence)).size).toBe(missing.length);
    }
  });

  test('what a server says nothing of is not stated', () => {
    const silent = structuredClone(whole);
    const types = silent.rest[0]!.resource!.map(({ type }) => ({ type }));
    const { mode } = silent.rest[0]!;
    expect(statesOf({ ...silent, rest: [{ mode, resource: types }] }, needs)).toEqual(
      new Set(
        needs.some(({ place }) => place.code === 'RESOURCE') ? ['PRESENT', 'NOT_STATED'] : ['NOT_STATED'],
      ),
    );
    for (const nothing of [
      { ...silent, rest: [] },
      { ...silent, rest: [{ mode: 'client', resource: whole.rest[0]!.resource }] },
      { ...silent, rest: [{ mode, resource: [] }] },
      { ...silent, resourceType: 'OperationOutcome' },
      null,
      'CapabilityStatement',
    ])
      expect(statesOf(nothing, needs)).toEqual(new Set(['NOT_STATED']));
  });

  test('each names a setting of the manifest or of the hub, or nothing', () => {
    const keys = [...manifest.settings.map(({ key }) => key), 'HUB_REFRESH_MINUTES'];
    for (const { setting } of needs) if (setting !== null) expect(keys).toContain(setting.split(':')[0]);
  });
});

test('every type that is read live has needs of its own, and goes with its setting', () => {
  for (const type of RECORD_TYPES) {
    const needs = needsOf(site({ recordTypes: [type], documentsEnabled: false }));
    expect(needs.filter(({ setting }) => setting === `recordTypes: without ${type}`)).not.toEqual([]);
    const others = needsOf(site({ recordTypes: RECORD_TYPES.filter((one) => one !== type) }));
    expect(others.filter(({ setting }) => setting === `recordTypes: without ${type}`)).toEqual([]);
  }
});

test('a setting that avoids something does', () => {
  const needs = (more: object) => needsOf(site(more)).map(({ place }) => pathOf(place));
  const conditional = 'rest.resource[DocumentReference].conditionalCreate';
  expect(needs({})).toContain(conditional);
  expect(needs({ createMode: 'SEARCH_FIRST' })).not.toContain(conditional);
  expect(needs({ createMode: 'CLIENT_ID' })).toContain('rest.resource[DocumentReference].updateCreate');
  expect(needs({ documentsEnabled: false })).not.toContain(conditional);
  const date = 'rest.resource[Encounter].searchParam[date]';
  expect(needs({})).toContain(date);
  expect(needs({ recordSearchByDate: false })).not.toContain(date);
  const include = 'rest.resource[Appointment].searchInclude[Appointment:actor]';
  expect(needs({})).toContain(include);
  expect(needs({ recordIncludes: 'CareTeam:participant' })).not.toContain(include);
});

describe('how servers write it', () => {
  const needs = needsOf(site({ caseloadStrategy: 'BULK_EXPORT', exportGroups: 'Group/1' }));
  const whole = (): TestStatement => statementFor(needs);
  const entryOf = (statement: TestStatement, type: string) =>
    statement.rest[0]!.resource!.find((one) => one.type === type)!;
  const stateAt = (statement: unknown, path: string) =>
    judged(statement, needs).find((finding) => finding.path === path)?.state;

  test.each(['export', '$export', 'group-export'])('an operation as %s', (name) => {
    const statement = whole();
    entryOf(statement, 'Group').operation = [{ name }];
    expect(stateAt(statement, 'rest.resource[Group].operation[export]')).toBe('PRESENT');
  });

  test('an operation of the server as a whole, whether or not it lists the type', () => {
    const statement = whole();
    statement.rest[0]!.operation = [{ name: 'group-export' }];
    entryOf(statement, 'Group').operation = [{ name: 'other' }];
    expect(stateAt(statement, 'rest.resource[Group].operation[export]')).toBe('PRESENT');
    expect(
      stateAt(
        without(statement, { code: 'RESOURCE', type: 'Group' }),
        'rest.resource[Group].operation[export]',
      ),
    ).toBe('PRESENT');
  });

  test.each([['*'], ['CareTeam:*'], ['CareTeam.participant']])('an include as %s', (form) => {
    const statement = whole();
    entryOf(statement, 'CareTeam').searchInclude = [form];
    expect(stateAt(statement, 'rest.resource[CareTeam].searchInclude[CareTeam:participant]')).toBe('PRESENT');
  });

  test('a parameter of all types; and those that FHIR gives to all, which most lists leave out', () => {
    const path = 'rest.resource[Patient].searchParam[_id]';
    const statement = without(whole(), { code: 'SEARCH_PARAMETER', type: 'Patient', name: '_id' });
    expect(stateAt(statement, path)).toBe('MISSING');
    statement.rest[0]!.searchParam = [{ name: '_id' }];
    expect(stateAt(statement, path)).toBe('PRESENT');
    delete statement.rest[0]!.searchParam;
    entryOf(statement, 'Patient').searchParam = [{ name: 'identifier' }];
    expect(stateAt(statement, path)).toBe('NOT_STATED');
    statement.rest[0]!.searchParam = [{ name: '_count' }, { name: '_sort' }];
    expect(stateAt(statement, path)).toBe('NOT_STATED');
  });

  test('a type that is there twice has what either says', () => {
    const statement = whole();
    const [rest] = statement.rest;
    const split = rest!.resource!.flatMap(({ type, interaction, ...others }) => [
      { type, interaction: [{ code: 'vread' }], conditionalCreate: false },
      { type, ...(interaction === undefined ? {} : { interaction }), ...others },
    ]);
    const twice = { ...statement, rest: [{ ...rest!, resource: split }, { mode: 'server' }] };
    expect(statesOf(twice, needs)).toEqual(new Set(['PRESENT']));
  });
});

describe('what every site needs', () => {
  const general = (statement: unknown, more: object = {}) =>
    Object.fromEntries(
      generalFindings(readStatement(statement), site(more)).map(({ code, state }) => [code, state]),
    );
  const services = (...codes: string[]) => ({
    ...statementFor([]),
    rest: [{ mode: 'server', security: { service: codes.map((code) => ({ coding: [{ code }] })) } }],
  });

  test.each([
    ['4.0.1', 'PRESENT'],
    ['4.0.0', 'PRESENT'],
    ['4.0', 'PRESENT'],
    ['3.0.2', 'MISSING'],
    ['4.3.0', 'MISSING'],
    ['5.0.0', 'MISSING'],
    ['4.01', 'MISSING'],
    [undefined, 'NOT_STATED'],
    [4, 'NOT_STATED'],
  ])('FHIR %s: %s', (fhirVersion, state) => {
    expect(general({ ...statementFor([]), fhirVersion })).toMatchObject({ FHIR_VERSION: state });
  });

  test.each([
    [['json'], 'PRESENT'],
    [['application/fhir+xml', 'application/fhir+json;fhirVersion=4.0'], 'PRESENT'],
    [['xml', 'ttl'], 'MISSING'],
    [[], 'NOT_STATED'],
    ['json', 'NOT_STATED'],
    [undefined, 'NOT_STATED'],
  ])('formats %j: %s', (format, state) => {
    expect(general({ ...statementFor([]), format })).toMatchObject({ FORMAT: state });
  });

  const loopback = { baseUrl: 'http://127.0.0.1:1/fhir', auth: 'NONE', bearerToken: null };
  test.each([
    [{}, ['OAuth'], 'PRESENT'],
    [{}, ['SMART-on-FHIR', 'Basic'], 'PRESENT'],
    [{}, ['Basic'], 'MISSING'],
    [{}, ['Certificates'], 'MISSING'],
    [{}, [], 'NOT_STATED'],
    [loopback, ['OAuth'], 'MISSING'],
    [loopback, [], undefined],
  ])('signing in by %j at %j: %s', (more, codes, state) => {
    expect(general(services(...codes), more).SECURITY_SERVICE).toBe(state);
  });
});

test('a statement changed at random, at any depth: read without a throw, and nothing of it comes out', () => {
  const needs = needsOf(site({ recordBatch: 'BATCH_BUNDLE' }));
  const canary = 'canary-9434765919';
  const whole = statementFor(needs);
  const [rest] = whole.rest;
  const marked = rest!.resource!.map((entry) => ({
    ...entry,
    interaction: [...entry.interaction!, { code: canary }],
    documentation: canary,
  })) as unknown as Value[];
  const security = { service: [{ coding: [{ code: canary }] }] };
  const paths = new Set(
    needs.flatMap(({ place }) => [pathOf(place), 'type' in place && `rest.resource[${place.type}]`]),
  );
  let differing = 0;
  const at = fc.nat(marked.length - 1);
  const oneChanged = at.chain((index) =>
    changed(marked[index]!).map((value) => marked.map((entry, n) => (n === index ? value : entry))),
  );
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: oneChanged }, changed(marked)), (resource) => {
      const changes = { fhirVersion: canary, format: [canary], rest: [{ ...rest, resource, security }] };
      const statement = readStatement({ ...whole, ...changes });
      const findings = judge(statement, needs);
      expect(findings.filter(({ path }) => !paths.has(path))).toEqual([]);
      if (findings.some(({ state }) => state !== 'PRESENT')) differing++;
      const said = JSON.stringify([...findings, ...generalFindings(statement, site())]);
      if (said.includes(canary)) throw new Error('a word of the statement came out');
    }),
    { numRuns: 1_500 },
  );
  expect(differing).toBeGreaterThan(700);
});
