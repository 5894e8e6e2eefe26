/** For each way in which a site takes documents as messages: its settings, an engine that files them, and what that means for the cases. */
import { hl7v2 } from '../../adapters/hl7v2/index.js';
import type { InboundReceipt, KeptReceipt, ReceivedReceipts } from '../../src/clinical/inbound.port.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { isShown } from '../../src/core/pdf/characters.rules.js';
import { pdfFont } from '../../src/core/pdf/font.js';
import type { ReceiptsVariant } from '../contract/receipts-contract.js';
import type { ReceiptsSubject, TakenDocument, TakingFaultKind } from '../contract/taking-far-end.js';
import { type ReadMessage, readMessage } from './hl7-documents.js';
import { type FarEndMessage, startFarEnd } from './hl7-far-end.js';
import { waitingAdapter } from './waiting-adapter.js';

/** A site. */
export interface Hl7DocumentSite {
  readonly settings: Readonly<Record<string, string>>;
  readonly variant: ReceiptsVariant;
}

const CANARY = 'CANARYOFANANSWER';
const { hasGlyph } = await pdfFont();
const shown = (text: string): string => [...text].filter((one) => isShown(one, hasGlyph)).join('');
const upTo = (most: number) => (text: string) =>
  [...text].filter((one) => one.codePointAt(0)! <= most).join('');

const EVERYTHING: ReceiptsVariant = {
  fit: (text) => text,
  refused: [],
  texts: 25,
  sharesNumber: false,
  namesParent: { REPLACE: true, APPEND: true },
};
const SHARED = { sharesNumber: true, namesParent: { REPLACE: false, APPEND: false } };
const ARABIC = { text: 'a\u0645b', characters: ['U+0645'] };

/** Each form of the text and each table of messages that has a withdrawal, once at least. */
export const HL7_DOCUMENT_SITES: Readonly<Record<string, Hl7DocumentSite>> = {
  'STANDARD, TX': {
    settings: { sendCharacterSet: 'UNICODE UTF-8' },
    variant: EVERYTHING,
  },
  'SAME_NUMBER, FT in 8859/1': {
    settings: { documentMessages: 'SAME_NUMBER', documentText: 'FT', sendCharacterSet: '8859/1' },
    variant: {
      ...EVERYTHING,
      ...SHARED,
      fit: upTo(0xff),
      refused: [{ text: 'a – b', characters: ['U+2013'] }],
    },
  },
  'CORRECTION, ED_PDF in ASCII': {
    settings: { documentMessages: 'CORRECTION', documentText: 'ED_PDF' },
    variant: {
      ...EVERYTHING,
      texts: 5,
      // What is left may compose.
      fit: (text) => shown(shown(text).normalize('NFC')),
      refused: [ARABIC],
    },
  },
  'ORU_R01, ED in ASCII': {
    settings: { documentMessages: 'ORU_R01', documentText: 'ED', documentLabels: '' },
    variant: { ...EVERYTHING, sharesNumber: true, namesParent: { REPLACE: false, APPEND: true } },
  },
};

/** What an engine makes of a message. */
interface Taken extends TakenDocument {
  readonly controlId: string;
}

function takenFrom(message: ReadMessage, controlId: string): Taken {
  const isReport = message.field('MSH', 9, 1) === 'ORU';
  const [number, parent] = isReport
    ? [message.field('OBR', 3, 1), /^\^([^&^]*)/.exec(message.field('OBR', 29))?.[1] ?? '']
    : [message.field('TXA', 12, 1), message.field('TXA', 13, 1)];
  const isWithdrawn = isReport ? message.field('OBR', 25) === 'X' : message.field('TXA', 19) === 'CA';
  return {
    controlId,
    reference: number,
    patientLocalId: message.field('PID', 3, 1),
    text: message.segments.includes('OBX') ? message.text : '',
    isWithdrawn,
    parent: parent || null,
  };
}

/** Receipts that have come, as a hub keeps them. */
class Receipts implements ReceivedReceipts {
  private readonly said = new Map<string, KeptReceipt>();

  keep({ controlId, documentReference, says, code, localIds }: InboundReceipt): void {
    const receivedAt = new Date(Date.UTC(2026, 2, 1, 9, 0, this.said.size)).toISOString();
    const number = controlId ?? documentReference!;
    this.said.delete(number);
    this.said.set(number, { says, code, localIds, receivedAt });
  }

  async lookUp(numbers: readonly string[]): Promise<readonly (KeptReceipt | null)[]> {
    return numbers.map((number) => this.said.get(number) ?? null);
  }
}

/** An adapter of the site with an engine of its own. */
export async function hl7DocumentSubject({ settings }: Hl7DocumentSite): Promise<ReceiptsSubject> {
  const farEnd = await startFarEnd();
  const receipts = new Receipts();
  const taken: Taken[] = [];
  const numbers: string[] = [];
  let fault: TakingFaultKind | null = null;

  /** A repeat is known by its number; what withdraws marks what it names. */
  function take({ text, controlId }: FarEndMessage): void {
    if (numbers.includes(controlId)) return;
    numbers.push(controlId);
    const one = takenFrom(readMessage(Buffer.from(text, 'latin1')), controlId);
    if (!one.isWithdrawn) taken.push(one);
    else {
      const at = taken.findLastIndex(({ reference }) => reference === one.reference);
      if (at >= 0) taken[at] = { ...taken[at]!, isWithdrawn: true };
    }
  }

  const deeds: Readonly<Record<TakingFaultKind, (message: FarEndMessage) => void>> = {
    DROP_BEFORE: ({ socket }) => socket.destroy(),
    DROP_AFTER: (message) => {
      take(message);
      message.socket.destroy();
    },
    FOREIGN_AFTER: (message) => {
      take(message);
      message.acknowledge('AA', 'ANOTHER');
    },
    NONSENSE_AFTER: (message) => {
      take(message);
      message.socket.write(`\v<html>${CANARY}</html>\x1c\r`);
    },
    SILENT: () => {},
    REJECTS: ({ acknowledge, controlId }) => acknowledge('AE', controlId, `ERR|TXA^1^4^102&${CANARY}\r`),
    DECLINES: ({ acknowledge }) => acknowledge('AR'),
    LOCKED: ({ acknowledge, controlId }) => acknowledge('AE', controlId, 'ERR|PID^1^3^206&Locked&HL70357\r'),
  };
  farEnd.deed = (message) => {
    const met = fault;
    fault = null;
    if (met !== null) return deeds[met](message);
    take(message);
    message.acknowledge();
  };

  const adapterOf = (sendAnswerTimeoutMs: number) =>
    hl7v2.create(
      hl7v2.parseSettings({
        listenPort: 0,
        sendHost: farEnd.host,
        sendPort: farEnd.port,
        sendTls: false,
        sendAnswerTimeoutMs,
        receivingApplication: 'PAS',
        receivingFacility: 'RXX',
        documentLabels: 'THIRD_PARTY_INFORMATION=R',
        documentProof: 'RECEIPT',
        ...settings,
      }),
      { system: 'PAS', clock: systemClock, logger: silentLogger, receipts },
    );
  let isSlow = false;
  const adapter = waitingAdapter(adapterOf(30_000), adapterOf(600), () => isSlow);
  /** A message that the engine sends by itself, as the hub reads it. */
  function tell(type: string, rest: string): void {
    const text = `MSH|^~\\&|PAS|RXX|IPSHUB|DEMO1|20260301090000||${type}|T|P|2.4\r${rest}`;
    const reading = adapter.inbound!.read(Buffer.from(text), new Date());
    if (reading.kind !== 'RECEIPT') throw new Error(reading.kind);
    receipts.keep(reading.receipt);
  }
  return {
    adapter,
    peer: {
      documents: () => taken.map(({ controlId: _, ...one }) => one),
      misbehave: (kind) => {
        isSlow = kind === 'SILENT';
        fault = kind;
      },
      tell: (message, says) => tell('ACK', `MSA|${says === 'FILED' ? 'AA' : 'AE'}|${numbers[message - 1]}\r`),
      tellWithdrawn: (reference) => tell('MDM^T11', `TXA|1|N|TX|||||||||${reference}|||||AU|U|CA\r`),
      requests: () => farEnd.received.length,
      messages: () => farEnd.received,
      canaries: [CANARY],
      close: () => farEnd.close(),
    },
  };
}
