/** Stands before a record system and spoils a share of what goes by: some requests never reach it, some take effect and nobody is told. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '../../seeds/demonstration/random.js';

/** What may be set. */
export interface BadAnswersOptions {
  /** FHIR service base of the record system, without a slash at the end. */
  readonly target: string;
  /** Of all requests, 0 to 1. */
  readonly share: number;
  readonly seed: number;
  /** Of the bad answers, those that no repeat will mend; 0 to 1. Default 0.02. */
  readonly permanent?: number;
  /** Spoiled answers in a row at most, so that the adapter's breaker stays shut. Default 3. */
  readonly inARow?: number;
}

/** What has gone by. */
export interface AnswerCount {
  readonly asked: number;
  readonly bad: number;
  /** Bad answers that no repeat mends. */
  readonly permanent: number;
  /** Writes that took effect though the answer was bad. */
  readonly acted: number;
  readonly byKind: Readonly<Record<string, number>>;
}

export interface BadAnswers {
  /** FHIR service base, without a slash at the end. */
  readonly baseUrl: string;
  count(): AnswerCount;
  close(): Promise<void>;
}

type Spoil = (response: ServerResponse) => void;

const FHIR = 'application/fhir+json';
const outcome = (code: string): string =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] });
const status =
  (code: number, issue: string, headers: Record<string, string> = {}): Spoil =>
  (response) => {
    response.writeHead(code, { 'content-type': FHIR, ...headers }).end(outcome(issue));
  };
const reset: Spoil = (response) => void response.socket?.destroy();

/** The record system did nothing. */
const REFUSALS: readonly (readonly [string, Spoil])[] = [
  ['503', status(503, 'transient', { 'retry-after': '0' })],
  ['429', status(429, 'throttled', { 'retry-after': '0' })],
  ['408', status(408, 'timeout')],
  ['423', status(423, 'lock-error')],
  ['409', status(409, 'conflict')],
];
/** It refuses the hub itself; the hub pauses and tries again. */
const PAUSES: readonly (readonly [string, Spoil])[] = [
  ['401', status(401, 'login')],
  ['403', status(403, 'forbidden')],
];
const PERMANENT: readonly (readonly [string, Spoil])[] = [
  ['400', status(400, 'invalid')],
  ['413', status(413, 'too-long')],
  ['422', status(422, 'business-rule')],
];
/** Whether it acted cannot be seen. */
const UNCLEAR: readonly (readonly [string, Spoil])[] = [
  ['500', status(500, 'exception')],
  ['504', status(504, 'timeout')],
  [
    '502 HTML',
    (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
  ],
  [
    '200 HTML',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
  ],
  ['200 empty', (response) => void response.writeHead(200, { 'content-type': FHIR }).end()],
  [
    '200 cut short',
    (response) => void response.writeHead(200, { 'content-type': FHIR }).end('{"resourceType":'),
  ],
  ['reset', reset],
  [
    'reset in the body',
    (response) => {
      response.writeHead(201, { 'content-type': FHIR, 'content-length': '5000' });
      response.write('{"resourceType":', () => setImmediate(() => response.socket?.destroy()));
    },
  ],
  ['no answer', () => undefined],
];

/** How one request is spoiled. */
interface Plan {
  readonly kind: string;
  readonly spoil: Spoil;
  readonly isPermanent: boolean;
  /** It goes through to the record system first. */
  readonly acts: boolean;
}

class Spoiler {
  private readonly random: Random;
  private inARow = 0;
  private readonly counts = { asked: 0, bad: 0, permanent: 0, acted: 0 };
  private readonly byKind: Record<string, number> = {};

  constructor(private readonly options: BadAnswersOptions) {
    this.random = new Random(options.seed);
  }

  count(): AnswerCount {
    return { ...this.counts, byKind: { ...this.byKind } };
  }

  /** Null: this one goes by as it is. */
  plan(isWrite: boolean): Plan | null {
    const { share, permanent = 0.02, inARow = 3 } = this.options;
    this.counts.asked += 1;
    if (!this.random.chance(share) || this.inARow >= inARow) {
      this.inARow = 0;
      return null;
    }
    this.inARow += 1;
    const isPermanent = this.random.chance(permanent);
    const kinds = isPermanent
      ? PERMANENT
      : this.random.weighted([
          [REFUSALS, 40],
          [UNCLEAR, 58],
          [PAUSES, 2],
        ]);
    const [kind, spoil] = this.random.pick(kinds);
    const acts = kinds === UNCLEAR && isWrite && this.random.chance(0.5);
    this.counts.bad += 1;
    this.counts.permanent += Number(isPermanent);
    this.counts.acted += Number(acts);
    this.byKind[kind] = (this.byKind[kind] ?? 0) + 1;
    return { kind, spoil, isPermanent, acts };
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Starts it on a free port. Links and locations of the record system lead back here. */
export async function startBadAnswers(options: BadAnswersOptions): Promise<BadAnswers> {
  const target = new URL(options.target);
  const agent = new Agent({ keepAlive: true });
  const spoiler = new Spoiler(options);

  const ask = (incoming: IncomingMessage, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { method = 'GET', url = '/', headers } = incoming;
      const path = { host: target.hostname, port: target.port, method, path: url, headers, agent };
      request(path, resolve).on('error', reject).end(body);
    });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const isWrite =
      incoming.method === 'PUT' || (incoming.method === 'POST' && !/_search$/.test(incoming.url!));
    const body = await bodyOf(incoming);
    const plan = spoiler.plan(isWrite);
    if (plan && !plan.acts) return plan.spoil(response);
    const answer = await ask(incoming, body);
    const text = await bodyOf(answer);
    if (plan) return plan.spoil(response);
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    count: () => spoiler.count(),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
