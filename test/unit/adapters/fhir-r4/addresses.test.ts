/** Where a request may go, and what may be put into its address. */
import fc from 'fast-check';
import { pinTo } from '../../../../adapters/fhir-r4/transport/pin.js';
import {
  definedParameters,
  escapeSearchValue,
  isFhirId,
  isReferenceTo,
  requireReference,
} from '../../../../adapters/fhir-r4/transport/search-values.rules.js';

const BASE = 'https://record.example/trust/fhir/';
const pin = pinTo(BASE);

test.each([
  ['EpisodeOfCare?_count=1', `${BASE}EpisodeOfCare?_count=1`],
  [`${BASE}Patient/1`, `${BASE}Patient/1`],
  ['https://record.example/trust/fhir?_getpages=7', 'https://record.example/trust/fhir?_getpages=7'],
  ['?_getpages=7', `${BASE}?_getpages=7`],
  ['/trust/fhir/Patient', `${BASE}Patient`],
  ['HTTPS://RECORD.EXAMPLE:443/trust/fhir/Patient#part', `${BASE}Patient`],
])('%s may be asked for', (address, expected) => {
  expect(pin(address).href).toBe(expected);
});

test.each([
  'https://record.example.evil/trust/fhir/Patient',
  'https://record.example@evil.example/trust/fhir/Patient',
  'https://user@record.example/trust/fhir/Patient',
  'https://record.example:444/trust/fhir/Patient',
  'http://record.example/trust/fhir/Patient',
  'https://record.example/trust/fhir-evil/Patient',
  'https://record.example/trust/Patient',
  'https://record.example/',
  '../../admin',
  '//evil.example/trust/fhir/',
  '\\\\evil.example\\trust',
  `${BASE}../admin`,
  `${BASE}%2e%2e/%2e%2e/admin`,
  `${BASE}..%2fadmin`,
  `${BASE}..%5cadmin`,
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:alert(1)',
])('%s is refused', (address) => {
  expect(() => pin(address)).toThrow(expect.objectContaining({ code: 'HUB_UPSTREAM_ORIGIN' }));
});

test('an address that is none is a protocol fault', () => {
  expect(() => pin('https://[')).toThrow(expect.objectContaining({ code: 'HUB_UPSTREAM_PROTOCOL' }));
});

test.each([
  `${BASE}Patient?identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C9990000018`,
  `${BASE}Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018`,
  'Patient?patient.identifier=https://fhir.nhs.uk/Id/NHS-Number%7c9990000018',
  'Patient?next=identifier%253Dhttps%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%257C9990000018',
])('%s would tell an NHS number to every log on the way', (address) => {
  expect(() => pin(address)).toThrow(
    expect.objectContaining({ code: 'HUB_UPSTREAM_PROTOCOL', details: { fault: 'PERSON_IN_ADDRESS' } }),
  );
});

test('whatever the address, what passes is on the server and below its path', () => {
  const pieces = fc.constantFrom(
    'https://',
    'record.example',
    '@',
    '..',
    '/',
    '%2e',
    '\\',
    ':',
    'trust',
    'fhir',
    'evil',
    '?',
    '#',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (address) => {
        let url: URL;
        try {
          url = pin(address);
        } catch {
          return;
        }
        expect(url.origin).toBe('https://record.example');
        expect(`${url.pathname}/`.startsWith('/trust/fhir/')).toBe(true);
        expect(url.username + url.password).toBe('');
      },
    ),
    { numRuns: 2000 },
  );
});

test.each(['1', 'a-b.c', 'A'.repeat(64), 'a..b', '...'])('%s is an id', (id) =>
  expect(isFhirId(id)).toBe(true),
);
test.each(['', '.', '..', 'a/b', 'a?b', 'a b', 'A'.repeat(65), 'a\n', 'é', 'a%2fb', 'a_b'])(
  '%p is no id',
  (id) => expect(isFhirId(id)).toBe(false),
);

test('a reference is type and id, nothing else', () => {
  expect(requireReference('team', 'Organization', 'Organization/a-1')).toBe('Organization/a-1');
  for (const text of [
    'Organization',
    'Organization/',
    'Organization/a/b',
    'organization/a',
    'Patient/a',
    ' Organization/a',
  ])
    expect([text, isReferenceTo('Organization', text)]).toEqual([text, false]);
});

test('an escaped literal has no separator left that FHIR would read', () => {
  expect(escapeSearchValue('a|b,c$d\\e')).toBe('a\\|b\\,c\\$d\\\\e');
  const taken = (text: string) => text.replace(/\\([\\|,$])/g, '$1');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '|', ',', '$', 'a', 'é') }), (literal) => {
      const escaped = escapeSearchValue(literal);
      expect(taken(escaped)).toBe(literal);
      expect(escaped.replace(/\\[\\|,$]/g, '')).not.toMatch(/[\\|,$]/);
    }),
  );
});

test('parameters without a value are left out; empty ones, which would widen the search, are a mistake', () => {
  expect(definedParameters({ a: undefined, b: 0, c: ['x', 'y'] })).toEqual({ b: 0, c: ['x', 'y'] });
  for (const parameters of [{ a: '' }, { a: [] }])
    expect(() => definedParameters(parameters)).toThrow(expect.objectContaining({ code: 'HUB_INTERNAL' }));
});
