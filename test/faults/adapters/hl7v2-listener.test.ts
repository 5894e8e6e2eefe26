/** The listener against whatever a wire can do: nothing is accepted that was not kept, nothing is kept that was not whole, and it lives. */

import { openMllpServer } from '../../../adapters/hl7v2/mllp/server.js';
import { Tally } from '../../../adapters/hl7v2/mllp/tally.js';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { eventually } from '../../support/eventually.js';
import { startListener, type TestListener } from '../../support/hl7-listener.js';
import { admission, dial, framedText, Hl7Peer, saidIn } from '../../support/hl7-peer.js';

const peers: Hl7Peer[] = [];
const listeners: TestListener[] = [];

async function listener(raw: Record<string, unknown> = {}): Promise<TestListener> {
  const made = await startListener(raw);
  listeners.push(made);
  return made;
}

async function peerOf({ address }: TestListener): Promise<Hl7Peer> {
  const peer = await dial(address);
  peers.push(peer);
  return peer;
}

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await Promise.all(listeners.splice(0).map((one) => one.close()));
});

/** It still takes a message, from somebody else. */
async function expectAlive(made: TestListener): Promise<void> {
  const peer = await peerOf(made);
  expect(await peer.write(framedText(admission('LAST'))).answered(1)).toEqual(['AA LAST']);
}

describe('framing', () => {
  test('split at every byte: kept once, whole, and answered', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    const bytes = framedText(admission('S1'));
    for (const byte of bytes) {
      peer.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peer.answered(1)).toEqual(['AA S1']);
    expect(made.intake.texts).toEqual([admission('S1')]);
  });

  test('split in two at each byte, on one connection', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    const length = framedText(admission('S000')).length;
    for (let at = 1; at < length; at += 1) {
      const bytes = framedText(admission(`S${String(at).padStart(3, '0')}`));
      peer.write(bytes.subarray(0, at));
      await new Promise((resolve) => setImmediate(resolve));
      peer.write(bytes.subarray(at));
      await peer.answered(at);
    }
    expect(peer.said).toEqual(
      Array.from({ length: length - 1 }, (_, index) => `AA S${String(index + 1).padStart(3, '0')}`),
    );
    expect(made.intake.kept).toHaveLength(length - 1);
  });

  test('one and a half, then the rest; three in one write; rubbish between; VT inside', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    const second = framedText(admission('2'));
    peer.write(Buffer.concat([framedText(admission('1')), second.subarray(0, 30)]));
    expect(await peer.answered(1)).toEqual(['AA 1']);
    peer.write(second.subarray(30));
    await peer.answered(2);
    peer.write(Buffer.concat(['3', '4', '5'].map((id) => framedText(admission(id)))));
    await peer.answered(5);
    peer.write('GET / HTTP/1.1\r\n\r\n', framedText(admission('6')), '\n\x1c\r', framedText(admission('7')));
    await peer.answered(7);
    peer.write(`\v${admission('HALF').slice(0, 60)}`, framedText(admission('8')));
    expect(await peer.answered(8)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => `AA ${id}`));
    expect(made.intake.texts).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => admission(id)));
    peer.close();
    await expectAlive(made);
    expect(made.mishaps.get('FRAME_UNFINISHED')).toBe(1);
    expect(made.mishaps.get('RUBBISH')).toBeGreaterThan(15);
  });

  test('FS without CR: data before anything else, an end before VT and before the end of the connection', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(`\v${admission('1')}NTE|1||a\x1cb\r\x1c`, framedText(admission('2')));
    expect(await peer.answered(2)).toEqual(['AA 1', 'AA 2']);
    peer.write(`\v${admission('3')}\x1c`);
    peer.socket.end();
    expect(await peer.answered(3)).toEqual(['AA 1', 'AA 2', 'AA 3']);
    expect(made.intake.texts[0]).toContain('a\x1cb');
  });

  test.each([
    ['the end of the connection', (peer: Hl7Peer) => peer.socket.end()],
    ['a reset', (peer: Hl7Peer) => peer.socket.resetAndDestroy()],
  ])('%s within a frame: nothing is kept and nothing answered', async (_what, end) => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(`\v${admission('1')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    end(peer);
    await peer.ended();
    await expectAlive(made);
    expect(peer.answers).toEqual([]);
    expect(made.intake.texts).toEqual([admission('LAST')]);
    expect(made.mishaps.get('FRAME_UNFINISHED')).toBe(1);
  });

  test('longer than allowed: rejected by its number where that is known, and the connection ends; no other suffers', async () => {
    const made = await listener({ maxMessageBytes: 10_000 });
    const [peer, headless, other] = [await peerOf(made), await peerOf(made), await peerOf(made)];
    other.write(framedText(admission('O')).subarray(0, 20));
    peer.write(`\v${admission('1')}NTE|1||${'x'.repeat(1_000_000)}`);
    headless.write(`\vMSH|^~\\&|${'x'.repeat(20_000)}`);
    await Promise.all([peer.ended(), headless.ended()]);
    expect(peer.said).toEqual(['AR 1']);
    expect(headless.said).toEqual([]);
    other.write(framedText(admission('O')).subarray(20));
    expect(await other.answered(1)).toEqual(['AA O']);
    expect(made.intake.texts).toEqual([admission('O')]);
    expect(made.mishaps.get('FRAME_TOO_LONG')).toBe(2);
  });

  test('silence within a frame ends the connection; silence between frames does not', async () => {
    const made = await listener({ frameTimeoutSeconds: 1 });
    const [silent, first, patient] = [await peerOf(made), await peerOf(made), await peerOf(made)];
    patient.write(framedText(admission('1')));
    silent.write(framedText(admission('2')), `\v${admission('3')}`);
    first.write(`\v${admission('5')}`);
    await Promise.all([silent.ended(), first.ended()]);
    expect([silent.said, first.said]).toEqual([['AA 2'], []]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await patient.write(framedText(admission('4'))).answered(2)).toEqual(['AA 1', 'AA 4']);
    expect(made.mishaps.get('FRAME_TIMEOUT')).toBe(2);
  });

  test('a frame that is dripped without a pause ends too, after ten times as long; one that is finished does not', async () => {
    const tally = new Tally({ system: 'SITE', clock: systemClock, logger: silentLogger });
    const allows = (): boolean => true;
    const sizes = { maxConnections: 10, maxFrameBytes: 100_000, maxHeldBytes: 1_000_000 };
    const times = { frameTimeoutMs: 600, tlsRefreshMs: 1_000, closeTimeoutMs: 100 };
    const frames: string[] = [];
    const server = await openMllpServer(
      { host: '127.0.0.1', port: 0, tls: null, allows, ...sizes, ...times },
      {
        admits: () => true,
        frame: async (bytes) => {
          frames.push(Buffer.from(bytes).toString('latin1'));
          return { answers: [], goesOn: true };
        },
        tooLong: () => [],
      },
      tally,
    );
    const [endless, steady] = [await dial(server.address), await dial(server.address)];
    endless.write('\v');
    const drip = setInterval(() => {
      endless.write('x');
      steady.write('\vx\x1c\r\v');
    }, 15);
    const how = await endless.ended().finally(() => clearInterval(drip));
    expect([how === 'OPEN', steady.end]).toEqual([false, 'OPEN']);
    expect(frames.length).toBeGreaterThan(1);
    expect(new Set(frames)).toEqual(new Set(['x']));
    for (const peer of [endless, steady]) peer.close();
    await server.close();
    expect(server.budget.used).toBe(0);
  });

  test('what is no message ends the connection, unanswered', async () => {
    const made = await listener();
    // The last would end the frame of an answer that repeats it.
    for (const data of ['', 'HELLO', 'MSH', 'MSH|^', 'PID|1\r', '\x00\x00\x00', admission('9\x1c')]) {
      const peer = await peerOf(made);
      peer.write(framedText(data), framedText(admission('1')));
      await peer.ended();
      expect(peer.answers).toEqual([]);
    }
    expect(made.intake.kept).toEqual([]);
    expect(made.mishaps.get('NO_HEADER')).toBe(7);
    await expectAlive(made);
  });

  test('a character of UTF-16 that begins a frame: what is left of the message is none, and nothing is said', async () => {
    const made = await listener();
    for (const [at, character] of ['\u0b41', '\u410b'].entries()) {
      const peer = await peerOf(made);
      const wide = Buffer.from(
        admission(`${at}${character}`, '||||||UNICODE UTF-16', 'EVN|A01\r'),
        'utf16le',
      );
      peer.write(Buffer.concat([Buffer.of(0x0b), wide, Buffer.of(0x1c, 0x0d)]));
      await peer.ended();
      expect(peer.answers).toEqual([]);
    }
    await expectAlive(made);
  });

  test('nothing but rubbish ends the connection in the end', async () => {
    const made = await listener({ maxMessageBytes: 10_000 });
    const peer = await peerOf(made);
    peer.write('z'.repeat(50_000));
    await peer.ended();
    await expectAlive(made);
  });
});

describe('what is kept and what is answered', () => {
  test('one message at a time on a connection, answers in order, and no more is read meanwhile', async () => {
    const made = await listener();
    made.intake.delayMs = 5;
    const peer = await peerOf(made);
    const ids = Array.from({ length: 40 }, (_, index) => String(index));
    peer.write(Buffer.concat(ids.map((id) => framedText(admission(id)))));
    expect(await peer.answered(40)).toEqual(ids.map((id) => `AA ${id}`));
    expect(made.intake.most).toBe(1);
  });

  test('a message that is being kept for long holds its peer back: no more is taken off the wire than a buffer', async () => {
    const made = await listener();
    made.intake.mood = 'HANGS';
    const peer = await peerOf(made);
    peer.write(framedText(admission('1')));
    const flood = framedText(admission('2', '', `NTE|1||${'x'.repeat(500_000)}\r`));
    for (let times = 0; times < 60; times++) peer.write(flood);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(made.intake.now).toBe(1);
    // 30 MB were written; what the kernel does not hold has not left.
    expect(peer.socket.writableLength).toBeGreaterThan(15_000_000);
  });

  test.each(['BUSY', 'FAILS', 'HANGS'] as const)(
    'an intake that %s: error 207, never an accept',
    async (mood) => {
      const made = await listener({ keepTimeoutSeconds: mood === 'HANGS' ? 2 : 30 });
      made.intake.mood = mood;
      const peer = await peerOf(made);
      expect(await peer.write(framedText(admission('1'))).answered(1)).toEqual(['AE 1']);
      expect(peer.answers[0]).toContain('ERR|^^^207&');
      made.intake.mood = 'KEEPS';
      expect(await peer.write(framedText(admission('1'))).answered(2)).toEqual(['AE 1', 'AA 1']);
      expect(made.intake.kept).toHaveLength(1);
    },
  );

  test.each(['BUSY', 'FAILS'] as const)(
    'an intake that %s, where the site would rather not answer: the connection ends',
    async (mood) => {
      const made = await listener({ keepTimeoutSeconds: 30, whenNotKept: 'CLOSE' });
      made.intake.mood = mood;
      const peer = await peerOf(made);
      await peer.write(framedText(admission('1'))).ended();
      expect(peer.answers).toEqual([]);
      made.intake.mood = 'KEEPS';
      await expectAlive(made);
    },
  );

  test('no answer wanted, and not kept: the connection ends, since there is no other way to say it', async () => {
    const made = await listener();
    made.intake.mood = 'BUSY';
    const peer = await peerOf(made);
    await peer.write(framedText(admission('1', '|||NE|NE'))).ended();
    expect(peer.answers).toEqual([]);
  });

  test('what an intake never settles does not add up without end', async () => {
    const made = await listener({ keepTimeoutSeconds: 1, maxConnections: 3 });
    made.intake.mood = 'HANGS';
    const all = [await peerOf(made), await peerOf(made), await peerOf(made)];
    for (const [at, peer] of all.entries())
      peer.write(framedText(admission(`${at}a`)), framedText(admission(`${at}b`)));
    await Promise.all(all.map((peer) => peer.answered(2)));
    expect(made.intake.now).toBe(3);
    expect(all.flatMap(({ said }) => said).every((said) => said.startsWith('AE'))).toBe(true);
  });

  test('a repeat gets the stored answer, byte for byte; another message of that number gets 205', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(framedText(admission('1')));
    await peer.answered(1);
    const later = admission('1').replace('20260301085959', '20260301093000');
    peer.write(framedText(later), framedText(admission('1', '', 'EVN|A01\rPID|1||8^^^RXX^MR\r')));
    expect(await peer.answered(3)).toEqual(['AA 1', 'AA 1', 'AE 1']);
    expect(peer.answers[1]).toBe(peer.answers[0]);
    expect(peer.answers[2]).toContain('ERR|MSH^1^10^205&Duplicate key identifier&HL70357');
    expect(made.intake.kept).toHaveLength(2);
  });

  test('both acknowledgements of enhanced mode, each in a frame of its own, and both again for a repeat', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(framedText(admission('1', '|||AL|AL')));
    await peer.answered(2);
    peer.write(framedText(admission('1', '|||AL|AL')), framedText(admission('2', '|||NE|NE')));
    expect(await peer.answered(4)).toEqual(['CA 1', 'AA 1', 'CA 1', 'AA 1']);
    expect(peer.answers.slice(2)).toEqual(peer.answers.slice(0, 2));
    expect(made.intake.kept.map(({ answer }) => answer !== null)).toEqual([true, false]);
  });

  test('an acknowledgement is never answered: not ours that comes back, nor any other', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(framedText(admission('1')));
    await peer.answered(1);
    const own = /^MSH(?:\|[^|]*){8}\|([^|]*)/.exec(peer.answers[0]!)![1]!;
    expect(own).toMatch(/^ACK-[A-Z2-7]{16}$/);
    const answerTo = (id: string, code = 'AA'): Buffer =>
      framedText(`MSH|^~\\&|PAS|RXX|IPSHUB|RYY|2026||ACK|A${id}|P|2.4\rMSA|${code}|${id}\r`);
    peer.write(answerTo(own), answerTo(own), answerTo('SENT', 'CA'), answerTo('SENT', 'AA'));
    peer.write(framedText(admission('2')));
    expect(await peer.answered(2)).toEqual(['AA 1', 'AA 2']);
    // What became of a message of ours is kept, and that it came is not.
    expect(made.intake.kept.map(({ type, answer, isOfFeed }) => [type, answer === null, isOfFeed])).toEqual([
      ['ADT^A01', false, true],
      ['ACK', true, false],
      ['ADT^A01', false, true],
    ]);
  });

  test('an accept goes out only after the message is kept', async () => {
    const made = await listener();
    let isKept = false;
    const { intake } = made;
    const keep = intake.keep.bind(intake);
    intake.keep = async (message) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const kept = await keep(message);
      isKept = true;
      return kept;
    };
    const peer = await peerOf(made);
    peer.socket.on('data', () => expect(isKept).toBe(true));
    expect(await peer.write(framedText(admission('1'))).answered(1)).toEqual(['AA 1']);
  });
});

describe('who and what is taken', () => {
  test.each<[string, Record<string, unknown>, string, string, string]>([
    [
      'a sender that is not listed',
      { allowedSenders: 'PAS|RYY, OTHER|*' },
      admission('1'),
      'AR',
      'HUB_MESSAGE_SENDER',
    ],
    ['training', {}, admission('1').replace('|P|2.4', '|T|2.4'), 'AR', 'HUB_MESSAGE_PROCESSING'],
    ['no environment', {}, admission('1').replace('|P|2.4', '||2.4'), 'AR', 'HUB_MESSAGE_PROCESSING'],
    ['another version', { versions: '2.3, 2.5' }, admission('1'), 'AR', 'HUB_MESSAGE_VERSION'],
    ['another type', { messageTypes: 'REF' }, admission('1'), 'AR', 'HUB_MESSAGE_TYPE'],
    ['another event', { messageTypes: 'ADT^A02, REF' }, admission('1'), 'AR', 'HUB_MESSAGE_TYPE'],
    ['no type', {}, admission('1').replace('ADT^A01', ''), 'AE', 'HUB_MESSAGE_HEADER'],
    ['an unknown character set', {}, admission('1', '||||||KLINGON'), 'AE', 'HUB_MESSAGE_CHARACTERS'],
    ['bytes of another set', {}, admission('1', '', 'PID|1||7||S\xe9an\r'), 'AE', 'HUB_MESSAGE_CHARACTERS'],
    ['a line that is no segment', {}, admission('1', '', 'NTE|1||two\rlines\r'), 'AE', 'HUB_MESSAGE_FORMAT'],
    ['two messages in a frame', {}, admission('1') + admission('2'), 'AE', 'HUB_MESSAGE_FORMAT'],
    ['too many segments', { maxSegments: 2 }, admission('1'), 'AR', 'HUB_MESSAGE_FORMAT'],
  ])('%s: refused, and kept as such', async (_what, raw, text, code, refusal) => {
    const made = await listener(raw);
    const peer = await peerOf(made);
    expect(await peer.write(framedText(text)).answered(1)).toEqual([`${code} 1`]);
    expect(made.intake.kept.map((kept) => [kept.refusal, kept.bytes.length])).toEqual([
      [refusal, text.length],
    ]);
  });

  test('what is listed is taken: sender by a star, type by its event, training where the site is one', async () => {
    const made = await listener({
      allowedSenders: 'X|Y, PAS|*',
      messageTypes: 'ADT^A02, ADT^A01',
      processingId: 'T',
      versions: '2.4',
      characterSet: '8859/1',
    });
    const peer = await peerOf(made);
    const text = admission('1', '', 'PID|1||7||S\xe9an\r').replace('|P|2.4', '|T|2.4');
    expect(await peer.write(framedText(text)).answered(1)).toEqual(['AA 1']);
    expect(made.intake.kept[0]).toMatchObject({
      identity: { application: 'PAS', facility: 'RXX', controlId: '1' },
      type: 'ADT^A01',
      sentAt: '2026-03-01T08:59:59.000Z',
      remoteAddress: '127.0.0.1',
      refusal: null,
    });
  });

  test('no number: an error that names none, and nothing that another could repeat', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    expect(await peer.write(framedText(admission(''))).answered(1)).toEqual(['AE ']);
    expect(made.intake.kept[0]).toMatchObject({ identity: null, refusal: 'HUB_MESSAGE_HEADER' });
  });

  test('an address that is not listed is let go before it says a word', async () => {
    const made = await listener({ allowedAddresses: '10.0.0.0/8, 127.0.0.2' });
    const peer = await peerOf(made);
    await peer.write(framedText(admission('1'))).ended();
    const known = await dial(made.address, '127.0.0.2');
    peers.push(known);
    expect(await known.write(framedText(admission('1'))).answered(1)).toEqual(['AA 1']);
    expect(peer.answers).toEqual([]);
    expect(made.mishaps.get('ADDRESS_REFUSED')).toBe(1);
  });

  test('UTF-16, where a character may end its frame, is refused in UTF-16 and kept as such', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    const wide = Buffer.from(admission('1', '||||||UNICODE UTF-16', 'PID|1||7||Se\u00e1n\r'), 'utf16le');
    peer.write(Buffer.concat([Buffer.of(0x0b), wide, Buffer.of(0x1c, 0x0d)]));
    await peer.answered(1);
    expect(saidIn(Buffer.from(peer.answers[0]!, 'latin1').toString('utf16le'))).toBe('AE 1');
    expect(made.intake.kept[0]).toMatchObject({ refusal: 'HUB_MESSAGE_CHARACTERS' });
  });
});

describe('many', () => {
  test('1,000 connections at once, each answered; the next one is turned away and the others do not notice', async () => {
    const made = await listener({ maxConnections: 1_000 });
    const all: Hl7Peer[] = [];
    for (let at = 0; at < 1_000; at += 100)
      all.push(...(await Promise.all(Array.from({ length: 100 }, () => peerOf(made)))));
    const oneMore = await dial(made.address).catch(() => null);
    if (oneMore !== null) {
      peers.push(oneMore);
      await oneMore.ended();
    }
    for (const [at, peer] of all.entries()) peer.write(framedText(admission(`C${at}`)));
    const said = await Promise.all(all.map((peer) => peer.answered(1)));
    expect(said.flat()).toEqual(all.map((_peer, at) => `AA C${at}`));
    expect(made.intake.kept).toHaveLength(1_000);
    expect(made.mishaps.get('CONNECTIONS_EXCEEDED')).toBe(1);
  });

  test('the sum of unfinished frames is bounded: whoever would exceed it is closed, and the rest is answered', async () => {
    const made = await listener({ maxMessageBytes: 1_048_576, maxHeldBytes: 4_194_304 });
    const all = await Promise.all(Array.from({ length: 20 }, () => peerOf(made)));
    const text = (at: number): string => admission(`B${at}`, '', `NTE|1||${'x'.repeat(400_000)}\r`);
    for (const [at, peer] of all.entries()) peer.write(framedText(text(at)).subarray(0, -2));
    await eventually(() => all.filter(({ end }) => end === 'OPEN').length < 12);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const open = all.filter(({ end }) => end === 'OPEN');
    expect(open.length).toBeGreaterThan(5);
    expect(open.length).toBeLessThan(12);
    for (const peer of open) peer.write('\x1c\r');
    await Promise.all(open.map((peer) => peer.answered(1)));
    expect(made.intake.kept).toHaveLength(open.length);
    expect(made.intake.kept.every(({ bytes }) => bytes.length > 400_000)).toBe(true);
    expect(made.mishaps.get('FRAME_NO_ROOM')).toBe(20 - open.length);
    await expectAlive(made);
  });
});

describe('the end', () => {
  test('what has arrived is kept and answered, what is unfinished is not, and no more is taken', async () => {
    const made = await startListener({}, { tlsRefreshMs: 20, closeTimeoutMs: 30_000 });
    made.intake.delayMs = 100;
    const [busy, idle, half] = [await peerOf(made), await peerOf(made), await peerOf(made)];
    busy.write(Buffer.concat([framedText(admission('1')), framedText(admission('2'))]));
    half.write(`\v${admission('3')}`);
    await eventually(() => made.intake.now === 1);
    await made.close();
    expect(busy.said).toEqual(['AA 1', 'AA 2']);
    expect([idle.said, half.said]).toEqual([[], []]);
    expect(made.intake.texts).toEqual([admission('1'), admission('2')]);
    await expect(dial(made.address)).rejects.toThrow();
  });

  test('it waits no longer than it may for an intake that never settles', async () => {
    const made = await startListener({}, { tlsRefreshMs: 20, closeTimeoutMs: 200 });
    made.intake.mood = 'HANGS';
    const peer = await peerOf(made);
    peer.write(framedText(admission('1')));
    await eventually(() => made.intake.now === 1);
    const began = performance.now();
    await made.close();
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(peer.answers).toEqual([]);
  });

  test('an address that is taken cannot be listened at', async () => {
    const made = await listener();
    const listenPort = made.address.split(':')[1];
    await expect(startListener({ listenPort })).rejects.toMatchObject({ code: 'HUB_SETTINGS_INVALID' });
  });

  test('the log tells how often and never what', async () => {
    const made = await listener();
    const peer = await peerOf(made);
    peer.write(framedText('SECRET'), framedText(admission('SECRET')));
    await peer.ended();
    made.intake.mood = 'FAILS';
    const other = await peerOf(made);
    await other.write(framedText(admission('SECRET'))).answered(1);
    const told = JSON.stringify(made.lines);
    expect(made.lines.length).toBeGreaterThan(2);
    for (const word of ['SECRET', 'PAS', '127.0.0.1', 'planted']) expect(told).not.toContain(word);
  });
});
