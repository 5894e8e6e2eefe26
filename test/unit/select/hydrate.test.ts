/** The generated functions make of any row what a plain interpreter of the shape makes of it. */
import fc from 'fast-check';
import { HubError } from '../../../src/core/errors.js';
import { AnswerSize, MOST_ANSWER_BYTES } from '../../../src/platform/database/answer-size.js';
import { type Hydration, hydrator, isoTime } from '../../../src/platform/database/select/hydrate.js';
import { NotCompilable } from '../../../src/platform/database/select/not-compilable.js';
import {
  needed,
  type ObjectShape,
  type RowShape,
  type Shape,
  shapedType,
} from '../../../src/platform/database/select/shapes.js';

const run = (cuts: readonly number[] = []): Hydration => ({
  cuts,
  live: [],
  size: new AnswerSize(),
  subjects: new Set(),
  demands: [],
});
const object = (fields: ObjectShape['fields'], more: Partial<ObjectShape> = {}): ObjectShape => ({
  type: 'T',
  fields,
  needs: [],
  subject: null,
  also: null,
  ...more,
});

const WIDTH = 6;
const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'r', 'h', '$', '__typename'),
  fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,5}$/),
);
const slot = fc.nat(WIDTH - 2);

const shapes = fc.letrec<{ row: RowShape; object: ObjectShape; shape: Shape }>((tie) => ({
  // A row of an interface; its types are named after what rows hold.
  row: fc.oneof(
    tie('object'),
    fc.tuple(slot, tie('object'), tie('object')).map(([by, left, right]) => ({
      by,
      members: [
        { ...left, type: 'true' },
        { ...right, type: 'A' },
      ],
    })),
  ),
  object: fc
    .record({
      fields: fc.uniqueArray(fc.tuple(keys, tie('shape')), { selector: ([key]) => key, maxLength: 4 }),
      subject: fc.option(slot),
      also: fc.option(slot),
    })
    .map(({ fields, ...more }) => object(fields, more)),
  shape: fc.oneof(
    { depthSize: 'small' },
    slot.map((at): Shape => ({ kind: 'value', slot: at })),
    slot.map((at): Shape => ({ kind: 'text', slot: at })),
    fc.string().map((text): Shape => ({ kind: 'constant', text })),
    fc.record({ slot, object: tie('row'), by: fc.constantFrom('proof' as const, 'condition' as const) }).map(
      ({ slot: at, object: inner, by }): Shape => ({
        kind: 'object',
        presence: { slot: at, by },
        required: null,
        object: inner,
      }),
    ),
    // The last slot of every row is a list of rows.
    fc.record({ object: tie('row'), cut: fc.option(fc.nat(1)) }).map(
      ({ object: inner, cut }): Shape => ({
        kind: 'list',
        slot: WIDTH - 1,
        object: inner,
        chunked: false,
        cut,
      }),
    ),
  ),
}));
const scalars = fc.array(
  fc.oneof(fc.constantFrom(null, 'true', 'A'), fc.boolean(), fc.integer(), fc.string()),
  {
    minLength: WIDTH - 1,
    maxLength: WIDTH - 1,
  },
);
const rows = fc.letrec<{ row: unknown[] }>((tie) => ({
  row: fc
    .tuple(scalars, fc.option(fc.array(tie('row'), { maxLength: 3 }), { maxDepth: 3 }))
    .map(([values, list]) => [...values, list]),
})).row;

function interpret(rowShape: RowShape, row: readonly unknown[], hydration: Hydration): object {
  const shape =
    'members' in rowShape ? rowShape.members.find(({ type }) => type === row[rowShape.by]) : rowShape;
  if (!shape) throw new Error('a row is of no type of its map');
  for (const told of [shape.subject, shape.also]) {
    const subject = told === null ? null : row[told];
    if (typeof subject === 'string') hydration.subjects.add(subject);
  }
  const value = (part: Shape): unknown => {
    if (part.kind === 'constant') return part.text;
    if (part.kind === 'object') {
      const mark = row[part.presence!.slot];
      const there = part.presence!.by === 'proof' ? mark !== null : mark === true;
      return there ? interpret(part.object, row, hydration) : null;
    }
    if (part.kind !== 'list') return row[part.slot];
    const list = (row[part.slot] ?? []) as unknown[][];
    const kept = part.cut === null ? list : list.slice(0, hydration.cuts[part.cut]);
    return kept.map((item) => interpret(part.object, item, hydration));
  };
  return Object.fromEntries(shape.fields.map(([key, part]) => [key, value(part)]));
}

/** What it makes as JSON, or that a row was of no type. */
function outcome(make: () => object): string {
  try {
    return JSON.stringify(make());
  } catch (error) {
    const cause = error instanceof HubError ? (error.cause as Error) : (error as Error);
    return `threw: ${cause.message}`;
  }
}

test('generated functions agree with the interpreter', () => {
  fc.assert(
    fc.property(shapes.row, rows, fc.tuple(fc.nat(3), fc.nat(3)), (shape, row, cuts) => {
      const [left, right] = [run(cuts), run(cuts)];
      const [made, meant] = [() => hydrator(shape, false)(row, left), () => interpret(shape, row, right)].map(
        outcome,
      );
      expect(made).toBe(meant);
      expect(left.subjects).toEqual(right.subjects);
      expect(outcome(() => hydrator(shape, true)(row, run(cuts)))).toBe(made);
    }),
    { numRuns: 300 },
  );
});

test('text in a shape is never code', () => {
  const text = '"); globalThis.broken = true; ("\u2028\\';
  const make = hydrator(object([['a', { kind: 'constant', text }]]), false);
  expect(make([], run())).toEqual({ a: text });
  expect(globalThis).not.toHaveProperty('broken');
});

test('rows wider than json_build_array allows are in chunks', () => {
  const inner = object(Array.from({ length: 250 }, (_, n) => [`k${n}`, { kind: 'value', slot: n }] as const));
  const make = hydrator(
    object([['l', { kind: 'list', slot: 0, object: inner, chunked: true, cut: null }]]),
    false,
  );
  const chunk = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
  const made = make([[[chunk(0, 100), chunk(100, 200), chunk(200, 250)]]], run()) as {
    l: Record<string, number>[];
  };
  expect(made.l[0]).toEqual(Object.fromEntries(chunk(0, 250).map((n) => [`k${n}`, n])));
});

test('marked objects know their type and what hand-written fields need; plain ones are plain', () => {
  const shape = object([['a', { kind: 'value', slot: 0 }]], { needs: [['id', 1]] });
  const marked = hydrator(shape, true)(['x', 'y'], run());
  expect(shapedType(marked)).toBe('T');
  expect(needed(marked, 'id')).toBe('y');
  expect(needed(marked, 'other')).toBeUndefined();
  expect(Object.keys(marked)).toEqual(['a']);
  const plain = hydrator(shape, false)(['x', 'y'], run());
  expect(shapedType(plain)).toBeUndefined();
  expect(needed(plain, 'id')).toBeUndefined();
  expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
  expect(shapedType(null)).toBeUndefined();
});

test('absence of what was promised ends the shortcut, and is null on the stock way', () => {
  const one: Shape = {
    kind: 'object',
    presence: { slot: 0, by: 'proof' },
    required: 'T.one',
    object: object([]),
  };
  expect(() => hydrator(object([['one', one]]), false)([null], run())).toThrow(NotCompilable);
  expect(hydrator(object([['one', one]]), true)([null], run())).toHaveProperty('one', null);
});

describe('the size of an answer', () => {
  const text = (slot: number): Shape => ({ kind: 'text', slot });
  const made = (shape: RowShape, row: readonly unknown[], times: number, marked = false) => {
    const [make, one] = [hydrator(shape, marked), run()];
    for (let at = 0; at < times; at++) make(row, one);
  };
  const long = 'x'.repeat(MOST_ANSWER_BYTES / 100);

  test.each([true, false])('is held to the bound, marked or not: %s', (marked) => {
    const one = object([['a', text(0)]]);
    expect(() => made(one, [long], 100, marked)).not.toThrow();
    expect(() => made(one, [long], 101, marked)).toThrow(
      expect.objectContaining({ code: 'HUB_INPUT_LIMIT' }),
    );
  });

  test('counts a text as often as it is answered', () => {
    const two = object([
      ['a', text(0)],
      ['b', text(0)],
    ]);
    expect(() => made(two, [long], 50)).not.toThrow();
    expect(() => made(two, [long], 51)).toThrow(HubError);
  });

  test('counts in lists and in chunks', () => {
    const list = (chunked: boolean) =>
      object([['l', { kind: 'list', slot: 0, object: object([['a', text(0)]]), chunked, cut: null }]]);
    const rows = Array.from({ length: 101 }, () => [long]);
    expect(() => made(list(false), [rows], 1)).toThrow(HubError);
    expect(() => made(list(true), [rows.map((row) => [row])], 1)).toThrow(HubError);
  });

  test('counts bytes, not characters', () => {
    const wide = '\u{1f600}'.repeat(MOST_ANSWER_BYTES / 400);
    expect(() => made(object([['a', text(0)]]), [wide], 100)).not.toThrow();
    expect(() => made(object([['a', text(0)]]), [wide], 101)).toThrow(HubError);
  });

  test('leaves every value as it is, and short ones uncounted', () => {
    const size = new AnswerSize();
    for (const value of [null, '', 'short', long]) expect(size.count(value)).toBe(value);
    for (let at = 0; at < 300_000; at++) size.count('x'.repeat(100));
  });

  test('refuses in words that say what to do, and nothing of the text', () => {
    const size = new AnswerSize();
    const counting = () => {
      for (let at = 0; at < 101; at++) size.count(`Ada 9990000018 ${long}`);
    };
    expect(counting).toThrow(
      expect.objectContaining({
        message:
          'The answer would hold more than 25 MB: ask for smaller pages, or for long texts one by one.',
        details: { limit: 'answer', maximum: MOST_ANSWER_BYTES },
      }),
    );
  });
});

describe('instants', () => {
  test.each([
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02 03:04:05.1+00', '2026-01-02T03:04:05.100Z'],
    ['2026-01-02 03:04:05.067+00', '2026-01-02T03:04:05.067Z'],
    ['2026-01-02T03:04:05.67+00:00', '2026-01-02T03:04:05.670Z'],
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.000Z'],
    ['infinity', null],
    ['-infinity', null],
    [null, null],
  ])('%s', (text, iso) => {
    expect(isoTime(text)).toBe(iso);
  });

  test.each(['2026-01-02 03:04:05+01', '2026-01-02T03:04:05-05:00', '2026-01-02T03:04:05+05:30'])(
    'another time zone is a fault of the connection: %s',
    (text) => {
      expect(() => isoTime(text)).toThrow();
    },
  );
});
