/** What a frame that comes while a message is under way is to it: its answer, a first answer of two, or a reason to end the connection. */
import { type Answered, answerOf } from '../acknowledgement/received.rules.js';
import type { Judgement } from '../mllp/sender-connection.js';
import type { WritingSettings } from './writing-settings.js';

/** An answer and its bytes. */
export interface Answer extends Answered {
  readonly frame: Uint8Array;
  /** It says what became of the message, and not just that it was stored. */
  readonly isApplication: boolean;
}

/** True where the answer about what became of a message comes on its own connection. */
export function awaitsApplication({
  sendAcknowledgements,
  applicationAnswers,
}: Pick<WritingSettings, 'sendAcknowledgements' | 'applicationAnswers'>): boolean {
  if (sendAcknowledgements === 'APPLICATION') return true;
  return sendAcknowledgements === 'COMMIT_AND_APPLICATION' && applicationAnswers === 'HERE';
}

/**
 * Judges frames for the message of that number. That it was stored (`CA`) stands while what became of it is waited for, and where
 * that never comes.
 */
export function judgeFor(
  controlId: string,
  settings: Pick<WritingSettings, 'sendAcknowledgements' | 'applicationAnswers'>,
): (frame: Uint8Array) => Judgement<Answer> {
  const waits = awaitsApplication(settings);
  return (frame) => {
    const answer = answerOf(frame, controlId);
    if (answer.kind !== 'ANSWER') return answer;
    const isApplication = answer.code.startsWith('A');
    const kind = answer.code === 'CA' && waits ? 'SO_FAR' : 'ANSWER';
    return { kind, value: { ...answer, frame, isApplication } };
  };
}
