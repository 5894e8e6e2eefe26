/** One question to a far end, and the message that answers it. Asking changes nothing there, so that no failure is in doubt. */
import { HubError, isHubError } from '../../../src/core/errors.js';
import { type Answered, answerOf, failureOf } from '../acknowledgement/received.rules.js';
import { decode, isCharsetFault } from '../er7/charset.js';
import type { Charset } from '../er7/charset-names.js';
import { Er7Fault, Er7Message } from '../er7/message.js';
import type { SegmentToWrite } from '../er7/write.js';
import type { MllpSender } from '../mllp/sender.js';
import type { Judgement } from '../mllp/sender-connection.js';
import { bytesOf } from '../writing/bytes.rules.js';
import type { QueryEnvelope } from './query-envelope.rules.js';

/** What asking works with. */
export interface AskContext {
  readonly sender: Pick<MllpSender, 'exchange'>;
  readonly envelope: QueryEnvelope;
  /** Of answers that state no character set. */
  readonly characterSet: Charset;
  /** Segments of an answer at most. */
  readonly maxSegments: number;
}

/** An answer as it came. */
interface Came {
  readonly answer: Answered;
  readonly frame: Uint8Array;
}

/** That the question was stored (`CA`) is no answer to it yet. */
function judgeFor(controlId: string, segments: number): (frame: Uint8Array) => Judgement<Came> {
  return (frame) => {
    const answer = answerOf(frame, controlId, segments);
    if (answer.kind !== 'ANSWER') return answer;
    return { kind: answer.code === 'CA' ? 'SO_FAR' : 'ANSWER', value: { answer, frame } };
  };
}

/** What a failure on the wire is to whoever asks. */
function failureOfAsking(error: unknown): unknown {
  if (!isHubError(error) || error.code !== 'HUB_UPSTREAM_AMBIGUOUS') return error;
  const { details } = error;
  switch (details.fault) {
    case 'TIMEOUT':
      return new HubError('HUB_UPSTREAM_TIMEOUT', { details });
    case 'STOPPED':
      return new HubError('HUB_UPSTREAM_STOPPED', { details });
    case 'FOREIGN_ANSWER':
    case 'MALFORMED_ANSWER':
      return new HubError('HUB_UPSTREAM_PROTOCOL', { details });
    default:
      return new HubError('HUB_UPSTREAM_UNREACHABLE', { details });
  }
}

/** Text and segments of an answer. @throws HUB_UPSTREAM_PROTOCOL */
function messageIn(frame: Uint8Array, { characterSet, maxSegments: segments }: AskContext): Er7Message {
  const decoded = decode(frame, characterSet);
  if (isCharsetFault(decoded))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: decoded.fault } });
  try {
    return Er7Message.parse(decoded.text, { segments, charset: decoded.charset });
  } catch (error) {
    if (!(error instanceof Er7Fault)) throw error;
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: error.fault } });
  }
}

/**
 * Sends a question and answers with the message that came for it.
 * @param controlId MSH-10 of the question.
 * @throws HUB_UPSTREAM_UNREACHABLE, HUB_UPSTREAM_TIMEOUT, HUB_UPSTREAM_STOPPED, HUB_UPSTREAM_REFUSED, HUB_UPSTREAM_PROTOCOL for what is
 * no answer to it, HUB_UPSTREAM_REJECTED (AE), HUB_UPSTREAM_DECLINED (AR), HUB_UPSTREAM_UNAVAILABLE, HUB_DELIVERY_CHARACTERS.
 */
export async function ask(
  question: readonly SegmentToWrite[],
  controlId: string,
  context: AskContext,
  signal: AbortSignal,
): Promise<Er7Message> {
  const bytes = bytesOf(question, context.envelope);
  let came: Came;
  try {
    came = await context.sender.exchange(bytes, judgeFor(controlId, context.maxSegments), signal);
  } catch (error) {
    throw failureOfAsking(error);
  }
  const failure = failureOf(came.answer);
  if (failure !== null) throw failure;
  if (came.answer.code === 'CA')
    throw new HubError('HUB_UPSTREAM_TIMEOUT', { details: { fault: 'STORED_AND_NOT_ANSWERED' } });
  return messageIn(came.frame, context);
}
