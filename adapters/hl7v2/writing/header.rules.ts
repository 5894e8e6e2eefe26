/** The segments with which every message of a document begins. Every time in them is one of the document: a repeat is the same bytes. */
import type { OutgoingDocument, OutgoingPatient } from '../../../src/clinical/documents.port.js';
import { formatDate, formatTime } from '../er7/times.js';
import { components, repetitions, type SegmentToWrite, segment } from '../er7/write.js';
import { isCarried } from './bytes.rules.js';
import type { TriggerEvent } from './trigger.rules.js';
import type { WritingSettings } from './writing-settings.js';

/** A message to be written. */
export interface Envelope {
  readonly event: TriggerEvent;
  /** MSH-10. */
  readonly controlId: string;
  /** When it was signed, or its withdrawal asked for; ISO instant. */
  readonly at: string;
}

/** What of a document stands in the first segments. */
export type Addressed = Pick<
  OutgoingDocument,
  'patient' | 'custodianOdsCode' | 'contactOn' | 'contactStartedAt'
>;

/** A time as the receiver takes it. @param instant ISO. */
export function timeOf(instant: string, { sendOffsets, timeZone }: WritingSettings): string {
  return formatTime(new Date(instant), { withOffset: sendOffsets, zone: timeZone });
}

/** When the contact was: to the second, or the day when no more is known. */
export function contactTimeOf(
  { contactOn, contactStartedAt }: Pick<Addressed, 'contactOn' | 'contactStartedAt'>,
  settings: WritingSettings,
): string {
  return contactStartedAt === null ? formatDate(contactOn) : timeOf(contactStartedAt, settings);
}

/** MSH-15 and MSH-16. */
const MODES: Readonly<Record<WritingSettings['sendAcknowledgements'], readonly [string, string]>> = {
  ORIGINAL: ['', ''],
  COMMIT: ['AL', 'NE'],
  COMMIT_AND_APPLICATION: ['AL', 'AL'],
  APPLICATION: ['NE', 'AL'],
};

/** MSH-9: structures have names from version 2.3.1. Events that differ in what they tell and not in form share one. */
function typeOf(event: TriggerEvent, version: WritingSettings['sendVersion']) {
  const [message, structure] =
    event === 'R01' ? ['ORU', 'ORU_R01'] : ['MDM', Number(event.slice(1)) % 2 === 0 ? 'MDM_T02' : 'MDM_T01'];
  return components(message, event, version === '2.3' ? '' : structure);
}

function header({ event, controlId, at }: Envelope, custodian: string, settings: WritingSettings) {
  const { sendVersion, sendCharacterSet } = settings;
  const [commit, application] = MODES[settings.sendAcknowledgements];
  return segment('MSH', {
    3: settings.sendingApplication,
    4: settings.sendingFacility ?? custodian,
    5: settings.receivingApplication,
    6: settings.receivingFacility,
    7: timeOf(at, settings),
    9: typeOf(event, sendVersion),
    10: controlId,
    11: settings.processingId,
    12: sendVersion,
    15: commit,
    16: application,
    17: settings.sendCountry,
    // ASCII is what an empty field means (HL7 v2.4, section 2.16.9.18).
    18: sendCharacterSet === 'ASCII' ? '' : sendCharacterSet,
  });
}

/**
 * Whose it is, with what the receiver may check that by (HL7 UK A.3, section 3.3.1.2, for the NHS number). A name that the receiver's
 * set cannot carry is left out: it identifies nobody here, and a note does not wait for it.
 */
function patientSegment(patient: OutgoingPatient, settings: WritingSettings): SegmentToWrite {
  const { localId, nhsNumber, familyName, givenName, dateOfBirth } = patient;
  const own = components(localId, '', '', settings.patientAuthority, settings.patientIdType);
  const name = [familyName ?? '', givenName ?? ''] as const;
  const isNamed = familyName != null && name.every((part) => isCarried(part, settings));
  return segment('PID', {
    1: '1',
    3: nhsNumber == null ? own : repetitions(components(nhsNumber, '', '', 'NHS', 'NH'), own),
    5: isNamed ? components(...name, '', '', '', '', 'L') : '',
    7: dateOfBirth?.replaceAll('-', '') ?? '',
  });
}

/** MSH, EVN (but of a report), PID and PV1. */
export function opening(
  envelope: Envelope,
  document: Addressed,
  settings: WritingSettings,
): SegmentToWrite[] {
  const { event, at } = envelope;
  const occurred = { 1: event, 2: timeOf(at, settings), 6: contactTimeOf(document, settings) };
  return [
    header(envelope, document.custodianOdsCode, settings),
    ...(event === 'R01' ? [] : [segment('EVN', occurred)]),
    patientSegment(document.patient, settings),
    segment('PV1', { 1: '1', 2: settings.patientClass, 10: settings.hospitalService }),
  ];
}
