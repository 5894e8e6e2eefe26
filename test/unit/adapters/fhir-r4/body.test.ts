/** Bodies piece by piece: what is parsed, what is refused before it is, and that no border between pieces matters. */
import fc from 'fast-check';
import { boundedLines, boundedText } from '../../../../adapters/fhir-r4/transport/body.js';
import { LEFT_ENCODED, onlyGzip } from '../../../../adapters/fhir-r4/transport/encodings.js';
import { JSON_LIMITS, JsonLimits } from '../../../../adapters/fhir-r4/transport/json-limits.js';
import { failureOf } from '../../../contract/contract-case.js';

/** A body that comes in pieces of those lengths, and then in one. */
function inPieces(
  text: string | Uint8Array,
  lengths: readonly number[],
  headers: Record<string, string> = {},
) {
  let rest = Buffer.from(text as string);
  const pieces = lengths.map((length) => {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(length);
    return piece;
  });
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of [...pieces, rest]) if (piece.length > 0) controller.enqueue(new Uint8Array(piece));
      controller.close();
    },
  });
  return new Response(body, { headers });
}

const at = <T>(work: () => Promise<T>): Promise<T> => work();
async function linesOf(response: Response, maxBytes = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of boundedLines(response, maxBytes, at)) lines.push(line);
  return lines;
}

/** Whether JSON of that text would be parsed, by a count that looks at it as a whole. */
function fits(value: unknown, depth = 1): number {
  if (typeof value !== 'object' || value === null) return 0;
  const held = Object.values(value);
  const below = held.map((one) => fits(one, depth + 1)).reduce((sum, one) => sum + one, 0);
  return 1 + Math.max(0, held.length - 1) + below;
}

const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 });
const json = fc.jsonValue({
  depthSize: 'medium',
  stringUnit: fc.constantFrom('"', '\\', '{', '[', ',', 'é', '\n', 'a'),
});

test('values are counted as they are, wherever a text with brackets, quotes and backslashes is cut', () => {
  fc.assert(
    fc.property(json, lengths, (value, cuts) => {
      const limits = new JsonLimits(false);
      let rest = Buffer.from(JSON.stringify(value));
      for (const length of [...cuts, rest.length]) {
        limits.take(rest.subarray(0, length));
        rest = rest.subarray(length);
      }
      expect(Reflect.get(limits, 'values')).toBe(fits(value));
      expect(Reflect.get(limits, 'depth')).toBe(0);
      expect(Reflect.get(limits, 'inText')).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('text and lines are the same wherever they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(json, { maxLength: 4 }), lengths, async (values, cuts) => {
      const text = values.map((value) => JSON.stringify(value)).join('\n');
      expect(await boundedText(inPieces(text, cuts), 10_000)).toBe(text);
      expect(await linesOf(inPieces(text, cuts), 10_000)).toEqual(
        values.map((value) => JSON.stringify(value)),
      );
    }),
    { numRuns: 300 },
  );
});

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const many = (values: number) => `[${'1,'.repeat(values - 2)}1]`;
const refused = (fault: string) => ({ code: 'HUB_UPSTREAM_PROTOCOL', details: { fault } });

test('what is at a limit is parsed, what is past it is not', async () => {
  const { depth, values } = JSON_LIMITS;
  for (const text of [deep(depth), many(values)])
    expect(await boundedText(inPieces(text, [7]), 2_000_000)).toBe(text);
  for (const [text, fault] of [
    [deep(depth + 1), 'TOO_DEEP'],
    [many(values + 2), 'TOO_MANY'],
  ] as const)
    expect(await failureOf(boundedText(inPieces(text, [7]), 2_000_000))).toMatchObject(refused(fault));
});

test('each line has the limits to itself', async () => {
  const half = many(JSON_LIMITS.values / 2 + 10);
  expect(await linesOf(inPieces(`${half}\n${half}\n${deep(100)}\n${deep(100)}`, []), 2_000_000)).toHaveLength(
    4,
  );
  const whole = many(JSON_LIMITS.values + 2);
  for (const text of [`${whole}\n{}`, `{}\n${whole}`, `{}\n${deep(200)}\n{}`])
    expect(await failureOf(linesOf(inPieces(text, []), 2_000_000))).toMatchObject({
      code: 'HUB_UPSTREAM_PROTOCOL',
    });
});

test('bytes are counted, not characters, and a length that is stated is believed', async () => {
  expect(await boundedText(inPieces('é'.repeat(5), [3]), 10)).toBe('ééééé');
  expect(await failureOf(boundedText(inPieces('é'.repeat(6), [3]), 10))).toMatchObject(refused('TOO_LARGE'));
  expect(await failureOf(boundedText(inPieces('', [], { 'content-length': '11' }), 10))).toMatchObject(
    refused('TOO_LARGE'),
  );
  expect(await linesOf(inPieces('aaaa\nbbbb\ncccc', [5, 5]), 10)).toEqual(['aaaa', 'bbbb', 'cccc']);
  expect(await failureOf(linesOf(inPieces('a'.repeat(11), [5, 5]), 10))).toMatchObject(refused('TOO_LARGE'));
});

test('bytes that are no UTF-8 are refused in either', async () => {
  const broken = Uint8Array.from([0x61, 0xc3]);
  expect(await failureOf(boundedText(inPieces(broken, [1]), 10))).toMatchObject(refused('NOT_UTF8'));
  expect(await failureOf(linesOf(inPieces(broken, [1]), 10))).toMatchObject(refused('NOT_UTF8'));
});

describe('encodings', () => {
  type Handler = Parameters<Parameters<typeof onlyGzip>[0]>[1];
  /** The encoding that `fetch` sees of the headers that came. */
  function seenOf(...headers: readonly string[]): string[] {
    let seen: readonly unknown[] = [];
    const handler: Handler = {
      onHeaders: (_status, raw) => {
        seen = raw;
        return true;
      },
    };
    const dispatch = onlyGzip((_options, own) => {
      const raw = headers.map((part) => Buffer.from(part));
      return own.onHeaders!(200, raw, () => undefined, 'OK');
    });
    dispatch({ path: '/', method: 'GET' }, handler);
    return seen.map(String);
  }

  test.each([
    [['content-encoding', 'gzip']],
    [['Content-Encoding', 'X-GZIP']],
    [['content-encoding', 'utf-8']],
    [['content-type', 'br', 'x', 'deflate']],
  ])('%j passes as it is', (headers) => expect(seenOf(...headers)).toEqual(headers));

  test.each([
    [['content-encoding', 'br']],
    [['CONTENT-ENCODING', ' Deflate ']],
    [['content-encoding', 'zstd']],
    [['content-encoding', 'gzip, gzip']],
    [['content-encoding', 'identity, br']],
  ])('%j is left as it came', ([name, value]) =>
    expect(seenOf('a', 'b', name!, value!)).toEqual(['a', 'b', name, LEFT_ENCODED]),
  );

  test('two headers are one list', () =>
    expect(seenOf('content-encoding', 'gzip', 'content-encoding', 'gzip')).toEqual([
      'content-encoding',
      LEFT_ENCODED,
      'content-encoding',
      LEFT_ENCODED,
    ]));

  test('a body left encoded is not read', async () => {
    const headers = { 'content-encoding': `${LEFT_ENCODED}, ${LEFT_ENCODED}` };
    expect(await failureOf(boundedText(inPieces('{}', [], headers), 10))).toMatchObject(refused('ENCODING'));
    expect(await failureOf(linesOf(inPieces('{}', [], headers)))).toMatchObject(refused('ENCODING'));
  });
});
