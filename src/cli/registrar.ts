/** What a command of `hub` is given to register itself with. */
import type { Command } from 'commander';
import type { Machine } from '../main/doctor/machine.js';
import type { Environment } from '../platform/settings/settings.js';
import type { ExitCode, Output, Streams } from './output.js';

/** What a command does: speaks, gets its options and its arguments (lists flattened), answers the exit code; 0 when it answers nothing. */
export type Action<Options> = (
  output: Output,
  options: Options,
  args: readonly string[],
) => Promise<ExitCode | undefined>;

/** What a command line runs in. */
export interface Surroundings {
  readonly streams: Streams;
  /** Where settings and secrets are read from. */
  readonly env: Environment;
  /** What `hub doctor` takes for this machine. */
  readonly machine: Machine;
}

/** Adds commands to a program; `act` wraps an action so that its failure is worded and becomes the exit code. */
export interface Registrar extends Surroundings {
  readonly program: Command;
  act<Options>(action: Action<Options>): (...received: unknown[]) => Promise<void>;
}
