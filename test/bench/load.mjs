/** Load: a few keep-alive connections, each with one request under way, on raw sockets so that the clients cost little. */
import { connect } from 'node:net';

/** Bytes of a POST of JSON. */
export function postRequest(port, path, body, headers = {}) {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

const HEAD_END = Buffer.from('\r\n\r\n');

class Client {
  constructor(port, request, told) {
    this.request = request;
    this.told = told;
    this.reset();
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('data', (chunk) => this.take(chunk));
    this.socket.on('error', (error) => told.fail(error));
    this.socket.on(
      'close',
      () => this.told.stopped || told.fail(new Error('the server closed a connection')),
    );
  }

  reset() {
    this.head = null;
    this.expected = -1;
    this.received = 0;
  }

  send() {
    this.sentAt = performance.now();
    this.socket.write(this.request);
  }

  take(chunk) {
    if (this.expected === -1) {
      this.head = this.head ? Buffer.concat([this.head, chunk]) : chunk;
      const end = this.head.indexOf(HEAD_END);
      if (end === -1) return;
      const head = this.head.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head);
      if (!head.startsWith('HTTP/1.1 200') || !length) {
        this.told.fail(new Error(`unexpected answer: ${this.head.toString('utf8', 0, 1500)}`));
        return;
      }
      this.expected = Number(length[1]);
      this.received = this.head.length - end - HEAD_END.length;
    } else this.received += chunk.length;
    if (this.received < this.expected) return;
    const size = this.received;
    const tookMs = performance.now() - this.sentAt;
    this.reset();
    this.told.answered(size, tookMs);
    if (!this.told.stopped) this.send();
  }
}

/**
 * Asks for `seconds` with `clients` connections. Resolves with answers per second and the latency's median and 99th
 * percentile in milliseconds; rejects on any answer that is not 200 or not `bytes` long.
 */
export async function load({ port, request, clients, seconds, bytes }) {
  const latencies = [];
  let fail;
  const failed = new Promise((_, reject) => {
    fail = reject;
  });
  const told = {
    stopped: false,
    fail,
    answered: (size, tookMs) => {
      if (size !== bytes) fail(new Error(`an answer of ${size} bytes where ${bytes} were expected`));
      latencies.push(tookMs);
    },
  };
  const all = Array.from({ length: clients }, () => new Client(port, request, told));
  await Promise.race([
    failed,
    Promise.all(all.map(({ socket }) => new Promise((done) => socket.once('connect', done)))),
  ]);
  const startedAt = performance.now();
  for (const each of all) each.send();
  let timer;
  await Promise.race([
    failed,
    new Promise((done) => {
      timer = setTimeout(done, seconds * 1000);
    }),
  ]).finally(() => clearTimeout(timer));
  const elapsed = (performance.now() - startedAt) / 1000;
  told.stopped = true;
  const answers = latencies.length;
  for (const { socket } of all) socket.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(answers - 1, Math.floor(answers * share))];
  return { answers, perSecond: answers / elapsed, medianMs: at(0.5), p99Ms: at(0.99) };
}
