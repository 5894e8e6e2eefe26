/** Extracts as a trust's nightly job writes them, in CSV, and what can be wrong with one. */
import type { FileFaultKind } from '../contract/file-far-end.js';
import type { PeerMembership } from '../contract/misbehaving-peer.js';

/** In every file, and never to come out of an error. */
export const FILE_CANARY = 'canary-of-the-file';
/** A name that needs an encoding: é is two bytes in UTF-8, € one of its own in windows-1252. */
export const REMARK = `${FILE_CANARY} café €5`;

/** Settings under which the files of this page are read; `folder` is to be added. */
export const FILE_SETTINGS = {
  filePattern: 'caseload_{asOf}_*.csv',
  asOfFormat: 'yyyyMMddHHmm',
  columns: [
    'team=Team',
    'teamName=Team name',
    'teamCode=Team code',
    'localId=Patient',
    'validFrom=From',
    'validTo=To',
    'state=State',
    'coordinator=Coordinator',
    'coordinatorName=Coordinator name',
    'nhsNumber=NHS number',
    'nhsNumberStatus=NHS number status',
    'dateOfBirth=Born',
    'deceasedOn=Died',
    'active=Active',
    'replacedBy=Replaced by',
    'restricted=Restricted',
  ],
} as const;

/** One row by heading. */
export type FileRowCells = Readonly<Record<string, string>>;

const HEADINGS = [...FILE_SETTINGS.columns.map((entry) => entry.split('=')[1]!), 'Remark'];

/** The row of a membership. */
export function rowOf(team: string, { patient, coordinator, ...one }: PeerMembership): FileRowCells {
  return {
    Team: team,
    'Team name': `Team of ${team}`,
    Patient: patient.localId,
    From: one.validFrom ?? '',
    To: one.validTo ?? '',
    State: one.state,
    Coordinator: coordinator?.reference ?? '',
    'Coordinator name': coordinator?.name ?? '',
    'NHS number': patient.nhsNumber ?? '',
    'NHS number status': patient.nhsNumberStatus ?? '',
    Born: patient.dateOfBirth ?? '',
    Died: patient.deceasedOn ?? '',
    Active: patient.active ? 'Y' : 'N',
    'Replaced by': patient.replacedByLocalId ?? '',
    Restricted: patient.restricted ? 'true' : 'false',
    Remark: REMARK,
  };
}

/** The row of a team of which nothing else is told. */
export function teamRow(reference: string, name: string, code: string | null): FileRowCells {
  return { Team: reference, 'Team name': name, 'Team code': code ?? '' };
}

/** The same row for many people of another team. */
function otherTeam(count: number): FileRowCells[] {
  return Array.from({ length: count }, (_, n) => ({
    Team: 'Team-other',
    Patient: `other-${n}`,
    From: '2025-01-01',
    State: 'OPEN',
    Remark: REMARK,
  }));
}

const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const lineOf = (headings: readonly string[], row: FileRowCells): string =>
  headings.map((heading) => cell(row[heading] ?? '')).join(',');

/** A file in the making: lines without their ends. */
interface Draft {
  headings: string[];
  rows: FileRowCells[];
  /** What the rows come to, when they are not to be written as they are. */
  lines(lines: string[]): string[];
  ends: readonly string[];
  encode(text: string): Buffer;
}

const inMiddle = (lines: string[], change: (line: string) => string): string[] =>
  lines.map((line, at) => (at === 1 && lines.length > 2 ? change(line) : line));
const firstRow = (draft: Draft, change: FileRowCells): void => {
  draft.rows = draft.rows.map((row, at) => (at === 0 ? { ...row, ...change } : row));
};
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const windows1252 = (text: string): Buffer => Buffer.from(text.replaceAll('€', '\x80'), 'latin1');

/** Faults that lie in the content; the others are the folder's. */
const SPOILT: Partial<Record<FileFaultKind, (draft: Draft) => void>> = {
  BYTE_ORDER_MARK: (draft) => (draft.encode = (text) => Buffer.from(`\ufeff${text}`)),
  UTF_16_MARKED: (draft) => (draft.encode = (text) => utf16(`\ufeff${text}`).swap16()),
  UTF_16_UNMARKED: (draft) => (draft.encode = utf16),
  WINDOWS_1252: (draft) => (draft.encode = windows1252),
  MIXED_LINE_ENDS: (draft) => (draft.ends = ['\r\n', '\n', '\r']),
  QUOTED_LINE_BREAKS: (draft) => {
    draft.rows = draft.rows.map((row) => ({ ...row, 'Team name': 'Team\r\nof "two", lines' }));
  },
  OTHER_COLUMNS: (draft) => (draft.headings = ['Ward', ...draft.headings.reverse()]),
  OTHER_TEAMS: (draft) => {
    draft.rows = draft.rows.flatMap((row) => [{ ...row, Team: 'Team-other' }, row]);
  },
  VAST: (draft) => draft.rows.unshift(...otherTeam(40_000)),
  NO_BYTES: (draft) => (draft.encode = () => Buffer.alloc(0)),
  CUT_SHORT: (draft) =>
    (draft.encode = (text) => Buffer.from(text).subarray(0, Buffer.byteLength(text) - 70)),
  NO_TRAILER: (draft) => (draft.lines = (lines) => lines.slice(0, -1)),
  COUNT_WRONG: (draft) => (draft.lines = (lines) => [...lines.slice(0, -1), `TRAILER,${lines.length - 1}`]),
  QUOTE_OPEN: (draft) => (draft.lines = (lines) => [...lines.slice(0, -1), `"${FILE_CANARY},2`]),
  OTHER_HEADINGS: (draft) =>
    (draft.lines = ([head, ...lines]) => [head!.replace('From', FILE_CANARY), ...lines]),
  NO_HEADINGS: (draft) => (draft.lines = ([_head, ...lines]) => lines),
  HEADING_TWICE: (draft) => draft.headings.push('Patient'),
  UNDECODABLE: (draft) => {
    draft.encode = (text) => {
      const bytes = Buffer.from(text);
      bytes[bytes.length - 3] = 0xff;
      return bytes;
    };
  },
  QUOTE_STRAY: (draft) => (draft.lines = (lines) => inMiddle(lines, (line) => `${line}"${FILE_CANARY}`)),
  CELL_TOO_MANY: (draft) => (draft.lines = (lines) => inMiddle(lines, (line) => `${line},${FILE_CANARY}`)),
  AFTER_TRAILER: (draft) => (draft.lines = (lines) => [...lines, lines.at(-2)!]),
  ROW_ENDLESS: (draft) => {
    draft.rows.push(...otherTeam(3_000));
    draft.lines = (lines) => inMiddle(lines, (line) => `"${line}`);
  },
  UNKNOWN_STATE_WORD: (draft) => firstRow(draft, { State: FILE_CANARY }),
  NO_PERSON: (draft) => firstRow(draft, { Patient: '' }),
  ROW_TWICE: (draft) => {
    draft.rows = draft.rows.flatMap((row, at) => (at === 0 ? [row, row] : [row]));
  },
  OTHER_DATES: (draft) => {
    draft.rows = draft.rows.map((row) => ({ ...row, From: (row.From ?? '').split('-').reverse().join('/') }));
  },
};

/** A whole file with its trailer, spoilt in the way asked for. */
export function fileOf(rows: readonly FileRowCells[], spoilt: FileFaultKind | null = null): Buffer {
  const draft: Draft = {
    headings: [...HEADINGS],
    rows: [...rows],
    lines: (lines) => lines,
    ends: ['\r\n'],
    encode: (text) => Buffer.from(text),
  };
  if (spoilt !== null) SPOILT[spoilt]?.(draft);
  const body = draft.rows.map((row) => lineOf(draft.headings, row));
  const lines = draft.lines([draft.headings.map(cell).join(','), ...body, `TRAILER,${body.length}`]);
  return draft.encode(lines.map((line, at) => line + draft.ends[at % draft.ends.length]!).join(''));
}
