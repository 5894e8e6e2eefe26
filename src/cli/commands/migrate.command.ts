/** `hub migrate`: brings the database to this version's schema. */
import { migrations } from '../../../ormconfig.js';
import { findDataStore } from '../../main/data-store.js';
import { migrate } from '../../platform/database/migrate.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';

/** Registers the command. */
export function migrateCommand({ program, act, env }: Registrar): void {
  program
    .command('migrate')
    .description('make the database roles and run pending migrations')
    .option('--dry-run', 'show the statements and change nothing')
    .action(
      act<{ dryRun?: boolean }>(async (output, options) => {
        const store = await findDataStore(readSettings(env));
        try {
          const report = await migrate({
            ownerUrl: store.ownerUrl,
            migrations,
            dryRun: options.dryRun ?? false,
          });
          const words = options.dryRun
            ? [...report.plan, `${report.pending.length} pending`]
            : [`up to date: ${report.applied.length} migrations`];
          output.result(report, words);
          return undefined;
        } finally {
          await store.stop();
        }
      }),
    );
}
