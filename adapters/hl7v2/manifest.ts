/** What the adapter for HL7 v2 is, can do and needs to be told, as data. */
import { type AdapterManifest, Capability } from '../../src/clinical/clinical-record.port.js';
import { batchSettings } from './batch/batch-settings.js';
import { feedSettings } from './feed-settings.js';
import { listeningSettings } from './listening/listening-settings.js';
import { meaningSettings } from './meaning/meaning-settings.js';
import { senderSettings } from './mllp/sender-settings.js';
import { querySettings } from './query/query-settings.js';
import { preset } from './setting-descriptions.js';
import { writingSettings } from './writing/writing-help.js';

const settings = [
  ...listeningSettings,
  ...meaningSettings,
  ...feedSettings,
  ...senderSettings,
  preset(
    'sendsDocuments',
    'boolean',
    true,
    'Whether documents are sent to sendHost; false where it only answers questions.',
  ),
  ...writingSettings,
  ...querySettings,
  ...batchSettings,
];

/** Shown by `hub systems describe hl7v2`. */
export const manifest: AdapterManifest = {
  id: 'hl7v2',
  name: 'HL7 v2 messages over MLLP',
  protocol: 'HL7 v2.1 to 2.8 in ER7 over MLLP, plain or TLS',
  capabilities: [Capability.INBOUND, Capability.DOCUMENTS],
  // What several parts are told, as the time zone, stands once.
  settings: [...new Map(settings.map((setting) => [setting.key, setting])).values()],
};
