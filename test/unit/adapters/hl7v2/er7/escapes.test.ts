/** Escapes: every text survives, nothing in it parts a message, and what is no sequence stays as it is. */
import fc from 'fast-check';
import {
  type Delimiters,
  encodingCharacters,
  USUAL_DELIMITERS,
} from '../../../../../adapters/hl7v2/er7/delimiters.js';
import { escapeText, type LineBreaks, plainText } from '../../../../../adapters/hl7v2/er7/escapes.js';
import { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';

const OTHERS: Delimiters = {
  field: '$',
  component: '%',
  repetition: '*',
  escape: '!',
  subcomponent: '@',
  truncation: '#',
};

const plain = (raw: string, delimiters = USUAL_DELIMITERS): string => plainText(raw, delimiters);

test.each<[string, string, string]>([
  ['the delimiters', 'a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f', 'a|b^c&d~e\\f'],
  ['a line break', 'one\\.br\\two', 'one\ntwo'],
  ['a line break in capitals', 'one\\.BR\\two', 'one\ntwo'],
  ['lines skipped', 'one\\.sp\\two\\.sp3\\three\\.sp+2\\four', 'one\ntwo\n\n\nthree\n\nfour'],
  ['a centred line', 'one\\.ce\\two', 'one\ntwo'],
  ['spaces skipped', 'one\\.sk 3\\two\\.sk2\\three', 'one   two  three'],
  ['indents and wrapping', '\\.in+4\\\\.ti-2\\\\.fi\\one\\.nf\\', 'one'],
  ['highlighting, which is no letter', '\\H\\bold\\N\\ not', 'bold not'],
  ['bytes', 'caf\\XC3A9\\ \\X0D0A\\', 'café \r\n'],
  ['bytes in small letters', '\\Xc3a9\\', 'é'],
  ['a character whose bytes come each by itself', 'caf\\XC3\\\\XA9\\!', 'café!'],
  ['a sequence right behind another', '\\E\\\\F\\\\E\\', '\\|\\'],
  ['an escaped sequence, which is text', '\\E\\.br\\E\\', '\\.br\\'],
  ['a Windows path, unescaped', '\\\\SRV\\Cases\\Xray\\1.pdf', '\\\\SRV\\Cases\\Xray\\1.pdf'],
  ['a backslash by itself', 'a\\b', 'a\\b'],
  ['a backslash at the end', 'a\\', 'a\\'],
  ['backslashes only', '\\\\\\\\\\', '\\\\\\\\\\'],
  ['a sequence behind a lone backslash', 'a\\b\\F\\c', 'a\\b|c'],
  ['a sequence behind what is none', 'a\\nothing\\F\\c', 'a\\nothing|c'],
  ['what partners agreed on', '\\Zfoo\\ and \\F\\', '\\Zfoo\\ and |'],
  [
    'a change of the character set',
    '\\C2842\\x\\M2442\\y\\M244200\\\\F\\',
    '\\C2842\\x\\M2442\\y\\M244200\\|',
  ],
  ['words that begin as such a change does', '\\Cases\\F\\Misc\\F\\', '\\Cases|Misc|'],
  ['half a byte', '\\XC3A\\F\\', '\\XC3A|'],
  ['no byte', '\\X\\F\\', '\\X|'],
  ['bytes that are no characters', '\\XE9\\F\\', '\\XE9\\F\\'],
  ['bytes that are no characters, and a sequence', '\\XE9\\\\F\\', '\\XE9\\|'],
  ['no more than nine lines and spaces', 'a\\.sp99\\b\\.sk10\\c', `a${'\n'.repeat(9)}b${' '.repeat(9)}c`],
  ['a number below nought', 'a\\.sp-3\\b', 'ab'],
  ['what looks like a delimiter behind what partners agreed on', '\\Zfoo\\F\\', '\\Zfoo\\F\\'],
  ['too many lines', '\\.sp100\\', '\\.sp100\\'],
  ['a number of lines that is none', '\\.spx\\', '\\.spx\\'],
  ['a line break with something behind it', '\\.br2\\', '\\.br2\\'],
  ['a command that is unknown', '\\.zz\\', '\\.zz\\'],
  ['small letters, which are no delimiters', '\\f\\\\s\\', '\\f\\\\s\\'],
  ['truncation, which this message has not', '\\P\\', '\\P\\'],
])('%s', (_name, raw, text) => {
  expect(plain(raw)).toBe(text);
});

test('the message’s own delimiters count, and its truncation character', () => {
  expect(plain('a!F!b!S!c!T!d!R!e!E!f!P!g!.br!h', OTHERS)).toBe('a$b%c@d*e!f#g\nh');
  expect(plain('a\\F\\b', OTHERS)).toBe('a\\F\\b');
});

test('bytes are read in the character set of the message', () => {
  const E_ACUTE = '\\XE9\\';
  expect(plainText(E_ACUTE, USUAL_DELIMITERS, '8859/1')).toBe('é');
  expect(plainText(E_ACUTE, USUAL_DELIMITERS, '8859/5')).toBe('щ');
  expect(plainText(E_ACUTE, USUAL_DELIMITERS, 'ASCII')).toBe(E_ACUTE);
  expect(plainText('\\X0A\\', USUAL_DELIMITERS, 'UTF-16LE')).toBe('\n');
});

test.each<[string, string, LineBreaks, string]>([
  ['delimiters', 'a|b^c&d~e\\f', 'HEX', 'a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f'],
  ['line breaks in hexadecimal', 'a\r\nb\n', 'HEX', 'a\\X0D\\\\X0A\\b\\X0A\\'],
  ['line breaks of formatted text', 'a\nb', 'BR', 'a\\.br\\b'],
  ['what would end a frame', '\x0b\x1c\x00\x7f', 'HEX', '\\X0B\\\\X1C\\\\X00\\\\X7F\\'],
  ['a tab', 'a\tb', 'HEX', 'a\tb'],
  ['what would delete a value', '""', 'HEX', '\\X22\\"'],
  ['quotes that would not', '"a"', 'HEX', '"a"'],
  ['what looks like a sequence', '\\F\\', 'HEX', '\\E\\F\\E\\'],
  ['nothing', '', 'HEX', ''],
])('writing %s', (_name, text, breaks, raw) => {
  expect(escapeText(text, USUAL_DELIMITERS, breaks)).toBe(raw);
  expect(plain(raw)).toBe(text);
});

const PUNCTUATION = [..."!#$%&'()*+,-/:;<=>?@[\\]^_`{|}~"];
const delimiters = fc
  .tuple(
    fc.shuffledSubarray(PUNCTUATION, { minLength: 6, maxLength: 6 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(([picked, hasTruncation, usual]): Delimiters => {
    if (usual === 0) return hasTruncation ? { ...USUAL_DELIMITERS, truncation: '#' } : USUAL_DELIMITERS;
    const [field, component, repetition, opener, subcomponent, truncation] = picked as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const named = { field, component, repetition, escape: opener, subcomponent };
    return { ...named, truncation: hasTruncation ? truncation : null };
  });
/** Texts made of what is dangerous: delimiters, sequences, control characters, halves of surrogates, quotes. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        ...PUNCTUATION,
        ...'FSTREPXHNZCM0129aé’😀"\r\n\t\x0b\x1c\x85\u2028\ufeff',
        '\ud800',
        '\udc00',
        '.br',
        '\\X0D\\',
        '\\.br\\',
        '""',
        '\rMSH|^~\\&|',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

test('every text survives escaping, parts nothing, and comes back from a message; 6,000 texts, all sets of delimiters', () => {
  fc.assert(
    fc.property(delimiters, text, fc.constantFrom<LineBreaks>('HEX', 'BR'), (set, value, breaks) => {
      const raw = escapeText(value, set, breaks);
      const { field, component, repetition, subcomponent, truncation } = set;
      const parting = [field, component, repetition, subcomponent, truncation];
      const header = `MSH${field}${encodingCharacters(set)}`;
      const message = Er7Message.parse(
        `${header}\rZZZ${field}${raw}${component}${raw}${subcomponent}${raw}${repetition}${raw}${field}end\r`,
      );
      const segment = message.segments[1]!;
      const found = [
        plainText(raw, set),
        parting.filter((one) => one !== null && raw.includes(one)),
        [message.segments.length, segment.fieldCount, segment.repetitions(1).length],
        [segment.stated(1), segment.stated(1, 2), segment.stated(1, 2, 2), segment.stated(1, 1, 1, 2)],
        segment.stated(2),
      ];
      const expected = value === '' ? undefined : value;
      expect(found).toEqual([value, [], [2, 2, 2], [expected, expected, expected, expected], 'end']);
    }),
    { numRuns: 2_000 },
  );
});
