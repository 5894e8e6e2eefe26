/** Settings of sending: what is accepted, what is told, and that nothing but its own setting sends in clear. */
import { z } from 'zod';
import {
  createSiteSender,
  SENDER_DEFAULTS,
  senderCrossFaults,
  senderFields,
  senderSettings,
} from '../../../../../adapters/hl7v2/mllp/sender-settings.js';
import { systemClock } from '../../../../../src/core/clock.js';
import { silentLogger } from '../../../../../src/core/logger.js';
import { never } from '../../../../contract/contract-case.js';

const schema = z.strictObject(senderFields);
const parse = (raw: Record<string, unknown>) => schema.parse(raw);
const dependencies = { system: 'SITE', clock: systemClock, logger: silentLogger };

test('with nothing stated nothing is sent, and TLS is on', () => {
  expect(parse({})).toMatchObject({ sendHost: null, sendPort: null, ...SENDER_DEFAULTS });
  expect(senderCrossFaults(parse({}))).toEqual([]);
});

test('every field is described, with the default that it has', () => {
  expect(senderSettings.map(({ key }) => key)).toEqual(Object.keys(senderFields));
  const defaults = senderSettings.flatMap((one) =>
    one.default === undefined ? [] : [[one.key, one.default]],
  );
  expect(Object.fromEntries(defaults)).toEqual(SENDER_DEFAULTS);
});

test.each<[Record<string, unknown>, readonly string[]]>([
  [{ sendHost: 'engine' }, ['sendPort']],
  [{ sendPort: 6661 }, ['sendPort']],
  [{ sendCertificateFile: '/a' }, ['sendKeyFile']],
  [{ sendTls: false, sendAuthorityFile: '/a' }, ['sendAuthorityFile']],
  [
    { sendTls: 'false', sendServerName: 'x', sendCertificateFile: '/a', sendKeyFile: '/b' },
    ['sendServerName', 'sendCertificateFile'],
  ],
  [{ sendHost: 'engine', sendPort: '6661', sendTls: false }, []],
])('%j', (raw, expected) => {
  expect(senderCrossFaults(parse(raw)).map((fault) => fault.split(':')[0])).toEqual(expected);
});

test.each([{ sendHost: 'a b' }, { sendPort: 0 }, { sendCertificateFile: 'x.pem' }, { sendConnections: 17 }])(
  'not %j',
  (raw) => {
    expect(schema.safeParse(raw).success).toBe(false);
  },
);

test('files that cannot be used refuse the message, and the destination is paused', async () => {
  const raw = { sendHost: 'localhost', sendPort: 1, sendAuthorityFile: '/no/such/file' };
  const sender = createSiteSender(parse(raw), dependencies);
  for (const work of [
    () => sender.reach(never()),
    () => sender.exchange(Buffer.from('x'), () => ({ kind: 'ASIDE' }), never()),
  ])
    await expect(work()).rejects.toMatchObject({
      code: 'HUB_UPSTREAM_REFUSED',
      retry: 'paused',
      details: { fault: 'TLS_UNREADABLE' },
    });
  sender.close();
});
