/** Why a text is no HL7 v2 message: a code and a place, and never a word of what stood there. */

/** What is wrong. */
export type Er7FaultCode =
  /** Nothing, or something else than a header, begins the text. */
  | 'NO_HEADER'
  /** The header's first nine characters do not name a set of delimiters that a message can be read by. */
  | 'DELIMITERS'
  /** A line does not begin with the name of a segment: mostly a line break inside a field. */
  | 'SEGMENT_NAME'
  /** A second header: several messages in one text are a batch (`batch.ts`). */
  | 'SECOND_HEADER'
  /** The header or trailer of a batch among the segments of a message. */
  | 'BATCH_SEGMENT'
  /** More segments than are read of one message. */
  | 'TOO_MANY_SEGMENTS';

/** A text that is no message. The adapter answers it by the code; it does not leave the adapter. */
export class Er7Fault extends Error {
  readonly fault: Er7FaultCode;
  /** Number of the segment, from 1; blank lines do not count. */
  readonly segment: number;

  constructor(fault: Er7FaultCode, segment: number) {
    super(`${fault} in segment ${segment}`);
    this.name = 'Er7Fault';
    this.fault = fault;
    this.segment = segment;
  }
}
