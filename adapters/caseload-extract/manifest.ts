/** What the adapter for caseload extracts is, can do and needs to be told, as data. */
import { type AdapterManifest, Capability } from '../../src/clinical/clinical-record.port.js';
import { FIELDS, REQUIRED_FIELDS } from './fields.js';

/** Forms that a file may have. */
export const FORMATS = ['CSV', 'NDJSON'] as const;
/** What stands between two cells, by name. */
export const DELIMITERS = { COMMA: ',', SEMICOLON: ';', TAB: '\t', BAR: '|' } as const;
/** Encodings that a site may state; DETECT looks for a byte order mark, then for UTF-16, UTF-8 and windows-1252. */
export const ENCODINGS = ['DETECT', 'UTF-8', 'UTF-16LE', 'UTF-16BE', 'WINDOWS-1252'] as const;
/** Where the extract's own date stands. */
export const AS_OF_PLACES = ['FILE_NAME', 'COLUMN', 'TRAILER'] as const;
/** What proves that a file is whole. */
export const COMPLETENESS = ['TRAILER', 'CONTROL_FILE', 'NONE'] as const;

/** Values of settings that a site profile leaves out. Hours, seconds and per cent; lists as comma-separated text. */
export const DEFAULTS = {
  format: 'CSV',
  delimiter: 'COMMA',
  encoding: 'DETECT',
  dateFormats: 'yyyy-MM-dd',
  asOfFrom: 'FILE_NAME',
  asOfFormat: 'yyyyMMdd',
  completeness: 'TRAILER',
  trailerMarker: 'TRAILER',
  controlSuffix: '.ctl',
  listsEveryTeam: false,
  maxShrinkPercent: 20,
  maxUnreadablePercent: 1,
  ageLimitHours: 36,
  settleSeconds: 60,
  pageSize: 500,
} as const;

type Described = AdapterManifest['settings'][number];
const required = (key: string, type: Described['type'], help: string): Described => ({
  key,
  type,
  required: true,
  help,
});
const optional = (key: string, type: Described['type'], help: string): Described => ({
  key,
  type,
  required: false,
  help,
});
const preset = (key: keyof typeof DEFAULTS, type: Described['type'], help: string): Described => ({
  ...optional(key, type, help),
  default: DEFAULTS[key],
});
const choice = (key: keyof typeof DEFAULTS, choices: readonly string[], help: string): Described => ({
  ...preset(key, 'choice', help),
  choices,
});

/** Everything about the adapter that can be shown without starting it. */
export const manifest: AdapterManifest = {
  id: 'caseload-extract',
  name: 'Caseload extract',
  protocol: 'Nightly file in a folder: CSV (RFC 4180) or ndjson',
  capabilities: [Capability.CASELOAD],
  settings: [
    required('folder', 'text', 'Absolute path of the drop folder; the hub must be able to write in it.'),
    required(
      'filePattern',
      'text',
      'Name of the files: * stands for any characters, {asOf} for the date of the extract in asOfFormat.',
    ),
    required(
      'columns',
      'list',
      `Which column is which field, as field=heading; fields: ${FIELDS.join(' ')}; ${REQUIRED_FIELDS.join(' and ')} are required.`,
    ),
    choice('format', FORMATS, 'CSV with a line of headings, or one JSON object on each line.'),
    choice('delimiter', Object.keys(DELIMITERS), 'What stands between two cells of a CSV file.'),
    choice('encoding', ENCODINGS, 'Encoding of the files; a file that is not wholly in it is refused.'),
    preset(
      'dateFormats',
      'list',
      'Forms of dates and times in London: yyyy MM M MMM dd d HH mm ss SSS and other characters as they are.',
    ),
    choice('asOfFrom', AS_OF_PLACES, 'Where the date of the extract stands.'),
    preset('asOfFormat', 'text', 'Form of that date in the file name, column or trailer, as in dateFormats.'),
    choice(
      'completeness',
      COMPLETENESS,
      'What proves that a file is whole: a last row with the row count, a file beside it with the count, or nothing.',
    ),
    preset(
      'trailerMarker',
      'text',
      'First cell of the trailer row (CSV), or the member that only the trailer has (NDJSON).',
    ),
    optional(
      'trailerCount',
      'text',
      'Cell of the trailer with the row count, from 1 (CSV; default 2), or its member (NDJSON; default rows).',
    ),
    optional(
      'trailerAsOf',
      'text',
      'Cell of the trailer with the date, from 1 (CSV; default 3), or its member (NDJSON; default asOf).',
    ),
    preset(
      'controlSuffix',
      'text',
      'What the name of a control file has after the name of its file; its first line holds the row count.',
    ),
    optional(
      'stateCodes',
      'list',
      'Words of the state column, as STATE=word, several for a state if need be; when absent the hub’s own words.',
    ),
    preset(
      'listsEveryTeam',
      'boolean',
      'Whether a team that is not in the file has nobody on its caseload; otherwise its pull is incomplete.',
    ),
    preset(
      'maxShrinkPercent',
      'integer',
      'Per cent of the rows of the file before that may be missing before a file is refused, 0 to 100.',
    ),
    preset(
      'maxUnreadablePercent',
      'integer',
      'Per cent of rows whose value in one column may be unreadable before a file is refused, 0 to 100; five rows always may unless 0.',
    ),
    preset(
      'ageLimitHours',
      'integer',
      'Hours after its own date for which an extract is used, 1 to 720; a date without a time counts from its first minute.',
    ),
    preset(
      'settleSeconds',
      'integer',
      'Seconds since the last write before a file is read, 0 to 3600; 0 reads it at once.',
    ),
    preset('pageSize', 'integer', 'Memberships handed on at once, 1 to 1000.'),
  ],
};
