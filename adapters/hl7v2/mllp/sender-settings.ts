/** The settings of sending: where to, behind which TLS, and how long it may take. */
import type { AdapterDependencies, SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { file, integer, text, yesOrNo } from '../../../src/core/setting-kinds.js';
import { optional, preset } from '../setting-descriptions.js';
import { createSender, type MllpSender, type SenderOptions } from './sender.js';
import { type TlsFileNames, type TlsFiles, TlsIdentity } from './tls-files.js';

/** Values of settings that a site profile leaves out. */
export const SENDER_DEFAULTS = {
  sendTls: true,
  sendKeepsOpen: true,
  sendConnections: 1,
  sendConnectTimeoutMs: 10_000,
  sendAnswerTimeoutMs: 30_000,
} as const;

/** Settings of sending, checked, with every default filled in. */
export interface SenderSettings {
  /** Null: the site is sent nothing. */
  readonly sendHost: string | null;
  readonly sendPort: number | null;
  readonly sendTls: boolean;
  readonly sendServerName: string | null;
  readonly sendCertificateFile: string | null;
  readonly sendKeyFile: string | null;
  readonly sendAuthorityFile: string | null;
  readonly sendKeepsOpen: boolean;
  readonly sendConnections: number;
  readonly sendConnectTimeoutMs: number;
  readonly sendAnswerTimeoutMs: number;
}

const D = SENDER_DEFAULTS;
const HOST = /^[A-Za-z0-9._:-]+$/;
const host = text.regex(HOST, 'must be a host name or an address').nullable().default(null);

/** Members of the schema of settings. */
export const senderFields = {
  sendHost: host,
  sendPort: integer(1, 65_535).nullable().default(null),
  sendTls: yesOrNo(D.sendTls),
  sendServerName: host,
  sendCertificateFile: file,
  sendKeyFile: file,
  sendAuthorityFile: file,
  sendKeepsOpen: yesOrNo(D.sendKeepsOpen),
  sendConnections: integer(1, 16).default(D.sendConnections),
  sendConnectTimeoutMs: integer(100, 600_000).default(D.sendConnectTimeoutMs),
  sendAnswerTimeoutMs: integer(100, 600_000).default(D.sendAnswerTimeoutMs),
};

/** Faults that lie between these settings. */
export function senderCrossFaults(settings: SenderSettings): readonly string[] {
  const faults: string[] = [];
  if ((settings.sendHost === null) !== (settings.sendPort === null))
    faults.push('sendPort: goes with sendHost, and neither without the other');
  if ((settings.sendCertificateFile === null) !== (settings.sendKeyFile === null))
    faults.push('sendKeyFile: goes with sendCertificateFile, and neither without the other');
  for (const key of ['sendServerName', 'sendCertificateFile', 'sendAuthorityFile'] as const)
    if (settings[key] !== null && !settings.sendTls) faults.push(`${key}: needs sendTls`);
  return faults;
}

/** Part of the manifest's settings. */
export const senderSettings: readonly SettingDescription[] = [
  optional(
    'sendHost',
    'text',
    'Host name or address to which the hub sends documents; when absent it sends none here.',
  ),
  optional('sendPort', 'integer', 'Its port.'),
  preset(
    'sendTls',
    'boolean',
    D.sendTls,
    'Whether it is spoken to by TLS 1.2 or later; false sends in clear, and nothing but this setting does.',
  ),
  optional('sendServerName', 'text', 'Name that its certificate must be for; when absent sendHost.'),
  optional(
    'sendCertificateFile',
    'text',
    'Absolute path of the certificate that the hub shows, PEM with its chain. Read again when the file changes.',
  ),
  optional('sendKeyFile', 'text', 'Absolute path of that certificate’s private key, PEM.'),
  optional(
    'sendAuthorityFile',
    'text',
    'Absolute path of the authorities, PEM, whose certificates are believed; when absent those of Node.',
  ),
  preset(
    'sendKeepsOpen',
    'boolean',
    D.sendKeepsOpen,
    'Whether a connection is used for further messages; false for an engine that closes it after each answer.',
  ),
  preset(
    'sendConnections',
    'integer',
    D.sendConnections,
    'Connections at most, 1 to 16, each with one message under way.',
  ),
  preset(
    'sendConnectTimeoutMs',
    'integer',
    D.sendConnectTimeoutMs,
    'Milliseconds for a connection, 100 to 600000.',
  ),
  preset(
    'sendAnswerTimeoutMs',
    'integer',
    D.sendAnswerTimeoutMs,
    'Milliseconds for an answer, 100 to 600000; after that the message is in doubt.',
  ),
];

/** Answers longer than that are malformed unless somebody asked for more, and how often the files of the certificate are looked at. */
const MAX_ANSWER_BYTES = 1_048_576;
const TLS_REFRESH_MS = 30_000;

/** Files of the hub's end of TLS where it sends; null where it sends nothing, or in clear. */
export function sendingTlsFiles(settings: SenderSettings): TlsFiles | null {
  const { sendHost, sendTls, sendCertificateFile, sendKeyFile, sendAuthorityFile } = settings;
  if (sendHost === null || !sendTls) return null;
  return { certificate: sendCertificateFile, key: sendKeyFile, authority: sendAuthorityFile };
}

/** Their settings in the profile of a site. */
export function sendingTlsNames(system: string): TlsFileNames {
  const setting = (name: keyof SenderSettings): string => `sites.${system}.settings.${name}`;
  const [certificate, key] = [setting('sendCertificateFile'), setting('sendKeyFile')];
  return { certificate, key, authority: setting('sendAuthorityFile') };
}

type Dependencies = Pick<AdapterDependencies, 'system' | 'clock' | 'logger'>;

function optionsOf(
  settings: SenderSettings,
  dependencies: Dependencies,
  maxAnswerBytes: number,
): SenderOptions {
  const { sendHost, sendPort, sendServerName: serverName } = settings;
  if (sendHost === null || sendPort === null)
    throw new HubError('HUB_SETTINGS_INVALID', { message: 'sendHost: the site states none' });
  const files = sendingTlsFiles(settings);
  const identity = files && new TlsIdentity(files, dependencies, sendingTlsNames(dependencies.system));
  return {
    host: sendHost,
    port: sendPort,
    tls: identity && { identity, serverName },
    connectTimeoutMs: settings.sendConnectTimeoutMs,
    answerTimeoutMs: settings.sendAnswerTimeoutMs,
    keepsOpen: settings.sendKeepsOpen,
    connections: settings.sendConnections,
    maxAnswerBytes,
    tlsRefreshMs: TLS_REFRESH_MS,
  };
}

/** A sender by a site's settings. Files that cannot be used refuse each message (`HUB_UPSTREAM_REFUSED`) until they can be. */
export function createSiteSender(
  settings: SenderSettings,
  dependencies: Dependencies,
  maxAnswerBytes: number = MAX_ANSWER_BYTES,
): MllpSender {
  let made: MllpSender | null = null;
  const sender = (): MllpSender => {
    try {
      made ??= createSender(optionsOf(settings, dependencies, maxAnswerBytes));
      return made;
    } catch (error) {
      if (!isHubError(error)) throw error;
      throw new HubError('HUB_UPSTREAM_REFUSED', { details: error.details, cause: error });
    }
  };
  return {
    exchange: async (message, judge, signal) => sender().exchange(message, judge, signal),
    reach: async (signal) => sender().reach(signal),
    close: () => made?.close(),
  };
}
