/** Frames out of any stream of bytes: whole or not at all, wherever it is split, in linear time and bounded memory. */
import fc from 'fast-check';
import { FrameBudget } from '../../../../../adapters/hl7v2/mllp/frame-budget.js';
import { breaksFrame, type FrameEvent, FrameReader } from '../../../../../adapters/hl7v2/mllp/frames.js';
import { framesIn } from '../../../../support/hl7-frame-model.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const frame = (data: string): string => `\v${data}\x1c\r`;
const A01 = 'MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.4\rPID|1\r';

interface Run {
  readonly frames: readonly string[];
  readonly ends: readonly string[];
  readonly discarded: { frames: number; bytes: number };
  readonly left: number;
}

/** What comes out of the pieces, and then of the end of the stream. */
function run(pieces: readonly string[], max = 1_000, limit = 1e9): Run {
  const budget = new FrameBudget(limit);
  const reader = new FrameReader(max, budget);
  const events: FrameEvent[] = [];
  const note = (event: FrameEvent): void => {
    // A frame is copied while it is held, as whoever takes it may count on it no longer.
    events.push(event.kind === 'FRAME' ? { kind: 'FRAME', bytes: Uint8Array.from(event.bytes) } : event);
  };
  for (const piece of pieces) {
    reader.give(bytesOf(piece));
    for (let event = reader.take(); event !== null; event = reader.take()) note(event);
  }
  const last = reader.end();
  if (last !== null) note(last);
  reader.drop();
  return {
    frames: events.flatMap((event) => (event.kind === 'FRAME' ? [textOf(event.bytes)] : [])),
    ends: events.flatMap((event) => (event.kind === 'FRAME' ? [] : [event.kind])),
    discarded: { ...reader.discarded },
    left: budget.used,
  };
}

describe('frames', () => {
  test.each<[string, readonly string[], Partial<Run>]>([
    ['a frame', [frame('a')], { frames: ['a'], discarded: { frames: 0, bytes: 0 } }],
    ['an empty frame', [frame('')], { frames: [''] }],
    ['three in one write', [frame('a') + frame('b') + frame('c')], { frames: ['a', 'b', 'c'] }],
    ['one and a half, then the rest', [`${frame('a')}\vb`, 'c\x1c\r'], { frames: ['a', 'bc'] }],
    [
      'rubbish before, between and after',
      [`GET / HTTP/1.1\r\n${frame('a')}\n\x1c\r${frame('b')}zz`],
      { frames: ['a', 'b'], discarded: { frames: 0, bytes: 21 } },
    ],
    ['VT inside a frame', [`\vhalf${frame('b')}`], { frames: ['b'], discarded: { frames: 1, bytes: 0 } }],
    [
      'VT again and again',
      ['\v\v', `\v${frame('b')}`],
      { frames: ['b'], discarded: { frames: 3, bytes: 0 } },
    ],
    ['FS in the data', [frame('a\x1cb')], { frames: ['a\x1cb'] }],
    ['FS in the data where the stream is split', ['\va\x1c', 'b\x1c\r'], { frames: ['a\x1cb'] }],
    ['two FS before the CR', ['\va\x1c\x1c\r'], { frames: ['a\x1c'] }],
    ['FS without CR, then a new frame', [`\va\x1c${frame('b')}`], { frames: ['a', 'b'] }],
    ['FS without CR, then a new frame in the next piece', ['\va\x1c', frame('b')], { frames: ['a', 'b'] }],
    ['FS without CR, then the end', ['\va\x1c'], { frames: ['a'] }],
    ['the end within a frame', ['\va'], { frames: [], discarded: { frames: 1, bytes: 0 } }],
    ['CR in the data', [frame('a\r\rb\r')], { frames: ['a\r\rb\r'] }],
    ['as long as is allowed', [frame('x'.repeat(1_000))], { frames: ['x'.repeat(1_000)], ends: [] }],
    ['one byte longer', [frame('x'.repeat(1_001))], { frames: [], ends: ['TOO_LONG'] }],
    ['one byte longer, byte by byte', [...frame('x'.repeat(1_001))], { frames: [], ends: ['TOO_LONG'] }],
    ['nothing after a frame that is too long', [`\v${'x'.repeat(1_001)}`, frame('a')], { frames: [] }],
    ['as much rubbish as a frame may be long', ['z'.repeat(1_000), frame('a')], { frames: ['a'] }],
    [
      'more rubbish than that',
      ['z'.repeat(500), 'z'.repeat(501), frame('a')],
      { frames: [], ends: ['RUBBISH'] },
    ],
  ])('%s', (_what, pieces, expected) => {
    const all = run(pieces);
    expect(all).toMatchObject(expected);
    expect(all.left).toBe(0);
  });

  test('the head of a frame that is too long is told', () => {
    const reader = new FrameReader(100, new FrameBudget(1e6));
    reader.give(bytesOf(`\v${A01}`));
    expect(reader.take()).toBeNull();
    reader.give(bytesOf('x'.repeat(100)));
    const event = reader.take();
    expect(event).toMatchObject({ kind: 'TOO_LONG' });
    expect(textOf((event as { head: Uint8Array }).head)).toContain(A01);
  });

  test('split at every byte, and in every three pieces', () => {
    const stream = `zz${frame(A01)}\vhalf\v${A01.slice(0, 20)}\x1cq\x1c\r${frame('c')}`;
    const whole = run([stream]);
    expect(whole.frames).toEqual([A01, `${A01.slice(0, 20)}\x1cq`, 'c']);
    expect(run([...stream])).toEqual(whole);
    for (let one = 0; one <= stream.length; one++)
      for (let two = one; two <= stream.length; two += 3)
        expect(run([stream.slice(0, one), stream.slice(one, two), stream.slice(two)])).toEqual(whole);
  });

  test('any stream in any pieces gives what the rules say of the whole', () => {
    const byte = fc.constantFrom('\v', '\x1c', '\r', '\n', 'a', '\x00', '\xff');
    const part = fc.oneof(byte, byte, fc.constant(frame(A01)), fc.constant('\x1c\r'), fc.constant('\x1c\v'));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 60 }),
        fc.array(fc.nat(300), { maxLength: 12 }),
        (parts, cuts) => {
          const stream = parts.join('');
          const places = [...new Set(cuts.map((cut) => Math.min(cut, stream.length)))].sort((a, b) => a - b);
          const pieces = [0, ...places].map((at, index) => stream.slice(at, places[index]));
          const { left, ends, ...told } = run(pieces, 100_000);
          expect(told).toEqual(framesIn(stream));
          expect({ left, ends }).toEqual({ left: 0, ends: [] });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  ['plain', 'MSH|a\r', false],
  ['FS before data', 'a\x1cb', false],
  ['VT', 'a\vb', true],
  ['FS and CR', 'a\x1c\rb', true],
  ['FS at the end', 'a\x1c', true],
  ['the second FS', 'a\x1cb\x1c\r', true],
])('what breaks its frame: %s', (_what, text, expected) => {
  expect(breaksFrame(bytesOf(text))).toBe(expected);
});

describe('limits', () => {
  test('one budget for all: the frame that does not fit is dropped, the others go on', () => {
    const budget = new FrameBudget(10_000);
    const readers = Array.from({ length: 4 }, () => new FrameReader(1_000_000, budget));
    const told = readers.map((reader) => {
      reader.give(bytesOf(`\v${'x'.repeat(3_000)}`));
      return reader.take()?.kind ?? null;
    });
    expect(told).toEqual([null, null, null, 'NO_ROOM']);
    expect(budget.used).toBeLessThanOrEqual(10_000);
    readers[0]!.give(bytesOf('\x1c\r'));
    expect(readers[0]!.take()?.kind).toBe('FRAME');
    for (const reader of readers) reader.drop();
    expect(budget.used).toBe(0);
  });

  test('a frame that was taken out counts until the next is asked for', () => {
    const budget = new FrameBudget(1e6);
    const reader = new FrameReader(1_000, budget);
    reader.give(bytesOf(frame('a')));
    expect(reader.take()?.kind).toBe('FRAME');
    expect(budget.used).toBeGreaterThan(0);
    expect(reader.take()).toBeNull();
    expect(budget.used).toBe(0);
  });

  test('a byte at a time costs no more memory than the bytes, twice over at most', () => {
    const budget = new FrameBudget(1e9);
    const reader = new FrameReader(1 << 20, budget);
    const one = bytesOf('x');
    reader.give(bytesOf('\v'));
    reader.take();
    for (let sent = 0; sent < 300_000; sent++) {
      reader.give(one);
      reader.take();
    }
    expect(budget.used).toBeLessThan(2 * 300_000);
  });

  test.each([
    ['plain data', `\v${'x'.repeat(1 << 20)}`],
    ['nothing but VT', '\v'.repeat(1 << 20)],
    ['nothing but FS', `\v${'\x1c'.repeat(1 << 20)}`],
    ['FS and data in turns', `\v${'\x1cx'.repeat(1 << 19)}`],
    ['messages', frame(A01).repeat((1 << 20) / 64)],
    ['rubbish', 'z'.repeat(1 << 20)],
  ])('1 MiB of %s takes under 100 ms, in one piece and in pieces of 64', (_what, stream) => {
    const bytes = bytesOf(stream);
    /** Milliseconds of this process; others on the machine make it no shorter, so the least of several is near the truth. */
    const once = (size: number): number => {
      const reader = new FrameReader(2 << 20, new FrameBudget(1 << 28));
      const before = process.cpuUsage();
      for (let at = 0; at < bytes.length; at += size) {
        reader.give(bytes.subarray(at, at + size));
        while (reader.take() !== null);
      }
      reader.drop();
      return process.cpuUsage(before).user / 1_000;
    };
    for (const size of [stream.length, 64]) {
      let least = once(size);
      for (let times = 0; times < 4 && least >= 100; times++) least = Math.min(least, once(size));
      expect(least).toBeLessThan(100);
    }
  });
});
