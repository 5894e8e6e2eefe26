/** `hub caseload refresh`: pulls caseloads now, with progress. */

import { systemCaller } from '../../access/caller.service.js';
import { ERROR_CODES, type ErrorCode } from '../../core/error-codes.js';
import { inputError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import { reviewOrganisation } from '../../main/schedules.js';
import { systemByCode } from '../../main/systems.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

const KINDS = new Map([
  ['sweep', 'SWEEP'],
  ['increment', 'INCREMENT'],
] as const) as ReadonlyMap<string, 'SWEEP' | 'INCREMENT'>;

/** Longest that a system is waited for when it is asked how it is, in milliseconds. */
const HEALTH_LIMIT_MS = 10_000;

/** Registers the commands. */
export function caseloadCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const caseload = program.command('caseload').description('caseloads of the clinical teams');
  caseload
    .command('refresh')
    .description('pull every caseload of a record system, or of all; only a sweep proves absence')
    .option('--system <code>', 'one record system; default all')
    .option('--kind <kind>', 'sweep or increment', 'increment')
    .action(
      act<{ system?: string; kind: string }>(async (output, options) => {
        const kind = KINDS.get(options.kind);
        if (!kind)
          throw inputError('--kind', `${options.kind} is no kind of pull`, [...KINDS.keys()].join(' or '));
        return withHub(registrar, async ({ hub }) => {
          const systems = options.system ? [systemByCode(hub.systems, options.system)] : hub.systems;
          const show = output.progress();
          const pulls = [];
          let isDown = false;
          for (const { system, adapter, profile } of systems) {
            const teams = await hub.services.refresh.refreshSystem(system, adapter, kind, {
              onProgress: (page) =>
                show(`${profile.code} ${page.teamReference}`, page.received, page.expected),
            });
            const caller = systemCaller('command-line', system.organisationId, `cli-${newId()}`);
            const failed = teams.filter((team) => team.state === 'INCOMPLETE').length;
            await hub.audit.record(caller, {
              kind: 'SYSTEM',
              operation: 'caseload refresh',
              personIds: [],
              details: { system: system.code, kind, teams: teams.length, failed },
            });
            await reviewOrganisation(hub, system.organisationId);
            pulls.push(...teams.map((team) => ({ system: profile.code, ...team })));
            // What came may be older than what was refused, as where the file of last night is in force instead of that of tonight.
            const { code } = await adapter.health(AbortSignal.timeout(HEALTH_LIMIT_MS));
            if (code === null) continue;
            isDown = true;
            output.note(`${profile.code}: ${code}: ${ERROR_CODES[code as ErrorCode].meaning}`);
            output.note(`  ${ERROR_CODES[code as ErrorCode].solve}`);
          }
          output.table(
            pulls,
            ['SYSTEM', 'TEAM', 'KIND', 'STATE', 'RECEIVED', 'CHANGED', 'FAILURE'],
            pulls.map((pull) => [
              pull.system,
              pull.teamReference,
              pull.kind,
              pull.state,
              String(pull.received),
              String(pull.changed),
              pull.failureCode ?? '',
            ]),
          );
          return isDown || pulls.some((pull) => pull.state === 'INCOMPLETE') ? ExitCode.FAULT : ExitCode.DONE;
        });
      }),
    );
}
