/** `hub systems unmapped`: what record systems hold that the hub does not understand, by place and count, and teams that nobody has mapped. */
import type { Command } from 'commander';
import { readUnmapped } from '../../clinical/unmapped.reader.js';
import { systemByCode } from '../../main/systems.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** Texts of a record system on a terminal: what could steer it is left out. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e\u00a1-\ud7ff]/g, '?');

const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Registers the command below `hub systems`. */
export function systemsUnmappedCommand(systems: Command, registrar: Registrar): void {
  systems
    .command('unmapped [code]')
    .description(
      'what record systems hold that was not understood, by place, and teams that nobody has mapped',
    )
    .action(
      registrar.act<object>(async (output, _options, [code]) =>
        withHub(registrar, async ({ hub }) => {
          const asked = code === undefined ? hub.systems : [systemByCode(hub.systems, code)];
          const reports = await Promise.all(
            asked.map(async ({ system }) => ({
              system: system.code,
              ...(await readUnmapped(hub.database, system)),
            })),
          );
          output.table(
            reports,
            ['SYSTEM', 'PATH', 'TIMES', 'FIRST SEEN', 'LAST SEEN'],
            reports.flatMap(({ system, elements }) =>
              elements.map(({ path, times, firstSeen, lastSeen }) => [
                system,
                path,
                String(times),
                minute(firstSeen),
                minute(lastSeen),
              ]),
            ),
            reports.flatMap(({ system, teams }) =>
              teams.map(
                ({ reference, foundAt, openMemberships }) =>
                  `team not mapped: ${system}  ${printable(reference)}  since ${minute(foundAt)}, ${openMemberships} on its caseload`,
              ),
            ),
          );
          return undefined;
        }),
      ),
    );
}
