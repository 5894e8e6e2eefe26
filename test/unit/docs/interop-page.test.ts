/** The integration page and the interop suite name the same variables, and the page's mark is the suite's. */
import { readFileSync } from 'node:fs';
import { DOCUMENT_MARK, MARK } from '../../interop/marked-data.js';
import { siteOf } from '../../interop/site.js';

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const page = textOf('docs/trust-integration-engineer.md');
const namesIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/HUB_INTEROP_[A-Z_]+/g)].map(([name]) => name))].sort();

test('every variable that is read is on the page, and no other', () => {
  expect(namesIn(page)).toEqual(
    namesIn(textOf('test/interop/site.ts')).filter((name) => name !== 'HUB_INTEROP_'),
  );
});

test('what marks the data is on the page', () => {
  expect(page).toContain(`\`${MARK}|test-data\``);
  expect(page).toContain(`\`${DOCUMENT_MARK}\``);
});

describe('the environment', () => {
  const BASE = { HUB_INTEROP_BASE_URL: 'https://fhir.example/r4' };

  test('without a base address names no server', () => {
    expect(siteOf({ HUB_INTEROP_TOKEN: 'x' })).toBeNull();
    expect(siteOf({ HUB_INTEROP_BASE_URL: '' })).toBeNull();
  });

  test('has what is documented where nothing else is said', () => {
    expect(siteOf(BASE)).toEqual({
      settings: { baseUrl: BASE.HUB_INTEROP_BASE_URL, auth: 'NONE' },
      odsCode: 'X26',
      team: null,
      author: null,
      episodes: 2_000,
      cleansAll: false,
    });
  });

  test('signs in by token where there is one', () => {
    const site = siteOf({
      ...BASE,
      HUB_INTEROP_TOKEN: 'x',
      HUB_INTEROP_CLEAN: '1',
      HUB_INTEROP_EPISODES: '40',
    });
    expect(site).toMatchObject({
      settings: { auth: 'BEARER', bearerToken: 'x' },
      episodes: 40,
      cleansAll: true,
    });
  });

  test('a token endpoint without client or key is said to be so', () => {
    expect(() => siteOf({ ...BASE, HUB_INTEROP_TOKEN_URL: 'https://auth.example/token' })).toThrow(
      /HUB_INTEROP_CLIENT_ID and HUB_INTEROP_KEY_FILE/,
    );
  });
});
