/** A signed version, or the withdrawal of one, as a message: MDM by HL7 v2.4 chapter 9, or ORU^R01 by chapter 7. Pure. */
import { DocumentAction, type OutgoingDocument } from '../../../src/clinical/documents.port.js';
import { controlIdOf } from '../../../src/core/document-numbers.js';
import { components, type Er7Components, type SegmentToWrite, segment, writeMessage } from '../er7/write.js';
import { coded } from './code-table.js';
import { observations } from './content.rules.js';
import { CONFIDENTIALITY } from './defaults.js';
import { contactTimeOf, type Envelope, opening, timeOf } from './header.rules.js';
import { hasContent, type Trigger } from './trigger.rules.js';
import type { WritingSettings } from './writing-settings.js';

/** What a message is to tell. */
export interface DocumentMessage {
  readonly document: OutgoingDocument;
  /** Number of the document (TXA-12, OBR-3). */
  readonly reference: string;
  readonly trigger: Trigger;
  /** What MSH-10 begins with: see `messageNumber`. */
  readonly number: string;
  /** Null: it is filed. Else when its withdrawal was asked for; ISO instant. */
  readonly withdrawnAt: string | null;
  /** The PDF, where the receiver takes documents so. */
  readonly page: Uint8Array | null;
}

/** TXA-3 (HL7 table 0191), two characters in version 2.4. */
const PRESENTATION = { TX: 'TX', FT: 'FT', ED: 'TX', ED_PDF: 'AP' } as const;
const EXTENSION = { TX: null, FT: null, ED: 'txt', ED_PDF: 'pdf' } as const;
/** Versions whose TXA has a title (TXA-25). */
const WITH_TITLE: readonly string[] = ['2.7', '2.7.1', '2.8'];

/** The author as XCN: their own identifier in the destination, and their name as one. */
function authorParts(
  { author }: OutgoingDocument,
  { authorAuthority }: WritingSettings,
): readonly (string | null)[] {
  const { reference, name } = author;
  return [reference.slice(reference.indexOf('/') + 1), name, '', '', '', '', '', '', authorAuthority];
}

/** A number of a document as EI. */
function identified(reference: string, { documentNamespace }: WritingSettings): Er7Components {
  return components(reference, documentNamespace);
}

/** The strictest of what the document's labels come to. */
function confidentialityOf(labels: OutgoingDocument['labels'], settings: WritingSettings): string {
  const codes = labels.map((label) => settings.documentLabels.get(label));
  return CONFIDENTIALITY.findLast((code) => codes.includes(code)) ?? 'U';
}

/**
 * The version that it belongs to; where it comes under the same number or as another document altogether, none. A withdrawal by T11 names
 * what is withdrawn here too, for receivers that act on the parent as they do for T10: never the version before it, which stays.
 */
function parentOf(
  { document, reference, trigger }: DocumentMessage,
  settings: WritingSettings,
): Er7Components | null {
  if (trigger.event === 'T11') return identified(reference, settings);
  const { predecessorReference } = document;
  const isNamed = trigger.event !== 'T02' && !(trigger.event === 'R01' && trigger.keepsNumber);
  return isNamed && predecessorReference !== null ? identified(predecessorReference, settings) : null;
}

/** TXA-21. */
function reasonOf({ document, withdrawnAt }: DocumentMessage): string | null {
  if (withdrawnAt !== null) return 'Entered in error';
  return document.action === DocumentAction.REPLACE ? 'Amended' : null;
}

function documentHeader(
  message: DocumentMessage,
  controlId: string,
  settings: WritingSettings,
): SegmentToWrite {
  const { document, reference, trigger, withdrawnAt } = message;
  const { documentText, sendVersion } = settings;
  const author = authorParts(document, settings);
  const signedAt = timeOf(document.signedAt, settings);
  const isEdit = withdrawnAt === null && document.action === DocumentAction.REPLACE;
  const form = hasContent(trigger) ? documentText : null;
  const extension = form === null ? null : EXTENSION[form];
  return segment('TXA', {
    1: '1',
    2: coded(settings.documentTypes.get(document.kind)!),
    3: form === null ? null : PRESENTATION[form],
    4: contactTimeOf(document, settings),
    5: components(...author),
    6: timeOf(document.writtenAt, settings),
    8: isEdit ? signedAt : null,
    9: components(...author),
    10: components(...author),
    12: identified(reference, settings),
    13: parentOf(message, settings),
    // Two versions never share a file name, for one might be written over the other.
    16: extension === null ? null : `${controlId}.${extension}`,
    17: 'AU',
    18: confidentialityOf(document.labels, settings),
    19: withdrawnAt === null ? 'AV' : 'CA',
    21: reasonOf(message),
    22: components(...author, '', '', '', '', '', signedAt),
    25: WITH_TITLE.includes(sendVersion) ? document.title : null,
  });
}

/** The request that a report answers; the version that an addendum belongs to is its parent. */
function reportHeader(message: DocumentMessage, settings: WritingSettings): SegmentToWrite {
  const { document, reference, trigger, withdrawnAt } = message;
  const parent = document.predecessorReference;
  const isAddendum = withdrawnAt === null && document.action === DocumentAction.APPEND;
  return segment('OBR', {
    1: '1',
    3: identified(reference, settings),
    4: coded(settings.documentTypes.get(document.kind)!),
    7: contactTimeOf(document, settings),
    22: timeOf(withdrawnAt ?? document.signedAt, settings),
    25: trigger.result,
    29: isAddendum && parent !== null ? components('', [parent, settings.documentNamespace]) : null,
    32: components(authorParts(document, settings).slice(0, 2)),
  });
}

function segmentsUnder(
  controlId: string,
  message: DocumentMessage,
  settings: WritingSettings,
): readonly SegmentToWrite[] {
  const { document, trigger, withdrawnAt, page } = message;
  const envelope: Envelope = { event: trigger.event, controlId, at: withdrawnAt ?? document.signedAt };
  return [
    ...opening(envelope, document, settings),
    trigger.event === 'R01' ? reportHeader(message, settings) : documentHeader(message, controlId, settings),
    ...(hasContent(trigger) ? observations(document, settings, { result: trigger.result, page }) : []),
  ];
}

/** A message with its number (MSH-10). */
export interface NumberedMessage {
  readonly controlId: string;
  readonly segments: readonly SegmentToWrite[];
}

/**
 * The message. The same version comes to the same segments for ever: no time in them is that of the sending. What differs all the
 * same, since the patient or the site is known otherwise by now, goes under another number.
 * @throws HUB_UPSTREAM_TOO_LARGE
 */
export function numbered(message: DocumentMessage, settings: WritingSettings): NumberedMessage {
  const content = writeMessage(segmentsUnder(message.number, message, settings));
  const controlId = controlIdOf(message.number, content);
  return { controlId, segments: segmentsUnder(controlId, message, settings) };
}
