/** The settings of what is sent: which message for what, in which words and form, and what a far end's word is worth. */
import { z } from 'zod';
import { DocumentKind, DocumentLabel, DocumentProof } from '../../../src/clinical/documents.port.js';
import { choice, integer, list, text, yesOrNo } from '../../../src/core/setting-kinds.js';
import { type CodedElement, type CodeTable, codeTable, PRINTABLE } from './code-table.js';
import { CONFIDENTIALITY, type Confidentiality, DOCUMENT_TYPES } from './defaults.js';
import {
  DOCUMENT_MESSAGES,
  type DocumentMessages,
  ENTRY_FORM,
  isOfOneKind,
  readTrigger,
  TRIGGERS,
  type Trigger,
  type Triggers,
} from './trigger.rules.js';

/** Versions that messages are written in. */
export const VERSIONS = ['2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.7.1', '2.8'] as const;
/** Character sets that messages are written in, by their names in HL7 table 0211. */
export const SENT_CHARSETS = ['ASCII', '8859/1', 'UNICODE UTF-8'] as const;
/** How the text stands in a message: as lines, as one formatted text, as a file of text, or as a PDF that shows it and has it within. */
export const TEXT_FORMS = ['TX', 'FT', 'ED', 'ED_PDF'] as const;
/**
 * What the receiver is asked to answer (MSH-15 and MSH-16): as original mode has it; that it has stored the message; that, and what
 * became of it; the last alone.
 */
export const ACKNOWLEDGEMENTS = ['ORIGINAL', 'COMMIT', 'COMMIT_AND_APPLICATION', 'APPLICATION'] as const;
/** Where the answer about what became of it comes: on the connection of the message, or in a message to the hub's listener. */
export const APPLICATION_ANSWERS = ['HERE', 'APART'] as const;
/** Proofs that a far end of messages can give. */
export const PROOFS = [DocumentProof.RECEIPT, DocumentProof.NONE] as const;

/** Values of settings that a site profile leaves out. */
export const WRITING_DEFAULTS = {
  sendingApplication: 'IPSHUB',
  sendVersion: '2.4',
  sendCountry: 'GBR',
  sendCharacterSet: 'ASCII',
  sendOffsets: false,
  sendAcknowledgements: 'ORIGINAL',
  applicationAnswers: 'APART',
  sendMaxBytes: 1_048_576,
  documentMessages: 'STANDARD',
  documentText: 'TX',
  documentsShareableOnly: false,
  patientIdType: 'PI',
  patientClass: 'N',
  repeatsAreHarmless: false,
  documentProof: DocumentProof.NONE,
} as const;

/** Settings of what is sent, checked, with every default filled in. */
export interface WritingSettings {
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  readonly sendingApplication: string;
  /** Null: the organisation whose document it is. */
  readonly sendingFacility: string | null;
  readonly sendVersion: (typeof VERSIONS)[number];
  /** Null: MSH-17 stays empty. */
  readonly sendCountry: string | null;
  readonly sendCharacterSet: (typeof SENT_CHARSETS)[number];
  readonly sendOffsets: boolean;
  readonly sendAcknowledgements: (typeof ACKNOWLEDGEMENTS)[number];
  readonly applicationAnswers: (typeof APPLICATION_ANSWERS)[number];
  readonly sendMaxBytes: number;
  readonly triggers: Triggers;
  readonly documentText: (typeof TEXT_FORMS)[number];
  /** Characters of one line of TX as it is written; null: any number. */
  readonly documentLineLength: number | null;
  /** Source, type and subtype of an ED; null: what its form has. */
  readonly documentFileType: readonly string[] | null;
  readonly documentTypes: CodeTable<DocumentKind>;
  readonly documentSections: CodeTable<DocumentKind>;
  /** A label that is not here does not reach this receiver. */
  readonly documentLabels: ReadonlyMap<DocumentLabel, Confidentiality>;
  /** The receiver shows the person what it holds: nothing goes there that they may not see. */
  readonly documentsShareableOnly: boolean;
  readonly documentNamespace: string | null;
  readonly patientAuthority: string | null;
  readonly patientIdType: string;
  readonly patientClass: string;
  readonly hospitalService: string | null;
  readonly authorAuthority: string | null;
  readonly maxTextBytes: number | null;
  readonly repeatsAreHarmless: boolean;
  readonly documentProof: (typeof PROOFS)[number];
  /** Zone of the times that are sent. */
  readonly timeZone: string;
  /** MSH-11. */
  readonly processingId: string;
}

const D = WRITING_DEFAULTS;
const plain = text.regex(PRINTABLE, 'must be printable ASCII');
const absent = plain.nullable().default(null);

const labels = list.prefault([]).transform((entries, context) => {
  const table = new Map<DocumentLabel, Confidentiality>();
  for (const [index, entry] of entries.entries()) {
    const [word, code] = entry.split('=').map((part) => part.trim());
    const label = Object.values(DocumentLabel).find((one) => one === word);
    const confidentiality = CONFIDENTIALITY.find((one) => one === code);
    if (label === undefined || confidentiality === undefined || confidentiality === 'U')
      context.addIssue({
        code: 'custom',
        message: `entry ${index + 1} is not <label>=R or <label>=V with a label of ${Object.values(DocumentLabel).join(', ')}`,
      });
    else table.set(label, confidentiality);
  }
  return table;
});

const overrides = list.prefault([]).transform((entries, context) =>
  entries.flatMap((entry, index) => {
    const read = readTrigger(entry);
    if (read === null)
      context.addIssue({ code: 'custom', message: `entry ${index + 1} is not ${ENTRY_FORM}` });
    return read ?? [];
  }),
);

const fileType = text
  .regex(/^[\x20-\x7e]*(\^[\x20-\x7e]*){2}$/, 'must be source^type^subtype, as ^TEXT^plain')
  .transform((value): CodedElement => value.split('^'))
  .refine((parts) => parts.length === 3 && parts[1] !== '', 'must be source^type^subtype, as ^TEXT^plain')
  .nullable()
  .default(null);

/** Members of the schema of settings. Those of the receiver have to be there where documents are sent. */
export const writingFields = {
  receivingApplication: absent,
  receivingFacility: absent,
  sendingApplication: plain.default(D.sendingApplication),
  sendingFacility: absent,
  sendVersion: choice(VERSIONS, D.sendVersion),
  sendCountry: text
    .regex(/^[A-Z]{3}$/, 'must be three capitals')
    .nullable()
    .default(D.sendCountry),
  sendCharacterSet: choice(SENT_CHARSETS, D.sendCharacterSet),
  sendOffsets: yesOrNo(D.sendOffsets),
  sendAcknowledgements: choice(ACKNOWLEDGEMENTS, D.sendAcknowledgements),
  applicationAnswers: choice(APPLICATION_ANSWERS, D.applicationAnswers),
  sendMaxBytes: integer(1_024, 104_857_600).default(D.sendMaxBytes),
  documentMessages: choice(DOCUMENT_MESSAGES, D.documentMessages),
  documentTriggers: overrides,
  documentText: choice(TEXT_FORMS, D.documentText),
  documentLineLength: integer(40, 65_536).nullable().default(null),
  documentFileType: fileType,
  documentTypes: codeTable(Object.values(DocumentKind), DOCUMENT_TYPES),
  documentSections: codeTable<DocumentKind>(Object.values(DocumentKind), {}),
  documentLabels: labels,
  documentsShareableOnly: yesOrNo(D.documentsShareableOnly),
  documentNamespace: absent,
  patientAuthority: absent,
  patientIdType: plain.default(D.patientIdType),
  patientClass: text.regex(/^[A-Z]$/, 'must be one capital').default(D.patientClass),
  hospitalService: absent,
  authorAuthority: absent,
  maxTextBytes: integer(1, 104_857_600).nullable().default(null),
  repeatsAreHarmless: yesOrNo(D.repeatsAreHarmless),
  documentProof: choice(PROOFS, D.documentProof),
};

/** The fields as they are read, with those that other parts have as well. */
export type WritingFields = z.infer<z.ZodObject<typeof writingFields>> &
  Pick<WritingSettings, 'timeZone' | 'processingId'>;

function triggersOf({ documentMessages, documentTriggers }: WritingFields): Triggers {
  const stated = documentTriggers.map(({ step, trigger }): [string, Trigger | null] => [step, trigger]);
  return { ...TRIGGERS[documentMessages satisfies DocumentMessages], ...Object.fromEntries(stated) };
}

/** Faults that lie between these settings, of a site that sends. */
export function writingCrossFaults(fields: WritingFields): readonly string[] {
  const faults: string[] = [];
  for (const key of ['receivingApplication', 'receivingFacility'] as const)
    if (fields[key] === null) faults.push(`${key}: is required where messages are sent`);
  const triggers = triggersOf(fields);
  const isReport = triggers.CREATE?.event === 'R01';
  if (!isOfOneKind(triggers)) faults.push('documentTriggers: R01 goes with no other event');
  if (isReport && fields.documentLabels.size > 0)
    faults.push('documentLabels: a report (R01) carries no label');
  if (fields.documentLineLength !== null && fields.documentText !== 'TX')
    faults.push('documentLineLength: goes with documentText TX');
  if (fields.documentFileType !== null && !fields.documentText.startsWith('ED'))
    faults.push('documentFileType: goes with documentText ED or ED_PDF');
  return faults;
}

/** The settings, of a site that sends and whose fields have no fault between them. */
export function writingSettingsOf(fields: WritingFields): WritingSettings {
  const { receivingApplication, receivingFacility, documentTypes, documentSections } = fields;
  return {
    ...fields,
    receivingApplication: receivingApplication ?? '',
    receivingFacility: receivingFacility ?? '',
    triggers: triggersOf(fields),
    documentSections: new Map([...documentTypes, ...documentSections]),
  };
}
