/** What a drop folder and its last file show of the settings of the site: whether there is a folder, files of the name, and a file that was read by them. */
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import {
  type Conformance,
  type ConformanceFinding,
  ConformanceState,
} from '../../src/clinical/conformance.port.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import type { Intake } from './folder/intake.js';
import { folderFailure } from './refusal.js';
import type { CaseloadExtractSettings } from './settings.js';
import { type Stop, stopped } from './stop.js';

const { PRESENT, MISSING, NOT_STATED } = ConformanceState;

/** What a file shows of settings by the code with which it is refused. */
const BY_FILE: readonly (Omit<ConformanceFinding, 'state' | 'needed'> & { readonly refusedAs: ErrorCode })[] =
  [
    {
      code: 'ENCODING',
      path: 'file encoding',
      refusedAs: 'HUB_CASELOAD_FILE_ENCODING',
      consequence: 'Files are refused: not every byte is of the encoding.',
      setting: 'encoding: the one that the file is written in',
    },
    {
      code: 'FORMAT',
      path: 'file format',
      refusedAs: 'HUB_CASELOAD_FILE_FORMAT',
      consequence: 'Files are refused: their rows cannot be told apart.',
      setting: 'format and delimiter: those of the file',
    },
    {
      code: 'HEADINGS',
      path: 'file headings',
      refusedAs: 'HUB_CASELOAD_FILE_HEADER',
      consequence: 'Files are refused: a column that is mapped is not there, or is there twice.',
      setting: 'columns: the headings that the file has',
    },
    {
      code: 'COMPLETENESS',
      path: 'file count',
      refusedAs: 'HUB_CASELOAD_FILE_PARTIAL',
      consequence: 'Files are refused: nothing proves that they are whole.',
      setting: 'completeness: the way in which the file proves it',
    },
    {
      code: 'DATE',
      path: 'file date',
      refusedAs: 'HUB_CASELOAD_FILE_DATE',
      consequence:
        'Files are refused: their own date cannot be read, or lies before that of the file in force.',
      setting: 'asOfFrom and asOfFormat: where the date stands, and its form',
    },
    {
      code: 'VALUES',
      path: 'file values',
      refusedAs: 'HUB_CASELOAD_FILE_VALUES',
      consequence: 'Files are refused: a column holds what cannot be read.',
      setting: 'dateFormats, columns and stateCodes: forms and words that the file has',
    },
  ];

const finding = (
  code: string,
  state: ConformanceState,
  path: string,
  consequence: string,
  setting: string,
): ConformanceFinding => ({ code, state, path, needed: true, consequence, setting });

const folderFinding = (state: ConformanceState): ConformanceFinding =>
  finding(
    'FOLDER',
    state,
    'folder',
    'No file can be read or put away.',
    'folder: one that the hub may read and write',
  );

async function isUsable(folder: string): Promise<boolean> {
  const mode = constants.R_OK | constants.W_OK | constants.X_OK;
  return access(folder, mode).then(
    () => true,
    () => false,
  );
}

/** Whether anything lies in the folder besides the hub's own. */
async function hasOthers(folder: string): Promise<boolean> {
  return (await readdir(folder, { withFileTypes: true })).some((entry) => entry.isFile());
}

/** See `ClinicalRecordAdapter.conformance`. Takes nothing out of the folder. */
export async function checkConformance(
  intake: Intake,
  { folder }: CaseloadExtractSettings,
  stop: Stop,
): Promise<Conformance> {
  try {
    if (stop.aborted) throw stopped();
    if (!(await isUsable(folder))) return { failure: null, findings: [folderFinding(MISSING)] };
    const [waiting, [inForce], refused, others] = await Promise.all([
      intake.waiting(),
      intake.records.taken(),
      intake.records.lastRefusal(),
      hasOthers(folder),
    ]);
    const named = waiting.length > 0 || inForce !== undefined || refused !== null;
    const isLast = refused !== null && (inForce === undefined || refused.refusedAt > inForce.takenAt);
    const stateOf = (code: ErrorCode): ConformanceState => {
      if (isLast && refused.code === code) return MISSING;
      return inForce === undefined ? NOT_STATED : PRESENT;
    };
    return {
      failure: null,
      findings: [
        folderFinding(PRESENT),
        finding(
          'FILES',
          named ? PRESENT : others ? MISSING : NOT_STATED,
          'folder files',
          'Files lie there and none is taken for an extract.',
          'filePattern: the name that the files have',
        ),
        ...BY_FILE.map(({ refusedAs, ...one }) => ({ ...one, state: stateOf(refusedAs), needed: true })),
      ],
    };
  } catch (error) {
    return { failure: folderFailure(error).code, findings: [] };
  }
}
