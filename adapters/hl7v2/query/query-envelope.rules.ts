/** What every question begins with, and the numbers that tie its answer to it. */
import { newNumber } from '../../../src/core/document-numbers.js';
import { formatTime } from '../er7/times.js';
import { components, type Er7Value, type SegmentToWrite, segment } from '../er7/write.js';
import type { WritingSettings } from '../writing/writing-settings.js';

/** Who asks whom, and how it is written: the settings of what is sent. */
export type QueryEnvelope = Pick<
  WritingSettings,
  | 'sendingApplication'
  | 'sendingFacility'
  | 'receivingApplication'
  | 'receivingFacility'
  | 'sendVersion'
  | 'sendCountry'
  | 'sendCharacterSet'
  | 'sendOffsets'
  | 'sendMaxBytes'
  | 'timeZone'
  | 'processingId'
>;

/** A time as the far end takes it. */
export function queryTime(at: Date, { sendOffsets, timeZone }: QueryEnvelope): string {
  return formatTime(at, { withOffset: sendOffsets, zone: timeZone });
}

/** A new number of a message (MSH-10): 20 characters, the most of version 2.4. */
export const newControlId = (): string => `QRY-${newNumber(16)}`;

/** A new number of a question, the same on each of its pages: 10 characters, the most of QRD-4 in version 2.4. */
export const newQueryId = (): string => newNumber(10);

/** A question's header. Questions know only original mode: their answer says all. */
export function queryHeader(
  type: readonly [message: string, event: string, structure: string],
  controlId: string,
  at: Date,
  envelope: QueryEnvelope,
  instead: Readonly<Record<number, Er7Value>> = {},
): SegmentToWrite {
  const [message, event, structure] = type;
  const { sendVersion, sendCharacterSet } = envelope;
  return segment('MSH', {
    3: envelope.sendingApplication,
    4: envelope.sendingFacility,
    5: envelope.receivingApplication,
    6: envelope.receivingFacility,
    7: queryTime(at, envelope),
    9: components(message, event, sendVersion === '2.3' ? '' : structure),
    10: controlId,
    11: envelope.processingId,
    12: sendVersion,
    17: envelope.sendCountry,
    18: sendCharacterSet === 'ASCII' ? '' : sendCharacterSet,
    ...instead,
  });
}
