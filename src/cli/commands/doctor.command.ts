/** `hub doctor`: looks for what is wrong, changes nothing, prints the mend; exit code 1 when something is. */
import { examine } from '../../main/doctor/examine.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../program.js';

/** Registers the command. */
export function doctorCommand({ program, act }: Registrar): void {
  program
    .command('doctor')
    .description('look for what is wrong and print the mend; changes nothing')
    .action(
      act<object>(async (output) => {
        const findings = await examine(process.env);
        output.table(
          findings,
          ['CHECK', 'STATE', 'FOUND', 'MEND'],
          findings.map((finding) => [finding.check, finding.state, finding.found, finding.mend ?? '']),
        );
        return findings.some((finding) => finding.state === 'FAULT') ? ExitCode.FAULT : ExitCode.DONE;
      }),
    );
}
