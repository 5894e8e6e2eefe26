/** Scalars by themselves: canonical out, strict in, and there and back again. */
import fc from 'fast-check';
import { Kind, type ValueNode } from 'graphql';
import { DateScalar, DateTimeScalar, IdScalar } from '../../../schema/scalars/date.scalar.js';
import { newId } from '../../../src/core/ids.js';

const days = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const instants = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});

describe('Date', () => {
  it('takes every day and gives it back', () => {
    fc.assert(
      fc.property(days, (day) => {
        expect(DateScalar.parseValue(day)).toBe(day);
        expect(DateScalar.serialize(day)).toBe(day);
      }),
    );
  });

  it('refuses what is nearly a day', () => {
    fc.assert(
      fc.property(
        days,
        fc.constantFrom(' ', '0', '-', 'T00:00:00Z', '\n'),
        fc.boolean(),
        (day, extra, before) => {
          expect(() => DateScalar.parseValue(before ? extra + day : day + extra)).toThrow(
            /accepted: YYYY-MM-DD/,
          );
        },
      ),
    );
  });
});

describe('DateTime', () => {
  it('means the same instant whatever the offset', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at, minutes) => {
        const local = new Date(at.getTime() + minutes * 60_000);
        fc.pre(local.getUTCFullYear() >= 1 && local.getUTCFullYear() <= 9999);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
          String(part).padStart(2, '0'),
        );
        const text = `${local.toISOString().slice(0, -1)}${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
        expect(DateTimeScalar.parseValue(text)).toBe(at.toISOString());
      }),
    );
  });

  it('is answered in UTC with milliseconds, from a Date as from text', () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(DateTimeScalar.serialize(at)).toBe(at.toISOString());
        expect(DateTimeScalar.serialize(at.toISOString())).toBe(at.toISOString());
      }),
    );
  });

  it('keeps milliseconds and lets go of what is finer', () => {
    expect(DateTimeScalar.parseValue('2026-03-01T09:30:00.123999999Z')).toBe('2026-03-01T09:30:00.123Z');
  });

  it('never lets a day roll over that there is not', () => {
    expect(() => DateTimeScalar.parseValue('2026-02-30T00:00:00Z')).toThrow();
    expect(() => DateTimeScalar.parseValue('2026-03-01T24:00:01Z')).toThrow();
  });
});

describe('UUID', () => {
  it('takes every id in either case and keeps it in lower', () => {
    for (let n = 0; n < 20; n++) {
      const id = newId();
      expect(IdScalar.parseValue(id)).toBe(id);
      expect(IdScalar.parseValue(id.toUpperCase())).toBe(id);
    }
  });

  it('refuses an id with one character changed for another that is none', () => {
    fc.assert(
      fc.property(fc.nat(35), fc.constantFrom('g', ' ', '_', '.', 'é'), (at, character) => {
        const id = newId();
        fc.pre(id[at] !== '-');
        expect(() => IdScalar.parseValue(id.slice(0, at) + character + id.slice(at + 1))).toThrow(
          /accepted: a uuid/,
        );
      }),
    );
  });
});

describe.each([
  ['Date', DateScalar, '2026-03-01'],
  ['DateTime', DateTimeScalar, '2026-03-01T09:30:00.000Z'],
  ['UUID', IdScalar, '0198f3a1-7c5e-7d3a-9b1c-0123456789ab'],
] as const)('%s as a literal', (_name, scalar, good) => {
  it('is read from a string alone', () => {
    expect(scalar.parseLiteral({ kind: Kind.STRING, value: good })).toBe(good);
    const others: ValueNode[] = [
      { kind: Kind.INT, value: '20260301' },
      { kind: Kind.ENUM, value: 'TODAY' },
      { kind: Kind.BOOLEAN, value: true },
      { kind: Kind.LIST, values: [{ kind: Kind.STRING, value: good }] },
    ];
    for (const node of others) expect(() => scalar.parseLiteral(node)).toThrow();
  });

  it.each([null, undefined, 0, Number.NaN, true, [], {}, new Date(), Symbol('x')])(
    'refuses %p as a variable',
    (value) => {
      expect(() => scalar.parseValue(value)).toThrow(expect.objectContaining({ code: 'HUB_INPUT_INVALID' }));
    },
  );

  it('never repeats the value in the refusal', () => {
    const error = (() => {
      try {
        scalar.parseValue('Penhallam 9990000018');
      } catch (thrown) {
        return thrown as Error & { details: object };
      }
      throw new Error('it was taken');
    })();
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/Penhallam|9990/);
  });
});
