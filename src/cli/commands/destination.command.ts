/** `hub destination list|pause|resume`: record systems that take notes, and whether anything is sent to them. */
import { systemCaller } from '../../access/caller.service.js';
import type { Caller } from '../../core/caller.js';
import { inputError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import type { Hub } from '../../main/open-hub.js';
import { DESTINATIONS, type DestinationLine, inEachOrganisation } from '../delivery-lines.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** A destination is paused whether or not its site profile can be read. */
const NO_SITES = { sites: false } as const;

type OwnedLine = DestinationLine & { readonly organisationId: string };

/** Registers the commands. */
export function destinationCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const destination = program.command('destination').description('record systems that take notes');
  destination
    .command('list')
    .description('destinations, whether they are paused, and what waits')
    .action(
      act<object>(async (output) =>
        withHub(
          registrar,
          async ({ hub }) => {
            const lines = (await destinationsOf(hub)).map(({ organisationId: _, ...line }) => line);
            output.table(
              lines,
              ['SYSTEM', 'ORGANISATION', 'QUEUED', 'PARKED', 'PAUSED UNTIL', 'BECAUSE'],
              lines.map((line) => [
                line.system,
                line.organisation,
                String(line.queued),
                String(line.parked),
                line.pausedUntil ?? '',
                line.pausedBecause ?? '',
              ]),
            );
            return ExitCode.DONE;
          },
          NO_SITES,
        ),
      ),
    );
  destination
    .command('pause <system>')
    .description('send nothing to a destination; notes wait in their order and none is lost')
    .requiredOption('--reason <reason>', 'why, for whoever looks')
    .option('--until <instant>', 'when it goes on by itself; default when it is resumed')
    .action(
      act<{ reason: string; until?: string }>(async (output, options, [system]) => {
        const until = options.until === undefined ? null : instantOf(options.until);
        return withHub(
          registrar,
          async ({ hub }) => {
            const { caller, systemCode } = await ownerOf(hub, system!);
            const key = { idempotencyKey: `cli-${newId()}`, systemCode };
            await hub.services.deliveries.pause(caller, { ...key, until, reason: options.reason });
            output.result({ system: systemCode, paused: true, until }, [
              `${systemCode}  paused until ${until ?? 'it is resumed'}`,
            ]);
            return ExitCode.DONE;
          },
          NO_SITES,
        );
      }),
    );
  destination
    .command('resume <system>')
    .description('send to a destination again, in order')
    .action(
      act<object>(async (output, _options, [system]) =>
        withHub(
          registrar,
          async ({ hub }) => {
            const { caller, systemCode } = await ownerOf(hub, system!);
            await hub.services.deliveries.resume(caller, { idempotencyKey: `cli-${newId()}`, systemCode });
            output.result({ system: systemCode, paused: false }, [`${systemCode}  resumed`]);
            return ExitCode.DONE;
          },
          NO_SITES,
        ),
      ),
    );
}

async function destinationsOf(hub: Hub): Promise<OwnedLine[]> {
  return inEachOrganisation(hub, async (tx, organisationId) =>
    (await tx.query<DestinationLine>(DESTINATIONS)).map((line) => ({ ...line, organisationId })),
  );
}

async function ownerOf(hub: Hub, system: string): Promise<{ caller: Caller; systemCode: string }> {
  const all = await destinationsOf(hub);
  const found = all.find((line) => line.system === system);
  if (!found)
    throw inputError(
      'system',
      `${system} takes no notes`,
      all.map((line) => line.system).join(', ') || 'none does',
    );
  const caller = systemCaller('command-line', found.organisationId, `cli-${newId()}`);
  return { caller, systemCode: found.system };
}

function instantOf(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d\d-\d\dT/.test(text) || at.getTime() <= Date.now())
    throw inputError('--until', 'not an instant that lies ahead', 'as 2026-01-31T18:00:00Z');
  return at.toISOString();
}
