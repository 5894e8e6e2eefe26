/** `hub messages list|show|body|replay|set-aside`: what record systems sent, and what is put right by hand. */
import type { Command } from 'commander';
import { Role } from '../../core/caller.js';
import { inputError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import { MessageReader } from '../../delivery/messages/message.reader.js';
import type { MessageDeed } from '../../delivery/messages/message.service.js';
import { messageBody } from '../../delivery/messages/message-body.service.js';
import { shownLines } from '../../delivery/messages/shown-lines.rules.js';
import type { Hub } from '../../main/open-hub.js';
import {
  askedSystems,
  commandLine,
  entryLine,
  lineOf,
  type MessageLine,
  messageIdOf,
  narrowing,
  organisationOfMessage,
  type PickOptions,
  printable,
  STATE_WORDS,
  senderOf,
  timelineOf,
} from '../message-lines.js';
import { ExitCode, type Output } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** What was sent is looked at whether or not its site profile can be read. */
const NO_SITES = { sites: false } as const;
/** Messages that one command lists at most. */
const MOST = 250;

interface DeedOptions extends PickOptions {
  readonly reason: string;
  readonly confirm?: string;
}

/** Words of a deed. */
const DEEDS = {
  REPLAY: { verb: 'replay', done: 'waits to be read again', many: 'wait to be read again' },
  SET_ASIDE: { verb: 'set-aside', done: 'set aside', many: 'set aside' },
} as const satisfies Record<MessageDeed, object>;

/** Registers the commands. */
export function messagesCommands(registrar: Registrar): void {
  const messages = registrar.program
    .command('messages')
    .description('messages that record systems send by themselves');
  listCommand(messages, registrar);
  showCommand(messages, registrar);
  bodyCommand(messages, registrar);
  picking(
    messages
      .command('replay [messageId]')
      .description('read a message again from its bytes, or many of one system: counted first'),
  )
    .option('--reason <reason>', 'what has been put right', 'replayed from the command line')
    .action(doing(registrar, 'REPLAY'));
  picking(
    messages
      .command('set-aside [messageId]')
      .description('decide that a message need not be understood, or many of one system: counted first'),
  )
    .requiredOption('--reason <reason>', 'why, without anything about a person')
    .action(doing(registrar, 'SET_ASIDE'));
}

function narrowed(command: Command): Command {
  return command
    .option('--system <code>', 'one record system')
    .option('--state <state>', STATE_WORDS.join(', '))
    .option('--type <type>', 'message and event, as ADT^A01')
    .option('--control-id <number>', 'the sender’s number')
    .option('--code <code>', 'why they were refused or not understood')
    .option('--since <instant>', 'received at or after')
    .option('--until <instant>', 'received before');
}

const picking = (command: Command): Command =>
  narrowed(command).option('--confirm <number>', 'do it to many: how many were counted');

function listCommand(messages: Command, { act, ...registrar }: Registrar): void {
  narrowed(
    messages
      .command('list')
      .description('messages, newest first: senders, numbers, states and codes; nothing of what they say'),
  )
    .option('--limit <number>', 'how many at most', '100')
    .action(
      act<PickOptions & { limit: string }>(async (output, options) => {
        const filter = narrowing(options);
        const size = Number(options.limit);
        if (!Number.isInteger(size) || size < 1 || size > MOST)
          throw inputError('--limit', 'not a usable number', `1 to ${MOST}`);
        return withHub(
          registrar,
          async ({ hub }) => {
            const reader = new MessageReader(hub.database, hub.audit);
            const found: MessageLine[] = [];
            for (const { id: systemId, code, organisationId } of await askedSystems(hub, options.system)) {
              const page = await reader.list(commandLine(organisationId), { ...filter, systemId, size });
              found.push(...page.messages.map((message) => lineOf(message, code)));
            }
            const lines = found.sort((a, b) => b.receivedAt.localeCompare(a.receivedAt)).slice(0, size);
            output.table(
              lines,
              ['MESSAGE', 'RECEIVED', 'SYSTEM', 'SENDER', 'TYPE', 'NUMBER', 'STATE', 'CODE', 'PLACE'],
              lines.map((line) => [
                line.id,
                line.receivedAt,
                line.system,
                senderOf(line),
                line.type ?? '',
                printable(line.controlId),
                line.state,
                line.code ?? '',
                printable(line.place),
              ]),
            );
            const last = lines.at(-1);
            if (last && lines.length === size)
              output.note(`the newest ${size}; more: --until ${justAfter(last)}`);
            return ExitCode.DONE;
          },
          NO_SITES,
        );
      }),
    );
}

/** Others may have come in the same millisecond: some are listed again, and none is left out. */
const justAfter = ({ receivedAt }: MessageLine): string => new Date(Date.parse(receivedAt) + 1).toISOString();

function showCommand(messages: Command, { act, ...registrar }: Registrar): void {
  messages
    .command('show <messageId>')
    .description('one message: who sent it, how it stands, and everything that happened to it')
    .action(
      act<object>(async (output, _options, [given]) => {
        const id = messageIdOf(given);
        return withHub(
          registrar,
          async ({ hub }) => {
            const caller = commandLine(await organisationOfMessage(hub, id));
            const reader = new MessageReader(hub.database, hub.audit);
            const found = await reader.find(caller, id);
            const timeline = timelineOf(await reader.timeline(caller, id));
            const systems = await askedSystems(hub, undefined);
            const { code = '' } = systems.find((system) => system.id === found.systemId) ?? {};
            const line = lineOf(found, code);
            output.result({ ...line, timeline }, [
              [line.id, line.system, line.type, line.state, line.code, printable(line.place)]
                .filter(Boolean)
                .join('  '),
              line.controlId === null
                ? `  from ${line.remoteAddress}, without a number; whom it names as its sender is not kept apart from its bytes`
                : `  from ${senderOf(line)} at ${line.remoteAddress}, number ${printable(line.controlId)}`,
              `  bytes ${line.hasBody ? 'kept' : 'no longer kept'}, SHA-256 ${line.bytesHash}`,
              ...timeline.map(entryLine),
            ]);
            return ExitCode.DONE;
          },
          NO_SITES,
        );
      }),
    );
}

function bodyCommand(messages: Command, { act, ...registrar }: Registrar): void {
  messages
    .command('body <messageId>')
    .description('what a message says, once it is on record that it was shown here and why: it names people')
    .requiredOption('--reason <reason>', 'why it has to be seen')
    .action(
      act<{ reason: string }>(async (output, { reason }, [given]) => {
        const messageId = messageIdOf(given);
        return withHub(
          registrar,
          async ({ hub }) => {
            // Whoever runs commands on the hub's own database settles here what a steward settles in the graph.
            const caller = {
              ...commandLine(await organisationOfMessage(hub, messageId)),
              role: Role.IDENTITY_STEWARD,
            };
            const { bytes, answer } = await messageBody(hub.database, caller, { messageId, reason });
            const { encoding, lines: segments } = shownLines(bytes);
            const answered = answer && shownLines(answer).lines;
            output.result({ messageId, encoding, segments, answer: answered }, [
              ...segments,
              ...(answered ?? []).map((line) => `answered: ${line}`),
            ]);
            return ExitCode.DONE;
          },
          NO_SITES,
        );
      }),
    );
}

const doing = ({ act, ...registrar }: Registrar, deed: MessageDeed) =>
  act<DeedOptions>(async (output, options, [given]) => {
    const { verb } = DEEDS[deed];
    const filter = narrowing(options);
    if ((given === undefined) === (options.system === undefined))
      throw inputError(
        'messageId',
        'either one or those of --system',
        `hub messages ${verb} <messageId>, or --system <code>`,
      );
    if (given !== undefined) {
      if (options.confirm !== undefined || Object.keys(filter).length > 0)
        throw inputError('messageId', 'one message needs no filter and no --confirm', 'the id alone');
      const messageId = messageIdOf(given);
      return withHub(registrar, ({ hub }) => toOne(hub, output, deed, messageId, options.reason), NO_SITES);
    }
    const count = countOf(options.confirm);
    return withHub(registrar, ({ hub }) => toMany(hub, output, deed, { options, filter, count }), NO_SITES);
  });

function countOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,6}$/.test(text))
    throw inputError('--confirm', 'not a number', 'how many there are, as the command without it says');
  return Number(text);
}

async function toOne(
  hub: Hub,
  output: Output,
  deed: MessageDeed,
  messageId: string,
  reason: string,
): Promise<ExitCode> {
  const caller = commandLine(await organisationOfMessage(hub, messageId));
  const form = { idempotencyKey: `cli-${newId()}`, messageId, reason };
  const { messages } = hub.services;
  await (deed === 'REPLAY' ? messages.replay(caller, form) : messages.setAside(caller, form));
  const { verb, done } = DEEDS[deed];
  output.result({ messageId, done: verb }, [`${messageId}  ${done}`]);
  return ExitCode.DONE;
}

async function toMany(
  hub: Hub,
  output: Output,
  deed: MessageDeed,
  {
    options,
    filter: narrow,
    count,
  }: {
    readonly options: DeedOptions;
    readonly filter: ReturnType<typeof narrowing>;
    readonly count: number | null;
  },
): Promise<ExitCode> {
  const [system] = await askedSystems(hub, options.system);
  const { id: systemId, organisationId, code } = system!;
  const caller = commandLine(organisationId);
  const { messages } = hub.services;
  const filter = { ...narrow, systemId };
  const { verb, many } = DEEDS[deed];
  if (count === null) {
    const found = await messages.count(caller, deed, filter);
    output.result({ system: code, count: found, isDone: false }, [
      `${found} messages of ${code}; nothing was done: --confirm ${found} does it (${verb})`,
    ]);
    return ExitCode.DONE;
  }
  const form = { idempotencyKey: `cli-${newId()}`, filter, count, reason: options.reason };
  const done = await (deed === 'REPLAY'
    ? messages.replayMany(caller, form)
    : messages.setAsideMany(caller, form));
  output.result({ system: code, count: done.count, isDone: true }, [
    `${done.count} messages of ${code} ${many}`,
  ]);
  return ExitCode.DONE;
}
