/** The settings of a feed of caseloads: whether there is one, and how much it may leave open. */
import type { SettingDescription } from '../../src/clinical/clinical-record.port.js';
import type { FeedPatience } from '../../src/clinical/inbound.port.js';
import { integer, yesOrNo } from '../../src/core/setting-kinds.js';
import { preset } from './setting-descriptions.js';

/** Values of settings that a site profile leaves out. */
export const FEED_DEFAULTS = {
  caseloadFeed: true,
  silentAfterMinutes: 240,
  unreadAfterMinutes: 5,
  feedTellsAll: false,
} as const;

/** Members of the schema of settings. */
export const feedFields = {
  caseloadFeed: yesOrNo(FEED_DEFAULTS.caseloadFeed),
  silentAfterMinutes: integer(1, 10_080).default(FEED_DEFAULTS.silentAfterMinutes),
  unreadAfterMinutes: integer(1, 1_440).default(FEED_DEFAULTS.unreadAfterMinutes),
  feedTellsAll: yesOrNo(FEED_DEFAULTS.feedTellsAll),
};

/** The fields as they are read. */
export interface FeedSettings {
  readonly caseloadFeed: boolean;
  readonly silentAfterMinutes: number;
  readonly unreadAfterMinutes: number;
  readonly feedTellsAll: boolean;
}

/** What the port takes of them; null where the messages are no feed of caseloads. */
export function patienceOf(settings: FeedSettings): FeedPatience | null {
  if (!settings.caseloadFeed) return null;
  return {
    silentAfterMs: settings.silentAfterMinutes * 60_000,
    unreadAfterMs: settings.unreadAfterMinutes * 60_000,
    toldAll: settings.feedTellsAll,
  };
}

/** Part of the manifest's settings. */
export const feedSettings: readonly SettingDescription[] = [
  preset(
    'caseloadFeed',
    'boolean',
    FEED_DEFAULTS.caseloadFeed,
    'Whether the messages tell who is on which caseload.',
  ),
  preset(
    'silentAfterMinutes',
    'integer',
    FEED_DEFAULTS.silentAfterMinutes,
    'Minutes without a message of types ADT or REF after which nobody’s absence follows from the feed any more; longer than the quietest hours of the night.',
  ),
  preset(
    'unreadAfterMinutes',
    'integer',
    FEED_DEFAULTS.unreadAfterMinutes,
    'Minutes for which a message may wait to be read before the same is so.',
  ),
  preset(
    'feedTellsAll',
    'boolean',
    FEED_DEFAULTS.feedTellsAll,
    'Whether the feed began by telling of everybody who was on a caseload, so that nobody has to be counted first.',
  ),
];
