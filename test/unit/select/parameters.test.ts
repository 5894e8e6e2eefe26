/** What is bound is of its type, or refused with the field named and nothing sent. */
import fc from 'fast-check';
import type { ParamType } from '../../../src/platform/database/select/field-map.js';
import {
  encodeParameter,
  Parameters,
  parameterValues,
} from '../../../src/platform/database/select/parameters.js';

const uuid = '0190c1f0-0000-7000-8000-00000000abcd';

test.each<[ParamType, unknown, unknown]>([
  ['text', "a'b", "a'b"],
  ['uuid', uuid.toUpperCase(), uuid],
  ['int', -2147483648, -2147483648],
  ['boolean', false, false],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', new Date('2024-02-29T23:59:59Z'), '2024-02-29'],
  ['timestamptz', '2026-03-29T01:30:00+01:00', '2026-03-29T00:30:00.000Z'],
  ['timestamptz', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['text[]', ['a', 'b'], ['a', 'b']],
  ['uuid[]', [], []],
  ['int[]', [1, 2], [1, 2]],
  ['date[]', ['2026-01-01'], ['2026-01-01']],
])('%s takes %p', (type, value, sent) => {
  expect(encodeParameter(type, value, 'f')).toEqual(sent);
});

test.each<[ParamType, unknown]>([
  ['text', 'a\u0000'],
  ['text', 1],
  ['text', null],
  ['uuid', 'x'],
  ['uuid', `${uuid} `],
  ['int', 2147483648],
  ['int', 1.5],
  ['int', Number.NaN],
  ['boolean', 'true'],
  ['date', '2026-02-30'],
  ['date', '0000-01-01'],
  ['date', new Date(Number.NaN)],
  ['timestamptz', '2026-01-01'],
  ['timestamptz', '2026-01-01T00:00:00'],
  ['timestamptz', '2026-13-01T00:00:00Z'],
  ['timestamptz', new Date(8.64e15)],
  ['text[]', 'a'],
  ['text[]', ['a', null]],
  ['uuid[]', [uuid, 'x']],
])('%s refuses %p', (type, value) => {
  expect(() => encodeParameter(type, value, 'filter.f')).toThrow(
    expect.objectContaining({
      code: 'HUB_INPUT_INVALID',
      details: expect.objectContaining({ field: 'filter.f' }),
    }),
  );
});

test('a refusal does not repeat the value', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (secret) => {
      try {
        encodeParameter('uuid', secret, 'f');
      } catch (error) {
        expect(JSON.stringify([(error as Error).message, error])).not.toContain(secret);
      }
    }),
  );
});

test('values are found by their path in the arguments, or handed in', () => {
  const parameters = new Parameters();
  expect(parameters.argument('text', 1, ['filter', 'or', 1, 'name'])).toBe('$1::text');
  expect(parameters.extra('timestamptz', 0)).toBe('$2::timestamptz');
  const args = [{}, { filter: { or: [{}, { name: 'x' }] } }];
  expect(parameterValues(parameters.list, args, ['2026-01-01 00:00:00+00'])).toEqual([
    'x',
    '2026-01-01 00:00:00+00',
  ]);
});
