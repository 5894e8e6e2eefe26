/** Settings of a site for HL7 v2, checked as a whole: every fault at once, no value repeated. */
import { z } from 'zod';
import { HubError } from '../../src/core/errors.js';
import { settingFaults, yesOrNo } from '../../src/core/setting-kinds.js';
import { type BatchSettings, batchFields } from './batch/batch-settings.js';
import { type FeedSettings, feedFields } from './feed-settings.js';
import {
  type ListeningSettings,
  listeningCrossFaults,
  listeningFields,
} from './listening/listening-settings.js';
import { type MeaningRules, meaningFields, meaningRules } from './meaning/meaning-settings.js';
import { type SenderSettings, senderCrossFaults, senderFields } from './mllp/sender-settings.js';
import { type QuerySettings, queryFields } from './query/query-settings.js';
import {
  type WritingSettings,
  writingCrossFaults,
  writingFields,
  writingSettingsOf,
} from './writing/writing-settings.js';

/** Settings of one site. */
export interface Hl7v2Settings {
  readonly listening: ListeningSettings;
  readonly meaning: MeaningRules;
  readonly feed: FeedSettings;
  /** Null: the site is sent nothing. */
  readonly sending: {
    readonly to: SenderSettings;
    readonly writing: WritingSettings;
    /** Whether documents are sent there, or only questions. */
    readonly documents: boolean;
  } | null;
  readonly query: QuerySettings;
  readonly batch: BatchSettings;
}

const fields = z.strictObject({
  ...listeningFields,
  ...meaningFields,
  ...feedFields,
  ...senderFields,
  ...writingFields,
  ...queryFields,
  ...batchFields,
  sendsDocuments: yesOrNo(true),
});
type Fields = z.infer<typeof fields>;

/** Faults that lie between settings. */
function crossFaults(settings: Fields): readonly string[] {
  const sends = settings.sendHost !== null;
  return [
    ...listeningCrossFaults(settings),
    ...senderCrossFaults(settings),
    ...(sends ? writingCrossFaults(settings) : []),
    ...(sends || !settings.queryTeams ? [] : ['queryTeams: needs sendHost']),
    ...(settings.queryTeams && settings.batchFolder !== null
      ? ['batchFolder: a feed is counted one way, and queryTeams is another']
      : []),
    ...(settings.listenPort === null && !sends && settings.batchFolder === null
      ? ['listenPort: is required where nothing is sent and no files are read']
      : []),
  ];
}

/** The settings of a site profile, or `HUB_ADAPTER_SETTINGS` with every fault in `details.faults`. Values are never repeated. */
export function parseSettings(raw: unknown): Hl7v2Settings {
  const result = fields.safeParse(raw, { reportInput: true });
  const faults = result.success ? crossFaults(result.data) : settingFaults(result.error);
  if (!result.success || faults.length > 0)
    throw new HubError('HUB_ADAPTER_SETTINGS', {
      message: `hl7v2 settings: ${faults.join('; ')}`,
      details: { adapter: 'hl7v2', faults },
    });
  const { data } = result;
  return {
    listening: data,
    meaning: meaningRules(data),
    feed: data,
    sending:
      data.sendHost === null
        ? null
        : { to: data, writing: writingSettingsOf(data), documents: data.sendsDocuments },
    query: data,
    batch: data,
  };
}
