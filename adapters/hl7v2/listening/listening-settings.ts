/** The settings of listening: where, to whom, to which messages, and how much. */
import { z } from 'zod';
import type { SettingDescription } from '../../../src/clinical/clinical-record.port.js';
import { choice, file, integer, list, text, zone } from '../../../src/core/setting-kinds.js';
import { CHARSETS, type Charset, charsetNamed } from '../er7/charset-names.js';
import { USUAL_ZONE } from '../er7/times.js';
import { type AddressList, addressList } from '../mllp/addresses.rules.js';
import type { TlsFileNames, TlsFiles } from '../mllp/tls-files.js';
import { optional, preset } from '../setting-descriptions.js';

/** Processing ids (HL7 table 0103): production, training, debugging. */
export const PROCESSING_IDS = ['P', 'T', 'D'] as const;
/** What a sender is told when its message could not be kept: that it failed (207), or nothing, by the end of the connection. */
export const NOT_KEPT = ['ERROR', 'CLOSE'] as const;

/** Values of settings that a site profile leaves out. */
export const LISTENING_DEFAULTS = {
  listenHost: '127.0.0.1',
  allowedAddresses: '127.0.0.0/8, ::1',
  messageTypes: 'ADT, REF, MDM, ORU, PPR',
  versions: '2.1, 2.2, 2.3, 2.3.1, 2.4, 2.5, 2.5.1, 2.6, 2.7, 2.7.1, 2.8',
  processingId: 'P',
  characterSet: 'ASCII',
  timeZone: USUAL_ZONE,
  maxMessageBytes: 1_048_576,
  maxSegments: 2_000,
  maxConnections: 1_000,
  maxHeldBytes: 268_435_456,
  frameTimeoutSeconds: 30,
  keepTimeoutSeconds: 30,
  whenNotKept: 'ERROR',
} as const;

/** Sending application and facility of a partner; `*` is any. */
export interface AllowedSender {
  readonly application: string;
  readonly facility: string;
}

/** Settings of listening, checked, with every default filled in. */
export interface ListeningSettings {
  readonly listenHost: string;
  /** Null: the site does not listen. */
  readonly listenPort: number | null;
  readonly allowedAddresses: AddressList;
  readonly listenCertificateFile: string | null;
  readonly listenKeyFile: string | null;
  readonly listenAuthorityFile: string | null;
  /** Fingerprints (SHA-256, capitals, with colons) or common names of the certificates that may connect; none: all of the authority. */
  readonly allowedCertificates: readonly string[];
  /** None: any. */
  readonly allowedSenders: readonly AllowedSender[];
  /** Types (`ADT`), or types with an event (`ADT^A01`). */
  readonly messageTypes: readonly string[];
  readonly versions: readonly string[];
  readonly processingId: (typeof PROCESSING_IDS)[number];
  /** Of messages that leave MSH-18 empty. */
  readonly characterSet: Charset;
  /** Of times without an offset. */
  readonly timeZone: string;
  readonly maxMessageBytes: number;
  readonly maxSegments: number;
  readonly maxConnections: number;
  readonly maxHeldBytes: number;
  readonly frameTimeoutSeconds: number;
  readonly keepTimeoutSeconds: number;
  readonly whenNotKept: (typeof NOT_KEPT)[number];
}

const D = LISTENING_DEFAULTS;
const FINGERPRINT = /^(?:[0-9A-F]{2}:?){31}[0-9A-F]{2}$/i;

/** Fingerprints are compared as Node writes them. */
function certificateEntry(entry: string): string {
  return FINGERPRINT.test(entry)
    ? entry.replaceAll(':', '').toUpperCase().match(/../g)!.join(':')
    : entry.replace(/^CN=/i, '');
}

/** The set of a name that says which bytes; `UNICODE` is UTF-8, as where a message states it. */
function declaredCharset(name: string): Charset | null {
  const named = charsetNamed(name) === 'UNICODE' ? 'UTF-8' : charsetNamed(name);
  return CHARSETS.find((charset) => charset === named && !/^UTF-(16|32)/.test(charset)) ?? null;
}

function made<T>(read: (value: string) => T | null, fault: string) {
  return text.transform((value, context): T => {
    const found = read(value);
    if (found !== null) return found;
    context.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  });
}

const each = (pattern: RegExp, fault: string) => list.pipe(z.array(z.string().regex(pattern, fault)));

/** Members of the schema of settings. */
export const listeningFields = {
  listenHost: text.regex(/^[A-Za-z0-9._:-]+$/, 'must be a host name or an address').default(D.listenHost),
  listenPort: integer(0, 65_535).nullable().default(null),
  allowedAddresses: list
    .transform((entries, context): AddressList => {
      const found = addressList(entries);
      if (found !== null) return found;
      context.addIssue({ code: 'custom', message: 'must be addresses or networks, as 10.1.2.0/24' });
      return z.NEVER;
    })
    .prefault(D.allowedAddresses),
  listenCertificateFile: file,
  listenKeyFile: file,
  listenAuthorityFile: file,
  allowedCertificates: list.transform((entries) => entries.map(certificateEntry)).prefault([]),
  allowedSenders: each(/^[^|]+\|[^|]+$/, 'must be application|facility, either of which may be *')
    .transform((entries) =>
      entries.map((entry): AllowedSender => {
        const [application = '', facility = ''] = entry.split('|').map((part) => part.trim());
        return { application, facility };
      }),
    )
    .prefault([]),
  messageTypes: each(/^[A-Z][A-Z0-9]{2}(\^[A-Z][A-Z0-9]{2})?$/, 'must be types, as ADT or ADT^A01').prefault(
    D.messageTypes,
  ),
  versions: each(/^2\.\d{1,2}(\.\d{1,2})?$/, 'must be versions, as 2.4').prefault(D.versions),
  processingId: choice(PROCESSING_IDS, D.processingId),
  characterSet: made(
    declaredCharset,
    'must be a character set of HL7 table 0211 other than UTF-16 and UTF-32',
  ).prefault(D.characterSet),
  timeZone: zone(D.timeZone),
  maxMessageBytes: integer(1_024, 16_777_216).default(D.maxMessageBytes),
  maxSegments: integer(1, 100_000).default(D.maxSegments),
  maxConnections: integer(1, 10_000).default(D.maxConnections),
  maxHeldBytes: integer(1_048_576, 4_294_967_296).default(D.maxHeldBytes),
  frameTimeoutSeconds: integer(1, 3_600).default(D.frameTimeoutSeconds),
  keepTimeoutSeconds: integer(1, 600).default(D.keepTimeoutSeconds),
  whenNotKept: choice(NOT_KEPT, D.whenNotKept),
};

/** Faults that lie between these settings. */
export function listeningCrossFaults(settings: ListeningSettings): readonly string[] {
  const { listenCertificateFile, listenKeyFile, listenAuthorityFile, allowedCertificates } = settings;
  const faults: string[] = [];
  if ((listenCertificateFile === null) !== (listenKeyFile === null))
    faults.push('listenKeyFile: goes with listenCertificateFile, and neither without the other');
  if (listenAuthorityFile !== null && listenCertificateFile === null)
    faults.push('listenAuthorityFile: needs listenCertificateFile');
  if (allowedCertificates.length > 0 && listenAuthorityFile === null)
    faults.push('allowedCertificates: needs listenAuthorityFile');
  if (settings.maxHeldBytes < settings.maxMessageBytes)
    faults.push('maxHeldBytes: must not be less than maxMessageBytes');
  return faults;
}

/** Files of the listener's end of TLS; null where it listens without. */
export function listeningTlsFiles(settings: ListeningSettings): TlsFiles | null {
  const { listenCertificateFile, listenKeyFile, listenAuthorityFile } = settings;
  if (listenCertificateFile === null) return null;
  return { certificate: listenCertificateFile, key: listenKeyFile, authority: listenAuthorityFile };
}

const placeOf = (system: string, name: keyof ListeningSettings): string => `sites.${system}.settings.${name}`;

/** Their settings in the profile of a site. */
export function listeningTlsNames(system: string): TlsFileNames {
  const [certificate, key] = [placeOf(system, 'listenCertificateFile'), placeOf(system, 'listenKeyFile')];
  return { certificate, key, authority: placeOf(system, 'listenAuthorityFile') };
}

/** Settings of the listener's address in the profile of a site. */
export const listeningAddressNames = (system: string) => ({
  HOST: placeOf(system, 'listenHost'),
  PORT: placeOf(system, 'listenPort'),
});

const number = (key: keyof typeof D, help: string): SettingDescription =>
  preset(key, 'integer', D[key], help);
const several = (key: keyof typeof D, help: string): SettingDescription => preset(key, 'list', D[key], help);

/** Part of the manifest's settings. */
export const listeningSettings: readonly SettingDescription[] = [
  preset('listenHost', 'text', D.listenHost, 'Address or host name at which the hub listens for messages.'),
  optional('listenPort', 'integer', 'Port at which it listens; when absent the hub takes no messages here.'),
  several('allowedAddresses', 'Addresses and networks (CIDR) that may connect.'),
  optional(
    'listenCertificateFile',
    'text',
    'Absolute path of the listener’s certificate, PEM with its chain; with it, TLS 1.2 or later is demanded. Read again when the file changes.',
  ),
  optional('listenKeyFile', 'text', 'Absolute path of that certificate’s private key, PEM.'),
  optional(
    'listenAuthorityFile',
    'text',
    'Absolute path of the authorities, PEM, of which whoever connects must show a certificate.',
  ),
  optional(
    'allowedCertificates',
    'list',
    'Certificates that may connect: SHA-256 fingerprints, or common names as CN=name; when absent all of the authorities.',
  ),
  optional(
    'allowedSenders',
    'list',
    'Senders whose messages are taken, as application|facility (MSH-3, MSH-4), * for any; when absent all.',
  ),
  several(
    'messageTypes',
    'Messages that are taken, by type or by type and event, as ADT or ADT^A01; others are rejected.',
  ),
  several('versions', 'Versions of HL7 that are taken (MSH-12).'),
  {
    ...preset(
      'processingId',
      'choice',
      D.processingId,
      'Which messages are taken (MSH-11): production, training or debugging.',
    ),
    choices: PROCESSING_IDS,
  },
  preset(
    'characterSet',
    'text',
    D.characterSet,
    'Character set of messages that state none (MSH-18), by its name in HL7 table 0211.',
  ),
  preset('timeZone', 'text', D.timeZone, 'Zone of times that have no offset.'),
  number('maxMessageBytes', 'Bytes of a message at most, 1024 to 16777216.'),
  number('maxSegments', 'Segments of a message at most, 1 to 100000.'),
  number('maxConnections', 'Connections open at once, 1 to 10000.'),
  number(
    'maxHeldBytes',
    'Bytes held of messages that are unfinished or not answered yet, in all connections.',
  ),
  number('frameTimeoutSeconds', 'Seconds of silence within a message after which its connection is closed.'),
  number('keepTimeoutSeconds', 'Seconds after which a message that is not kept yet counts as not kept.'),
  {
    ...preset(
      'whenNotKept',
      'choice',
      D.whenNotKept,
      'What a sender is told when its message could not be kept: an error (207) or nothing, by closing the connection. It has to send it again either way.',
    ),
    choices: NOT_KEPT,
  },
];
