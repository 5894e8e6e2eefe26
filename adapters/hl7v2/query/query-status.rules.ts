/** QAK and DSC: what an answer says of itself (HL7 v2.4, sections 5.5.2 and 2.16.4). Pure. */
import { HubError } from '../../../src/core/errors.js';
import type { Er7Message } from '../er7/message.js';

/** What an answer says of itself; null where it does not say. */
export interface QueryStatus {
  /** QAK-1: the number of the question. */
  readonly tag: string | null;
  /** QAK-2 (HL7 table 0208): data found, or none found. */
  readonly found: 'OK' | 'NF' | null;
  /** QAK-4: in all its pages. */
  readonly hits: number | null;
  /** QAK-5: in this one. */
  readonly here: number | null;
  /** QAK-6: in those that follow. */
  readonly left: number | null;
  /** DSC-1: where the next page begins; null: there is none. */
  readonly pointer: string | null;
}

const protocol = (fault: string): HubError => new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault } });

/** @throws HUB_UPSTREAM_PROTOCOL for a count that is no number. */
function countIn(message: Er7Message, field: 4 | 5 | 6): number | null {
  const text = message.first('QAK')?.text(field)?.trim() || null;
  if (text === null) return null;
  if (!/^\d{1,9}$/.test(text)) throw protocol(`QAK-${field}`);
  return Number(text);
}

/**
 * @throws HUB_UPSTREAM_REJECTED for an error (`AE`), HUB_UPSTREAM_DECLINED for a refusal (`AR`), HUB_UPSTREAM_PROTOCOL for a status or a
 * count that there is not.
 */
export function queryStatus(message: Er7Message): QueryStatus {
  const qak = message.first('QAK');
  const found = qak?.text(2)?.trim() || null;
  if (found === 'AE') throw new HubError('HUB_UPSTREAM_REJECTED', { details: { answer: 'QAK-2 AE' } });
  if (found === 'AR') throw new HubError('HUB_UPSTREAM_DECLINED', { details: { answer: 'QAK-2 AR' } });
  if (found !== null && found !== 'OK' && found !== 'NF') throw protocol('QAK-2');
  return {
    tag: qak?.text(1)?.trim() || null,
    found,
    hits: countIn(message, 4),
    here: countIn(message, 5),
    left: countIn(message, 6),
    pointer: message.first('DSC')?.text(1) ?? null,
  };
}
