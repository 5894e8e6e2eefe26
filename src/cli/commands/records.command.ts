/** `hub records stop|start`: stops and starts the demonstration record system while a hub runs, to see what the hub does without it. */
import { HubError } from '../../core/errors.js';
import { setRecordSystemStopped } from '../../main/record-system.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';

/** Registers the commands. */
export function recordsCommands({ program, act, env }: Registrar): void {
  const records = program.command('records').description('the demonstration record system of a running hub');
  const switching = (stopped: boolean, word: string) =>
    act<object>(async (output) => {
      const settings = readSettings(env);
      if (!settings.isDemonstration) {
        throw new HubError('HUB_ACCESS_REFUSED', {
          message: 'Only the record system of a demonstration is the hub’s to stop and start.',
        });
      }
      await setRecordSystemStopped(settings.dataDir, stopped);
      output.result({ recordSystem: stopped ? 'STOPPED' : 'RUNNING' }, [
        `The demonstration record system ${word}.`,
      ]);
      return undefined;
    });
  records
    .command('stop')
    .description('stop it; signed notes wait, the hub’s own data stay')
    .action(switching(true, 'has stopped'));
  records
    .command('start')
    .description('start it again; what waited is sent and read back')
    .action(switching(false, 'is running'));
}
