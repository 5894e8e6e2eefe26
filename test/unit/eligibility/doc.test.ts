/** docs/eligibility.md says what the code does: its tables are written from seeds, flags and reasons. `HUB_WRITE_DOCS=1` rewrites them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Verdict } from '../../../src/casework/eligibility/combine.rules.js';
import { CONFIRMERS } from '../../../src/casework/eligibility/criterion.rules.js';
import { blockOf, GENERATED, withBlocks } from '../../support/eligibility-doc.js';

const PAGE = new URL('../../../docs/eligibility.md', import.meta.url);
if (process.env.HUB_WRITE_DOCS) writeFileSync(PAGE, withBlocks(readFileSync(PAGE, 'utf8')));
const page = readFileSync(PAGE, 'utf8');

test.each(Object.keys(GENERATED))('the block of %s is as the code has it', (name) => {
  expect(blockOf(page, name)).toBe(GENERATED[name]);
});

test('every verdict and everybody who may be asked is explained', () => {
  for (const name of [...Object.values(Verdict), ...CONFIRMERS]) expect(page).toContain(`\`${name}\``);
});

test('a block that differs is found, and writing mends it', () => {
  const stale = page.replace(GENERATED.flags!, 'something else');
  expect(blockOf(stale, 'flags')).toBe('something else');
  expect(withBlocks(stale)).toBe(page);
  expect(blockOf(page, 'unheard of')).toBeNull();
});
