/** `hub seed`: service specifications, and on a demonstration its whole world; repeats change nothing. */

import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { seedSpecifications } from '../../contracts/specification.service.js';
import { NO_SCOPE } from '../../core/caller.js';
import { seedDemonstrationCases } from '../../main/demonstration.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** Registers the command. */
export function seedCommand(registrar: Registrar): void {
  const { program, act } = registrar;
  program
    .command('seed')
    .description('write the service specifications, and on a demonstration its world; repeats change nothing')
    .action(
      act<object>(async (output) =>
        withHub(
          registrar,
          async ({ hub, recordSystem }) => {
            const specifications = await hub.database.transaction('write', NO_SCOPE, (tx) =>
              seedSpecifications(tx, ALL_SPECIFICATIONS),
            );
            const world = recordSystem
              ? await seedDemonstrationCases(hub, recordSystem, output.progress())
              : false;
            output.result({ ...specifications, demonstrationWorld: world }, [
              `specifications: ${specifications.specifications} new, ${specifications.versions} new versions, ${specifications.rules} new rules`,
              recordSystem
                ? `demonstration world: ${world ? 'written' : 'was there'}`
                : 'demonstration world: not asked for',
            ]);
            return undefined;
          },
          { sites: false },
        ),
      ),
    );
}
