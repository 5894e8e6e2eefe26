/** `show`: the messages of a file, segments and fields by name. */
import type { AdapterTool, ToolCall, ToolResult } from '../../../src/clinical/adapter-tools.port.js';
import { decode, isCharsetFault } from '../er7/charset.js';
import { CHARSETS, type Charset } from '../er7/charset-names.js';
import { Er7Fault, Er7Message } from '../er7/message.js';
import { namesOf } from '../er7/names.js';
import { type FileMessage, messagesOfFile } from './messages-in-file.js';
import { oneOf } from './options.js';
import { readable, shortened } from './readable.rules.js';
import { type ShownMessage, shownMessage } from './show.rules.js';

/** Characters of a value on a line. */
const MOST = 200;
/** Segments of a message that are shown. */
const MOST_SEGMENTS = 100_000;

/** A message, or why it is none. */
export type Shown = ShownMessage | { readonly fault: string };

/** Takes a message apart. */
export async function shownBytes(bytes: Uint8Array, declared: Charset): Promise<Shown> {
  const decoded = decode(bytes, declared);
  if (isCharsetFault(decoded)) {
    const where = decoded.at === null ? 'MSH-18' : `byte ${decoded.at + 1}`;
    return { fault: `${decoded.fault} at ${where}` };
  }
  try {
    const message = Er7Message.parse(decoded.text, { segments: MOST_SEGMENTS, charset: decoded.charset });
    return shownMessage(message, await namesOf(message.header.text(12)));
  } catch (error) {
    if (error instanceof Er7Fault) return { fault: `${error.fault} in segment ${error.segment}` };
    throw error;
  }
}

/** As lines for people. */
export function linesOf(shown: Shown): readonly string[] {
  if ('fault' in shown) return [`  no message: ${shown.fault}`];
  const width = Math.max(0, ...shown.segments.flatMap(({ values }) => values.map(({ path }) => path.length)));
  return shown.segments.flatMap(({ segment, name, groups, isExpected, values }) => {
    const place = [
      ...(groups.length > 0 ? [`in ${groups.join(', ')}`] : []),
      ...(isExpected === false ? ['not expected here'] : []),
    ];
    return [
      [
        segment,
        ...(name === null ? [] : [name]),
        ...(place.length > 0 ? [`(${place.join('; ')})`] : []),
      ].join('  '),
      ...values.map(({ path, name: of, value }) => {
        const text = value === null ? '"" (there is none)' : shortened(value, MOST);
        return `  ${path.padEnd(width)}  ${text}${of === null ? '' : `   <- ${of}`}`;
      }),
    ];
  });
}

/** What a message is, on one line. */
function titleOf(shown: Shown, line: number, number: number, count: number): string {
  const title = `message ${number} of ${count}, line ${line}`;
  if ('fault' in shown) return title;
  const { type, name, version, namesOf: of } = shown;
  const names = version === of ? '' : `, names of version ${of}`;
  const called = name === null ? '' : ` ${name}`;
  return `${title}: ${readable(type)}${called}, version ${readable(version ?? 'not stated')}${names}`;
}

async function shownFile(
  messages: readonly FileMessage[],
  fault: string | null,
  declared: Charset,
  progress: ToolCall['progress'],
): Promise<ToolResult> {
  const shown: (Shown & { readonly line: number })[] = [];
  for (const { bytes, line } of messages) {
    shown.push({ line, ...(await shownBytes(bytes, declared)) });
    progress('read', shown.length, messages.length);
  }
  const lines = shown.flatMap((one, index) => [
    ...(index === 0 ? [] : ['']),
    titleOf(one, one.line, index + 1, shown.length),
    ...linesOf(one),
  ]);
  return {
    value: { fault, messages: shown },
    lines: fault === null ? lines : [...lines, `the file is not whole: ${fault}`],
    isFault: fault !== null || shown.some((one) => 'fault' in one),
  };
}

/** The tool. What it shows is the patient's: it is for files that somebody has in their hands anyway. */
export const show: AdapterTool = {
  verb: 'show',
  help: 'the messages of a file, segments and fields by name; exit code 1 when one cannot be read',
  args: [{ name: 'file', help: 'a message, several one after another, or a batch' }],
  options: [
    {
      name: 'character-set',
      value: 'name',
      help: 'of messages that state none (MSH-18)',
      default: 'UTF-8',
    },
  ],
  async run({ args: [path = ''], options, path: absolute, progress }) {
    const declared = oneOf('--character-set', String(options['character-set']), CHARSETS);
    const { messages, fault } = await messagesOfFile(absolute(path));
    return shownFile(messages, fault, declared, progress);
  },
};
