/** Settings of a site for HL7 v2, checked as a whole: every fault at once, no value repeated. */
import { z } from 'zod';
import { HubError } from '../../src/core/errors.js';
import { type FeedSettings, feedFields } from './feed-settings.js';
import {
  type ListeningSettings,
  listeningCrossFaults,
  listeningFields,
} from './listening/listening-settings.js';
import { type MeaningRules, meaningFields, meaningRules } from './meaning/meaning-settings.js';

/** Settings of one site. */
export interface Hl7v2Settings {
  readonly listening: ListeningSettings;
  readonly meaning: MeaningRules;
  readonly feed: FeedSettings;
}

const fields = z.strictObject({ ...listeningFields, ...meaningFields, ...feedFields });

function wordsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${key}: is not a setting of this adapter`);
  if (issue.path.length === 0) return ['settings: must be an object'];
  const absent = issue.code !== 'custom' && issue.input === undefined;
  return [`${issue.path.join('.')}: ${absent ? 'is required' : issue.message}`];
}

/** The settings of a site profile, or `HUB_ADAPTER_SETTINGS` with every fault in `details.faults`. Values are never repeated. */
export function parseSettings(raw: unknown): Hl7v2Settings {
  const result = fields.safeParse(raw, { reportInput: true });
  const faults = result.success ? listeningCrossFaults(result.data) : result.error.issues.flatMap(wordsOf);
  if (!result.success || faults.length > 0)
    throw new HubError('HUB_ADAPTER_SETTINGS', {
      message: `hl7v2 settings: ${faults.join('; ')}`,
      details: { adapter: 'hl7v2', faults },
    });
  const { data } = result;
  return { listening: data, meaning: meaningRules(data), feed: data };
}
