/** From a frame to its answer: what is refused is told why, what is taken is kept first, and nothing is accepted that was not kept. */
import type { AdapterDependencies } from '../../../src/clinical/clinical-record.port.js';
import type { ArrivedMessage, MessageIntake, MessageKept } from '../../../src/clinical/inbound.port.js';
import { newNumber } from '../../../src/core/document-numbers.js';
import { isHubError } from '../../../src/core/errors.js';
import { answersTo, type Own, type Ruling, separated } from '../acknowledgement/answer.rules.js';
import { formatTime } from '../er7/times.js';
import type { FrameHandler, Peer, Reply } from '../mllp/serve-connection.js';
import type { Tally } from '../mllp/tally.js';
import { mayConnect, type Refusal, refusalOf } from './admission.rules.js';
import { type Arrival, arrivalOf, headerOfHead, isOfFeed } from './arrival.rules.js';
import type { ListeningSettings } from './listening-settings.js';

const ACCEPTED: Ruling = { taken: 'ACCEPT', fault: null };
const OTHER: Ruling = {
  taken: 'ERROR',
  fault: { condition: 205, place: { segment: 'MSH', sequence: 1, field: 10 } },
};
const NOT_KEPT: Ruling = { taken: 'ERROR', fault: { condition: 207, place: null } };
const TOO_LONG: Ruling = { taken: 'REJECT', fault: { condition: 207, place: null } };
const NOTHING: Reply = { answers: [], goesOn: true };
const GOODBYE: Reply = { answers: [], goesOn: false };

/** Numbers of the hub's acknowledgements: 20 characters, which no number of a message that the hub sends has the form of. */
const OWN_NUMBER = /^ACK-[A-Z2-7]{16}$/;
const newOwnNumber = (): string => `ACK-${newNumber(16)}`;

/** True of an answer that says what became of a message, and not merely that it came. */
const isApplicationAnswer = ({ answers }: Arrival): boolean =>
  answers !== null && /^A[AER]$/.test(answers.code) && !OWN_NUMBER.test(answers.number);

/** What a sender is told, as bytes. */
interface Told {
  readonly answers: readonly Uint8Array[];
  /** In one piece, as it is kept; null where no answer is wanted. */
  readonly joined: Uint8Array | null;
}

/** A message with what its sender is told of it. */
interface Taken {
  readonly bytes: Uint8Array;
  readonly peer: Peer;
  readonly arrival: Arrival;
  readonly refusal: Refusal | null;
  readonly told: Told;
  /** Where another message had its number before. */
  readonly toOther: () => Told;
}

/** What was answered before, message by message. */
function repeatOf({ wire }: Arrival, answer: Uint8Array | null): readonly Uint8Array[] {
  return answer === null ? [] : separated(wire.text(answer)).map((text) => wire.bytes(text));
}

/** One listener's way with frames. */
export class Receiver implements FrameHandler {
  /** Messages given to the intake that it has not settled. */
  private underWay = 0;
  private now = { second: Number.NaN, written: '' };

  constructor(
    private readonly settings: ListeningSettings,
    private readonly dependencies: Pick<AdapterDependencies, 'system' | 'clock' | 'logger'>,
    private readonly intake: MessageIntake,
    private readonly tally: Tally,
  ) {}

  admits(peer: Peer): boolean {
    return mayConnect(peer, this.settings);
  }

  async frame(bytes: Uint8Array, peer: Peer): Promise<Reply> {
    const arrival = arrivalOf(bytes, this.settings);
    if (arrival === null) {
      this.tally.note('NO_HEADER');
      return GOODBYE;
    }
    if (arrival.header.isAnswer && !isApplicationAnswer(arrival)) return NOTHING;
    const refusal = refusalOf(arrival, this.settings);
    const told = this.told(arrival, refusal ?? ACCEPTED);
    let built: Told | null = null;
    // Hardly ever wanted, and the same whoever asks for it.
    const toOther = (): Told => {
      built ??= this.told(arrival, OTHER);
      return built;
    };
    const kept = await this.kept(this.message({ bytes, peer, arrival, refusal, told, toOther }));
    if (kept === null) return this.notKept(arrival);
    if (kept.outcome === 'REPEATED') return { answers: repeatOf(arrival, kept.answer), goesOn: true };
    return { answers: (kept.outcome === 'OTHER' ? toOther() : told).answers, goesOn: true };
  }

  tooLong(head: Uint8Array): Reply['answers'] {
    const header = headerOfHead(head);
    if (header === null || header.controlId === '') return [];
    return answersTo(header, TOO_LONG, this.own()).map((text) => Buffer.from(text, 'latin1'));
  }

  private message({ bytes, peer, arrival, refusal, told, toOther }: Taken): ArrivedMessage {
    const { identity, contentHash, type, sentAt } = arrival;
    return {
      bytes,
      identity,
      contentHash,
      type,
      sentAt,
      remoteAddress: peer.address,
      isOfFeed: isOfFeed(arrival),
      refusal: refusal?.code ?? null,
      answer: told.joined,
      get answerToOther() {
        return toOther().joined;
      },
    };
  }

  /** What became of it; null when it is not known to be kept. */
  private kept(message: ArrivedMessage): Promise<MessageKept | null> {
    // What the intake never settles must not add up.
    if (this.underWay >= this.settings.maxConnections) return Promise.resolve(null);
    this.underWay++;
    return new Promise((resolve) => {
      const late = setTimeout(resolve, this.settings.keepTimeoutSeconds * 1_000, null).unref();
      const settled = (kept: MessageKept | null): void => {
        this.underWay--;
        clearTimeout(late);
        resolve(kept);
      };
      this.intake.keep(message).then(settled, (error: unknown) => {
        this.failed(error);
        settled(null);
      });
    });
  }

  private failed(error: unknown): void {
    const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
    if (code !== 'HUB_INTERNAL') return;
    this.dependencies.logger.error('keeping a message failed', { system: this.dependencies.system, code });
  }

  /** Its sender has to send it again: it is told so, or finds out by the end of the connection where it wants no answer. */
  private notKept(arrival: Arrival): Reply {
    this.tally.note('NOT_KEPT');
    if (this.settings.whenNotKept === 'CLOSE') return GOODBYE;
    const { answers } = this.told(arrival, NOT_KEPT);
    return answers.length === 0 ? GOODBYE : { answers, goesOn: true };
  }

  private told({ header, wire }: Arrival, ruling: Ruling): Told {
    const texts = answersTo(header, ruling, this.own());
    const answers = texts.map((text) => wire.bytes(text));
    return { answers, joined: texts.length > 1 ? wire.bytes(texts.join('')) : (answers[0] ?? null) };
  }

  private own(): Own {
    const instant = this.dependencies.clock.now();
    const second = Math.floor(instant.getTime() / 1_000);
    // Written once a second: by far the most costly part of an answer.
    if (second !== this.now.second)
      this.now = { second, written: formatTime(instant, { zone: this.settings.timeZone }) };
    return { now: this.now.written, newControlId: newOwnNumber };
  }
}
