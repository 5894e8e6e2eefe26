/** The settings of one site: every fault told at once, by setting, without repeating what was set. */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { HubError } from '../../src/core/errors.js';
import { choice, integer, list, settingFaults, text, yesOrNo } from '../../src/core/setting-kinds.js';
import { AS_OF_PLACES, COMPLETENESS, DEFAULTS, DELIMITERS, ENCODINGS, FORMATS } from './manifest.js';
import { type HeaderMap, readColumns, readStateWords, type StateWords } from './settings/columns.rules.js';
import { contradictory, type DateFormat, dateFormat } from './settings/date-format.rules.js';
import { type FilePattern, filePattern, patternFault } from './settings/file-pattern.rules.js';

/** Settings of one running adapter, checked, with every default filled in. */
export interface CaseloadExtractSettings {
  /** Absolute path. */
  readonly folder: string;
  readonly filePattern: FilePattern;
  readonly columns: HeaderMap;
  readonly format: (typeof FORMATS)[number];
  /** One character. */
  readonly delimiter: string;
  readonly encoding: (typeof ENCODINGS)[number];
  readonly dateFormats: readonly DateFormat[];
  readonly asOfFrom: (typeof AS_OF_PLACES)[number];
  readonly asOfFormat: DateFormat;
  readonly completeness: (typeof COMPLETENESS)[number];
  readonly trailerMarker: string;
  /** Position from 1 (CSV) or member (NDJSON). */
  readonly trailerCount: string;
  readonly trailerAsOf: string;
  readonly controlSuffix: string;
  readonly stateWords: StateWords;
  readonly listsEveryTeam: boolean;
  readonly maxShrinkPercent: number;
  readonly maxUnreadablePercent: number;
  readonly ageLimitHours: number;
  readonly settleSeconds: number;
  readonly pageSize: number;
  /** Tells whether rows were read under the same settings; 16 hexadecimal digits. */
  readonly fingerprint: string;
}

/** A list that one of the rules reads; its faults are told one by one. */
function table<T>(
  values: typeof list,
  read: (entries: readonly string[]) => { readonly table: T; readonly faults: readonly string[] },
) {
  return values.transform((stated, context): T => {
    const { table: result, faults } = read(stated);
    for (const message of faults) context.addIssue({ code: 'custom', message });
    return result;
  });
}

const delimiterNames = Object.keys(DELIMITERS) as [keyof typeof DELIMITERS, ...(keyof typeof DELIMITERS)[]];
const form = text.refine(
  (value) => dateFormat(value) !== null,
  'must hold yyyy, MM (M, MMM) and dd (d) once each, and HH before mm and ss',
);

const fields = z.strictObject({
  folder: text.refine(isAbsolute, 'must be an absolute path'),
  filePattern: text,
  columns: table(list, readColumns),
  format: choice(FORMATS, DEFAULTS.format),
  delimiter: choice(delimiterNames, DEFAULTS.delimiter),
  encoding: choice(ENCODINGS, DEFAULTS.encoding),
  dateFormats: list
    .pipe(z.array(form))
    .refine((forms) => !contradictory(forms), 'must not read one text as two different days')
    .prefault(DEFAULTS.dateFormats),
  asOfFrom: choice(AS_OF_PLACES, DEFAULTS.asOfFrom),
  asOfFormat: form.prefault(DEFAULTS.asOfFormat),
  completeness: choice(COMPLETENESS, DEFAULTS.completeness),
  trailerMarker: text.default(DEFAULTS.trailerMarker),
  trailerCount: text.nullable().default(null),
  trailerAsOf: text.nullable().default(null),
  controlSuffix: text
    .regex(/^\.[A-Za-z0-9._-]+$/, 'must be a dot and letters, digits, dots, hyphens or underscores')
    .default(DEFAULTS.controlSuffix),
  stateCodes: table(list, readStateWords).prefault([]),
  listsEveryTeam: yesOrNo(DEFAULTS.listsEveryTeam),
  maxShrinkPercent: integer(0, 100).default(DEFAULTS.maxShrinkPercent),
  maxUnreadablePercent: integer(0, 100).default(DEFAULTS.maxUnreadablePercent),
  ageLimitHours: integer(1, 720).default(DEFAULTS.ageLimitHours),
  settleSeconds: integer(0, 3600).default(DEFAULTS.settleSeconds),
  pageSize: integer(1, 1000).default(DEFAULTS.pageSize),
});
type Parsed = z.infer<typeof fields>;

/** Faults that lie between settings. */
function crossFaults(settings: Parsed): string[] {
  const pattern = patternFault(settings.filePattern, settings.asOfFrom === 'FILE_NAME');
  const faults = pattern === null ? [] : [`filePattern: ${pattern}`];
  if ((settings.asOfFrom === 'COLUMN') !== settings.columns.has('asOf'))
    faults.push('columns: asOf is for asOfFrom COLUMN, which needs it');
  if (settings.format === 'CSV')
    for (const key of ['trailerCount', 'trailerAsOf'] as const)
      if (settings[key] !== null && !/^[1-9]\d{0,2}$/.test(settings[key]))
        faults.push(`${key}: must be the position of a cell, from 1`);
  return faults;
}

/** The settings of a site profile, or `HUB_ADAPTER_SETTINGS` with every fault in `details.faults`. Values are never repeated. */
export function parseSettings(raw: unknown): CaseloadExtractSettings {
  const result = fields.safeParse(raw, { reportInput: true });
  const faults = result.success ? crossFaults(result.data) : settingFaults(result.error);
  if (!result.success || faults.length > 0)
    throw new HubError('HUB_ADAPTER_SETTINGS', {
      message: `caseload-extract settings: ${faults.join('; ')}`,
      details: { adapter: 'caseload-extract', faults },
    });
  const { stateCodes, ...settings } = result.data;
  const isCsv = settings.format === 'CSV';
  return {
    ...settings,
    filePattern: filePattern(settings.filePattern, settings.asOfFormat),
    delimiter: DELIMITERS[settings.delimiter],
    dateFormats: settings.dateFormats.map((one) => dateFormat(one)!),
    asOfFormat: dateFormat(settings.asOfFormat)!,
    trailerCount: settings.trailerCount ?? (isCsv ? '2' : 'rows'),
    trailerAsOf: settings.trailerAsOf ?? (isCsv ? '3' : 'asOf'),
    stateWords: stateCodes,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([{ ...settings, columns: [...settings.columns] }, [...stateCodes]]))
      .digest('hex')
      .slice(0, 16),
  };
}
