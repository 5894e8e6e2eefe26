/** The rules of a site for what its messages mean: as data, and how each is read. */
import { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { integer, list, text, zone } from '../../../src/core/setting-kinds.js';
import { USUAL_ZONE } from '../er7/times.js';
import { SITE_MEANINGS, type SiteMeaning } from './events.js';
import { type FieldPath, fieldPath } from './field-path.js';

/** Values of settings that a site profile leaves out. */
export const MEANING_DEFAULTS = {
  teamFrom: 'PV1-3.1, PV1-11.1, ZU1-7, PRD-7.1 where PRD-1=RT',
  priorTeamFrom: 'PV1-6.1',
  visitFrom: 'PV1-19.1, PV1-50.1, RF1-6.1, RF1-11.1',
  startFrom: 'PV1-44, RF1-7',
  plannedFrom: 'PV2-8, PV1-44, RF1-7',
  endFrom: 'PV1-45',
  undoneAtFrom: 'EVN-6',
  restrictedFrom: 'PV1-16',
  ordinaryCodes: 'N, U',
  idTypes: 'MR, PI',
  timeZone: USUAL_ZONE,
  offsets: 'AS_STATED',
  aheadMinutes: 90,
} as const;

/** Where an offset of a time counts. */
export const OFFSETS = ['AS_STATED', 'IGNORED'] as const;

/** In `visitFrom`: the patient stands for the visit. */
export const PATIENT_AS_VISIT = 'PATIENT';

/** Rules of one site, checked. Places are asked in their order, and the first that states something counts. */
export interface MeaningRules {
  readonly teamFrom: readonly FieldPath[];
  readonly priorTeamFrom: readonly FieldPath[];
  readonly visitFrom: readonly FieldPath[];
  /** Where none of `visitFrom` states a visit, the patient's id is the visit's. */
  readonly isPatientVisit: boolean;
  readonly startFrom: readonly FieldPath[];
  readonly plannedFrom: readonly FieldPath[];
  readonly endFrom: readonly FieldPath[];
  readonly coordinatorFrom: readonly FieldPath[];
  readonly undoneAtFrom: readonly FieldPath[];
  readonly restrictedFrom: readonly FieldPath[];
  /** Codes of `restrictedFrom` that restrict nothing; capitals. */
  readonly ordinaryCodes: readonly string[];
  /** What an event means at this site where it is not what it usually means. */
  readonly eventMeanings: ReadonlyMap<string, SiteMeaning>;
  /** Assigning authority (CX.4.1) or facility (CX.6.1) of the record system's own patient ids; null: whatever it is. */
  readonly idAuthority: string | null;
  readonly idTypes: readonly string[];
  /** IANA name of the zone of times without an offset. */
  readonly timeZone: string;
  readonly offsets: (typeof OFFSETS)[number];
  /** By how much a time may be later than the message came that states it, in minutes. */
  readonly aheadMinutes: number;
}

const ACCEPTED = 'must name places as PV1-3.1, or as ROL-4 where ROL-3.1=CC';

function paths(otherwise: string) {
  return list.prefault(otherwise).transform((values, context) => readPaths(values, context, ACCEPTED));
}

function readPaths(values: readonly string[], context: z.RefinementCtx, accepted: string): FieldPath[] {
  return values.flatMap((value, index) => {
    const path = fieldPath(value);
    if (path === null)
      context.addIssue({ code: 'custom', message: `${accepted}; entry ${index + 1} does not` });
    return path ?? [];
  });
}

const visits = list.prefault(MEANING_DEFAULTS.visitFrom).transform((values, context) => {
  const isPatientVisit = values.includes(PATIENT_AS_VISIT);
  const named = values.filter((value) => value !== PATIENT_AS_VISIT);
  return { visitFrom: readPaths(named, context, `${ACCEPTED}, or be ${PATIENT_AS_VISIT}`), isPatientVisit };
});

/** Events of the person alone (HL7 UK A.3): what stands in PV1 of them is no visit. */
const OF_PERSONS: ReadonlySet<string> = new Set(['A28', 'A31']);

const meanings = list.prefault([]).transform((values, context) => {
  const table = new Map<string, SiteMeaning>();
  for (const [index, value] of values.entries()) {
    const [, event, word] = /^([A-Z]\d{2})\s*=\s*([A-Z]+)$/.exec(value) ?? [];
    const meaning = SITE_MEANINGS.find((one) => one === word);
    if (event === undefined || meaning === undefined || table.has(event))
      context.addIssue({
        code: 'custom',
        message: `must be entries as A08=MOVED, one for an event, of ${SITE_MEANINGS.join(', ')}; entry ${index + 1} is not`,
      });
    else if (OF_PERSONS.has(event) && meaning !== 'DETAILS' && meaning !== 'NOTHING')
      context.addIssue({ code: 'custom', message: `${event} tells of nobody's visits: DETAILS or NOTHING` });
    else table.set(event, meaning);
  }
  return table;
});

/** How each is read. `visits` holds two of the rules: `meaningRules` puts them beside the others. */
export const meaningFields = {
  teamFrom: paths(MEANING_DEFAULTS.teamFrom),
  priorTeamFrom: paths(MEANING_DEFAULTS.priorTeamFrom),
  visitFrom: visits,
  startFrom: paths(MEANING_DEFAULTS.startFrom),
  plannedFrom: paths(MEANING_DEFAULTS.plannedFrom),
  endFrom: paths(MEANING_DEFAULTS.endFrom),
  coordinatorFrom: paths(''),
  undoneAtFrom: paths(MEANING_DEFAULTS.undoneAtFrom),
  restrictedFrom: paths(MEANING_DEFAULTS.restrictedFrom),
  ordinaryCodes: list
    .prefault(MEANING_DEFAULTS.ordinaryCodes)
    .transform((codes) => codes.map((code) => code.toUpperCase())),
  eventMeanings: meanings,
  idAuthority: text.nullable().default(null),
  idTypes: list.prefault(MEANING_DEFAULTS.idTypes),
  timeZone: zone(MEANING_DEFAULTS.timeZone),
  offsets: z.enum(OFFSETS, `must be one of ${OFFSETS.join(', ')}`).default(MEANING_DEFAULTS.offsets),
  aheadMinutes: integer(1, 525_600).default(MEANING_DEFAULTS.aheadMinutes),
};

/** The fields as they are read. */
export type ReadMeaningFields = {
  readonly [Key in keyof typeof meaningFields]: z.output<(typeof meaningFields)[Key]>;
};

/** The rules that the fields make. */
export function meaningRules({ visitFrom, ...fields }: ReadMeaningFields): MeaningRules {
  return { ...fields, ...visitFrom };
}

const optional = { required: false } as const;

/** Part of the manifest's settings. */
export const meaningSettings: readonly SettingDescription[] = [
  {
    ...optional,
    key: 'teamFrom',
    type: 'list',
    default: MEANING_DEFAULTS.teamFrom,
    help: 'Where a message names the team, in order; the first place that holds something counts. A place is SEGMENT-field.component, with " where SEGMENT-field=value" for one segment of several.',
  },
  {
    ...optional,
    key: 'priorTeamFrom',
    type: 'list',
    default: MEANING_DEFAULTS.priorTeamFrom,
    help: 'Where a transfer names the team that was left.',
  },
  {
    ...optional,
    key: 'visitFrom',
    type: 'list',
    default: MEANING_DEFAULTS.visitFrom,
    help: `Where a message has the number of the referral, episode or visit, which must be one throughout the record system. ${PATIENT_AS_VISIT} at the end: the patient's own id stands for it, for a feed without numbers of visits, in which somebody is with one team at a time.`,
  },
  {
    ...optional,
    key: 'startFrom',
    type: 'list',
    default: MEANING_DEFAULTS.startFrom,
    help: 'Where a message has the first day on the caseload; else it is the day of the event.',
  },
  {
    ...optional,
    key: 'plannedFrom',
    type: 'list',
    default: MEANING_DEFAULTS.plannedFrom,
    help: 'Where a message of what is planned (A05, A14) has its day.',
  },
  {
    ...optional,
    key: 'endFrom',
    type: 'list',
    default: MEANING_DEFAULTS.endFrom,
    help: 'Where a message has the day of the discharge; else it is the day of the event.',
  },
  {
    ...optional,
    key: 'coordinatorFrom',
    type: 'list',
    help: 'Where a message names the care coordinator, as ROL-4 where ROL-3.1=CC, or PV1-7. None unless stated: no version of HL7 v2 has a place for it.',
  },
  {
    ...optional,
    key: 'undoneAtFrom',
    type: 'list',
    default: MEANING_DEFAULTS.undoneAtFrom,
    help: 'Where a cancellation says when that happened which it cancels; an empty list: the latest event of its kind is meant.',
  },
  {
    ...optional,
    key: 'restrictedFrom',
    type: 'list',
    default: MEANING_DEFAULTS.restrictedFrom,
    help: 'Where a message marks a record as restricted.',
  },
  {
    ...optional,
    key: 'ordinaryCodes',
    type: 'list',
    default: MEANING_DEFAULTS.ordinaryCodes,
    help: 'Codes at restrictedFrom that restrict nothing; any other does.',
  },
  {
    ...optional,
    key: 'eventMeanings',
    type: 'list',
    help: `What an event means at this site where it is not what it usually means: entries as A08=MOVED, of ${SITE_MEANINGS.join(', ')}.`,
  },
  {
    ...optional,
    key: 'idAuthority',
    type: 'text',
    help: 'Assigning authority (PID-3.4) or facility (PID-3.6) of the record system’s own patient ids; needed where messages carry ids of several.',
  },
  {
    ...optional,
    key: 'idTypes',
    type: 'list',
    default: MEANING_DEFAULTS.idTypes,
    help: 'Types (PID-3.5) of the record system’s own patient ids.',
  },
  {
    ...optional,
    key: 'timeZone',
    type: 'text',
    default: MEANING_DEFAULTS.timeZone,
    help: 'Zone of times that are sent without an offset.',
  },
  {
    ...optional,
    key: 'offsets',
    type: 'choice',
    choices: OFFSETS,
    default: MEANING_DEFAULTS.offsets,
    help: 'IGNORED for an engine that writes an offset beside the local time which is not that of the local time.',
  },
  {
    ...optional,
    key: 'aheadMinutes',
    type: 'integer',
    default: MEANING_DEFAULTS.aheadMinutes,
    help: 'Minutes by which a message may say that something was written down, or happened, after the message came; beyond that somebody has to look at it.',
  },
];
