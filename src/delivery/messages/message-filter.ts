/** Which messages are meant, in one vocabulary for lists and for what is done to many. */
import { inputError } from '../../core/errors.js';
import { isId } from '../../core/ids.js';
import type { MessageState } from './message-state.js';

/** Messages of one system; what is left out does not narrow. */
export interface MessageFilter {
  /** uuid. */
  readonly systemId: string;
  readonly states?: readonly MessageState[];
  /** As the protocol names them. */
  readonly type?: string;
  /** The sender's number. */
  readonly controlId?: string;
  /** Why they were refused or not understood. */
  readonly code?: string;
  /** ISO instants: received at or after, and before. */
  readonly receivedFrom?: string;
  readonly receivedBefore?: string;
}

/** Conditions over `inbound_messages m`, with the values of `filterValues` as the first seven parameters. */
export const MEANT = `m.system_id = $1::uuid
  and ($2::text[] is null or m.state = any($2))
  and ($3::text is null or m.type = $3)
  and ($4::text is null or m.control_id = $4)
  and ($5::text is null or m.code = $5)
  and ($6::timestamptz is null or m.received_at >= $6)
  and ($7::timestamptz is null or m.received_at < $7)`;

/** Values for `MEANT`. @throws HUB_INPUT_INVALID */
export function filterValues(filter: MessageFilter): readonly unknown[] {
  if (!isId(filter.systemId)) throw inputError('systemId', 'not an id', 'the id of a record system');
  return [
    filter.systemId,
    filter.states ?? null,
    filter.type ?? null,
    filter.controlId ?? null,
    filter.code ?? null,
    instant('receivedFrom', filter.receivedFrom),
    instant('receivedBefore', filter.receivedBefore),
  ];
}

function instant(field: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (Number.isNaN(Date.parse(value))) throw inputError(field, 'not an instant', 'an ISO instant');
  return new Date(value).toISOString();
}
