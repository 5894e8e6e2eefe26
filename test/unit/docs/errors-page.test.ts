/** docs/errors.md is the table in code, and every code that the source uses is in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { renderErrorsPage } from '../../../src/core/error-docs.js';

const page = join(import.meta.dirname, '../../../docs/errors.md');

test('the page is what the table says (HUB_WRITE_DOCS=1 rewrites it)', () => {
  if (process.env.HUB_WRITE_DOCS) writeFileSync(page, renderErrorsPage());
  expect(readFileSync(page, 'utf8')).toBe(renderErrorsPage());
});

test.each(Object.entries(ERROR_CODES))('%s says what it means and who does what', (code, row) => {
  expect(code).toMatch(/^HUB_[A-Z]+_?[A-Z_]*$/);
  expect(row.meaning).toMatch(/^[A-Z].*\.$/);
  expect(row.solve).toMatch(/^[A-Z].*\.$/);
});
