/** Every way of answering that the table of answers has, by name, given by a server over a few documents. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { CANARY } from './fhir-resources.js';
import { selfSigned } from './self-signed.js';

const FHIR = 'application/fhir+json';

/** What a request was for. */
export type Interaction = 'read' | 'search' | 'create' | 'update';

/** A request as it arrived. */
export interface ScriptedRequest {
  readonly interaction: Interaction;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (request: ScriptedRequest, response: ServerResponse) => void;

const whole =
  (status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': FHIR, ...headers }).end(body);
  };

const outcome = (code: string | null): string =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', ...(code === null ? {} : { code }), diagnostics: CANARY }],
  });

const status = (code: number, headers: Record<string, string> = {}): Answer =>
  whole(code, outcome('exception'), headers);

/** The resource that was sent, with the id that it has from now on. */
const stored = ({ body }: ScriptedRequest): string =>
  JSON.stringify({ ...(JSON.parse(body) as object), id: 'doc-1', meta: { versionId: '7' } });
const withId =
  (code: number): Answer =>
  (request, response) =>
    whole(code, stored(request))(request, response);

const LOCATION = { location: 'https://record.example/fhir/DocumentReference/doc-1/_history/7' };
const HTML = `<html><h1>${CANARY}</h1></html>`;

/** Answers of a server that was reached, by the names of the table's cases. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '200 with id': withId(200),
  '201 with id': withId(201),
  '201 empty with Location': whole(201, '', LOCATION),
  '202 with id': withId(202),
  '202 empty': whole(202),
  '200 HTML': whole(200, HTML, { 'content-type': 'text/html' }),
  '201 HTML with Location': whole(201, HTML, { ...LOCATION, 'content-type': 'text/html' }),
  '202 HTML': whole(202, HTML, { 'content-type': 'text/html' }),
  '200 empty': whole(200),
  '201 empty without Location': whole(201),
  '204': (_request, response) => void response.writeHead(204).end(),
  '200 without id': whole(200, JSON.stringify({ resourceType: 'DocumentReference', note: CANARY })),
  '200 null': whole(200, 'null'),
  '200 text': whole(200, JSON.stringify(CANARY)),
  '200 cut short': whole(200, `{"resourceType":"DocumentReference","id":"doc-1","note":"${CANARY}`),
  '200 not UTF-8': whole(200, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
  '200 XML': whole(200, `<DocumentReference note="${CANARY}"/>`, { 'content-type': 'application/fhir+xml' }),
  '200 too large': whole(200, JSON.stringify({ resourceType: 'DocumentReference', id: 'x'.repeat(200_000) })),
  '200 another resource': whole(200, JSON.stringify({ resourceType: 'Patient', id: 'doc-1' })),
  '200 outcome of its own making': whole(200, outcome('no-good')),
  '201 outcome without a type': whole(201, outcome(null), LOCATION),
  '304': (_request, response) => void response.writeHead(304).end(),
  'no answer': () => undefined,
  'head and no body': (_request, response) => {
    response.writeHead(200, { 'content-type': FHIR }).write('{"resourceType":');
  },
  'reset without an answer': (_request, response) => void response.socket?.destroy(),
  'reset in the body': (_request, response) => {
    response.writeHead(200, { 'content-type': FHIR, 'content-length': '5000' });
    response.write('{"resourceType":', () => setImmediate(() => response.socket?.destroy()));
  },
};

/** Cases that end by the hub's own limit. */
export const ENDLESS: ReadonlySet<string> = new Set(['no answer', 'head and no body']);

/** Cases in which nothing is ever received: they are addresses rather than answers. */
export const UNREACHED = [
  'connection refused',
  'no such host',
  'no TLS',
  'reset before TLS',
  'certificate not trusted',
] as const;
type Unreached = (typeof UNREACHED)[number];

/** How a case is answered. Throws for a name that no table has. */
function answerFor(name: string): Answer {
  const known = ANSWERS[name];
  if (known !== undefined) return known;
  const issue = /^200 outcome ([a-z-]+)$/.exec(name)?.[1];
  if (issue !== undefined) return whole(200, outcome(issue));
  if (/^3\d\d$/.test(name)) return status(Number(name), { location: 'http://127.0.0.1:9/fhir/elsewhere' });
  if (/^[45]\d\d$/.test(name)) return status(Number(name), name === '429' ? { 'retry-after': '7' } : {});
  throw new Error(`no answer is called ${name}`);
}

const listening = <T extends Server>(server: T): Promise<T> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function interactionOf({ method, url = '' }: IncomingMessage): Interaction {
  if (method === 'PUT') return 'update';
  if (method === 'POST') return url.endsWith('/_search') ? 'search' : 'create';
  return /\/DocumentReference\/[^/?]+$/.test(url) ? 'read' : 'search';
}

export interface AnsweringServer {
  /** Ends in a slash. */
  readonly baseUrl: string;
  readonly seen: readonly ScriptedRequest[];
  /** What a read and a search find, as JSON resources; nothing by default. */
  hold(...resources: readonly object[]): void;
  /** The same from the moment that the next interaction of that kind has come. */
  holdAfter(interaction: Interaction, ...resources: readonly object[]): void;
  /** The next interactions of that kind are answered so, until told otherwise; null answers rightly. */
  answer(interaction: Interaction, name: string | null): void;
  /** An address at which that case happens to every request. */
  unreached(name: Unreached): string;
  close(): Promise<void>;
}

function rightly(interaction: Interaction, held: readonly object[]): Answer {
  if (interaction === 'create') return withId(201);
  if (interaction === 'update') return withId(200);
  if (interaction === 'read')
    return held.length === 0 ? status(404) : whole(200, JSON.stringify(held[0]), { etag: 'W/"7"' });
  const entry = held.map((resource) => ({ resource, search: { mode: 'match' } }));
  return whole(200, JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: held.length, entry }));
}

/** Starts it, with a closed port, a socket that never speaks TLS and one whose certificate nobody trusts beside it. */
export async function startAnsweringServer(): Promise<AnsweringServer> {
  const seen: ScriptedRequest[] = [];
  const script = new Map<Interaction, string>();
  let held: readonly object[] = [];
  const coming = new Map<Interaction, readonly object[]>();
  const server = await listening(
    createHttpServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { url = '', headers } = request;
        const interaction = interactionOf(request);
        const one = { interaction, url, headers, body: Buffer.concat(pieces).toString('utf8') };
        seen.push(one);
        response.setHeader('x-detail', CANARY);
        held = coming.get(interaction) ?? held;
        coming.delete(interaction);
        const name = script.get(interaction);
        (name === undefined ? rightly(interaction, held) : answerFor(name))(one, response);
      });
    }),
  );
  const closed = await listening(createTcpServer());
  const closedPort = portOf(closed);
  await new Promise((resolve) => closed.close(resolve));
  const silent = await listening(createTcpServer((socket) => void socket.destroy()));
  const untrusted = await listening(
    createTlsServer(selfSigned(), (_request, response) => void response.end()),
  );
  const addresses: Readonly<Record<Unreached, string>> = {
    'connection refused': `http://127.0.0.1:${closedPort}/fhir/`,
    'no such host': 'https://record-system.invalid/fhir/',
    'no TLS': `https://127.0.0.1:${portOf(server)}/fhir/`,
    'reset before TLS': `https://127.0.0.1:${portOf(silent)}/fhir/`,
    'certificate not trusted': `https://localhost:${portOf(untrusted)}/fhir/`,
  };
  return {
    baseUrl: `http://127.0.0.1:${portOf(server)}/fhir/`,
    seen,
    hold: (...resources) => {
      held = resources;
    },
    holdAfter: (interaction, ...resources) => {
      coming.set(interaction, resources);
    },
    answer: (interaction, name) => {
      if (name === null) script.delete(interaction);
      else script.set(interaction, name);
    },
    unreached: (name) => addresses[name],
    close: async () => {
      server.closeAllConnections();
      untrusted.closeAllConnections();
      const servers: readonly Server[] = [server, silent, untrusted];
      await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}
