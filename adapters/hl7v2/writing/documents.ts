/** Sending documents as messages once in effect, and what the far end has told of them since. */
import type { AdapterDependencies, Observed } from '../../../src/clinical/clinical-record.port.js';
import {
  type DocumentKey,
  DocumentProof,
  type DocumentReceipt,
  type DocumentsCapability,
  type DocumentTraits,
  type DocumentWithdrawal,
  type FiledDocument,
  KIND_WORDS,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { messageNumber } from '../../../src/core/document-numbers.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { documentPage } from '../../../src/core/pdf/document-page.js';
import { failureOf } from '../acknowledgement/received.rules.js';
import type { MllpSender } from '../mllp/sender.js';
import { judgeFor } from './answers.rules.js';
import { bytesOf } from './bytes.rules.js';
import { type DocumentMessage, numbered } from './document-message.rules.js';
import { filedDocument, statusOf } from './filed.rules.js';
import { keepsNumbers, referenceOf } from './numbers.rules.js';
import { requireKey, requireNumber, requireSendable } from './outgoing.rules.js';
import { hasContent, type Step, type Trigger } from './trigger.rules.js';
import type { WritingSettings } from './writing-settings.js';

/** What the capability works with. */
export interface WritingContext extends Pick<AdapterDependencies, 'system' | 'logger' | 'receipts'> {
  readonly settings: WritingSettings;
  readonly sender: Pick<MllpSender, 'exchange'>;
  /**
   * Keeps an answer that says what became of a message, where it comes on that message's connection, as the listener keeps one that
   * comes by itself: it proves that a document is filed.
   */
  readonly keepAnswer?: (frame: Uint8Array) => Promise<void>;
}

/** The capability over a sender. */
export function createDocuments(context: WritingContext): DocumentsCapability {
  const { settings, sender, system, receipts, logger } = context;
  const { triggers } = settings;
  const traits: DocumentTraits = {
    labels: [...settings.documentLabels.keys()],
    maxTextBytes: settings.maxTextBytes,
    repeatsAreHarmless: settings.repeatsAreHarmless,
    proof: receipts === undefined ? DocumentProof.NONE : settings.documentProof,
  };

  /** The message of a step, or a failure: the receiver takes none. */
  function triggerOf(step: Step): Trigger {
    const trigger = triggers[step];
    if (trigger === null) throw new HubError('HUB_DELIVERY_UNSUPPORTED', { details: { step } });
    return trigger;
  }

  /** Sends one message and takes its answer by the table of answers. */
  async function exchange(message: DocumentMessage, signal: AbortSignal): Promise<DocumentReceipt> {
    const { controlId, segments } = numbered(message, settings);
    const bytes = bytesOf(segments, settings);
    const answer = await sender.exchange(bytes, judgeFor(controlId, settings), signal);
    if (answer.isApplication && settings.sendAcknowledgements !== 'ORIGINAL') await kept(answer.frame);
    const failure = failureOf(answer);
    if (failure !== null) throw failure;
    return { stage: 'ACCEPTED', reference: message.reference, version: null };
  }

  /** A proof that cannot be kept changes nothing about what was accepted. */
  async function kept(frame: Uint8Array): Promise<void> {
    await context.keepAnswer?.(frame).catch(() => {
      logger.warn('an answer about a document could not be kept', { system });
    });
  }

  /** The PDF, where the receiver takes documents so; a document with characters that it cannot show does not leave. */
  async function pageOf(document: OutgoingDocument, trigger: Trigger): Promise<Uint8Array | null> {
    if (settings.documentText !== 'ED_PDF' || !hasContent(trigger)) return null;
    return documentPage(KIND_WORDS[document.kind], document);
  }

  async function send(document: OutgoingDocument, signal: AbortSignal): Promise<DocumentReceipt> {
    requireSendable(document, traits);
    if (settings.documentsShareableOnly && !document.isShareable)
      throw new HubError('HUB_DELIVERY_NOT_SHAREABLE');
    const trigger = triggerOf(document.action);
    const reference = referenceOf(document, triggers);
    if (reference === null) throw new HubError('HUB_DELIVERY_PREDECESSOR');
    const page = await pageOf(document, trigger);
    const number = messageNumber(document.documentVersionId, system, 'FILE');
    return exchange({ document, reference, trigger, number, withdrawnAt: null, page }, signal);
  }

  async function withdraw(withdrawal: DocumentWithdrawal, signal: AbortSignal): Promise<DocumentReceipt> {
    const { documentVersionId, patientLocalId, askedAt, document } = withdrawal;
    requireKey(withdrawal);
    const reference = requireNumber('reference', withdrawal.reference);
    const trigger = triggerOf('WITHDRAW');
    if (document === undefined || document.documentVersionId !== documentVersionId)
      throw inputError('document', 'not the version that is withdrawn', 'that version');
    if (askedAt === undefined || Number.isNaN(Date.parse(askedAt)))
      throw inputError('askedAt', 'not an instant', 'when the withdrawal was asked for');
    const page = await pageOf(document, trigger);
    const message = {
      document: { ...document, patient: { localId: patientLocalId } },
      reference,
      trigger,
      number: messageNumber(documentVersionId, system, 'WITHDRAW'),
      withdrawnAt: askedAt,
      page,
    };
    return exchange(message, signal);
  }

  async function find(
    keys: readonly DocumentKey[],
    signal: AbortSignal,
  ): Promise<readonly (Observed<FiledDocument> | null)[]> {
    keys.forEach(requireKey);
    if (receipts === undefined || keys.length === 0) return keys.map(() => null);
    const numbers = keys.map(({ documentVersionId, reference }) => [
      messageNumber(documentVersionId, system, 'FILE'),
      messageNumber(documentVersionId, system, 'WITHDRAW'),
      ...(reference == null ? [] : [reference]),
    ]);
    const asked = [...new Set(numbers.flat())];
    const said = await receipts.lookUp(asked, signal);
    const words = new Map(asked.map((number, index) => [number, said[index] ?? null]));
    return keys.map((key, index) => {
      const [filing = null, withdrawal = null, document = null] = numbers[index]!.map(
        (number) => words.get(number) ?? null,
      );
      const told = statusOf({ filing, withdrawal, document }, key, keepsNumbers(triggers));
      if (told === null) return null;
      // Under a number that is guessed another document might be replaced or withdrawn.
      if (key.reference == null)
        throw inputError('reference', 'absent', 'the number under which the version was sent');
      return {
        value: filedDocument(key, key.reference, told),
        source: { system, reference: key.reference, version: null },
        asOf: null,
        fetchedAt: told.toldAt,
        complete: true,
      };
    });
  }

  return { traits, send, find, withdraw, referenceOf: (document) => referenceOf(document, triggers) };
}
