/** Far ends that drop files into a folder: how they can misbehave, and what must come of it. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import type { ContractProfile } from './contract-profiles.js';
import type { Expectation } from './expectations.js';
import type { CaseloadTraits } from './misbehaving-peer.js';

/** The ways in which a dropped file can be other than it should. */
export const FILE_FAULT_KINDS = [
  /** Begins with the byte order mark of UTF-8. */
  'BYTE_ORDER_MARK',
  'UTF_16_MARKED',
  'UTF_16_UNMARKED',
  'WINDOWS_1252',
  /** Lines end in each of the three ways. */
  'MIXED_LINE_ENDS',
  /** Names that go over two lines, within quotes. */
  'QUOTED_LINE_BREAKS',
  /** More columns, in another order. */
  'OTHER_COLUMNS',
  /** Other teams' rows between those of the team. */
  'OTHER_TEAMS',
  /** So many rows of another team that reading takes seconds. */
  'VAST',
  'NO_BYTES',
  /** Ends in the middle of a row. */
  'CUT_SHORT',
  /** Ends after a whole row, without its trailer. */
  'NO_TRAILER',
  /** The trailer counts one more than there are. */
  'COUNT_WRONG',
  /** The last cell's quote is never closed. */
  'QUOTE_OPEN',
  /** A heading has another name. */
  'OTHER_HEADINGS',
  /** Begins with a row. */
  'NO_HEADINGS',
  'HEADING_TWICE',
  /** UTF-8, but for one byte. */
  'UNDECODABLE',
  /** A quote in the middle of a cell. */
  'QUOTE_STRAY',
  'CELL_TOO_MANY',
  'AFTER_TRAILER',
  /** A quote that swallows the rest of a long file. */
  'ROW_ENDLESS',
  /** A state of its own invention. */
  'UNKNOWN_STATE_WORD',
  /** A membership of nobody. */
  'NO_PERSON',
  'ROW_TWICE',
  /** Days and months the other way round. */
  'OTHER_DATES',
  /** Dated tomorrow. */
  'FUTURE',
  /** Dated last week. */
  'STALE',
  /** Written to a moment ago. */
  'UNFINISHED',
  'NOTHING_DROPPED',
  'FOLDER_GONE',
] as const;
export type FileFaultKind = (typeof FILE_FAULT_KINDS)[number];

const complete = (kind: FileFaultKind): Expectation<FileFaultKind> => ({
  fault: { kind },
  outcome: 'COMPLETE',
});
const refused = (kind: FileFaultKind, code: ErrorCode): Expectation<FileFaultKind> => ({
  fault: { kind },
  outcome: { retry: 'permanent', code },
});
const waits = (kind: FileFaultKind, code: ErrorCode): Expectation<FileFaultKind> => ({
  fault: { kind },
  outcome: { retry: 'transient', code },
});

/** Of 120 memberships in one file, with none before it. */
const FILE_EXPECTATIONS: readonly Expectation<FileFaultKind>[] = [
  complete('BYTE_ORDER_MARK'),
  complete('UTF_16_MARKED'),
  complete('UTF_16_UNMARKED'),
  complete('WINDOWS_1252'),
  complete('MIXED_LINE_ENDS'),
  complete('QUOTED_LINE_BREAKS'),
  complete('OTHER_COLUMNS'),
  complete('OTHER_TEAMS'),
  complete('VAST'),
  refused('NO_BYTES', 'HUB_CASELOAD_FILE_PARTIAL'),
  refused('CUT_SHORT', 'HUB_CASELOAD_FILE_PARTIAL'),
  refused('NO_TRAILER', 'HUB_CASELOAD_FILE_PARTIAL'),
  refused('COUNT_WRONG', 'HUB_CASELOAD_FILE_PARTIAL'),
  refused('QUOTE_OPEN', 'HUB_CASELOAD_FILE_PARTIAL'),
  refused('OTHER_HEADINGS', 'HUB_CASELOAD_FILE_HEADER'),
  refused('NO_HEADINGS', 'HUB_CASELOAD_FILE_HEADER'),
  refused('HEADING_TWICE', 'HUB_CASELOAD_FILE_HEADER'),
  refused('UNDECODABLE', 'HUB_CASELOAD_FILE_ENCODING'),
  refused('QUOTE_STRAY', 'HUB_CASELOAD_FILE_FORMAT'),
  refused('CELL_TOO_MANY', 'HUB_CASELOAD_FILE_FORMAT'),
  refused('AFTER_TRAILER', 'HUB_CASELOAD_FILE_FORMAT'),
  refused('ROW_ENDLESS', 'HUB_CASELOAD_FILE_FORMAT'),
  refused('UNKNOWN_STATE_WORD', 'HUB_CASELOAD_FILE_VALUES'),
  refused('NO_PERSON', 'HUB_CASELOAD_FILE_VALUES'),
  refused('ROW_TWICE', 'HUB_CASELOAD_FILE_VALUES'),
  refused('OTHER_DATES', 'HUB_CASELOAD_FILE_VALUES'),
  refused('FUTURE', 'HUB_CASELOAD_FILE_DATE'),
  waits('STALE', 'HUB_CASELOAD_FILE_STALE'),
  waits('UNFINISHED', 'HUB_CASELOAD_FILE_WAITING'),
  waits('NOTHING_DROPPED', 'HUB_CASELOAD_FILE_MISSING'),
  waits('FOLDER_GONE', 'HUB_UPSTREAM_UNREACHABLE'),
];

/** Folders into which files are dropped. */
export const FILE: ContractProfile<FileFaultKind> = {
  kinds: FILE_FAULT_KINDS,
  expectations: FILE_EXPECTATIONS,
  slowKinds: ['VAST'],
  slow: { kind: 'VAST' },
  failing: { kind: 'CUT_SHORT' },
  survived: { kind: 'BYTE_ORDER_MARK' },
  unhealthy: ['FOLDER_GONE', 'NOTHING_DROPPED', 'CUT_SHORT', 'OTHER_HEADINGS', 'UNDECODABLE', 'STALE'],
  unhealthyCode: /^HUB_(CASELOAD_FILE|UPSTREAM)_/,
  healthFollowsPull: true,
};

/** A file can tell everything that the port has a word for, but not what has changed since another. */
export const WHOLE_EACH_TIME: CaseloadTraits<FileFaultKind> = {
  states: Object.values(MembershipState),
  tellable: (membership) => membership,
  incremental: false,
  impossible: [],
  requestsForOnePage: 1,
  resumes: false,
};
