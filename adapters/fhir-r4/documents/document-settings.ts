/** The settings of writing documents, as data. */
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { DOCUMENT_IDENTIFIER_SYSTEM } from './defaults.js';
import { writeSettings } from './write-settings.js';

/** Part of the manifest's settings; `defaults` are those of the adapter. */
export function documentSettings(defaults: {
  readonly documentsEnabled: boolean;
}): readonly SettingDescription[] {
  return [
    {
      key: 'documentsEnabled',
      type: 'boolean',
      required: false,
      default: defaults.documentsEnabled,
      help: 'Whether the hub may file documents here; false for a server that takes no DocumentReference.',
    },
    {
      key: 'documentIdentifierSystem',
      type: 'url',
      required: false,
      default: DOCUMENT_IDENTIFIER_SYSTEM,
      help: 'Identifier system under which each signed version has its uuid; set it before the first document is filed and never again.',
    },
    {
      key: 'documentTypes',
      type: 'list',
      required: false,
      help: 'DocumentReference.type of each kind of document, as KIND=system|code|display, display optional; a kind left out has its LOINC code (a progress note 11506-3), a kind stated twice two codings.',
    },
    {
      key: 'documentCategories',
      type: 'list',
      required: false,
      help: 'DocumentReference.category of each kind of document, in the same form; a kind left out is a clinical note of SNOMED CT, 823651000000106.',
    },
    {
      key: 'labelCodes',
      type: 'list',
      required: false,
      help: 'DocumentReference.securityLabel of each label that this record honours, as LABEL=system|code|display; a document with a label that is not here is parked.',
    },
    ...writeSettings,
    {
      key: 'maxTextBytes',
      type: 'integer',
      required: false,
      help: 'Bytes of content that the server takes in one document, 1 to 104857600: of UTF-8 text, or of the PDF; when absent no limit is known.',
    },
  ];
}
