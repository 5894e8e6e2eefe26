/** `hub directory load FILE`: organisations, teams, staff and agreements from one JSON file. */
import { isLocalDate, londonDate } from '../../core/calendar.js';
import { NO_SCOPE } from '../../core/caller.js';
import { inputError } from '../../core/errors.js';
import { loadDirectory } from '../../directory/directory.service.js';
import { readDirectoryFile } from '../directory-file.js';
import { givenPath } from '../given-path.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** Registers the commands. */
export function directoryCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const directory = program.command('directory').description('organisations, teams and staff');
  directory
    .command('load <file>')
    .description('write a directory from a JSON file; loading it again changes what differs')
    .option('--valid-from <date>', 'first day of roles and assignments; default today')
    .action(
      act<{ validFrom?: string }>(async (output, options, [file]) => {
        const data = readDirectoryFile(givenPath(file as string, registrar.env));
        const validFrom = options.validFrom ?? londonDate(new Date());
        if (!isLocalDate(validFrom)) throw inputError('--valid-from', 'not a calendar date', 'YYYY-MM-DD');
        return withHub(
          registrar,
          async ({ hub }) => {
            const loaded = await hub.database.transaction('write', NO_SCOPE, (tx) =>
              loadDirectory(tx, data, validFrom),
            );
            const counts = {
              organisations: loaded.organisations.size,
              teams: loaded.teams.size,
              staff: data.staff.length,
            };
            output.result(counts, [
              `${counts.organisations} organisations, ${counts.teams} teams, ${counts.staff} staff`,
            ]);
            return undefined;
          },
          { sites: false },
        );
      }),
    );
}
