/** A FHIR server that is well behaved but for one exchange, in which it does what its case in the list says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { authority } from '../certificates.js';
import type { TestResource } from '../fhir-resources.js';
import { selfSigned } from '../self-signed.js';
import { type ForeignHost, startForeignHost } from './foreign-host.js';
import {
  type Asked,
  type HostileAnswer,
  type RightAnswer,
  sendRight,
  WHOLE_ANSWERS,
} from './hostile-answers.js';
import { type Exchange, HOSTILE_CASES, OPERATIONS, type Operation } from './hostile-cases.js';
import { CONTENTS } from './hostile-contents.js';
import {
  CAPABILITIES,
  episodeOf,
  FILED,
  NHS_NUMBER,
  PERSON,
  SECRET_TOKEN,
  TEAM_RESOURCE,
} from './hostile-record.js';

/** Where a process finds everything. */
export interface HostileAddresses {
  /** `http://…`, without a slash at the end; a base is `<origin>/<case>/<operation>/fhir/`. */
  readonly origin: string;
  /** Of servers whose TLS is at fault, by the fault. */
  readonly tls: Readonly<Record<string, string>>;
  /** Certificate of the authority that the hub is told to believe, PEM. */
  readonly authority: string;
}

export interface HostileServer {
  readonly addresses: HostileAddresses;
  readonly foreign: ForeignHost;
  /** Requests outside the base that the hub was given, as `<case> <method> <path>`. */
  readonly strays: readonly string[];
  /** Requests that carried a cookie, or an NHS number in their address. */
  readonly tellTales: readonly string[];
  /** Requests that came through a TLS that must not be believed. */
  readonly believed: readonly string[];
  /** Cases that were asked for something, by how often. */
  readonly asked: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const searchset = (matches: readonly TestResource[], included: readonly TestResource[] = []) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  meta: { lastUpdated: '2026-03-01T09:00:00.000Z' },
  total: matches.length,
  entry: [
    ...matches.map((resource) => ({ resource, search: { mode: 'match' } })),
    ...included.map((resource) => ({ resource, search: { mode: 'include' } })),
  ],
});

const EXPORTED = { EpisodeOfCare: episodeOf(PERSON), Patient: PERSON } as const;

/** What a well-behaved server says. */
function rightly(exchange: Exchange, base: string, path: string): RightAnswer {
  const ok = (
    body: RightAnswer['body'],
    headers: Record<string, string> = {},
    status = 200,
  ): RightAnswer => ({
    status,
    headers,
    body: JSON.parse(JSON.stringify(body)) as RightAnswer['body'],
  });
  switch (exchange) {
    case 'pull':
      return ok(searchset([episodeOf(PERSON)], [PERSON]));
    case 'teams':
      return ok(searchset([TEAM_RESOURCE]));
    case 'record':
    case 'patients':
      return ok(searchset([PERSON]));
    case 'documents':
    case 'readBack':
      return ok(searchset([FILED]));
    case 'readOne':
      return ok(FILED, { etag: 'W/"7"' });
    case 'update':
      return ok({ ...FILED, status: 'entered-in-error', meta: { versionId: '8' } }, { etag: 'W/"8"' });
    case 'submit':
      return ok(FILED, { etag: 'W/"7"', location: `${base}DocumentReference/doc-1/_history/7` }, 201);
    case 'health':
      return ok(CAPABILITIES);
    case 'token':
      return ok({ access_token: SECRET_TOKEN, token_type: 'Bearer', expires_in: 300 });
    case 'kickOff':
      return { status: 202, headers: { 'content-location': `${base}jobs/1` }, body: null };
    case 'job':
      return ok({
        transactionTime: '2026-03-01T09:00:00.000Z',
        requiresAccessToken: true,
        output: Object.keys(EXPORTED).map((type) => ({ type, url: `${base}files/${type}`, count: 1 })),
        error: [],
      });
    case 'file':
    case 'export': {
      const type = path.split('/').at(-1) as keyof typeof EXPORTED;
      return {
        status: 200,
        headers: { 'content-type': 'application/fhir+ndjson' },
        body: `${JSON.stringify(EXPORTED[type])}\n`,
      };
    }
  }
}

/** What a request is for; `operation` tells searches of one type apart. */
function exchangeOf(operation: Operation, method: string, path: string): Exchange {
  if (path === 'metadata') return 'health';
  if (path.endsWith('$export')) return 'kickOff';
  if (path.startsWith('jobs/')) return 'job';
  if (path.startsWith('files/')) return 'file';
  if (path.startsWith('Anything')) return operation;
  if (path.startsWith('Organization')) return 'teams';
  if (path.startsWith('EpisodeOfCare')) return 'pull';
  if (path.startsWith('Patient')) return operation === 'record' ? 'record' : 'patients';
  if (method === 'PUT') return 'update';
  if (/^DocumentReference\/[^_/?]+$/.test(path)) return 'readOne';
  if (method === 'POST' && path === 'DocumentReference') return 'submit';
  return operation === 'documents' ? 'documents' : 'readBack';
}

/** The exchange of an operation that is answered in a hostile way. */
const hostileOf = (operation: Operation): Exchange => (operation === 'export' ? 'file' : operation);

const answerNamed = (name: string): HostileAnswer => {
  const answer = WHOLE_ANSWERS[name] ?? CONTENTS[name];
  if (answer === undefined) throw new Error(`no answer is called ${name}`);
  return answer;
};

const withoutPatients = ({ right }: Asked): void => {
  const bundle = right.body as { entry: { search: { mode: string } }[] };
  bundle.entry = bundle.entry.filter(({ search }) => search.mode === 'match');
};

const PATH = /^\/([^/]+)\/([^/]+)\/(?:fhir\/(.*)|token)$/;

class Answering {
  readonly strays: string[] = [];
  readonly tellTales: string[] = [];
  readonly asked = new Map<string, number>();

  constructor(private readonly foreign: string) {}

  answer(request: IncomingMessage, response: ServerResponse, origin: string): void {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, origin);
    const [, id = '', name = '', path] = PATH.exec(pathname) ?? [];
    const operation = OPERATIONS.find((one) => one === name);
    if (operation === undefined) {
      this.strays.push(`${method} ${url}`);
      response.writeHead(404).end();
      return;
    }
    this.asked.set(id, (this.asked.get(id) ?? 0) + 1);
    if (headers.cookie !== undefined || decodeURIComponent(url).includes(NHS_NUMBER))
      this.tellTales.push(`${id} ${method} ${url}`);
    const base = `${origin}/${id}/${name}/fhir/`;
    const exchange = path === undefined ? 'token' : exchangeOf(operation, method, path);
    const page = Number(searchParams.get('page') ?? 1);
    const right = rightly(exchange, base, pathname);
    const asked: Asked = { exchange, request, response, base, foreign: this.foreign, page, right };
    const hostile = HOSTILE_CASES.find((one) => one.id === id);
    // Patients are read where they did not come along.
    if (hostile?.at === 'patients' && exchange === 'pull') withoutPatients(asked);
    if (hostile === undefined || (hostile.at ?? hostileOf(operation)) !== exchange) {
      sendRight(asked);
      return;
    }
    const [kind, ...args] = hostile.answer;
    answerNamed(kind)(asked, ...(args as never[]));
  }
}

const listening = <T extends NetServer>(server: T): Promise<T> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
const portOf = (server: NetServer): number => (server.address() as AddressInfo).port;

/** Servers whose TLS is at fault, each of which notes who believed it all the same. */
async function startTls(believed: string[], plainPort: number) {
  const known = authority();
  const stranger = authority('Authority that nobody knows');
  const local = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
  const certificates = {
    expired: known.issue({ ...local, to: '251231235959Z' }),
    'not yet valid': known.issue({ ...local, from: '480101000000Z' }),
    'of another host': known.issue({ hosts: ['server.example', 'localhost.evil.example'] }),
    'of no host': known.issue(),
    'self-signed': selfSigned(),
    'of a stranger': stranger.issue(local),
    right: known.issue(local),
  };
  const servers: NetServer[] = [];
  const closers: (() => void)[] = [];
  const addresses: Record<string, string> = {};
  for (const [fault, certificate] of Object.entries(certificates)) {
    const server = await listening(
      createTlsServer(certificate, (request, response) => {
        if (fault !== 'right') believed.push(`${fault} ${request.url}`);
        response
          .writeHead(200, { 'content-type': 'application/fhir+json' })
          .end(JSON.stringify(CAPABILITIES));
      }),
    );
    servers.push(server);
    closers.push(() => server.closeAllConnections());
    addresses[fault] = `https://127.0.0.1:${portOf(server)}`;
  }
  addresses['to plain'] = `https://127.0.0.1:${plainPort}`;
  addresses['from plain'] = addresses.right!.replace('https:', 'http:');
  const sockets = new Set<Socket>();
  for (const [fault, act] of [
    ['silent', () => undefined],
    ['reset', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy())],
    [
      'nonsense',
      (socket: Socket) => void socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')),
    ],
  ] as const) {
    const server = await listening(
      createTcpServer((socket) => {
        sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
        act(socket);
      }),
    );
    servers.push(server);
    addresses[fault] = `https://127.0.0.1:${portOf(server)}`;
  }
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { addresses, authority: known.cert, servers, closers };
}

/** Starts it, with a foreign host and servers of faulty TLS beside it. */
export async function startHostileServer(): Promise<HostileServer> {
  const foreign = await startForeignHost();
  const answering = new Answering(foreign.origin);
  const believed: string[] = [];
  const server = await listening(
    createServer((request, response) => {
      const origin = `http://127.0.0.1:${portOf(server)}`;
      response.on('error', () => undefined);
      request.resume().on('end', () => answering.answer(request, response, origin));
    }),
  );
  const tls = await startTls(believed, portOf(server));
  return {
    addresses: {
      origin: `http://127.0.0.1:${portOf(server)}`,
      tls: tls.addresses,
      authority: tls.authority,
    },
    foreign,
    strays: answering.strays,
    tellTales: answering.tellTales,
    believed,
    asked: answering.asked,
    close: async () => {
      server.closeAllConnections();
      for (const close of tls.closers) close();
      const all: readonly NetServer[] = [server, ...tls.servers];
      await Promise.all(all.map((one) => new Promise((resolve) => one.close(resolve))));
      await foreign.close();
    },
  };
}
