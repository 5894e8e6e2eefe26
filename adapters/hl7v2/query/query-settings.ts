/** The settings of asking: whether the far end answers for a team's list, where a question names the team, and how far it is followed. */
import type { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { choice, integer, yesOrNo } from '../../../src/core/setting-kinds.js';
import type { SenderSettings } from '../mllp/sender-settings.js';
import { optional, preset } from '../setting-descriptions.js';

/** Where a question may name the team. The two of the header are for far ends that know a caller by its address in the message. */
export const TEAM_PLACES = ['QRF-1', 'QRD-8', 'QRD-10', 'MSH-4', 'MSH-6'] as const;
/** What is asked for (QRD-9, HL7 table 0048): everybody who is active, or demographics. */
export const ASKED_FOR = ['APN', 'DEM'] as const;

/** Values of settings that a site profile leaves out. */
export const QUERY_DEFAULTS = {
  queryTeams: false,
  queryTeamIn: 'QRF-1',
  queryFor: 'APN',
  queryMaxPages: 200,
  queryMaxBytes: 16_777_216,
  queryTimeoutSeconds: 60,
} as const;

/** Settings of asking, checked, with every default filled in. */
export interface QuerySettings {
  /** Whether the lists of teams are asked for. */
  readonly queryTeams: boolean;
  /** Null: the port to which documents are sent. */
  readonly queryPort: number | null;
  readonly queryTeamIn: (typeof TEAM_PLACES)[number];
  readonly queryFor: (typeof ASKED_FOR)[number];
  /** People for each page; null: as many as the far end gives. */
  readonly queryPageSize: number | null;
  readonly queryMaxPages: number;
  readonly queryMaxBytes: number;
  readonly queryTimeoutSeconds: number;
}

const D = QUERY_DEFAULTS;

/** Members of the schema of settings. */
export const queryFields = {
  queryTeams: yesOrNo(D.queryTeams),
  queryPort: integer(1, 65_535).nullable().default(null),
  queryTeamIn: choice(TEAM_PLACES, D.queryTeamIn),
  queryFor: choice(ASKED_FOR, D.queryFor),
  queryPageSize: integer(1, 10_000).nullable().default(null),
  queryMaxPages: integer(1, 10_000).default(D.queryMaxPages),
  queryMaxBytes: integer(1_024, 104_857_600).default(D.queryMaxBytes),
  queryTimeoutSeconds: integer(1, 600).default(D.queryTimeoutSeconds),
} satisfies Record<keyof QuerySettings, z.ZodType>;

/** How questions are sent: as documents are, on connections of their own and with a patience of their own. */
export function askingSettings(to: SenderSettings, query: QuerySettings): SenderSettings {
  return {
    ...to,
    sendPort: query.queryPort ?? to.sendPort,
    sendConnections: 1,
    sendAnswerTimeoutMs: query.queryTimeoutSeconds * 1_000,
  };
}

/** Part of the manifest's settings. */
export const querySettings: readonly SettingDescription[] = [
  preset(
    'queryTeams',
    'boolean',
    D.queryTeams,
    'Whether sendHost is asked who is on each team’s caseload (QRY^A19), to count a feed by.',
  ),
  optional('queryPort', 'integer', 'Port of sendHost to which questions go; when absent sendPort.'),
  {
    ...preset('queryTeamIn', 'choice', D.queryTeamIn, 'Where that question names the team.'),
    choices: TEAM_PLACES,
  },
  {
    ...preset(
      'queryFor',
      'choice',
      D.queryFor,
      'What it asks for (QRD-9): everybody who is active, or demographics, where a far end gives its list so.',
    ),
    choices: ASKED_FOR,
  },
  optional(
    'queryPageSize',
    'integer',
    'People for each page (QRD-7), 1 to 10000; when absent as many as the far end gives.',
  ),
  preset('queryMaxPages', 'integer', D.queryMaxPages, 'Pages of one list at most (DSC), 1 to 10000.'),
  preset('queryMaxBytes', 'integer', D.queryMaxBytes, 'Bytes of one answer at most, 1024 to 104857600.'),
  preset(
    'queryTimeoutSeconds',
    'integer',
    D.queryTimeoutSeconds,
    'Seconds that one answer is waited for, 1 to 600.',
  ),
];
