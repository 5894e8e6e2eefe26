/** For each way in which a site takes documents: its settings, what its server can, and what that means for the cases. */
import { isShown } from '../../src/core/pdf/characters.rules.js';
import { pdfFont } from '../../src/core/pdf/font.js';
import { renderPdf } from '../../src/core/pdf/render.js';
import { type DocumentsVariant, PLAIN } from '../contract/documents-contract.js';
import type { TestResource } from './fhir-resources.js';
import type { WriteAbilities } from './scripted-writes.js';

/** A site, with a server that can what its settings need and nothing besides. */
export interface FhirDocumentSite {
  readonly settings: Readonly<Record<string, string | boolean>>;
  readonly abilities: WriteAbilities;
  readonly variant: DocumentsVariant;
  /** What its server holds from the start. */
  readonly holds: readonly TestResource[];
}

const NOTHING: WriteAbilities = { ifNoneExist: false, ifNoneMatch: false, updateCreates: false };

/** What each way of creating needs of a server, and what it asks before it writes. */
const MODES = {
  IF_NONE_EXIST: { abilities: { ...NOTHING, ifNoneExist: true }, requestsBefore: 0 },
  CLIENT_ID: { abilities: { ...NOTHING, ifNoneMatch: true, updateCreates: true }, requestsBefore: 0 },
  SEARCH_FIRST: { abilities: NOTHING, requestsBefore: 1 },
} as const;

const { hasGlyph } = await pdfFont();
const shown = (text: string): string => [...text].filter((one) => isShown(one, hasGlyph)).join('');

/** Texts in which some characters cannot be shown, and which those are. */
export const UNSHOWN = [
  {
    text: 'Said \u0645\u0631\u062d\u0628\u0627 at the door',
    characters: ['U+0645', 'U+0631', 'U+062D', 'U+0628', 'U+0627'],
  },
  {
    text: '\u4f60\u597d, and \u05e9\u05dc\u05d5\u05dd',
    characters: ['U+4F60', 'U+597D', 'U+05E9', 'U+05DC', 'U+05D5', 'U+05DD'],
  },
  { text: 'a\u202eb\u00adc\u200d', characters: ['U+202E', 'U+00AD', 'U+200D'] },
  {
    text: 'nurse \ud83d\udc69\ud83c\udffd\u200d\u2695\ufe0f',
    characters: ['U+1F469', 'U+1F3FD', 'U+200D', 'U+FE0F'],
  },
] as const;

const FORMS = {
  TEXT: { ...PLAIN, texts: 15 },
  PDF: {
    ...PLAIN,
    texts: 10,
    // What is left may compose.
    fit: (text: string) => shown(shown(text).normalize('NFC')),
    refused: UNSHOWN,
  },
} as const;

type Mode = keyof typeof MODES;
type Form = keyof typeof FORMS;

function site(createMode: Mode, contentForm: Form, more: Partial<FhirDocumentSite> = {}): FhirDocumentSite {
  const { abilities, requestsBefore } = MODES[createMode];
  return {
    abilities,
    variant: { ...FORMS[contentForm], requestsBefore },
    holds: [],
    ...more,
    settings: { createMode, contentForm, ...more.settings },
  };
}

const encounterOf = (id: string, period: object, status = 'finished'): TestResource => ({
  resourceType: 'Encounter',
  id,
  status,
  class: { code: 'AMB' },
  subject: { reference: 'Patient/person-1' },
  period,
});

/** Of the contract's person: one on the day of the contact, and some that are not. */
export const ENCOUNTERS: readonly TestResource[] = [
  encounterOf('on-the-day', { start: '2026-02-27T10:00:00Z', end: '2026-02-27T10:40:00Z' }),
  encounterOf('before', { start: '2026-02-01', end: '2026-02-26' }),
  encounterOf('after', { start: '2026-02-28' }, 'in-progress'),
  encounterOf('called-off', { start: '2026-02-27' }, 'cancelled'),
];

const MODE_NAMES = Object.keys(MODES) as readonly Mode[];
const FORM_NAMES = Object.keys(FORMS) as readonly Form[];

/** Each way of creating with each form, and each further choice with one of them. */
export const FHIR_DOCUMENT_SITES: Readonly<Record<string, FhirDocumentSite>> = {
  ...Object.fromEntries(
    MODE_NAMES.flatMap((mode) => FORM_NAMES.map((form) => [`${mode}, ${form}`, site(mode, form)])),
  ),
  'CLIENT_ID without a condition, author by IDENTIFIER, encounter by FIND': site('CLIENT_ID', 'TEXT', {
    settings: {
      clientIdCondition: false,
      authorStyle: 'IDENTIFIER',
      authorIdentifierSystem: 'https://fhir.nhs.uk/Id/sds-user-id',
      encounterMode: 'FIND',
      encounterRequired: true,
    },
    abilities: { ...NOTHING, updateCreates: true },
    variant: { ...FORMS.TEXT, requestsBefore: 2 },
    holds: ENCOUNTERS,
  }),
  'SEARCH_FIRST, author CONTAINED, encounter by CREATE, task and provenance': site('SEARCH_FIRST', 'TEXT', {
    settings: {
      authorStyle: 'CONTAINED',
      encounterMode: 'CREATE',
      coordinatorTask: true,
      provenance: true,
    },
    // The encounter is searched for and made, then the document is searched for.
    variant: { ...FORMS.TEXT, requestsBefore: 3 },
  }),
};

/** An attachment with another text in the form of the site. */
export async function rewritten({ settings }: FhirDocumentSite, text: string): Promise<object> {
  if (settings.contentForm !== 'PDF')
    return { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text).toString('base64') };
  const sheet = { kind: 'Another', title: 'Another', head: [], text, at: new Date(0) };
  return { contentType: 'application/pdf', data: (await renderPdf(sheet)).toString('base64') };
}
