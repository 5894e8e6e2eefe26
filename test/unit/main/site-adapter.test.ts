/** Several adapters as one clinical record system: who serves what, how they answer together, what a profile may not say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocumentProof } from '../../../src/clinical/documents.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type AdapterChoice, adapterFor, partsOf } from '../../../src/main/site-adapter.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';

const GIVEN = { clock: new FixedClock(new Date('2026-03-11T12:00:00.000Z')), logger: silentLogger };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-others-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fhir = { baseUrl: 'http://127.0.0.1:9/fhir', auth: 'NONE', callTimeoutMs: 200, maxAttempts: 1 };
const site = (others: AdapterChoice['others']): AdapterChoice => ({
  code: 'northmoor',
  adapter: 'fhir-r4',
  settings: fhir,
  ...(others && { others }),
});
const extract = (...capabilities: string[]) => ({
  adapter: 'caseload-extract',
  capabilities,
  settings: { folder, filePattern: 'c_{asOf}.csv', columns: ['team=Team', 'localId=Patient'] },
});

test('alone an adapter serves all that it can', () => {
  const [only, ...more] = partsOf(site(undefined));
  expect([...only!.serves]).toEqual(['CASELOAD', 'DOCUMENTS', 'RECORD']);
  expect(more).toEqual([]);
});

test('what another serves the first no longer does', async () => {
  const parts = partsOf(site([extract('CASELOAD')]));
  expect(parts.map(({ module, serves }) => [module.manifest.id, [...serves]])).toEqual([
    ['fhir-r4', ['DOCUMENTS', 'RECORD']],
    ['caseload-extract', ['CASELOAD']],
  ]);
  const adapter = adapterFor(site([extract('CASELOAD')]), GIVEN);
  // The folder is empty, and the server is not there: each capability fails as its own adapter does.
  const pull = adapter.caseload!.pull({ teamReference: 'T', since: null }, AbortSignal.timeout(60_000));
  await expect(pull[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: /^HUB_CASELOAD_/ });
  await expect(adapter.documents!.find([], AbortSignal.timeout(60_000))).resolves.toEqual([]);
  await adapter.close();
});

test('it is up when all of it is, and says what of it is not', async () => {
  const adapter = adapterFor(site([extract('CASELOAD')]), GIVEN);
  const health = await adapter.health(AbortSignal.timeout(60_000));
  expect(health).toMatchObject({ state: 'DOWN', code: 'HUB_UPSTREAM_UNREACHABLE' });
  const fit = await adapter.conformance!(AbortSignal.timeout(60_000));
  expect(fit.failure).toBe('HUB_UPSTREAM_UNREACHABLE');
  expect(adapter.unmapped).toEqual(new Map());
  await adapter.close();
});

test('one sends and another proves', async () => {
  const adapter = adapterFor(
    {
      ...site([
        {
          adapter: 'fhir-r4',
          capabilities: ['DOCUMENT_PROOF'],
          settings: { ...fhir, baseUrl: 'http://127.0.0.1:8/fhir' },
        },
      ]),
    },
    GIVEN,
  );
  expect(adapter.documents!.traits.proof).toBe(DocumentProof.READ);
  await adapter.close();
});

test.each([
  [[extract('DOCUMENTS')], 'others[0].capabilities: caseload-extract has no DOCUMENTS'],
  [[extract('DOCUMENT_PROOF')], 'others[0].capabilities: caseload-extract has no DOCUMENT_PROOF'],
  [[extract('TELEX')], 'others[0].capabilities: caseload-extract has no TELEX'],
  [
    [extract('CASELOAD'), extract('CASELOAD')],
    'others[1].capabilities: CASELOAD is served by another adapter already',
  ],
])('a profile is refused: %#', (others, fault) => {
  expect(() => partsOf(site(others))).toThrow(
    expect.objectContaining({ code: 'HUB_ADAPTER_SETTINGS', message: expect.stringContaining(fault) }),
  );
});

test('an adapter that there is not is named', () => {
  expect(() => partsOf(site([{ adapter: 'telex', capabilities: ['CASELOAD'], settings: {} }]))).toThrow(
    'there is no adapter telex',
  );
});

test('secrets of the others are read like those of the first', () => {
  const text = JSON.stringify([
    {
      ...site([
        { adapter: 'fhir-r4', capabilities: ['RECORD'], settings: { bearerToken: { env: 'SECRET' } } },
      ]),
      name: 'Northmoor',
      organisation: 'RX0',
      teams: [],
    },
  ]);
  expect(parseSiteProfiles(text, { SECRET: 'known' })[0]!.others![0]!.settings).toEqual({
    bearerToken: 'known',
  });
  expect(() => parseSiteProfiles(text, {})).toThrow('sites[0].others[0].settings.bearerToken');
});
