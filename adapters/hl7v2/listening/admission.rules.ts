/** Whether a message is taken: from that sender, of that kind, and as it is written. Pure. */
import type { ErrorCode } from '../../../src/core/error-codes.js';
import type { Ruling } from '../acknowledgement/answer.rules.js';
import { type Fault, inHeader } from '../acknowledgement/condition.rules.js';
import type { MessageHeader } from '../acknowledgement/header.rules.js';
import type { Peer } from '../mllp/serve-connection.js';
import type { Arrival, FormFault } from './arrival.rules.js';
import type { ListeningSettings } from './listening-settings.js';

/** Why a message is refused, for the hub and for its sender. */
export interface Refusal extends Ruling {
  readonly code: ErrorCode;
}

const refuse = (taken: Ruling['taken'], fault: Fault, code: ErrorCode): Refusal => ({ taken, fault, code });
const whole = (condition: Fault['condition']): Fault => ({ condition, place: null });

/** What the form of a message comes to. Whose fault it is decides between an error, to be corrected, and a rejection. */
const FORM: Readonly<Record<FormFault, Refusal>> = {
  CHARSET_UNKNOWN: refuse('ERROR', inHeader(103, 18), 'HUB_MESSAGE_CHARACTERS'),
  CHARSET_MISMATCH: refuse('ERROR', inHeader(102, 18), 'HUB_MESSAGE_CHARACTERS'),
  WIDE: refuse('ERROR', inHeader(103, 18), 'HUB_MESSAGE_CHARACTERS'),
  BYTES: refuse('ERROR', inHeader(102, 18), 'HUB_MESSAGE_CHARACTERS'),
  NO_HEADER: refuse('ERROR', whole(100), 'HUB_MESSAGE_FORMAT'),
  DELIMITERS: refuse('ERROR', inHeader(102, 2), 'HUB_MESSAGE_FORMAT'),
  SEGMENT_NAME: refuse('ERROR', whole(100), 'HUB_MESSAGE_FORMAT'),
  SECOND_HEADER: refuse('ERROR', whole(100), 'HUB_MESSAGE_FORMAT'),
  BATCH_SEGMENT: refuse('ERROR', whole(100), 'HUB_MESSAGE_FORMAT'),
  TOO_MANY_SEGMENTS: refuse('REJECT', whole(207), 'HUB_MESSAGE_FORMAT'),
};

/** Who the message says that it is from, by the partners of the site. */
function isSender({ application, facility }: MessageHeader, { allowedSenders }: ListeningSettings): boolean {
  const fits = (allowed: string, stated: string): boolean => allowed === '*' || allowed === stated;
  return (
    allowedSenders.length === 0 ||
    allowedSenders.some((one) => fits(one.application, application) && fits(one.facility, facility))
  );
}

function typeRefusal({ type, event }: MessageHeader, { messageTypes }: ListeningSettings): Refusal | null {
  const ofType = messageTypes.filter((one) => one.split('^')[0] === type);
  if (ofType.length === 0) return refuse('REJECT', inHeader(200, 9), 'HUB_MESSAGE_TYPE');
  if (ofType.some((one) => one === type || one === `${type}^${event}`)) return null;
  return refuse('REJECT', inHeader(201, 9), 'HUB_MESSAGE_TYPE');
}

/** Why a message is refused; null when it is taken. An answer is not asked for its type, which its sender did not choose. */
export function refusalOf({ header, fault }: Arrival, settings: ListeningSettings): Refusal | null {
  if (!isSender(header, settings)) return refuse('REJECT', inHeader(103, 3), 'HUB_MESSAGE_SENDER');
  if (header.type === '') return refuse('ERROR', inHeader(101, 9), 'HUB_MESSAGE_HEADER');
  if (header.controlId.trim() === '') return refuse('ERROR', inHeader(101, 10), 'HUB_MESSAGE_HEADER');
  if (header.processingId !== settings.processingId)
    return refuse('REJECT', inHeader(202, 11), 'HUB_MESSAGE_PROCESSING');
  if (!settings.versions.includes(header.version))
    return refuse('REJECT', inHeader(203, 12), 'HUB_MESSAGE_VERSION');
  const byType = header.isAnswer ? null : typeRefusal(header, settings);
  return byType ?? (fault === null ? null : FORM[fault]);
}

/** True where that peer may speak: by its certificate, where the site lists some. Its address was looked at before. */
export function mayConnect({ certificate }: Peer, { allowedCertificates }: ListeningSettings): boolean {
  if (allowedCertificates.length === 0) return true;
  if (certificate === null) return false;
  const { commonName, fingerprint } = certificate;
  return (
    allowedCertificates.includes(fingerprint) ||
    (commonName !== '' && allowedCertificates.includes(commonName))
  );
}
