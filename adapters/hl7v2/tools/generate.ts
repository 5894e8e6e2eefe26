/** `generate`: messages about people who do not exist, to look at, to keep or to send. */
import type { AdapterTool, ToolCall } from '../../../src/clinical/adapter-tools.port.js';
import { isLocalDate } from '../../../src/core/calendar.js';
import { inputError } from '../../../src/core/errors.js';
import { type SegmentToWrite, writeMessage } from '../er7/write.js';
import { PROCESSING_IDS } from '../listening/listening-settings.js';
import { exchangeAll, exchangedResult, toolSender } from './exchange.js';
import { type MadeUpFeed, madeUpAdt } from './made-up/adt.rules.js';
import { madeUpMdm } from './made-up/mdm.rules.js';
import { oneOf, partner, SENDING_OPTIONS, stated, wholeNumber } from './options.js';

const KINDS = ['adt', 'mdm'] as const;
const MAKERS: Readonly<
  Record<(typeof KINDS)[number], (feed: MadeUpFeed) => readonly (readonly SegmentToWrite[])[]>
> = { adt: madeUpAdt, mdm: madeUpMdm };

function feedOf({ options }: ToolCall): MadeUpFeed {
  const since = stated(options, 'since') ?? '';
  if (!isLocalDate(since)) throw inputError('--since', 'not a date', 'a day as 2026-01-05');
  const teams = (stated(options, 'teams') ?? '').split(',').map((team) => team.trim());
  if (teams.some((team) => team === ''))
    throw inputError('--teams', 'an empty one', 'codes with commas between');
  return {
    seed: wholeNumber(options, 'seed', 0, 999_999),
    count: wholeNumber(options, 'count', 1, 100_000),
    teams,
    sender: partner('--sender', stated(options, 'sender')),
    receiver: partner('--receiver', stated(options, 'receiver')),
    processingId: oneOf('--processing', stated(options, 'processing'), PROCESSING_IDS),
    from: new Date(`${since}T09:00:00Z`),
  };
}

/** The tool. */
export const generate: AdapterTool = {
  verb: 'generate',
  help: 'messages about people who do not exist: adt for a feed of caseloads, mdm for documents as the hub sends them',
  args: [{ name: 'kind', help: KINDS.join(' or ') }],
  options: [
    { name: 'count', value: 'number', help: 'how many messages', default: '10' },
    {
      name: 'seed',
      value: 'number',
      help: 'another seed, other people and numbers; the same seed and options, the same messages: with a greater count, those and more',
      default: '1',
    },
    { name: 'teams', value: 'codes', help: 'codes of teams as the feed has them', default: 'N-CMHT,N-EIP' },
    { name: 'since', value: 'day', help: 'when it begins', default: '2026-01-05' },
    {
      name: 'sender',
      value: 'partner',
      help: 'application|facility (MSH-3, MSH-4)',
      default: 'MADEUP|ZZ999',
    },
    {
      name: 'receiver',
      value: 'partner',
      help: 'application|facility (MSH-5, MSH-6)',
      default: 'IPSHUB|ZZ998',
    },
    {
      name: 'processing',
      value: 'id',
      help: 'MSH-11; what takes production messages alone refuses T',
      default: 'T',
    },
    { name: 'to', value: 'host:port', help: 'sends them there instead of showing them' },
    ...SENDING_OPTIONS,
  ],
  async run(call) {
    const kind = oneOf('kind', call.args[0] ?? null, KINDS);
    const texts = MAKERS[kind](feedOf(call)).map((segments) => writeMessage(segments));
    const to = stated(call.options, 'to');
    if (to === null)
      return { value: { messages: texts }, lines: texts.flatMap((text) => text.trimEnd().split('\r')) };
    const sender = toolSender(call, to);
    try {
      const messages = texts.map((text) => ({ bytes: Buffer.from(text, 'latin1'), line: null }));
      return exchangedResult(await exchangeAll(messages, sender, call), messages.length);
    } finally {
      sender.close();
    }
  },
};
