/** `hub config print`: every setting as this process reads it, secrets masked. */
import { printSettings } from '../../platform/settings/setting-docs.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';

/** Registers the commands. */
export function configCommands({ program, act, env }: Registrar): void {
  const config = program.command('config').description('settings');
  config
    .command('print')
    .description('every setting as read from the environment; secrets are masked')
    .action(
      act<object>(async (output) => {
        const rows = printSettings(readSettings(env), env);
        output.table(
          rows,
          ['SETTING', 'SOURCE', 'VALUE'],
          rows.map((row) => [row.name, row.source, row.value]),
        );
        return undefined;
      }),
    );
}
