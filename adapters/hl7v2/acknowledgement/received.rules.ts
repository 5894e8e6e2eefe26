/** What a far end answered to a message of the hub: by its number, and by the hub's table of answers. Pure. */
import { HubError, type SafeDetails } from '../../../src/core/errors.js';
import { Er7Fault, Er7Message, type Er7Segment, MOST_SEGMENTS } from '../er7/message.js';

/** MSA-1 (HL7 table 0008). */
export type AnswerCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

/** What an answer says. Its texts are never kept: they may quote the message. */
export interface Answered {
  readonly kind: 'ANSWER';
  readonly code: AnswerCode;
  /** Error code of table 0357, or of the far end's own when it is three digits; null when it gives none. */
  readonly error: string | null;
  /** Where, as `PID-3`; null when it does not say. */
  readonly place: string | null;
}

/** An answer to the message; one to another message; or what is no answer. */
export type ReceivedAnswer = Answered | { readonly kind: 'FOREIGN' } | { readonly kind: 'MALFORMED' };

const CODES: readonly string[] = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'] satisfies readonly AnswerCode[];
const isCode = (text: string | null): text is AnswerCode => text !== null && CODES.includes(text);

const DIGITS = /^\d{3}$/;

/** The code in any of the places where versions have it: ERR-3, ERR-1.4, MSA-6. */
function errorIn(err: Er7Segment | null, msa: Er7Segment): string | null {
  const candidates = [err?.text(3), err?.text(1, 4), msa.text(6)];
  return candidates.find((text) => text !== null && text !== undefined && DIGITS.test(text)) ?? null;
}

function placeIn(err: Er7Segment | null): string | null {
  for (const field of [2, 1]) {
    const [segment, position] = [err?.text(field, 1) ?? '', err?.text(field, 3) ?? ''];
    if (/^[A-Z][A-Z0-9]{2}$/.test(segment))
      return /^[1-9]\d{0,2}$/.test(position) ? `${segment}-${position}` : segment;
  }
  return null;
}

/** What the bytes of a frame answer to the message of that number (MSH-10). @param segments of an answer at most. */
export function answerOf(
  bytes: Uint8Array,
  sentControlId: string,
  segments: number = MOST_SEGMENTS,
): ReceivedAnswer {
  const message = parsed(bytes, segments);
  const msa = message?.first('MSA') ?? null;
  const code = msa?.text(1) ?? null;
  if (message === null || msa === null || !isCode(code)) return { kind: 'MALFORMED' };
  const number = msa.text(2)?.trim() ?? '';
  if (number === '') return { kind: 'MALFORMED' };
  if (number !== sentControlId.trim()) return { kind: 'FOREIGN' };
  const err = message.first('ERR');
  return { kind: 'ANSWER', code, error: errorIn(err, msa), place: placeIn(err) };
}

/** One character for each byte: numbers and codes are ASCII, and nothing else is read. */
function parsed(bytes: Uint8Array, segments: number): Er7Message | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    const message = text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
    return Er7Message.parse(message, { charset: '8859/1', segments });
  } catch (error) {
    if (error instanceof Er7Fault) return null;
    throw error;
  }
}

/** Record locked: another has it open, which passes. */
const LOCKED = '206';

/** The failure that an answer stands for, by the hub's table of answers; null when it accepts. */
export function failureOf({ code, error, place }: Answered): HubError | null {
  if (code === 'AA' || code === 'CA') return null;
  const details: SafeDetails = { answer: code, error, place };
  if (code === 'AR' || code === 'CR') return new HubError('HUB_UPSTREAM_DECLINED', { details });
  return new HubError(error === LOCKED ? 'HUB_UPSTREAM_UNAVAILABLE' : 'HUB_UPSTREAM_REJECTED', { details });
}
