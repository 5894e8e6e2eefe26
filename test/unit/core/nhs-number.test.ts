/** NHS numbers: check digit, forms, and numbers known to be good and bad. */
import fc from 'fast-check';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

const weighted = (nine: string): number =>
  [...nine].reduce((sum, digit, index) => sum + Number(digit) * (10 - index), 0);
/** Check digit as the NHS Data Dictionary words it: 11 less the remainder, 11 becomes 0, 10 is not used. */
const checkDigit = (nine: string): number | null => {
  const digit = 11 - (weighted(nine) % 11);
  return digit === 10 ? null : digit === 11 ? 0 : digit;
};
const nineDigits = fc.stringMatching(/^\d{9}$/);

describe('parseNhsNumber', () => {
  it.each(['9000000009', '9434765919', '9876543210'])('accepts %s', (text) => {
    expect(parseNhsNumber(text)).toBe(text);
  });

  it.each([
    ['9111111124', 'wrong check digit, though a public page offers it'],
    ['9222222228', 'wrong check digit, though a public page offers it'],
    ['0000000000', 'passes modulus 11 but repeats one digit'],
    ['1111111111', 'passes modulus 11 but repeats one digit'],
    ['943476591', 'nine digits'],
    ['94347659190', 'eleven digits'],
    ['943476591A', 'a letter'],
    ['', 'nothing'],
    ['9434-765-919', 'separators in the wrong places'],
    ['943  476  5919', 'two spaces'],
    ['９４３４７６５９１９', 'digits of another script'],
  ])('refuses %s: %s', (text) => {
    expect(parseNhsNumber(text)).toBeNull();
  });

  it.each(['943 476 5919', '943-476-5919', ' 9434765919 ', '943 4765919', '\t943 476 5919\n'])(
    'takes the separators out of %j',
    (text) => {
      expect(parseNhsNumber(text)).toBe('9434765919');
    },
  );

  it('finds as many valid numbers in the never-issued range as modulus 11 leaves', () => {
    let valid = 0;
    for (let last = 0; last < 10_000; last++) {
      if (parseNhsNumber(`999000${String(last).padStart(4, '0')}`)) valid++;
    }
    // A thousand groups of ten; in every eleventh the check digit would be 10.
    expect(valid).toBe(909);
  });

  it('agrees with the dictionary’s wording for every nine digits', () => {
    fc.assert(
      fc.property(nineDigits, fc.integer({ min: 0, max: 9 }), (nine, last) => {
        const number = `${nine}${last}`;
        fc.pre(!/^(\d)\1{9}$/.test(number));
        expect(parseNhsNumber(number)).toBe(checkDigit(nine) === last ? number : null);
      }),
    );
  });

  it('notices every single wrong digit and every swap of neighbours', () => {
    fc.assert(
      fc.property(
        nineDigits,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (nine, at, by) => {
          const check = checkDigit(nine);
          fc.pre(check !== null);
          const number = `${nine}${check}`;
          const wrong = number.slice(0, at) + ((Number(number[at]) + by) % 10) + number.slice(at + 1);
          expect(parseNhsNumber(wrong)).toBeNull();
          const swapped = number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2);
          if (swapped !== number) expect(parseNhsNumber(swapped)).toBeNull();
        },
      ),
    );
  });
});
