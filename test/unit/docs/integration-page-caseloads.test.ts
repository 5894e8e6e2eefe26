/** What the integration page says of caseload strategies: what each can tell, and what each asks of a server, counted at one. */

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { ASSERTION_LIFE_SECONDS } from '../../../adapters/fhir-r4/auth/assertion.js';
import { AUTH_KINDS } from '../../../adapters/fhir-r4/auth/auth-settings.js';
import { EARLY_MS } from '../../../adapters/fhir-r4/auth/token-source.js';
import { VALUES_PER_SEARCH } from '../../../adapters/fhir-r4/caseload/gather.js';
import { fhirR4 } from '../../../adapters/fhir-r4/index.js';
import { POLL } from '../../../adapters/fhir-r4/transport/jobs.js';
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';
import { never } from '../../contract/contract-case.js';
import { memberships } from '../../contract/contract-memberships.js';
import { FHIR_CASELOADS, type FhirCaseload } from '../../support/fhir-caseloads.js';
import { scratchFolder } from '../../support/scratch-folder.js';
import { type SeenRequest, startScriptedFhirServer } from '../../support/scripted-fhir-server.js';
import { selfSigned } from '../../support/self-signed.js';
import { tableRow, writtenPart } from '../../support/settings-table.js';

const PAGE = new URL('../../../docs/trust-integration-engineer.md', import.meta.url);
const { choices } = fhirR4.manifest.settings.find(({ key }) => key === 'caseloadStrategy')!;

/** The first far end of each strategy. */
const FIRST = choices!.map((strategy) => {
  const [, caseload] = Object.entries(FHIR_CASELOADS).find(
    ([name]) => name === strategy || name.startsWith(`${strategy} `),
  )!;
  return [strategy, caseload] as const;
});

/** Rows of the page's table of strategies, by strategy. */
function rowsOfPage(): Map<string, string[]> {
  const page = readFileSync(PAGE, 'utf8');
  const table = page.slice(page.indexOf('| strategy | a team is |')).split('\n\n')[0]!;
  const rows = table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return new Map(rows.map((cells) => [cells[0]!.replaceAll('`', ''), cells]));
}

test('each strategy stands in the table, with the states that it can tell and whether it tells what changed', () => {
  const rows = rowsOfPage();
  expect([...rows.keys()].sort()).toEqual([...choices!].sort());
  const all = Object.values(MembershipState);
  for (const [strategy, { traits }] of FIRST) {
    const missing = all.filter((state) => !traits.states.includes(state));
    const [, , states, changes] = rows.get(strategy)!;
    expect(states).toBe(
      missing.length === 0
        ? 'all'
        : missing.length < 3
          ? `all but ${missing.join(', ')}`
          : traits.states.map(String).join(', '),
    );
    expect(changes).toBe(traits.incremental ? 'yes' : 'no');
  }
});

const general = ({ method, url }: SeenRequest): string => {
  const path = url.pathname
    .replace('/fhir/', '')
    .replace(/^export\/\d+/, 'export/<job>')
    .replace(/<job>\/.+/, '<job>/<file>');
  const named = path.replace(/^([A-Z][A-Za-z]+)\/[^/$]+/, '$1/<id>');
  return `${method} ${named}${method === 'POST' ? '/_search' : ''}`;
};

async function requestsOf({
  settings,
  served,
  teamReference,
  traits,
  resourcesOf,
}: FhirCaseload): Promise<string> {
  const server = await startScriptedFhirServer(served);
  const parsed = fhirR4.parseSettings({
    baseUrl: server.baseUrl,
    bearerToken: 't',
    pageSize: 50,
    ...settings,
  });
  const clock = new FixedClock(new Date('2026-03-01T09:00:01.000Z'));
  const dependencies = { system: 'COUNTED', clock, logger: silentLogger };
  const adapter = createFhirR4(parsed, dependencies, { random: () => 0.5, sleep: async () => {} });
  try {
    server.load(resourcesOf(memberships(120).map(traits.tellable)));
    for await (const _page of adapter.caseload!.pull({ teamReference, since: null }, never()));
    const counts = new Map<string, number>();
    for (const request of server.seen) counts.set(general(request), (counts.get(general(request)) ?? 0) + 1);
    return [...counts].map(([what, count]) => `${count} × \`${what}\``).join(', ');
  } finally {
    await adapter.close();
    await server.close();
  }
}

test('what a sweep of 120 people asks of a server is what the page says (HUB_WRITE_DOCS=1 writes it)', async () => {
  const rows: string[] = [];
  for (const [strategy, caseload] of FIRST)
    rows.push(tableRow([`\`${strategy}\``, await requestsOf(caseload)]));
  const table = `\n| strategy | 120 people, 50 to a page |\n|---|---|\n${rows.join('\n')}\n\n`;
  expect(writtenPart(PAGE, 'requests', table)).toBe(table);
});

/** Blocks of JSON of the page, in order. */
const snippets = (): string[] =>
  [...readFileSync(PAGE, 'utf8').matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);

test('the settings of signing in and of the way there are accepted, with a key and a certificate in their places', () => {
  const folder = scratchFolder('hub-page-');
  const { key, cert } = selfSigned('127.0.0.1');
  const signing = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const contents: Record<string, string> = {
    'northmoor-key-1': String(signing()),
    'northmoor-key-2': String(signing()),
    'northmoor-client.pem': cert,
    'northmoor-client-key.pem': key,
    'northmoor-ca.pem': cert,
  };
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  const [signIn, way] = snippets().map(
    (text) => JSON.parse(text.replaceAll('/run/secrets', folder)) as Record<string, unknown>,
  );
  const site = {
    code: 'x',
    name: 'X',
    organisation: 'RX0',
    adapter: 'fhir-r4',
    teams: [],
    settings: { ...signIn, ...way },
  };
  const env = { HUB_SECRET_NORTHMOOR_PROXY: 'http://hub:word@proxy.example:3128' };
  const [profile] = parseSiteProfiles(JSON.stringify([site]), env);
  const settings = fhirR4.parseSettings(profile!.settings);
  rmSync(folder, { recursive: true });
  expect(settings).toMatchObject({
    auth: 'SMART_BACKEND',
    clientId: 'ips-hub',
    proxyUrl: env.HUB_SECRET_NORTHMOOR_PROXY,
  });
  expect(settings.scopes).toHaveLength(3);
  expect(fhirR4.publicKeys!(settings)).toHaveLength(2);
});

test('the page names every way of signing in, and its figures are those of the code', () => {
  const page = readFileSync(PAGE, 'utf8');
  const table = page.slice(page.indexOf('| `auth` | for |')).split('\n\n')[0]!;
  for (const kind of AUTH_KINDS) expect(table).toContain(`| \`${kind}\` |`);
  expect(POLL).toEqual({ firstMs: 1_000, mostMs: 30_000 });
  expect(ASSERTION_LIFE_SECONDS).toBe(300);
  expect(EARLY_MS).toBe(30_000);
  expect(VALUES_PER_SEARCH.byForm).toBe(100);
  for (const [name, value] of [
    ['HUB_REFRESH_MINUTES', '15'],
    ['HUB_SWEEP_HOURS', '24'],
  ] as const) {
    expect(page).toContain(`\`${name}\` (${value})`);
    expect(readFileSync(new URL('configuration.md', PAGE), 'utf8')).toContain(
      `| \`${name}\` | \`${value}\` |`,
    );
  }
});

/** Members of FHIR resources, and of the hub's own answers, that the page names as they are. */
const MEMBERS = [
  'birthDate',
  'deceasedDateTime',
  'docStatus',
  'generalPractitioner',
  'hasExceptions',
  'implicitRules',
  'managingOrganization',
  'masterIdentifier',
  'modifierExtension',
  'relatesTo',
  'requiresAccessToken',
  'securityLabel',
];

test('every setting that the page names is one', () => {
  const named = [...readFileSync(PAGE, 'utf8').matchAll(/`([a-z]+(?:[A-Z][a-z]+)+)`/g)].map(
    ([, name]) => name!,
  );
  const settings = fhirR4.manifest.settings.map(({ key }) => key);
  const ofSite = ['absenceBudgetHours', 'presenceBudgetHours'];
  expect([...new Set(named)].filter((name) => ![...settings, ...ofSite, ...MEMBERS].includes(name))).toEqual(
    [],
  );
});
