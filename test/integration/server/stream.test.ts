/** Subscriptions over HTTP on a small graph: the gate, what is refused and how, ends of every kind, slow and absent readers. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { buildSchema, GraphQLError } from 'graphql';
import { createClient } from 'graphql-sse';
import type { ServerOptions } from '../../../schema/server/server-options.js';
import { FixedClock } from '../../../src/core/clock.js';
import { HubError } from '../../../src/core/errors.js';
import { FrameReader } from '../../support/event-stream.js';
import { eventually } from '../../support/eventually.js';
import * as issuer from '../../unit/access/tokens/token-support.js';
import { aServer, bearer, CANARIES, KeepingLogger, type TestContext } from './edge-support.js';

/** Values that the test hands to subscribers, and how many sources are open. */
class Feed implements AsyncIterableIterator<unknown> {
  static open = 0;
  private readonly waiting: unknown[] = [];
  private wake: (() => void) | null = null;
  private over = false;
  taken = 0;

  constructor() {
    Feed.open++;
  }

  push(...events: unknown[]): void {
    this.waiting.push(...events);
    this.wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    while (this.waiting.length === 0 && !this.over)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    if (this.over) return { done: true, value: undefined };
    this.taken++;
    return { done: false, value: this.waiting.shift() };
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.over) Feed.open--;
    this.over = true;
    this.wake?.();
    return { done: true, value: undefined };
  }
}

const schema = buildSchema(/* GraphQL */ `
  type Query { hello: String }
  type Tick { n: Int text: String who: String fails: String }
  type Subscription { ticks(from: Int, needed: String): Tick refused: Tick broken: Tick lost: Tick }
`);
let feed: Feed;
const fields = schema.getSubscriptionType()!.getFields();
fields.ticks!.subscribe = (_source, { from }: { from?: number }) => {
  feed = new Feed();
  if (from !== undefined && from !== null) feed.push({ n: from });
  return feed;
};
fields.ticks!.resolve = (event) => event;
fields.refused!.subscribe = () => {
  throw new HubError('HUB_ACCESS_FIELD', { details: { field: 'Subscription.refused' } });
};
fields.broken!.subscribe = () => 7 as never;
fields.lost!.subscribe = fields.ticks!.subscribe;
fields.lost!.resolve = ({ n, gone }) => {
  if (gone) throw new HubError('HUB_NOT_FOUND', { details: { field: 'n' } });
  return { n };
};
const tick = (schema.getType('Tick') as unknown as { getFields(): typeof fields }).getFields();
tick.who!.resolve = (_event, _args, { edge }: TestContext) => edge.token?.subject;
tick.fails!.resolve = () => {
  throw new GraphQLError(`driver says ${CANARIES.join(' ')}`);
};

const TICKS = 'subscription { ticks { n } }';
const logger = new KeepingLogger();
let app: FastifyInstance;
let url: string;
const sockets = new Set<Socket>();
const clock = new FixedClock(issuer.NOW);

async function serve(changes: Partial<ServerOptions<TestContext>> = {}): Promise<void> {
  app = await aServer({ schema, logger, ...changes, streams: { clock, ...changes.streams } });
  app.server.on('connection', (socket: Socket) => sockets.add(socket));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}

/** Stops the server. The client library opens connections ahead of need: one that nobody has spoken on holds up nothing. */
async function stop(): Promise<void> {
  const silent = setInterval(() => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    app.server.closeIdleConnections();
  }, 20);
  await app.close();
  clearInterval(silent);
}

function subscribe(
  query: string,
  headers: Record<string, string> = bearer('TEAM_MANAGER'),
  more: object = {},
) {
  return fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });
}

const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions.code;

beforeEach(() => {
  Feed.open = 0;
  logger.lines.length = 0;
});
afterEach(async () => {
  await stop();
  expect(Feed.open).toBe(0);
});

describe('the gate', () => {
  beforeEach(() => serve());

  it('refuses without a token, before the subscription is looked at', async () => {
    const response = await subscribe(TICKS, {});
    expect([response.status, await codeOf(response)]).toEqual([401, 'HUB_ACCESS_UNAUTHENTICATED']);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses a bad token by its reason', async () => {
    const response = await subscribe(TICKS, { authorization: 'Bearer nonsense' });
    expect([response.status, await codeOf(response)]).toEqual([401, 'HUB_ACCESS_TOKEN']);
  });

  it.each([
    ['a list of requests', [{ query: TICKS }]],
    ['no document', { variables: {} }],
    ['variables that are none', { query: TICKS, variables: 'x' }],
    ['a key of the prototype chain', { query: TICKS, variables: JSON.parse('{"__proto__": {}}') }],
    [
      'a document that is too deep',
      { query: `subscription { ${'a: ticks { '.repeat(20)}n${' }'.repeat(20)} }` },
    ],
  ])('refuses %s', async (_what, body) => {
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...bearer('TEAM_MANAGER') },
      body: JSON.stringify(body).replace('"variables":{}', '"variables":{"__proto__":{}}'),
    });
    expect([response.status, await codeOf(response)]).toEqual([400, expect.stringMatching(/^HUB_INPUT_/)]);
  });

  it('refuses whoever wants something else than events', async () => {
    const response = await subscribe(TICKS, { ...bearer('TEAM_MANAGER'), accept: 'application/json' });
    expect([response.status, await codeOf(response)]).toEqual([400, 'HUB_INPUT_INVALID']);
  });

  it('takes other methods and content types as the graph does: not at all', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect((await fetch(`${url}/graphql/stream`, { method, headers: bearer('TEAM_MANAGER') })).status).toBe(
        404,
      );
    const form = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'text/plain', ...bearer('TEAM_MANAGER') },
      body: TICKS,
    });
    expect(form.status).toBe(415);
  });

  it('lets machines not look at the shape of the graph', async () => {
    const response = await subscribe(
      'subscription { ticks { n } } query Shape { __schema { types { name } } }',
      {
        ...bearer('INTEGRATION'),
      },
    );
    expect([response.status, await codeOf(response)]).toEqual([403, 'HUB_ACCESS_REFUSED']);
  });

  it('names the request and lets nothing be kept', async () => {
    const response = await subscribe('subscription { ticks(from: 1) { n } }', {
      ...bearer('TEAM_MANAGER'),
      'x-correlation-id': '0af7651916cd43dd8448eb211c80319c',
    });
    expect(response.headers.get('x-correlation-id')).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    await new FrameReader(response).leave();
  });
});

it('counts against the rate of its subject', async () => {
  await serve({ rate: { perSubject: 2, windowMs: 60_000 } });
  const answers = [];
  for (let at = 0; at < 3; at++) answers.push(await subscribe('subscription { refused { n } }'));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  for (const answer of answers) await answer.body?.cancel();
});

describe('what cannot be carried out', () => {
  beforeEach(() => serve());

  it.each([
    ['does not parse', 'subscription { ticks { n ', 'HUB_INPUT_INVALID'],
    ['asks for what is not there', 'subscription { tocks { n } }', 'HUB_INPUT_INVALID'],
    ['holds two root fields', 'subscription { ticks { n } refused { n } }', 'HUB_INPUT_INVALID'],
    ['is a query', '{ hello }', 'HUB_INPUT_INVALID'],
    ['is refused to the role', 'subscription { refused { n } }', 'HUB_ACCESS_FIELD'],
    ['has a source that is none', 'subscription { broken { n } }', 'HUB_INTERNAL'],
    ['has a bad argument', 'subscription ($from: Int) { ticks(from: $from) { n } }', 'HUB_INPUT_INVALID'],
  ])('one that %s is answered by one worded error, and completed', async (_what, query, code) => {
    const response = await subscribe(query, undefined, { variables: { from: CANARIES[0] } });
    expect(response.status).toBe(200);
    const frames = new FrameReader(response);
    const { data, errors } = await frames.result();
    expect(data ?? null).toBeNull();
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(JSON.stringify(errors)).not.toContain(CANARIES[0]);
    expect(errors![0]!.extensions.correlationId).toBe(response.headers.get('x-correlation-id'));
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    expect(await frames.event()).toBeNull();
  });

  it('an operation that the document does not have', async () => {
    const frames = new FrameReader(await subscribe(TICKS, undefined, { operationName: 'Other' }));
    expect((await frames.result()).errors![0]!.extensions).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      reason: 'OPERATION_RESOLUTION_FAILURE',
    });
    await frames.event();
  });

  it.each([
    ['a variable', 'subscription ($x: Boolean!) { ticks @include(if: $x) { n } }'],
    ['a constant', 'subscription { ticks @include(if: false) { n } }'],
    [
      'a spread',
      'subscription ($x: Boolean!) { ...F @skip(if: $x) } fragment F on Subscription { ticks { n } }',
    ],
  ])('one whose root field hangs on %s, at both addresses', async (_what, query) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          accept: 'text/event-stream, application/json',
          'content-type': 'application/json',
          ...bearer('TEAM_MANAGER'),
        },
        body: JSON.stringify({ query, variables: { x: true } }),
      });
      expect([path, response.status, await codeOf(response)]).toEqual([path, 400, 'HUB_INPUT_INVALID']);
    }
    expect(logger.lines).toEqual([]);
  });

  it('is told to the graph’s own address too: no subscription there', async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer('TEAM_MANAGER') },
      body: JSON.stringify({ query: TICKS }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await codeOf(response)).toBe('HUB_INPUT_INVALID');
  });
});

describe('events', () => {
  beforeEach(() => serve());

  it('come one by one, by POST and by GET', async () => {
    for (const open of [
      () =>
        subscribe('subscription ($from: Int) { ticks(from: $from) { n who } }', undefined, {
          variables: { from: 7 },
        }),
      () =>
        fetch(
          `${url}/graphql/stream?${new URLSearchParams({
            query: 'subscription ($from: Int) { ticks(from: $from) { n who } }',
            variables: '{"from": 7}',
          })}`,
          { headers: { accept: 'text/event-stream', ...bearer('TEAM_MANAGER') } },
        ),
    ]) {
      const frames = new FrameReader(await open());
      expect(await frames.result()).toEqual({ data: { ticks: { n: 7, who: 'someone' } } });
      feed.push({ n: 8 }, { n: 9 });
      expect(await frames.result()).toEqual({ data: { ticks: { n: 8, who: 'someone' } } });
      expect(await frames.result()).toEqual({ data: { ticks: { n: 9, who: 'someone' } } });
      await frames.leave();
      await eventually(() => Feed.open === 0);
    }
  });

  it('begin with a comment, so that the client knows at once', async () => {
    const frames = new FrameReader(await subscribe(TICKS));
    expect(await frames.frame()).toEqual({ event: null, data: null });
    await frames.leave();
  });

  it('of which nothing may be seen are not sent', async () => {
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n } }'));
    await frames.result();
    feed.push(null, null, { n: 2 });
    expect(await frames.result()).toEqual({ data: { ticks: { n: 2 } } });
    await frames.leave();
  });

  it('with a failure of ours say so by code and nothing of it', async () => {
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n fails } }'));
    const { data, errors } = await frames.result();
    expect([data, errors![0]!.extensions.code]).toEqual([{ ticks: { n: 1, fails: null } }, 'HUB_INTERNAL']);
    for (const text of [JSON.stringify(errors), JSON.stringify(logger.lines)])
      for (const canary of CANARIES) expect(text).not.toContain(canary);
    expect(logger.lines.map(({ message }) => message)).toEqual(['request failed']);
    await frames.leave();
  });

  it('are read by the protocol’s own client', async () => {
    const client = createClient({
      url: `${url}/graphql/stream`,
      headers: bearer('TEAM_MANAGER'),
      retryAttempts: 0,
    });
    const results = client.iterate({ query: 'subscription { ticks(from: 3) { n } }' });
    expect((await results.next()).value).toEqual({ data: { ticks: { n: 3 } } });
    await results.return!();
    client.dispose();
    await eventually(() => Feed.open === 0);
  });

  it('end with their source', async () => {
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n } }'));
    await frames.result();
    await feed.return();
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    expect(await frames.event()).toBeNull();
  });
});

describe('standing', () => {
  it('is asked anew for each event, and a subscriber who has lost it is told and left', async () => {
    let standing = true;
    await serve({
      contextFor: async (edge) => {
        if (!standing) throw new HubError('HUB_ACCESS_NO_STAFF');
        return { edge };
      },
    });
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n } }'));
    await frames.result();
    standing = false;
    feed.push({ n: 2 });
    const { data, errors } = await frames.result();
    expect([data, errors!.map(({ extensions }) => extensions.code)]).toEqual([
      undefined,
      ['HUB_ACCESS_NO_STAFF'],
    ]);
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    await eventually(() => Feed.open === 0);
  });

  it('ends with the token: the reason, then complete', async () => {
    const soon = new FixedClock(new Date((issuer.claims({}).exp as number) * 1000 - 300));
    await serve({ streams: { clock: soon } });
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n } }'));
    await frames.result();
    const { errors } = await frames.result();
    expect(errors![0]!.extensions).toMatchObject({ code: 'HUB_ACCESS_TOKEN', reason: 'EXPIRED' });
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    await eventually(() => Feed.open === 0);
  });
});

describe('an event of which nothing can be answered', () => {
  beforeEach(() => serve());

  it('is answered with its error, and is the last', async () => {
    const frames = new FrameReader(await subscribe('subscription { lost { n } }'));
    await eventually(() => Feed.open === 1);
    feed.push({ n: 1 }, { gone: true }, { n: 3 });
    expect(await frames.result()).toEqual({ data: { lost: { n: 1 } } });
    const { data, errors } = await frames.result();
    expect([data, errors!.map(({ extensions }) => extensions.code)]).toEqual([
      { lost: null },
      ['HUB_NOT_FOUND'],
    ]);
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    await eventually(() => Feed.open === 0);
  });

  it('is not one in which a field below fails', async () => {
    const frames = new FrameReader(await subscribe('subscription { ticks { n fails } }'));
    await eventually(() => Feed.open === 1);
    feed.push({ n: 1 }, { n: 2 });
    for (const n of [1, 2]) {
      const { data, errors } = await frames.result();
      expect([data, errors!.length]).toEqual([{ ticks: { n, fails: null } }, 1]);
    }
    await frames.leave();
    await eventually(() => Feed.open === 0);
  });
});

describe('errors that a plugin has beside an answer', () => {
  it('are told with each event, after those of its fields', async () => {
    const asked: unknown[] = [];
    const errorsBeside = (context: TestContext, data: unknown) => {
      asked.push(data);
      const message = `beside ${context.edge.token?.subject}`;
      return [{ message, path: ['ticks'], extensions: { code: 'HUB_BUSY', correlationId: 'x' } }];
    };
    await serve({ plugins: [{ errorsBeside }] });
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n fails } }'));
    for (const n of [1, 2]) {
      const { data, errors } = await frames.result();
      expect(data).toEqual({ ticks: { n, fails: null } });
      expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['HUB_INTERNAL', 'HUB_BUSY']);
      expect(errors![1]!.message).toBe('beside someone');
      feed.push({ n: 2 });
    }
    expect(asked).toHaveLength(2);
    await frames.leave();
    await eventually(() => Feed.open === 0);
  });
});

describe('how many', () => {
  it('of one subject, and again once one has gone', async () => {
    await serve({ streams: { perSubject: 2 } });
    const open = [await subscribe(TICKS), await subscribe(TICKS)];
    const third = await subscribe(TICKS);
    expect([third.status, await codeOf(third)]).toEqual([429, 'HUB_ACCESS_RATE']);
    const other = await subscribe(TICKS, bearer('TEAM_MANAGER', 'somebody-else'));
    expect(other.status).toBe(200);
    await new FrameReader(open[0]!).leave();
    await eventually(() => Feed.open === 2);
    const again = await subscribe(TICKS);
    expect(again.status).toBe(200);
    for (const response of [open[1]!, other, again]) await new FrameReader(response).leave();
    await eventually(() => Feed.open === 0);
  });

  it('in all', async () => {
    await serve({ streams: { all: 1 } });
    const one = await subscribe(TICKS);
    const two = await subscribe(TICKS, bearer('TEAM_MANAGER', 'somebody-else'));
    expect([two.status, await codeOf(two)]).toEqual([429, 'HUB_ACCESS_RATE']);
    await new FrameReader(one).leave();
    await eventually(() => Feed.open === 0);
  });
});

describe('a subscriber who does not read', () => {
  /** Sends the request and reads nothing of the answer. */
  async function deafSubscriber(): Promise<Socket> {
    const { port } = new URL(url);
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    await once(socket, 'connect');
    socket.pause();
    const body = JSON.stringify({ query: 'subscription { ticks { text } }' });
    const headers = {
      ...bearer('TEAM_MANAGER'),
      accept: 'text/event-stream',
      'content-type': 'application/json',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nhost: hub\r\n${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    socket.on('error', () => {});
    return socket;
  }

  it('holds up the making of answers, and is cut off after a while', async () => {
    await serve({ streams: { slowMs: 400 } });
    const before = Feed.open;
    const socket = await deafSubscriber();
    await eventually(() => Feed.open === before + 1);
    const events = 200;
    for (let at = 0; at < events; at++) feed.push({ text: 'x'.repeat(200_000) });
    await eventually(() => feed.taken > 0);
    await sleep(200);
    // What is buffered on the way is megabytes; all of it would be forty.
    expect(feed.taken).toBeLessThan(events);
    const held = feed.taken;
    await eventually(() => Feed.open === 0);
    expect(feed.taken).toBe(held);
    socket.destroy();
  });
});

describe('when the server stops', () => {
  it('streams are completed, no more are taken, and it stops at once', async () => {
    await serve();
    const frames = new FrameReader(await subscribe('subscription { ticks(from: 1) { n } }'));
    await frames.result();
    const startedAt = Date.now();
    const closed = stop();
    expect(await frames.event()).toEqual({ event: 'complete', data: null });
    expect(await frames.event()).toBeNull();
    await closed;
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });

  it('one that does not read its end is cut off', async () => {
    await serve({ streams: { slowMs: 60_000 } });
    const response = await subscribe('subscription { ticks { text } }');
    await eventually(() => Feed.open === 1);
    for (let at = 0; at < 100; at++) feed.push({ text: 'x'.repeat(200_000) });
    await sleep(100);
    const startedAt = Date.now();
    await stop();
    expect(Date.now() - startedAt).toBeLessThan(25_000);
    await response.body?.cancel().catch(() => {});
  });
});
