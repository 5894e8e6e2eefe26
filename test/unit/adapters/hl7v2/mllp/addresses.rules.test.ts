/** Lists of addresses: both families, networks, and what is no address. */
import { addressList, plainAddress } from '../../../../../adapters/hl7v2/mllp/addresses.rules.js';

test.each<[readonly string[], string, boolean]>([
  [['10.1.2.3'], '10.1.2.3', true],
  [['10.1.2.3'], '10.1.2.4', false],
  [['10.1.2.0/24'], '10.1.2.255', true],
  [['10.1.2.0/24'], '10.1.3.0', false],
  [['0.0.0.0/0'], '203.0.113.9', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['2001:db8::/32', '::1'], '2001:db8:1::9', true],
  [['2001:db8::/32', '::1'], '::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [[], '127.0.0.1', false],
  [['10.0.0.0/8'], '', false],
  [['10.0.0.0/8'], 'nonsense', false],
])('%j holds %s: %s', (entries, address, expected) => {
  expect(addressList(entries)?.(address)).toBe(expected);
});

test.each([
  'engine',
  '10.1.2',
  '10.1.2.0/33',
  '10.1.2.0/',
  '10.1.2.0/8/8',
  '10.1.2.0/x',
  '::1/129',
  '300.1.1.1',
])('%s is no entry', (entry) => {
  expect(addressList(['10.0.0.1', entry])).toBeNull();
});

test('an address as it is compared', () => {
  expect(
    ['::ffff:10.1.2.3', '::FFFF:10.1.2.3', 'fe80::1%eth0', '10.1.2.3', undefined].map(plainAddress),
  ).toEqual(['10.1.2.3', '10.1.2.3', 'fe80::1', '10.1.2.3', '']);
});
