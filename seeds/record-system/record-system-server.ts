/** The record system as an HTTP server on the loopback interface: FHIR, faults and control on one port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { answerControl, CONTROL_PATH } from './control-endpoint.js';
import { loadDefinitions } from './definitions.js';
import { type Fault, FaultBook, type FaultTarget } from './faults.js';
import { FHIR_PATH, FhirEndpoint } from './fhir-endpoint.js';
import { asPreliminary } from './held-documents.js';
import { BodyTooLarge, type HttpAnswer, type HttpCall, jsonAnswer, readBody } from './http-call.js';
import { outcomeOf } from './outcomes.js';
import { RequestLog } from './request-log.js';
import { type HeldResource, ResourceStore } from './resource-store.js';
import { insteadOfAnswer, type Sending, spoilAnswer } from './spoiled-answer.js';

/** What a server needs to start. */
export interface RecordSystemOptions {
  /** Path of the SQLite file; made when absent. */
  readonly file: string;
  /** Port on 127.0.0.1; 0 for a free one. */
  readonly port: number;
  /** Resources for an empty file, oldest change first; not called for a file that holds anything. They are taken as valid. */
  readonly seed: () => Iterable<HeldResource>;
  /** Bytes of a request body at most. Default 8 MiB. */
  readonly maxBodyBytes?: number;
  /** Whether a PUT under an id of the client's makes a resource. Default: it is 404. */
  readonly clientIds?: boolean;
}

/** A server that listens. */
export interface RecordSystem {
  readonly port: number;
  /** FHIR service base, without a slash at the end. */
  readonly baseUrl: string;
  /** Resources that were added because the file was empty. */
  readonly seeded: number;
  /** Stops listening, gives requests under way a second, closes the file. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const DEFAULT_MAX_BODY = 8 * 1024 * 1024;
const GRACE_MS = 1_000;
/** Pages kept for faults that need the page before. */
const REMEMBERED_PAGES = 32;

/** Everything that a running server has in hand. */
class Listener {
  readonly faults = new FaultBook();
  readonly requests = new RequestLog();
  private readonly pages = new Map<string, HttpAnswer>();

  constructor(
    private readonly endpoint: FhirEndpoint,
    private readonly maxBodyBytes: number,
  ) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    // A name that somebody else resolves to this machine must not reach it.
    if (!/^(127\.0\.0\.1|localhost):\d+$/.test(host) || !LOOPBACK.test(request.socket.remoteAddress ?? '')) {
      return send(response, jsonAnswer(421, outcomeOf('security', 'only on the loopback interface')));
    }
    const url = new URL(request.url ?? '/', `http://${host}`);
    let body: Buffer;
    try {
      body = await readBody(request, this.maxBodyBytes);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) throw error;
      return send(
        response,
        jsonAnswer(413, outcomeOf('too-long', `the body may have ${this.maxBodyBytes} bytes`)),
      );
    }
    const call: HttpCall = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      origin: `http://${host}`,
    };
    if (within(call.path, CONTROL_PATH))
      return send(response, await answerControl(call, this.faults, this.requests, this.endpoint));
    if (!within(call.path, FHIR_PATH))
      return send(response, jsonAnswer(404, outcomeOf('not-found', `the FHIR base is ${FHIR_PATH}`)));
    const sending = await this.answer(call);
    if (sending.how === 'drop') request.socket.destroy();
    else if (sending.how !== 'hang')
      send(response, withRequestId(sending.answer, request), sending.how === 'half');
  }

  private async answer(call: HttpCall): Promise<Sending> {
    const target = this.endpoint.target(call);
    this.requests.add(call.method, call.path, target.page);
    const fault = this.faults.meet(target);
    const instead = fault && insteadOfAnswer(fault);
    if (instead) {
      if (fault.afterCommit) await this.endpoint.answer(call);
      return instead;
    }
    const wait = async (): Promise<void> => {
      if (fault?.kind === 'delay') await pause(fault.delayMs, undefined, { ref: false });
    };
    if (!fault?.afterCommit) await wait();
    const answer = await this.endpoint.answer(fault?.kind === 'hold-202' ? asPreliminary(call) : call);
    if (fault?.afterCommit) await wait();
    return this.spoiled(fault, target, answer);
  }

  private spoiled(fault: Fault | null, target: FaultTarget, answer: HttpAnswer): Sending {
    const walk = `${target.type} ${target.query.replace(/&?_cursor=[^&]*/, '')}`;
    const before = this.pages.get(walk) ?? null;
    if (target.type !== null && answer.status === 200) {
      this.pages.delete(walk);
      this.pages.set(walk, answer);
      if (this.pages.size > REMEMBERED_PAGES) this.pages.delete(this.pages.keys().next().value!);
    }
    return fault ? spoilAnswer(fault, answer, target.page > 1 ? before : null) : { how: 'whole', answer };
  }
}

const within = (path: string, base: string): boolean => path === base || path.startsWith(`${base}/`);

function withRequestId(answer: HttpAnswer, request: IncomingMessage): HttpAnswer {
  const id = request.headers['x-request-id'];
  return typeof id === 'string' ? { ...answer, headers: { ...answer.headers, 'x-request-id': id } } : answer;
}

function send(response: ServerResponse, answer: HttpAnswer, half = false): void {
  const body = Buffer.from(answer.body, 'utf8');
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': String(body.length),
    'cache-control': 'no-store',
  });
  if (!half) response.end(body);
  else response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
}

function openStores(options: RecordSystemOptions): {
  writer: ResourceStore;
  reader: ResourceStore;
  endpoint: FhirEndpoint;
  seeded: number;
} {
  const definitions = loadDefinitions();
  const writer = ResourceStore.open(options.file, definitions);
  const seeded = writer.latestSeq() === 0 ? writer.load(options.seed()) : 0;
  const reader = ResourceStore.openReader(options.file, definitions);
  return {
    writer,
    reader,
    endpoint: new FhirEndpoint(writer, reader, definitions, options.clientIds),
    seeded,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Opens the file, seeds it when it is empty, and listens on the loopback interface. */
export async function startRecordSystemServer(options: RecordSystemOptions): Promise<RecordSystem> {
  const { writer, reader, endpoint, seeded } = openStores(options);
  const listener = new Listener(endpoint, options.maxBodyBytes ?? DEFAULT_MAX_BODY);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    // A socket that breaks while its request is read leaves nobody to answer.
    listener.serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server, options.port);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const late = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, GRACE_MS);
    await closed;
    clearTimeout(late);
    reader.close();
    writer.close();
  };
  return { port, baseUrl: `http://${HOST}:${port}${FHIR_PATH}`, seeded, close };
}
