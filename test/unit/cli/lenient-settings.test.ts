/** One wrong setting costs the doctor that setting and no other; what kind of hub was meant stays known. */
import fc from 'fast-check';
import { lenientSettings } from '../../../src/main/doctor/lenient-settings.js';
import { SETTINGS } from '../../../src/platform/settings/setting-table.js';
import { readSettings } from '../../../src/platform/settings/settings.js';

const PRODUCTION = {
  DATABASE_URL: 'postgres://owner:word@db/hub',
  HUB_TOKEN_ISSUER: 'https://issuer.example',
  HUB_TOKEN_AUDIENCE: 'hub',
  HUB_TOKEN_JWKS_URL: 'https://issuer.example/keys',
  HUB_CURSOR_SECRET: 'iW6xgkz8vQ3nT1bYrUo0pLdJ5hMsCeFa',
};

test('settings without a fault are those that the hub reads', () => {
  for (const env of [{}, PRODUCTION])
    expect(lenientSettings(env)).toEqual({ settings: readSettings(env), faults: [] });
});

test('a wrong one is at its default, the others stay', () => {
  const { settings, faults } = lenientSettings({ ...PRODUCTION, HUB_PORT: 'many', HUB_SWEEP_HOURS: '12' });
  expect(faults).toEqual([expect.stringMatching(/^HUB_PORT: /)]);
  expect(settings).toMatchObject({
    port: 4000,
    sweepHours: 12,
    databaseUrl: PRODUCTION.DATABASE_URL,
    isDemonstration: false,
  });
});

test.each([
  ['HUB_TOKEN_AUDIENCE', undefined],
  ['HUB_TOKEN_JWKS_URL', 'nowhere'],
])('the token settings go together: %s', (name, value) => {
  const { settings, faults } = lenientSettings({ ...PRODUCTION, [name]: value });
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  expect([settings.tokenIssuer, settings.tokenAudience, settings.tokenJwksUrl]).toEqual([null, null, null]);
  expect(settings.databaseUrl).toBe(PRODUCTION.DATABASE_URL);
});

test.each([
  ['off, and nothing else', { HUB_DEMONSTRATION: 'off' }, false],
  ['off, with a wrong database', { HUB_DEMONSTRATION: 'off', DATABASE_URL: 'x' }, false],
  ['a wrong database', { DATABASE_URL: 'mysql://a:b@c/d' }, false],
  ['a wrong word, no database', { HUB_DEMONSTRATION: 'maybe' }, true],
  ['a wrong word beside a database', { ...PRODUCTION, HUB_DEMONSTRATION: 'maybe' }, false],
  ['on, with a wrong port', { ...PRODUCTION, HUB_DEMONSTRATION: 'on', HUB_PORT: 'x' }, true],
])('a demonstration or not, by what was meant: %s', (_what, env, expected) => {
  const { settings, faults } = lenientSettings(env);
  expect(settings.isDemonstration).toBe(expected);
  expect(faults.length).toBeGreaterThan(0);
});

test('whatever the environment holds, it is read, and faults are those that stop a start', () => {
  const names = Object.values(SETTINGS).map(({ name }) => name);
  const value = fc.oneof(
    fc.constantFrom('', 'on', 'off', '4000', 'https://a.example/x', PRODUCTION.DATABASE_URL),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (env) => {
      const { faults } = lenientSettings(env);
      let refused: unknown = [];
      try {
        readSettings(env);
      } catch (error) {
        refused = (error as { details: { faults: unknown } }).details.faults;
      }
      expect(faults).toEqual(refused);
    }),
  );
});
