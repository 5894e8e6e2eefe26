/** A message taken apart: every value with its place and name, and nothing of it that a terminal would act upon. */
import { Er7Message } from '../../../../../adapters/hl7v2/er7/message.js';
import { namesOf } from '../../../../../adapters/hl7v2/er7/names.js';
import { readable, shortened } from '../../../../../adapters/hl7v2/tools/readable.rules.js';
import { linesOf, shownBytes } from '../../../../../adapters/hl7v2/tools/show.js';
import { shownMessage } from '../../../../../adapters/hl7v2/tools/show.rules.js';

async function shown(text: string) {
  const message = Er7Message.parse(text);
  return shownMessage(message, await namesOf(message.header.text(12)));
}
const valuesOf = async (
  segment: string,
): Promise<readonly (readonly [string, string | null, string | null])[]> => {
  const { segments } = await shown(`MSH|^~\\&|PAS|RXX|HUB|RYY|20260304||ADT^A01|1|P|2.4\r${segment}\r`);
  return segments.at(-1)!.values.map(({ path, name, value }) => [path, name, value] as const);
};

test('fields, repetitions, components and subcomponents by place and name', async () => {
  expect(await valuesOf('PID|1||7^^^RXX&2.16&ISO^MR~9990000018^^^NHS^NH||O\\T\\N^Jo||19900102||""')).toEqual([
    ['PID-1', 'Set ID - PID', '1'],
    ['PID-3.1', 'Patient Identifier List / ID', '7'],
    ['PID-3.4.1', expect.stringMatching(/^Patient Identifier List \/ Assigning Authority \/ /), 'RXX'],
    ['PID-3.4.2', expect.stringMatching(/^Patient Identifier List \/ Assigning Authority \/ /), '2.16'],
    ['PID-3.4.3', expect.stringMatching(/^Patient Identifier List \/ Assigning Authority \/ /), 'ISO'],
    ['PID-3.5', 'Patient Identifier List / Identifier Type Code', 'MR'],
    ['PID-3[2].1', 'Patient Identifier List / ID', '9990000018'],
    ['PID-3[2].4', 'Patient Identifier List / Assigning Authority', 'NHS'],
    ['PID-3[2].5', 'Patient Identifier List / Identifier Type Code', 'NH'],
    ['PID-5.1', 'Patient Name / Family Name', 'O&N'],
    ['PID-5.2', 'Patient Name / Given Name', 'Jo'],
    ['PID-7', 'Date/Time Of Birth', '19900102'],
    ['PID-9', 'Patient Alias', null],
  ]);
});

test('a text is one value whatever stands in it; a segment without a name is shown all the same', async () => {
  expect(await valuesOf('OBX|1|TX|NOTE||a^b & c~d')).toContainEqual([
    'OBX-5',
    'Observation Value',
    'a^b & c~d',
  ]);
  expect(await valuesOf('ZZ1|a^b')).toEqual([
    ['ZZ1-1.1', null, 'a'],
    ['ZZ1-1.2', null, 'b'],
  ]);
});

test('what the message is, and where its segments lie', async () => {
  const {
    type,
    name,
    version,
    namesOf: of,
    segments,
  } = await shown(
    'MSH|^~\\&|PAS|RXX|HUB|RYY|20260304||ADR^A19|1|P|2.4\rMSA|AA|1\rQRD|1\rPID|1\rPV1|1\rPID|2\rZZ1|x\r',
  );
  expect({ type, name, version, of }).toMatchObject({ type: 'ADR^A19', version: '2.4', of: '2.4' });
  expect(segments.map(({ segment, groups }) => `${segment} ${groups.join('/')}`.trim())).toEqual([
    'MSH',
    'MSA',
    'QRD',
    expect.stringMatching(/^PID [A-Z_]+$/),
    expect.stringMatching(/^PV1 [A-Z_]+$/),
    expect.stringMatching(/^PID [A-Z_]+\[2\]$/),
    expect.stringMatching(/^ZZ1/),
  ]);
  expect(segments.map(({ isExpected }) => isExpected)).toEqual([true, true, true, true, true, true, false]);
});

test('as lines: no character of a message moves the cursor or turns the direction of reading', async () => {
  expect(readable('a\u001b[2Jb\r\n\u202e\u0007ü')).toBe('a\\u{1b}[2Jb\\r\\n\\u{202e}\\u{7}ü');
  expect(shortened('x'.repeat(30), 10)).toBe(`${'x'.repeat(10)}… (30 characters)`);
  const text = 'MSH|^~\\&|P\\X1B\\AS|RXX|HUB|RYY|20260304||ADT^A01|1|P|2.4\rPID|1||\\X202E\\\r';
  const lines = linesOf(await shownBytes(Buffer.from(text), 'UTF-8')).join('\n');
  expect(lines).toContain('MSH-3    P\\u{1b}AS   <- Sending Application');
  expect(lines).not.toContain('\u001b');
});

test('what is no message says what is wrong and where', async () => {
  expect(await shownBytes(Buffer.from('PID|1\r'), 'UTF-8')).toEqual({ fault: 'NO_HEADER in segment 1' });
  const latin = Buffer.from('MSH|^~\\&|P\xfcS|||||||1|P|2.4\r', 'latin1');
  expect(await shownBytes(latin, 'UTF-8')).toEqual({ fault: 'BYTES at byte 11' });
  expect(await shownBytes(latin, '8859/1')).toMatchObject({ version: '2.4' });
});
