/** An authorisation server of one client on the loopback interface: gives a token for a signed assertion, as SMART Backend Services has it. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { jwtVerify } from 'jose';

/** The server, and the key with which its one client signs. */
export interface TokenEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly keyFile: string;
  /** Tokens given. */
  given(): number;
  close(): void;
}

/** Starts it; the private key is written to a file. */
export async function startTokenEndpoint(keyFile: string): Promise<TokenEndpoint> {
  const clientId = 'interop';
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  let given = 0;
  const server = createServer(async (request, response) => {
    const assertion = new URLSearchParams(await text(request)).get('client_assertion') ?? '';
    const claims = { issuer: clientId, subject: clientId, audience: url(), algorithms: ['ES384'] };
    const isGood = await jwtVerify(assertion, publicKey, claims).then(
      () => true,
      () => false,
    );
    if (isGood) given += 1;
    const answer = isGood
      ? { access_token: `token-${given}`, token_type: 'Bearer', expires_in: 300 }
      : { error: 'invalid_client' };
    response
      .writeHead(isGood ? 200 : 400, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer));
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: url(), clientId, keyFile, given: () => given, close: () => server.close() };
}
