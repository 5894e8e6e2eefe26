/** Files of messages: split exactly, whatever the chunks; counted; and refused with a code and a line. */
import fc from 'fast-check';
import { BatchFault, type BatchOptions, splitBatch } from '../../../../../adapters/hl7v2/er7/batch.js';

const message = (id: number): string => `MSH|^~\\&|A|B|C|D|20260115||ADT^A01|${id}|P|2.4\rPID|1||${id}\r`;
const FILE = 'FHS|^~\\&|A|B|||20260115\r';
const BATCH = 'BHS|^~\\&|A|B|||202601151200|||| 77\r';

function chunked(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

/** What a file comes to: messages as texts, everything else as words; a fault as its code and line at the end. */
async function read(
  text: string | Buffer,
  options?: BatchOptions,
  sizes: readonly number[] = [],
): Promise<string[]> {
  const said: string[] = [];
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  try {
    for await (const item of splitBatch(chunked(bytes, sizes), options)) {
      if (item.kind === 'MESSAGE') said.push(`${item.line}/${item.batch} ${item.bytes.toString('latin1')}`);
      else if (item.kind === 'END')
        said.push(`END ${item.messages} in ${item.batches}${item.isCounted ? ', counted' : ''}`);
      else said.push(`${item.kind} ${item.line} ${item.header.raw(7)}`);
    }
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
    expect(error.message).toBe(`${error.fault} in line ${error.line}`);
    said.push(`${error.fault} ${error.line}`);
  }
  return said;
}

test('a file of two batches, counted', async () => {
  const text = `${FILE}${BATCH}${message(1)}${message(2)}BTS|2|all\r${BATCH}BTS|0\rFTS|2\r`;
  expect(await read(text)).toEqual([
    'FILE 1 20260115',
    'BATCH 2 202601151200',
    `3/1 ${message(1)}`,
    `5/1 ${message(2)}`,
    'BATCH 8 202601151200',
    'END 2 in 2, counted',
  ]);
});

test.each<[string, string, string]>([
  ['a batch without a file', `${BATCH}${message(1)}BTS|1`, 'END 1 in 1, counted'],
  ['a batch whose trailer counts nothing', `${BATCH}${message(1)}BTS\r`, 'END 1 in 1'],
  ['a batch whose trailer says nothing of it', `${BATCH}${message(1)}BTS||total\r`, 'END 1 in 1'],
  ['a file whose trailer counts nothing', `${FILE}${BATCH}${message(1)}BTS|1\rFTS\r`, 'END 1 in 1'],
  ['a file without batches', `${FILE}${message(1)}FTS|1\r`, 'END 1 in 0'],
  ['a file of none', `${FILE}FTS|0\r`, 'END 0 in 0, counted'],
  ['a message beside its batches', `${FILE}${BATCH}BTS|0\r${message(1)}FTS|1\r`, 'END 1 in 1'],
  ['messages one after another', message(1) + message(2), 'END 2 in 0'],
  ['one message', message(1), 'END 1 in 0'],
  ['noughts and blanks in a count', `${BATCH}${message(1)}BTS| 01 \r`, 'END 1 in 1, counted'],
  ['other delimiters', 'BHS$%*!@$A\rMSH$%*!@$A\rBTS$1$x\r', 'END 1 in 1, counted'],
  [
    'delimiters of its own in each message',
    `${BATCH}MSH$%*!@$A\r${message(1)}BTS|2\r`,
    'END 2 in 1, counted',
  ],
])('%s', async (_name, text, end) => {
  expect((await read(text)).at(-1)).toBe(end);
});

test('messages come byte for byte, with their line ends and without the blank lines around them', async () => {
  const mixed = 'MSH|^~\\&|A\r\nPID|1\nNTE|1\rPV1|\xe9\r\n';
  expect(await read(`\r\n\r\n${BATCH}\n\n${mixed}\r\n\r\n${message(2)}\nBTS|2`)).toEqual([
    'BATCH 3 202601151200',
    `5/1 ${mixed}`,
    `11/1 ${message(2)}\n`,
    'END 2 in 1, counted',
  ]);
  const open = message(1).slice(0, -1);
  expect(await read(open)).toEqual([`1/0 ${open}`, 'END 1 in 0']);
  expect(await read(Buffer.from(`\ufeff${message(1)}`))).toEqual([`1/0 ${message(1)}`, 'END 1 in 0']);
});

test.each<[string, string | Buffer, string, BatchOptions?]>([
  ['nothing', '', 'EMPTY 1'],
  ['blank lines', '\r\n\r\n', 'EMPTY 2'],
  ['another file', 'name,team\r\n', 'OUTSIDE 1'],
  ['a segment before a message', `${BATCH}PID|1\r`, 'OUTSIDE 2'],
  ['a segment behind a batch', `${BATCH}BTS|0\rPID|1\r`, 'OUTSIDE 3'],
  ['a header in words', 'MSHA is the header\r', 'OUTSIDE 1'],
  ['a name without a field', 'MSH\r', 'OUTSIDE 1'],
  ['a second file header', `${FILE}${FILE}`, 'ORDER 2'],
  ['a file header behind a message', `${message(1)}${FILE}`, 'ORDER 3'],
  ['a batch in a batch', `${BATCH}${BATCH}`, 'ORDER 2'],
  ['a trailer without its header', `${message(1)}BTS|1\r`, 'ORDER 3'],
  ['a file’s trailer in a batch', `${FILE}${BATCH}FTS|1\r`, 'ORDER 3'],
  ['a file’s trailer without its header', `${BATCH}BTS|0\rFTS|1\r`, 'ORDER 3'],
  ['something behind the end', `${FILE}FTS|0\r${message(1)}`, 'ORDER 3'],
  ['a header without delimiters', 'BHS|\r', 'DELIMITERS 1'],
  ['a header that is not of its set', 'BHS|^~\\&|\xe9\r', 'CHARSET 1'],
  ['UTF-16', Buffer.from(message(1), 'utf16le'), 'CHARSET 1'],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${message(1)}`, 'utf16le'), 'CHARSET 1'],
  ['a count in words', `${BATCH}BTS|none\r`, 'COUNT 2'],
  ['a count below nought', `${BATCH}BTS|-1\r`, 'COUNT 2'],
  ['a message too few', `${BATCH}${message(1)}BTS|2\r`, 'BATCH_COUNT 4'],
  ['a message too many', `${BATCH}${message(1)}${message(2)}BTS|1\r`, 'BATCH_COUNT 6'],
  ['a batch too few', `${FILE}${BATCH}BTS|0\rFTS|2\r`, 'FILE_COUNT 4'],
  ['a batch cut short', `${BATCH}${message(1)}`, 'UNFINISHED 3'],
  ['a file cut short', `${FILE}${BATCH}${message(1)}BTS|1\r`, 'UNFINISHED 5'],
  [
    'a message that is too long',
    `${message(1)}NTE|${'x'.repeat(100)}\r`,
    'TOO_LONG 3',
    { messageBytes: 100 },
  ],
  ['a message of too many lines', message(1) + 'NTE|1\r'.repeat(20), 'TOO_LONG 11', { messageBytes: 100 }],
])('refused: %s', async (_name, text, fault, options = {}) => {
  expect((await read(text, options)).at(-1)).toBe(fault);
});

test('a header is read in the declared set', async () => {
  const items: unknown[] = [];
  for await (const item of splitBatch([Buffer.from('BHS|^~\\&|\xe9\rBTS|0', 'latin1')], {
    declared: '8859/1',
  }))
    if (item.kind === 'BATCH') items.push(item.header.text(3));
  expect(items).toEqual(['é']);
});

test('a line without end is not held beyond the limit', async () => {
  let given = 0;
  function* endless(): Generator<Buffer> {
    yield Buffer.from('MSH|^~\\&|');
    for (;;) {
      given += 1;
      yield Buffer.alloc(1_000, 'x');
    }
  }
  const all = async (): Promise<void> => {
    for await (const item of splitBatch(endless(), { messageBytes: 10_000 })) expect(item).toBeNull();
  };
  await expect(all()).rejects.toMatchObject({ fault: 'TOO_LONG', line: 1 });
  expect(given).toBeLessThan(12);
});

test('a source may use its bytes again', async () => {
  const shared = Buffer.alloc(8);
  function* again(): Generator<Buffer> {
    const whole = Buffer.from(message(1) + message(2));
    for (let at = 0; at < whole.length; at += 8) {
      const length = whole.copy(shared, 0, at, at + 8);
      yield shared.subarray(0, length);
    }
  }
  const messages: string[] = [];
  for await (const item of splitBatch(again()))
    if (item.kind === 'MESSAGE') messages.push(item.bytes.toString());
  expect(messages).toEqual([message(1), message(2)]);
});

test('no more is held than the message under way: a chunk is asked for when the one before it is used up', async () => {
  let given = 0;
  function* many(): Generator<Buffer> {
    for (let id = 0; id < 5_000; id++) {
      given += 1;
      yield Buffer.from(message(id));
    }
  }
  let count = 0;
  let ahead = 0;
  for await (const item of splitBatch(many())) {
    if (item.kind !== 'MESSAGE') continue;
    count += 1;
    ahead = Math.max(ahead, given - count);
  }
  expect(count).toBe(5_000);
  expect(ahead).toBeLessThanOrEqual(2);
});

test('whatever the chunks, the same comes; 500 ways', async () => {
  const texts = [
    `${FILE}${BATCH}${message(1)}${message(2)}BTS|2\rFTS|1\r`.replaceAll('\r', '\r\n'),
    `\r\n${message(1)}\n\r\n${message(2)}\r\r\nPV1|1\r\nNTE`,
    `${BATCH}${message(1)}\r\nBTS|2\r`,
  ];
  const whole = await Promise.all(texts.map((text) => read(text)));
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.array(fc.nat(40), { maxLength: 40 }), async (at, sizes) => {
      expect(await read(texts[at]!, {}, sizes)).toEqual(whole[at]);
    }),
    { numRuns: 500 },
  );
});
