/** The `hub` command line: nouns and verbs, `--json` and `--quiet` everywhere, exit codes 0, 1 and 2. */
import { Command, CommanderError, Option } from 'commander';
import { inputError, isHubError } from '../core/errors.js';
import { type Machine, THIS_MACHINE } from '../main/doctor/machine.js';
import { createLogger, errorFields } from '../platform/logging.js';
import type { Environment } from '../platform/settings/settings.js';
import { caseloadCommands } from './commands/caseload.command.js';
import { configCommands } from './commands/config.command.js';
import { destinationCommands } from './commands/destination.command.js';
import { directoryCommands } from './commands/directory.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { eligibilityCommands } from './commands/eligibility.command.js';
import { feedsCommands } from './commands/feeds.command.js';
import { messagesCommands } from './commands/messages.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { notesCommands } from './commands/notes.command.js';
import { peopleCommands } from './commands/people.command.js';
import { recordsCommands } from './commands/records.command.js';
import { schemaCommands } from './commands/schema.command.js';
import { seedCommand } from './commands/seed.command.js';
import { startCommand } from './commands/start.command.js';
import { systemsCommands } from './commands/systems.command.js';
import { tokenCommand } from './commands/token.command.js';
import { toolCommands } from './commands/tools.command.js';
import { ExitCode, Output, type Streams } from './output.js';
import type { Registrar } from './registrar.js';

/** Runs a command line (without `node` and script) and answers its exit code; never throws. */
export async function runProgram(
  argv: readonly string[],
  streams: Streams,
  env: Environment = process.env,
  machine: Machine = THIS_MACHINE,
): Promise<ExitCode> {
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
    env,
    machine,
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
          // What an internal failure says of itself may quote anything; where it happened may be told.
          if (!isHubError(error) || error.code === 'HUB_INTERNAL')
            createLogger({ level: 'error', output: { write: (line) => void streams.err.write(line) } }).error(
              'the command failed',
              errorFields(error),
            );
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
    notesCommands,
    destinationCommands,
    messagesCommands,
    feedsCommands,
    peopleCommands,
    systemsCommands,
    directoryCommands,
    recordsCommands,
    configCommands,
    schemaCommands,
    doctorCommand,
    toolCommands,
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
    const output = new Output(streams, { json: argv.includes('--json') });
    if (!(error instanceof CommanderError)) return output.failure(error);
    if (error.exitCode === 0) return ExitCode.DONE;
    // Commander has written its own words to standard error.
    const fault =
      error.code === 'commander.help' ? 'a command is wanting' : error.message.replace(/^error: /, '');
    return output.failureDocument(inputError('arguments', fault, 'see hub <command> --help'));
  }
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}
