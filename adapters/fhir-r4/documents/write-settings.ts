/** The settings of how documents are written: how a create is made safe from doubling, in which form, and what goes beside them. */
import { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { text, yesOrNo } from '../../../src/core/setting-kinds.js';
import { member } from '../json.js';

/** How a create that is repeated takes effect once. */
export const CREATE_MODES = ['IF_NONE_EXIST', 'CLIENT_ID', 'SEARCH_FIRST'] as const;

/** The form of a document's content. */
export const CONTENT_FORMS = ['TEXT', 'PDF'] as const;

/** How the author is told. */
export const AUTHOR_STYLES = ['REFERENCE', 'IDENTIFIER', 'CONTAINED'] as const;

/** Where the Encounter of a document comes from. */
export const ENCOUNTER_MODES = ['NONE', 'FIND', 'CREATE'] as const;

/** Codes of ActEncounterCode for a contact, with what they are called. */
export const ENCOUNTER_CLASSES = {
  AMB: 'ambulatory',
  FLD: 'field',
  HH: 'home health',
  VR: 'virtual',
} as const;

const CLASSES = ['AMB', 'FLD', 'HH', 'VR'] as const;

/** Values of settings that a site profile leaves out. */
export const WRITE_DEFAULTS = {
  createMode: 'IF_NONE_EXIST',
  clientIdCondition: true,
  contentForm: 'TEXT',
  authorStyle: 'REFERENCE',
  encounterMode: 'NONE',
  encounterClass: 'AMB',
  encounterRequired: false,
  coordinatorTask: false,
  provenance: false,
} as const;

/** The part of a site's settings that decides how documents are written. */
export interface WriteSettings {
  readonly createMode: (typeof CREATE_MODES)[number];
  /** Whether a create under an id of the hub's says `If-None-Match: *`; without it the hub reads first. */
  readonly clientIdCondition: boolean;
  readonly contentForm: (typeof CONTENT_FORMS)[number];
  readonly authorStyle: (typeof AUTHOR_STYLES)[number];
  /** System of the author's identifier; null when authors are not told by it. */
  readonly authorIdentifierSystem: string | null;
  readonly encounterMode: (typeof ENCOUNTER_MODES)[number];
  readonly encounterClass: keyof typeof ENCOUNTER_CLASSES;
  readonly encounterRequired: boolean;
  readonly coordinatorTask: boolean;
  readonly provenance: boolean;
}

function choice<Choice extends string>(choices: readonly [Choice, ...Choice[]], otherwise: Choice) {
  return z.enum(choices, `must be one of ${choices.join(', ')}`).default(otherwise as never);
}

/** How each of these settings is read. */
export const writeFields = {
  createMode: choice(CREATE_MODES, WRITE_DEFAULTS.createMode),
  clientIdCondition: yesOrNo(WRITE_DEFAULTS.clientIdCondition),
  contentForm: choice(CONTENT_FORMS, WRITE_DEFAULTS.contentForm),
  authorStyle: choice(AUTHOR_STYLES, WRITE_DEFAULTS.authorStyle),
  authorIdentifierSystem: text
    .regex(/^[a-z][a-z0-9+.-]*:\S+$/i, 'must be an absolute URI')
    .nullable()
    .default(null),
  encounterMode: choice(ENCOUNTER_MODES, WRITE_DEFAULTS.encounterMode),
  encounterClass: choice(CLASSES, WRITE_DEFAULTS.encounterClass),
  encounterRequired: yesOrNo(WRITE_DEFAULTS.encounterRequired),
  coordinatorTask: yesOrNo(WRITE_DEFAULTS.coordinatorTask),
  provenance: yesOrNo(WRITE_DEFAULTS.provenance),
};

/** Faults that lie between these settings, told beside those within them. */
export function writeFaults(raw: unknown): string[] {
  const style = writeFields.authorStyle.safeParse(member(raw, 'authorStyle')).data;
  if (style !== 'IDENTIFIER' || (member(raw, 'authorIdentifierSystem') ?? null) !== null) return [];
  return ['authorIdentifierSystem: is required when authorStyle is IDENTIFIER'];
}

const optional = (
  key: keyof WriteSettings,
  type: SettingDescription['type'],
  help: string,
  choices?: readonly string[],
): SettingDescription => {
  const otherwise = (WRITE_DEFAULTS as Partial<Record<string, string | boolean>>)[key];
  return {
    key,
    type,
    required: false,
    ...(otherwise === undefined ? {} : { default: otherwise }),
    ...(choices === undefined ? {} : { choices }),
    help,
  };
};

/** Part of the manifest's settings. */
export const writeSettings: readonly SettingDescription[] = [
  optional(
    'createMode',
    'choice',
    'How a create that is repeated takes effect once: by the header If-None-Exist; by PUT under an id of the hub’s, which is the version’s uuid; or, for a server with neither, by a search right before, where the hub asks once more before it sends again.',
    CREATE_MODES,
  ),
  optional(
    'clientIdCondition',
    'boolean',
    'Whether a create by CLIENT_ID says If-None-Match: *, so that it never overwrites; false for a server that does not know it, where the hub reads that id first.',
  ),
  optional(
    'contentForm',
    'choice',
    'Form of the content: plain text, or a PDF that shows the text and has it within it. A PDF takes left-to-right scripts only; a document with other characters is parked, and they are named.',
    CONTENT_FORMS,
  ),
  optional(
    'authorStyle',
    'choice',
    'How the author is told: by reference to their Practitioner or PractitionerRole, by identifier (the end of that reference under authorIdentifierSystem), or as a Practitioner within the document.',
    AUTHOR_STYLES,
  ),
  optional(
    'authorIdentifierSystem',
    'url',
    'Identifier system of authors, as https://fhir.nhs.uk/Id/sds-user-id; required when authorStyle is IDENTIFIER.',
  ),
  optional(
    'encounterMode',
    'choice',
    'The Encounter that a document refers to: none, the person’s only one that covers the day of the contact, or, for a progress note, one that the hub makes for it.',
    ENCOUNTER_MODES,
  ),
  optional(
    'encounterClass',
    'choice',
    'Encounter.class of an Encounter that the hub makes: ambulatory, field, home health or virtual.',
    CLASSES,
  ),
  optional(
    'encounterRequired',
    'boolean',
    'Whether a document for which no Encounter, or more than one, is found is parked rather than sent without.',
  ),
  optional(
    'coordinatorTask',
    'boolean',
    'Whether a Task to read the document is made for the care coordinator beside it; a Task that cannot be made holds nothing up.',
  ),
  optional(
    'provenance',
    'boolean',
    'Whether a Provenance is made beside the document; true only for a server that takes it. One that cannot be made holds nothing up.',
  ),
];
