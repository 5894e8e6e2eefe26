/** `hub doctor`: looks for what is wrong, changes nothing, prints the mend; exit code 1 when something is. */
import { examine } from '../../main/doctor/examine.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';

/** Lines after the first of what was found, and of a mend, stand under their first. */
const INDENT = ' '.repeat(10);

/** Registers the command. */
export function doctorCommand({ program, act, env, machine }: Registrar): void {
  program
    .command('doctor')
    .description('look for what is wrong and print the mend; changes nothing')
    .action(
      act<object>(async (output) => {
        const findings = await examine(env, machine);
        const width = Math.max(...findings.map(({ check }) => check.length));
        const under = (text: string): string => text.replaceAll('\n', `\n${INDENT}`);
        output.result(
          findings,
          findings.flatMap(({ check, state, found, mend }) => [
            `${state.padEnd(9)} ${check.padEnd(width)}  ${under(found)}`,
            ...(mend === null ? [] : [`${INDENT}mend: ${under(mend)}`]),
          ]),
        );
        return findings.some(({ state }) => state === 'FAULT') ? ExitCode.FAULT : ExitCode.DONE;
      }),
    );
}
