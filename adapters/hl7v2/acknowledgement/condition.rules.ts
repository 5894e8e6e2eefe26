/** HL7 table 0357: what is wrong with a message, as an acknowledgement says it. */

/** Code and text of each condition. The texts are the table's, and hold nothing of a message. */
export const CONDITIONS = {
  100: 'Segment sequence error',
  101: 'Required field missing',
  102: 'Data type error',
  103: 'Table value not found',
  200: 'Unsupported message type',
  201: 'Unsupported event code',
  202: 'Unsupported processing id',
  203: 'Unsupported version id',
  204: 'Unknown key identifier',
  205: 'Duplicate key identifier',
  206: 'Application record locked',
  207: 'Application internal error',
} as const;

/** A code of table 0357. */
export type Condition = keyof typeof CONDITIONS;

/** Where something is wrong. */
export interface Place {
  /** Name of the segment. */
  readonly segment: string;
  /** Which segment of that name, from 1. */
  readonly sequence: number;
  /** Field, from 1; null when it is the segment as such. */
  readonly field: number | null;
}

/** What is wrong, and where; `place` is null when it is nowhere in particular. */
export interface Fault {
  readonly condition: Condition;
  readonly place: Place | null;
}

/** A fault in a field of the header. */
export const inHeader = (condition: Condition, field: number): Fault => ({
  condition,
  place: { segment: 'MSH', sequence: 1, field },
});
