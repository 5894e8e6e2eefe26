/** A question that found out nothing: what the far end answered instead, as `send` tells it, or why there is no answer. */
import type { ToolResult } from '../../../src/clinical/adapter-tools.port.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { CONDITIONS } from '../acknowledgement/condition.rules.js';
import { headerOf } from '../acknowledgement/header.rules.js';
import { type Answered, answerOf } from '../acknowledgement/received.rules.js';
import type { MllpSender } from '../mllp/sender.js';
import { type Exchanged, exchangedResult } from './exchange.js';
import { readable } from './readable.rules.js';

/** A sender that remembers the last question and its answer. */
export class WatchedSender implements Pick<MllpSender, 'exchange'> {
  private last: Pick<Exchanged, 'type' | 'controlId'> = { type: null, controlId: null };
  private answer: Answered | null = null;
  private begun = performance.now();

  constructor(private readonly sender: Pick<MllpSender, 'exchange'>) {}

  exchange: MllpSender['exchange'] = (message, judge, signal) => {
    const header = headerOf(Buffer.from(message).toString('latin1'));
    const controlId = header?.controlId ?? '';
    this.last = {
      type: header && readable(`${header.type}^${header.event}`),
      controlId: readable(controlId),
    };
    this.answer = null;
    this.begun = performance.now();
    return this.sender.exchange(
      message,
      (frame) => {
        const answer = answerOf(frame, controlId);
        if (answer.kind === 'ANSWER') this.answer = answer;
        return judge(frame);
      },
      signal,
    );
  };

  /** What became of the last question, which ended in a failure; a failure of anything else is thrown again. */
  refused(error: unknown): ToolResult {
    if (!isHubError(error) || !/^HUB_UPSTREAM_/.test(error.code)) throw error;
    const { code = null, error: condition = null, place = null } = this.answer ?? {};
    const isRefused = this.answer !== null && code !== 'AA' && code !== 'CA';
    const exchanged: Exchanged = {
      line: null,
      ...this.last,
      answer: code,
      error: condition,
      place,
      failure: isRefused ? null : reasonOf(error),
      tookMs: Math.round(performance.now() - this.begun),
    };
    return {
      ...exchangedResult([exchanged], 1),
      value: { found: null, answer: exchanged },
      lines: [isRefused ? refusal(this.answer!) : without(error, this.answer)],
      isFault: true,
    };
  }
}

function reasonOf({ code, details }: HubError): string {
  const parts = [code, details.fault, details.answer];
  return parts.filter((part) => typeof part === 'string').join(' ');
}

function refusal({ code, error, place }: Answered): string {
  const condition = error === null ? null : Object.entries(CONDITIONS).find(([number]) => number === error);
  const why = [code, error, condition?.[1]].filter((part) => part).join(' ');
  return `the far end refuses the question: ${why}${place === null ? '' : `, at ${place}`}`;
}

function without(error: HubError, answer: Answered | null): string {
  const { fault, answer: status } = error.details;
  if (typeof status === 'string') return `the far end refuses the question: ${status}`;
  if (answer === null) return `no answer: ${reasonOf(error)}`;
  if (error.code !== 'HUB_UPSTREAM_PROTOCOL') return `${answer.code}, and no people: ${reasonOf(error)}`;
  return `${answer.code}, and what came is no answer to a question about people, by its ${fault}`;
}
