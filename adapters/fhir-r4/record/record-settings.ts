/** The settings of live reads: as data, and how each is read. */
import { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { integer, list, yesOrNo } from '../../../src/core/setting-kinds.js';

/** How a page of patients is asked for: with their ids in one search, or one search for each in a batch Bundle. */
export const RECORD_BATCHES = ['SEARCH', 'BATCH_BUNDLE'] as const;

/** Values of `_include` that live reads know. */
export const RECORD_INCLUDES = [
  'Patient:general-practitioner',
  'CareTeam:participant',
  'EpisodeOfCare:organization',
  'EpisodeOfCare:care-manager',
  'Encounter:service-provider',
  'Appointment:actor',
] as const;

/** Types whose content is for direct care alone, and only where the site permits it: of a DocumentReference its text. */
export const PERMITTED_TYPES = ['Condition', 'Flag', 'DocumentReference'] as const;

/** Values of settings that a site profile leaves out. */
export const RECORD_DEFAULTS = {
  searchByPost: true,
  recordPageSize: 1000,
  recordBatch: 'SEARCH',
  recordSearchByDate: true,
  maxDocumentBytes: 256 * 1024,
} as const;

/** Settings of live reads, checked. */
export interface RecordSettings<Type extends string = string> {
  readonly searchByPost: boolean;
  /** Resource types that are read live for the graph. */
  readonly recordTypes: readonly Type[];
  readonly recordPageSize: number;
  readonly recordBatch: (typeof RECORD_BATCHES)[number];
  readonly recordIncludes: readonly string[];
  readonly recordSearchByDate: boolean;
  readonly permittedTypes: readonly (typeof PERMITTED_TYPES)[number][];
  /** Bytes of the text of one document. */
  readonly maxDocumentBytes: number;
}

const among = <Value extends string>(values: readonly Value[]) =>
  list.pipe(z.array(z.enum(values as [Value, ...Value[]], `must be among ${values.join(', ')}`)));

/** How each is read; `types` are the resource types that the adapter knows. */
export function recordFields<Type extends string>(types: readonly Type[]) {
  return {
    searchByPost: yesOrNo(RECORD_DEFAULTS.searchByPost),
    recordTypes: among(types).prefault([...types]),
    recordPageSize: integer(1, 1000).default(RECORD_DEFAULTS.recordPageSize),
    recordBatch: z
      .enum(RECORD_BATCHES, `must be one of ${RECORD_BATCHES.join(', ')}`)
      .default(RECORD_DEFAULTS.recordBatch),
    recordIncludes: among(RECORD_INCLUDES).prefault([...RECORD_INCLUDES]),
    recordSearchByDate: yesOrNo(RECORD_DEFAULTS.recordSearchByDate),
    permittedTypes: among(PERMITTED_TYPES).default([]),
    maxDocumentBytes: integer(1024, 10_485_760).default(RECORD_DEFAULTS.maxDocumentBytes),
  };
}

/** Part of the manifest's settings; `types` as for `recordFields`. */
export function recordSettings(types: readonly string[]): readonly SettingDescription[] {
  const optional = { required: false } as const;
  return [
    {
      ...optional,
      key: 'searchByPost',
      type: 'boolean',
      default: RECORD_DEFAULTS.searchByPost,
      help: 'Whether searches for people and documents go by POST _search, which keeps what they ask for out of addresses and logs; false only for a server that cannot.',
    },
    {
      ...optional,
      key: 'recordTypes',
      type: 'list',
      default: types.join(', '),
      help: 'Resource types that are read live; leave out those that the server does not have. Binary is for texts that a DocumentReference keeps apart from itself.',
    },
    {
      ...optional,
      key: 'permittedTypes',
      type: 'list',
      help: `Of ${PERMITTED_TYPES.join(', ')} those that the trust permits to be shown to a caller who gives direct care: problems, risk flags, the text of a document. None unless stated; whatever is stated, other purposes never see them.`,
    },
    {
      ...optional,
      key: 'recordPageSize',
      type: 'integer',
      default: RECORD_DEFAULTS.recordPageSize,
      help: 'Matches asked for in one page of a live read, 1 to 1000; the server may send fewer.',
    },
    {
      ...optional,
      key: 'recordBatch',
      type: 'choice',
      choices: RECORD_BATCHES,
      default: RECORD_DEFAULTS.recordBatch,
      help: 'SEARCH asks for a hundred patients in one search with a list of ids; BATCH_BUNDLE puts one search for each of them into one batch Bundle, for a server that takes no lists.',
    },
    {
      ...optional,
      key: 'recordIncludes',
      type: 'list',
      default: RECORD_INCLUDES.join(', '),
      help: 'Values of _include asked for in live reads; leave out those that the server does not declare. Names are then those of Reference.display, and general practices cost one search more.',
    },
    {
      ...optional,
      key: 'recordSearchByDate',
      type: 'boolean',
      default: RECORD_DEFAULTS.recordSearchByDate,
      help: 'Whether contacts and appointments are searched by date; false for a server that loses those without an end. What is too old is left out here in either case.',
    },
    {
      ...optional,
      key: 'maxDocumentBytes',
      type: 'integer',
      default: RECORD_DEFAULTS.maxDocumentBytes,
      help: 'Bytes of the text of one document past which it is not shown, 1024 to 10485760.',
    },
  ];
}
