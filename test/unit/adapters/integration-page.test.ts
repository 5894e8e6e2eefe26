/** The page for a trust's integration engineer says what the adapter's manifest and rules say. */
import { readFileSync } from 'node:fs';
import { IncompleteReason } from '../../../adapters/fhir-r4/caseload/incomplete.js';
import { manifest } from '../../../adapters/fhir-r4/manifest.js';
import { GUARD } from '../../../adapters/fhir-r4/transport/guard.js';
import { BACK_OFF } from '../../../adapters/fhir-r4/transport/retry.js';
import { adapterModules } from '../../../adapters/registry.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { settingsTable, writtenPart } from '../../support/settings-table.js';

const PAGE = new URL('../../../docs/trust-integration-engineer.md', import.meta.url);

test('the settings table is the manifest’s (HUB_WRITE_DOCS=1 writes it)', () => {
  expect(writtenPart(PAGE, 'settings', settingsTable(manifest))).toBe(settingsTable(manifest));
});

test('every code that the page names exists, and every one that a read or a write can end in is named', () => {
  const named = new Set(readFileSync(PAGE, 'utf8').match(/HUB_(UPSTREAM|CASELOAD)_[A-Z_]+/g));
  for (const code of named) expect(Object.keys(ERROR_CODES)).toContain(code);
  // The first is of callers, the second of HL7 v2.
  const others = ['HUB_UPSTREAM_STOPPED', 'HUB_UPSTREAM_DECLINED'];
  // Those of files stand on the page about extracts.
  const possible = Object.keys(ERROR_CODES).filter((code) => /^HUB_(UPSTREAM|CASELOAD(?!_FILE))_/.test(code));
  expect([...named].sort()).toEqual(possible.filter((code) => !others.includes(code)).sort());
});

test('the figures of the page are those of the code', () => {
  expect(BACK_OFF).toEqual({ firstMs: 250, mostMs: 8_000 });
  expect(GUARD).toMatchObject({ failures: 8, openMs: 15_000 });
  expect(Object.keys(IncompleteReason)).toHaveLength(9);
});

test('the registry knows each adapter by the id of its manifest', () => {
  expect([...adapterModules.keys()]).toEqual(['fhir-r4', 'caseload-extract', 'hl7v2']);
  for (const [id, module] of adapterModules) expect(module.manifest.id).toBe(id);
});
