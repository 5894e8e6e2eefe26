/** `hub systems list|describe|keys|check|subscription`: record systems, what their adapters need, whether they answer. */
import { adapterModules } from '../../../adapters/registry.js';
import { inputError } from '../../core/errors.js';
import { siteProfilesOf } from '../../main/demonstration.js';
import { byCode, publishedKeys } from '../../main/systems.js';
import { readSettings } from '../../platform/settings/settings.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';
import { systemsCheckCommand } from './systems-check.command.js';
import { systemsSubscriptionCommand } from './systems-subscription.command.js';
import { systemsUnmappedCommand } from './systems-unmapped.command.js';

/** Registers the commands. */
export function systemsCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const systems = program.command('systems').description('clinical record systems and their adapters');
  systems
    .command('list')
    .description('record systems of this hub')
    .action(
      act<object>(async (output) =>
        withHub(registrar, async ({ hub }) => {
          const rows = hub.systems.map(({ profile }) => ({
            code: profile.code,
            name: profile.name,
            organisation: profile.organisation,
            adapter: profile.adapter,
            teams: profile.teams.length,
            unmapped: profile.teams.filter((team) => team.team === null).length,
          }));
          output.table(
            rows,
            ['CODE', 'ADAPTER', 'ORGANISATION', 'TEAMS', 'UNMAPPED', 'NAME'],
            rows.map((row) => [
              row.code,
              row.adapter,
              row.organisation,
              String(row.teams),
              String(row.unmapped),
              row.name,
            ]),
          );
          return undefined;
        }),
      ),
    );
  systems
    .command('describe [adapter]')
    .description('what an adapter can do and which settings it takes; nothing is started')
    .action(
      act<object>(async (output, _options, [id]) => {
        const modules = [...adapterModules.values()].filter(
          ({ manifest }) => id === undefined || manifest.id === id,
        );
        if (modules.length === 0)
          throw inputError('adapter', `${id} is no adapter`, [...adapterModules.keys()].join(', '));
        output.result(
          modules.map(({ manifest }) => manifest),
          modules.flatMap(({ manifest }) => [
            `${manifest.id}: ${manifest.name} (${manifest.protocol}); capabilities: ${manifest.capabilities.join(', ')}`,
            ...manifest.settings.map(
              (setting) =>
                `    ${setting.key.padEnd(24)} ${setting.type.padEnd(8)} ${setting.required ? 'required' : `default ${setting.default ?? 'none'}`}  ${setting.help}`,
            ),
          ]),
        );
        return undefined;
      }),
    );
  systems
    .command('keys [code]')
    .description('the public keys with which the hub signs in to record systems, as a JWK Set')
    .action(
      act<object>(async (output, _options, [code]) =>
        withHub(
          registrar,
          async ({ recordSystem }) => {
            const profiles = siteProfilesOf(readSettings(registrar.env), recordSystem, registrar.env);
            const keys = publishedKeys(code === undefined ? profiles : [byCode(profiles, code)]);
            output.result({ keys }, [JSON.stringify({ keys }, null, 2)]);
            return undefined;
          },
          { sites: false },
        ),
      ),
    );
  systemsCheckCommand(systems, registrar);
  systemsUnmappedCommand(systems, registrar);
  systemsSubscriptionCommand(systems, registrar);
}
