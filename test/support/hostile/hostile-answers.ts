/** Answers that are hostile as a whole: sent elsewhere, too large, too slow, broken, or of another kind. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { CANARY } from '../fhir-resources.js';
import type { Exchange } from './hostile-cases.js';
import { NHS_NUMBER, OTHER, OTHER_PERSON, outcomeOf } from './hostile-record.js';

export const FHIR = 'application/fhir+json';

/** The answer of a well-behaved server. */
export interface RightAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown> | string | null;
}

/** A request that shall be answered in a hostile way. */
export interface Asked {
  readonly exchange: Exchange;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Service base that the hub was given; ends in a slash. */
  readonly base: string;
  /** `http://…` of the host that nothing may reach. */
  readonly foreign: string;
  /** Which page of a search, from 1. */
  readonly page: number;
  readonly right: RightAnswer;
}

export type HostileAnswer = (asked: Asked, ...args: never[]) => void;

const MB = 1024 * 1024;

/** A text of the list with its places filled in. */
export function filled(text: string, { base, foreign, page }: Asked): string {
  const places: Readonly<Record<string, string>> = {
    base,
    foreign,
    foreignHost: new URL(foreign).host,
    origin: new URL(base).origin,
    host: new URL(base).host,
    path: new URL(base).pathname,
    page: String(page),
    canary: CANARY,
    other: OTHER,
    nhsNumber: NHS_NUMBER,
    wrongPerson: JSON.stringify(OTHER_PERSON),
    outcome: JSON.stringify(outcomeOf('exception')),
  };
  return text.replace(/\{(\w+)\}/g, (all, name: string) => places[name] ?? all);
}

/** Sends what a well-behaved server sends, spoilt or not. */
export function sendRight({ response, right }: Asked): void {
  const { status, headers, body } = right;
  response.writeHead(status, { 'content-type': FHIR, ...headers });
  response.end(body === null || typeof body === 'string' ? (body ?? undefined) : JSON.stringify(body));
}

const textOf = (asked: Asked): string => JSON.stringify(asked.right.body);

/** Goes on writing until the other side has had enough, or so many bytes were written. */
function pour(response: ServerResponse, piece: Buffer, bytes: number): void {
  let left = bytes;
  const go = () => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) return void response.once('drain', go);
    }
    if (!response.destroyed) response.end();
  };
  go();
}

const OPENING = `{"resourceType":"Bundle","type":"searchset","note":"${CANARY}`;
const FILLING = Buffer.alloc(64 * 1024, 'x');
const bombs = new Map<string, Buffer>();

/** 100 MB of one letter in an encoding, made once. */
function bombOf(encoding: string): Buffer {
  const known = bombs.get(encoding);
  if (known !== undefined) return known;
  const plain = Buffer.concat([Buffer.from(OPENING), Buffer.alloc(100 * MB, 'x')]);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const made = encoding.split(', ').reduce((body, one) => {
    if (one === 'br') return brotliCompressSync(body, quick);
    return one === 'deflate' ? deflateSync(body, { level: 1 }) : gzipSync(body, { level: 1 });
  }, plain);
  bombs.set(encoding, made);
  return made;
}

/** Writes to the socket as it is, past the rules of HTTP. */
function raw({ response }: Asked, text: string | Buffer): void {
  response.socket?.end(text);
}

const head = (lines: readonly string[]): string => `HTTP/1.1 ${lines.join('\r\n')}\r\n`;

/** Repeats some bytes until the connection ends. */
function repeat({ response }: Asked, piece: string, everyMs: number): void {
  const { socket } = response;
  const timer = setInterval(() => {
    if (socket === null || socket.destroyed) return clearInterval(timer);
    socket.write(piece);
  }, everyMs);
  socket?.once('close', () => clearInterval(timer));
}

export const WHOLE_ANSWERS: Readonly<Record<string, HostileAnswer>> = {
  /** `[status, address]`; no address: none is given. */
  redirect: (asked, status: number, to?: string) => {
    const location = to === undefined ? {} : { location: filled(to, asked) };
    asked.response.writeHead(status, location).end(CANARY);
  },
  /** `[status, media type or null, text, headers]`. */
  whole: (asked, status: number, type: string | null, text: string, headers: Record<string, string> = {}) => {
    const known = type === null ? {} : { 'content-type': type };
    asked.response.writeHead(status, { ...known, ...headers }).end(filled(text, asked));
  },
  /** `[bytes in hexadecimal, media type]`. */
  bytes: ({ response }, hex: string, type: string = FHIR) => {
    response.writeHead(200, { 'content-type': type }).end(Buffer.from(hex, 'hex'));
  },
  /** The right content in another encoding of text: `[encoding, media type]`. */
  encoded: (asked, encoding: BufferEncoding, type: string) => {
    // A letter that the encodings write in different ways; what is read in UTF-8 stays as it is, as it may be sent back.
    const note = encoding === 'utf8' ? '{' : '{"note":"caf\u{e9}",';
    const marked = `\u{feff}${textOf(asked).replace('{', note)}`;
    asked.response
      .writeHead(asked.right.status, { 'content-type': type })
      .end(Buffer.from(encoding === 'latin1' ? marked.slice(1) : marked, encoding));
  },
  outcome: (asked, code: string, status = 200, severity = 'error') => {
    asked.response.writeHead(status, { 'content-type': FHIR }).end(JSON.stringify(outcomeOf(code, severity)));
  },
  /** Members are put before the others, then the text is changed: `[text, instead]`. */
  text: (asked, from: string, to: string) => {
    asked.response
      .writeHead(asked.right.status, { 'content-type': FHIR })
      .end(textOf(asked).replace(from, filled(to, asked)));
  },
  /** 100 MB, or without end: `[how]`. */
  large: ({ response }, how: 'stated' | 'chunked' | 'endless' | 'failing' | 'line') => {
    const status = how === 'failing' ? 500 : 200;
    const length = how === 'stated' ? { 'content-length': String(100 * MB) } : {};
    const type = how === 'line' ? 'application/fhir+ndjson' : FHIR;
    response.writeHead(status, { 'content-type': type, ...length }).write(OPENING);
    pour(response, FILLING, how === 'endless' ? Number.POSITIVE_INFINITY : 100 * MB - OPENING.length);
  },
  /** 100 MB that are small on the wire: `[encodings]`. */
  bomb: ({ response }, encoding: string, status = 200) => {
    response.writeHead(status, { 'content-type': FHIR, 'content-encoding': encoding }).end(bombOf(encoding));
  },
  /** Just below the limit of a body: `[what it is made of, how often, what comes before and behind]`. */
  dense: (
    { response },
    piece: string,
    times: number,
    before: string,
    behind: string,
    type: string = FHIR,
  ) => {
    response.writeHead(200, { 'content-type': type }).write(before);
    const pieces = Math.max(1, Math.floor((64 * 1024) / piece.length));
    const body = Buffer.from(piece.repeat(pieces));
    for (let n = 0; n < times; n += pieces) response.write(body);
    response.end(behind);
  },
  silence: () => undefined,
  slowHead: (asked) => {
    asked.response.socket?.write('HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\n');
    repeat(asked, 'x-slow: 1\r\n', 20);
  },
  headOnly: ({ response }, status = 200) => {
    response.writeHead(status, { 'content-type': FHIR }).flushHeaders();
  },
  drip: (asked, status = 200) => {
    asked.response.writeHead(status, { 'content-type': FHIR }).write(OPENING);
    const timer = setInterval(() => {
      if (asked.response.destroyed) clearInterval(timer);
      else asked.response.write('x');
    }, 20);
    asked.response.once('close', () => clearInterval(timer));
  },
  /** More is promised than comes, and the connection stays. */
  promised: ({ response }) => {
    response.writeHead(200, { 'content-type': FHIR, 'content-length': '5000' }).write(OPENING);
  },
  reset: ({ response }) => void response.socket?.resetAndDestroy(),
  resetInBody: ({ response }) => {
    response.writeHead(200, { 'content-type': FHIR, 'content-length': '5000' });
    response.write(OPENING, () => setImmediate(() => response.socket?.resetAndDestroy()));
  },
  /** `[status line and headers, body]`, as they are. */
  raw: (asked, lines: string[], body: string) => raw(asked, head(lines) + filled(body, asked)),
  /** The right answer, and behind it one that nobody asked for. */
  twice: (asked) => {
    const first = textOf(asked);
    const second = JSON.stringify(OTHER_PERSON);
    const one = (text: string) =>
      `${head(['200 OK', `content-type: ${FHIR}`, `content-length: ${Buffer.byteLength(text)}`])}\r\n${text}`;
    asked.response.socket?.write(one(first) + one(second));
  },
  /** Interim answers without end. */
  interim: (asked, status: string) => repeat(asked, head([status, 'link: </x>; rel=preload', '']), 1),
  /** Some interim answers, then the right one. */
  interimFirst: (asked) => {
    for (let n = 0; n < 50; n++) asked.response.writeEarlyHints({ link: '</x>; rel=preload' });
    sendRight(asked);
  },
  /** `[number of headers, length of each]`. */
  headers: (asked, count: number, length: number) => {
    const lines = Array.from({ length: count }, (_, n) => `x-flood-${n}: ${'y'.repeat(length)}`);
    raw(asked, `${head(['200 OK', `content-type: ${FHIR}`, ...lines])}\r\n${textOf(asked)}`);
  },
};
