/** `hub notes list|show|replay|cancel`: what is on its way to the clinical records, and what is put right by hand. */
import { systemCaller } from '../../access/caller.service.js';
import { ERROR_CODES } from '../../core/error-codes.js';
import { HubError, inputError, isHubError } from '../../core/errors.js';
import { isId, newId } from '../../core/ids.js';
import type { Hub } from '../../main/open-hub.js';
import {
  DELIVERIES,
  type DeliveryLine,
  IS_HERE,
  inEachOrganisation,
  NOTE,
  type NoteTimeline,
} from '../delivery-lines.js';
import { ExitCode, type Output } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

const STATES = ['queued', 'sending', 'settled', 'parked', 'cancelled'];
/** Deliveries that one command lists or replays at most. */
const MOST = 10_000;

interface ListOptions {
  readonly state?: string;
  readonly system?: string;
  readonly team?: string;
  readonly limit: string;
}

interface ReplayOptions {
  readonly all?: boolean;
  readonly code?: string;
  readonly system?: string;
  readonly yes?: boolean;
  readonly reason: string;
}

/** Registers the commands. */
export function notesCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const notes = program.command('notes').description('notes on their way to the clinical records');
  notes
    .command('list')
    .description('deliveries, newest first: ids, states and codes')
    .option('--state <state>', STATES.join(', '))
    .option('--system <code>', 'one record system')
    .option('--team <code>', 'one team')
    .option('--limit <number>', 'how many at most', '100')
    .action(
      act<ListOptions>(async (output, options) => {
        const state = stateOf(options.state);
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
          throw inputError('--limit', 'not a usable number', `1 to ${MOST}`);
        return withHub(
          registrar,
          async ({ hub }) => {
            const values = [state, options.system ?? null, options.team ?? null, null, limit];
            const found = await inEachOrganisation(hub, async (tx, organisationId) => {
              const lines = await tx.query<DeliveryLine>(DELIVERIES, values);
              if (lines.length > 0)
                await looked(hub, organisationId, 'notes list', { deliveries: lines.length });
              return lines;
            });
            const lines = found.sort((a, b) => b.queuedAt.localeCompare(a.queuedAt)).slice(0, limit);
            list(output, lines);
            if (lines.length === limit) output.note(`the newest ${limit}; --limit shows more`);
            return ExitCode.DONE;
          },
          { sites: false },
        );
      }),
    );
  notes
    .command('show <id>')
    .description(
      'one note, by its id or that of one of its deliveries: its versions, deliveries and every attempt',
    )
    .action(
      act<object>(async (output, _options, [given]) => {
        const id = idOf('id', given);
        return withHub(
          registrar,
          async ({ hub }) => {
            const [note] = await inEachOrganisation(hub, async (tx, organisationId) => {
              const rows = await tx.query<NoteTimeline>(NOTE, [id]);
              if (rows.length > 0)
                await looked(hub, organisationId, 'notes show', { noteId: rows[0]!.noteId });
              return rows;
            });
            if (!note) throw new HubError('HUB_NOT_FOUND', { details: { field: 'id' } });
            output.result(note, timelineLines(note));
            return ExitCode.DONE;
          },
          { sites: false },
        );
      }),
    );
  notes
    .command('replay [deliveryId]')
    .description('send a parked delivery again, or with --all every parked one with a code')
    .option('--all', 'every parked delivery; counts only, unless --yes')
    .option('--code <code>', 'with --all: those parked under this code')
    .option('--system <code>', 'with --all: those of one record system')
    .option('--yes', 'with --all: do it')
    .option('--reason <reason>', 'what has been put right', 'replayed from the command line')
    .action(
      act<ReplayOptions>(async (output, options, [deliveryId]) => {
        if ((deliveryId === undefined) !== (options.all === true))
          throw inputError(
            'deliveryId',
            'either one or --all',
            'hub notes replay <deliveryId>, or --all --code <code>',
          );
        if (options.all && options.code === undefined)
          throw inputError(
            '--code',
            'is missing',
            'the code under which they are parked, as hub notes list shows it',
          );
        if (options.code !== undefined && !Object.hasOwn(ERROR_CODES, options.code))
          throw inputError('--code', 'is no code of the hub', 'a code as hub notes list shows it');
        const one = deliveryId === undefined ? null : idOf('deliveryId', deliveryId);
        return withHub(
          registrar,
          async ({ hub }) =>
            one ? changeOne(hub, output, one, options.reason, 'replay') : replayAll(hub, output, options),
          { sites: false },
        );
      }),
    );
  notes
    .command('cancel <deliveryId>')
    .description('give up a delivery that has not been sent; its note stays signed')
    .requiredOption('--reason <reason>', 'why, without anything about the person')
    .action(
      act<{ reason: string }>(async (output, { reason }, [deliveryId]) => {
        const id = idOf('deliveryId', deliveryId);
        return withHub(registrar, async ({ hub }) => changeOne(hub, output, id, reason, 'cancel'), {
          sites: false,
        });
      }),
    );
}

function stateOf(word: string | undefined): string | null {
  if (word === undefined) return null;
  if (!STATES.includes(word.toLowerCase()))
    throw inputError('--state', `${word} is no state`, STATES.join(', '));
  return word.toUpperCase();
}

function idOf(field: string, given: string | undefined): string {
  if (given === undefined || !isId(given))
    throw inputError(field, 'not an id', 'a uuid, as hub notes list shows it');
  return given;
}

/** Puts on record that somebody looked, and at how much; what is shown names nobody. */
async function looked(
  hub: Hub,
  organisationId: string,
  operation: string,
  details: Readonly<Record<string, string | number>>,
): Promise<void> {
  const caller = systemCaller('command-line', organisationId, `cli-${newId()}`);
  await hub.audit.record(caller, { kind: 'SYSTEM', operation, personIds: [], details });
}

function list(output: Output, lines: readonly DeliveryLine[]): void {
  output.table(
    lines,
    ['DELIVERY', 'NOTE', 'SYSTEM', 'TEAM', 'OPERATION', 'OURS', 'THEIRS', 'TRIES', 'QUEUED', 'CODE'],
    lines.map((line) => [
      line.deliveryId,
      line.noteId,
      line.system,
      line.team,
      line.operation,
      line.ours,
      line.theirs,
      String(line.attempts),
      line.queuedAt,
      line.code ?? '',
    ]),
  );
}

function timelineLines(note: NoteTimeline): string[] {
  return [
    `${note.noteId}  ${note.kind}  ${note.state}`,
    ...note.versions.map(
      ({ version, action, visibility, signedAt }) =>
        `  ${signedAt}  version ${version}  ${action}  ${visibility}`,
    ),
    ...note.deliveries.flatMap((one) => [
      `  ${one.queuedAt}  ${one.operation} of version ${one.version} to ${one.system}  ${one.ours}  ${one.theirs}  ${one.deliveryId}  ${one.code ?? ''}`.trimEnd(),
      ...(one.detail === null ? [] : [`    ${one.detail}`]),
      ...one.timeline.map(({ number, startedAt, class: ended, code }) =>
        `    ${startedAt}  attempt ${number}  ${ended ?? 'under way'}  ${code ?? ''}`.trimEnd(),
      ),
      ...(one.acceptedAt ? [`    ${one.acceptedAt}  accepted`] : []),
      ...(one.filedAt ? [`    ${one.filedAt}  filed: read back from the record`] : []),
      ...(one.nextAt ? [`    ${one.nextAt}  next attempt`] : []),
    ]),
  ];
}

async function changeOne(
  hub: Hub,
  output: Output,
  deliveryId: string,
  reason: string,
  verb: 'replay' | 'cancel',
): Promise<ExitCode> {
  const [organisationId] = await inEachOrganisation(hub, async (tx, id) =>
    (await tx.query(IS_HERE, [deliveryId])).map(() => id),
  );
  if (!organisationId) throw new HubError('HUB_NOT_FOUND', { details: { field: 'deliveryId' } });
  await change(hub, organisationId, deliveryId, reason, verb);
  output.result({ deliveryId, done: verb }, [
    `${deliveryId}  ${verb === 'replay' ? 'queued again' : 'cancelled'}`,
  ]);
  return ExitCode.DONE;
}

function change(
  hub: Hub,
  organisationId: string,
  deliveryId: string,
  reason: string,
  verb: 'replay' | 'cancel',
): Promise<{ deliveryId: string }> {
  const caller = systemCaller('command-line', organisationId, `cli-${newId()}`);
  return hub.services.deliveries[verb](caller, { idempotencyKey: `cli-${newId()}`, deliveryId, reason });
}

async function replayAll(hub: Hub, output: Output, options: ReplayOptions): Promise<ExitCode> {
  const found = await inEachOrganisation(hub, async (tx, organisationId) =>
    (
      await tx.query<DeliveryLine>(DELIVERIES, ['PARKED', options.system ?? null, null, options.code, MOST])
    ).map(({ deliveryId }) => ({ deliveryId, organisationId })),
  );
  if (!options.yes) {
    output.result({ found: found.length, replayed: 0, refused: [] }, [
      `${found.length} parked under ${options.code}; with --yes they are sent again`,
    ]);
    return ExitCode.DONE;
  }
  const show = output.progress();
  const refused: { deliveryId: string; code: string }[] = [];
  for (const [position, { deliveryId, organisationId }] of found.entries()) {
    await change(hub, organisationId, deliveryId, options.reason, 'replay').catch((error: unknown) => {
      if (!isHubError(error)) throw error;
      refused.push({ deliveryId, code: error.code });
    });
    show('replay', position + 1, found.length);
  }
  const replayed = found.length - refused.length;
  output.result({ found: found.length, replayed, refused }, [
    `${replayed} of ${found.length} queued again`,
    ...refused.map(({ deliveryId, code }) => `${deliveryId}  refused: ${code}`),
  ]);
  return refused.length > 0 ? ExitCode.FAULT : ExitCode.DONE;
}
