/** The setting of change hints: what a server proves itself with when it tells the hub that something has changed. */
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { text } from '../../../src/core/setting-kinds.js';

/** The part of a site's settings that hints need. */
export interface HintSettings {
  /** Null where the site takes no hints. */
  readonly hintSecret: string | null;
}

/** How the setting is read. It travels in a header, as a bearer token (RFC 6750 section 2.1). */
export const hintFields = {
  hintSecret: text
    .regex(
      /^[A-Za-z0-9\-._~+/]{32,512}=*$/,
      'must be 32 to 512 letters, digits or -._~+/, with = at the end alone',
    )
    .nullable()
    .default(null),
};

/** Part of the manifest's settings. */
export const hintSettings: readonly SettingDescription[] = [
  {
    key: 'hintSecret',
    type: 'secret',
    required: false,
    help: 'What the server sends as Authorization: Bearer when a Subscription tells the hub that a caseload has changed; 32 random characters or more. When absent no such hint is taken.',
  },
];
