/** The settings of the caseload: which strategy, and what each strategy needs to be told. */
import { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { list } from '../../../src/core/setting-kinds.js';
import { member } from '../json.js';
import { addressFault } from '../setting-addresses.js';
import { isReferenceTo } from '../transport/search-values.rules.js';

/** The ways in which a server may know who is on a team's caseload. */
export const CASELOAD_STRATEGIES = [
  'EPISODE_BY_ORGANIZATION',
  'EPISODE_BY_CARE_MANAGER',
  'CARE_TEAM',
  'GROUP',
  'LIST',
  'ENCOUNTER',
  'BULK_EXPORT',
] as const;

/** What a list of care managers may stand behind. */
export const CARE_MANAGERS_OF = ['Organization', 'HealthcareService'] as const;

/** What EpisodeOfCare.careManager may refer to. */
export const CARE_MANAGER_TYPES = ['Practitioner', 'PractitionerRole'] as const;

/** What of a CareTeam may name the team. */
export const CARE_TEAM_BY = ['PARTICIPANT', 'MANAGING_ORGANIZATION', 'IDENTIFIER'] as const;

/** Values of settings that a site profile leaves out. */
export const CASELOAD_DEFAULTS = {
  caseloadStrategy: 'EPISODE_BY_ORGANIZATION',
  careManagersOf: 'Organization',
  careManagerType: 'Practitioner',
  careTeamBy: 'PARTICIPANT',
  coordinatorRoles: '768820003',
  exportTypes: 'EpisodeOfCare, Patient, PractitionerRole, Practitioner',
} as const;

/** Groups by `Organization/<id>` of the team; the one for every other team under the empty text. */
export type ExportGroups = ReadonlyMap<string, string>;

/** The part of a site's settings that decides how caseloads are pulled. */
export interface CaseloadSettings {
  readonly caseloadStrategy: (typeof CASELOAD_STRATEGIES)[number];
  readonly careManagersOf: (typeof CARE_MANAGERS_OF)[number];
  readonly careManagerType: (typeof CARE_MANAGER_TYPES)[number];
  readonly careTeamBy: (typeof CARE_TEAM_BY)[number];
  /** Codes of the role in any code system. */
  readonly coordinatorRoles: readonly string[];
  readonly exportGroups: ExportGroups;
  /** Values of `_type`. */
  readonly exportTypes: readonly string[];
  /** Origins, as `URL.origin` writes them. */
  readonly exportFileOrigins: readonly string[];
}

function choice<Choice extends string>(choices: readonly [Choice, ...Choice[]], otherwise: Choice) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`).default(otherwise as never);
}

const groups = list.transform((entries, context): ExportGroups => {
  const table = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const [group = '', team = ''] = entry
      .split('=')
      .map((part) => part.trim())
      .reverse();
    const plain = entry.split('=').length <= 2 && (team === '') === !entry.includes('=');
    if (!plain || !isReferenceTo('Group', group) || (team !== '' && !isReferenceTo('Organization', team))) {
      const accepted = 'Group/<id> or Organization/<id>=Group/<id>';
      context.addIssue({ code: 'custom', message: `entry ${index + 1} is not ${accepted}` });
      return z.NEVER;
    }
    table.set(team, group);
  }
  return table;
});

const origins = list.transform((entries, context) =>
  entries.map((entry, index) => {
    const fault = addressFault(entry) ?? (new URL(entry).pathname === '/' ? null : 'must not hold a path');
    if (fault === null) return new URL(entry).origin;
    context.addIssue({ code: 'custom', message: `entry ${index + 1} ${fault}` });
    return z.NEVER;
  }),
);

/** Types without which an export tells nobody's caseload, and the form of a type. */
const EXPORTED = ['EpisodeOfCare', 'Patient'];
const NAME = /^[A-Z][A-Za-z]{1,63}$/;

/** How each of these settings is read. */
export const caseloadFields = {
  caseloadStrategy: choice(CASELOAD_STRATEGIES, CASELOAD_DEFAULTS.caseloadStrategy),
  careManagersOf: choice(CARE_MANAGERS_OF, CASELOAD_DEFAULTS.careManagersOf),
  careManagerType: choice(CARE_MANAGER_TYPES, CASELOAD_DEFAULTS.careManagerType),
  careTeamBy: choice(CARE_TEAM_BY, CASELOAD_DEFAULTS.careTeamBy),
  coordinatorRoles: list.prefault(CASELOAD_DEFAULTS.coordinatorRoles),
  exportGroups: groups.prefault([]),
  exportTypes: list
    .refine(
      (types) => EXPORTED.every((type) => types.includes(type)) && types.every((type) => NAME.test(type)),
      `must be resource types, ${EXPORTED.join(' and ')} among them`,
    )
    .prefault(CASELOAD_DEFAULTS.exportTypes),
  exportFileOrigins: origins.prefault([]),
};

/** Faults that lie between these settings and their neighbours, told beside those within them. */
export function caseloadFaults(raw: unknown): string[] {
  const strategy = caseloadFields.caseloadStrategy.safeParse(member(raw, 'caseloadStrategy')).data;
  const by = caseloadFields.careTeamBy.safeParse(member(raw, 'careTeamBy')).data;
  const exported = caseloadFields.exportGroups.safeParse(member(raw, 'exportGroups')).data;
  const faults: string[] = [];
  if (strategy === 'BULK_EXPORT' && exported?.size === 0)
    faults.push('exportGroups: is required when caseloadStrategy is BULK_EXPORT');
  if (strategy === 'CARE_TEAM' && by === 'IDENTIFIER' && (member(raw, 'teamCodeSystem') ?? null) === null)
    faults.push('teamCodeSystem: is required when careTeamBy is IDENTIFIER');
  return faults;
}

/** Part of the manifest's settings. */
export const caseloadSettings: readonly SettingDescription[] = [
  {
    key: 'caseloadStrategy',
    type: 'choice',
    required: false,
    default: CASELOAD_DEFAULTS.caseloadStrategy,
    choices: CASELOAD_STRATEGIES,
    help: 'How the server knows who is on a caseload; it decides what a team reference of the team map is. GROUP and LIST are read whole, so each refresh is a full sweep; only BULK_EXPORT needs more settings.',
  },
  {
    key: 'careManagersOf',
    type: 'choice',
    required: false,
    default: CASELOAD_DEFAULTS.careManagersOf,
    choices: CARE_MANAGERS_OF,
    help: 'For EPISODE_BY_CARE_MANAGER: what a team is; its care managers are the PractitionerRoles there.',
  },
  {
    key: 'careManagerType',
    type: 'choice',
    required: false,
    default: CASELOAD_DEFAULTS.careManagerType,
    choices: CARE_MANAGER_TYPES,
    help: 'For EPISODE_BY_CARE_MANAGER: what EpisodeOfCare.careManager refers to; the search parameter of FHIR R4 finds Practitioners only.',
  },
  {
    key: 'careTeamBy',
    type: 'choice',
    required: false,
    default: CASELOAD_DEFAULTS.careTeamBy,
    choices: CARE_TEAM_BY,
    help: 'For CARE_TEAM: what of a CareTeam names the team: an Organization among its participants, its managing organisation (by a search parameter managing-organization, which FHIR R4 does not define), or an identifier that its CareTeams share; a team reference is then <system>|<value> and teamCodeSystem its system.',
  },
  {
    key: 'coordinatorRoles',
    type: 'list',
    required: false,
    default: CASELOAD_DEFAULTS.coordinatorRoles,
    help: 'For CARE_TEAM and ENCOUNTER: codes of the participant who is the care coordinator, in any code system.',
  },
  {
    key: 'exportGroups',
    type: 'list',
    required: false,
    help: 'For BULK_EXPORT: the Group to export for each team, as Organization/<id>=Group/<id>; Group/<id> alone is the one of every other team.',
  },
  {
    key: 'exportTypes',
    type: 'list',
    required: false,
    default: CASELOAD_DEFAULTS.exportTypes,
    help: 'For BULK_EXPORT: resource types to export; leave out what the server cannot export, though never the first two.',
  },
  {
    key: 'exportFileOrigins',
    type: 'list',
    required: false,
    help: 'For BULK_EXPORT: further origins from which export files may be fetched; they are sent no token.',
  },
];
