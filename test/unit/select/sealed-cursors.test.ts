/** Cursors come back as they went out, and nothing else does. */
import fc from 'fast-check';
import { CursorKeyring } from '../../../src/platform/database/select/sealed-cursors.js';

const sealer = new CursorKeyring(Buffer.alloc(32, 1)).for('somebody');
const places = fc.array(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  { maxLength: 4 },
);

test('any place comes back', () => {
  fc.assert(
    fc.property(places, (place) => {
      expect(sealer.open('T.O', sealer.seal('T.O', place))).toEqual(place);
    }),
  );
});

test('a cursor tells nothing and is never the same twice', () => {
  const cursor = sealer.seal('T.O', ['Smith', '1980-01-01']);
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/Smith|1980/);
  expect(sealer.seal('T.O', ['Smith', '1980-01-01'])).not.toBe(cursor);
});

const code = (act: () => unknown): string => {
  try {
    act();
    return 'opened';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('each changed bit is refused', () => {
  const bytes = Buffer.from(sealer.seal('T.O', ['Smith', 'x']), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
    expect(code(() => sealer.open('T.O', changed.toString('base64url')))).toBe('HUB_INPUT_CURSOR');
  }
});

test('a cursor cut short, lengthened or written otherwise is refused', () => {
  const cursor = sealer.seal('T.O', ['Smith']);
  for (let length = 0; length < cursor.length; length++) {
    expect(code(() => sealer.open('T.O', cursor.slice(0, length)))).toBe('HUB_INPUT_CURSOR');
  }
  for (const other of [
    `${cursor}A`,
    `${cursor}=`,
    ` ${cursor}`,
    `${cursor.slice(0, 5)} ${cursor.slice(5)}`,
  ]) {
    expect(code(() => sealer.open('T.O', other))).toBe('HUB_INPUT_CURSOR');
  }
});

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(code(() => sealer.open('T.O', text))).toBe('HUB_INPUT_CURSOR');
    }),
  );
});

test('another order, caller or secret does not open it', () => {
  const cursor = sealer.seal('T.O', ['Smith']);
  expect(code(() => sealer.open('T.P', cursor))).toBe('HUB_INPUT_CURSOR');
  expect(code(() => new CursorKeyring(Buffer.alloc(32, 1)).for('else').open('T.O', cursor))).toBe(
    'HUB_INPUT_CURSOR',
  );
  expect(code(() => new CursorKeyring(Buffer.alloc(32, 2)).for('somebody').open('T.O', cursor))).toBe(
    'HUB_INPUT_CURSOR',
  );
  expect(new CursorKeyring(Buffer.alloc(32, 1)).for('somebody').open('T.O', cursor)).toEqual(['Smith']);
});

test('callers with long names that differ at the end do not share cursors', () => {
  const ring = new CursorKeyring(Buffer.alloc(32, 1));
  const name = 'x'.repeat(3_000);
  const cursor = ring.for(`${name}1`).seal('T.O', ['Smith']);
  expect(code(() => ring.for(`${name}2`).open('T.O', cursor))).toBe('HUB_INPUT_CURSOR');
});

test('a short secret is refused', () => {
  expect(code(() => new CursorKeyring(Buffer.alloc(31)))).toBe('HUB_SETTINGS_INVALID');
});
