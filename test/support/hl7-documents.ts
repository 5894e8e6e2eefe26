/** Messages of documents in tests: settings of a receiver, and what somebody makes of a message who reads it with @medplum/core. */
import { type Hl7Field, Hl7Message, type Hl7Segment } from '@medplum/core';
import { z } from 'zod';
import {
  type WritingSettings,
  writingCrossFaults,
  writingFields,
  writingSettingsOf,
} from '../../adapters/hl7v2/writing/writing-settings.js';
import type { KeptReceipt, ReceivedReceipts } from '../../src/clinical/inbound.port.js';
import { sealedText } from '../../src/core/pdf/seal.rules.js';
import { shownOn } from './pdf-pages.js';

/** Settings of a receiver that is left at its defaults otherwise. @throws Error with the faults */
export function writingSettings(change: Record<string, unknown> = {}): WritingSettings {
  const named = { receivingApplication: 'ROUTE', receivingFacility: 'RXX', ...change };
  const fields = z.strictObject(writingFields).parse(named);
  const all = { ...fields, timeZone: 'Europe/London', processingId: 'P' };
  const faults = writingCrossFaults(all);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return writingSettingsOf(all);
}

const DECODERS: Readonly<Record<string, string>> = {
  '': 'ascii',
  '8859/1': 'latin1',
  'UNICODE UTF-8': 'utf-8',
};

/** Text of a message's bytes by what it says of itself (MSH-18), fatal. */
export function textOf(bytes: Uint8Array): string {
  const charset = Buffer.from(bytes).toString('latin1').split('\r')[0]!.split('|')[17] ?? '';
  if (charset === '8859/1') return Buffer.from(bytes).toString('latin1');
  if (DECODERS[charset] === undefined) throw new Error(`no charset ${charset}`);
  if (charset === '' && bytes.some((byte) => byte > 0x7f)) throw new Error('not ASCII');
  return new TextDecoder(DECODERS[charset], { fatal: true, ignoreBOM: true }).decode(bytes);
}

const MEANINGS: Readonly<Record<string, string>> = {
  F: '|',
  S: '^',
  T: '&',
  R: '~',
  E: '\\',
  '.br': '\n',
  X22: '"',
};

/** Plain text of what stands between delimiters; a sequence that the hub has no reason to write is an error. */
export function unescaped(raw: string): string {
  return raw.replace(/\\([^\\]*)\\/g, (_whole, body: string) => {
    const meaning = MEANINGS[body];
    if (meaning === undefined) throw new Error(`\\${body}\\ is no sequence that is written`);
    return meaning;
  });
}

/** A message as a receiver has it. */
export interface ReadMessage {
  /** Field as it is written; of a component, from 1, without escapes. */
  field(segment: string, field: number, component?: number): string;
  readonly segments: readonly string[];
  /** The note. */
  readonly text: string;
  readonly message: Hl7Message;
}

function contentOf(observations: readonly Hl7Segment[]): string {
  const types = new Set(observations.map((one) => one.getField(2)?.toString()));
  if (types.size > 1) throw new Error('observations of several types');
  const [type] = types;
  const values = observations.map((one) => one.getField(5)!);
  if (type === 'TX') {
    const numbers = observations.map((one) => Number(one.getField(4)?.toString()));
    if (!numbers.every((number, index) => number === index + 1)) throw new Error('lines out of order');
    return values.map((value) => unescaped(value.toString())).join('\n');
  }
  if (values.length > 1) throw new Error('several texts');
  if (type === 'FT') return unescaped(values[0]!.toString());
  if (type !== 'ED' || values[0]!.getComponent(4) !== 'Base64') throw new Error('no text');
  const bytes = fileIn(values[0]!);
  if (/^pdf$/i.test(values[0]!.getComponent(3))) return textWithin(bytes);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Bytes of an ED, whose Base64 says them in one way. */
function fileIn(value: Hl7Field): Buffer {
  const data = value.getComponent(5);
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data) throw new Error('not Base64');
  return bytes;
}

/** What is to be seen of a text: selectors of a variant, which a page may leave out of its tables, are not. */
const seen = (text: string): string => text.replace(/\s|\ufe0f/gu, '');

/** The text of a sealed page, if the page shows it as well. */
function textWithin(pdf: Buffer): string {
  const text = sealedText(pdf);
  if (text === null) throw new Error('no page of the hub');
  if (!seen(shownOn(pdf)).endsWith(seen(text))) throw new Error('the page shows another text');
  return text;
}

/** Reads the bytes of a message with @medplum/core. */
export function readMessage(bytes: Uint8Array): ReadMessage {
  const message = Hl7Message.parse(textOf(bytes));
  const segment = (name: string): Hl7Segment | undefined => message.getSegment(name);
  return {
    message,
    segments: message.segments.map(({ name }) => name).filter((name) => name !== ''),
    field: (name, field, component) => {
      const found = segment(name)?.getField(field);
      const raw = component === undefined ? found?.toString() : found?.getComponent(component);
      return component === undefined ? (raw ?? '') : unescaped(raw ?? '');
    },
    get text() {
      return contentOf(message.getAllSegments('OBX'));
    },
  };
}

/** Receipts that have come, by number. */
export function receiptsOf(said: Readonly<Record<string, Partial<KeptReceipt>>>): ReceivedReceipts & {
  readonly asked: (readonly string[])[];
} {
  const asked: (readonly string[])[] = [];
  return {
    asked,
    lookUp: async (numbers) => {
      asked.push(numbers);
      return numbers.map((number) =>
        said[number] === undefined
          ? null
          : {
              says: 'FILED',
              code: null,
              localIds: [],
              receivedAt: '2026-03-01T09:00:00.000Z',
              ...said[number],
            },
      );
    },
  };
}
