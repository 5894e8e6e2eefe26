/** The `hub` command line: nouns and verbs, `--json` and `--quiet` everywhere, exit codes 0, 1 and 2. */
import { Command, CommanderError, Option } from 'commander';
import { isHubError } from '../core/errors.js';
import { caseloadCommands } from './commands/caseload.command.js';
import { configCommands } from './commands/config.command.js';
import { directoryCommands } from './commands/directory.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { eligibilityCommands } from './commands/eligibility.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { schemaCommands } from './commands/schema.command.js';
import { seedCommand } from './commands/seed.command.js';
import { startCommand } from './commands/start.command.js';
import { systemsCommands } from './commands/systems.command.js';
import { tokenCommand } from './commands/token.command.js';
import { ExitCode, Output, type Streams } from './output.js';

/** What a command does: speaks, gets its options and its arguments (lists flattened), answers the exit code; 0 when it answers nothing. */
export type Action<Options> = (
  output: Output,
  options: Options,
  args: readonly string[],
) => Promise<ExitCode | undefined>;

/** Adds commands to a program; `act` wraps an action so that its failure is worded and becomes the exit code. */
export interface Registrar {
  readonly program: Command;
  readonly streams: Streams;
  act<Options>(action: Action<Options>): (...received: unknown[]) => Promise<void>;
}

/** Runs a command line (without `node` and script) and answers its exit code; never throws. */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.DONE;
  const program = new Command('hub')
    .description('IPS Hub: caseloads, eligibility and the graph of an employment service.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
    })
    .showHelpAfterError('(hub <command> --help tells what is accepted)');
  const registrar: Registrar = {
    program,
    streams,
    act:
      (action) =>
      async (...received) => {
        const command = received.pop() as Command;
        const options = received.pop() as Parameters<typeof action>[1];
        const args = received.flat().filter((arg) => typeof arg === 'string');
        const output = new Output(streams, command.optsWithGlobals());
        try {
          exitCode = (await action(output, options, args)) ?? ExitCode.DONE;
        } catch (error) {
          exitCode = output.failure(error);
          if (!isHubError(error) && process.env.HUB_LOG_LEVEL === 'debug')
            streams.err.write(`${(error as Error).stack}\n`);
        }
      },
  };
  for (const register of [
    startCommand,
    migrateCommand,
    seedCommand,
    tokenCommand,
    caseloadCommands,
    eligibilityCommands,
    systemsCommands,
    directoryCommands,
    configCommands,
    schemaCommands,
    doctorCommand,
  ]) {
    register(registrar);
  }
  for (const command of leaves(program)) {
    command
      .addOption(new Option('--json', 'one JSON document on standard output'))
      .addOption(new Option('--quiet', 'no progress'));
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitCode.DONE : ExitCode.USAGE;
  }
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}
