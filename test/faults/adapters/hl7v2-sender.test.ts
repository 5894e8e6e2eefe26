/** The sender against every answer and every end of a connection: no answer is ever taken for that of another message. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Answered, answerOf } from '../../../adapters/hl7v2/acknowledgement/received.rules.js';
import { createSender, type MllpSender, type SenderOptions } from '../../../adapters/hl7v2/mllp/sender.js';
import type { Judgement } from '../../../adapters/hl7v2/mllp/sender-connection.js';
import { TlsIdentity } from '../../../adapters/hl7v2/mllp/tls-files.js';
import { systemClock } from '../../../src/core/clock.js';
import type { HubError } from '../../../src/core/errors.js';
import { failureOf as failureIn, never } from '../../contract/contract-case.js';
import { authority } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import {
  ANSWERS_AA,
  acknowledgement,
  type FarEnd,
  type FarEndDeed,
  startFarEnd,
} from '../../support/hl7-far-end.js';
import { keptLines } from '../../support/hl7-listener.js';
import { admission, framedText } from '../../support/hl7-peer.js';

const opened: { close(): void | Promise<void> }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'hub-hl7-sender-'));
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function farEndThat(deed: FarEndDeed = ANSWERS_AA, tls: Parameters<typeof startFarEnd>[1] = null) {
  const made = await startFarEnd(deed, tls);
  opened.push(made);
  return made;
}

function senderTo(
  { host, port }: Pick<FarEnd, 'host' | 'port'>,
  more: Partial<SenderOptions> = {},
): MllpSender {
  const sender = createSender({
    host,
    port,
    tls: null,
    connectTimeoutMs: 30_000,
    answerTimeoutMs: 30_000,
    keepsOpen: true,
    connections: 1,
    maxAnswerBytes: 65_536,
    tlsRefreshMs: 0,
    ...more,
  });
  opened.push(sender);
  return sender;
}

/** What a frame is to the message of that number, where one acknowledgement is all that is waited for. */
const judging =
  (controlId: string) =>
  (frame: Uint8Array): Judgement<Answered> => {
    const answer = answerOf(frame, controlId);
    return answer.kind === 'ANSWER' ? { kind: 'ANSWER', value: answer } : answer;
  };

const send = (sender: MllpSender, id: string, signal: AbortSignal = never()): Promise<Answered> =>
  sender.exchange(Buffer.from(admission(id)), judging(id), signal);

const failureOf = (work: Promise<unknown>): Promise<HubError> => failureIn(work) as Promise<HubError>;
const inDoubt = (fault: string) => ({ code: 'HUB_UPSTREAM_AMBIGUOUS', details: { fault } });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('answers', () => {
  test('one after the other on one connection, in a frame each', async () => {
    const farEnd = await farEndThat();
    const sender = senderTo(farEnd);
    for (const id of ['1', '2', '3']) expect(await send(sender, id)).toMatchObject({ code: 'AA' });
    expect(farEnd.heard()).toBe(
      ['1', '2', '3'].map((id) => framedText(admission(id)).toString('latin1')).join(''),
    );
    expect(farEnd.connections()).toBe(1);
  });

  test('several at once wait for their turn, first come, first served', async () => {
    let under = 0;
    let most = 0;
    const farEnd = await farEndThat(async ({ acknowledge }) => {
      most = Math.max(most, ++under);
      await pause(5);
      under--;
      acknowledge();
    });
    const sender = senderTo(farEnd);
    const ids = Array.from({ length: 12 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => send(sender, id)));
    expect(farEnd.received).toEqual(ids.map((id) => admission(id)));
    expect([most, farEnd.connections()]).toEqual([1, 1]);
  });

  test('several connections go side by side, each with one message', async () => {
    const under = new Map<unknown, number>();
    const farEnd = await farEndThat(async ({ socket, acknowledge }) => {
      under.set(socket, (under.get(socket) ?? 0) + 1);
      expect(under.get(socket)).toBe(1);
      await pause(20);
      under.set(socket, 0);
      acknowledge();
    });
    const sender = senderTo(farEnd, { connections: 3 });
    const said = await Promise.all(Array.from({ length: 30 }, (_, index) => send(sender, `L${index}`)));
    expect(said.every(({ code }) => code === 'AA')).toBe(true);
    expect(farEnd.connections()).toBe(3);
  });

  test.each<[string, FarEndDeed]>([
    [
      'byte by byte',
      async ({ socket, controlId }) => {
        for (const byte of framedText(acknowledgement('AA', controlId))) {
          socket.write(Uint8Array.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    ],
    [
      'behind rubbish',
      ({ socket, acknowledge }) => {
        socket.write('\r\n');
        acknowledge();
      },
    ],
    [
      'behind half a frame',
      ({ socket, acknowledge }) => {
        socket.write('\vMSH|half');
        acknowledge();
      },
    ],
    [
      'without CR, and the end',
      ({ socket, controlId }) => {
        socket.end(`\v${acknowledgement('AA', controlId)}\x1c`);
      },
    ],
    [
      'with a line feed behind it',
      ({ socket, acknowledge }) => {
        acknowledge();
        socket.write('\n');
      },
    ],
  ])('an answer that comes %s is an answer, and so is the next', async (_what, deed) => {
    const sender = senderTo(await farEndThat(deed));
    expect(await send(sender, '1')).toMatchObject({ code: 'AA' });
    expect(await send(sender, '2')).toMatchObject({ code: 'AA' });
  });

  test('a first answer stands until the second comes, or where none does; another’s application answer is passed over', async () => {
    const wants =
      (id: string, seen: string[]) =>
      (frame: Uint8Array): Judgement<string> => {
        const answer = answerOf(frame, id);
        if (answer.kind === 'FOREIGN') return { kind: 'ASIDE' };
        if (answer.kind !== 'ANSWER') return { kind: 'MALFORMED' };
        seen.push(answer.code);
        return { kind: answer.code.startsWith('C') ? 'SO_FAR' : 'ANSWER', value: answer.code };
      };
    const farEnd = await farEndThat(({ number, acknowledge }) => {
      if (number > 1) acknowledge('AA', 'EARLIER');
      acknowledge('CA');
      if (number !== 2) acknowledge('AE');
    });
    const sender = senderTo(farEnd, { answerTimeoutMs: 2_000 });
    const seen: string[] = [];
    const said: string[] = [];
    for (const id of ['1', '2', '3'])
      said.push(await sender.exchange(Buffer.from(admission(id)), wants(id, seen), never()));
    expect(said).toEqual(['AE', 'CA', 'AE']);
    expect(seen).toEqual(['CA', 'AE', 'CA', 'CA', 'AE']);
  });
});

describe('a far end that closes behind each answer', () => {
  test('where the site says so, no message is lost on a connection that is about to end', async () => {
    const farEnd = await farEndThat(({ acknowledge, socket }) => {
      acknowledge();
      setTimeout(() => socket.end(), 1);
    });
    const sender = senderTo(farEnd, { keepsOpen: false });
    for (let at = 0; at < 30; at++) expect(await send(sender, `K${at}`)).toMatchObject({ code: 'AA' });
    expect(farEnd.connections()).toBe(30);
  });
});

describe('what is in doubt ends the connection', () => {
  test.each<[string, FarEndDeed, string]>([
    ['lost', () => {}, 'TIMEOUT'],
    ['late', ({ acknowledge }) => void setTimeout(acknowledge, 1_200), 'TIMEOUT'],
    ['of another message', ({ acknowledge }) => acknowledge('AA', 'OTHER'), 'FOREIGN_ANSWER'],
    ['without a number', ({ acknowledge }) => acknowledge('AA', ''), 'MALFORMED_ANSWER'],
    ['of no code', ({ acknowledge }) => acknowledge('OK'), 'MALFORMED_ANSWER'],
    ['no message', ({ socket }) => void socket.write(framedText('HTTP/1.1 200 OK')), 'MALFORMED_ANSWER'],
    ['an empty frame', ({ socket }) => void socket.write(framedText('')), 'MALFORMED_ANSWER'],
    ['too long', ({ socket }) => void socket.write(`\v${'x'.repeat(100_000)}`), 'MALFORMED_ANSWER'],
    [
      'cut short, and the end',
      ({ socket, controlId }) => {
        socket.end(`\v${acknowledgement('AA', controlId)}`);
      },
      'CLOSED',
    ],
    ['cut short, and silence', ({ socket }) => void socket.write('\vMSH|'), 'TIMEOUT'],
    ['the end of the connection', ({ socket }) => void socket.end(), 'CLOSED'],
    ['a reset', ({ socket }) => void socket.resetAndDestroy(), 'ECONNRESET'],
  ])('an answer that is %s', async (_what, deed, fault) => {
    const farEnd = await farEndThat((message) =>
      message.number === 1 ? deed(message) : message.acknowledge(),
    );
    const sender = senderTo(farEnd, fault === 'TIMEOUT' ? { answerTimeoutMs: 1_000 } : {});
    expect(await failureOf(send(sender, '1'))).toMatchObject(inDoubt(fault));
    expect(await send(sender, '2')).toMatchObject({ code: 'AA' });
    expect([farEnd.connections(), farEnd.received.length]).toEqual([2, 2]);
    await eventually(() => farEnd.open() === 1);
  });

  test('an answer that comes twice does not meet the next message', async () => {
    const farEnd = await farEndThat(({ number, acknowledge, socket }) => {
      acknowledge();
      if (number === 1) acknowledge();
      if (number === 2) setTimeout(() => socket.write('\v'), 20);
    });
    const sender = senderTo(farEnd);
    expect(await send(sender, '1')).toMatchObject({ code: 'AA' });
    expect(await send(sender, '2')).toMatchObject({ code: 'AA' });
    await eventually(() => farEnd.open() === 0);
    expect(await send(sender, '3')).toMatchObject({ code: 'AA' });
    expect(farEnd.connections()).toBe(3);
  });

  test('the caller gives up: before it leaves nothing is sent, after that it is in doubt', async () => {
    const farEnd = await farEndThat(() => {});
    const sender = senderTo(farEnd);
    const [first, second] = [new AbortController(), new AbortController()];
    const one = failureOf(send(sender, '1', first.signal));
    const two = failureOf(send(sender, '2', second.signal));
    await eventually(() => farEnd.received.length === 1);
    second.abort();
    first.abort();
    expect(await one).toMatchObject(inDoubt('STOPPED'));
    expect(await two).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
    expect(await failureOf(send(sender, '3', AbortSignal.abort()))).toMatchObject({
      code: 'HUB_UPSTREAM_STOPPED',
    });
    expect(farEnd.received).toEqual([admission('1')]);
  });

  test('closing it: what is under way is in doubt, what waits was not sent, and nothing more is', async () => {
    const farEnd = await farEndThat(() => {});
    const sender = senderTo(farEnd);
    const [one, two] = [failureOf(send(sender, '1')), failureOf(send(sender, '2'))];
    await eventually(() => farEnd.received.length === 1);
    sender.close();
    expect([(await one).code, (await two).code]).toEqual(['HUB_UPSTREAM_AMBIGUOUS', 'HUB_UPSTREAM_STOPPED']);
    expect((await failureOf(send(sender, '3'))).code).toBe('HUB_UPSTREAM_STOPPED');
    expect(farEnd.received).toHaveLength(1);
  });

  test('a message that would break its frame is not sent', async () => {
    const farEnd = await farEndThat();
    const sender = senderTo(farEnd);
    for (const text of ['a\vb', 'a\x1c\rb', 'a\x1c'])
      expect(await failureOf(sender.exchange(Buffer.from(text), judging('1'), never()))).toMatchObject({
        code: 'HUB_DELIVERY_CHARACTERS',
      });
    expect(farEnd.heard()).toBe('');
  });

  test('whatever a far end does to each of many messages, no answer is credited to another message', async () => {
    const deeds: readonly FarEndDeed[] = [
      ANSWERS_AA,
      () => {},
      ({ acknowledge }) => void setTimeout(acknowledge, 40),
      ({ acknowledge }) => {
        acknowledge();
        acknowledge();
      },
      ({ acknowledge }) => {
        acknowledge();
        setTimeout(acknowledge, 5);
      },
      ({ acknowledge }) => acknowledge('AA', 'OTHER'),
      ({ socket }) => void socket.destroy(),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(deeds.length - 1), { minLength: 5, maxLength: 12 }),
        async (script) => {
          const took: string[] = [];
          const farEnd = await startFarEnd((message) => {
            const deed = script[message.number - 1] ?? 0;
            // What it says of a message names that message's number alone, so that a mix-up would show.
            if (deed === 0 || deed === 3 || deed === 4) took.push(message.controlId);
            return deeds[deed]!(message);
          });
          const sender = senderTo(farEnd, { answerTimeoutMs: 25 });
          const credited: string[] = [];
          for (const at of script.keys())
            await send(sender, `M${at}`).then(
              () => credited.push(`M${at}`),
              (error: unknown) => expect(error).toMatchObject({ code: 'HUB_UPSTREAM_AMBIGUOUS' }),
            );
          expect(took).toEqual(expect.arrayContaining(credited));
          sender.close();
          await farEnd.close();
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('getting there', () => {
  test.each<[string, Partial<SenderOptions>]>([
    ['nobody listens', { port: 1 }],
    ['no such host', { host: 'no-such-host.invalid' }],
  ])('%s: transient, nothing left', async (_what, more) => {
    const sender = senderTo({ host: '127.0.0.1', port: 1 }, more);
    expect(await failureOf(send(sender, '1'))).toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE' });
    expect(await failureOf(sender.reach(never()))).toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE' });
  });

  test('a probe connects and sends nothing, and a message uses its connection', async () => {
    const farEnd = await farEndThat();
    const sender = senderTo(farEnd);
    await sender.reach(never());
    expect(farEnd.heard()).toBe('');
    await send(sender, '1');
    expect(farEnd.connections()).toBe(1);
  });

  test('a connection that the far end closed meanwhile is opened anew', async () => {
    const farEnd = await farEndThat(({ acknowledge, socket }) => {
      acknowledge();
      setTimeout(() => socket.end(), 5);
    });
    const sender = senderTo(farEnd);
    for (const id of ['1', '2', '3']) {
      expect(await send(sender, id)).toMatchObject({ code: 'AA' });
      await eventually(() => farEnd.open() === 0);
    }
    expect(farEnd.connections()).toBe(3);
  });
});

describe('by TLS', () => {
  const own = authority();
  const stranger = authority('Another authority');
  const PAST = { from: '240101000000Z', to: '250101000000Z' };
  const site = own.issue({ name: 'engine', hosts: ['engine.test'], addresses: ['127.0.0.1'] });
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const { logger } = keptLines();
  const identity = (files: { certificate?: string; key?: string; authority?: string } = {}) =>
    new TlsIdentity(
      { certificate: null, key: null, authority: put('authority.crt', own.cert), ...files },
      { system: 'SITE', clock: systemClock, logger },
    );
  const hub = own.issue({ name: 'hub' });
  const certified = (name: string, { cert, key } = hub) => ({
    certificate: put(`${name}.crt`, cert),
    key: put(`${name}.key`, key),
  });
  const tls = (serverName: string | null = null, files = {}) => ({
    tls: { identity: identity(files), serverName },
  });

  test.each([null, 'engine.test'])(
    'the far end’s certificate is for the host, or for the name stated: %s',
    async (name) => {
      const sender = senderTo(await farEndThat(ANSWERS_AA, site), tls(name));
      expect(await send(sender, '1')).toMatchObject({ code: 'AA' });
    },
  );

  test.each<[string, Parameters<typeof startFarEnd>[1], string | null, string]>([
    ['of another authority', stranger.issue({ addresses: ['127.0.0.1'] }), null, 'HUB_UPSTREAM_REFUSED'],
    ['for another name', site, 'other.test', 'HUB_UPSTREAM_REFUSED'],
    ['for another address', own.issue({ addresses: ['127.0.0.9'] }), null, 'HUB_UPSTREAM_REFUSED'],
    ['that has run out', own.issue({ addresses: ['127.0.0.1'], ...PAST }), null, 'HUB_UPSTREAM_REFUSED'],
    [
      'by TLS 1.1',
      { ...site, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      null,
      'HUB_UPSTREAM_UNREACHABLE',
    ],
    ['of none: it speaks in clear', null, null, 'HUB_UPSTREAM_UNREACHABLE'],
  ])('a far end %s: nothing is sent', async (_what, options, name, code) => {
    const farEnd = await farEndThat(ANSWERS_AA, options);
    // Who speaks in clear says nothing to a greeting in TLS.
    const limit = options === null ? { connectTimeoutMs: 2_000 } : {};
    const sender = senderTo(farEnd, { ...tls(name), ...limit });
    expect(await failureOf(send(sender, '1'))).toMatchObject({ code });
    // What is enciphered may have the bytes of a frame in it, by chance.
    expect(farEnd.received.filter((text) => text.startsWith('MSH|'))).toEqual([]);
    expect(farEnd.heard()).not.toContain('MSH|');
  });

  const strict = { ...site, ca: own.cert, requestCert: true, rejectUnauthorized: true };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a certificate of the hub’s, where it is wanted, by %s',
    async (maxVersion) => {
      const farEnd = await farEndThat(ANSWERS_AA, { ...strict, maxVersion });
      expect(await send(senderTo(farEnd, tls(null, certified('hub'))), '1')).toMatchObject({ code: 'AA' });
      const failure = await failureOf(send(senderTo(farEnd, tls()), '2'));
      expect(['HUB_UPSTREAM_REFUSED', 'HUB_UPSTREAM_UNREACHABLE', 'HUB_UPSTREAM_AMBIGUOUS']).toContain(
        failure.code,
      );
      expect(farEnd.received).toHaveLength(1);
    },
  );

  test('one of the hub’s that has run out is not even shown', async () => {
    const farEnd = await farEndThat(ANSWERS_AA, strict);
    const sender = senderTo(farEnd, tls(null, certified('old', own.issue({ name: 'hub', ...PAST }))));
    expect(await failureOf(send(sender, '1'))).toMatchObject({
      code: 'HUB_UPSTREAM_REFUSED',
      details: { fault: 'CLIENT_CERTIFICATE_EXPIRED' },
    });
    expect(farEnd.connections()).toBe(0);
  });

  test('a new certificate is used with the next message', async () => {
    const farEnd = await farEndThat(ANSWERS_AA, { ...strict, ca: stranger.cert });
    const sender = senderTo(farEnd, tls(null, certified('renewed')));
    expect((await failureOf(send(sender, '1'))).code).toMatch(/^HUB_UPSTREAM_/);
    certified('renewed', stranger.issue({ name: 'hub' }));
    expect(await send(sender, '2')).toMatchObject({ code: 'AA' });
    certified('renewed', stranger.issue({ name: 'hub' }));
    expect(await send(sender, '3')).toMatchObject({ code: 'AA' });
    expect([farEnd.received.length, farEnd.connections()]).toEqual([2, 2]);
  });
});
