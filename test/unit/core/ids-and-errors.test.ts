/** Ids sort by time; every error code is complete and its error says nothing it should not; the fixed clock stands still. */
import fc from 'fast-check';
import { NO_SCOPE, PURPOSES_OF, ROLES } from '../../../src/core/caller.js';
import { FixedClock } from '../../../src/core/clock.js';
import { ERROR_CODES, type ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, inputError, isHubError } from '../../../src/core/errors.js';
import { isId, newId } from '../../../src/core/ids.js';

describe('newId', () => {
  it('is a uuid of version 7 that holds its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), (at) => {
        const id = newId(at);
        expect(isId(id)).toBe(true);
        expect(id[14]).toBe('7');
        expect('89ab').toContain(id[19]);
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(at);
      }),
    );
  });

  it('sorts by time and never repeats', () => {
    expect(newId(1_000) < newId(1_001)).toBe(true);
    expect(new Set(Array.from({ length: 2_000 }, () => newId(5))).size).toBe(2_000);
  });

  it.each([
    '',
    '0190A000-0000-7000-8000-000000000000',
    'x',
    '01900000-0000-7000-8000-00000000000',
    '01900000-0000-7000-8000-000000000000,',
  ])('isId refuses %j', (text) => {
    expect(isId(text)).toBe(false);
  });
});

describe('HubError', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    '%s has a name of the form HUB_…, a meaning and a way out',
    (code) => {
      expect(code).toMatch(/^HUB_[A-Z]+(_[A-Z]+)*$/);
      const { meaning, solve } = ERROR_CODES[code];
      for (const sentence of [meaning, solve]) expect(sentence).toMatch(/^\p{Lu}.{9,}\.$/u);
    },
  );

  it('takes message and retry class from its table row', () => {
    const error = new HubError('HUB_UPSTREAM_AMBIGUOUS', { retryAfterMs: 5 });
    expect(error).toMatchObject({
      name: 'HubError',
      retry: 'ambiguous',
      message: ERROR_CODES.HUB_UPSTREAM_AMBIGUOUS.meaning,
      details: {},
      retryAfterMs: 5,
    });
    expect(error.cause).toBeUndefined();
    expect(isHubError(error)).toBe(true);
    expect(isHubError(new Error('other'))).toBe(false);
  });

  it('names field, fault and what is accepted for bad input', () => {
    expect(inputError('age', 'is negative', '0 or more')).toMatchObject({
      code: 'HUB_INPUT_INVALID',
      message: 'age: is negative; accepted: 0 or more',
    });
  });
});

describe('caller', () => {
  it('has a purpose for every role and no reach without a scope', () => {
    for (const role of ROLES) expect(PURPOSES_OF[role].length).toBeGreaterThan(0);
    expect(NO_SCOPE).toEqual({ organisationId: null, teamIds: [], organisationIds: [], staffId: null });
  });
});

describe('FixedClock', () => {
  it('stands still until moved and hands out copies', () => {
    const clock = new FixedClock(new Date('2026-01-01T00:00:00Z'));
    clock.now().setFullYear(1999);
    clock.advance(1_500);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:01.500Z');
    clock.set(new Date('2020-02-29T00:00:00Z'));
    expect(clock.now().toISOString()).toBe('2020-02-29T00:00:00.000Z');
  });
});
