/** A record system with its authorisation server behind TLS, which notes who showed which certificate and what came with it. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { type Authority, authority, type Issued } from './certificates.js';

const FHIR = { 'content-type': 'application/fhir+json' };

/** A request as it arrived. */
export interface Arrival {
  /** Common name in the certificate that was shown; null where none was. */
  readonly shownBy: string | null;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The token that it gives out. */
export const ISSUED_TOKEN = 'token-of-the-site';

export interface MutualTlsSite {
  readonly authority: Authority;
  readonly port: number;
  /** Ends in `/fhir/`. */
  readonly baseUrl: string;
  readonly tokenUrl: string;
  /** The same without TLS. */
  readonly plainUrl: string;
  readonly arrivals: readonly Arrival[];
  /** A certificate of the hub's, by the authority that the site believes. */
  issue(days?: { readonly from?: string; readonly to?: string }): Issued;
  /** Connections that are open. */
  connections(): Promise<number>;
  /** Settings of an adapter that signs in there, without a certificate of its own. */
  settings(): Record<string, unknown>;
  close(): Promise<void>;
}

const signing = generateKeyPairSync('ec', { namedCurve: 'P-384' });

/** Starts it. `wants`: it shuts out whoever shows no certificate of its authority; else it looks at one where it is shown. */
export async function startMutualTlsSite(wants: boolean): Promise<MutualTlsSite> {
  const own = authority();
  const arrivals: Arrival[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, socket } = request;
    const peer = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : null;
    const named = peer?.subject?.CN;
    const shownBy = named === undefined ? null : String(named);
    const body = await text(request);
    arrivals.push({ shownBy, method, url, headers, body });
    if (url === '/token')
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: ISSUED_TOKEN, token_type: 'Bearer', expires_in: 300 }));
    else if (method === 'POST')
      response
        .writeHead(201, FHIR)
        .end(JSON.stringify({ ...(JSON.parse(body) as object), id: 'doc-1', meta: { versionId: '1' } }));
    else response.writeHead(200, FHIR).end('{"resourceType":"Bundle","type":"searchset","total":0}');
  }

  const server: Server = createServer(
    {
      ...own.issue({ addresses: ['127.0.0.1'] }),
      ca: own.cert,
      requestCert: true,
      rejectUnauthorized: wants,
    },
    serve,
  );
  const plain = createPlainServer(serve);
  for (const one of [server, plain])
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const baseUrl = `https://127.0.0.1:${port}/fhir/`;
  const tokenUrl = `https://127.0.0.1:${port}/token`;
  return {
    authority: own,
    port,
    baseUrl,
    tokenUrl,
    plainUrl: `http://127.0.0.1:${(plain.address() as AddressInfo).port}/fhir/`,
    arrivals,
    issue: (days = {}) => own.issue({ name: 'the-hub', ...days }),
    connections: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
    settings: () => ({
      baseUrl,
      tokenUrl,
      certificateAuthority: own.cert,
      auth: 'SMART_BACKEND',
      clientId: 'the-hub',
      scopes: 'system/*.rs',
      privateKey: String(signing.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    }),
    close: async () => {
      for (const one of [server, plain]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}
