/** How large an answer may become: long texts are counted while it is read and made, before any of it is written out. */
import { HubError } from '../../core/errors.js';

/** Bytes of UTF-8 that the long texts of one answer may come to, each as often as it is answered. */
export const MOST_ANSWER_BYTES = 25_000_000;

/** Bytes that the rows of one statement may come to: a page fetches up to two and a half times the rows that it answers. */
export const MOST_ROW_BYTES = 64_000_000;

/** Texts no longer than this are not counted: 50,000 values, the limit on cost, make 5 MB of them. */
const SHORT = 100;

/** The texts of one answer. */
export class AnswerSize {
  private bytes = 0;

  /** Counts a value when it is a long text, and hands it on. Throws `HUB_INPUT_LIMIT` past `MOST_ANSWER_BYTES`. */
  count(value: unknown): unknown {
    if (typeof value === 'string' && value.length > SHORT) {
      this.bytes += Buffer.byteLength(value);
      if (this.bytes > MOST_ANSWER_BYTES) throw answerTooLarge(MOST_ANSWER_BYTES);
    }
    return value;
  }
}

/** `HUB_INPUT_LIMIT` for an answer of more than `maximum` bytes; says nothing of what it holds. */
export function answerTooLarge(maximum: number): HubError {
  return new HubError('HUB_INPUT_LIMIT', {
    message: `The answer would hold more than ${maximum / 1_000_000} MB: ask for smaller pages, or for long texts one by one.`,
    details: { limit: 'answer', maximum },
  });
}
