/** Enumerations of messages and feeds in the graph. */
import { registerEnumType } from 'type-graphql';
import type { FeedDoubtKind as DoubtKind } from '../../src/clinical/feed/folded.js';
import { MessageHappening, MessageState } from '../../src/delivery/messages/message-state.js';

export { MessageState };

registerEnumType(MessageState, {
  name: 'InboundMessageState',
  description: 'How a message stands that a record system sent.',
  valuesConfig: {
    KEPT: { description: 'Kept and answered; it waits to be read.' },
    READ: { description: 'Read, and what it says is in use.' },
    NOTHING: { description: 'Read, and of no use to the hub.' },
    NOT_UNDERSTOOD: {
      description: 'Nothing of it is used until it is replayed or set aside; `code` and `place` say why.',
    },
    REFUSED: { description: 'Its sender was told so; it is never read.' },
    SET_ASIDE: { description: 'Not understood, and somebody decided that it need not be.' },
  },
});

/** What a line of a message's timeline tells. */
export const MessageMoment = {
  RECEIVED: 'RECEIVED',
  ANSWERED: 'ANSWERED',
  REPEATED: 'REPEATED',
  ...MessageHappening,
} as const;
export type MessageMoment = (typeof MessageMoment)[keyof typeof MessageMoment];
registerEnumType(MessageMoment, {
  name: 'InboundMessageMoment',
  description: 'What happened to a message.',
  valuesConfig: {
    REPEATED: { description: 'Its sender sent it again and was answered as before; `times` says how often.' },
    FAILED: { description: 'Its reading began, and its end was never heard of.' },
  },
});

/** What the events of a feed leave open. */
export const FeedDoubtKind = {
  TEAM_UNKNOWN: 'TEAM_UNKNOWN',
  MOVE_UNTOLD: 'MOVE_UNTOLD',
  UNDO_UNMATCHED: 'UNDO_UNMATCHED',
  AFTER_THE_END: 'AFTER_THE_END',
  MERGE_REVERSED: 'MERGE_REVERSED',
  MERGED_TWICE: 'MERGED_TWICE',
  ID_IN_USE: 'ID_IN_USE',
  LINKED: 'LINKED',
  VISIT_OF_TWO: 'VISIT_OF_TWO',
  VISIT_REVERSED: 'VISIT_REVERSED',
} as const satisfies Record<DoubtKind, DoubtKind>;
export type FeedDoubtKind = DoubtKind;
registerEnumType(FeedDoubtKind, {
  name: 'FeedDoubtKind',
  description: 'What the messages of a record system leave open.',
  valuesConfig: {
    TEAM_UNKNOWN: { description: 'No message names the team of the visit.' },
    MOVE_UNTOLD: { description: 'The visit is on a team, and no message says how it came there.' },
    UNDO_UNMATCHED: { description: 'What was taken back is not among what happened.' },
    AFTER_THE_END: { description: 'The visit goes on after it ended or was taken back.' },
    MERGE_REVERSED: {
      description: 'The surviving record is said to have been merged into the one it replaced; not done.',
    },
    MERGED_TWICE: { description: 'A record is said to have been merged into two; the first holds.' },
    ID_IN_USE: { description: 'A record is said to have taken the id of another; not done.' },
    LINKED: {
      description: 'Two records in use are said to be one person’s, and neither took the other’s place.',
    },
    VISIT_OF_TWO: { description: 'One visit, two patients who are not known to be one.' },
    VISIT_REVERSED: {
      description: 'The surviving visit is said to have been merged into the one it replaced; not done.',
    },
  },
});
