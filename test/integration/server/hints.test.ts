/** The receiver of change hints as HTTP: who is let in, what is read of a request, and how many are taken. */
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { HINT_BODY_LIMIT } from '../../../schema/server/hint.routes.js';
import type { HintOptions, RateOptions } from '../../../schema/server/server-options.js';
import { HubError } from '../../../src/core/errors.js';
import { aServer, logger } from './edge-support.js';

const SECRET = 'northmoor-secret-of-at-least-32-characters';
const GOOD = { authorization: `Bearer ${SECRET}` };
const PATIENT = '{"resourceType":"Patient","id":"9990000018"}';

class Receiver implements HintOptions {
  readonly taken: string[] = [];
  readonly refusals: string[] = [];
  failure: unknown = null;
  recognises = (code: string, secret: string | null) => code === 'northmoor' && secret === SECRET;
  refused = (code: string) => void this.refusals.push(code);
  async take(code: string) {
    if (this.failure) throw this.failure;
    this.taken.push(code);
  }
}

let app: FastifyInstance;
let hints: Receiver;
const open = async (rate: RateOptions | false = false) => {
  hints = new Receiver();
  logger.lines.length = 0;
  app = await aServer({ hints, rate });
};
afterEach(() => app.close());

const give = (headers: Record<string, string> = GOOD, payload?: string, system = 'northmoor') =>
  app.inject({ method: 'POST', url: `/hints/fhir/${system}`, headers, ...(payload && { payload }) });

it('is not there unless configured', async () => {
  app = await aServer();
  expect((await give()).statusCode).toBe(404);
});

it.each<[string, Record<string, string>, string | undefined]>([
  ['nothing with it', GOOD, undefined],
  ['an empty body', { ...GOOD, 'content-length': '0' }, undefined],
  ['the changed resource', { ...GOOD, 'content-type': 'application/fhir+json' }, PATIENT],
  ['what is no JSON', { ...GOOD, 'content-type': 'application/json' }, '{"resourceType'],
  ['a form', { ...GOOD, 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
  ['XML', { ...GOOD, 'content-type': 'application/fhir+xml; charset=utf-8' }, '<Patient/>'],
  ['a scheme in other letters', { authorization: `bearer  ${SECRET}` }, undefined],
])('answers 202 without a word to a hint with %s', async (_name, headers, payload) => {
  await open();
  const answer = await give(headers, payload);
  expect([answer.statusCode, answer.body, hints.taken]).toEqual([202, '', ['northmoor']]);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(JSON.stringify(logger.lines)).not.toMatch(/9990000018|northmoor-secret/);
});

it('a body in pieces and without a length or a type is dropped too', async () => {
  await open();
  const address = await app.listen({ port: 0 });
  const body = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 5; n++) controller.enqueue(Buffer.from(PATIENT));
      controller.close();
    },
  });
  const init = { method: 'POST', headers: GOOD, body, duplex: 'half' as const };
  expect((await fetch(`${address}/hints/fhir/northmoor`, init)).status).toBe(202);
});

describe('who is let in', () => {
  const refusalOf = async (headers: Record<string, string>, system?: string) => {
    const answer = await give(headers, PATIENT, system);
    const { 'x-correlation-id': id, date: _date, ...kept } = answer.headers;
    return [answer.statusCode, answer.body.replaceAll(String(id), '<id>'), kept];
  };

  it.each<[string, Record<string, string>, string?]>([
    ['no secret', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another one', { authorization: `Bearer ${SECRET.slice(0, -1)}x` }],
    ['a longer one', { authorization: `Bearer ${SECRET}x` }],
    ['the secret under another scheme', { authorization: `Basic ${SECRET}` }],
    ['a system that there is not', GOOD, 'elsewhere'],
    ['a system named like a member of objects', GOOD, '__proto__'],
    ['a system whose name is no code', GOOD, '%E2%82%AC'],
  ])(
    'not %s: the same 401 for everybody, and the body is not read',
    async (_name, headers, system = 'northmoor') => {
      await open();
      const type = { 'content-type': 'application/fhir+json' };
      const refused = await refusalOf({ ...type, ...headers }, system);
      expect(refused).toEqual(await refusalOf({ ...type, authorization: 'Bearer wrong' }, 'elsewhere'));
      expect(refused).toMatchObject([
        401,
        expect.stringContaining('HUB_ACCESS_UNAUTHENTICATED'),
        { 'www-authenticate': 'Bearer' },
      ]);
      expect(hints.taken).toEqual([]);
      expect(hints.refusals).toHaveLength(2);
    },
  );

  it('whoever is not let in is answered before they have sent anything', async () => {
    await open();
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /hints/fhir/northmoor HTTP/1.1\r\nhost: hub\r\ncontent-type: text/plain\r\ncontent-length: 5000\r\n\r\n',
    );
    const said = await new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
      socket.setTimeout(3_000, () => resolve('nothing'));
    });
    socket.destroy();
    expect(said).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(['GET', 'PUT', 'DELETE'] as const)('nothing else is offered there: %s', async (method) => {
    await open();
    const answer = await app.inject({ method, url: '/hints/fhir/northmoor', headers: GOOD });
    expect([answer.statusCode, hints.taken]).toEqual([404, []]);
  });
});

it.each([
  ['said to be', { 'content-type': 'application/json' }],
  ['that turns out to be', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }],
])('a body %s too large is 413, and no hint', async (_name, headers) => {
  await open();
  const answer = await give({ ...GOOD, ...headers }, 'x'.repeat(HINT_BODY_LIMIT + 1));
  expect(answer.statusCode).toBe(413);
  expect(answer.json()).toMatchObject({ errors: [{ extensions: { code: 'HUB_INPUT_LIMIT' } }] });
  expect((await give({ ...GOOD, ...headers }, 'x'.repeat(HINT_BODY_LIMIT))).statusCode).toBe(202);
  expect(hints.taken).toEqual(['northmoor']);
});

it('a hint that cannot be kept is not said to be: 503 and when to come again', async () => {
  await open();
  hints.failure = new HubError('HUB_DATABASE_UNAVAILABLE');
  const answer = await give();
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
});

describe('rates', () => {
  it('of one system, of whichever address', async () => {
    await open({});
    const give = (n: number) =>
      app.inject({
        method: 'POST',
        url: '/hints/fhir/northmoor',
        headers: GOOD,
        remoteAddress: `192.0.2.${n % 200}`,
      });
    const statuses: number[] = [];
    for (let n = 0; n < 2_010; n++) statuses.push((await give(n)).statusCode);
    expect(statuses.filter((status) => status === 202)).toHaveLength(2_000);
    expect(statuses.slice(2_000)).toEqual(Array(10).fill(429));
    expect(hints.refusals).toEqual(Array(10).fill('northmoor'));
    expect(hints.taken).toHaveLength(2_000);
  });

  it('of one address that guesses, over all codes; the system itself is let in all the while', async () => {
    await open({});
    const guess = (n: number) => give({ authorization: `Bearer ${n}` }, undefined, `guess-${n}`);
    const statuses: number[] = [];
    for (let n = 0; n < 305; n++) statuses.push((await guess(n)).statusCode);
    expect(statuses.slice(298)).toEqual([401, 401, 429, 429, 429, 429, 429]);
    expect((await give()).statusCode).toBe(202);
    const limited = await guess(1);
    expect([limited.statusCode, Number(limited.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  });
});
