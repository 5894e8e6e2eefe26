/** Keys at an address: cached, bounded in time and size, and never a lever to flood the issuer. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { remoteKeySource } from '../../../../src/access/tokens/key-source.js';
import { FixedClock } from '../../../../src/core/clock.js';
import { aVerifier, claims, es256, jwks, NOW, verdict } from './token-support.js';

let server: Server;
let fetched: number;

async function issuerAnswering(answer: RequestListener): Promise<URL> {
  fetched = 0;
  server = createServer((request, response) => {
    fetched++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const json: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
};

it('fetches once for many tokens', async () => {
  const address = await issuerAnswering(json);
  const verifier = aVerifier({ keys: remoteKeySource(address, { clock: new FixedClock(NOW) }) });
  const tokens = Array.from({ length: 20 }, (_, i) => es256(claims({ sub: `s-${i}` })));
  expect(await Promise.all(tokens.map((token) => verdict(verifier, token)))).toEqual(Array(20).fill('ok'));
  expect(fetched).toBe(1);
});

it('a hundred unknown key ids cause no fetch beyond the first', async () => {
  const address = await issuerAnswering(json);
  const verifier = aVerifier({ keys: remoteKeySource(address, { clock: new FixedClock(NOW) }) });
  await verdict(verifier, es256(claims()));
  for (let i = 0; i < 100; i++)
    expect(await verdict(verifier, es256(claims(), { kid: `forged-${i}` }))).toBe('KEY_UNKNOWN');
  expect(fetched).toBe(1);
});

it('an issuer that fails is asked again only after the cooldown', async () => {
  let broken = true;
  const address = await issuerAnswering((request, response) => {
    if (broken) response.writeHead(500).end('no');
    else json(request, response);
  });
  const clock = new FixedClock(NOW);
  const verifier = aVerifier({ clock, keys: remoteKeySource(address, { clock }) });
  for (let i = 0; i < 10; i++)
    expect(await verdict(verifier, es256(claims()))).toBe('HUB_ACCESS_KEYS_UNAVAILABLE');
  expect(fetched).toBe(1);
  broken = false;
  clock.advance(5_001);
  expect(await verdict(verifier, es256(claims()))).toBe('ok');
});

it.each<[string, RequestListener]>([
  [
    'redirects elsewhere',
    (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  ],
  ['is not JSON', (_request, response) => response.end('<html>')],
  ['holds no keys', (_request, response) => response.end('{}')],
  ['never ends', (_request, response) => response.write('{"keys":[')],
  [
    'is larger than any key set',
    (_request, response) => response.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`),
  ],
])('refuses an answer that %s', async (_name, answer) => {
  const address = await issuerAnswering(answer);
  const keys = remoteKeySource(address, { clock: new FixedClock(NOW), timeoutMs: 200 });
  expect(await verdict(aVerifier({ keys }), es256(claims()))).toBe('HUB_ACCESS_KEYS_UNAVAILABLE');
});

it('is https, but for the loopback interface', () => {
  const options = { clock: new FixedClock(NOW) };
  expect(() => remoteKeySource(new URL('http://login.trust.example/jwks'), options)).toThrow(/https/);
  expect(() => remoteKeySource(new URL('https://login.trust.example/jwks'), options)).not.toThrow();
});
