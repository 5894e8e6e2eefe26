/** `hub directory load FILE`: organisations, teams, staff and agreements from one JSON file. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isLocalDate, londonDate } from '../../core/calendar.js';
import { NO_SCOPE, ROLES } from '../../core/caller.js';
import { HubError, inputError } from '../../core/errors.js';
import { loadDirectory } from '../../directory/directory.service.js';
import type { Registrar } from '../program.js';
import { withHub } from '../with-hub.js';

const date = z.string().refine(isLocalDate, 'not a calendar date, YYYY-MM-DD');
const optional = z.string().min(1).nullable().optional();

const SHAPE = z.strictObject({
  organisations: z.array(
    z.strictObject({
      odsCode: z.string().regex(/^[A-Z0-9]{3,10}$/),
      name: z.string().min(1),
      kind: z.enum(['TRUST', 'PROVIDER', 'COMMISSIONER', 'OTHER']),
    }),
  ),
  teams: z.array(
    z.strictObject({
      organisation: z.string(),
      code: z.string().min(1),
      name: z.string().min(1),
      kind: z.enum([
        'CMHT',
        'OLDER_ADULT_CMHT',
        'EIP',
        'REHABILITATION',
        'NEIGHBOURHOOD',
        'ASSERTIVE_OUTREACH',
        'CRISIS',
        'PRIMARY_CARE',
        'INPATIENT',
        'EMPLOYMENT',
        'OTHER',
      ]),
      mhsdsTeamType: optional,
      area: optional,
      dutyContact: optional,
      validFrom: date.nullable().optional(),
      validTo: date.nullable().optional(),
    }),
  ),
  staff: z.array(
    z.strictObject({
      organisation: z.string(),
      subject: z.string().min(1),
      displayName: z.string().min(1),
      roles: z.array(z.enum(ROLES as [string, ...string[]])).min(1),
      teams: z.array(z.string()),
    }),
  ),
  agreements: z.array(
    z.strictObject({
      recipient: z.string(),
      covered: z.string(),
      reference: z.string().min(1),
      validFrom: date,
    }),
  ),
});

/** Registers the commands. */
export function directoryCommands({ program, act }: Registrar): void {
  const directory = program.command('directory').description('organisations, teams and staff');
  directory
    .command('load <file>')
    .description('write a directory from a JSON file; loading it again changes what differs')
    .option('--valid-from <date>', 'first day of roles and assignments; default today')
    .action(
      act<{ validFrom?: string }>(async (output, options, [file]) => {
        const data = read(file as string);
        const validFrom = options.validFrom ?? londonDate(new Date());
        if (!isLocalDate(validFrom)) throw inputError('--valid-from', 'not a calendar date', 'YYYY-MM-DD');
        return withHub(async ({ hub }) => {
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
        });
      }),
    );
}

function read(file: string): Parameters<typeof loadDirectory>[1] {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw inputError(
      'file',
      'cannot be read as JSON',
      'a JSON file with organisations, teams, staff and agreements',
    );
  }
  const parsed = SHAPE.safeParse(raw);
  if (parsed.success) return parsed.data as Parameters<typeof loadDirectory>[1];
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new HubError('HUB_INPUT_INVALID', {
    message: `The directory has ${faults.length} faults:\n${faults.join('\n')}`,
    details: { faults },
  });
}
