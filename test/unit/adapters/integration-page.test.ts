/** The page for a trust's integration engineer says what the adapter's manifest and rules say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { IncompleteReason } from '../../../adapters/fhir-r4/caseload/incomplete.js';
import { manifest } from '../../../adapters/fhir-r4/manifest.js';
import { GUARD } from '../../../adapters/fhir-r4/transport/guard.js';
import { BACK_OFF } from '../../../adapters/fhir-r4/transport/retry.js';
import { adapterModules } from '../../../adapters/registry.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';

const PAGE = new URL('../../../docs/trust-integration-engineer.md', import.meta.url);
const BETWEEN = /(?<=<!-- settings:begin -->\n)[\s\S]*?(?=<!-- settings:end -->)/;

/** One line per setting: name, type with choices, default or necessity, help. */
function settingsTable(): string {
  const lines = manifest.settings.map(({ key, type, required, default: stated, choices, help }) => {
    const kind = choices === undefined ? type : choices.join(' or ');
    // A bar would begin another cell.
    const cells = [`\`${key}\``, kind, required ? 'required' : String(stated ?? ''), help];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `\n| setting | type | default | meaning |\n|---|---|---|---|\n${lines.join('\n')}\n\n`;
}

test('the settings table is the manifest’s (HUB_WRITE_DOCS=1 writes it)', () => {
  const page = readFileSync(PAGE, 'utf8');
  if (process.env.HUB_WRITE_DOCS === '1') writeFileSync(PAGE, page.replace(BETWEEN, settingsTable()));
  expect(BETWEEN.exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(settingsTable());
});

test('every code that the page names exists, and every one that a read or a write can end in is named', () => {
  const named = new Set(readFileSync(PAGE, 'utf8').match(/HUB_(UPSTREAM|CASELOAD)_[A-Z_]+/g));
  for (const code of named) expect(Object.keys(ERROR_CODES)).toContain(code);
  const ofCallers = ['HUB_UPSTREAM_STOPPED'];
  // Those of files stand on the page about extracts.
  const possible = Object.keys(ERROR_CODES).filter((code) => /^HUB_(UPSTREAM|CASELOAD(?!_FILE))_/.test(code));
  expect([...named].sort()).toEqual(possible.filter((code) => !ofCallers.includes(code)).sort());
});

test('the figures of the page are those of the code', () => {
  expect(BACK_OFF).toEqual({ firstMs: 250, mostMs: 8_000 });
  expect(GUARD).toMatchObject({ failures: 8, openMs: 15_000 });
  expect(Object.keys(IncompleteReason)).toHaveLength(9);
});

test('the registry knows each adapter by the id of its manifest', () => {
  expect([...adapterModules.keys()]).toEqual(['fhir-r4', 'caseload-extract']);
  for (const [id, module] of adapterModules) expect(module.manifest.id).toBe(id);
});
