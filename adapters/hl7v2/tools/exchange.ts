/** Messages to a far end one after the other, and what it said to each. */
import type { ToolCall, ToolResult } from '../../../src/clinical/adapter-tools.port.js';
import { isHubError } from '../../../src/core/errors.js';
import { headerOf, type MessageHeader } from '../acknowledgement/header.rules.js';
import { type Answered, answerOf } from '../acknowledgement/received.rules.js';
import { createSender, type MllpSender } from '../mllp/sender.js';
import type { Judgement } from '../mllp/sender-connection.js';
import { hostAndPort, stated, tlsOf, wholeNumber } from './options.js';
import { readable } from './readable.rules.js';

/** Longest answer that is read, bytes and segments. */
const MOST_ANSWER_BYTES = 16_777_216;
const MOST_ANSWER_SEGMENTS = 100_000;
/** A connection is waited for no longer than an answer, and no longer than that. */
const MOST_CONNECT_MS = 10_000;

/** A message to be sent. */
export interface ToSend {
  readonly bytes: Uint8Array;
  /** Line of the file that it came from; null when it came from none. */
  readonly line: number | null;
}

/** What became of one. */
export interface Exchanged {
  readonly line: number | null;
  readonly type: string | null;
  readonly controlId: string | null;
  /** MSA-1; null when no answer to it came. */
  readonly answer: string | null;
  /** Code and place that the answer gives. */
  readonly error: string | null;
  readonly place: string | null;
  /** Why there is no answer. */
  readonly failure: string | null;
  readonly tookMs: number;
}

/** A sender by the options of `SENDING_OPTIONS`. @throws HUB_INPUT_INVALID */
export function toolSender(call: ToolCall, to: string): MllpSender {
  const { options } = call;
  const identity = tlsOf(call, '--tls');
  const answerTimeoutMs = wholeNumber(options, 'timeout', 1, 600) * 1_000;
  return createSender({
    ...hostAndPort('--to', to),
    tls: identity === null ? null : { identity, serverName: stated(options, 'server-name') },
    connectTimeoutMs: Math.min(MOST_CONNECT_MS, answerTimeoutMs),
    answerTimeoutMs,
    maxAnswerBytes: MOST_ANSWER_BYTES,
    connections: 1,
    tlsRefreshMs: 60_000,
  });
}

/** Where what became of it is to follow on this connection, that it was stored is no end; where that follows elsewhere, it stands. */
function judgeFor(header: MessageHeader): (frame: Uint8Array) => Judgement<Answered> {
  return (frame) => {
    const answer = answerOf(frame, header.controlId, MOST_ANSWER_SEGMENTS);
    if (answer.kind !== 'ANSWER') return answer;
    const isFirst = answer.code === 'CA' && header.enhanced?.application === 'AL';
    return { kind: isFirst ? 'SO_FAR' : 'ANSWER', value: answer };
  };
}

async function exchange(
  { bytes, line }: ToSend,
  sender: MllpSender,
  signal: AbortSignal,
): Promise<Exchanged> {
  const header = headerOf(Buffer.from(bytes).toString('latin1'));
  const started = performance.now();
  const took = (): number => Math.round(performance.now() - started);
  const what = {
    line,
    type: header === null ? null : readable([header.type, header.event].filter((part) => part).join('^')),
    controlId: header === null ? null : readable(header.controlId),
  };
  const nothing = { ...what, answer: null, error: null, place: null };
  if (header === null) return { ...nothing, failure: 'NO_HEADER', tookMs: 0 };
  try {
    const { code: answer, error, place } = await sender.exchange(bytes, judgeFor(header), signal);
    return { ...what, answer, error, place, failure: null, tookMs: took() };
  } catch (error) {
    if (!isHubError(error)) throw error;
    const failure = [error.code, error.details.fault].filter((part) => typeof part === 'string').join(' ');
    return { ...nothing, failure, tookMs: took() };
  }
}

/** True where the far end took it. */
export const isTaken = ({ answer }: Exchanged): boolean => answer === 'AA' || answer === 'CA';

/** Sends messages in their order, and stops at the first that nobody answers: what follows might overtake it. */
export async function exchangeAll(
  messages: readonly ToSend[],
  sender: MllpSender,
  { signal, note, progress }: Pick<ToolCall, 'signal' | 'note' | 'progress'>,
): Promise<readonly Exchanged[]> {
  const exchanged: Exchanged[] = [];
  for (const message of messages) {
    const one = await exchange(message, sender, signal);
    exchanged.push(one);
    progress('sent', exchanged.length, messages.length);
    if (one.answer !== null || one.failure === 'NO_HEADER') continue;
    const left = messages.length - exchanged.length;
    if (left > 0) note(`${left} more not sent.`);
    break;
  }
  return exchanged;
}

/** A table of what became of each. */
export function exchangedResult(exchanged: readonly Exchanged[], asked: number): ToolResult {
  const taken = exchanged.filter(isTaken).length;
  return {
    value: exchanged,
    table: {
      head: ['LINE', 'TYPE', 'CONTROL ID', 'ANSWER', 'ERROR', 'PLACE', 'TOOK', 'FAILURE'],
      rows: exchanged.map((one) => [
        one.line === null ? '' : String(one.line),
        one.type ?? '',
        one.controlId ?? '',
        one.answer ?? '',
        one.error ?? '',
        one.place ?? '',
        `${one.tookMs} ms`,
        one.failure ?? '',
      ]),
    },
    lines: [`${taken} of ${asked} taken`],
    isFault: taken < asked,
  };
}
