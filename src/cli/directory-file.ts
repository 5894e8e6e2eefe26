/** The file that `hub directory load` reads: its shape, and codes that tie its parts together. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isLocalDate } from '../core/calendar.js';
import { ROLES } from '../core/caller.js';
import { HubError, inputError } from '../core/errors.js';
import type { DirectoryData } from '../directory/directory.service.js';

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
  teams: z
    .array(
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
    )
    .default([]),
  staff: z
    .array(
      z.strictObject({
        organisation: z.string(),
        subject: z.string().min(1),
        displayName: z.string().min(1),
        roles: z.array(z.enum(ROLES as [string, ...string[]])).min(1),
        teams: z.array(z.string()),
        active: z.boolean().optional(),
      }),
    )
    .default([]),
  agreements: z
    .array(
      z.strictObject({
        recipient: z.string(),
        covered: z.string(),
        reference: z.string().min(1),
        validFrom: date,
      }),
    )
    .default([]),
});

type Entry = Readonly<Record<string, unknown>>;

/** Entries of one list, as far as they are entries at all: what is not is a fault of the shape. */
function entriesOf(raw: unknown, key: string): [number, Entry][] {
  const list: unknown = (raw as Entry | null)?.[key];
  if (!Array.isArray(list)) return [];
  return [...list.entries()].filter(
    (entry): entry is [number, Entry] => typeof entry[1] === 'object' && entry[1] !== null,
  );
}

function repeats(codes: readonly (readonly [string, string])[]): string[] {
  const seen = new Set<string>();
  return codes.flatMap(([place, code]) => {
    if (seen.has(code)) return [`${place}: is given twice`];
    seen.add(code);
    return [];
  });
}

/** Codes that nothing in the file stands behind, and codes given twice. */
function crossFaults(raw: unknown): string[] {
  const organisations = new Set(entriesOf(raw, 'organisations').map(([, { odsCode }]) => odsCode));
  const teams = new Set(entriesOf(raw, 'teams').map(([, team]) => `${team.organisation}/${team.code}`));
  const faults: string[] = [];
  const wantOrganisation = (place: string, code: unknown): void => {
    if (typeof code === 'string' && !organisations.has(code))
      faults.push(`${place}: is not among the organisations of this file`);
  };
  for (const [index, team] of entriesOf(raw, 'teams'))
    wantOrganisation(`teams.${index}.organisation`, team.organisation);
  for (const [index, person] of entriesOf(raw, 'staff')) {
    wantOrganisation(`staff.${index}.organisation`, person.organisation);
    for (const [position, code] of (Array.isArray(person.teams) ? person.teams : []).entries())
      if (!teams.has(`${person.organisation}/${code}`))
        faults.push(
          `staff.${index}.teams.${position}: is not among the teams of its organisation in this file`,
        );
  }
  for (const [index, { recipient, covered }] of entriesOf(raw, 'agreements')) {
    wantOrganisation(`agreements.${index}.recipient`, recipient);
    wantOrganisation(`agreements.${index}.covered`, covered);
  }
  return [
    ...faults,
    ...repeats(
      entriesOf(raw, 'organisations').map(([index, { odsCode }]) => [
        `organisations.${index}.odsCode`,
        String(odsCode),
      ]),
    ),
    ...repeats(
      entriesOf(raw, 'teams').map(([index, team]) => [
        `teams.${index}.code`,
        `${team.organisation}/${team.code}`,
      ]),
    ),
    ...repeats(
      entriesOf(raw, 'staff').map(([index, person]) => [
        `staff.${index}.subject`,
        `${person.organisation}/${person.subject}`,
      ]),
    ),
  ];
}

/** The directory in a file. @throws HUB_INPUT_INVALID once, with every fault by its place in the file. */
export function readDirectoryFile(file: string): DirectoryData {
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
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...crossFaults(raw),
  ];
  if (parsed.success && faults.length === 0) return parsed.data as DirectoryData;
  throw new HubError('HUB_INPUT_INVALID', {
    message: `The directory has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`,
    details: { faults },
  });
}
