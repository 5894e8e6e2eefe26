/** What of a message goes into columns: nothing that the database would refuse, whatever a sender wrote. */
import { hash } from 'node:crypto';
import type { ArrivedMessage, MessageIdentity } from '../../clinical/inbound.port.js';
import { isInstant } from '../../core/calendar.js';

/** A message on its way into the store. */
export interface KeptRow {
  readonly id: string;
  readonly message: ArrivedMessage;
  /** Null when the message does not say. */
  readonly number: MessageIdentity | null;
  readonly bytesHash: string;
  readonly type: string | null;
  readonly sentAt: string | null;
  readonly remoteAddress: string;
}

/** Characters kept of each part of a number; an entry of an index holds less than 2.7 kB. */
const LONGEST = 180;
const HASHED = 64;

/** A message as a row. */
export function rowOf(message: ArrivedMessage, id: string, bytesHash: string): KeptRow {
  const { identity, type, sentAt, remoteAddress } = message;
  return {
    id,
    message,
    number: identity && {
      application: kept(identity.application),
      facility: kept(identity.facility),
      controlId: kept(identity.controlId),
    },
    bytesHash,
    type: type !== null && /^[A-Z0-9^_]{1,20}$/.test(type) ? type : null,
    sentAt: sentAt !== null && isInstant(sentAt) ? sentAt : null,
    remoteAddress: kept(remoteAddress),
  };
}

/** As it is, unless it is too long: then its beginning and a hash of the whole, so that equal stays equal and other stays other. */
function kept(text: string): string {
  // PostgreSQL's text holds every character but this.
  const whole = text.replaceAll('\0', '\u2400');
  return whole.length <= LONGEST
    ? whole
    : `${whole.slice(0, LONGEST - HASHED)}${hash('sha256', whole, 'hex')}`;
}

/** What stands in an array of PostgreSQL as it is; the word NULL would be none. */
const PLAIN = /^(?!null$)[\w:.+^-]+$/i;

type Value = string | number | null;

/** An array of what never takes escaping. */
const plainArray = (values: readonly Value[]): string =>
  `{${values.map((value) => value ?? 'NULL').join(',')}}`;

/** An array as PostgreSQL writes it, where that takes no escaping; else the values, for the driver to write. */
function arrayOf(values: readonly (string | null)[]): string | readonly Value[] {
  // Neighbours are mostly equal, and looked at once.
  let last: string | null = null;
  for (const value of values) {
    if (value === null || value === last) continue;
    if (!PLAIN.test(value)) return values;
    last = value;
  }
  return plainArray(values);
}

/** Rows as the columns that `KEEP` takes from its third parameter on. */
export function columnsOf(rows: readonly KeptRow[]): readonly unknown[] {
  const pieces: Uint8Array[] = [];
  const starts: number[] = [];
  let start = 0;
  for (const { message } of rows) {
    starts.push(start);
    for (const piece of [message.bytes, message.answer]) {
      if (piece === null) continue;
      pieces.push(piece);
      start += piece.length;
    }
  }
  const plain = (of: (row: KeptRow) => Value): unknown => plainArray(rows.map(of));
  const column = (of: (row: KeptRow) => string | null): unknown => arrayOf(rows.map(of));
  return [
    plain(({ id }) => id),
    column(({ number }) => number?.application ?? null),
    column(({ number }) => number?.facility ?? null),
    column(({ number }) => number?.controlId ?? null),
    column(({ message }) => message.contentHash),
    plain(({ bytesHash }) => bytesHash),
    column(({ type }) => type),
    plain(({ sentAt }) => sentAt),
    column(({ remoteAddress }) => remoteAddress),
    plainArray(starts),
    Buffer.concat(pieces, start),
    plain(({ message }) => message.bytes.length),
    plain(({ message }) => message.answer?.length ?? null),
  ];
}
