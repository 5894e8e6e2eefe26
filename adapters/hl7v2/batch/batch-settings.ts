/** The settings of files of messages that hold everybody on a caseload: where they are dropped, and when one counts. */
import type { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { file, integer, text, yesOrNo } from '../../../src/core/setting-kinds.js';
import { optional, preset } from '../setting-descriptions.js';

/** Values of settings that a site profile leaves out. */
export const BATCH_DEFAULTS = {
  batchFiles: '*.hl7',
  batchSettleSeconds: 60,
  batchAgeLimitHours: 36,
  batchListsEveryTeam: false,
} as const;

/** Settings of the files, checked, with every default filled in. */
export interface BatchSettings {
  /** Absolute path; null: there are no such files. */
  readonly batchFolder: string | null;
  /** Names of the files; `*` stands for anything. */
  readonly batchFiles: string;
  readonly batchSettleSeconds: number;
  readonly batchAgeLimitHours: number;
  /** A team that is not in the file has nobody. */
  readonly batchListsEveryTeam: boolean;
}

const D = BATCH_DEFAULTS;

/** Members of the schema of settings. */
export const batchFields = {
  batchFolder: file,
  batchFiles: text.regex(/^[^/\\]*$/, 'must be a name without a folder').default(D.batchFiles),
  batchSettleSeconds: integer(0, 3_600).default(D.batchSettleSeconds),
  batchAgeLimitHours: integer(1, 8_760).default(D.batchAgeLimitHours),
  batchListsEveryTeam: yesOrNo(D.batchListsEveryTeam),
} satisfies Record<keyof BatchSettings, z.ZodType>;

/** Part of the manifest's settings. */
export const batchSettings: readonly SettingDescription[] = [
  optional(
    'batchFolder',
    'text',
    'Absolute path of the folder into which files of messages (FHS, BHS) with everybody on the caseloads are dropped, to count a feed by.',
  ),
  preset(
    'batchFiles',
    'text',
    D.batchFiles,
    'Names of those files; * stands for anything. Of several the last by name is read.',
  ),
  preset(
    'batchSettleSeconds',
    'integer',
    D.batchSettleSeconds,
    'Seconds for which a file must not have been written to before it is read, 0 to 3600.',
  ),
  preset(
    'batchAgeLimitHours',
    'integer',
    D.batchAgeLimitHours,
    'Hours after which a file is too old to count by, 1 to 8760.',
  ),
  preset(
    'batchListsEveryTeam',
    'boolean',
    D.batchListsEveryTeam,
    'Whether a team of which nobody is in the file has nobody; else it is not counted.',
  ),
];
