/** Tools that adapters bring (`hub hl7 show|send|…`): registered from what they say of themselves, run without a database. */
import { adapterModules } from '../../../adapters/registry.js';
import type { AdapterTool, ToolCall, ToolOption, ToolOptions } from '../../clinical/adapter-tools.port.js';
import { systemClock } from '../../core/clock.js';
import { type LogFields, type Logger, silentLogger } from '../../core/logger.js';
import { givenPath } from '../given-path.js';
import { ExitCode, type Output } from '../output.js';
import type { Registrar } from '../registrar.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is over by then needs no bar. */
const MOMENT_MS = 1_000;

/** As commander calls an option of that name. */
const attribute = (name: string): string =>
  name.replace(/-(\w)/g, (_hyphen, letter: string) => letter.toUpperCase());

function byName(options: readonly ToolOption[], given: Readonly<Record<string, unknown>>): ToolOptions {
  return Object.fromEntries(
    options.map(({ name }) => {
      const value = given[attribute(name)];
      return [name, typeof value === 'string' || value === true ? value : undefined];
    }),
  );
}

/** Runs work that ends when the process is asked to; asked a second time, the process ends at once. */
async function untilAsked<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const heard = (): void => {
    if (ending.signal.aborted) process.exit(1);
    ending.abort();
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  try {
    return await work(ending.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, heard);
  }
}

/** What a tool would log, as lines for whoever runs it: there is one of them, and no system but theirs. */
function toldBy(write: (line: string) => void): Logger {
  const say = (message: string, { system: _system, ...fields }: LogFields = {}): void => {
    const rest = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
    write(`${[message, ...rest].join(', ')}\n`);
  };
  return { ...silentLogger, error: say, warn: say };
}

async function run(
  tool: AdapterTool,
  call: Omit<ToolCall, 'signal' | 'clock'>,
  output: Output,
): Promise<ExitCode> {
  const result = await untilAsked((signal) => tool.run({ ...call, clock: systemClock, signal }));
  const { value, table, lines = [], isFault = false } = result;
  if (table === undefined) output.result(value, lines);
  else output.table(value, table.head, table.rows, lines);
  return isFault ? ExitCode.FAULT : ExitCode.DONE;
}

/** Registers the commands of every adapter. */
export function toolCommands({ program, act, streams, env }: Registrar): void {
  const logger = toldBy((line) => void streams.err.write(line));
  for (const { tools: brought } of adapterModules.values()) {
    if (brought === undefined) continue;
    const noun = program.command(brought.noun).description(brought.help);
    for (const tool of brought.tools) {
      const command = noun.command(tool.verb).description(tool.help);
      for (const { name, help } of tool.args) command.argument(`<${name}>`, help);
      for (const { name, value, help, default: otherwise } of tool.options)
        command.option(value === undefined ? `--${name}` : `--${name} <${value}>`, help, otherwise);
      command.action(
        act<Record<string, unknown>>(async (output, given, args) => {
          const options = byName(tool.options, given);
          const line = (text: string): void => {
            if (given.json !== true) streams.out.write(`${text}\n`);
          };
          const path = (given: string): string => givenPath(given, env);
          const note = (text: string): void => output.note(text);
          const progress = output.progress(MOMENT_MS);
          return run(tool, { args, options, logger, path, line, note, progress }, output);
        }),
      );
    }
  }
}
