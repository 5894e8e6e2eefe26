/** Documents about people who do not exist, as the hub itself writes them by its defaults: MDM^T02, text as lines. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  DocumentAction,
  DocumentKind,
  type OutgoingDocument,
} from '../../../../src/clinical/documents.port.js';
import { londonDate } from '../../../../src/core/calendar.js';
import { messageNumber } from '../../../../src/core/document-numbers.js';
import { USUAL_ZONE } from '../../er7/times.js';
import type { SegmentToWrite } from '../../er7/write.js';
import { numbered } from '../../writing/document-message.rules.js';
import { referenceOf } from '../../writing/numbers.rules.js';
import { type WritingSettings, writingFields, writingSettingsOf } from '../../writing/writing-settings.js';
import type { MadeUpFeed } from './adt.rules.js';
import { Dice, madeUpPerson } from './people.rules.js';

const PLACES = ['the library', 'the job centre', 'a tea room near the station', 'the team base'] as const;
const TOPICS = [
  'the interview on Thursday at 9 | what to wear & how to get there',
  'benefits: what changes at 16 hours ^ and who can advise',
  'a reference from the last employer ~ to be asked for',
  'C:\\CV\\latest.doc is on the memory stick',
] as const;

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function madeUpDocument(feed: MadeUpFeed, number: number, dice: Dice): OutgoingDocument {
  const { localId } = madeUpPerson(feed.seed, number, dice);
  const at = feed.from.getTime() + dice.int(0, 24 * 60) * 3_600_000;
  const instant = (minutes: number): string => new Date(at + minutes * 60_000).toISOString();
  const text = `Met at ${dice.pick(PLACES)}.\nTalked about ${dice.pick(TOPICS)}.\n\nNext: in a week.`;
  return {
    documentVersionId: uuidOf(`version ${feed.seed} ${number}`),
    documentId: uuidOf(`document ${feed.seed} ${number}`),
    version: 1,
    action: DocumentAction.CREATE,
    predecessorReference: null,
    patient: { localId },
    kind: DocumentKind.PROGRESS_NOTE,
    title: 'Progress note',
    text,
    textHash: createHash('sha256').update(text, 'utf8').digest('hex'),
    author: {
      reference: 'Practitioner/Z0001',
      name: 'Kit Marchbank',
      employer: 'An employment service that does not exist',
      role: 'Employment specialist',
    },
    custodianOdsCode: feed.sender.facility,
    contactOn: londonDate(new Date(at)),
    contactStartedAt: instant(0),
    writtenAt: instant(60),
    signedAt: instant(65),
    labels: [],
    isShareable: false,
  };
}

function settingsOf({ sender, receiver, processingId }: MadeUpFeed): WritingSettings {
  const fields = z.strictObject(writingFields).parse({
    sendingApplication: sender.application,
    sendingFacility: sender.facility,
    receivingApplication: receiver.application,
    receivingFacility: receiver.facility,
  });
  return writingSettingsOf({ ...fields, timeZone: USUAL_ZONE, processingId });
}

/** So many documents, one of each person. Fewer of the same feed are the first of them. */
export function madeUpMdm(feed: MadeUpFeed): readonly (readonly SegmentToWrite[])[] {
  const dice = new Dice(feed.seed);
  const settings = settingsOf(feed);
  const trigger = settings.triggers.CREATE;
  if (trigger === null) return [];
  return Array.from({ length: feed.count }, (_, index) => {
    const document = madeUpDocument(feed, index + 1, dice);
    const message = {
      document,
      trigger,
      reference: referenceOf(document, settings.triggers) ?? document.documentId,
      number: messageNumber(document.documentVersionId, `made-up-${feed.seed}`, 'FILE'),
      withdrawnAt: null,
      page: null,
    };
    return numbered(message, settings).segments;
  });
}
