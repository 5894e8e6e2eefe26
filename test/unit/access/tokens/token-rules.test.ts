/** Header and claims by themselves: no input whatever ends in anything but a verdict. */
import fc from 'fast-check';
import {
  bearerToken,
  parseTokenClaims,
  parseTokenHeader,
  TOKEN_LIMIT,
} from '../../../../src/access/tokens/token.rules.js';
import { isHubError } from '../../../../src/core/errors.js';
import { part } from './token-support.js';

const GOOD_CLAIMS = { sub: 'a', roles: ['ANALYST'], org: 'RXX', exp: 1_800_000_000 };

function reasonOf(action: () => unknown): string {
  try {
    action();
    return 'ok';
  } catch (error) {
    if (!isHubError(error)) throw error;
    return String(error.details.reason);
  }
}

describe('the header', () => {
  it('any text gets a verdict', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\w-]{0,20}\.[\w-]{0,20}\.[\w-]{0,20}$/));
    fc.assert(fc.property(text, (token) => typeof reasonOf(() => parseTokenHeader(token)) === 'string'));
  });

  it('any JSON in its place gets a verdict, and only the three algorithms and types pass', () => {
    const header = fc.record(
      {
        alg: fc.oneof(fc.constantFrom('RS256', 'PS256', 'ES256', 'HS256', 'none', 'EdDSA'), fc.jsonValue()),
        typ: fc.oneof(fc.constantFrom('JWT', 'at+jwt', 'jose'), fc.jsonValue()),
        kid: fc.oneof(fc.constantFrom('k-1', '', '.', 'a/b'), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(header, (value) => {
        const passed = reasonOf(() => parseTokenHeader(`${part(value)}.e30.AA`)) === 'ok';
        const right =
          ['RS256', 'PS256', 'ES256'].includes(value.alg as string) &&
          (value.typ === undefined || ['jwt', 'at+jwt'].includes(String(value.typ).toLowerCase())) &&
          typeof value.kid === 'string' &&
          /^[\w-][\w.-]*$/.test(value.kid);
        expect(passed && typeof value.typ !== 'object').toBe(right && typeof value.typ !== 'object');
      }),
    );
  });

  it('is not even read when the token is too long', () => {
    expect(reasonOf(() => parseTokenHeader('x'.repeat(TOKEN_LIMIT + 1)))).toBe('TOO_LARGE');
  });
});

describe('the claims', () => {
  it('any values get a verdict', () => {
    const claims = fc.record({
      sub: fc.jsonValue(),
      roles: fc.jsonValue(),
      org: fc.jsonValue(),
      exp: fc.jsonValue(),
    });
    fc.assert(fc.property(claims, (value) => typeof reasonOf(() => parseTokenClaims(value)) === 'string'));
  });

  it.each<[string, object]>([
    ['SUBJECT', { sub: '' }],
    ['SUBJECT', { sub: 'a b' }],
    ['SUBJECT', { sub: 'é' }],
    ['SUBJECT', { sub: 'x'.repeat(256) }],
    ['ROLES', { roles: [['ANALYST']] }],
    ['ROLES', { roles: { 0: 'ANALYST', length: 1 } }],
    ['ROLES', { roles: ['ANALYST', 'ANALYST'] }],
    ['ORGANISATION', { org: 'RX' }],
    ['ORGANISATION', { org: 'rxx' }],
    ['DATES', { exp: Number.MAX_VALUE }],
    ['DATES', { exp: null }],
  ])('%s: %j', (reason, change) => {
    expect(reasonOf(() => parseTokenClaims({ ...GOOD_CLAIMS, ...change }))).toBe(reason);
  });

  it('roles are a copy, so that nobody widens a remembered verdict', () => {
    const roles = ['ANALYST'];
    const token = parseTokenClaims({ ...GOOD_CLAIMS, roles });
    roles.push('ADMINISTRATOR');
    expect(token.roles).toEqual(['ANALYST']);
  });
});

describe('the Authorization header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc  ', 'abc'],
    ['Bearer', null],
    ['Bearer ', null],
    ['Bearer a b', null],
    ['Basic abc', null],
    ['', null],
    [undefined, null],
  ])('%j gives %j', (header, token) => expect(bearerToken(header)).toBe(token));

  it('a very long one is cut to what is refused anyway', () => {
    expect(bearerToken(`Bearer ${'x'.repeat(1_000_000)}`)!.length).toBeGreaterThan(TOKEN_LIMIT);
  });
});
