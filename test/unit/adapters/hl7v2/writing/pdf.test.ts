/** Bar 4.5, as a PDF: what a receiver decodes is a page that shows the signed text and has it within, or nothing leaves. */
import { createDocuments, type WritingContext } from '../../../../../adapters/hl7v2/writing/documents.js';
import { isHubError } from '../../../../../src/core/errors.js';
import { silentLogger } from '../../../../../src/core/logger.js';
import { never } from '../../../../contract/contract-case.js';
import { readMessage, writingSettings } from '../../../../support/hl7-documents.js';
import { NOTE_SCRIPTS, noteOfEveryScript } from '../../../../support/note-scripts.js';
import { anOutgoingDocument } from '../../../../support/outgoing-documents.js';

let sent: Uint8Array | null = null;
const taking: WritingContext['sender'] = {
  exchange: async (bytes, judge) => {
    sent = bytes;
    const controlId = readMessage(bytes).field('MSH', 10);
    const answer = judge(Buffer.from(`MSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AA|${controlId}\r`));
    if (answer.kind !== 'ANSWER') throw new Error(answer.kind);
    return answer.value;
  },
};

const documents = createDocuments({
  settings: writingSettings({ documentText: 'ED_PDF', sendMaxBytes: 104_857_600 }),
  sender: taking,
  system: 'RIO',
  logger: silentLogger,
});

/** The text as the receiver has it, or the characters that were in the way; nothing has left then. */
async function arrives(text: string): Promise<string | readonly string[]> {
  sent = null;
  try {
    await documents.send(anOutgoingDocument({ text }), never());
    return readMessage(sent!).text;
  } catch (error) {
    if (!isHubError(error) || error.code !== 'HUB_DELIVERY_CHARACTERS' || sent !== null) throw error;
    return error.details.characters as readonly string[];
  }
}

/** Scripts that the page's font has in full, written from left to right. */
const SHOWN = ['English', 'Welsh', 'Polish', 'Turkish', 'Vietnamese', 'Greek', 'Cyrillic', 'Armenian'];
const ALSO_SHOWN = ['Georgian', 'Delimiters', 'Mathematics'];

test.each(Object.entries(NOTE_SCRIPTS))('%s', async (script, text) => {
  const arrived = await arrives(text);
  if ([...SHOWN, ...ALSO_SHOWN].includes(script)) expect(arrived).toBe(text);
  else expect(arrived).not.toHaveLength(0);
  if (typeof arrived !== 'string') await expectWithout(text, arrived);
});

/** What was named was all that was in the way, twenty at a time. */
async function expectWithout(text: string, characters: readonly string[]): Promise<void> {
  const named = new Set(characters.map((name) => String.fromCodePoint(Number.parseInt(name.slice(2), 16))));
  for (const character of named) expect(text).toContain(character);
  const rest = [...text].filter((character) => !named.has(character)).join('');
  const arrived = await arrives(rest);
  if (typeof arrived === 'string') expect(arrived).toBe(rest);
  else await expectWithout(rest, arrived);
}

test('30,000 characters that a page shows', async () => {
  const all = [...SHOWN, ...ALSO_SHOWN].map((script) => NOTE_SCRIPTS[script]).join('\n');
  const note = all.repeat(Math.ceil(30_000 / all.length)).slice(0, 30_000);
  expect(await arrives(note)).toBe(note);
});

test('of 30,000 characters of every script twenty are named', async () => {
  expect(await arrives(noteOfEveryScript(30_000))).toHaveLength(20);
});

test.each([
  ['lines', 'a\n\nb\n'],
  ['white space', '  a  \n    b'],
  ['what would delete', '""\n""'],
  ['what would be a sequence', '\\.br\\ \\H\\bold\\N\\ \\X41\\ C:\\notes\\1.txt'],
])('%s', async (_what, text) => {
  expect(await arrives(text)).toBe(text);
});

test('its type is stated as any receiver of PDFs reads it', async () => {
  await arrives('Signed.');
  const { message } = readMessage(sent!);
  const [value] = message.getAllSegments('OBX').map((observation) => observation.getField(5)!);
  expect([1, 2, 3, 4].map((component) => value!.getComponent(component))).toEqual([
    '',
    'application',
    'pdf',
    'Base64',
  ]);
  expect(Buffer.from(value!.getComponent(5), 'base64').subarray(0, 5).toString()).toBe('%PDF-');
});
