/** The command line as a test runs it: in this process, with an environment of its own and what it says kept. */
import { runProgram } from '../../src/cli/program.js';
import { type Machine, THIS_MACHINE } from '../../src/main/doctor/machine.js';
import type { Environment } from '../../src/platform/settings/settings.js';

/** What a command said and answered. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line on settings that are given whole: nothing comes from the environment of the tests. */
export async function hub(
  argv: readonly string[],
  env: Environment,
  machine: Machine = THIS_MACHINE,
): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const streams = {
    out: { write: (text: string) => out.push(text) },
    err: { write: (text: string) => err.push(text) },
  };
  const code = await runProgram(argv, streams, env, machine);
  return { code, out: out.join(''), err: err.join('') };
}

/** The JSON document on standard output. Fails when there is more than one, or a line of anything else. */
export function documentOf<T>(said: Said): T {
  try {
    return JSON.parse(said.out) as T;
  } catch {
    throw new Error(`not one JSON document: ${said.out.slice(0, 300)} | ${said.err.slice(0, 300)}`);
  }
}
