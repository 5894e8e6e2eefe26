/** The settings of what is sent, described. */
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { optional, preset } from '../setting-descriptions.js';
import { DOCUMENT_MESSAGES } from './trigger.rules.js';
import {
  ACKNOWLEDGEMENTS,
  APPLICATION_ANSWERS,
  PROOFS,
  SENT_CHARSETS,
  TEXT_FORMS,
  VERSIONS,
  WRITING_DEFAULTS,
} from './writing-settings.js';

const D = WRITING_DEFAULTS;

const oneOf = (key: keyof typeof D, choices: readonly string[], help: string): SettingDescription => ({
  ...preset(key, 'choice', D[key], help),
  choices,
});

/** Part of the manifest's settings. */
export const writingSettings: readonly SettingDescription[] = [
  optional(
    'receivingApplication',
    'text',
    'Receiving application (MSH-5) of what the hub sends; required where it sends.',
  ),
  optional('receivingFacility', 'text', 'Receiving facility (MSH-6); required where the hub sends.'),
  preset('sendingApplication', 'text', D.sendingApplication, 'Sending application (MSH-3).'),
  optional(
    'sendingFacility',
    'text',
    'Sending facility (MSH-4); when absent the ODS code of the organisation whose document it is.',
  ),
  oneOf('sendVersion', VERSIONS, 'Version that messages are written in (MSH-12).'),
  preset(
    'sendCountry',
    'text',
    D.sendCountry,
    'Country (MSH-17), three capitals; null leaves the field empty.',
  ),
  oneOf(
    'sendCharacterSet',
    SENT_CHARSETS,
    'Character set that messages are written in (MSH-18, which stays empty for ASCII). A document with a character that it has not is parked, and the character is named.',
  ),
  preset('sendOffsets', 'boolean', D.sendOffsets, 'Whether times are written with the offset of their zone.'),
  oneOf(
    'sendAcknowledgements',
    ACKNOWLEDGEMENTS,
    'What the receiver is asked to answer (MSH-15, MSH-16): one answer as in original mode; that it has stored the message; that and what became of it; or the last alone.',
  ),
  oneOf(
    'applicationAnswers',
    APPLICATION_ANSWERS,
    'Where the answer about what became of a message comes: on its own connection, or in a message to the hub’s listener.',
  ),
  preset('sendMaxBytes', 'integer', D.sendMaxBytes, 'Bytes of a message at most, 1024 to 104857600.'),
  oneOf(
    'documentMessages',
    DOCUMENT_MESSAGES,
    'Which message files, replaces, adds to and withdraws a document: T02, T10, T06, T11 as the standard has it; T02 and T03 under the same number; T02 under the same number and no withdrawal; T02, T10, T06 and T04; or ORU^R01.',
  ),
  optional(
    'documentTriggers',
    'list',
    'What of that table is otherwise here, as REPLACE=T08|NEW|C: a step of CREATE, REPLACE, APPEND, WITHDRAW, its event or NONE, whether it keeps the number of the version before it (SAME), and OBX-11.',
  ),
  oneOf(
    'documentText',
    TEXT_FORMS,
    'How the text stands in a message: one TX for each line, one FT with \\.br\\ between lines, or an ED in Base64: of the text in UTF-8, or (ED_PDF) of a PDF that shows the text and has it within it. A PDF takes left-to-right scripts only; a document with other characters is parked, and they are named.',
  ),
  optional(
    'documentLineLength',
    'integer',
    'Characters of a line of TX that the receiver takes, 40 to 65536; a document with a longer line is parked, for a line is never broken. When absent any number.',
  ),
  optional(
    'documentFileType',
    'text',
    'First three components of an ED, as MOL^TX^plain; when absent ^TEXT^plain, or ^application^pdf of a PDF.',
  ),
  optional(
    'documentTypes',
    'list',
    'Type of each kind of document (TXA-2, OBR-4), as KIND=code|text|system, or with an alternative of three more; a kind left out has a code of the hub’s own.',
  ),
  optional(
    'documentSections',
    'list',
    'What the text is called (OBX-3), in the same form; a kind left out is called by its type.',
  ),
  optional(
    'documentLabels',
    'list',
    'Confidentiality (TXA-18) by which a label reaches this receiver, as LABEL=R or LABEL=V; a document with a label that is not here is parked.',
  ),
  preset(
    'documentsShareableOnly',
    'boolean',
    D.documentsShareableOnly,
    'Whether the receiver shows the person what it holds, so that a document is parked unless it is marked as one that they may see.',
  ),
  optional(
    'documentNamespace',
    'text',
    'Namespace of the numbers of documents (TXA-12.2); set it before the first document is filed and never again.',
  ),
  optional('patientAuthority', 'text', 'Assigning authority of the patient’s id (PID-3.4).'),
  preset('patientIdType', 'text', D.patientIdType, 'Type of the patient’s id (PID-3.5).'),
  preset('patientClass', 'text', D.patientClass, 'Class of the visit (PV1-2): N where there is none.'),
  optional('hospitalService', 'text', 'Service (PV1-10), where the receiver shows it.'),
  optional('authorAuthority', 'text', 'Assigning authority of authors’ ids (TXA-9.9).'),
  optional(
    'maxTextBytes',
    'integer',
    'Bytes of UTF-8 text that the receiver takes in one document, 1 to 104857600; when absent no limit is known.',
  ),
  preset(
    'repeatsAreHarmless',
    'boolean',
    D.repeatsAreHarmless,
    'Whether the receiver tells repeats by their number (MSH-10) and files them once. Where it does not, a document of which nobody knows whether it arrived is parked.',
  ),
  oneOf(
    'documentProof',
    PROOFS,
    'Whether the receiver tells of what it has filed, by an application acknowledgement or MDM^T04 to the hub’s listener, or never.',
  ),
];
