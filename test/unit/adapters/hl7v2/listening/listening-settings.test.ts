/** Settings of listening: defaults that let nobody in by accident, and every fault. */
import { z } from 'zod';
import {
  LISTENING_DEFAULTS,
  listeningCrossFaults,
  listeningFields,
  listeningSettings,
  listeningTlsFiles,
} from '../../../../../adapters/hl7v2/listening/listening-settings.js';

const schema = z.strictObject(listeningFields);
const parse = (raw: Record<string, unknown>) => schema.parse(raw);

test('with nothing stated nobody listens, and if anybody did it would be to this machine', () => {
  const settings = parse({});
  expect(settings).toMatchObject({ listenPort: null, listenHost: '127.0.0.1', maxConnections: 1_000 });
  expect(['127.0.0.1', '::1', '10.0.0.1'].map(settings.allowedAddresses)).toEqual([true, true, false]);
  expect([listeningCrossFaults(settings), listeningTlsFiles(settings)]).toEqual([[], null]);
});

test('every field is described, with the default that it has', () => {
  expect(listeningSettings.map(({ key }) => key)).toEqual(Object.keys(listeningFields));
  const defaults = listeningSettings.flatMap((one) =>
    one.default === undefined ? [] : [[one.key, one.default]],
  );
  expect(Object.fromEntries(defaults)).toEqual(LISTENING_DEFAULTS);
});

test('lists are read as they are compared', () => {
  const print = 'ab'.repeat(32);
  expect(
    parse({
      allowedSenders: 'PAS | RXX, *|RYY',
      allowedCertificates: ['CN=engine', print],
      versions: ['2.4'],
    }),
  ).toMatchObject({
    allowedSenders: [
      { application: 'PAS', facility: 'RXX' },
      { application: '*', facility: 'RYY' },
    ],
    allowedCertificates: ['engine', 'AB:'.repeat(31).concat('AB')],
    versions: ['2.4'],
  });
});

test.each<[string, string]>([
  ['unicode', 'UTF-8'],
  ['UNICODE UTF-8', 'UTF-8'],
  ['8859/1', '8859/1'],
  ['windows-1252', 'WINDOWS-1252'],
])('the character set %s is %s', (stated, expected) => {
  expect(parse({ characterSet: stated }).characterSet).toBe(expected);
});

test.each([
  { characterSet: 'UTF-16' },
  { characterSet: 'Klingon' },
  { timeZone: 'Europe/Nowhere' },
  { allowedAddresses: 'engine' },
  { allowedSenders: 'PAS' },
  { messageTypes: 'A01'.slice(0, 2) },
  { versions: '3.0' },
  { processingId: 'X' },
  { listenPort: 65_536 },
  { listenHost: 'a b' },
  { listenKeyFile: 'relative.key' },
  { maxMessageBytes: 16_777_217 },
  { whenNotKept: 'ACCEPT' },
])('not %j', (raw) => {
  expect(schema.safeParse(raw).success).toBe(false);
});

test.each<[Record<string, unknown>, readonly string[]]>([
  [{ listenCertificateFile: '/a' }, ['listenKeyFile']],
  [{ listenAuthorityFile: '/a' }, ['listenAuthorityFile']],
  [{ allowedCertificates: 'CN=a' }, ['allowedCertificates']],
  [{ maxMessageBytes: 16_777_216, maxHeldBytes: 1_048_576 }, ['maxHeldBytes']],
  [
    {
      listenCertificateFile: '/a',
      listenKeyFile: '/b',
      listenAuthorityFile: '/c',
      allowedCertificates: 'CN=a',
    },
    [],
  ],
])('%j together', (raw, expected) => {
  expect(listeningCrossFaults(parse(raw)).map((fault) => fault.split(':')[0])).toEqual(expected);
});
