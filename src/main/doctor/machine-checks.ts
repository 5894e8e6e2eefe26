/** Checks of this machine and its settings: Node, settings, data folder, disk, the PostgreSQL programs that npm installed. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { canExecute, examineBinaries } from '../../platform/database/embedded-binaries.js';
import { findEmbeddedServer } from '../../platform/database/embedded-server.js';
import { nodeSupport } from '../../runtime/supported-node.js';
import { embeddedFolder } from '../data-store.js';
import type { Check } from './check.js';
import type { Ground } from './ground.js';
import { fault, fine, skipped, warning } from './verdict.js';

const GIGABYTE = 1_000_000_000;
const FULL_BYTES = 200_000_000;

/** Whether anything is kept in the data folder: an embedded database or a demonstration's secrets. */
const usesDataFolder = ({ settings }: Ground): boolean => settings.isDemonstration;

/** The folder itself, or the nearest one above it that exists. */
function nearest(folder: string): string {
  let at = resolve(folder);
  while (!existsSync(at) && at !== dirname(at)) at = dirname(at);
  return at;
}

/** Checks of what is outside the database. */
export const machineChecks: readonly Check[] = [
  {
    name: 'node',
    examines: 'the version of Node that runs the hub',
    async run({ machine: { nodeVersion } }) {
      const support = nodeSupport(nodeVersion);
      if (support === 'SUPPORTED') return fine(nodeVersion);
      const mend = 'npm ci --include=optional installs a Node beside the hub, and npm start uses it';
      if (support === 'TOO_OLD') return fault(`Node ${nodeVersion} is too old for the hub`, mend);
      return warning(`Node ${nodeVersion} runs the hub, but not the demonstration’s record system`, mend);
    },
  },
  {
    name: 'settings',
    examines: 'every setting of the environment, and names that look like a setting and are none',
    async run({ settings, settingFaults }) {
      if (settingFaults.length > 0)
        return fault(
          settingFaults.join('\n'),
          'set each as accepted; hub config print shows what is in force',
        );
      if (settings.unknownNames.length === 0) return fine('all acceptable');
      const names = settings.unknownNames.join(', ');
      return warning(`${names}: no setting has that name`, `unset ${settings.unknownNames.join(' ')}`);
    },
  },
  {
    name: 'data-folder',
    examines: 'that HUB_DATA_DIR can be written and that the database in it is whole and of this version',
    async run(ground) {
      if (!usesDataFolder(ground)) return skipped('not used with a database of your own');
      const { dataDir } = ground.settings;
      const folder = nearest(dataDir);
      if (!statSync(folder).isDirectory())
        return fault(`${folder} is no folder`, 'HUB_DATA_DIR=<a folder that the hub may write>');
      try {
        accessSync(folder, constants.W_OK | constants.X_OK);
      } catch {
        return fault(`${folder} cannot be written`, `chown -R $(id -un) ${folder}`);
      }
      // Throws with the mend in its message for a cluster of another version or without its password.
      const { cluster } = ground.embedded ? findEmbeddedServer(embeddedFolder(ground.settings)) : {};
      return fine(`${resolve(dataDir)}${cluster ? ', with a database' : ''}`);
    },
  },
  {
    name: 'disk',
    examines: 'free space where the data folder is: a warning below 1 GB, a fault below 200 MB',
    async run(ground) {
      if (!usesDataFolder(ground)) return skipped('nothing is kept on this machine');
      const folder = nearest(ground.settings.dataDir);
      const free = ground.machine.freeBytes(folder);
      const found = `${(free / GIGABYTE).toFixed(1)} GB free at ${folder}`;
      if (free >= GIGABYTE) return fine(found);
      const mend = 'free space there, or HUB_DATA_DIR=<a folder on another disk>';
      return free < FULL_BYTES ? fault(found, mend) : warning(found, mend);
    },
  },
  {
    name: 'embedded-programs',
    examines: 'the PostgreSQL programs that npm installed for this platform and their library links',
    async run({ embedded, machine }) {
      if (!embedded) return skipped('not used with DATABASE_URL');
      const again = 'npm ci --include=optional, or DATABASE_URL=<a PostgreSQL server of your own>';
      const { folder, present, missingLinks } = examineBinaries(machine.postgresFolder);
      const program = `${folder}/bin/postgres`;
      if (!present || (process.platform !== 'win32' && !canExecute(program, undefined)))
        return fault(`${program} is missing or cannot be executed`, again);
      if (missingLinks.length === 0) return fine(folder);
      try {
        accessSync(folder, constants.W_OK);
      } catch {
        return fault(
          `${missingLinks.length} library links are missing and cannot be made in ${folder}`,
          again,
        );
      }
      return warning(`${missingLinks.length} library links are missing`, 'hub migrate makes them');
    },
  },
];
