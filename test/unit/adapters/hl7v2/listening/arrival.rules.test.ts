/** What is read of a frame before it is kept: number, hash, time and form; and that nothing that arrives makes it throw. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { refusalOf } from '../../../../../adapters/hl7v2/listening/admission.rules.js';
import { arrivalOf, headerOfHead } from '../../../../../adapters/hl7v2/listening/arrival.rules.js';
import { listeningSettingsOf } from '../../../../support/hl7-listener.js';
import { admission } from '../../../../support/hl7-peer.js';

const settings = listeningSettingsOf();
const read = (text: string, encoding: BufferEncoding = 'latin1') =>
  arrivalOf(Buffer.from(text, encoding), settings);
const hashOf = (text: string, encoding: BufferEncoding = 'latin1') => read(text, encoding)?.contentHash;

describe('the hash', () => {
  const text = admission('1');

  test('leaves out when it was sent, and nothing else', () => {
    expect(hashOf(text)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(text.replace('20260301085959', '20260301093000+0000'))).toBe(hashOf(text));
    expect(hashOf(text.replace('20260301085959', ''))).toBe(hashOf(text));
    for (let at = 0; at < text.length; at++) {
      const other = `${text.slice(0, at)}~${text.slice(at + 1)}`;
      const isTime = at >= text.indexOf('20260301085959') && at < text.indexOf('||ADT');
      if (text[at] !== '~' && read(other) !== null && !isTime) expect(hashOf(other)).not.toBe(hashOf(text));
    }
  });

  test('of a short header, of other delimiters, and where MSH-7 is the last', () => {
    expect(hashOf('MSH|^~\\&|A\rEVN|1\r')).not.toBe(hashOf('MSH|^~\\&|A\rEVN|2\r'));
    expect(hashOf('MSH$^~\\&$A$B$C$D$2026\rX$1\r')).toBe(hashOf('MSH$^~\\&$A$B$C$D$2027\rX$1\r'));
    expect(hashOf('MSH$^~\\&$A$B$C$D$2026\rEVN$1\r')).not.toBe(hashOf('MSH$^~\\&$A$B$C$D$2026\rEVN$2\r'));
  });

  test('behind a mark, and in UTF-16', () => {
    const other = text.replace('20260301085959', '2027');
    expect(hashOf(`\ufeff${text}`, 'utf8')).toBe(hashOf(`\ufeff${other}`, 'utf8'));
    const wide = text.replace('|2.4', '|2.4||||||UNICODE UTF-16');
    expect(hashOf(wide, 'utf16le')).toBe(hashOf(wide.replace('20260301085959', '2027'), 'utf16le'));
    expect(hashOf(wide, 'utf16le')).not.toBe(hashOf(wide.replace('7^^^', '8^^^'), 'utf16le'));
  });
});

describe('when it was sent', () => {
  test.each([
    ['20260701090000', '2026-07-01T08:00:00.000Z'],
    ['20260701090000+0000', '2026-07-01T09:00:00.000Z'],
    ['20260701090000.25+0100', '2026-07-01T08:00:00.250Z'],
    ['202607010900', null],
    ['20260701', null],
    // The hour that the clock in London showed twice.
    ['20261025013000', null],
    // With which systems say that there is none.
    ['00010101000000', '0001-01-01T00:01:15.000Z'],
    ['99991231235959', '9999-12-31T23:59:59.000Z'],
    ['99991231235959-0500', null],
    ['yesterday', null],
    ['', null],
  ])('%s is %s', (stated, expected) => {
    expect(read(admission('1').replace('20260301085959', stated))?.sentAt).toBe(expected);
  });
});

test('type and number are what the header says', () => {
  const of = (type: string) => read(admission('1').replace('ADT^A01', type))?.type;
  expect(['ADT^A01^ADT_A01', 'adt^a01', 'ADT', ''].map(of)).toEqual(['ADT^A01', 'ADT^A01', 'ADT', null]);
  expect(read(admission(''))?.identity).toBeNull();
});

test('what an acknowledgement answers is read by its delimiters, and only where there is one', () => {
  expect(read('MSH$^~\\&$A$B$C$D$2026$$ACK$1$P$2.4\rMSA$AE$7$x\r')?.answers).toEqual({
    code: 'AE',
    number: '7',
  });
  expect(read(admission('1'))?.answers).toBeNull();
  expect(read('MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\rMSA\r')?.answers).toBeNull();
});

test('the head of a long frame names its sender only when its header is all there', () => {
  expect(headerOfHead(Buffer.from(admission('1').slice(0, 80)))?.controlId).toBe('1');
  expect(headerOfHead(Buffer.from(admission('1').slice(0, 40)))).toBeNull();
});

test('every shared sample is read, and none is refused but for what the site does not take', () => {
  const folder = 'test/fixtures/hl7v2';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.hl7'),
  );
  expect(files.length).toBeGreaterThan(20);
  const refusals = files.map((name) => {
    const arrival = arrivalOf(readFileSync(join(folder, name)), settings);
    return arrival === null ? 'NO_HEADER' : (refusalOf(arrival, settings)?.code ?? 'TAKEN');
  });
  expect(refusals).toContain('TAKEN');
  expect(refusals).not.toContain(undefined);
});

test('nothing that arrives makes it throw', () => {
  const part = fc.constantFrom(
    'MSH',
    '|',
    '^~\\&',
    '\r',
    'MSA|AA|1',
    'ADT^A01',
    '\x00',
    '\xff',
    '\xfe',
    '\xef\xbb\xbf',
  );
  const text = fc.oneof(fc.array(part, { maxLength: 40 }), fc.array(fc.string(), { maxLength: 5 }));
  fc.assert(
    fc.property(text, fc.constantFrom<BufferEncoding>('latin1', 'utf8', 'utf16le'), (parts, encoding) => {
      const arrival = read(parts.join(''), encoding);
      if (arrival !== null) refusalOf(arrival, settings);
    }),
    { numRuns: 3_000 },
  );
});

test('what is remembered of headers keeps no message in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1_000_000;
  };
  const body = `NTE|1||${'x'.repeat(1_000_000)}\r`;
  const message = (n: number): Buffer =>
    Buffer.from(
      `MSH|^~\\&|SENDER OF NUMBER ${n}|RAA|HUB|RAA|20260301||ADT^A01|${n}|P|2.4\r${body}`,
      'latin1',
    );
  arrivalOf(message(0), settings);
  const before = held();
  for (let n = 1; n <= 100; n++) arrivalOf(message(n), settings);
  // Buffers are given back behind the collection, by another thread: what nobody holds goes within a few turns, what is held never does.
  let more = held() - before;
  for (let turn = 0; turn < 50 && more >= 30; turn++) {
    await setTimeout(20);
    more = held() - before;
  }
  expect(more).toBeLessThan(30);
});
